"""Ids of calls and names of tools in the form that a provider takes: the same wherever they stand.

LiteLLM would put "_" for what a provider forbids, on some routes for definitions alone, and let two names fall
together. A provider would refuse the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from interrogate.records import Message, Tool, ToolCall, Transcript, digest
from interrogate.restoring.routes import Dialect, Note, Route

SIGNATURE = "__thought__"
"""What LiteLLM puts between a call's id and Gemini's signature of the thought before it."""

_ID_FORMS: Mapping[Dialect, tuple[str, int]] = {
    "open": (r"[^\s\S]", 1000),
    "openai": (r"[^\s\S]", 40),
    "vllm": (r"[^\s\S]", 1000),
    "anthropic": (r"[^a-zA-Z0-9_-]", 64),
    "bedrock": (r"[^a-zA-Z0-9_.:-]", 64),
    "gemini": (r"[^\s\S]", 1000),
}
"""What may not stand in a call's id, and its greatest length; Mistral's have exactly nine letters and digits."""

_NAME_FORMS: Mapping[Dialect, tuple[str, str]] = {
    "gemini": (r"[^a-zA-Z0-9_.-]", r"[a-zA-Z_]"),
    "bedrock": (r"[^a-zA-Z0-9_-]", r"[a-zA-Z]"),
}
"""What may not stand in a tool's name, and what it begins with, where that is not as everywhere."""

_ANY_NAME = (r"[^a-zA-Z0-9_-]", r".")
_LONGEST_NAME = 64


def renamed(transcript: Transcript, route: Route, note: Note) -> Transcript:
    """The transcript with every tool under a legal name of its own, in definitions and calls, and defined once."""
    names = _tool_names(transcript, route, note)
    tools = tuple(_once((replace(tool, name=names[tool.name]) for tool in transcript.tools), note))
    return replace(transcript, tools=tools, messages=tuple(_with_names(each, names) for each in transcript.messages))


def own_id(call_id: str, taken: Iterable[str], route: Route) -> str:
    """The id if it is legal and free, otherwise one made of it that is."""
    if not route.signed_calls:
        call_id = call_id.split(SIGNATURE, maxsplit=1)[0]
    return _free(_ids(call_id, route.dialect), set(taken))


def _ids(call_id: str, dialect: Dialect) -> Iterator[str]:
    if dialect == "mistral":
        yield from [call_id] if re.fullmatch("[a-zA-Z0-9]{9}", call_id) else []
        yield from (digest([call_id, number])[:9] for number in count())
    illegal, longest = _ID_FORMS[dialect]
    yield from _numbered(re.sub(illegal, "_", call_id) or "call", longest)


def _numbered(base: str, longest: int) -> Iterator[str]:
    yield base[:longest]
    yield from (f"{base[: longest - len(str(number)) - 1]}_{number}" for number in count(2))


def _free(spellings: Iterator[str], taken: set[str]) -> str:
    return next(spelling for spelling in spellings if spelling not in taken)


def _tool_names(transcript: Transcript, route: Route, note: Note) -> dict[str, str]:
    calls = (call.name for message in transcript.messages for call in message.calls)
    recorded = list(dict.fromkeys([*(tool.name for tool in transcript.tools), *calls]))
    names = {name: name for name in recorded if _legal_name(name, route) == name}
    for name in recorded:
        if name not in names:
            names[name] = _free(_numbered(_legal_name(name, route), _LONGEST_NAME), set(names.values()))
            note("tool_renamed", f"the tool {name!r} is sent as {names[name]!r}, its own name being illegal here", None)
    return names


def _legal_name(name: str, route: Route) -> str:
    illegal, first = _NAME_FORMS.get(route.dialect, _ANY_NAME)
    spelled = re.sub(illegal, "_", name) or "tool"
    return (spelled if re.match(first, spelled) else f"tool_{spelled}")[:_LONGEST_NAME]


def _once(tools: Iterable[Tool], note: Note) -> Iterator[Tool]:
    """Each tool once: providers refuse two of one name."""
    seen: set[str] = set()
    for tool in tools:
        if tool.name in seen:
            note("tool_omitted", f"the tool {tool.name!r} is defined twice: its first definition is sent", None)
        else:
            seen.add(tool.name)
            yield tool


def _with_names(message: Message, names: Mapping[str, str]) -> Message:
    blocks = message.blocks
    named = (replace(block, name=names[block.name]) if isinstance(block, ToolCall) else block for block in blocks)
    return replace(message, blocks=tuple(named))
