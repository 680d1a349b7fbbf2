"""Gemini CLI's own sessions: an object with its messages, or a log of lines by which they are added and changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.drafting import Draft, as_list, call
from interrogate.adapters.formats.gemini.parts import read_contents, read_response
from interrogate.adapters.opening import Opened
from interrogate.records import Block, Json, Reasoning, Source, Transcript

_NOT_SENT = ("info", "error", "warning", "system")
"""Types of messages that are for the screen."""


def is_session(opened: Opened) -> bool:
    """Whether the file is such a session."""
    values = [value for value in opened.values if isinstance(value, dict)]
    is_answer = (value.get("type") == "gemini" and "id" in value for value in values)
    return any({"sessionId", "projectHash"} <= set(value) for value in values[:1]) or any(is_answer)


def conversations(opened: Opened, format_: str) -> Iterator[Conversation]:
    """The session's conversation, and by name what it went back on or compressed."""
    *left, last = _states(opened.values)
    yield _conversation(last, len(left), Source(opened.name, format_))
    for number, messages in enumerate(left, start=1):
        source = Source(opened.name, format_, locator("", branch=f"branch-{number}"))
        yield _conversation(messages, 0, source, "what the session held before it was rewound or compressed")


def _states(values: Sequence[Any]) -> list[list[Any]]:
    """What the session held each time before messages were taken away, and what it holds at its end."""
    left: list[list[Any]] = []
    messages: list[Any] = []
    for value in values:
        after = _changed(messages, value)
        kept = {_id(message) for message in after}
        if any(_id(message) not in kept and _type(message) == "gemini" for message in messages):
            left.append(messages)
        messages = after
    return [*left, messages]


def _changed(messages: list[Any], value: Any) -> list[Any]:
    match value:
        case {"$rewindTo": target}:
            ids = [_id(message) for message in messages]
            return messages[: ids.index(target)] if target in ids else []
        case {"messages": list() as given} | {"$set": {"messages": list() as given}}:
            return [*given]
        case {"id": str(name), "type": _}:
            places = [place for place, message in enumerate(messages) if _id(message) == name]
            return [*messages[: places[0]], value, *messages[places[0] + 1 :]] if places else [*messages, value]
    return messages


def _id(message: Any) -> Any:
    name = message.get("id") if isinstance(message, dict) else None
    return name if isinstance(name, str) else None


def _type(message: Any) -> Any:
    return message.get("type") if isinstance(message, dict) else None


def _conversation(messages: Sequence[Any], left: int, source: Source, about: str = "") -> Conversation:
    read = partial(_transcript, messages, left, source)
    return Conversation(source, read, only_by_name=bool(about), about=about, model=_model(messages))


def _model(messages: Sequence[Any]) -> str | None:
    models = [message.get("model") for message in messages if _type(message) == "gemini"]
    return next((model for model in reversed(models) if isinstance(model, str) and model), None)


def _transcript(messages: Sequence[Any], left: int, source: Source) -> Transcript:
    draft = Draft(source)
    draft.note("system_missing", "Gemini CLI's sessions do not record the system prompt")
    if left:
        draft.note("branch_chosen", f"as the session ended; {left} earlier states, left or compressed, are had by name")
    for message in messages:
        if not isinstance(message, dict):
            raise draft.fault(f"a message that is {type(message).__name__}, no object")
        match message.get("type"):
            case "user":
                read_contents(as_list(message.get("content")), draft, role="user")
            case "gemini":
                _read_answer(message, draft)
            case kind if kind not in _NOT_SENT:
                draft.note("content_dropped", f"a message of type {kind!r} is not restored")
    return draft.transcript(model=_model(messages))


def _read_answer(message: Json, draft: Draft) -> None:
    """Adds a turn and the results of its calls, which stand with them."""
    calls = [each for each in as_list(message.get("toolCalls")) if isinstance(each, dict)]
    made = [
        call(each.get("name"), each.get("args"), each.get("id") or f"call_{len(draft.messages)}_{number}", draft)
        for number, each in enumerate(calls)
    ]
    blocks: list[Block] = [*_thoughts(message), *_content(message, draft), *made]
    if blocks:
        draft.add("assistant", blocks)
    for one, each in zip(made, calls, strict=True):
        _read_results(one.id, each, draft)


def _thoughts(message: Json) -> list[Reasoning]:
    thoughts = [each for each in as_list(message.get("thoughts")) if isinstance(each, dict)]
    texts = [
        "\n".join(text for text in (each.get("subject"), each.get("description")) if isinstance(text, str) and text)
        for each in thoughts
    ]
    return [Reasoning(text, opaque=True) for text in texts if text]


def _content(message: Json, draft: Draft) -> list[Block]:
    """What was said: text, or parts, of which calls stand with their results under `toolCalls`."""
    before = len(draft.messages)
    read_contents(as_list(message.get("content")), draft, role="user")
    found = [block for each in draft.messages[before:] for block in each.blocks]
    del draft.messages[before:]
    return [block for block in found if block.type != "tool_call"]


def _read_results(call_id: str, made: Json, draft: Draft) -> None:
    """Adds what a call returned to the model: one result, whatever parts it is recorded in."""
    result = made.get("result")
    before = len(draft.messages)
    for part in as_list(result):
        response = part.get("functionResponse") if isinstance(part, dict) else None
        if isinstance(response, dict):
            read_response({**response, "id": call_id}, draft)
        else:
            read_contents([part], draft, role="user")
    added = draft.messages[before:]
    del draft.messages[before:]
    if result is None:
        draft.note("results_missing", "some calls have no result in this file")
    else:
        blocks = [block for message in added for block in message.blocks]
        is_error = made.get("status") == "error" or any(message.is_error for message in added)
        draft.add("tool", blocks, call_id=call_id, is_error=is_error)
