"""The items of OpenAI's Responses interface: in requests, in the Agents SDK's lists and traces, in Codex's rollouts.

An answer is several items: what it reasoned, what it said, what it called. Those that follow each other are one turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from interrogate.adapters.dialects.shapes import ROLES, is_message, read_messages, tools_of
from interrogate.adapters.drafting import Draft, as_list, as_text, call
from interrogate.records import Block, Json, Media, Reasoning, Text, ToolCall

CALLS = frozenset(
    ("function_call", "custom_tool_call", "local_shell_call", "shell_call", "computer_call", "apply_patch_call")
)
"""Calls that the agent's own program answers, each with an item `..._output`."""
SEARCHES = frozenset(
    ("web_search_call", "file_search_call", "code_interpreter_call", "mcp_call", "image_generation_call")
)
"""Calls that the provider answers itself, within the item where it says what came of them."""
OTHERS = frozenset(
    (
        "compaction",
        "compaction_summary",
        "context_compaction",
        "ghost_snapshot",
        "item_reference",
        "mcp_approval_request",
        "mcp_approval_response",
        "mcp_list_tools",
        "reasoning",
        "tool_search_call",
        "tool_search_output",
    )
)
KINDS = CALLS | SEARCHES | OTHERS | {f"{kind}_output" for kind in CALLS}
"""Types of items that no other interface has."""

_PARTS = ("input_text", "output_text", "input_image", "input_file", "refusal", "summary_text")
_ABOUT = ("type", "id", "call_id", "status", "name", "output", "outputs", "results", "result", "error")


def is_item(value: object) -> bool:
    """Whether this can stand in a list of items; a bare chat message can."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    return kind in KINDS if isinstance(kind, str) and kind != "message" else is_message(value)


def is_marked(value: object) -> bool:
    """Whether this can only be an item of this interface."""
    if not is_item(value) or not isinstance(value, dict):
        return False
    kinds = [part.get("type") for part in as_list(value.get("content")) if isinstance(part, dict)]
    return value.get("type") in KINDS or (value.get("type") == "message" and any(kind in _PARTS for kind in kinds))


def are_items(values: object) -> bool:
    """Whether this is a list of items, at least one of which can be nothing else."""
    return (
        isinstance(values, list) and all(is_item(each) for each in values) and any(is_marked(each) for each in values)
    )


def read_items(items: Iterable[Any], draft: Draft) -> None:
    """Adds the turns that the items make. Calls and results pair by `call_id`.

    Raises TranscriptError, naming the message, for what is no item.
    """
    turn: list[Block] = []
    for item in items:
        if not isinstance(item, dict):
            raise draft.fault(f"an item that is {type(item).__name__}, no object")
        kind = _kind(item)
        if kind == "reasoning":
            turn.append(_reasoning(item))
        elif kind in CALLS:
            turn.append(_call(item, draft))
        elif kind == "message" and item.get("role") == "assistant":
            turn += _blocks_of(item, draft)
        elif kind in SEARCHES:
            turn.append(_call(item, draft))
            _close(turn, draft)
            _read_own_result(item, draft)
        elif not _is_passed_over(item, draft):
            _close(turn, draft)
            _read_other(item, draft)
    _close(turn, draft)


def _kind(item: Json) -> str:
    kind = item.get("type")
    return "message" if kind is None else kind if isinstance(kind, str) else ""


def _close(turn: list[Block], draft: Draft) -> None:
    if turn:
        draft.add("assistant", turn)
        turn.clear()


def _blocks_of(message: Json, draft: Draft) -> list[Block]:
    """What a chat message holds, without adding it: in a trace, an assistant's may hold calls as well."""
    before = len(draft.messages)
    read_messages([message], draft)
    found = [block for each in draft.messages[before:] for block in each.blocks]
    del draft.messages[before:]
    return found


def _reasoning(item: Json) -> Reasoning:
    """What open models write is whole; what OpenAI's show is a summary, with the rest encrypted."""
    written, summary = (_texts(item.get(key)) for key in ("content", "summary"))
    cipher = item.get("encrypted_content")
    signature = cipher if isinstance(cipher, str) and cipher else None
    return Reasoning(written or summary, signature=signature, opaque=not written)


