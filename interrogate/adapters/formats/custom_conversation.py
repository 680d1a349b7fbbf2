"""Turns listed under `conversation`, in one object or many: studies of steering and persona, and Bloom's examples.

Roles may be called what chat data sets call them: `human`, `gpt`, `ai`. What else stands beside the turns is kept as
conditions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects import shapes
from interrogate.adapters.drafting import Draft
from interrogate.adapters.opening import Opened
from interrogate.adapters.runs import without_verdicts
from interrogate.records import Json, Role, Source, Transcript

NAME = "conversation"

ROLES: dict[str, Role] = {
    **shapes.ROLES,
    "human": "user",
    "ai": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "chatbot": "assistant",
    "model": "assistant",
}
_NAMES = ("id", "conversation_id", "conversation_hash")
_NO_CONDITIONS = ("model", "turn", "turns", *_NAMES)


def claims(opened: Opened) -> bool:
    """Whether every value of the file has its turns there, the first with a role that is known."""
    return bool(opened.values) and all(_is_conversation(value) for value in opened.values)


def _is_conversation(value: object) -> bool:
    match value:
        case {"conversation": [{"role": str(role)}, *_], **beside}:
            return role.lower() in ROLES and "messages" not in beside
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation, named by its id where each has its own, otherwise by its number."""
    values = opened.values
    names = numbered(_name(value) for value in values) if len(values) > 1 else [None]
    for name, value in zip(names, values, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_transcript, value, source))


def _name(value: Json) -> object:
    return next((value[name] for name in _NAMES if value.get(name) is not None), None)


def _transcript(value: Json, source: Source) -> Transcript:
    draft = Draft(source)
    shapes.read_messages([_named_as_usual(turn) for turn in value["conversation"]], draft)
    draft.define(shapes.tools_of(value.get("tools")))
    conditions = {name: each for name, each in without_verdicts(value).items() if name not in _NO_CONDITIONS}
    return draft.transcript(model=value.get("model"), conditions=conditions)


def _named_as_usual(turn: Any) -> Any:
    match turn:
        case {"role": str(role)} if role.lower() in ROLES:
            return {**turn, "role": ROLES[role.lower()]}
    return turn
