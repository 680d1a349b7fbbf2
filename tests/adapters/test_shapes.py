"""Two interfaces' messages, told apart and translated to one form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interrogate.adapters.dialects.shapes import dialect, is_message, read_messages, read_system, tools_of
from interrogate.adapters.drafting import Draft
from interrogate.errors import TranscriptError
from interrogate.records import Block, Json, Media, Message, Reasoning, Source, Text, Tool, ToolCall


def call(name: str, arguments: Any = "{}", call_id: Any = "c1") -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def drafted(messages: list[Json], system: object = None) -> Draft:
    draft = Draft(Source("run.json", "openai"))
    read_system(system, draft)
    read_messages(messages, draft)
    return draft


def translated(messages: list[Json], system: object = None) -> tuple[Message, ...]:
    return tuple(drafted(messages, system).messages)


def blocks_of(message: Json) -> tuple[Block, ...]:
    (found,) = translated([message])
    return found.blocks


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"role": "developer"}, True),
        ({"role": "exit"}, False),
        ({"role": ["user"]}, False),
        ({"role": {"user": 1}}, False),
        ({}, False),
        ("user", False),
    ],
)
def test_a_message_is_an_object_with_a_role_that_is_known(value: object, *, expected: bool) -> None:
    assert is_message(value) is expected


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"role": "user", "content": "hi"}], "openai"),
        ([{"role": "user", "content": [{"type": "text", "text": "hi"}]}], "openai"),
        ([{"role": "assistant", "content": [{"type": "tool_use"}]}], "anthropic"),
        ([{"role": "user", "content": {"type": "tool_result"}}], "anthropic"),
        ([{"role": "assistant", "content": [{"type": ["odd"]}, 3, None]}], "openai"),
        ([{"role": "assistant", "content": [{"type": "thinking"}], "tool_calls": [call("ls")]}], "openai"),
        ([{"role": "assistant", "content": [{"type": "tool_use"}], "tool_calls": None}], "anthropic"),
        ([{"role": "assistant", "content": [{"type": "thinking"}]}, {"role": "tool", "content": ""}], "openai"),
        ([{"role": "system", "content": "s"}, {"role": "assistant", "content": [{"type": "tool_use"}]}], "anthropic"),
    ],
)
def test_blocks_tell_the_interfaces_apart_unless_calls_stand_beside_them(messages: list[Json], expected: str) -> None:
    assert dialect(messages) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"content": "hi"}, (Text("hi"),)),
        ({"content": None}, ()),
        ({"content": ""}, ()),
        ({"content": []}, ()),
        ({"content": ["a", "", {"type": "text", "text": "b"}]}, (Text("a"), Text("b"))),
        ({"content": {"type": "text", "text": "b"}}, (Text("b"),)),
        ({"content": [{"type": "output_text", "text": "b"}, {"text": "c"}]}, (Text("b"), Text("c"))),
        ({"content": None, "refusal": "I will not."}, (Text("I will not."),)),
        ({"content": [{"type": "refusal", "refusal": "no"}]}, (Text("no"),)),
        ({"content": "hi", "reasoning_content": "hm"}, (Reasoning("hm"), Text("hi"))),
        ({"content": "hi", "reasoning": "hm"}, (Reasoning("hm"), Text("hi"))),
        ({"content": "<think>hm</think>hi"}, (Text("<think>hm</think>hi"),)),
        (
            {
                "content": "hi",
                "reasoning": "hm",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "hm", "signature": "s"},
                    {"type": "reasoning.summary", "summary": "short"},
                    {"type": "reasoning.encrypted", "data": "x"},
                ],
            },
            (
                Reasoning("hm", signature="s"),
                Reasoning("short", opaque=True),
                Reasoning("", signature="x", opaque=True),
                Text("hi"),
            ),
        ),
        (
            {"content": "hi", "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
            (Reasoning("hm", signature="s"), Text("hi")),
        ),
        (
            {"content": [{"type": "redacted_thinking", "data": "x"}, {"type": "thinking", "thinking": ""}]},
            (Reasoning("", signature="x", opaque=True), Reasoning("")),
        ),
        ({"content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}, (Media("image", "data:x"),)),
        ({"content": [{"type": "image_url", "image_url": "data:x"}]}, (Media("image", "data:x"),)),
        (
            {"content": [{"type": "input_audio", "input_audio": {"data": "x"}}]},
            (Media("audio", "data:audio/*;base64,x"),),
        ),
        (
            {"content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "x"}}]},
            (Media("image", "data:image/png;base64,x"),),
        ),
        ({"content": [{"type": "document", "source": {"type": "url", "url": "u"}}]}, (Media("document", "u"),)),
        ({"content": [{"type": "document", "source": {"type": "text", "data": "words"}}]}, (Text("words"),)),
        (
            {"content": [{"type": "tool_use", "id": "t", "name": "ls", "input": {"a": 1}}]},
            (ToolCall("t", "ls", '{"a": 1}'),),
        ),
    ],
)
def test_each_part_becomes_the_block_it_is(message: Json, expected: tuple[Block, ...]) -> None:
    assert blocks_of({"role": "assistant", **message}) == expected


@pytest.mark.parametrize(
    ("recorded", "kept"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('{"a":1', '{"a":1'),
        ({"a": "é"}, '{"a": "é"}'),
        ("", "{}"),
        (None, "{}"),
        ([], "[]"),
        ({"n": float("nan")}, '{"n": NaN}'),
    ],
)
def test_arguments_are_kept_as_recorded(recorded: object, kept: str) -> None:
    assert blocks_of({"role": "assistant", "tool_calls": [call("ls", recorded)]}) == (ToolCall("c1", "ls", kept),)


@pytest.mark.parametrize(
    "written",
    [
        {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": "{}"}},
        {"id": "c1", "name": "ls", "arguments": {}},
        {"id": "c1", "function": "ls", "arguments": {}},
    ],
)
def test_a_call_is_read_with_and_without_its_wrapper(written: Json) -> None:
    assert blocks_of({"role": "assistant", "tool_calls": [written]}) == (ToolCall("c1", "ls", "{}"),)


def test_calls_that_a_table_keeps_as_text_are_calls() -> None:
    assert blocks_of({"role": "assistant", "tool_calls": json.dumps([call("ls")])}) == (ToolCall("c1", "ls", "{}"),)


def test_an_id_that_is_zero_is_an_id() -> None:
    messages = translated(
        [
            {"role": "assistant", "tool_calls": [call("ls", call_id=0)]},
            {"role": "tool", "tool_call_id": 0, "content": "x"},
        ]
    )

    assert messages[0].calls[0].id == messages[1].call_id == "0"


def test_langchains_second_copy_of_a_call_is_not_a_second_call() -> None:
    message = {
        "role": "assistant",
        "content": [{"type": "text", "text": "ok"}, {"type": "tool_use", "id": "t", "name": "ls", "input": {}}],
        "tool_calls": [call("ls", call_id="t"), call("ls", call_id="u")],
    }

    assert [block.id for block in blocks_of(message) if isinstance(block, ToolCall)] == ["t", "u"]


def test_two_calls_that_share_an_id_are_both_kept() -> None:
    message = {"role": "assistant", "tool_calls": [call("ls", call_id="0"), call("cat", call_id="0")]}

    assert [block.name for block in blocks_of(message) if isinstance(block, ToolCall)] == ["ls", "cat"]


def test_results_without_ids_answer_the_open_calls_in_order() -> None:
    messages = translated(
        [
            {"role": "assistant", "tool_calls": [call("a", call_id=None), call("b", call_id=None)]},
            {"role": "tool", "content": "of a"},
            {"role": "tool", "content": "of b"},
            {"role": "tool", "content": "of none"},
            {"role": "assistant", "function_call": {"name": "c", "arguments": "{}"}},
            {"role": "function", "name": "c", "content": "of c"},
        ]
    )
    names = {call.id: call.name for message in messages for call in message.calls}

    assert len(names) == 3
    assert [names.get(message.call_id or "") for message in messages if message.role == "tool"] == ["a", "b", None, "c"]


def test_a_result_with_an_id_is_never_paired_by_place() -> None:
    messages = translated(
        [
            {"role": "assistant", "tool_calls": [call("a", call_id="1"), call("b", call_id="2")]},
            {"role": "tool", "tool_call_id": "2", "content": "of b"},
            {"role": "tool", "tool_call_id": None, "content": "of a"},
        ]
    )

    assert [message.call_id for message in messages[1:]] == ["2", "1"]


def test_a_user_turn_falls_apart_into_results_and_what_was_said_in_their_order() -> None:
    turn = {
        "role": "user",
        "content": [
            {"type": "text", "text": "before"},
            {"type": "tool_result", "tool_use_id": "b", "content": "of b", "is_error": True},
            {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "of a"}]},
            {"type": "text", "text": "after"},
            {"type": "text", "text": "and on"},
        ],
    }

    assert translated([turn]) == (
        Message("user", (Text("before"),)),
        Message("tool", (Text("of b"),), call_id="b", is_error=True),
        Message("tool", (Text("of a"),), call_id="a"),
        Message("user", (Text("after"), Text("and on"))),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, Message("tool", (), call_id="a")),
        ("", Message("tool", (), call_id="a")),
        ([], Message("tool", (), call_id="a")),
        (
            [{"type": "image", "source": {"type": "url", "url": "u"}}],
            Message("tool", (Media("image", "u"),), call_id="a"),
        ),
    ],
)
def test_a_result_may_be_empty_or_an_image(content: object, expected: Message) -> None:
    turn = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": content}]}

    assert translated([turn]) == (expected,)


def test_a_result_that_names_no_call_is_none_of_the_call_named_none() -> None:
    (message,) = translated([{"role": "user", "content": [{"type": "tool_result", "content": "x"}]}])

    assert message.call_id is None


@pytest.mark.parametrize(
    "system", ["Be brief.", [{"type": "text", "text": "Be brief."}], {"type": "text", "text": "Be brief."}]
)
def test_a_system_prompt_that_stands_apart_comes_first(system: object) -> None:
    messages = translated([{"role": "user", "content": "hi"}], system)

    assert messages == (Message("system", (Text("Be brief."),)), Message("user", (Text("hi"),)))


@pytest.mark.parametrize("system", [None, "", []])
def test_no_system_prompt_is_no_message(system: object) -> None:
    assert translated([{"role": "user", "content": "hi"}], system) == (Message("user", (Text("hi"),)),)


def test_every_message_is_kept_even_an_empty_one_and_one_after_another_of_its_role() -> None:
    recorded: list[Json] = [
        {"role": "assistant", "content": "a"},
        {"role": "assistant", "content": []},
        {"role": "user", "content": [""]},
        {"role": "user", "content": None},
    ]

    assert [(message.role, message.text) for message in translated(recorded)] == [
        ("assistant", "a"),
        ("assistant", ""),
        ("user", ""),
        ("user", ""),
    ]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ({"content": 7}, "a part that is int"),
        ({"content": [["nested"]]}, "a part that is list"),
        ({"content": [{"type": "tool_use", "name": None}]}, "a tool call without a name"),
        ({"tool_calls": ["ls"]}, "a tool call without a name"),
        ({"tool_calls": [None]}, "a tool call without a name"),
        ({"tool_calls": [{"id": "c", "function": {"name": None}}]}, "a tool call without a name"),
        ({"function_call": "ls"}, "a tool call without a name"),
        ({"reasoning_content": {"steps": []}}, "reasoning that is no text but dict"),
        ({"thinking_blocks": "hm"}, "a thinking block that is no object"),
        ({"content": [{"type": "thinking", "thinking": ["hm"]}]}, "thinking that is no text but list"),
        ({"content": [{"type": "thinking", "thinking": "hm", "signature": 7}]}, "a signature that is no text but int"),
        ({"role": "exit"}, "no chat message"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_message(message: Json, fault: str) -> None:
    with pytest.raises(TranscriptError, match=rf"^run\.json, message 1: {fault}"):
        drafted([{"role": "user", "content": "hi"}, {"role": "assistant", **message}])


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"type": "video"}, "'video'"),
        ({"type": "text"}, "'text'"),
        ({"type": {"odd": 1}}, "{'odd': 1}"),
        ({"toolUse": {"name": "ls"}}, "None"),
        ({"type": "tool_use", "id": "a"}, "'tool_use'"),
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, "'image'"),
        ({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "?"}]}, "'?'"),
    ],
)
def test_a_part_of_a_kind_that_is_not_known_is_left_out_and_noted(part: Json, kind: str) -> None:
    (notice,) = drafted([{"role": "user", "content": [part, {"type": "text", "text": "kept"}]}]).notices

    assert (notice.code, notice.detail) == (
        "content_dropped",
        f"message 0: a part of type {kind} is not restored",
    )


def test_a_tool_that_the_provider_ran_is_a_call_with_its_result_and_the_turn_goes_on() -> None:
    turn = {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "I look."},
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "tide"}},
            {
                "type": "web_search_tool_result",
                "tool_use_id": "s1",
                "content": [{"url": "https://tide.example", "encrypted_content": "c2VjcmV0"}],
            },
            {"type": "text", "text": "High at noon."},
        ],
    }
    draft = drafted([turn])

    assert tuple(draft.messages) == (
        Message("assistant", (Text("I look."), ToolCall("s1", "web_search", '{"query": "tide"}'))),
        Message("tool", (Text('[{"url": "https://tide.example"}]'),), call_id="s1"),
        Message("assistant", (Text("High at noon."),)),
    )
    assert {notice.code for notice in draft.notices} == {"server_tool_as_call"}


def test_a_call_that_is_also_spelled_in_the_text_is_kept_in_both_places() -> None:
    message = {"role": "assistant", "content": "<function=ls></function>", "tool_calls": [call("ls")]}

    assert blocks_of(message) == (Text("<function=ls></function>"), ToolCall("c1", "ls", "{}"))


def test_calls_whose_ids_are_empty_get_ids_of_their_own() -> None:
    messages = translated([{"role": "assistant", "tool_calls": [call("a", call_id=""), call("b", call_id="")]}])

    assert len({each.id for each in messages[0].calls}) == 2


SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}}


@pytest.mark.parametrize(
    "written",
    [
        {"type": "function", "function": {"name": "ls", "description": "Lists.", "parameters": SCHEMA}},
        {"name": "ls", "description": "Lists.", "parameters": SCHEMA},
        {"name": "ls", "description": "Lists.", "input_schema": SCHEMA},
    ],
)
def test_a_tool_is_read_as_either_interface_defines_it(written: Json) -> None:
    assert tools_of([written]) == [Tool("ls", "Lists.", SCHEMA)]


@pytest.mark.parametrize("tools", [None, [], "ls", [None, 7], [{"type": "web_search"}], {"ls": SCHEMA}, [{"name": 7}]])
def test_what_defines_no_tool_is_none(tools: object) -> None:
    assert tools_of(tools) == []


def test_a_schema_that_is_no_object_is_left_empty() -> None:
    assert tools_of([{"name": "ls", "parameters": json.dumps(SCHEMA)}]) == [Tool("ls", "", {})]
