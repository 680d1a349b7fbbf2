"""A classifier fitted to one campaign's labelled answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from interrogate.adapters import read_paths
from interrogate.annotations import annotate
from interrogate.errors import InputError
from interrogate.labels import Facts, label_of
from interrogate.prompts import bundled, read_strategy, render
from interrogate.raters import Exhibit, record_of
from interrogate.raters.fitted import FEWEST_ANSWERS, Fitted, Score, fit
from interrogate.records import Act, Json, Transcript
from interrogate.simulated.personas import PERSONAS, speak

Labelled = tuple[Exhibit, Facts, str]


def spoken(persona: str, transcript: Transcript, act: Act, number: int) -> Labelled:
    """An answer of a simulated subject to a plain question, with the truth and its transcript."""
    ladder = read_strategy("ladder")
    rungs = [rung for rung in ladder.rungs if rung.name in {"direct", "closing", "detail"}]
    rung = rungs[number % len(rungs)]
    stage = {"accuses": True, "discloses": "none", "purpose": rung.purpose}
    of_it = {"interview": transcript.digest, "arm": "covert", "summary": act.summary}
    aside: Json = {"seed": number, "stages": [stage], **of_it}
    said = speak(persona, aside)
    variables = {"accusation": {"kind": act.kind, "summary": act.summary}, "factors": {}}
    asked = render(rung.question, ladder.templates[rung.question], variables)
    return Exhibit(act, record_of(transcript, act), (), asked, said.text), said.facts, transcript.digest


@cache
def campaign() -> tuple[Labelled, ...]:
    """What every guilty persona answers about every bundled transcript in which something was done."""
    found = annotate(read_paths([str(bundled("transcripts"))]), [])
    covert = [(each, act) for each in found if isinstance(each, Transcript) for act in each.acts]
    personas = [name for name in PERSONAS if name != "innocent"]
    return tuple(
        spoken(name, transcript, act, number) for name in personas for transcript, act in covert for number in range(3)
    )


def fitted_to(rows: Sequence[Labelled], *, seed: int = 0) -> Fitted:
    exhibits, facts, groups = zip(*rows, strict=True)
    return fit(exhibits, facts, groups, seed=seed)


def renamed(rows: Sequence[Labelled], transcripts: int) -> list[Labelled]:
    """The same answers as though they came from so many transcripts."""
    return [(exhibit, facts, str(i % transcripts)) for i, (exhibit, facts, _) in enumerate(rows)]


@cache
def fitted() -> Fitted:
    return fitted_to(renamed(campaign(), 9))


def test_a_simulated_campaign_is_labelled_better_than_by_its_commonest_label() -> None:
    score = fitted().score

    assert score.accuracy > score.commonest + 0.1
    assert score.macro_f1_interval[0] <= score.macro_f1 <= score.macro_f1_interval[1]
    assert score.accuracy_interval[0] <= score.accuracy <= score.accuracy_interval[1]
    assert (score.answers, score.transcripts) == (len(campaign()), 9)


def test_the_accuracy_is_that_of_the_out_of_fold_verdicts() -> None:
    true = [label_of(facts) for _, facts, _ in campaign()]
    right = [verdict.label == label for verdict, label in zip(fitted().out_of_fold, true, strict=True)]

    assert fitted().score.accuracy == pytest.approx(sum(right) / len(right))


def test_an_out_of_fold_verdict_owes_nothing_to_the_label_of_its_own_transcript() -> None:
    rows = renamed(campaign(), 9)
    shuffled = [
        (exhibit, Facts("full", falsehood=False) if group == "3" else facts, group) for exhibit, facts, group in rows
    ]
    before, after = fitted().out_of_fold, fitted_to(shuffled).out_of_fold

    assert [v.facts for v, row in zip(before, rows, strict=True) if row[2] == "3"] == [
        v.facts for v, row in zip(after, rows, strict=True) if row[2] == "3"
    ]


def test_the_same_labels_in_any_order_are_the_same_rater_and_one_more_is_another() -> None:
    rows = renamed(campaign(), 9)
    again, fewer = fitted_to(rows[::-1]), fitted_to(rows[:-1])

    assert again.identity == fitted().identity != fewer.identity
    assert fitted_to(rows).out_of_fold == fitted().out_of_fold


def test_answers_without_a_label_are_given_one_with_its_probability() -> None:
    shown = [exhibit for exhibit, _, _ in campaign()[:5]]
    verdicts = fitted().verdicts(shown)

    assert [verdict.rater for verdict in verdicts] == [fitted().identity] * 5
    assert all(verdict.label and verdict.confidence and 0 < verdict.confidence <= 1 for verdict in verdicts)
    assert fitted().verdicts([]) == []


@pytest.mark.parametrize(
    "rows",
    [
        [],
        renamed(campaign(), 9)[: FEWEST_ANSWERS - 1],
        renamed(campaign(), 5),
        [(exhibit, Facts("full", falsehood=False), group) for exhibit, _, group in renamed(campaign(), 9)],
    ],
    ids=["nothing", "few answers", "few transcripts", "one label"],
)
def test_too_little_is_refused_with_what_is_needed(rows: Sequence[Labelled]) -> None:
    exhibits, facts, groups = ([row[i] for row in rows] for i in range(3))

    with pytest.raises(InputError, match="it needs 60 answers of 6 transcripts, and two labels"):
        fit(exhibits, facts, groups)  # type: ignore[arg-type]  # columns of three types


@pytest.mark.slow
def test_real_answers_are_labelled_better_within_their_sources_than_by_the_commonest_label(data: Path) -> None:
    """Learned from and scored on real answers, by sessions held out: in their own domain."""
    lines = (data / "answers" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["admission"] and row["falsehood"] is not None]
    stance = {"denial": "rejects", "refusal": "declines", "evasion": "beside"}
    kept = [row for row in rows if row["label"] in {*stance, "confession", "partial_confession", "fabrication"}]
    facts = [
        Facts(row["admission"], row["falsehood"], stance.get(row["label"]))  # type: ignore[arg-type]  # one of the stances
        for row in kept
    ]
    exhibits = [Exhibit(Act("", row["facts"]), "", (), row["question"], row["answer"]) for row in kept]
    score: Score = fit(exhibits, facts, [row["group"] for row in kept]).score
    print(f"\n{score}")

    assert score.accuracy > score.commonest