def _texts(parts: object) -> str:
    texts = [part.get("text") if isinstance(part, dict) else part for part in as_list(parts)]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text)


def _call(item: Json, draft: Draft) -> ToolCall:
    """A call. The kinds without a name are named by their kind, and what they ask for is their arguments."""
    kind = str(item["type"])
    call_id = next((item[key] for key in ("call_id", "id") if item.get(key)), None)
    if kind in ("function_call", "custom_tool_call", "mcp_call"):
        asked = item.get("input" if kind == "custom_tool_call" else "arguments")
        return call(item.get("name"), asked, call_id or f"call_{len(draft.messages)}", draft)
    rest = {key: value for key, value in item.items() if key not in _ABOUT and value is not None}
    asked = next((rest[key] for key in ("action", "operation") if isinstance(rest.get(key), dict)), rest)
    return call(kind.removesuffix("_call"), asked, call_id, draft)


def _read_own_result(item: Json, draft: Draft) -> None:
    """What the provider's tool returned, where the item says so; an open call where it does not."""
    draft.note("server_tool_as_call", "a tool that the provider ran itself is restored as an ordinary call")
    made = draft.messages[-1].calls[-1]
    keys = ("error", "output", "outputs", "results", "result")
    found = next((item[key] for key in keys if item.get(key) not in (None, "", [])), None)
    if found is None:
        draft.note("results_missing", "the provider's own tools ran, and what they returned is not recorded")
    elif item["type"] == "image_generation_call" and isinstance(found, str):
        draft.add("tool", [Media("image", f"data:image/png;base64,{found}")], call_id=made.id)
    else:
        logs = [each.get("logs") for each in as_list(found) if isinstance(each, dict)]
        texts = [log for log in logs if isinstance(log, str)]
        text = "\n".join(texts) if texts else as_text(found)
        draft.add("tool", [Text(text)], call_id=made.id, is_error=bool(item.get("error")))


def _is_passed_over(item: Json, draft: Draft) -> bool:
    """Whether the item is none of the conversation; what it says of the conversation is noted."""
    match item:
        case {"type": "ghost_snapshot"}:
            return True
        case {"type": "compaction" | "compaction_summary" | "context_compaction"}:
            draft.note("compacted", "what went before was replaced by a summary that only the provider can read")
            return True
        case {"type": "item_reference"}:
            draft.note("truncated_content", "some items are given by reference only, and are not in this file")
            return True
        case {"type": "mcp_list_tools", "tools": tools}:
            draft.define(tools_of(tools))
            return True
        case _ if (kind := _kind(item)) != "message" and not kind.endswith("_call_output"):
            draft.note("content_dropped", f"an item of type {kind!r} is not restored")
            return True
    return False


def _read_other(item: Json, draft: Draft) -> None:
    if _kind(item) == "message":
        if str(item.get("role")) not in ROLES:
            raise draft.fault(f"an item of the role {item.get('role')!r}, which is not known")
        read_messages([{**item, "content": item.get("content")}], draft)
        return
    call_id = item.get("call_id") or item.get("id")
    blocks = _output(item.get("output"), draft)
    draft.add("tool", blocks, call_id=str(call_id) if call_id else draft.open_call())


def _output(output: object, draft: Draft) -> list[Block]:
    """A result's blocks: text as it is, parts as they are, and what is neither as JSON."""
    if isinstance(output, dict):
        match output:
            case {"type": "computer_screenshot", "image_url": str(url)}:
                return [Media("image", url)]
            case {"content": (str() | list()) as inner}:
                output = inner
    if isinstance(output, list) and output and all(isinstance(each, dict) and "type" in each for each in output):
        return _blocks_of({"role": "user", "content": output}, draft)
    text = output if isinstance(output, str) else "" if output is None else json.dumps(output, ensure_ascii=False)
    return [Text(text)] if text else []
