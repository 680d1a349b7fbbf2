"""Messages as the two great chat interfaces write them, told apart and translated to ours.

One translator reads both, because files mix them: a system message before Anthropic's blocks, thinking blocks beside
`tool_calls`. Shared by every adapter whose files hold such messages. What a model wrote into its text stays there
verbatim: `<think>` passages, and calls that a harness spelled as XML beside recording them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from interrogate.adapters.drafting import Draft, as_list, as_text, call
from interrogate.adapters.parsing import parse
from interrogate.records import Block, Json, Media, Reasoning, Role, Text, Tool, ToolCall

_ANTHROPIC_BLOCKS = {"tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use"}
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}

# --- telling what a file holds ----------------------------------------------------------------------------


def is_message(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and value["role"] in ROLES


def is_conversation(value: object) -> bool:
    """Whether this is a list of chat messages of either interface."""
    return isinstance(value, list) and bool(value) and all(is_message(item) for item in value)


def dialect(messages: Iterable[object]) -> Literal["anthropic", "openai"]:
    """Which interface wrote the messages. Without calls and blocks the two cannot be told apart, and need not be."""
    listed = [message for message in messages if isinstance(message, dict)]
    parts = (part for message in listed for part in as_list(message.get("content")) if isinstance(part, dict))
    has_blocks = any(part.get("type") in _ANTHROPIC_BLOCKS for part in parts if isinstance(part.get("type"), str))
    return "anthropic" if has_blocks and not _has_openai_calls(listed) else "openai"


def is_anthropic(request: Json, messages: Iterable[object]) -> bool:
    """Whether a request is Anthropic's: by its blocks, or by a `system` beside messages that have no OpenAI calls."""
    listed = [message for message in messages if isinstance(message, dict)]
    return dialect(listed) == "anthropic" or ("system" in request and not _has_openai_calls(listed))


def _has_openai_calls(messages: Iterable[Json]) -> bool:
    return any(
        message.get("role") in ("tool", "function") or message.get("tool_calls") or message.get("function_call")
        for message in messages
    )


def undone(value: Any) -> Any:
    """A value that a table or a log keeps as JSON text."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return parse(value)[0]
    except ValueError:
        return value


# --- translating ------------------------------------------------------------------------------------------


def read_system(system: object, draft: Draft) -> None:
    """Adds the system prompt that Anthropic's interface keeps apart."""
    if prompt := _blocks(as_list(system), draft):
        draft.add("system", prompt)


def read_messages(messages: Iterable[object], draft: Draft) -> None:
    """Adds the messages. Each tool result is a message of its own, in its place.

    A result without an id answers the first open call before it. A tool that the provider ran itself is a call with
    its result, noted. Raises TranscriptError, naming the message.
    """
    for message in messages:
        _read_message(message, draft)


def _read_message(message: Any, draft: Draft) -> None:
    if not is_message(message):
        raise draft.fault("no chat message, with one of the roles that are known")
    role = ROLES[message["role"]]
    before = len(draft.messages)
    blocks: list[Block] = [*_reasoning(message, draft)]
    for part in (*as_list(message.get("content")), *as_list(message.get("refusal"))):
        if isinstance(part, dict) and str(part.get("type")).endswith("tool_result"):
            _flush(role, blocks, draft)
            _read_result(part, draft)
        elif (block := _block(part, draft)) is not None:
            blocks.append(block)
    blocks += _calls(message, blocks, draft)
    if role == "tool":
        _read_tool_message(message, blocks, draft)
    elif blocks or len(draft.messages) == before:
        draft.add(role, blocks)


def _flush(role: Role, blocks: list[Block], draft: Draft) -> None:
    if blocks:
        draft.add(role, blocks)
        blocks.clear()


def _read_result(part: Json, draft: Draft) -> None:
    call_id = part.get("tool_use_id")
    content = part.get("content")
    if part["type"] != "tool_result":
        draft.note("server_tool_as_call", "what the provider's own tool returned is restored as a tool's result")
        content = as_text(_without_ciphers(content))
    draft.add(
        "tool",
        _blocks(as_list(content), draft),
        call_id=None if call_id is None else str(call_id),
        is_error=bool(part.get("is_error")),
    )


def _without_ciphers(content: object) -> object:
    """A server tool's result without what only the provider can read."""
    if isinstance(content, list):
        return [_without_ciphers(item) for item in content]
    if isinstance(content, dict):
        return {key: _without_ciphers(value) for key, value in content.items() if not key.startswith("encrypted_")}
    return content


def _read_tool_message(message: Json, blocks: Iterable[Block], draft: Draft) -> None:
    call_id = message.get("tool_call_id")
    draft.add("tool", blocks, call_id=draft.open_call() if call_id in (None, "") else str(call_id))


def _reasoning(message: Json, draft: Draft) -> Iterator[Reasoning]:
    """What stands beside the content: LiteLLM's thinking blocks, OpenRouter's details, or the text that most return."""
    if blocks := message.get("thinking_blocks"):
        yield from (_thinking(block, draft) for block in as_list(blocks))
    elif details := [known for each in as_list(message.get("reasoning_details")) if (known := _detail(each))]:
        yield from details
    elif text := message.get("reasoning_content") or message.get("reasoning"):
        yield Reasoning(_expect_text(text, "reasoning", draft))


