"""From a transcript to what a subject is sent, and the report of how faithful that is.

A pure function: no model, no network, no clock. What a route cannot carry is left out or put otherwise here,
by us and on the record, before any library could do it in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from interrogate.records import Act, Json, Media, Message, Reasoning, Text, Tool, ToolCall, Transcript, is_json_object

DifferenceCode = Literal[
    "arguments_wrapped",
    "blocks_reordered",
    "call_renamed",
    "dangling_call_closed",
    "empty_message_omitted",
    "error_unmarked",
    "media_omitted",
    "orphan_result_as_text",
    "reasoning_dropped",
    "reasoning_opaque",
    "result_moved",
    "system_as_user",
    "tools_as_text",
    "tools_inferred",
]

CLOSING_RESULT = "[The run ended before this call returned a result.]"
"""The one text that restoring adds: the result of a call that the record leaves open. Marked synthetic."""

Content = str | list[Json]
Note = Callable[[DifferenceCode, str, int | None], None]
Numbered = tuple[int | None, Message]
"""A message and its index in the record; None for one that was put in."""


@dataclass(frozen=True, slots=True)
class Route:
    """What the way to a subject can carry."""

    provider: str
    tools: Literal["native", "text"] = "native"
    reasoning: Literal["field", "signed", "none"] = "none"
    """`field`: as `reasoning_content`; `signed`: as thinking blocks with the maker's signature; or not at all."""
    system: Literal["anywhere", "first"] = "anywhere"
    tool_choice: bool = True
    """Whether the route can be told that no tool may be called."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One respect in which the subject does not get what was recorded."""

    code: DifferenceCode
    detail: str
    message: int | None = None
    """Index of the recorded message, from 0."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is sent before the first question."""

    messages: tuple[Json, ...]
    tools: tuple[Json, ...]
    origins: tuple[int | None, ...]
    """For each sent message the recorded one it came from; None for one that was added."""
    differences: tuple[Difference, ...]

    @property
    def exact(self) -> bool:
        return not self.differences


def restore(transcript: Transcript, route: Route, *, same_model: bool) -> Restored:
    """The messages and tools to send, in LiteLLM's (Chat Completions) shape.

    `same_model` says whether the subject made the transcript: signed reasoning is valid only then. Blank text is not
    sent, since LiteLLM would put words of its own in its place; it counts as a difference where it was all there was.
    """
    if route.reasoning == "signed" and not same_model:
        route = replace(route, reasoning="none")
    differences: list[Difference] = []

    def note(code: DifferenceCode, detail: str, message: int | None) -> None:
        differences.append(Difference(code, detail, message))

    tools = _tools(transcript, route, note)
    sent: list[Json] = []
    origins: list[int | None] = []
    native = route.tools == "native"
    for index, message in _paired(transcript.messages, note) if native else enumerate(transcript.messages):
        wire = _wire(message, index, route, note, first=not sent)
        if wire is None:
            note("empty_message_omitted", f"nothing of this {message.role} message can be sent", index)
        else:
            sent.append(wire)
            origins.append(index)
    return Restored(tuple(sent), tools, tuple(origins), tuple(differences))


def evidence_kept(restored: Restored, act: Act) -> bool:
    """Whether every quote of the act still stands in what is sent."""
    return all(_quoted(restored, item.quote, item.message) for item in act.evidence)


def _quoted(restored: Restored, quote: str, message: int | None) -> bool:
    sent = zip(restored.messages, restored.origins, strict=True)
    texts = [text for wire, origin in sent if message in {None, origin} for text in _texts(wire)]
    escaped = json.dumps(quote, ensure_ascii=False)[1:-1]
    return any(quote in text or escaped in text for text in texts)


