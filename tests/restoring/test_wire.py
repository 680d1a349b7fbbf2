"""Each message as it is written for a route."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from restoration import (
    BEDROCK,
    GEMINI,
    HIDDEN,
    IN_WORDS,
    MISTRAL,
    NO_SYSTEM,
    OMITTED,
    OPEN,
    PICTURE,
    PLAIN,
    ROUTES,
    SEALED,
    SIGNED,
    SUMMARY,
    THOUGHT,
    agent,
    call,
    codes,
    outline,
    recorded,
    result,
    sent,
    system,
    user,
)

from interrogate.records import Block, Json, Media, Message, Reasoning, Text, Transcript
from interrogate.restoring import Restoration, Route, restore


def test_an_ordinary_run_is_sent_as_it_was_recorded() -> None:
    restored = restore(
        recorded(
            system("You keep the server."),
            user("Clean up."),
            agent(Reasoning("Two at once."), "Looking.", call("c1", '{"path": "/é"}'), call("c2")),
            result("c2", "v1"),
            result("c1", ""),
            agent("Cleaned."),
        ),
        OPEN,
        same_model=False,
    )

    assert restored.messages == (
        {"role": "system", "content": "You keep the server."},
        {"role": "user", "content": "Clean up."},
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": '{"path": "/é"}'}},
                {"id": "c2", "type": "function", "function": {"name": "ls", "arguments": "{}"}},
            ],
            "reasoning_content": "Two at once.",
        },
        {"role": "tool", "tool_call_id": "c2", "content": "v1"},
        {"role": "tool", "tool_call_id": "c1", "content": ""},
        {"role": "assistant", "content": "Cleaned."},
    )
    assert restored.origins == ((0,), (1,), (2,), (3,), (4,), (5,))
    assert restored.exact


@pytest.mark.parametrize(
    ("route", "same_model", "blocks", "carried", "noted"),
    [
        pytest.param(OPEN, False, [THOUGHT], {"reasoning_content": "hm"}, [], id="field"),
        pytest.param(OPEN, False, [SEALED, THOUGHT], {"reasoning_content": "hm\nhm"}, [], id="field, two"),
        pytest.param(
            OPEN, True, [SUMMARY], {"reasoning_content": "in short"}, ["reasoning_opaque"], id="field, summary"
        ),
        pytest.param(OPEN, True, [HIDDEN], {}, ["reasoning_dropped"], id="field, hidden"),
        pytest.param(
            OPEN, True, [HIDDEN, THOUGHT], {"reasoning_content": "hm"}, ["reasoning_dropped"], id="field, one hidden"
        ),
        pytest.param(PLAIN, True, [SEALED], {}, ["reasoning_dropped"], id="none"),
        pytest.param(SIGNED, False, [SEALED], {}, ["reasoning_dropped"], id="signed by another model"),
        pytest.param(SIGNED, True, [THOUGHT], {}, ["reasoning_dropped"], id="unsigned"),
        pytest.param(
            SIGNED,
            True,
            [SEALED],
            {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
            [],
            id="signed",
        ),
        pytest.param(
            SIGNED,
            True,
            [THOUGHT, SUMMARY],
            {"thinking_blocks": [{"type": "thinking", "thinking": "in short", "signature": "s"}]},
            ["reasoning_dropped"],
            id="signed, one unsigned",
        ),
        pytest.param(
            SIGNED,
            True,
            [HIDDEN, OMITTED],
            {
                "thinking_blocks": [
                    {"type": "redacted_thinking", "data": "data"},
                    {"type": "thinking", "thinking": "", "signature": "s"},
                ]
            },
            [],
            id="signed, hidden and omitted",
        ),
    ],
)
def test_reasoning_goes_as_far_as_the_route_and_the_signature_allow(
    route: Route, blocks: list[Block], carried: Json, noted: list[str], *, same_model: bool
) -> None:
    restored = sent(user("Clean up."), agent(*blocks, "Cleaned."), route=route, same_model=same_model)

    assert restored.messages[1] == {"role": "assistant", "content": "Cleaned.", **carried}
    assert codes(restored) == noted
    assert all(difference.message == 1 for difference in restored.differences)


@pytest.mark.parametrize(
    ("arguments", "wrapped"),
    [
        ('{"a": 1}', False),
        ('{"a":1}', False),
        ('{"a": 1', True),
        ("rm -rf /", True),
        ("", True),
        ("[1]", True),
        ("null", True),
        ('{"a": NaN}', True),
        ('{"a": "\\ud83d"}', True),
    ],
)
def test_arguments_that_no_provider_would_read_are_wrapped_and_still_there(arguments: str, *, wrapped: bool) -> None:
    restored = sent(agent(call("c1", arguments)), result("c1"))
    spelled = restored.messages[0]["tool_calls"][0]["function"]["arguments"]

    assert json.loads(spelled) == ({"_raw": arguments} if wrapped else json.loads(arguments))
    assert wrapped or spelled == arguments
    assert codes(restored) == ["arguments_wrapped"] * wrapped


ADDRESS = Media("image", "https://example.org/a.png")


@pytest.mark.parametrize(
    ("message", "content", "noted"),
    [
        (
            user("Look:", PICTURE, " "),
            [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": PICTURE.url}}],
            [],
        ),
        (user(Media("audio", "data:a"), "Hear."), "Hear.", ["media_omitted"]),
        (
            user(Media("document", "data:d"), PICTURE),
            [{"type": "image_url", "image_url": {"url": PICTURE.url}}],
            ["media_omitted"],
        ),
        (agent("Drawn.", PICTURE), "Drawn.", ["media_omitted"]),
        (user("Look:", ADDRESS), "Look:", ["media_omitted"]),
        (user("Look:", Media("image", "data:image/png,x")), "Look:", ["media_omitted"]),
        (user("Look:", Media("image", "data:image/tiff;base64,x")), "Look:", ["media_omitted"]),
        (system("a"), "a", []),
    ],
)
def test_images_are_sent_and_other_media_reported(message: Message, content: object, noted: list[str]) -> None:
    restored = sent(message)

    assert restored.messages[0]["content"] == content
    assert codes(restored) == noted


@pytest.mark.parametrize(
    ("images", "picture", "is_sent"),
    [
        ("address", ADDRESS, True),
        ("address", PICTURE, True),
        ("address", Media("image", "http://example.org/a.png"), False),
        ("none", PICTURE, False),
    ],
)
def test_an_address_goes_only_where_the_provider_fetches_it(
    images: Literal["none", "address"], picture: Media, *, is_sent: bool
) -> None:
    restored = sent(user("Look:", picture), route=Route("a way", images=images))

    assert isinstance(restored.messages[0]["content"], list) is is_sent
    assert codes(restored) == ["media_omitted"] * (not is_sent)


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(Message("user", ()), id="user"),
        pytest.param(user("", " \n"), id="blank user"),
        pytest.param(Message("system", ()), id="system"),
        pytest.param(Message("assistant", ()), id="assistant"),
        pytest.param(agent("\n\n"), id="blank assistant"),
    ],
)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.provider)
def test_an_empty_message_is_left_out_and_reported(empty: Message, route: Route) -> None:
    restored = sent(user("hi"), empty, agent("ho"), route=route)

    assert outline(restored) == ["user: hi", "assistant: ho"]
    assert restored.origins == ((0,), (2,))
    assert [(each.code, each.message) for each in restored.differences if each.code != "tools_as_text"] == [
        ("empty_message_omitted", 1)
    ]


def test_an_assistant_that_only_thought_is_left_out_where_thought_cannot_be_sent() -> None:
    restored = sent(user("hi"), agent(THOUGHT), agent("ho"))

    assert outline(restored) == ["user: hi", "assistant: ho"]
    assert codes(restored) == ["reasoning_dropped", "empty_message_omitted"]


@pytest.mark.parametrize(("route", "blocks"), [(OPEN, [THOUGHT]), (SIGNED, [SEALED])])
def test_an_assistant_that_only_thought_is_sent_without_words_put_in_its_mouth(
    route: Route, blocks: list[Block]
) -> None:
    restored = sent(user("hi"), agent(*blocks), route=route, same_model=True)

    assert restored.messages[1]["content"] is None
    assert restored.exact


def test_blank_text_beside_calls_is_not_sent_and_no_difference() -> None:
    restored = sent(agent("\n\n", call()), result("c1"))

    assert restored.messages[0]["content"] is None
    assert restored.exact


@pytest.mark.parametrize(
    ("route", "messages", "expected", "noted"),
    [
        (SIGNED, [system("a"), user("b"), system("c")], ["system: a", "user: b", "user: [system message]\nc"], [2]),
        (SIGNED, [system("a"), system("c")], ["system: a", "system: c"], []),
        (SIGNED, [user("b"), system("c")], ["user: b", "user: [system message]\nc"], [1]),
        (SIGNED, [Message("system", ()), system("c")], ["system: c"], []),
        (PLAIN, [system("a"), user("b"), system("c")], ["system: a", "user: b", "system: c"], []),
        (NO_SYSTEM, [system("a"), user("b")], ["user: [system message]\na", "user: b"], [0]),
    ],
)
def test_a_later_system_message_is_marked_where_the_route_takes_it_only_before_all_others_or_not_at_all(
    route: Route, messages: list[Message], expected: list[str], noted: list[int]
) -> None:
    restored = sent(*messages, route=route)

    assert outline(restored) == expected
    assert [each.message for each in restored.differences if each.code == "system_as_user"] == noted


@pytest.mark.parametrize(
    ("blocks", "ordered"),
    [
        ([THOUGHT, "a", "b", call()], True),
        (["a", call(), call("c2")], True),
        ([THOUGHT, "\n", THOUGHT, call()], True),
        (["a", call(), "b"], False),
        ([THOUGHT, "a", THOUGHT, call()], False),
        ([call(), THOUGHT], False),
    ],
)
def test_blocks_in_an_order_that_cannot_be_sent_are_reported(blocks: list[Block | str], *, ordered: bool) -> None:
    message = agent(*blocks)

    restored = sent(message, *(result(each.id) for each in message.calls), route=OPEN)

    assert restored.exact is ordered
    assert set(codes(restored)) <= {"blocks_reordered"}


def test_a_result_that_was_marked_as_an_error_loses_the_mark_and_says_so() -> None:
    restored = sent(agent(call()), Message("tool", (Text("no such file"),), call_id="c1", is_error=True))

    assert outline(restored) == ["call c1", "result c1: no such file"]
    assert [(each.code, each.message) for each in restored.differences] == [("error_unmarked", 1)]


def test_a_route_without_tools_gets_calls_and_results_in_words() -> None:
    restored = sent(
        user("Clean up."),
        agent("Looking.", call("a", '{"path": "/"}'), call("a", "no json")),
        result("a", "v1"),
        Message("tool", (PICTURE,), call_id="a"),
        agent(call("b")),
        route=IN_WORDS,
    )

    assert restored.tools == ()
    assert outline(restored)[:3] == [
        "user: Clean up.",
        'assistant: Looking.\n[tool call] ls {"path": "/"}\n[tool call] ls no json',
        "user: [tool result]\nv1",
    ]
    assert restored.messages[3]["content"][0] == {"type": "text", "text": "[tool result]"}
    assert restored.messages[3]["content"][1]["image_url"] == {"url": PICTURE.url}
    assert restored.messages[4:] == ({"role": "assistant", "content": "[tool call] ls {}"},)
    assert codes(restored) == ["tools_as_text"]


@pytest.mark.parametrize(
    ("transcript", "exact"),
    [
        (recorded(user("hi"), agent("ho"), tools=()), True),
        (recorded(user("hi"), agent("ho")), False),
        (recorded(agent(call()), tools=()), False),
        (recorded(result("a"), agent("ho"), tools=()), False),
    ],
)
def test_a_route_without_tools_is_exact_only_where_there_are_none(transcript: Transcript, *, exact: bool) -> None:
    assert restore(transcript, IN_WORDS, same_model=True).exact is exact


# --- the user's choices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [OPEN, SIGNED, PLAIN])
def test_reasoning_can_be_sent_as_text_on_any_route(route: Route) -> None:
    record = recorded(user("hi"), agent(SEALED, SUMMARY, HIDDEN, "ho", call()), result("c1"))

    restored = restore(record, route, same_model=True, choices=Restoration(reasoning="as-text"))

    assert restored.messages[1].keys() == {"role", "content", "tool_calls"}
    assert restored.messages[1]["content"] == (
        "[reasoning]\nhm\n[end of reasoning]\n[reasoning]\nin short\n[end of reasoning]\nho"
    )
    assert codes(restored) == ["reasoning_as_text", "reasoning_opaque", "reasoning_dropped"]


def test_reasoning_can_be_left_out_on_any_route() -> None:
    record = recorded(user("hi"), agent(SEALED, "ho"))

    for route in (OPEN, SIGNED):
        restored = restore(record, route, same_model=True, choices=Restoration(reasoning="drop"))

        assert restored.messages[1] == {"role": "assistant", "content": "ho"}
        assert codes(restored) == ["reasoning_dropped"]


def test_tools_can_be_put_in_words_for_any_model() -> None:
    record = recorded(user("hi"), agent("ho", call("c 1", name="l.s")), result("c 1"))

    chosen = restore(record, OPEN, same_model=False, choices=Restoration(tools="text"))

    assert outline(chosen) == ["user: hi", "assistant: ho\n[tool call] l.s {}", "user: [tool result]\ndone"]
    assert chosen == restore(record, IN_WORDS, same_model=False)


# --- what single providers refuse -------------------------------------------------------------------------


@pytest.mark.parametrize("route", [BEDROCK, MISTRAL])
def test_an_empty_result_is_marked_where_it_cannot_be_sent(route: Route) -> None:
    restored = sent(user("hi"), agent(call()), result("c1", " "), route=route)

    assert restored.messages[2]["content"] == "[no output]"
    assert ("empty_result_marked", 2) in [(each.code, each.message) for each in restored.differences]


def test_hidden_reasoning_does_not_reach_bedrock_and_says_so() -> None:
    restored = sent(user("hi"), agent(HIDDEN, SEALED, "ho"), route=BEDROCK, same_model=True)

    assert [block["type"] for block in restored.messages[1]["thinking_blocks"]] == ["thinking"]
    assert codes(restored) == ["reasoning_dropped"]


def test_a_result_that_spells_an_object_is_one_for_gemini_and_one_that_spells_an_image_stays_text() -> None:
    restored = sent(
        user("hi"),
        agent(call("a"), call("b", '{"b": 1}')),
        result("a", '{"x": 1}'),
        result("b", PICTURE.url),
        route=GEMINI,
    )

    assert restored.messages[2]["content"] == '{"x": 1}'
    assert restored.messages[3]["content"] == [{"type": "text", "text": PICTURE.url}]
    assert [(each.code, each.message) for each in restored.differences][:1] == [("result_as_object", 2)]
