"""Records to restore, written short, and what must hold of what becomes of them. For the tests of `restoring`."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

from interrogate.records import (
    Block,
    Json,
    Media,
    Message,
    Reasoning,
    Role,
    Source,
    Text,
    Tool,
    ToolCall,
    Transcript,
)
from interrogate.restoring import Restored, Route, restore

BUNDLED = Path(__file__).parents[1] / "transcripts"

OPEN = Route("open", reasoning="field")
PLAIN = Route("plain")
SIGNED = Route("signed", reasoning="signed", system="first")
IN_WORDS = Route("in words", tools="text")
NO_SYSTEM = Route("no system", system="none")
OPENAI = Route("openai", "openai", images="address")
ANTHROPIC = Route("anthropic", "anthropic", reasoning="signed", system="first", images="address", alternates=True)
BEDROCK = Route("bedrock", "bedrock", reasoning="signed", system="first", alternates=True)
GEMINI = Route("gemini", "gemini", system="first", signed_calls=True, alternates=True)
MISTRAL = Route("mistral", "mistral")
LOCAL = Route("local", tools="text", system="first", images="none", alternates=True)
FAMILIES = [OPENAI, ANTHROPIC, BEDROCK, GEMINI, MISTRAL, LOCAL]
ROUTES = [OPEN, PLAIN, SIGNED, IN_WORDS, *FAMILIES]

LS = Tool("ls", "Lists.", {"type": "object", "properties": {"path": {"type": "string"}}})
PICTURE = Media("image", "data:image/png;base64,x")


def recorded(*messages: Message, tools: tuple[Tool, ...] = (LS,)) -> Transcript:
    return Transcript(messages, tools, Source("run.json", "openai"))


def system(text: str) -> Message:
    return Message("system", (Text(text),))


def user(*blocks: Block | str) -> Message:
    return Message("user", tuple(Text(block) if isinstance(block, str) else block for block in blocks))


def agent(*blocks: Block | str) -> Message:
    return Message("assistant", tuple(Text(block) if isinstance(block, str) else block for block in blocks))


def call(call_id: str = "c1", arguments: str = "{}", name: str = "ls") -> ToolCall:
    return ToolCall(call_id, name, arguments)


def result(call_id: str | None, text: str = "done") -> Message:
    return Message("tool", (Text(text),), call_id=call_id)


def sent(*messages: Message, route: Route = PLAIN, same_model: bool = False) -> Restored:
    return restore(recorded(*messages), route, same_model=same_model)


def codes(restored: Restored) -> list[str]:
    return [difference.code for difference in restored.differences]


def outline(restored: Restored) -> list[str]:
    """Each sent message in a word or two."""
    return [
        f"call {','.join(each['id'] for each in wire['tool_calls'])}"
        if "tool_calls" in wire
        else f"result {wire['tool_call_id']}: {wire['content']}"
        if wire["role"] == "tool"
        else f"{wire['role']}: {wire['content']}"
        for wire in restored.messages
    ]


THOUGHT = Reasoning("hm")
SEALED = Reasoning("hm", signature="s")
SUMMARY = Reasoning("in short", signature="s", opaque=True)
HIDDEN = Reasoning("", signature="data", opaque=True)
OMITTED = Reasoning("", signature="s")


TEXTS = st.sampled_from(
    ["", " ", "\n\n", "done", "I did.", '"', '{"a": 1}', "data:image/png;base64,x", "é\u2028", "\ud800"]
) | st.text(max_size=5)
IDS = st.sampled_from(["", "0", "1", "0_2", "call_2", "a b", "a/b", "l" * 70, "c__thought__c2ln"])
ARGUMENTS = st.sampled_from(
    ['{"a": 1}', '{"a":"x"}', "{}", "", "[1]", "rm -rf", '{"a": NaN}', "[" * 5000, '{"b": "\\ud800"}']
)
SAID = st.builds(Text, TEXTS)
SHOWN = st.just(PICTURE) | st.builds(
    Media, st.sampled_from(["image", "audio"]), st.sampled_from(["data:x", "https://example.org/x.png"])
)
THOUGHTS = st.builds(Reasoning, TEXTS, st.none() | st.just("sig"), st.booleans())
CALLS = st.builds(ToolCall, IDS, st.sampled_from(["ls", "rm", "my.rm", "my/rm", "1st", "n" * 70, ""]), ARGUMENTS)


def messages_of(role: Role, *blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[Message]:
    return st.builds(Message, st.just(role), st.lists(st.one_of(*blocks), max_size=4).map(tuple))


RESULTS = st.builds(
    Message, st.just("tool"), st.lists(SAID | SHOWN, max_size=2).map(tuple), st.none() | IDS, st.booleans()
)
TRANSCRIPTS = st.lists(
    messages_of("system", SAID)
    | messages_of("user", SAID, SHOWN)
    | messages_of("assistant", SAID, SHOWN, THOUGHTS, CALLS)
    | RESULTS,
    max_size=9,
).map(lambda messages: recorded(*messages))


NAMES = st.sampled_from(["path", "mode", "$id", "strict", "type"])
LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "format": "uri", "minLength": 1},
        {"type": "string", "enum": ["a", "", "b"]},
        {"type": "integer", "enum": [1, 2]},
        {"type": ["string", "null"], "description": "maybe"},
        {"type": ["array", "string"], "items": {"type": "string"}},
        {"type": "array"},
        {"const": "x"},
        {"enum": ["a", None]},
        {"$ref": "#/$defs/node"},
        {"$ref": "#/definitions/old"},
        {"$ref": "#/nowhere"},
        {},
        True,
    ]
)
NODES: st.SearchStrategy[object] = st.recursive(
    LEAVES,
    lambda node: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, node),
        st.builds(
            lambda each, extra: {"type": "object", "properties": each, "additionalProperties": extra},
            st.dictionaries(NAMES, node, max_size=3),
            st.booleans(),
        ),
        st.builds(
            lambda key, each: {key: each, "title": "t", "default": None},
            st.sampled_from(["anyOf", "oneOf", "allOf"]),
            st.lists(node, min_size=1, max_size=3),
        ),
    ),
    max_leaves=6,
)
SCHEMAS = st.builds(
    lambda each, about: {**about, **({"properties": each} if each else {})},
    st.dictionaries(NAMES, NODES, max_size=3),
    st.sampled_from(
        [
            {},
            {"type": "object", "required": ["path"], "additionalProperties": False},
            {"type": "object", "$schema": "http://json-schema.org/draft-07/schema#", "title": "Arguments"},
            {"type": "object", "$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}}}},
            {"type": "object", "definitions": {"old": {"type": "number", "strict": True}}},
        ]
    ),
)
"""Schemas of tools as they are met, with what one provider or another does not take."""


def texts_of(wire: Json) -> list[str]:
    content = wire["content"] or ""
    return [content] if isinstance(content, str) else [part.get("text", "") for part in content]


CALL_IDS = {
    "open": r"[\s\S]+",
    "openai": r"[\s\S]{1,40}",
    "vllm": r"[\s\S]+",
    "anthropic": r"[a-zA-Z0-9_-]+",
    "bedrock": r"[a-zA-Z0-9_.:-]{1,64}",
    "gemini": r"[\s\S]+",
    "mistral": r"[a-zA-Z0-9]{9}",
}
TOOL_NAMES = {"gemini": r"[a-zA-Z_][a-zA-Z0-9_.-]{0,63}", "bedrock": r"[a-zA-Z][a-zA-Z0-9_-]{0,63}"}


def check_legal(restored: Restored, route: Route) -> None:
    """What every provider demands of a conversation, and this one of its parts."""
    check_paired(restored)
    calls = [each for wire in restored.messages for each in wire.get("tool_calls", ())]
    defined = [tool["function"]["name"] for tool in restored.tools]
    roles = [wire["role"].replace("tool", "user") for wire in restored.messages if wire["role"] != "system"]
    turns = [wire["role"] for wire in restored.messages if wire["role"] in {"user", "assistant"}]

    assert all(re.fullmatch(CALL_IDS[route.dialect], each["id"]) for each in calls)
    assert all(re.fullmatch(TOOL_NAMES.get(route.dialect, "[a-zA-Z0-9_-]{1,64}"), name) for name in defined)
    assert {each["function"]["name"] for each in calls} <= set(defined)
    assert len(set(defined)) == len(defined)
    if route.alternates and roles:
        assert roles[0] == "user"
        assert all(first != second or first == "assistant" for first, second in pairwise(turns))


def check_paired(restored: Restored) -> None:
    owed: list[str] = []
    used: list[str] = []
    for wire in restored.messages:
        if wire["role"] == "tool":
            owed.remove(wire["tool_call_id"])
            continue
        assert owed == []
        assert wire["role"] in {"system", "user", "assistant"}
        assert (
            wire["content"] is None
            or any(text.strip() for text in texts_of(wire))
            or not isinstance(wire["content"], str)
        )
        owed = [each["id"] for each in wire.get("tool_calls", ())]
        used += owed
        assert wire["content"] or owed or wire.keys() & {"reasoning_content", "thinking_blocks"}
        for each in wire.get("tool_calls", ()):
            assert isinstance(json.loads(each["function"]["arguments"]), dict)

    assert owed == []
    assert all(used)
    assert len(set(used)) == len(used)
