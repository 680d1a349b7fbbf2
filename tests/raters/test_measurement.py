"""How good the shipped classifier is, printed: run with `pytest -m slow -s tests/raters/test_measurement.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from interrogate.labels import Label, label_of
from interrogate.raters import Exhibit
from interrogate.raters.classifier import Classifier, examples, shipped
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


def merged(label: Label | None) -> str:
    return MERGED[str(label)]


def test_left_out_files_of_its_own_data_are_labelled_better_than_by_chance() -> None:
    """In-domain scores flatter: they predict little about answers of real models."""
    everything = examples()
    for file in sorted({example.id[:2] for example in everything}):
        out = [example for example in everything if example.id[:2] == file]
        classifier = Classifier([example for example in everything if example.id[:2] != file])
        labelled = [merged(verdict.label) for verdict in classifier.verdicts([example.exhibit for example in out])]
        true = [merged(label_of(example.facts)) for example in out]
        print(f"\nwithout {file}: {len(out)} answers, macro-F1 {macro_f1(true, labelled):.2f}")

        assert macro_f1(true, labelled) > 0.5


def test_real_answers_are_labelled_better_than_by_always_saying_the_commonest(data: Path) -> None:
    lines = (data / "answers" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["label"] in MERGED]
    exhibits = [Exhibit(Act("", row["facts"]), "", (), row["question"], row["answer"]) for row in rows]
    labelled = [merged(verdict.label) for verdict in shipped().verdicts(exhibits)]
    true = [MERGED[row["label"]] for row in rows]
    low, high = interval(true, labelled, [row["group"] for row in rows])
    print(f"\nall: {len(rows)} answers, macro-F1 {macro_f1(true, labelled):.2f} ({low:.2f} to {high:.2f})")
    print(CLASSES, *confusion_matrix(true, labelled, labels=CLASSES), sep="\n")
    for source in sorted({row["source"] for row in rows}):
        of_source = [i for i, row in enumerate(rows) if row["source"] == source]
        score = macro_f1([true[i] for i in of_source], [labelled[i] for i in of_source])
        print(f"{source}: {len(of_source)} answers, macro-F1 {score:.2f}")
    commonest = ["fabrication"] * len(true)

    assert macro_f1(true, labelled) > macro_f1(true, commonest)