def _texts(wire: Json) -> Iterator[str]:
    content = wire.get("content") or ""
    yield from [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    yield wire.get("reasoning_content", "")
    yield from (block.get("thinking", "") for block in wire.get("thinking_blocks", ()))
    for call in wire.get("tool_calls", ()):
        yield from Message("assistant", (ToolCall("", "", call["function"]["arguments"]),)).passages().values()


# --- tools ------------------------------------------------------------------------------------------------


def _tools(transcript: Transcript, route: Route, note: Note) -> tuple[Json, ...]:
    tools = transcript.tools
    calls = [call for message in transcript.messages for call in message.calls]
    if route.tools == "text":
        if tools or calls or any(message.role == "tool" for message in transcript.messages):
            note("tools_as_text", "this route has no tool calls: they are sent as text", None)
        return ()
    if missing := _inferred(calls, {tool.name for tool in tools}):
        names = ", ".join(tool.name for tool in missing)
        note("tools_inferred", f"called but not recorded, inferred from their calls: {names}", None)
    return tuple(_tool(tool) for tool in (*tools, *missing))


def _inferred(calls: Sequence[ToolCall], known: set[str]) -> tuple[Tool, ...]:
    """Definitions for tools that were called and not recorded: their arguments' names and types, no description."""
    properties: dict[str, Json] = {}
    for call in calls:
        if call.name not in known:
            seen = properties.setdefault(call.name, {})
            arguments = json.loads(call.arguments) if is_json_object(call.arguments) else {}
            seen.update({key: _json_type(value) for key, value in arguments.items() if not seen.get(key)})
    return tuple(Tool(name, "", {"type": "object", "properties": found}) for name, found in properties.items())


def _json_type(value: object) -> Json:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return {"type": names[type(value)]} if type(value) in names else {}


def _tool(tool: Tool) -> Json:
    parameters = tool.parameters or {"type": "object", "properties": {}}
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }


# --- order ------------------------------------------------------------------------------------------------


def _paired(messages: Sequence[Message], note: Note) -> Iterator[Numbered]:
    """The messages with exactly one result for each call, straight after its turn, as every provider demands.

    A result that answers no call of its round loses its `call_id`: it is an orphan.
    """
    ids: set[str] = set()
    for group in _rounds(messages):
        ordered = list(_in_order(group, ids, note))
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


def _in_order(group: Sequence[tuple[int, Message]], ids: set[str], note: Note) -> Iterator[Numbered]:
    rest = [item for item in group if item[1].role != "assistant"]
    for index, message in group:
        if message.role == "assistant":
            named = _with_own_ids(message, index, ids, note)
            yield index, named
            yield from _results(list(zip(message.calls, named.calls, strict=True)), index, rest, note)
    for index, message in rest:
        if message.role == "tool":
            note("orphan_result_as_text", "a result that answers no call is sent as text, marked", index)
        yield index, replace(message, call_id=None)


def _with_own_ids(message: Message, index: int, ids: set[str], note: Note) -> Message:
    blocks = message.blocks
    named = (_with_own_id(block, index, ids, note) if isinstance(block, ToolCall) else block for block in blocks)
    return replace(message, blocks=tuple(named))


def _with_own_id(call: ToolCall, index: int, ids: set[str], note: Note) -> ToolCall:
    """The call with an id that none before it has: LiteLLM drops a second call of one id in silence."""
    numbered = (f"{call.id or 'call'}_{number}" for number in count(2))
    fresh = call.id if call.id and call.id not in ids else next(name for name in numbered if name not in ids)
    ids.add(fresh)
    if fresh != call.id:
        note("call_renamed", f"the id {call.id!r} is not this call's alone: sent as {fresh!r}", index)
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
            note("result_moved", "this result is sent straight after its call, out of its recorded place", index)


# --- messages ---------------------------------------------------------------------------------------------


def _wire(message: Message, index: int | None, route: Route, note: Note, *, first: bool) -> Json | None:
    """What is sent for a message; None where it holds nothing that can be."""
    if message.is_error:
        note("error_unmarked", "Chat Completions cannot mark a result as an error", index)
    content = _content(message, index, note)
    match message.role:
        case "assistant":
            return _assistant(message, index, route, note)
        case "tool" if route.tools == "native" and message.call_id is not None:
            return {"role": "tool", "tool_call_id": message.call_id, "content": content}
        case "tool":
            return {"role": "user", "content": _marked("[tool result]", content)}
        case _ if _is_blank(content):
            return None
        case "system" if route.system == "first" and not first:
            note("system_as_user", "a later system message is sent as a user's, marked", index)
            return {"role": "user", "content": _marked("[system message]", content)}
        case role:
            return {"role": role, "content": content}


