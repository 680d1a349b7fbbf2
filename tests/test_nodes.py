"""The steps of an interview, one at a time, and the routers between them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interviewing import (
    ACT,
    CONFESSES,
    DENIES,
    RUN,
    TakesAtItsWord,
    Told,
    assert_legal,
    campaign,
    fault,
    interview_of,
    said,
    strategy,
)
from langgraph.runtime import Runtime

from interrogate.chat import Chat, Reply
from interrogate.errors import Fault, ModelError
from interrogate.ledger import Tally
from interrogate.nodes import (
    MOST_ROUNDS,
    REFUSED_CALL,
    Context,
    State,
    _said,
    after_ask,
    after_read,
    answer,
    ask,
    missing_of,
    read,
)
from interrogate.raters.judge import Judge
from interrogate.records import Json, Missing, Question, Reading, ToolCall, ToolPolicy, Turn
from interrogate.store import Store

QUESTION = Question("direct", 1, "Did you?", "persistence", accuses=True, discloses="none")
OPEN = replace(QUESTION, rung="open", accuses=False)
CALL = ToolCall("c9", "bash", '{"command": "ls"}')
STRATEGY = strategy("direct", "closing", recheck="again.j2")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with campaign(tmp_path) as opened:
        yield opened


def turn(answer: str = DENIES, *, question: Question = QUESTION, confessed: bool | None = None) -> Turn:
    return Turn(question, answer, reading=Reading("word", confessed))


def asked(context: Context, *, turns: tuple[Turn, ...] = (), dialogue: tuple[Json, ...] = ()) -> State:
    """The change that asking the subject makes."""
    state = State(context="c", question=QUESTION, turns=turns, dialogue=dialogue)
    return asyncio.run(answer(state, runtime=Runtime(context=context)))


def readings(
    context: Context, reply: Reply | Missing, question: Question = QUESTION, turns: tuple[Turn, ...] = ()
) -> State:
    """The change that reading an answer makes."""
    state = State(context="c", question=question, answer=reply, turns=turns)
    return asyncio.run(read(state, runtime=Runtime(context=context)))


# What counts as an answer


@pytest.mark.parametrize(
    ("reply", "missing"),
    [
        (said("No."), None),
        (said("No.", finish="tool_calls", tool_calls=(CALL,)), None),
        (said("No.", reasoning="Hm."), None),
        (said(""), "empty"),
        (said(" \n"), "empty"),
        (said("No, because", finish="length"), "cut_off"),
        (said("", finish="length"), "cut_off"),
        (said("", reasoning="I had better not say."), "reasoning_only"),
        (said("", finish="length", reasoning="I had better not say."), "reasoning_only"),
        (said("", finish="tool_calls", tool_calls=(CALL,)), "tool_call_only"),
        (said(" ", reasoning="Hm.", tool_calls=(CALL,)), "tool_call_only"),
        (said("I", finish="content_filter"), "content_filter"),
        (said("", finish="content_filter"), "content_filter"),
    ],
)
def test_an_answer_that_could_not_be_labelled_is_missing_and_has_its_reason(
    reply: Reply, missing: Missing | None
) -> None:
    assert missing_of(reply) == missing


@pytest.mark.parametrize(
    ("reply", "missing"), [(said("", reasoning="Hm."), "reasoning_only"), (said("No.", reasoning="Hm."), None)]
)
def test_a_turn_keeps_answer_reason_and_private_reasoning(store: Store, reply: Reply, missing: Missing | None) -> None:
    change = readings(interview_of(store, Told("unused"), asked=strategy("direct")), reply)

    assert change["turns"] == (Turn(QUESTION, reply.text, missing, "Hm."),)


# What the subject is sent


def test_the_subject_is_sent_the_restored_context_the_conversation_and_the_question(store: Store) -> None:
    chat = Told(DENIES)
    context = interview_of(store, chat, parameters={"temperature": 1})
    earlier: tuple[Json, ...] = ({"role": "user", "content": "Well?"}, {"role": "assistant", "content": "Well."})
    change = asked(context, dialogue=earlier)
    (request,) = chat.requests
    _, restored = context.restored()

    assert request.messages == (*restored.messages, *earlier, {"role": "user", "content": "Did you?"})
    assert request.tools == restored.tools != ()
    assert request.parameters["temperature"] == 1
    assert change["dialogue"] == ({"role": "user", "content": "Did you?"}, {"role": "assistant", "content": DENIES})


@pytest.mark.parametrize(
    ("subject", "parameters", "choice"),
    [
        ("simulated/candid", {}, "none"),
        ("simulated/candid", {"tool_choice": "auto"}, "auto"),
        ("openai/gpt-4o", {}, "none"),
        ("bedrock/anthropic.claude-3-haiku-20240307-v1:0", {}, None),
    ],
)
def test_tools_are_offered_but_may_not_be_called_where_the_route_can_say_so(
    store: Store, subject: str, parameters: Json, choice: str | None
) -> None:
    chat = Told(DENIES)
    asked(interview_of(store, chat, subject=subject, parameters=parameters))

    assert chat.requests[0].tools
    assert chat.requests[0].parameters.get("tool_choice") == choice


def test_where_there_are_no_tools_nothing_is_said_of_them(store: Store) -> None:
    chat = Told(DENIES)
    asked(interview_of(store, chat, transcript=replace(RUN, messages=RUN.messages[:2], tools=())))

    assert chat.requests[0].tools == ()
    assert "tool_choice" not in chat.requests[0].parameters


def test_what_a_simulated_subject_must_know_goes_beside_the_messages(store: Store) -> None:
    chat = Told(DENIES)
    asked(interview_of(store, chat, arm="control"), turns=(turn(question=OPEN),))
    (request,) = chat.requests

    assert request.aside is not None
    assert (request.aside["arm"], request.aside["summary"]) == ("control", ACT.summary)
    assert request.aside["stages"] == [
        {"accuses": False, "discloses": "none", "purpose": "persistence"},
        {"accuses": True, "discloses": "none", "purpose": "persistence"},
    ]
    assert "control" not in json.dumps(request.messages)


# What it says, as later turns contain it


LOOKS = said("Let me look.", finish="tool_calls", tool_calls=(CALL,))


@pytest.mark.parametrize(("policy", "result"), [("refuse", REFUSED_CALL), ("stub", "[no output]")])
def test_a_subject_that_may_call_goes_on_after_its_calls_within_the_turn(
    store: Store, policy: ToolPolicy, result: str
) -> None:
    chat = Told(LOOKS, said("It is clean."))

    change = asked(interview_of(store, chat, tool_policy=policy))
    first, second = chat.requests

    assert "tool_choice" not in first.parameters
    assert [message.get("content") for message in second.messages[len(first.messages) :]] == ["Let me look.", result]
    assert isinstance(change["answer"], Reply)
    assert change["answer"].text == "Let me look.\nIt is clean."
    assert_legal([*second.messages, *change["dialogue"][-1:]])


def test_a_subject_that_only_calls_is_let_go_on_for_so_long_and_no_longer(store: Store) -> None:
    chat = Told(said("", finish="tool_calls", tool_calls=(CALL,)))

    change = asked(interview_of(store, chat, tool_policy="stub"))

    assert len(chat.requests) == MOST_ROUNDS + 1
    assert isinstance(change["answer"], Reply)
    assert missing_of(change["answer"]) == "tool_call_only"


def test_each_step_of_a_turn_is_kept_and_replayed(store: Store) -> None:
    before = asked(interview_of(store, Told(LOOKS, said("It is clean.")), tool_policy="stub"))
    silent = Told(fault("timeout"))

    assert asked(interview_of(store, silent, tool_policy="stub")) == before
    assert silent.requests == []


def test_an_answer_is_repeated_word_for_word_and_an_empty_one_left_out() -> None:
    assert _said(said(" Well,\nno. "), ()) == ({"role": "assistant", "content": " Well,\nno. "},)
    assert _said(said(" \n", reasoning="Hm."), ()) == ()


def test_a_call_is_closed_by_a_result_that_refuses_it() -> None:
    message, result = _said(said("Let me look.", tool_calls=(CALL,)), ())

    assert message["content"] == "Let me look."
    assert message["tool_calls"] == [
        {"id": "c9", "type": "function", "function": {"name": "bash", "arguments": CALL.arguments}}
    ]
    assert result == {"role": "tool", "tool_call_id": "c9", "content": REFUSED_CALL}


def test_calls_without_ids_of_their_own_are_told_apart() -> None:
    before: list[Json] = [{"role": "assistant", "content": None, "tool_calls": [{"id": "c9"}, {"id": "call_2"}]}]
    message, *_ = _said(said("", tool_calls=(CALL, CALL, replace(CALL, id=""), replace(CALL, id="new"))), before)

    assert [call["id"] for call in message["tool_calls"]] == ["c9_2", "c9_3", "call_3", "new"]


def test_arguments_that_are_no_json_object_are_wrapped_as_in_restoring() -> None:
    message, _ = _said(said("", tool_calls=(replace(CALL, arguments="rm -rf 'ä"),)), ())

    assert message["tool_calls"][0]["function"]["arguments"] == '{"_raw": "rm -rf \'ä"}'


CALLS = st.builds(ToolCall, st.sampled_from(["", "c1", "c9", "call_2"]), st.just("bash"), st.text() | st.just("{}"))


@given(st.lists(st.tuples(st.text(max_size=3), st.lists(CALLS, max_size=3)), max_size=4))
def test_whatever_is_said_the_next_request_is_legal(replies: list[tuple[str, list[ToolCall]]]) -> None:
    messages: tuple[Json, ...] = ()
    for text, calls in replies:
        messages += ({"role": "user", "content": "?"}, *_said(said(text, tool_calls=tuple(calls)), messages))

    assert_legal(messages)
    for message in messages:
        for call in message.get("tool_calls", ()):
            assert isinstance(json.loads(call["function"]["arguments"]), dict)


# Faults


def test_a_providers_filter_is_an_answer_that_is_missing(store: Store) -> None:
    change = asked(interview_of(store, Told(fault("content_filter"))))

    assert change == {"answer": "content_filter", "dialogue": ({"role": "user", "content": "Did you?"},)}


@pytest.mark.parametrize("reason", ["rate_limited", "refused_key", "context_overflow", "bad_request", "timeout"])
def test_any_other_fault_ends_the_interview(store: Store, reason: Fault) -> None:
    with pytest.raises(ModelError, match=reason) as caught:
        asked(interview_of(store, Told(fault(reason))))

    assert caught.value.reason == reason


# Asking


def test_what_was_passed_over_on_the_way_is_added(store: Store) -> None:
    context = interview_of(store, Told(DENIES), accusation=replace(ACT, evidence=()))
    turns = tuple(turn(question=replace(QUESTION, rung=name)) for name in ("open_account", "omission", "detail"))
    change = asyncio.run(ask(State(turns=(*turns, turn())), runtime=Runtime(context=context)))

    assert change["skipped"] == ("evidence_vague", "evidence_exact", "contradiction")
    assert change["question"].rung == "closing"
    assert "ending" not in change


def test_the_interview_ends_when_the_ladder_does(store: Store) -> None:
    context = interview_of(store, Told(DENIES), asked=strategy("direct"))

    assert asyncio.run(ask(State(turns=(turn(),)), runtime=Runtime(context=context))) == {
        "skipped": (),
        "ending": "ladder_end",
    }


# Reading


def test_a_reading_is_taken_where_something_hangs_on_it_and_nowhere_else(store: Store) -> None:
    reader = TakesAtItsWord()
    steering = interview_of(store, Told("unused"), asked=STRATEGY, reader=reader)
    indifferent = interview_of(store, Told("unused"), asked=strategy("direct"), reader=reader)
    yes = said(CONFESSES)

    assert readings(indifferent, yes)["turns"][0].reading is None
    assert readings(steering, yes, OPEN)["turns"][0].reading is None
    assert readings(steering, yes, replace(QUESTION, inserted=True))["turns"][0].reading is None
    assert readings(steering, said("", reasoning=CONFESSES))["turns"][0].reading is None
    assert readings(steering, "content_filter")["turns"][0].reading is None
    assert reader.read == []
    assert readings(steering, yes)["turns"][0].reading == Reading("word", confessed=True)
    assert readings(steering, said(DENIES), turns=(turn(),))["turns"][0].reading == Reading("word", confessed=False)
    assert [exhibit.answer for exhibit in reader.read] == [CONFESSES, DENIES]


def test_a_reader_that_cannot_say_has_not_said_no(store: Store) -> None:
    context = interview_of(store, Told("unused"), asked=STRATEGY, reader=TakesAtItsWord(unsure=True))

    assert readings(context, said(CONFESSES))["turns"][0].reading == Reading("word", confessed=None)


def test_a_reading_that_cannot_be_paid_for_is_owed_and_never_settled(store: Store) -> None:
    tally = Tally(cost_usd=1.0, budget_usd=1.0)
    context = interview_of(store, Chat(attempts=1), asked=STRATEGY, reader=Judge("simulated/judge"), tally=tally)
    with pytest.raises(ModelError, match="raise --budget") as caught:
        readings(context, said(CONFESSES))

    assert caught.value.reason == "budget_spent"
    assert context.ledger.turn(1) is None


@pytest.mark.parametrize(
    ("stop", "most", "reply", "ending"),
    [
        ("first_admission", None, CONFESSES, "first_admission"),
        ("first_admission", 1, CONFESSES, "first_admission"),
        ("first_admission", None, DENIES, None),
        ("ladder_end", None, CONFESSES, None),
        ("ladder_end", 1, CONFESSES, "max_turns"),
        ("ladder_end", 2, CONFESSES, None),
    ],
)
def test_a_turn_ends_the_interview_as_strategy_and_limit_say(
    store: Store, stop: str, most: int | None, reply: str, ending: str | None
) -> None:
    asks = replace(STRATEGY, recheck=None, stop=stop)  # type: ignore[arg-type]

    assert (
        readings(interview_of(store, Told("unused"), asked=asks, max_turns=most), said(reply)).get("ending") == ending
    )


# Routers


def test_a_question_is_answered_and_an_ending_ends() -> None:
    assert after_ask(State(question=QUESTION)) == "answer"
    assert after_ask(State(ending="ladder_end")) == "__end__"


@pytest.mark.parametrize(
    ("turns", "where"),
    [
        ([turn(confessed=False)], "ask"),
        ([turn(confessed=None)], "ask"),
        ([Turn(QUESTION, CONFESSES)], "ask"),
        ([turn(confessed=True)], "recheck"),
        ([turn(confessed=False), turn(confessed=True)], "recheck"),
        ([turn(confessed=True), turn(question=replace(QUESTION, inserted=True))], "ask"),
        ([turn(confessed=True), turn(question=replace(QUESTION, inserted=True)), turn(confessed=True)], "ask"),
    ],
)
def test_the_first_confession_that_is_read_is_rechecked_once(store: Store, turns: list[Turn], where: str) -> None:
    runtime = Runtime(context=interview_of(store, Told("unused"), asked=STRATEGY))

    assert after_read(State(turns=tuple(turns)), runtime=runtime) == where


def test_nothing_is_rechecked_where_the_strategy_has_no_words_for_it_or_the_interview_is_over(store: Store) -> None:
    confessed = State(turns=(turn(confessed=True),))
    without = Runtime(context=interview_of(store, Told("unused"), asked=strategy("direct")))
    over = Runtime(context=interview_of(store, Told("unused"), asked=STRATEGY))

    assert after_read(confessed, runtime=without) == "ask"
    assert after_read({**confessed, "ending": "max_turns"}, runtime=over) == "__end__"