def _detail(detail: object) -> Reasoning | None:
    match detail:
        case {"type": "reasoning.text", "text": str(text), **rest}:
            signature = rest.get("signature")
            return Reasoning(text, signature=signature if isinstance(signature, str) and signature else None)
        case {"type": "reasoning.summary", "summary": str(text)}:
            return Reasoning(text, opaque=True)
        case {"type": "reasoning.encrypted", "data": str(data)}:
            return Reasoning("", signature=data, opaque=True)
    return None


def _calls(message: Json, blocks: Iterable[Block], draft: Draft) -> list[ToolCall]:
    """The calls beside the content, without those that LangChain writes a second time as blocks."""
    written = {block.id for block in blocks if isinstance(block, ToolCall)}
    name = f"call_{len(draft.messages)}"
    listed = enumerate(as_list(undone(message.get("tool_calls"))))
    calls = [_call(each, f"{name}_{number}", draft) for number, each in listed]
    if legacy := message.get("function_call"):
        calls.append(_call(legacy, f"{name}_0", draft))
    return [each for each in calls if each.id not in written]


def _call(recorded: Any, name: str, draft: Draft) -> ToolCall:
    match recorded:
        case {"function": {"name": function, **rest}} | {"custom": {"name": function, **rest}}:
            pass
        case {"name": function, **rest} | {"function": function, **rest}:
            pass
        case _:
            raise draft.fault("a tool call without a name")
    known = recorded.get("id")
    arguments = next((rest[key] for key in ("arguments", "args", "input") if key in rest), None)
    return call(function, arguments, name if known in (None, "") else known, draft)


def _blocks(parts: Iterable[object], draft: Draft) -> list[Block]:
    return [block for part in parts if (block := _block(part, draft)) is not None]


def _block(part: object, draft: Draft) -> Block | None:
    """The block that a part is; None, with a notice, for one of a kind that cannot be restored."""
    if part in ("", None):
        return None
    if isinstance(part, str):
        return Text(part)
    if not isinstance(part, dict):
        raise draft.fault(f"a part that is {type(part).__name__}, neither text nor an object")
    block = _said(part, draft) or _shown(part)
    if block is None:
        draft.note(
            "content_dropped", f"message {len(draft.messages)}: a part of type {part.get('type')!r} is not restored"
        )
    return block


def _said(part: Json, draft: Draft) -> Block | None:
    match part:
        case (
            {"type": "text" | "input_text" | "output_text", "text": str(text)}
            | {"type": "refusal", "refusal": str(text)}
            | {"type": "document", "source": {"type": "text", "data": str(text)}}
        ):
            return Text(text)
        case {"text": str(text)} if "type" not in part:
            return Text(text)
        case {"type": "thinking" | "redacted_thinking"}:
            return _thinking(part, draft)
        case {"type": "reasoning", "reasoning": str(text)}:
            return Reasoning(text)
        case {"type": "tool_use" | "server_tool_use" | "mcp_tool_use" as kind, "name": name}:
            if kind != "tool_use":
                draft.note("server_tool_as_call", "a tool that the provider ran itself is restored as an ordinary call")
            return call(name, part.get("input"), part.get("id"), draft)
    return None


def _shown(part: Json) -> Block | None:
    match part:
        case {"type": "image_url", "image_url": {"url": str(url)} | str(url)}:
            return Media("image", url)
        case {"type": "input_image", "image_url": str(url)}:
            return Media("image", url)
        case {"type": "input_audio", "input_audio": {"data": str(data)}}:
            return Media("audio", f"data:audio/*;base64,{data}")
        case {"type": "image" | "document" as kind, "source": {"url": str(url)}}:
            return Media(kind, url)
        case {"type": "image" | "document" as kind, "source": {"media_type": str(media), "data": str(data)}}:
            return Media(kind, f"data:{media};base64,{data}")
    return None


def _thinking(block: Any, draft: Draft) -> Reasoning:
    if not isinstance(block, dict):
        raise draft.fault("a thinking block that is no object")
    hidden = block.get("type") == "redacted_thinking"
    signature = block.get("data") if hidden else block.get("signature")
    return Reasoning(
        _expect_text(block.get("thinking") or "", "thinking", draft),
        signature=_expect_text(signature, "a signature", draft) if signature else None,
        opaque=hidden,
    )


def _expect_text(value: object, what: str, draft: Draft) -> str:
    if isinstance(value, str):
        return value
    raise draft.fault(f"{what} that is no text but {type(value).__name__}")


def tools_of(tools: object) -> list[Tool]:
    """Tool definitions of a request, with or without the `function` wrapper."""
    listed = [tool for tool in as_list(tools) if isinstance(tool, dict)]
    named = [tool["function"] if isinstance(tool.get("function"), dict) else tool for tool in listed]
    return [
        Tool(tool["name"], as_text(tool.get("description")), _schema(tool))
        for tool in named
        if isinstance(tool.get("name"), str) and tool["name"]
    ]


def _schema(tool: Json) -> Json:
    schema = tool.get("parameters") or tool.get("input_schema") or tool.get("inputSchema")
    return schema if isinstance(schema, dict) else {}
