"""HAR captures of a program's traffic with OpenAI's or Anthropic's chat interface.

Every step of an agent is a request with all that was said before: those that a later one continues are had by name, and
the last of each conversation is taken, with its response, put together again where it was streamed. Other traffic is
passed over; calls of other interfaces are refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.exchanges import exchange
from interrogate.adapters.dialects.requests import conversations_of
from interrogate.adapters.dialects.shapes import undone
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "har"

_OTHER_INTERFACES = {"input", "contents"}


def claims(opened: Opened) -> bool:
    """Whether an object has a log with its entries."""
    match opened.document:
        case {"log": {"entries": list()}}:
            return True
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation in the traffic, named by the number of its last request.

    Raises TranscriptError where there is none.
    """
    calls = [(body, answer) for entry in opened.document["log"]["entries"] for body, answer in _call(entry)]
    asked = [{"request": body, "response": answer} for body, answer in calls if "messages" in body]
    found = [each for each in map(exchange, asked) if each is not None]
    others = len(calls) - len(asked)
    if not found and not others:
        raise TranscriptError(f"{opened.name}: a HAR capture without any call of a chat interface that was answered")
    names = [str(number) for number in range(len(found))]
    yield from conversations_of(found, names, Source(opened.name, NAME))
    for number in range(others):
        source = Source(opened.name, NAME, str(len(found) + number))
        yield Conversation(source, partial(_refuse, source))


def _refuse(source: Source) -> Transcript:
    raise Draft(source).fault(
        "a call of another interface than Chat Completions and Anthropic's Messages, which is not read from a capture",
        "the call",
    )


def _call(entry: Any) -> Iterator[tuple[Json, Any]]:
    """What was asked and answered in an entry, if it is a call of a model's interface that succeeded."""
    match entry:
        case {"request": {"postData": {"text": str(text)}}, "response": {"content": dict(content)} as response}:
            body = undone(text)
            status = response.get("status", 200)
            failed = isinstance(status, int) and not 200 <= status < 300  # noqa: PLR2004  (HTTP's own numbers)
            if isinstance(body, dict) and not failed and not body.keys().isdisjoint({"messages", *_OTHER_INTERFACES}):
                yield body, _answer(_text(content))


def _text(content: Json) -> str:
    text = content.get("text")
    if not isinstance(text, str):
        return ""
    if content.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _answer(text: str) -> Any:
    """A response's value, or the message that its stream of events spells."""
    events = [undone(line[5:].strip()) for line in text.split("\n") if line.startswith("data:")]
    streamed = [event for event in events if isinstance(event, dict)]
    if not streamed:
        return undone(text)
    if any("choices" in event for event in streamed):
        return _assembled_choice(streamed)
    return {"role": "assistant", "content": _assembled_blocks(streamed)}


def _assembled_blocks(events: Sequence[Json]) -> list[Json]:
    """Anthropic's content blocks, from their beginnings and pieces."""
    blocks: dict[Any, Json] = {}
    for event in events:
        match event:
            case {"type": "content_block_start", "content_block": dict(block)}:
                blocks[str(event.get("index"))] = {**block}
            case {"type": "content_block_delta", "delta": dict(delta)}:
                _extend(blocks.setdefault(str(event.get("index")), {"type": "text"}), delta)
    return list(blocks.values())


def _extend(block: Json, delta: Json) -> None:
    for piece, field in (
        ("text", "text"),
        ("thinking", "thinking"),
        ("signature", "signature"),
        ("partial_json", "input"),
    ):
        if isinstance(delta.get(piece), str):
            before = block.get(field)
            block[field] = (before if isinstance(before, str) else "") + delta[piece]


def _assembled_choice(events: Sequence[Json]) -> Json:
    """The first choice of Chat Completions, from its pieces."""
    message: Json = {"role": "assistant", "content": ""}
    calls: dict[Any, Json] = {}
    for event in events:
        for choice in as_list(event.get("choices"))[:1]:
            delta = choice.get("delta") if isinstance(choice, dict) else None
            if isinstance(delta, dict):
                _join(message, delta, ("content", "reasoning_content", "reasoning", "refusal"))
                _join_calls(calls, delta)
    return {**message, "tool_calls": list(calls.values())}


def _join_calls(calls: dict[Any, Json], delta: Json) -> None:
    for piece in as_list(delta.get("tool_calls")):
        if isinstance(piece, dict):
            call = calls.setdefault(str(piece.get("index")), {"id": piece.get("id"), "function": {}})
            function = piece.get("function")
            _join(call["function"], function if isinstance(function, dict) else {}, ("name", "arguments"))


def _join(whole: Json, piece: Json, fields: Sequence[str]) -> None:
    for field in fields:
        if isinstance(piece.get(field), str):
            whole[field] = whole.get(field, "") + piece[field]
