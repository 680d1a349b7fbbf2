"""Anthropic's messages: one request or several, with a system prompt apart and results inside user turns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interrogate.adapters.formats import blocks, openai_chat
from interrogate.adapters.formats.anthropic_messages import claims, conversations
from interrogate.adapters.opening import Opened, open_file
from interrogate.records import Json, Message, Reasoning, Source, Text, Tool, ToolCall, Transcript

TURNS: list[Json] = [
    {"role": "user", "content": "Clean up."},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Two at once.", "signature": "s1"},
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "t1", "name": "df", "input": {"path": "/"}},
            {"type": "tool_use", "id": "t2", "name": "ls", "input": {}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "t2", "content": "v1 v2"},
            {"type": "tool_result", "tool_use_id": "t1", "content": "no such path", "is_error": True},
            {"type": "text", "text": "And hurry."},
        ],
    },
    {"role": "assistant", "content": "Cleaned."},
]
TRANSLATED = (
    Message("system", (Text("You keep the server."),)),
    Message("user", (Text("Clean up."),)),
    Message(
        "assistant",
        (
            Reasoning("Two at once.", signature="s1"),
            Text("Looking."),
            ToolCall("t1", "df", '{"path": "/"}'),
            ToolCall("t2", "ls", "{}"),
        ),
    ),
    Message("tool", (Text("v1 v2"),), call_id="t2"),
    Message("tool", (Text("no such path"),), call_id="t1", is_error=True),
    Message("user", (Text("And hurry."),)),
    Message("assistant", (Text("Cleaned."),)),
)
SYSTEM: Json = {"role": "system", "content": "You keep the server."}
PLAIN: list[Json] = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]


def read(opened: Opened) -> list[Transcript]:
    return [each.read() for each in conversations(opened) if not each.only_by_name]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"system": "You keep the server.", "messages": TURNS}, id="system apart"),
        pytest.param({"system": [{"type": "text", "text": "You keep the server."}], "messages": TURNS}, id="in blocks"),
        pytest.param({"messages": [SYSTEM, *TURNS]}, id="system as a message"),
        pytest.param([SYSTEM, *TURNS], id="the list alone"),
    ],
)
def test_a_request_is_read_wherever_its_system_prompt_stands(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))

    (transcript,) = read(open_file(path))

    assert claims(open_file(path))
    assert not openai_chat.claims(open_file(path))
    assert transcript.messages == TRANSLATED
    assert transcript.source == Source(str(path), "anthropic")


def test_tools_and_model_are_those_of_the_request(path: Path) -> None:
    tool = {"name": "df", "description": "Space.", "input_schema": {"type": "object"}}
    path.write_text(json.dumps({"system": "", "tools": [tool], "model": "claude-sonnet-4", "messages": TURNS}))

    (transcript,) = read(open_file(path))

    assert transcript.tools == (Tool("df", "Space.", {"type": "object"}),)
    assert transcript.model == "claude-sonnet-4"
    assert transcript.messages == TRANSLATED[1:]


def test_a_request_a_line_is_a_conversation_a_line_even_where_one_has_no_blocks(path: Path) -> None:
    rows = [{"id": "a", "messages": TURNS}, {"id": "b", "messages": PLAIN}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    transcripts = read(open_file(path))

    assert claims(open_file(path))
    assert not openai_chat.claims(open_file(path))
    assert [transcript.source.locator for transcript in transcripts] == ["a", "b"]
    assert [len(transcript.messages) for transcript in transcripts] == [6, 2]


def test_plain_text_beside_a_system_prompt_is_taken_here(path: Path) -> None:
    path.write_text(json.dumps({"system": "Be brief.", "messages": PLAIN}))

    assert claims(open_file(path))
    assert [message.role for message in read(open_file(path))[0].messages] == ["system", "user", "assistant"]


def test_plain_text_alone_is_left_to_chat_completions(path: Path) -> None:
    path.write_text(json.dumps({"messages": PLAIN}))

    assert not claims(open_file(path))
    assert openai_chat.claims(open_file(path))


def test_a_message_a_line_is_left_to_blocks(path: Path) -> None:
    path.write_text("".join(json.dumps(turn) + "\n" for turn in TURNS))

    assert not claims(open_file(path))
    assert blocks.claims(open_file(path))
