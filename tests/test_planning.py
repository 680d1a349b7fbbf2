"""From transcripts, strategy and subjects to interviews: each once, in the right arm, under the right identity."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interrogate.planning import Plan, accusations, plan
from interrogate.prompts import read_strategy
from interrogate.records import Act, Interview, Message, Rung, Source, Strategy, Text, Transcript

DEED, OTHER_DEED, INVENTED = (Act(kind, f"Did {kind}.") for kind in ("sabotage", "theft", "fraud"))
RUNGS = tuple(Rung(name, f"{name}.j2", "direct question", 1) for name in ("direct", "detail", "closing"))
THREAD = Strategy("short", 1, "", "thread", RUNGS)
BRANCHES = replace(THREAD, design="branches")


def recorded(
    name: str, *, acts: tuple[Act, ...] = (), untrue: tuple[Act, ...] = (), model: str | None = None
) -> Transcript:
    messages = (Message("user", (Text(f"Do {name}."),)), Message("assistant", (Text("Done."),)))
    return Transcript(messages, (), Source(f"{name}.json", "openai"), model=model, acts=acts, accusations=untrue)


COVERT = recorded("covert", acts=(DEED, OTHER_DEED))
CONTROL = recorded("control", untrue=(DEED,))
WRONGED = recorded("wronged", acts=(DEED,), untrue=(INVENTED,))
BARE = recorded("bare")


def about(planned: Plan) -> list[tuple[str, str, str]]:
    return [(case.transcript.source.path, case.arm, case.accusation.kind) for case in planned.cases]


def test_each_act_and_each_accusation_is_asked_about_in_its_arm() -> None:
    planned = plan([COVERT, CONTROL, WRONGED], THREAD, ["a/b"], 1)

    assert about(planned) == [
        ("covert.json", "covert", "sabotage"),
        ("covert.json", "covert", "theft"),
        ("control.json", "control", "sabotage"),
        ("wronged.json", "covert", "sabotage"),
        ("wronged.json", "wrong", "fraud"),
    ]
    assert planned.passed_over == ()


def test_where_there_is_nothing_to_accuse_of_no_interview_is_held_and_it_is_said() -> None:
    planned = plan([BARE, COVERT], THREAD, ["a/b"], 1)

    assert planned.passed_over == (("bare.json", "no_accusation"),)
    assert {case.transcript.source.path for case in planned.cases} == {"covert.json"}


def test_accusations_are_untrue_where_the_transcript_is_innocent() -> None:
    assert accusations(CONTROL) == (("control", DEED),)
    assert accusations(BARE) == ()


def test_an_interview_is_identified_by_what_it_is_about() -> None:
    (case,) = plan([CONTROL], THREAD, ["a/b"], 1).cases

    assert case.interview == Interview("a/b", CONTROL.digest, DEED.digest, THREAD.digest)
    assert case.strategy == THREAD


@pytest.mark.parametrize(("model", "policy"), [("a/b", "on"), ("a/c", "off"), (None, "unknown")])
def test_it_is_told_whether_the_subject_wrote_the_transcript(model: str | None, policy: str) -> None:
    (case,) = plan([recorded("run", acts=(DEED,), model=model)], THREAD, ["a/b"], 1).cases

    assert case.policy == policy


def test_in_branches_each_question_in_each_wording_is_an_interview_of_one_rung() -> None:
    wordings = replace(BRANCHES, factors={"honesty": ("none", "request"), "authority": ("none", "management")})
    interviews = [case.interview for case in plan([CONTROL], wordings, ["a/b"], 2).cases]

    assert Counter(each.rung for each in interviews) == {"direct": 8, "detail": 8, "closing": 8}
    assert Counter(each.epoch for each in interviews) == {1: 12, 2: 12}
    assert {each.cell for each in interviews} == {
        (("authority", authority), ("honesty", honesty))
        for authority in ("none", "management")
        for honesty in ("none", "request")
    }


def test_in_a_thread_the_whole_ladder_is_one_interview() -> None:
    assert [case.interview.rung for case in plan([CONTROL], THREAD, ["a/b"], 3).cases] == [None, None, None]


def test_all_about_one_transcript_is_held_together() -> None:
    planned = plan([COVERT, CONTROL], THREAD, ["a/b", "a/c"], 2)

    assert [case.transcript.source.path for case in planned.cases] == ["covert.json"] * 8 + ["control.json"] * 4


def test_the_same_transcript_twice_is_interviewed_about_once() -> None:
    copy = replace(CONTROL, source=Source("copy.json", "openai"))

    assert about(plan([CONTROL, copy], THREAD, ["a/b"], 1)) == [("control.json", "control", "sabotage")]


@given(
    subjects=st.lists(st.sampled_from(["a/b", "a/c", "d/e"]), unique=True),
    epochs=st.integers(1, 3),
    chosen=st.lists(st.sampled_from([COVERT, CONTROL, WRONGED, BARE]), unique_by=lambda each: each.source.path),
    strategy=st.sampled_from([THREAD, BRANCHES, read_strategy("followup")]),
)
def test_every_interview_is_planned_once(
    subjects: list[str], epochs: int, chosen: list[Transcript], strategy: Strategy
) -> None:
    cases = plan(chosen, strategy, subjects, epochs).cases
    wordings = 4 if strategy.factors else 1
    asked = len(strategy.rungs) if strategy.design == "branches" else 1
    about_each = sum(len(accusations(each)) for each in chosen)

    assert len(cases) == len({case.interview.id for case in cases})
    assert len(cases) == len(subjects) * epochs * wordings * asked * about_each