def _is_blank(content: Content) -> bool:
    return not (content.strip() if isinstance(content, str) else content)


def _marked(mark: str, content: Content) -> Content:
    return f"{mark}\n{content}" if isinstance(content, str) else [{"type": "text", "text": mark}, *content]


def _content(message: Message, index: int | None, note: Note) -> Content:
    """Text alone as a string; with images, the list of parts."""
    media = [block for block in message.blocks if isinstance(block, Media)]
    images = [block for block in media if block.kind == "image" and message.role in {"user", "tool"}]
    if len(images) < len(media):
        note("media_omitted", "only images are sent, and only of users and tools", index)
    if not images:
        return message.text
    parts: list[Json] = []
    for block in message.blocks:
        if isinstance(block, Text) and block.text.strip():
            parts.append({"type": "text", "text": block.text})
        elif isinstance(block, Media) and block.kind == "image":
            parts.append({"type": "image_url", "image_url": {"url": block.url}})
    return parts


def _assistant(message: Message, index: int | None, route: Route, note: Note) -> Json | None:
    if not _is_ordered(message):
        note("blocks_reordered", "reasoning, text and calls are sent in this order", index)
    reasoning = _reasoning(message, index, route, note)
    text = "" if _is_blank(message.text) else message.text
    calls: list[Json] = []
    if route.tools == "native":
        calls = [_call(call, index, note) for call in message.calls]
    else:
        spelled = (f"[tool call] {call.name} {call.arguments}" for call in message.calls)
        text = "\n".join(filter(None, (text, *spelled)))
    if not (text or calls or reasoning):
        return None
    return {"role": "assistant", "content": text or None, **({"tool_calls": calls} if calls else {}), **reasoning}


def _is_ordered(message: Message) -> bool:
    """Whether the blocks stand in the one order that Chat Completions can express."""
    ranks = {"reasoning": 0, "text": 1, "media": 1, "tool_call": 2}
    order = [ranks[block.type] for block in message.blocks if not (isinstance(block, Text) and _is_blank(block.text))]
    return order == sorted(order)


def _call(call: ToolCall, index: int | None, note: Note) -> Json:
    if not is_json_object(call.arguments):
        note("arguments_wrapped", f"the arguments of {call.id} are no JSON object", index)
    return wire_call(call)


def wire_call(call: ToolCall) -> Json:
    """A call as it is sent; arguments that are no JSON object are wrapped in one."""
    whole = is_json_object(call.arguments)
    arguments = call.arguments if whole else json.dumps({"_raw": call.arguments}, ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _reasoning(message: Message, index: int | None, route: Route, note: Note) -> Json:
    kept: list[Reasoning] = []
    carried: Json = {}
    if route.reasoning == "signed":
        kept = [block for block in message.reasoning if block.signature]
        carried = {"thinking_blocks": [_thinking_block(block) for block in kept]}
    elif route.reasoning == "field":
        kept = [block for block in message.reasoning if block.text]
        carried = {"reasoning_content": "\n".join(block.text for block in kept)}
        if any(block.opaque for block in kept):
            note("reasoning_opaque", "what is sent of the reasoning is the provider's summary", index)
    if len(kept) < len(message.reasoning):
        note("reasoning_dropped", "this route cannot carry the recorded reasoning", index)
    return carried if kept else {}


def _thinking_block(block: Reasoning) -> Json:
    """As the maker wrote it. Hidden reasoning without a summary is encrypted data rather than a signature."""
    if block.opaque and not block.text:
        return {"type": "redacted_thinking", "data": block.signature}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature}
