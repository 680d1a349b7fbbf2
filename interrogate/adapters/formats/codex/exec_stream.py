"""What `codex exec --json` prints: the items of a thread as they are done, for a program to follow and not whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interrogate.adapters.drafting import Draft, as_text, call
from interrogate.records import Block, Json, Reasoning, Source, Text, Transcript

_PASSED_OVER = ("error", "todo_list", "agent_message_delta")


def is_stream(values: Sequence[Any]) -> bool:
    """Whether these are such lines."""
    return any(isinstance(value, dict) and value.get("type") == "thread.started" for value in values)


def transcript(values: Sequence[Any], source: Source) -> Transcript:
    """The thread's conversation, as far as it is printed.

    Raises TranscriptError, naming the message, for a call without a name.
    """
    draft = Draft(source)
    draft.note("system_missing", "`codex exec --json` does not print the system prompt; give the session's rollout")
    draft.note("truncated_content", "`codex exec --json` prints neither the user's prompt nor every call and result")
    turn: list[Block] = []
    for value in values:
        match value:
            case {"type": "turn.started" | "turn.completed" | "turn.failed"}:
                _close(turn, draft)
            case {"type": "item.completed", "item": dict() as item}:
                _read(item, turn, draft)
    _close(turn, draft)
    return draft.transcript()


def _close(turn: list[Block], draft: Draft) -> None:
    if turn:
        draft.add("assistant", turn)
        turn.clear()


def _read(item: Json, turn: list[Block], draft: Draft) -> None:
    """Adds what an item says; today's versions name its kind `type`, earlier ones `item_type`."""
    match item.get("type", item.get("item_type")):
        case "reasoning":
            turn += [Reasoning(text, opaque=True) for text in _texts(item)]
        case "agent_message" | "assistant_message":
            turn += [Text(text) for text in _texts(item)]
        case "user_message":
            _close(turn, draft)
            draft.add("user", [Text(text) for text in _texts(item)])
        case "command_execution":
            failed = item.get("exit_code") not in (0, None)
            asked = {"command": item.get("command")}
            _ran("shell", asked, item.get("aggregated_output"), item, turn, draft, failed=failed)
        case "file_change":
            _ran("apply_patch", {"changes": item.get("changes")}, None, item, turn, draft)
        case "mcp_tool_call":
            result, error = item.get("result"), item.get("error")
            asked = item.get("arguments", {})
            _ran(item.get("tool"), asked, error or result, item, turn, draft, failed=bool(error))
        case "web_search":
            _ran("web_search", {"query": item.get("query")}, None, item, turn, draft)
        case kind if kind not in _PASSED_OVER:
            draft.note("content_dropped", f"an item of type {kind!r} is not restored")


def _texts(item: Json) -> list[str]:
    text = item.get("text")
    return [text] if isinstance(text, str) and text else []


def _ran(
    name: object, asked: object, result: object, item: Json, turn: list[Block], draft: Draft, *, failed: bool = False
) -> None:
    """Adds a call with its result; an open call where none is printed."""
    made = call(name, asked, item.get("id"), draft)
    draft.add("assistant", [*turn, made])
    turn.clear()
    if result is None:
        draft.note("results_missing", "some calls are printed without what they returned")
    else:
        text = as_text(result)
        draft.add("tool", [Text(text)] if text else [], call_id=made.id, is_error=failed)
