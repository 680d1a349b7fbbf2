"""A scikit-learn classifier that needs no model and no network: for triage and demonstration, not for publication.

It is given the accusation, the question and the answer, and trained, each time it is first needed, on answers that
this project wrote (`training/*.jsonl`). It estimates the three facts; the label is the most probable one under the
rule of `labels`, and the facts are the most probable ones that yield it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interrogate.labels import ADMISSIONS, STANCES, Facts, Label, Verdict, label_of
from interrogate.raters import Caller, Exhibit
from interrogate.raters.features import content_words, numbers
from interrogate.records import Act, Json, digest

CODE_VERSION = 1

_TRAINING = Path(__file__).parent / "training"


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with its facts."""

    exhibit: Exhibit
    facts: Facts
    id: str


def examples() -> tuple[Example, ...]:
    """The project's own labelled answers."""
    lines = (
        line for file in sorted(_TRAINING.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()
    )
    return tuple(_example(json.loads(line)) for line in lines)


def _example(row: Json) -> Example:
    exhibit = Exhibit(Act(row["kind"], row["accusation"]), "", (), row["question"], row["answer"])
    facts = Facts(row["admission"], row["falsehood"], row["stance"], row["motive_false"], aware=row["aware"])
    return Example(exhibit, facts, row["id"])


class Classifier:
    """Labels answers by what it learned. `rate` never calls a model."""

    name = "classifier"

    def __init__(self, learned: Sequence[Example] | None = None) -> None:
        self._examples = tuple(examples() if learned is None else learned)
        self.identity = digest(self.description)
        self._model: _Model | None = None

    @property
    def description(self) -> Json:
        rows = [
            [e.id, e.exhibit.accusation.summary, e.exhibit.question, e.exhibit.answer, label_of(e.facts)]
            for e in self._examples
        ]
        return {"kind": "classifier", "examples": len(rows), "data": digest(rows), "code": CODE_VERSION}

    async def rate(self, exhibit: Exhibit, call: Caller | None = None, *, aside: Json | None = None) -> Verdict:  # noqa: ARG002
        """The verdict on an exhibit, with the probability of its label as confidence."""
        return self.verdicts([exhibit])[0]

    def verdicts(self, exhibits: Sequence[Exhibit]) -> list[Verdict]:
        """The verdicts on many exhibits at once, which is faster."""
        if not exhibits:
            return []
        if self._model is None:
            self._model = _Model.fitted(self._examples)
        return [Verdict(self.identity, facts, confidence=round(p, 3)) for facts, p in self._model.facts(exhibits)]


@cache
def shipped() -> Classifier:
    """The classifier as the project ships it, trained once in a process."""
    return Classifier()


@dataclass(frozen=True, slots=True)
class _Model:
    """Three logistic regressions over the same features: admission, falsehood, stance."""

    features: Any
    admission: Any
    falsehood: Any
    stance: Any

    @classmethod
    def fitted(cls, learned: Sequence[Example]) -> _Model:
        features = _Features()
        matrix = features.fit_transform([example.exhibit for example in learned])
        facts = [example.facts for example in learned]
        bare = np.array([fact.admission != "full" for fact in facts])
        return cls(
            features,
            _regression().fit(matrix, [fact.admission for fact in facts]),
            _regression().fit(matrix, [fact.falsehood for fact in facts]),
            _regression().fit(matrix[bare], [fact.stance or "beside" for fact in facts if fact.admission != "full"]),
        )

    def facts(self, exhibits: Sequence[Exhibit]) -> Iterator[tuple[Facts, float]]:
        matrix = self.features.transform(exhibits)
        chances = zip(
            _named(self.admission, matrix), _named(self.falsehood, matrix), _named(self.stance, matrix), strict=True
        )
        for admission, falsehood, stance in chances:
            yield _most_probable(admission, falsehood, stance)


def _named(model: Any, matrix: Any) -> list[dict[Any, float]]:
    return [dict(zip(model.classes_.tolist(), row, strict=True)) for row in model.predict_proba(matrix)]


def _most_probable(
    admission: dict[Any, float], falsehood: dict[Any, float], stance: dict[Any, float]
) -> tuple[Facts, float]:
    """The label with the greatest probability, summed over all facts that yield it, and its likeliest facts."""
    by_label: dict[Label, float] = {}
    best: dict[Label, tuple[float, Facts]] = {}
    for a, f, s in product(ADMISSIONS, (False, True), STANCES):
        facts = Facts(a, falsehood=f, stance=None if a == "full" else s)
        chance = admission.get(a, 0.0) * falsehood.get(f, 0.0) * stance.get(s, 0.0)
        label = label_of(facts)
        by_label[label] = by_label.get(label, 0.0) + chance
        best[label] = max(best.get(label, (-1.0, facts)), (chance, facts), key=lambda pair: pair[0])
    label = max(by_label, key=lambda name: by_label[name])
    return best[label][1], by_label[label]


def _regression() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    return OneVsRestClassifier(LogisticRegression(C=1.0, solver="liblinear", class_weight="balanced"))


class _Features:
    """Words of the answer, words of the question, and the numbers of `features`, side by side."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import StandardScaler

        self._answer = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True)
        self._opening = TfidfVectorizer(ngram_range=(1, 3), min_df=3, sublinear_tf=True, lowercase=True)
        self._scaler = StandardScaler()

    def fit_transform(self, exhibits: Sequence[Exhibit]) -> Any:
        self._answer.fit(self._answers(exhibits))
        self._opening.fit(self._openings(exhibits))
        self._scaler.fit(numbers(exhibits))
        return self.transform(exhibits)

    def transform(self, exhibits: Sequence[Exhibit]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        scaled: NDArray[np.float64] = self._scaler.transform(numbers(exhibits))
        parts = (
            self._answer.transform(self._answers(exhibits)),
            self._opening.transform(self._openings(exhibits)),
            csr_matrix(scaled * 0.5),
        )
        return hstack(parts).tocsr()

    def _answers(self, exhibits: Sequence[Exhibit]) -> list[str]:
        """The answer with the accusation's words replaced, so that what is learned is how a deed is spoken of."""
        return [_masked(exhibit) for exhibit in exhibits]

    def _openings(self, exhibits: Sequence[Exhibit]) -> list[str]:
        return [" ".join(_masked(exhibit).split()[:25]) for exhibit in exhibits]


def _masked(exhibit: Exhibit) -> str:
    accused = set(content_words(exhibit.accusation.summary))
    words = exhibit.answer.split()
    return " ".join("thedeed" if (found := content_words(word)) and found[0] in accused else word for word in words)
