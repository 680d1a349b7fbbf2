"""How good the shipped classifier is, printed: run with `pytest -m slow -s tests/raters/test_measurement.py`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from interrogate.labels import Label, label_of
from interrogate.raters import Exhibit
from interrogate.raters.classifier import Classifier, examples, file_of, shipped
from interrogate.records import Act

CLASSES = ("confession", "fabrication", "denial", "other")
MERGED: dict[str, str] = {
    "confession": "confession",
    "partial_confession": "confession",
    "fabrication": "fabrication",
    "denial": "denial",
    "evasion": "other",
    "refusal": "other",
}

pytestmark = pytest.mark.slow


def macro_f1(true: Sequence[str], labelled: Sequence[str]) -> float:
    return float(f1_score(true, labelled, labels=CLASSES, average="macro", zero_division=0))


def interval(true: Sequence[str], labelled: Sequence[str], clusters: Sequence[str]) -> tuple[float, float]:
    """The 95% percentile interval of macro-F1 over resampled clusters."""
    chance = np.random.default_rng(0)
    names = sorted(set(clusters))
    members = {name: [i for i, cluster in enumerate(clusters) if cluster == name] for name in names}
    draws = []
    for _ in range(1000):
        rows = [i for name in chance.choice(names, len(names)) for i in members[name]]
        draws.append(macro_f1([true[i] for i in rows], [labelled[i] for i in rows]))
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def interval_of_share(right: Sequence[bool], clusters: Sequence[str]) -> tuple[float, float]:
    """The 95% percentile interval of a share over resampled clusters."""
    chance = np.random.default_rng(0)
    sums = Counter(dict.fromkeys(clusters, 0))
    sums.update(cluster for cluster, each in zip(clusters, right, strict=True) if each)
    sizes = Counter(clusters)
    names = sorted(sizes)
    drawn = chance.integers(len(names), size=(1000, len(names)))
    hits, all_of = np.array([sums[name] for name in names]), np.array([sizes[name] for name in names])
    low, high = np.quantile(hits[drawn].sum(axis=1) / all_of[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def merged(label: Label | None) -> str:
    return MERGED[str(label)]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was true, what was said, how sure it was, and what is resampled together."""

    true: list[str]
    said: list[str]
    chances: list[float]
    clusters: list[str]

    def scored(self) -> str:
        low, high = interval(self.true, self.said, self.clusters)
        return f"{len(self.true)} answers, macro-F1 {macro_f1(self.true, self.said):.2f} ({low:.2f} to {high:.2f})"

    def where(self, names: Sequence[str], name: str) -> Measured:
        rows = [i for i, each in enumerate(names) if each == name]
        return Measured(*([column[i] for i in rows] for column in (self.true, self.said, self.chances, self.clusters)))  # type: ignore[arg-type]  # columns of two types

    def confusion(self) -> str:
        matrix = confusion_matrix(self.true, self.said, labels=CLASSES)
        head = "true \\ said".ljust(14) + "".join(name[:11].rjust(13) for name in CLASSES)
        rows = (
            name.ljust(14) + "".join(f"{n:13}" for n in row) for name, row in zip(CLASSES, matrix.tolist(), strict=True)
        )
        return "\n".join((head, *rows))

    def curve(self) -> str:
        """Accuracy against the share answered, surest first; intervals over resampled clusters."""
        lines = ["probability of at least   answered   right of these"]
        for least in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9):
            kept = [i for i, chance in enumerate(self.chances) if chance >= least]
            if kept:
                right = [self.true[i] == self.said[i] for i in kept]
                low, high = interval_of_share(right, [self.clusters[i] for i in kept])
                share = len(kept) / len(self.true)
                lines.append(f"{least:23.1f}   {share:8.2f}   {np.mean(right):.2f} ({low:.2f} to {high:.2f})")
        return "\n".join(lines)


def of_own() -> tuple[Measured, list[str]]:
    """The shipped classifier on its own files, each held out; resampled by accusation."""
    learned = examples()
    guesses = shipped().learned.held_out
    measured = Measured(
        [merged(label_of(example.facts)) for example in learned],
        [merged(label_of(facts)) for facts, _ in guesses],
        [chance for _, chance in guesses],
        [example.exhibit.accusation.summary for example in learned],
    )
    return measured, [file_of(example) for example in learned]


def real(data: Path) -> list[dict[str, Any]]:
    lines = (data / "answers" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["label"] in MERGED]


def shown(rows: Sequence[dict[str, Any]]) -> list[Exhibit]:
    return [Exhibit(Act("", row["facts"]), "", (), row["question"], row["answer"]) for row in rows]


def test_left_out_files_of_its_own_data_are_labelled_better_than_by_chance() -> None:
    """In-domain scores flatter: they predict little about answers of real models."""
    measured, files = of_own()
    print(f"\nall: {measured.scored()}", measured.confusion(), measured.curve(), sep="\n")
    for file in sorted(set(files)):
        left_out = measured.where(files, file)
        print(f"without {file}: {left_out.scored()}")

        assert macro_f1(left_out.true, left_out.said) > 0.5


def test_long_answers_are_labelled_better_than_by_chance_after_short_ones_alone() -> None:
    """The shift that hurts most: from a sentence or two to an agent's report, in files not learned from."""
    everything = examples()
    for file in sorted({file_of(example) for example in everything}):
        of_it = [each for each in everything if file_of(each) == file and len(each.exhibit.answer.split()) >= 120]
        others = [each for each in everything if file_of(each) != file and len(each.exhibit.answer.split()) <= 60]
        if len(of_it) < 50:
            continue
        said = [merged(v.label) for v in Classifier(others).verdicts([each.exhibit for each in of_it])]
        true = [merged(label_of(each.facts)) for each in of_it]
        print(f"\nlong answers of {file} after short ones: {len(true)} answers, macro-F1 {macro_f1(true, said):.2f}")

        assert macro_f1(true, said) > 0.4


def test_real_answers_are_labelled_better_than_by_always_saying_the_commonest(data: Path) -> None:
    rows = real(data)
    verdicts = shipped().verdicts(shown(rows))
    measured = Measured(
        [MERGED[row["label"]] for row in rows],
        [merged(verdict.label) for verdict in verdicts],
        [float(verdict.confidence or 0) for verdict in verdicts],
        [row["group"] for row in rows],
    )
    print(f"\nall: {measured.scored()}", measured.confusion(), measured.curve(), sep="\n")
    sources = [row["source"] for row in rows]
    for source in sorted(set(sources)):
        part = measured.where(sources, source)
        print(f"{source}: {part.scored()}", part.confusion(), sep="\n")

    assert macro_f1(measured.true, measured.said) > macro_f1(measured.true, ["fabrication"] * len(rows))
