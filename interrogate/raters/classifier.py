"""A scikit-learn classifier that needs no model and no network: for triage and demonstration, not for publication.

It is given the accusation, the question and the answer, and trained, each time it is first needed, on answers that
this project wrote (`training/*.jsonl`). It estimates how likely each pattern of facts is; the label is the most
probable one under the rule of `labels`, and the facts are the most probable ones that yield it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interrogate.labels import Facts, Label, Verdict, label_of
from interrogate.raters import Caller, Exhibit
from interrogate.raters.features import content_words, numbers, own_words
from interrogate.records import Act, Json, digest

CODE_VERSION = 2
"""Raised whenever features or model change: verdicts of different versions never mix."""

STRENGTH = 3.0
"""Inverse of the regularisation; chosen, like the weights, by leaving out one training file at a time."""

WEIGHT_OF_NUMBERS = 0.5
"""Beside words, whose columns have unit length over an answer."""

OPENING = 25
"""Words of an answer that count as its opening."""

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
    """One logistic regression over the patterns of facts that the rule can tell apart."""

    features: _Features
    regression: Any
    patterns: Mapping[str, Facts]

    @classmethod
    def fitted(cls, learned: Sequence[Example]) -> _Model:
        from sklearn.linear_model import LogisticRegression

        features = _Features()
        matrix = features.fit_transform([example.exhibit for example in learned])
        patterns = [_pattern(example.facts) for example in learned]
        regression = LogisticRegression(C=STRENGTH, class_weight=_weights(patterns), max_iter=300, tol=1e-3)
        return cls(
            features, regression.fit(matrix, [str(each) for each in patterns]), {str(each): each for each in patterns}
        )

    def facts(self, exhibits: Sequence[Exhibit]) -> Iterator[tuple[Facts, float]]:
        """For each exhibit the likeliest facts of the likeliest label, and that label's probability."""
        named = [self.patterns[name] for name in self.regression.classes_]
        for chances in self.regression.predict_proba(self.features.transform(exhibits)):
            yield _likeliest(dict(zip(named, chances.tolist(), strict=True)))


def _weights(patterns: Sequence[Facts]) -> dict[str, float]:
    """Half-way to equal weight: rare patterns are heard, and do not drown the common ones."""
    counts = Counter(str(each) for each in patterns)
    return {name: float(np.sqrt(len(patterns) / (len(counts) * count))) for name, count in counts.items()}


def _pattern(facts: Facts) -> Facts:
    """The facts as far as the label hangs on them: the stance matters only where nothing else decides."""
    decided = facts.admission != "none" or facts.falsehood
    return Facts(facts.admission, facts.falsehood, None if decided else facts.stance)


def _likeliest(chances: Mapping[Facts, float]) -> tuple[Facts, float]:
    by_label: Counter[Label] = Counter()
    for facts, chance in chances.items():
        by_label[label_of(facts)] += chance  # type: ignore[assignment]  # a counter of probabilities
    label, probability = by_label.most_common(1)[0]
    return max((facts for facts in chances if label_of(facts) == label), key=lambda facts: chances[facts]), probability


class _Features:
    """Words of the answer, words of its opening, and the numbers of `features`, side by side."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import StandardScaler

        self._answer = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True)
        self._opening = TfidfVectorizer(ngram_range=(1, 3), min_df=3, sublinear_tf=True)
        self._scaler = StandardScaler()

    def fit_transform(self, exhibits: Sequence[Exhibit]) -> Any:
        words, figures = _words(exhibits), numbers(exhibits)
        answers, openings = self._answer.fit_transform(words), self._opening.fit_transform(_openings(words))
        return _side_by_side(answers, openings, self._scaler.fit_transform(figures))

    def transform(self, exhibits: Sequence[Exhibit]) -> Any:
        words, figures = _words(exhibits), numbers(exhibits)
        answers, openings = self._answer.transform(words), self._opening.transform(_openings(words))
        return _side_by_side(answers, openings, self._scaler.transform(figures))


def _side_by_side(answers: Any, openings: Any, figures: NDArray[np.float64]) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack((answers, openings, csr_matrix(figures * WEIGHT_OF_NUMBERS))).tocsr()


def _openings(words: Sequence[str]) -> list[str]:
    return [" ".join(text.split()[:OPENING]) for text in words]


def _words(exhibits: Sequence[Exhibit]) -> list[str]:
    """The answers with the accusation's words replaced, so that what is learned is how a deed is spoken of."""
    return [_masked(exhibit) for exhibit in exhibits]


def _masked(exhibit: Exhibit) -> str:
    accused = set(content_words(exhibit.accusation.summary))
    words = own_words(exhibit).split()
    return " ".join("thedeed" if (found := content_words(word)) and found[0] in accused else word for word in words)
