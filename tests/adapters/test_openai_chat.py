"""Chat Completions messages in each container that holds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters.formats import anthropic_messages, blocks, inspect_log, openai_chat
from interrogate.adapters.formats.openai_chat import claims, conversations
from interrogate.adapters.opening import Opened, open_file
from interrogate.records import Json, Message, Source, Text, Tool, ToolCall, Transcript

MESSAGES: list[Json] = [
    {"role": "system", "content": "You keep the server."},
    {"role": "user", "content": "Clean up."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "df", "arguments": '{"path": "/"}'}},
            {"id": "c2", "type": "function", "function": {"name": "ls", "arguments": "{}"}},
        ],
    },
    {"role": "tool", "tool_call_id": "c2", "content": "v1 v2"},
    {"role": "tool", "tool_call_id": "c1", "content": "91%"},
    {"role": "assistant", "content": "Cleaned.", "tool_calls": None},
]
TRANSLATED = (
    Message("system", (Text("You keep the server."),)),
    Message("user", (Text("Clean up."),)),
    Message("assistant", (ToolCall("c1", "df", '{"path": "/"}'), ToolCall("c2", "ls", "{}"))),
    Message("tool", (Text("v1 v2"),), call_id="c2"),
    Message("tool", (Text("91%"),), call_id="c1"),
    Message("assistant", (Text("Cleaned."),)),
)


def lines(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def read(opened: Opened) -> list[Transcript]:
    return [each.read() for each in conversations(opened) if not each.only_by_name]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps(MESSAGES), id="list"),
        pytest.param(json.dumps({"id": "r", "messages": MESSAGES}), id="object"),
        pytest.param(lines(*MESSAGES), id="a message a line"),
        pytest.param(lines({"canary": "keep out"}, *MESSAGES), id="a message a line, after a canary"),
        pytest.param(lines(*MESSAGES).replace("\n", "\r\n"), id="a message a line, as Windows ends them"),
        pytest.param("\ufeff" + json.dumps(MESSAGES, indent=1), id="list, after a byte order mark"),
    ],
)
def test_one_conversation_is_read_from_each_container(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="")

    (transcript,) = read(open_file(path))

    assert claims(open_file(path))
    assert transcript.messages == TRANSLATED
    assert transcript.source == Source(str(path), "openai")


@pytest.mark.parametrize(
    ("ids", "locators"),
    [
        (["a", "b/c"], ["a", "b/c"]),
        ([7, 8], ["7", "8"]),
        (["a#1", "a@1"], ["a%231", "a%401"]),
        (["a", "a"], ["0", "1"]),
        (["a", None], ["0", "1"]),
        ([None, None], ["0", "1"]),
        ([["odd"], {"odd": 1}], ["0", "1"]),
    ],
)
@pytest.mark.parametrize("container", ["list", "lines"])
def test_several_are_named_by_their_ids_or_else_by_their_numbers(
    path: Path, container: str, ids: list[Any], locators: list[str]
) -> None:
    requests = [{"id": each, "messages": MESSAGES} for each in ids]
    path.write_text(json.dumps(requests) if container == "list" else lines(*requests))

    transcripts = read(open_file(path))

    assert [transcript.source.locator for transcript in transcripts] == locators
    assert all(transcript.messages == TRANSLATED for transcript in transcripts)


def test_tools_and_model_are_those_of_the_request(path: Path) -> None:
    tool = {"type": "function", "function": {"name": "df", "description": "Space.", "parameters": {"type": "object"}}}
    path.write_text(json.dumps({"messages": MESSAGES, "tools": [tool], "model": "gpt-4o"}))

    (transcript,) = read(open_file(path))

    assert transcript.tools == (Tool("df", "Space.", {"type": "object"}),)
    assert transcript.model == "gpt-4o"


@pytest.mark.parametrize("model", [None, {"name": "gpt-4o"}, 4])
def test_a_model_that_is_no_name_is_not_recorded(path: Path, model: object) -> None:
    path.write_text(json.dumps({"messages": MESSAGES, "model": model}))

    assert read(open_file(path))[0].model is None


def test_a_system_prompt_beside_openai_calls_comes_first(path: Path) -> None:
    path.write_text(json.dumps({"system": "You keep the server.", "messages": MESSAGES[1:]}))

    assert claims(open_file(path))
    assert not anthropic_messages.claims(open_file(path))
    assert read(open_file(path))[0].messages == TRANSLATED


def test_thinking_blocks_beside_calls_lose_neither(path: Path) -> None:
    thinking = {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}
    path.write_text(lines(MESSAGES[1], {**MESSAGES[2], **thinking}, *MESSAGES[3:]))

    assert claims(open_file(path))
    assert not blocks.claims(open_file(path))
    assert [block.type for block in read(open_file(path))[0].messages[1].blocks] == [
        "reasoning",
        "tool_call",
        "tool_call",
    ]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        "text",
        7,
        None,
        {"messages": []},
        {"messages": "hi"},
        {"messages": [{"role": "exit", "content": "hi"}]},
        {"messages": [{"type": "human", "content": "hi"}]},
        [{"role": "user", "content": "hi"}, {"type": "function_call", "name": "ls"}],
        [{"messages": MESSAGES}, {"other": 1}],
        [MESSAGES],
        {"response": "no question"},
        {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "ls", "input": {}}]}]},
    ],
)
def test_anything_else_is_left_to_others(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))

    assert not openai_chat.claims(open_file(path))


def test_an_inspect_log_is_left_to_its_adapter(path: Path) -> None:
    path.write_text(json.dumps({"version": 2, "status": "success", "eval": {}, "samples": []}))

    assert inspect_log.claims(open_file(path))
    assert not openai_chat.claims(open_file(path))
