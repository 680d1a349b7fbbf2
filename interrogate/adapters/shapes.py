"""Messages as the two great chat interfaces write them, told apart and translated to ours.

One translator reads both, because files mix them: a system message before Anthropic's blocks, thinking blocks beside
`tool_calls`. Shared by every adapter whose files hold such messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from interrogate.adapters.opening import Opened, encode
from interrogate.errors import TranscriptError
from interrogate.records import Block, Json, Media, Message, Reasoning, Role, Source, Text, Tool, ToolCall, Transcript

_ANTHROPIC_BLOCKS = {"tool_use", "tool_result", "thinking", "redacted_thinking"}
_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}

# --- telling what a file holds ----------------------------------------------------------------------------


def is_message(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and value["role"] in _ROLES


def is_conversation(value: object) -> bool:
    """Whether this is a list of chat messages of either interface."""
    return isinstance(value, list) and bool(value) and all(is_message(item) for item in value)


def is_request(value: object) -> bool:
    """Whether this is an object with such a list under `messages`."""
    return isinstance(value, dict) and is_conversation(value.get("messages"))


def dialect(messages: Iterable[Json]) -> Literal["anthropic", "openai"]:
    """Which interface wrote the messages. Without calls and blocks the two cannot be told apart, and need not be."""
    listed = list(messages)
    parts = (part for message in listed for part in as_list(message.get("content")) if isinstance(part, dict))
    has_blocks = any(part.get("type") in _ANTHROPIC_BLOCKS for part in parts if isinstance(part.get("type"), str))
    return "anthropic" if has_blocks and not _has_openai_calls(listed) else "openai"


def is_anthropic(request: Json) -> bool:
    """Whether a request is Anthropic's: by its blocks, or by a `system` beside messages that have no OpenAI calls."""
    messages = request["messages"]
    return dialect(messages) == "anthropic" or ("system" in request and not _has_openai_calls(messages))


def _has_openai_calls(messages: Iterable[Json]) -> bool:
    return any(
        message.get("role") in ("tool", "function") or message.get("tool_calls") or message.get("function_call")
        for message in messages
    )


def conversations(opened: Opened) -> list[tuple[str | None, Json]]:
    """The conversations of a file with their locators; none where it holds anything else.

    A file is one such object or list of messages, or several objects in a list or on lines of their own. Those are
    named by their `id` where each has its own, otherwise by their number from 0.
    """
    document = opened.document
    if is_request(document):
        return [(None, document)]
    values = document if isinstance(document, list) else [row.value for row in opened.rows]
    if is_conversation(values):
        return [(None, {"messages": values})]
    if all(is_request(value) for value in values):
        return list(zip(_locators(values), values, strict=True))
    return []


def _locators(requests: Sequence[Json]) -> list[str]:
    names = [str(request["id"]) for request in requests if isinstance(request.get("id"), str | int)]
    distinct = len(set(names)) == len(requests)
    return [encode(name) for name in names] if distinct else [str(number) for number in range(len(requests))]


def as_list(content: object) -> list[Any]:
    if content is None:
        return []
    return content if isinstance(content, list) else [content]


# --- translating ------------------------------------------------------------------------------------------


def transcript(request: Json, source: Source) -> Transcript:
    """A conversation of either interface, translated.

    Raises TranscriptError, naming the message, for a part that is not known.
    """
    model = request.get("model")
    return Transcript(
        messages=anthropic_messages(request.get("system"), request["messages"], str(source)),
        tools=openai_tools(request.get("tools")),
        source=source,
        model=model if isinstance(model, str) else None,
    )


def anthropic_messages(system: object, messages: Sequence[Json], where: str) -> tuple[Message, ...]:
    """The messages, translated, after the system prompt that the interface keeps apart."""
    prompt = tuple(_block(part, f"{where}, system") for part in as_list(system) if part not in ("", None))
    before = (Message("system", prompt),) if prompt else ()
    return (*before, *openai_messages(messages, where))


def openai_messages(messages: Sequence[Json], where: str) -> tuple[Message, ...]:
    """The messages, translated. Each tool result is a message of its own, in its place.

    A result without an id answers the first open call before it. Raises TranscriptError, naming the message.
    """
    translated: list[Message] = []
    for index, message in enumerate(messages):
        translated.extend(_translated(message, translated, f"{where}, message {index}"))
    return tuple(translated)


def _translated(message: Json, before: Sequence[Message], where: str) -> list[Message]:
    role = _ROLES[message["role"]]
    results: list[Message] = []
    blocks: list[Block] = [*_reasoning(message, where)]
    for part in (*as_list(message.get("content")), message.get("refusal")):
        if isinstance(part, dict) and part.get("type") == "tool_result":
            results += [Message(role, tuple(blocks))] if blocks else []
            results.append(_tool_result(part, where))
            blocks = []
        elif part not in ("", None):
            blocks.append(_block(part, where))
    blocks += _calls(message, blocks, f"call_{len(before)}", where)
    if results and not blocks:
        return results
    if role != "tool":
        return [*results, Message(role, tuple(blocks))]
    call_id = message.get("tool_call_id")
    answered = _next_open_call(before) if call_id is None else str(call_id)
    return [*results, Message(role, tuple(blocks), call_id=answered)]


