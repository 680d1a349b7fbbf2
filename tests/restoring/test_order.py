"""One result for each call, straight after its turn."""

from __future__ import annotations

import pytest
from restoration import GEMINI, OPENAI, agent, call, codes, outline, result, sent, user

from interrogate.records import Message
from interrogate.restoring import CLOSING_RESULT

CLOSED = f": {CLOSING_RESULT}"


@pytest.mark.parametrize(
    ("messages", "expected", "noted"),
    [
        pytest.param(
            [agent(call("a"), call("b")), result("b"), result("a")],
            ["call a,b", "result b: done", "result a: done"],
            [],
            id="parallel results keep their order",
        ),
        pytest.param(
            [user("hi"), agent(call("a"))],
            ["user: hi", "call a", f"result a{CLOSED}"],
            [("dangling_call_closed", 1)],
            id="the last call is open",
        ),
        pytest.param(
            [agent(call("a"), call("b")), result("b"), user("go on"), agent("ok")],
            ["call a,b", "result b: done", f"result a{CLOSED}", "user: go on", "assistant: ok"],
            [("dangling_call_closed", 0)],
            id="one of two is open",
        ),
        pytest.param(
            [agent(call("a"), call("b")), result("a"), user("hurry"), result("b")],
            ["call a,b", "result a: done", "result b: done", "user: hurry"],
            [("result_moved", 3)],
            id="somebody speaks between the results",
        ),
        pytest.param(
            [agent(call("a")), user("before"), result("a"), agent("ok")],
            ["call a", "result a: done", "user: before", "assistant: ok"],
            [("result_moved", 2)],
            id="somebody speaks before the result",
        ),
        pytest.param(
            [agent(call("a")), agent(call("b")), result("a"), result("b")],
            ["call a", "result a: done", "call b", "result b: done"],
            [("result_moved", 2)],
            id="one turn in two messages",
        ),
        pytest.param(
            [agent(call("a")), user("and?"), agent("still waiting"), result("a")],
            ["call a", f"result a{CLOSED}", "user: and?", "assistant: still waiting", "user: [tool result]\ndone"],
            [("dangling_call_closed", 0), ("orphan_result_as_text", 3)],
            id="a result after the next turn",
        ),
        pytest.param(
            [agent(call("a")), result("a"), result("a", "again")],
            ["call a", "result a: done", "user: [tool result]\nagain"],
            [("orphan_result_as_text", 2)],
            id="a second result",
        ),
        pytest.param(
            [agent(call("a")), result("x", "stray"), result("a")],
            ["call a", "result a: done", "user: [tool result]\nstray"],
            [("orphan_result_as_text", 1), ("result_moved", 2)],
            id="a stray result first",
        ),
        pytest.param(
            [result("a"), user("hi"), agent("ok"), result(None)],
            ["user: [tool result]\ndone", "user: hi", "assistant: ok", "user: [tool result]\ndone"],
            [("orphan_result_as_text", 0), ("orphan_result_as_text", 3)],
            id="results without calls",
        ),
        pytest.param(
            [agent(call("0")), result("0", "one"), agent(call("0")), result("0", "two")],
            ["call 0", "result 0: one", "call 0_2", "result 0_2: two"],
            [("call_renamed", 2)],
            id="an id used before",
        ),
        pytest.param(
            [agent(call("0"), call("0")), result("0", "one"), result("0", "two")],
            ["call 0,0_2", "result 0: one", "result 0_2: two"],
            [("call_renamed", 0)],
            id="an id used twice in a turn",
        ),
        pytest.param(
            [agent(call("0")), agent(call("0")), result("0", "one"), result("0", "two")],
            ["call 0", "result 0: one", "call 0_2", "result 0_2: two"],
            [("call_renamed", 1), ("result_moved", 2)],
            id="an id used twice in two messages",
        ),
        pytest.param(
            [agent(call("0"), call("0_2"), call("0")), *[result(each) for each in ("0", "0_2", "0")]],
            ["call 0,0_2,0_3", "result 0: done", "result 0_2: done", "result 0_3: done"],
            [("call_renamed", 0)],
            id="a new id that is taken",
        ),
        pytest.param(
            [agent(call("")), result("", "one"), agent(call("")), result("", "two")],
            ["call call", "result call: one", "call call_2", "result call_2: two"],
            [("call_renamed", 0), ("call_renamed", 2)],
            id="no id at all",
        ),
    ],
)
def test_every_call_has_its_one_result_straight_after_it(
    messages: list[Message], expected: list[str], noted: list[tuple[str, int]]
) -> None:
    restored = sent(*messages)

    assert outline(restored) == expected
    assert sorted((each.code, each.message) for each in restored.differences) == sorted(noted)


def test_what_was_put_in_comes_from_no_recorded_message() -> None:
    assert sent(user("hi"), agent(call("a"))).origins == ((0,), (1,), ())


def test_gemini_gets_results_in_the_order_of_their_calls_since_it_has_no_ids() -> None:
    restored = sent(
        user("hi"), agent(call("a"), call("b", '{"b": 1}')), result("b", "of b"), result("a", "of a"), route=GEMINI
    )

    assert outline(restored)[1:] == ["call a,b", "result a: of a", "result b: of b"]
    assert {each.message for each in restored.differences if each.code == "result_moved"} == {2, 3}


def test_the_same_call_twice_in_a_turn_is_two_turns_for_gemini() -> None:
    messages = [agent("Both.", call("a"), call("b"), call("c", '{"c": 1}')), result("a"), result("b"), result("c")]

    restored = sent(user("hi"), *messages, route=GEMINI)

    assert outline(restored)[1:] == ["call a", "result a: done", "call b,c", "result b: done", "result c: done"]
    assert restored.origins[1:] == ((1,), (2,), (1,), (3,), (4,))
    assert "calls_split" in codes(restored)
    assert "calls_split" not in codes(sent(user("hi"), *messages, route=OPENAI))
