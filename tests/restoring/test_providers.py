"""One record with everything in it, and exactly what each family of providers is sent of it."""

from __future__ import annotations

from typing import Any

import pytest
from restoration import (
    ANTHROPIC,
    BEDROCK,
    GEMINI,
    LOCAL,
    MISTRAL,
    OPEN,
    OPENAI,
    PICTURE,
    SEALED,
    agent,
    call,
    codes,
    recorded,
    result,
    system,
    user,
)

from interrogate.records import Json, Message, Tool
from interrogate.restoring import CLOSING_RESULT, Route, restore

RECORD = recorded(
    system("You keep the server."),
    agent("Hello."),
    user("Clean up."),
    user(PICTURE),
    system("Be quick."),
    agent(SEALED, "Looking.", call("a/1", '{"path": "/"}', "my.ls"), call("b", "no json", "my.ls")),
    result("b", ""),
    Message("tool", (PICTURE,), call_id="a/1"),
    agent(call("b", name="my.ls")),
    tools=(Tool("my.ls", "Lists.", {"properties": {"path": {"type": "string"}}, "title": "Ls"}),),
)

IMAGE = {"type": "image_url", "image_url": {"url": PICTURE.url}}
THINKING: Json = {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}


def text(text: str) -> Json:
    return {"type": "text", "text": text}


def says(content: object, *calls: tuple[str, str], name: str = "my_ls", **more: Any) -> Json:
    made = [{"id": each, "type": "function", "function": {"name": name, "arguments": how}} for each, how in calls]
    return {"role": "assistant", "content": content, **({"tool_calls": made} if made else {}), **more}


def asks(content: object) -> Json:
    return {"role": "user", "content": content}


def returns(call_id: str, content: object) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


SYSTEM = {"role": "system", "content": "You keep the server."}
LATE = "[system message]\nBe quick."
OPENING = "[The record begins with the assistant.]"
LIST, RAW = '{"path": "/"}', '{"_raw": "no json"}'
ABOVE = [text("[images of the tool results above]"), IMAGE]

AS_OPENAI = [
    SYSTEM,
    says("Hello."),
    asks("Clean up."),
    asks([IMAGE]),
    {"role": "system", "content": "Be quick."},
    says("Looking.", ("a/1", LIST), ("b", RAW)),
    returns("b", ""),
    returns("a/1", "[image: see the next message]"),
    asks(ABOVE),
    says(None, ("b_2", "{}")),
    returns("b_2", CLOSING_RESULT),
]
ALWAYS = {"dangling_call_closed"}
NATIVE = ALWAYS | {"arguments_wrapped", "call_renamed", "tool_renamed"}
TURNS = {"user_turn_added", "turns_merged", "system_as_user"}

EXPECTED = {
    "openai": (OPENAI, AS_OPENAI, NATIVE | {"images_moved", "reasoning_dropped"}),
    "compatible": (
        OPEN,
        [*AS_OPENAI[:5], says("Looking.", ("a/1", LIST), ("b", RAW), reasoning_content="hm"), *AS_OPENAI[6:]],
        NATIVE | {"images_moved"},
    ),
    "mistral": (
        MISTRAL,
        [
            *AS_OPENAI[:5],
            says("Looking.", ("067c8c991", LIST), ("244c0bb5a", RAW)),
            returns("244c0bb5a", "[no output]"),
            returns("067c8c991", "[image: see the next message]"),
            asks(ABOVE),
            says(None, ("37a681c08", "{}")),
            returns("37a681c08", CLOSING_RESULT),
        ],
        NATIVE | {"images_moved", "reasoning_dropped", "empty_result_marked"},
    ),
    "anthropic": (
        ANTHROPIC,
        [
            SYSTEM,
            asks(OPENING),
            says("Hello."),
            asks([text("Clean up."), IMAGE, text(LATE)]),
            says("Looking.", ("a_1", LIST), ("b", RAW), **THINKING),
            returns("b", ""),
            returns("a_1", [IMAGE]),
            says(None, ("b_2", "{}")),
            returns("b_2", CLOSING_RESULT),
        ],
        NATIVE | TURNS | {"schema_changed"},
    ),
    "bedrock": (
        BEDROCK,
        [
            SYSTEM,
            asks(OPENING),
            says("Hello."),
            asks([text("Clean up."), IMAGE, text(LATE)]),
            says("Looking.", ("a_1", LIST), ("b", RAW), **THINKING),
            returns("b", "[no output]"),
            returns("a_1", [IMAGE]),
            says(None, ("b_2", "{}")),
            returns("b_2", CLOSING_RESULT),
        ],
        NATIVE | TURNS | {"schema_changed", "empty_result_marked"},
    ),
    "gemini": (
        GEMINI,
        [
            SYSTEM,
            asks(OPENING),
            says("Hello."),
            asks([text("Clean up."), IMAGE, text(LATE)]),
            says("Looking.", ("a/1", LIST), ("b", RAW), name="my.ls"),
            returns("a/1", [text(""), IMAGE]),
            returns("b", ""),
            says(None, ("b_2", "{}"), name="my.ls"),
            returns("b_2", CLOSING_RESULT),
        ],
        (NATIVE | TURNS | {"reasoning_dropped", "result_moved"}) - {"tool_renamed"},
    ),
    "local text": (
        LOCAL,
        [
            SYSTEM,
            asks(OPENING),
            says("Hello."),
            asks(f"Clean up.\n\n{LATE}"),
            says(f"Looking.\n[tool call] my.ls {LIST}\n[tool call] my.ls no json"),
            asks("[tool result]\n\n\n[tool result]\n"),
            says("[tool call] my.ls {}"),
        ],
        TURNS | {"tools_as_text", "media_omitted", "empty_message_omitted", "reasoning_dropped"},
    ),
}


@pytest.mark.parametrize(("route", "messages", "noted"), EXPECTED.values(), ids=EXPECTED)
def test_each_family_of_providers_is_sent_exactly_this(route: Route, messages: list[Json], noted: set[str]) -> None:
    restored = restore(RECORD, route, same_model=True)

    assert list(restored.messages) == messages
    assert set(codes(restored)) == noted
