"""Calls and results in the order that every provider demands: one result for each call, straight after its turn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from interrogate.records import Message, Text, ToolCall, is_json_object
from interrogate.restoring.naming import own_id
from interrogate.restoring.routes import Note, Route

CLOSING_RESULT = "[The run ended before this call returned a result.]"
"""What is put in as the result of a call that the record leaves open. Marked as none of the run's."""

Numbered = tuple[int | None, Message]
"""A message and its index in the record; None for one that was put in."""


def paired(messages: Sequence[Message], route: Route, note: Note) -> Iterator[Numbered]:
    """The messages with exactly one result for each call, straight after its turn, and ids that the route takes.

    A result that answers no call of its round loses its `call_id`: it is an orphan.
    """
    ids: set[str] = set()
    for group in _rounds(messages):
        ordered = list(_in_order(group, ids, route, note))
        _note_moved(ordered, note)
        yield from ordered


def _rounds(messages: Sequence[Message]) -> Iterator[list[tuple[int, Message]]]:
    """Assistant messages in a row with all that follows them, up to the next assistant message."""
    group: list[tuple[int, Message]] = []
    for index, message in enumerate(messages):
        if message.role == "assistant" and group and group[-1][1].role != "assistant":
            yield group
            group = []
        group.append((index, message))
    yield group


def _in_order(group: Sequence[tuple[int, Message]], ids: set[str], route: Route, note: Note) -> Iterator[Numbered]:
    rest = [item for item in group if item[1].role != "assistant"]
    for index, message in group:
        if message.role == "assistant":
            for part in _split(message, index, route, note):
                named = _with_own_ids(part, index, ids, route, note)
                yield index, named
                answered = _results(list(zip(part.calls, named.calls, strict=True)), index, rest, note)
                yield from _by_call(named, answered) if route.dialect == "gemini" else answered
    for index, message in rest:
        if message.role == "tool":
            note("orphan_result_as_text", "a result that answers no call is sent as text, marked", index)
        yield index, replace(message, call_id=None)


def _with_own_ids(message: Message, index: int, ids: set[str], route: Route, note: Note) -> Message:
    blocks = message.blocks
    named = (_with_own_id(block, index, ids, route, note) if isinstance(block, ToolCall) else block for block in blocks)
    return replace(message, blocks=tuple(named))


def _with_own_id(call: ToolCall, index: int, ids: set[str], route: Route, note: Note) -> ToolCall:
    """The call with a legal id that none before it has: LiteLLM drops a second call of one id in silence."""
    fresh = own_id(call.id, ids, route)
    ids.add(fresh)
    if fresh != call.id:
        note("call_renamed", f"the id {call.id!r} is used before or illegal on this route: sent as {fresh!r}", index)
    return replace(call, id=fresh)


def _results(
    waiting: list[tuple[ToolCall, ToolCall]], index: int, rest: list[tuple[int, Message]], note: Note
) -> Iterator[Numbered]:
    """The results of a message's calls, taken out of what follows it, and one put in for each call that has none.

    `waiting` holds the calls as recorded and as sent.
    """
    for place, result in rest.copy():
        answered = next((pair for pair in waiting if result.role == "tool" and pair[0].id == result.call_id), None)
        if answered is not None:
            waiting.remove(answered)
            rest.remove((place, result))
            yield place, replace(result, call_id=answered[1].id)
    for recorded, sent in waiting:
        note("dangling_call_closed", f"call {recorded.id} has no result; one is put in, marked", index)
        yield None, Message("tool", (Text(CLOSING_RESULT),), call_id=sent.id)


def _note_moved(ordered: Sequence[Numbered], note: Note) -> None:
    recorded = [(index, message) for index, message in ordered if index is not None]
    for (index, message), place in zip(recorded, sorted(index for index, _ in recorded), strict=True):
        if index != place and message.call_id is not None:
            note("result_moved", "this result is sent out of its recorded place, to stand by its call", index)


# --- what Gemini's calls need, having no ids --------------------------------------------------------------


def _by_call(message: Message, results: Iterator[Numbered]) -> list[Numbered]:
    """Results in the order of their calls, which is how Gemini pairs them."""
    places = {call.id: place for place, call in enumerate(message.calls)}
    return sorted(results, key=lambda item: places[item[1].call_id or ""])


def _split(message: Message, index: int, route: Route, note: Note) -> list[Message]:
    """The message, or on Gemini's route several: of two like calls of a message LiteLLM drops one in silence."""
    if route.dialect != "gemini":
        return [message]
    parts: list[Message] = [replace(message, blocks=())]
    seen: list[object] = []
    for block in message.blocks:
        if isinstance(block, ToolCall):
            if (alike := _meaning(block)) in seen:
                parts.append(replace(message, blocks=()))
                seen.clear()
                note("calls_split", "the same call twice in one turn: the second is sent as a turn of its own", index)
            seen.append(alike)
        parts[-1] = replace(parts[-1], blocks=(*parts[-1].blocks, block))
    return parts


def _meaning(call: ToolCall) -> tuple[str, object]:
    return call.name, json.loads(call.arguments) if is_json_object(call.arguments) else call.arguments
