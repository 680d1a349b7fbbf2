"""Inspect logs, `.eval` (deflate or zstd) and `.json`, read by `inspect_ai`: one transcript a sample and epoch.

`sample.messages` is the conversation where an assistant message in it was a model's output; solvers that do not
keep it there leave it in the model events, of which the longest is taken then. Tool definitions are only in the
events. Locators are `id`, or `id@epoch` where a sample ran more than once.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from interrogate.adapters.opening import Opened, encode
from interrogate.adapters.shapes import openai_tools
from interrogate.errors import MissingExtraError, TranscriptError
from interrogate.records import (
    Block,
    Json,
    Media,
    Message,
    Notice,
    Reasoning,
    Source,
    Text,
    Tool,
    ToolCall,
    Transcript,
    canonical_json,
)

if TYPE_CHECKING:
    from inspect_ai.event import ModelEvent
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ChatMessage

NAME = "inspect"

_UNRESOLVED = re.compile(r"attachment://[0-9a-f]{32}")
_LONGEST_CONDITION = 40
_IMAGE_NOT_LOGGED = "<base64-data-removed>"
_NO_MODEL = ("", "none", "mockllm", "hardcoded", "fixed")


def claims(opened: Opened) -> bool:
    """Whether this is an Inspect log: its journal or header in an archive, its three keys in an object."""
    if opened.container == "zip":
        return any(name == "header.json" or name.startswith("_journal/") for name in opened.members)
    return {"version", "status", "eval"} <= opened.keys


def read(opened: Opened) -> Iterator[Transcript]:
    """Each sample of the log, in the log's order.

    Raises MissingExtraError without `inspect_ai`, TranscriptError for a log that it cannot read.
    """
    log = _read_log(opened)
    samples = log.samples or []
    if not samples:
        raise TranscriptError(f"{opened.path}: an Inspect log without samples, status {log.status}; nothing to restore")
    ran_once = len({str(sample.id) for sample in samples}) == len(samples)
    for sample in samples:
        locator = encode(str(sample.id)) if ran_once else f"{encode(str(sample.id))}@{sample.epoch}"
        yield _transcript(log, sample, Source(str(opened.path), NAME, locator))


def _read_log(opened: Opened) -> EvalLog:
    try:
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise MissingExtraError(f"{opened.path}: an Inspect log; reading it", "inspect") from error
    _check_members(opened)
    kind: Literal["eval", "json"] = "eval" if opened.container == "zip" else "json"
    try:
        return read_eval_log(str(opened.path), resolve_attachments="full", format=kind)
    except (ValueError, TypeError, LookupError, OSError, EOFError, RuntimeError) as error:
        raise TranscriptError(
            f"{opened.path}: inspect_ai cannot read this log ({_first_line(error)}); try `inspect log recover`, "
            "or copy it again"
        ) from error


def _check_members(opened: Opened) -> None:
    """Raises TranscriptError, naming the member, where a checksum is wrong: `inspect_ai` compares none."""
    if opened.container != "zip":
        return
    from zstandard import ZstdError

    with zipfile.ZipFile(opened.path) as archive:
        for name in opened.members:
            try:
                _drain(archive, name)
            except (zipfile.BadZipFile, zlib.error, ZstdError, EOFError, RuntimeError) as error:
                raise TranscriptError(f"{opened.path}: {name} is damaged ({error}); copy the log again") from error


def _drain(archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(name) as member:
        while member.read(1 << 20):
            pass


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]


def _transcript(log: EvalLog, sample: EvalSample, source: Source) -> Transcript:
    events = [event for event in sample.events if event.event == "model"]
    own = _own_events(sample, events)
    notices: list[Notice] = []
    recorded: Sequence[ChatMessage] = sample.messages
    if (chosen := _view(sample, events, notices)) is not None:
        recorded, own = [*chosen.input, chosen.output.message], [chosen]
    messages = tuple(_message(message, notices) for message in recorded)
    if _UNRESOLVED.search(canonical_json([asdict(message) for message in messages])):
        notices.append(Notice("attachment_unresolved", "the log refers to texts that it does not hold"))
    return Transcript(
        messages=messages,
        tools=_tools(own, sample),
        source=source,
        model=_model(log, own),
        conditions=_conditions(sample),
        warnings=tuple(notices),
    )


def _view(sample: EvalSample, events: Sequence[ModelEvent], notices: list[Notice]) -> ModelEvent | None:
    """The model call to take in place of the log's messages: an audit keeps the auditor's, some solvers keep none."""
    answered = [event for event in events if event.output.choices]
    if targets := [event for event in answered if event.role == "target"]:
        notices.append(Notice("view_chosen", "an audit: the last call to the target is taken, not the auditor's side"))
        return targets[-1]
    if answered and not any(message.role == "assistant" for message in sample.messages):
        notices.append(Notice("view_chosen", "the log's messages hold no answer; the longest model call is taken"))
        return max(answered, key=lambda event: len(event.input))
    return None


def _own_events(sample: EvalSample, events: Sequence[ModelEvent]) -> list[ModelEvent]:
    """The model calls whose output became a message: not those of monitors, auditors and graders."""
    kept = {message.id for message in sample.messages if message.role == "assistant" and message.id}
    return [event for event in events if event.output.choices and event.output.message.id in kept]


def _model(log: EvalLog, own: Sequence[ModelEvent]) -> str | None:
    names = [event.model for event in own[-1:]] or [log.eval.model]
    return next((name for name in names if name.split("/")[0] not in _NO_MODEL), None)


def _conditions(sample: EvalSample) -> dict[str, str]:
    """What the harness recorded of the condition, where it is short enough to split results by."""
    plain = {key: str(value) for key, value in sample.metadata.items() if isinstance(value, str | int | bool)}
    return {key: value for key, value in plain.items() if len(value) <= _LONGEST_CONDITION}


def _tools(own: Sequence[ModelEvent], sample: EvalSample) -> tuple[Tool, ...]:
    listed = [tool for event in own for tool in event.tools]
    named = {tool.name: Tool(tool.name, tool.description, _schema(tool.parameters)) for tool in listed}
    return tuple(named.values()) or openai_tools(sample.metadata.get("tools"))


def _schema(parameters: Any) -> Json:
    schema: Json = parameters.model_dump(exclude_none=True)
    return schema


def _message(message: ChatMessage, notices: list[Notice]) -> Message:
    parts = [message.content] if isinstance(message.content, str) else message.content
    blocks = [block for part in parts if (block := _block(part, notices)) is not None]
    if message.role == "assistant":
        blocks += [_call(call, notices) for call in message.tool_calls or ()]
    if message.role != "tool":
        return Message(message.role, tuple(blocks))
    if message.error and message.error.message:
        blocks = [Text(message.error.message)]  # all that Inspect's providers show of a failed call
    return Message("tool", tuple(blocks), call_id=message.tool_call_id, is_error=message.error is not None)


def _call(call: Any, notices: list[Notice]) -> ToolCall:
    if call.parse_error:
        notices.append(Notice("arguments_lost", f"call {call.id}: the log does not hold its arguments as written"))
    return ToolCall(call.id, call.function, json.dumps(call.arguments, ensure_ascii=False))


def _block(part: Any, notices: list[Notice]) -> Block | None:
    if isinstance(part, str):
        return Text(part) if part else None
    match part.type:
        case "text":
            return Text(part.text) if part.text else None
        case "reasoning":
            return _reasoning(part)
        case "image" | "audio" | "video" | "document" as kind if getattr(part, kind) != _IMAGE_NOT_LOGGED:
            return Media(kind, str(getattr(part, kind)))
    notices.append(Notice("content_dropped", f"a part of type {part.type} is not restored"))
    return None


def _reasoning(part: Any) -> Reasoning:
    """Since late 2025 a redacted part keeps the signature in `reasoning` and what can be read in `summary`.

    A summary that is empty, rather than missing, is a thinking block whose text was left out and whose signature holds.
    """
    if part.redacted:
        signature = part.reasoning or part.signature
        return Reasoning(part.summary or "", signature=signature, opaque=part.summary != "")
    return Reasoning(part.reasoning or part.summary or "", signature=part.signature)