def _next_open_call(before: Sequence[Message]) -> str | None:
    answered: set[str | None] = set()
    for message in reversed(before):
        if message.calls:
            return next((call.id for call in message.calls if call.id not in answered), None)
        answered.add(message.call_id)
    return None


def _tool_result(part: Json, where: str) -> Message:
    content = tuple(_block(inner, where) for inner in as_list(part.get("content")) if inner not in ("", None))
    call_id = part.get("tool_use_id")
    return Message(
        "tool", content, call_id=None if call_id is None else str(call_id), is_error=bool(part.get("is_error"))
    )


def _reasoning(message: Json, where: str) -> Iterator[Reasoning]:
    """What stands beside the content: LiteLLM's thinking blocks, or the text that most other servers return."""
    if blocks := message.get("thinking_blocks"):
        yield from (_thinking(block, where) for block in as_list(blocks))
    elif text := message.get("reasoning_content") or message.get("reasoning"):
        yield Reasoning(_expect_text(text, where, "reasoning"))


def _calls(message: Json, blocks: Sequence[Block], name: str, where: str) -> list[ToolCall]:
    """The calls beside the content, without those that LangChain writes a second time as blocks."""
    written = {block.id for block in blocks if isinstance(block, ToolCall)}
    calls = [_call(call, f"{name}_{number}", where) for number, call in enumerate(as_list(message.get("tool_calls")))]
    if legacy := message.get("function_call"):
        calls.append(_call(legacy, f"{name}_0", where))
    return [call for call in calls if call.id not in written]


def _call(call: Any, name: str, where: str) -> ToolCall:
    match call:
        case {"function": {"name": str(function), **rest}} | {"name": str(function), **rest}:
            pass
        case {"function": str(function), **rest}:
            pass
        case _:
            raise TranscriptError(f"{where}: a tool call without a name; convert the file or report it")
    recorded = call.get("id")
    return ToolCall(name if recorded is None else str(recorded), function, _as_json_text(rest.get("arguments")))


def _block(part: object, where: str) -> Block:
    if isinstance(part, str):
        return Text(part)
    if isinstance(part, dict) and (block := _said(part, where) or _shown(part)):
        return block
    kind = part.get("type") if isinstance(part, dict) else type(part).__name__
    raise TranscriptError(f"{where}: a part of type {kind!r} is not known in this form; convert the file or report it")


def _said(part: Json, where: str) -> Block | None:
    match part:
        case {"type": "text" | "input_text" | "output_text", "text": str(text)}:
            return Text(text)
        case {"type": "refusal", "refusal": str(text)}:
            return Text(text)
        case {"type": "thinking" | "redacted_thinking"}:
            return _thinking(part, where)
        case {"type": "reasoning", "reasoning": str(text)}:
            return Reasoning(text)
        case {"type": "tool_use", "id": str(call_id), "name": str(name)}:
            return ToolCall(call_id, name, _as_json_text(part.get("input")))
    return None


def _shown(part: Json) -> Block | None:
    match part:
        case {"type": "image_url", "image_url": {"url": str(url)} | str(url)}:
            return Media("image", url)
        case {"type": "input_audio", "input_audio": {"data": str(data)}}:
            return Media("audio", f"data:audio/*;base64,{data}")
        case {"type": "document", "source": {"type": "text", "data": str(text)}}:
            return Text(text)
        case {"type": "image" | "document" as kind, "source": {"url": str(url)}}:
            return Media(kind, url)
        case {"type": "image" | "document" as kind, "source": {"media_type": str(media), "data": str(data)}}:
            return Media(kind, f"data:{media};base64,{data}")
    return None


def _thinking(block: Any, where: str) -> Reasoning:
    if not isinstance(block, dict):
        raise TranscriptError(f"{where}: a thinking block that is no object; convert the file or report it")
    signature = block.get("data") if block.get("type") == "redacted_thinking" else block.get("signature")
    return Reasoning(
        _expect_text(block.get("thinking") or "", where, "thinking"),
        signature=_expect_text(signature, where, "a signature") if signature else None,
        opaque=block.get("type") == "redacted_thinking",
    )


def _expect_text(value: object, where: str, what: str) -> str:
    if isinstance(value, str):
        return value
    raise TranscriptError(f"{where}: {what} that is no text but {type(value).__name__}; convert the file or report it")


def _as_json_text(value: object) -> str:
    """A call's arguments as recorded, `{}` where there are none."""
    if value in (None, ""):
        return "{}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def openai_tools(tools: object) -> tuple[Tool, ...]:
    """Tool definitions of a request, with or without the `function` wrapper."""
    listed = [tool for tool in as_list(tools) if isinstance(tool, dict)]
    named = [tool["function"] if isinstance(tool.get("function"), dict) else tool for tool in listed]
    return tuple(
        Tool(tool["name"], str(tool.get("description") or ""), _schema(tool))
        for tool in named
        if isinstance(tool.get("name"), str)
    )


def _schema(tool: Json) -> Json:
    schema = tool.get("parameters") or tool.get("input_schema")
    return schema if isinstance(schema, dict) else {}
