"""Transcripts as files that others read: our own format, which holds everything, and Chat Completions messages.

What Chat Completions cannot hold is named, never left out in silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Literal

from interrogate.adapters.formats.native import written
from interrogate.records import Block, Json, Media, Message, Reasoning, Text, ToolCall, Transcript

Form = Literal["interrogate", "openai"]


def converted(transcripts: Sequence[Transcript], form: Form) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A line of JSONL for each transcript, and what that line does not hold of it."""
    names = _names(transcripts)
    for name, each in zip(names, transcripts, strict=True):
        document, losses = (written(each, name), ()) if form == "interrogate" else openai_request(each, name)
        yield json.dumps(document, ensure_ascii=False), losses


def _names(transcripts: Sequence[Transcript]) -> list[str]:
    """A name for each, that no other has: what was its locator, or its whole source."""
    short = [each.source.locator or each.source.path for each in transcripts]
    return short if len(set(short)) == len(short) else [str(each.source) for each in transcripts]


def openai_request(transcript: Transcript, name: str | None = None) -> tuple[Json, tuple[str, ...]]:
    """The transcript as an object with `messages` and `tools`, and what it does not hold.

    Reading it again gives the same messages and tools where nothing is lost.
    """
    losses: dict[str, None] = {}
    messages = [_message(message, index, losses) for index, message in enumerate(transcript.messages)]
    if transcript.acts or transcript.accusations:
        losses["acts and accusations: keep them in an acts file"] = None
    tools = [{"type": "function", "function": asdict(tool)} for tool in transcript.tools]
    request = {"id": name, "model": transcript.model, "messages": messages, "tools": tools}
    return {key: value for key, value in request.items() if value}, tuple(losses)


def _message(message: Message, index: int, losses: dict[str, None]) -> Json:
    if message.is_error:
        losses[f"message {index}: that the result is an error"] = None
    if not _is_in_order(message.blocks):
        losses[f"message {index}: the order of reasoning, text and calls"] = None
    wire: Json = {
        "role": message.role,
        "content": _content(message, index, losses),
        **_reasoning(message.reasoning),
    }
    if message.calls:
        wire["tool_calls"] = [_call(call) for call in message.calls]
    if message.call_id is not None:
        wire["tool_call_id"] = message.call_id
    return wire


def _is_in_order(blocks: Sequence[Block]) -> bool:
    ranks = {"reasoning": 0, "text": 1, "media": 1, "tool_call": 2}
    order = [ranks[block.type] for block in blocks]
    return order == sorted(order)


def _content(message: Message, index: int, losses: dict[str, None]) -> str | list[Json] | None:
    shown = [block for block in message.blocks if isinstance(block, Text | Media)]
    if all(isinstance(block, Text) for block in shown) and len(shown) <= 1:
        return message.text or None
    parts = [(block, _part(block)) for block in shown]
    for block, part in parts:
        if part is None and isinstance(block, Media):
            losses[f"message {index}: {block.kind}"] = None
    return [part for _, part in parts if part is not None]


def _part(block: Text | Media) -> Json | None:
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case Media(kind="image", url=url):
            return {"type": "image_url", "image_url": {"url": url}}
    return None


def _reasoning(thoughts: Sequence[Reasoning]) -> Json:
    """As `reasoning_content` where it is one plain text, otherwise as thinking blocks."""
    match thoughts:
        case ():
            return {}
        case (Reasoning(text=text, signature=None, opaque=False),) if text:
            return {"reasoning_content": text}
    return {"thinking_blocks": [_thinking(thought) for thought in thoughts]}


def _thinking(thought: Reasoning) -> Json:
    if thought.opaque:
        return {"type": "redacted_thinking", "data": thought.signature, "thinking": thought.text}
    return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


def _call(call: ToolCall) -> Json:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
