"""One interview is conducted to its end, or it is recorded why it came to none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from interviewing import RUN, TakesAtItsWord, Told, fault, said, strategy

from interrogate.errors import Fault, StoreError
from interrogate.executors import Workplace, conduct, interview_row
from interrogate.interviewers.scripted import Scripted
from interrogate.ledger import Tally
from interrogate.planning import Case, plan
from interrogate.records import Act, Evidence, Json, Strategy, ToolCall, ToolPolicy, Transcript
from interrogate.restoring import Restoration
from interrogate.store import Store, calls, interviews, sqlite_url, turns

LADDER = strategy("direct", "detail", "closing")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(sqlite_url(tmp_path), "this") as opened:
        yield opened


def place_of(store: Store, chat: Told, *, tally: Tally | None = None, max_turns: int | None = None) -> Workplace:
    return Workplace(store, chat, tally or Tally(), Scripted(), TakesAtItsWord(), {}, max_turns, seed=0)


def cases(*subjects: str, asked: Strategy = LADDER, epochs: int = 1, transcript: Transcript = RUN) -> tuple[Case, ...]:
    return plan([transcript], asked, subjects or ("simulated/candid",), epochs).cases


def hold(place: Workplace, *planned: Case) -> list[Json]:
    """How the interviews stand once they have been conducted, one after the other."""
    place.store.add_now(interviews, [interview_row(case) for case in planned])

    async def one_by_one() -> None:
        for case in planned:
            await conduct(case, place)

    asyncio.run(one_by_one())
    found = {row["interview"]: dict(row) for row in place.store.rows(interviews)}
    return [found[case.interview.id] for case in planned]


def test_an_interview_that_comes_to_its_end_is_complete(store: Store) -> None:
    (row,) = hold(place_of(store, Told("No.")), *cases())

    assert (row["state"], row["ending"], row["reason"]) == ("complete", "ladder_end", None)
    assert len(store.rows(turns)) == 3


def test_what_the_subject_was_sent_is_kept_once_for_all_interviews_that_share_it(store: Store) -> None:
    rows = hold(place_of(store, Told("No.")), *cases(epochs=3))
    kept = store.bodies("context")

    assert {row["context"] for row in rows} == set(kept)
    (context,) = kept.values()
    assert context["subject"] == "simulated/candid"
    assert context["messages"][2]["tool_calls"][0]["function"]["name"] == "bash"
    assert context["tools"][0]["function"]["name"] == "bash"


@pytest.mark.parametrize("reason", ["bad_request", "context_overflow", "timeout", "rate_limited", "unreadable"])
def test_a_lasting_fault_fails_its_interview_and_no_other(store: Store, reason: Fault) -> None:
    failed, held = hold(place_of(store, Told(fault(reason), "No.")), *cases(epochs=2))

    assert (failed["state"], failed["reason"], failed["detail"]) == ("failed", reason, f"told: {reason}")
    assert (held["state"], held["reason"]) == ("complete", None)


@pytest.mark.parametrize("reason", ["refused_key", "unknown_model"])
def test_a_subject_that_refuses_its_key_is_asked_once_and_the_others_go_on(store: Store, reason: Fault) -> None:
    chat = Told(fault(reason), "No.")
    rows = hold(place_of(store, chat), *cases("simulated/candid", "simulated/cracks", epochs=3))

    assert [(row["subject"], row["state"], row["reason"]) for row in rows] == [
        *[("simulated/candid", "failed", reason)] * 3,
        *[("simulated/cracks", "complete", None)] * 3,
    ]
    assert [request.model for request in chat.requests].count("simulated/candid") == 1


def test_an_unknown_provider_fails_the_interview_before_anything_is_asked(store: Store) -> None:
    chat = Told("No.")
    (row,) = hold(place_of(store, chat), *cases("nonsense/m"))

    assert (row["state"], row["reason"]) == ("failed", "unknown_model")
    assert chat.requests == []


def test_a_spent_budget_leaves_the_interview_owed(store: Store) -> None:
    (row,) = hold(place_of(store, Told("No."), tally=Tally(before_usd=1, budget_usd=1)), *cases())

    assert (row["state"], row["reason"]) == ("owed", "budget_spent")
    assert store.rows(calls) == []


def test_a_content_filter_is_a_missing_answer_and_the_interview_goes_on(store: Store) -> None:
    (row,) = hold(place_of(store, Told("No.", fault("content_filter"), "No.")), *cases())

    assert row["state"] == "complete"
    assert [each["body"]["missing"] for each in store.rows(turns)] == [None, "content_filter", None]


def test_evidence_that_would_not_reach_the_subject_is_no_interview(store: Store) -> None:
    unseen = Act("concealment", "Hid it.", (Evidence("It stands nowhere.", message=2),))
    (row,) = hold(place_of(store, Told("No.")), *cases(transcript=replace(RUN, acts=(unseen,))))

    assert (row["state"], row["reason"]) == ("failed", "not_restorable")
    assert "no evidence of the act reaches simulated/candid" in row["detail"]


def test_a_transcript_is_sent_as_chosen_and_the_choice_is_kept_with_it(store: Store) -> None:
    place = replace(place_of(store, chat := Told("No.")), restoration=Restoration("drop", "text"))
    hold(place, *cases())
    (context,) = store.bodies("context").values()

    assert context["choices"] == {"reasoning": "drop", "tools": "text", "context_window": None, "reserve": None}
    assert list(chat.requests[0].messages[: len(context["messages"])]) == context["messages"]
    assert "docker volume rm rawpings" in str(context["messages"])
    assert "Nobody needs to hear" not in str(context["messages"])
    assert not any("tool_calls" in message for message in context["messages"])


@pytest.mark.parametrize(
    ("policy", "answer", "missing"), [("none", "", "tool_call_only"), ("refuse", "No.", None), ("stub", "No.", None)]
)
def test_a_call_during_the_interview_is_met_as_the_policy_says(
    store: Store, policy: ToolPolicy, answer: str, missing: str | None
) -> None:
    calling = said("", finish="tool_calls", tool_calls=(ToolCall("c9", "bash", "{}"),))
    hold(replace(place_of(store, Told(calling, "No."), max_turns=1), tool_policy=policy), *cases())
    (turn,) = store.rows(turns)

    assert (turn["body"]["answer"], turn["body"]["missing"]) == (answer, missing)


def test_a_question_that_cannot_be_put_is_no_fault_of_the_transcript(store: Store) -> None:
    (row,) = hold(place_of(store, Told("No.")), *cases(asked=strategy("direct", template="{{ nobody.knows }}")))

    assert (row["state"], row["reason"]) == ("failed", "not_askable")


def test_an_interview_that_failed_is_complete_when_it_has_been_held_after_all(store: Store) -> None:
    chat = Told("First.", fault("bad_request"), "Second.", "Third.")
    hold(place_of(store, chat), *cases())
    (row,) = hold(place_of(store, chat), *cases())

    assert (row["state"], row["reason"], row["detail"]) == ("complete", None, None)
    assert [each["body"]["answer"] for each in store.rows(turns)] == ["First.", "Second.", "Third."]
    assert [(each["turn"], each["attempt"], each["fault"]) for each in store.rows(calls)] == [
        (1, 1, None),
        (2, 1, "bad_request"),
        (2, 2, None),
        (3, 1, None),
    ]


def test_a_store_that_cannot_be_used_is_no_fault_of_the_interview(store: Store) -> None:
    (case,) = cases()
    hold(place_of(store, Told("No."), max_turns=1), case)
    store.replace_now(turns, {**store.rows(turns)[0], "body": {**store.rows(turns)[0]["body"], "question": _other()}})

    with pytest.raises(StoreError, match="written by another version"):
        hold(place_of(store, Told("No.")), case)


def _other() -> Json:
    return {
        "rung": "another",
        "position": 1,
        "text": "?",
        "purpose": "control",
        "accuses": False,
        "discloses": "none",
    }


def test_a_row_of_an_interview_holds_its_whole_identity(store: Store) -> None:
    (case,) = cases()
    row = interview_row(case)

    assert row["interview"] == case.interview.id
    assert (row["subject"], row["transcript"], row["accusation"]) == (
        case.interview.subject,
        case.transcript.digest,
        case.accusation.digest,
    )
    assert (row["state"], row["arm"], row["policy"]) == ("owed", "covert", "unknown")
    assert {column.name for column in interviews.columns} - set(row) == {"campaign"}
