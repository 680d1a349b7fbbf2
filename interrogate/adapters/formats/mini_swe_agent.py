"""mini-swe-agent's `.traj.json` files: the messages of one run, in the form of the interface that was used.

Version 2 keeps them in an object with calls, or with whole responses of the Responses interface; version 1 and tests as
a list, with actions in the text. The one tool, a shell, is not recorded as a definition. `extra`, which holds what the
harness knows, and the closing message of role `exit` were never sent. A list without either reads as `openai`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.responses_items import read_items
from interrogate.adapters.dialects.shapes import is_message, read_messages
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.records import Json, Source, Transcript

NAME = "mini-swe-agent"

_EXTRA = {"actions", "response", "raw_output", "returncode", "interrupt_type", "exit_status", "model_response"}
"""Keys of `extra` that this harness writes."""


def claims(opened: Opened) -> bool:
    """Whether the file says so, or is a list of messages with the harness's own marks."""
    match opened.document:
        case {"trajectory_format": str(name), "messages": _}:
            return name.startswith("mini-swe-agent")
        case {"info": {"mini_version": _}, "messages": _}:
            return True
        case [*messages]:
            return all(_is_entry(each) for each in messages) and any(_is_marked(each) for each in messages)
    return False


def _is_entry(value: object) -> bool:
    return is_message(value) or (isinstance(value, dict) and (_is_exit(value) or "extra" in value))


def _is_exit(message: Json) -> bool:
    return message.get("role") == "exit"


def _is_marked(message: Json) -> bool:
    extra = message.get("extra")
    return _is_exit(message) or (isinstance(extra, dict) and bool(_EXTRA & set(extra)))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The one conversation of the file."""
    document = {"messages": opened.document} if isinstance(opened.document, list) else opened.document
    source = Source(opened.name, NAME)
    yield Conversation(source, partial(_transcript, document, source))


def _transcript(document: Json, source: Source) -> Transcript:
    draft = Draft(source)
    for message in as_list(document["messages"]):
        _read_message(message, draft)
    if not any(message.calls for message in draft.messages):
        draft.note("calls_as_text", "the agent's actions stand in its text, and their results in a user's")
    return draft.transcript(model=_model_of(document), conditions={"instance_id": document.get("instance_id")})


def _read_message(message: Any, draft: Draft) -> None:
    if isinstance(message, dict) and _is_exit(message):
        return
    match message:
        case {"type": "function_call_output", "call_id": str() | int() as call_id}:
            read_messages([{"role": "tool", "tool_call_id": call_id, "content": message.get("output")}], draft)
        case {"output": [*items]}:
            read_items([_item(each, draft) for each in items], draft)
        case dict():
            read_messages([{key: value for key, value in message.items() if key != "extra"}], draft)
        case _:
            raise draft.fault("no message")
    _note_refused(message.get("extra"), draft)


def _item(item: Any, draft: Draft) -> Json:
    if isinstance(item, dict) and all(isinstance(item.get(key), str | None) for key in ("type", "role")):
        return item
    raise draft.fault("an item of a response that is none")


def _note_refused(extra: object, draft: Draft) -> None:
    match extra:
        case {"interrupt_type": "FormatError", "response": _} | {"interrupt_type": "FormatError", "model_response": _}:
            draft.note("content_dropped", "answers in a wrong form, which the agent was never shown again")


def _model_of(document: Json) -> object:
    match document:
        case {"info": {"config": {"model": {"model_name": name}}}}:
            return name
    return None
