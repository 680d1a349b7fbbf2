"""What the cascade saves of a judge's calls at equal width, with the real classifiers; printed.

Run with `pytest -m slow -s tests/test_saving.py`. The truth stands for what the judge would say.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

import interrogate
from interrogate import frames
from interrogate.amplifying import Drawn
from interrogate.cascading import PILOT, doubt, grown
from interrogate.fitting import held_out
from interrogate.labels import Facts, Verdict, label_of
from interrogate.people import Key
from interrogate.prompts import bundled
from interrogate.quantities import EVENTS, counted
from interrogate.raters import Exhibit
from interrogate.raters.classifier import examples, shipped
from interrogate.raters.fitted import Score
from interrogate.rating import answered
from interrogate.records import Act
from interrogate.stats.powered import Powered, Predicted, powered_mean
from interrogate.store import open_directory

pytestmark = pytest.mark.slow

DRAWS = 8
WAYS = ("evenly", "where unsure", "where unsure or at odds")
"""How the judge's part is drawn: with one chance; by the doubts of the shipped classifier; and, after a pilot of half
of it, by those of the fitted one."""


@dataclass(frozen=True, slots=True)
class Answer:
    exhibit: Exhibit
    facts: Facts
    transcript: str
    epoch: int = 1


@cache
def shipped_says(exhibits: tuple[Exhibit, ...]) -> tuple[Verdict, ...]:
    return tuple(shipped().verdicts(exhibits))


@dataclass(frozen=True, slots=True)
class Reading:
    """A part that was read, and what the classifier that is fitted to it says of every answer."""

    answers: Sequence[Answer]
    drawn: Drawn

    @property
    def keys(self) -> list[Key]:
        return [(str(place), 1) for place in range(len(self.answers))]

    def held(self) -> list[bool]:
        return [self.drawn.holds(key) for key in self.keys]

    def fitted(self) -> tuple[Score, list[Verdict]]:
        facts = [each.facts if read else None for each, read in zip(self.answers, self.held(), strict=True)]
        return held_out([each.exhibit for each in self.answers], facts, [each.transcript for each in self.answers])

    def grown(self, doubts: Sequence[float], share: float) -> Reading:
        of_each = dict(zip(self.keys, doubts, strict=True))
        return Reading(self.answers, grown(self.drawn, of_each, [(self.keys, share)]))

    def saving(self, said: Sequence[Verdict], rate: str) -> tuple[float, float]:
        """Of the calls that the same width takes without the classifier; and how far the estimate is off."""
        event = EVENTS[rate]
        found = powered_mean(
            [
                Predicted(
                    each.transcript, _counts(event, verdict.facts), _counts(event, each.facts) if read else None, chance
                )
                for each, verdict, read, chance in zip(
                    self.answers, said, self.held(), self.drawn.chances.values(), strict=True
                )
            ]
        )
        whole = powered_mean([Predicted(a.transcript, 0.0, _counts(event, a.facts), 1.0) for a in self.answers])
        assert isinstance(found, Powered)
        assert isinstance(whole, Powered)
        assert found.mean.estimate is not None
        assert whole.mean.estimate is not None
        return 1 - found.labelled / found.effective, found.mean.estimate - whole.mean.estimate


def _counts(event: object, facts: Facts | None) -> float:
    assert facts is not None
    assert callable(event)
    return float(event({"label": label_of(facts), "admission": facts.admission}))


def read(answers: Sequence[Answer], way: str, share: float, seed: int) -> tuple[Reading, Score, list[Verdict]]:
    first = shipped_says(tuple(each.exhibit for each in answers))
    pilot = max(share / 2, PILOT / len(answers))
    at_once = {"evenly": [0.5] * len(answers), "where unsure": [doubt(said) for said in first]}
    nothing = Reading(answers, Drawn("j", "judge", share, None, seed, {}))
    if way in at_once:
        part = nothing.grown(at_once[way], share)
    else:
        part = nothing.grown(at_once["where unsure"], pilot)
        _, said = part.fitted()
        part = part.grown([doubt(*both) for both in zip(said, first, strict=True)], share)
    return part, *part.fitted()


def measured(title: str, answers: Sequence[Answer], share: float) -> dict[str, float]:
    """Prints and gives the mean saving of each way to draw, over the four rates."""
    means = {}
    for way in WAYS:
        rows, scores = [], []
        for seed in range(DRAWS):
            part, score, said = read(answers, way, share, seed)
            rows.append([part.saving(said, rate) for rate in EVENTS])
            scores.append((score.accuracy, score.commonest, sum(part.held())))
        saving, off = np.array(rows).transpose(2, 0, 1)
        right, commonest, number = np.mean(scores, axis=0)
        means[way] = float(saving.mean())
        by_rate = ", ".join(f"{rate} {each:.0%}" for rate, each in zip(EVENTS, saving.mean(axis=0), strict=True))
        error = off.std(axis=0) / DRAWS**0.5
        bias = ", ".join(f"{each:+.3f} ({of:.3f})" for each, of in zip(off.mean(axis=0), error, strict=True))
        print(
            f"{title}: {len(answers)} answers, {len({each.transcript for each in answers})} transcripts, {number:.0f} "
            f"read {way}, classifier {right:.2f} (commonest {commonest:.2f}): saved {means[way]:.0%} ({by_rate}); "
            f"off by {bias}",
            flush=True,
        )
    return means


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    """The accusing answers of the covert arm of a campaign of single questions."""
    folder = tmp_path_factory.mktemp("saving")
    runs = Path(shutil.copytree(bundled("transcripts"), folder / "runs"))
    for acts in runs.rglob("acts.yaml"):
        entries = [{**entry, "model": "acme/one"} for entry in yaml.safe_load(acts.read_text())]
        acts.write_text(yaml.safe_dump(entries))
    interrogate.run(
        transcripts=[runs], subject="simulated/cracks", strategy="followup", epochs=8, dir=folder / "campaign"
    )
    with open_directory(folder / "campaign") as store:
        rows = counted(frames.answers(store))
        covert = {(row["interview"], row["turn"]): row for row in rows[rows["arm"] == "covert"].to_dict("records")}
        return [
            Answer(item.exhibit, Facts(**item.truth["facts"]), str(row["transcript"]), int(row["epoch"]))
            for item in answered(store)
            if (row := covert.get((item.interview, item.turn))) and item.truth
        ]


@pytest.mark.parametrize(("epochs", "share"), [(2, 0.6), (8, 0.25)])
def test_simulated_subjects_who_speak_in_set_phrases(simulated: list[Answer], epochs: int, share: float) -> None:
    answers = [each for each in simulated if each.epoch <= epochs]

    assert measured(f"simulated subjects, {epochs} epochs", answers, share)["where unsure"] > 0


@pytest.mark.parametrize(("accusations", "share"), [(40, 0.5), (80, 0.3)])
def test_a_campaign_put_together_from_the_projects_own_answers(accusations: int, share: float) -> None:
    """An accusation stands for a transcript. The shipped classifier has seen these answers; the fitted one has not."""
    named = sorted({each.exhibit.accusation.summary for each in examples()})
    drawn = set(np.random.default_rng(1).permutation(named)[:accusations].tolist())
    answers = [
        Answer(each.exhibit, each.facts, each.exhibit.accusation.summary)
        for each in examples()
        if each.exhibit.accusation.summary in drawn
    ]

    assert measured(f"own answers, {accusations} accusations", answers, share)["evenly"] > 0


def test_real_answers(data: Path) -> None:
    """A session stands for a transcript."""
    stance = {"denial": "rejects", "refusal": "declines", "evasion": "beside"}
    lines = (data / "answers" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["admission"] and row["falsehood"] is not None]
    answers = [
        Answer(
            Exhibit(Act("", row["facts"]), "", (), row["question"], row["answer"]),
            Facts(row["admission"], row["falsehood"], stance.get(row["label"])),  # type: ignore[arg-type]  # one of the stances
            row["group"],
        )
        for row in rows
        if row["label"] != "not_applicable"
    ]

    assert measured("real answers", answers, 0.6)["where unsure or at odds"] > -0.1
