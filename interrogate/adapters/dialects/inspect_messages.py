"""Inspect's chat messages, as JSON: in its own logs, and in the files of those who write their messages its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from interrogate.adapters.dialects.shapes import ROLES
from interrogate.adapters.drafting import Draft, as_list, call
from interrogate.records import Block, Json, Media, Reasoning, Text, ToolCall

_NOT_LOGGED = "<base64-data-removed>"


def read_messages(messages: Sequence[Any], draft: Draft, written: Mapping[str, str] | None = None) -> None:
    """Adds the messages. Older files say `type` for `role`, `args` for `arguments`.

    `written` gives the arguments of calls that Inspect could not parse, by the call's id, where they are known. Raises
    TranscriptError, naming the message, for what is not of that form.
    """
    for message in messages:
        _read_message(message, draft, written or {})


def _read_message(message: Any, draft: Draft, written: Mapping[str, str]) -> None:
    name = (message.get("role") or message.get("type")) if isinstance(message, dict) else None
    if not isinstance(name, str) or name not in ROLES:
        raise draft.fault("no chat message, with one of the roles that are known")
    role = ROLES[name]
    if role == "tool":
        _read_result(message, draft)
        return
    blocks: list[Block] = []
    for part in as_list(message.get("content")):
        _read_part(part, blocks, draft)
    draft.add(role, [*blocks, *_calls(message.get("tool_calls"), draft, written)])


def _read_result(message: Json, draft: Draft) -> None:
    error = message.get("error")
    shown = error.get("message") if isinstance(error, dict) else error
    blocks: list[Block] = []
    # A failed call's error is all that Inspect's providers show of it.
    for part in as_list(shown if isinstance(shown, str) and shown else message.get("content")):
        _read_part(part, blocks, draft)
    call_id = message.get("tool_call_id")
    draft.add("tool", blocks, call_id=str(call_id) if call_id else draft.open_call(), is_error=bool(error))


def _calls(calls: object, draft: Draft, written: Mapping[str, str]) -> Iterable[ToolCall]:
    for number, each in enumerate(as_list(calls)):
        match each:
            case {"function": str(name)} | {"function": {"name": str(name)}} | {"name": str(name)}:
                pass
            case _:
                raise draft.fault("a tool call without a name")
        known = written.get(str(each.get("id"))) if each.get("parse_error") else None
        if each.get("parse_error") and known is None:
            draft.note("arguments_lost", f"call {each.get('id')}: the file does not hold its arguments as written")
        inner = each["function"] if isinstance(each.get("function"), dict) else each
        arguments = inner.get("arguments", inner.get("args"))
        yield call(name, known or arguments, each.get("id") or f"call_{len(draft.messages)}_{number}", draft)


def _read_part(part: Any, blocks: list[Block], draft: Draft) -> None:
    if part in ("", None):
        return
    if isinstance(part, str):
        blocks.append(Text(part))
        return
    if not isinstance(part, dict):
        raise draft.fault(f"a part that is {type(part).__name__}, neither text nor an object")
    match part:
        case {"type": "text", "text": str(text)}:
            blocks += [Text(text)] if text else []
        case {"type": "reasoning"}:
            blocks.append(_reasoning(part, draft))
        case {"type": "image" | "audio" | "video" | "document" as kind, **rest} if _is_kept(rest.get(kind)):
            blocks.append(Media(kind, rest[kind]))
        case {"type": "tool_use", "name": name}:
            _read_server_tool(part, name, blocks, draft)
        case {"type": kind}:
            draft.note("content_dropped", f"message {len(draft.messages)}: a part of type {kind!r} is not restored")
        case _:
            raise draft.fault("a part without a type")


def _is_kept(value: object) -> bool:
    return isinstance(value, str) and value != _NOT_LOGGED


def _read_server_tool(part: Json, name: object, blocks: list[Block], draft: Draft) -> None:
    """A tool that the provider ran within one message: a call, its result, and what was said after it."""
    draft.note("server_tool_as_call", "a tool that the provider ran itself is restored as a call with its result")
    made = call(name, part.get("arguments"), part.get("id"), draft)
    draft.add("assistant", [*blocks, made])
    blocks.clear()
    result = part.get("error") or part.get("result")
    content = [Text(result)] if isinstance(result, str) and result else []
    draft.add("tool", content, call_id=made.id, is_error=bool(part.get("error")))


def _reasoning(part: Json, draft: Draft) -> Reasoning:
    """Since late 2025 a redacted part keeps the signature in `reasoning` and what can be read in `summary`.

    A summary that is empty, rather than missing, is a thinking block whose text was left out and whose signature holds.
    """
    reasoning, summary, signature = (part.get(key) for key in ("reasoning", "summary", "signature"))
    if not all(isinstance(value, str | None) for value in (reasoning, summary, signature)):
        raise draft.fault("reasoning that is no text")
    if part.get("redacted"):
        return Reasoning(summary or "", signature=reasoning or signature, opaque=summary != "")
    return Reasoning(reasoning or summary or "", signature=signature)
