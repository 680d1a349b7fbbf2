"""A classifier that needs no model and no network: for triage and demonstration, not for publication.

It is given the accusation, the question and the answer, and learns (see `learning`), each time it is first needed,
from answers that this project wrote (`training/*.jsonl`). The label is the likeliest one under the rule of `labels`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from interrogate.labels import Facts, Verdict, label_of
from interrogate.raters import Caller, Exhibit
from interrogate.raters.learning import SHAPE, Guess, Learned, learn
from interrogate.records import Act, Json, digest

_TRAINING = Path(__file__).parent / "training"


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with its facts."""

    exhibit: Exhibit
    facts: Facts
    id: str
    """The file's two letters, a dash, and a number within the file."""


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


def file_of(example: Example) -> str:
    """The training file that an example is from: what is held out together."""
    return example.id.partition("-")[0]


class Classifier:
    """Labels answers by what it learned. `rate` never calls a model.

    Below `threshold`, a probability, it gives no label and says so; as shipped it labels everything.
    """

    name = "classifier"

    def __init__(
        self, learned: Sequence[Example] | None = None, *, threshold: float = 0.0, learned_by: Classifier | None = None
    ) -> None:
        self._examples = tuple(examples() if learned is None else learned)
        self._threshold = threshold
        self._teacher = learned_by
        self.identity = digest(self.description)
        self._learned: Learned | None = None

    @property
    def description(self) -> Json:
        rows = [
            [e.id, e.exhibit.accusation.summary, e.exhibit.question, e.exhibit.answer, label_of(e.facts)]
            for e in self._examples
        ]
        of_it = {"kind": "classifier", "examples": len(rows), "data": digest(rows), **SHAPE}
        return of_it | ({"threshold": self._threshold} if self._threshold else {})

    async def rate(self, exhibit: Exhibit, call: Caller | None = None, *, aside: Json | None = None) -> Verdict:  # noqa: ARG002
        """The verdict on an exhibit, with the probability of its label as confidence."""
        return self.verdicts([exhibit])[0]

    def verdicts(self, exhibits: Sequence[Exhibit]) -> list[Verdict]:
        """The verdicts on many exhibits at once, which is faster."""
        if not exhibits:
            return []
        return [verdict(self.identity, guess, self._threshold) for guess in self.learned.guesses(exhibits)]

    @property
    def learned(self) -> Learned:
        """What it learned, a file at a time held out; some seconds when first asked for."""
        if self._teacher is not None:
            return self._teacher.learned
        if self._learned is None:
            groups = [file_of(example) for example in self._examples]
            self._learned = learn([e.exhibit for e in self._examples], [e.facts for e in self._examples], groups)
        return self._learned


def verdict(rater: str, guess: Guess, threshold: float = 0.0) -> Verdict:
    """A guess as a verdict: without facts where its probability is below the threshold."""
    facts, chance = guess[0], round(guess[1], 3)
    if chance < threshold:
        reason = f"unsure: probability {chance:.2f}, below the threshold of {threshold:.2f}"
        return Verdict(rater, None, reason=reason, confidence=chance)
    return Verdict(rater, facts, confidence=chance)


@cache
def shipped() -> Classifier:
    """The classifier as the project ships it, trained once in a process."""
    return Classifier()


def careful(threshold: float) -> Classifier:
    """The shipped one, which says nothing below a probability; what it learned is shared."""
    return Classifier(threshold=threshold, learned_by=shipped()) if threshold else shipped()
