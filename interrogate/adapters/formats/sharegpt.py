"""ShareGPT and its many descendants: `{"conversations": [{"from", "value"}]}`, in JSON, JSONL or a table.

Calls are text in this format, and nothing says which result answers which: they stay text, and results become user
messages. `system` and `tools` beside the conversation are taken. The model is not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.exchanges import conditions
from interrogate.adapters.dialects.shapes import tools_of, undone
from interrogate.adapters.drafting import Draft, as_list, as_text
from interrogate.adapters.opening import Opened
from interrogate.records import Json, Role, Source, Transcript

NAME = "sharegpt"

_ROLES: dict[str, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "observation": "user",
    "tool": "user",
    "function_response": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "model": "assistant",
    "function_call": "assistant",
}
_CALLS = {"function_call", "observation", "tool", "function_response"}


def claims(opened: Opened) -> bool:
    """Whether every value has `conversations`, and each first turn a `from` and a `value`."""
    return bool(opened.values) and all(_is_row(value) for value in opened.values)


def _is_row(value: object) -> bool:
    match value:
        case {"conversations": [{"from": _, "value": _}, *_]}:
            return True
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation of the file, named by its `id` where each has its own, otherwise by its number from 0."""
    values = opened.values
    names = [None] if isinstance(opened.document, dict) else numbered(value.get("id") for value in values)
    for name, value in zip(names, values, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_transcript, value, source))


def _transcript(value: Json, source: Source) -> Transcript:
    draft = Draft(source)
    system = value.get("system")
    draft.say("system", system if isinstance(system, str) else "")
    for turn in value["conversations"]:
        _read_turn(turn, draft)
    if value.get("images") or value.get("videos") or value.get("audios"):
        draft.note("content_dropped", "images and other media lie in files of their own and are not restored")
    draft.define(tools_of(undone(value.get("tools"))))
    beside = {key: item for key, item in conditions(value).items() if key not in ("conversations", "images")}
    return draft.transcript(model=value.get("model"), conditions=beside)


def _read_turn(turn: Any, draft: Draft) -> None:
    speaker = str(turn.get("from")).lower() if isinstance(turn, dict) else ""
    if speaker not in _ROLES:
        raise draft.fault(f"a turn of {speaker!r}, who is not known")
    if speaker in _CALLS:
        draft.note("calls_as_text", "calls are text in this format; what they returned stands in user messages")
    for part in as_list(turn.get("value")):
        draft.say(_ROLES[speaker], as_text(part))
