"""Inspect logs, `.eval` (deflate or zstd) and `.json`, read by `inspect_ai`: one transcript a sample and epoch.

`sample.messages` is the conversation where an assistant message in it was a model's output; solvers that do not
keep it there leave it in the model events, of which the longest is taken then. Tool definitions are only in the
events. Locators are `id`, or `id@epoch` where a sample ran more than once.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.drafting import Draft
from interrogate.adapters.inspect_messages import read_messages
from interrogate.adapters.opening import Opened, first_line
from interrogate.adapters.shapes import tools_of
from interrogate.errors import MissingExtraError, TranscriptError
from interrogate.records import Json, Source, Tool, Transcript

if TYPE_CHECKING:
    from inspect_ai.event import ModelEvent
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ChatMessage

NAME = "inspect"

_NO_MODEL = ("", "none", "mockllm", "hardcoded", "fixed")


def claims(opened: Opened) -> bool:
    """Whether this is an Inspect log: its journal or header in an archive, its three keys in an object."""
    if opened.container == "zip":
        return any(name == "header.json" or name.startswith("_journal/") for name in opened.members)
    return {"version", "status", "eval"} <= opened.keys


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each sample of the log, in the log's order.

    Raises MissingExtraError without `inspect_ai`, TranscriptError for a log that it cannot read.
    """
    log = _read_log(opened)
    samples = log.samples or []
    if not samples:
        raise TranscriptError(f"{opened.name}: an Inspect log without samples, status {log.status}; nothing to restore")
    ran_once = len({str(sample.id) for sample in samples}) == len(samples)
    for sample in samples:
        source = Source(opened.name, NAME, locator(sample.id, None if ran_once else sample.epoch))
        yield Conversation(source, partial(_transcript, log, sample, source))


def _read_log(opened: Opened) -> EvalLog:
    try:
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise MissingExtraError(f"{opened.name}: an Inspect log; reading it", "inspect") from error
    _check_members(opened)
    kind: Literal["eval", "json"] = "eval" if opened.container == "zip" else "json"
    try:
        return read_eval_log(str(opened.path), resolve_attachments="full", format=kind)
    except (ValueError, TypeError, LookupError, OSError, EOFError, RuntimeError) as error:
        raise TranscriptError(
            f"{opened.name}: inspect_ai cannot read this log ({first_line(error)}); try `inspect log recover`, "
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
                raise TranscriptError(f"{opened.name}: {name} is damaged ({error}); copy the log again") from error


def _drain(archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(name) as member:
        while member.read(1 << 20):
            pass


def _transcript(log: EvalLog, sample: EvalSample, source: Source) -> Transcript:
    draft = Draft(source)
    events = [event for event in sample.events if event.event == "model"]
    own = _own_events(sample, events)
    recorded: Sequence[ChatMessage] = sample.messages
    if (chosen := _view(sample, events, draft)) is not None:
        recorded, own = [*chosen.input, chosen.output.message], [chosen]
    read_messages([message.model_dump(mode="json") for message in recorded], draft)
    draft.define(_tools(own, sample))
    return draft.transcript(model=_model(log, own), conditions=sample.metadata)


def _view(sample: EvalSample, events: Sequence[ModelEvent], draft: Draft) -> ModelEvent | None:
    """The model call to take in place of the log's messages: an audit keeps the auditor's, some solvers keep none."""
    answered = [event for event in events if event.output.choices]
    if targets := [event for event in answered if event.role == "target"]:
        draft.note("view_chosen", "an audit: the last call to the target is taken, not the auditor's side")
        return targets[-1]
    if answered and not any(message.role == "assistant" for message in sample.messages):
        draft.note("view_chosen", "the log's messages hold no answer; the longest model call is taken")
        return max(answered, key=lambda event: len(event.input))
    return None


def _own_events(sample: EvalSample, events: Sequence[ModelEvent]) -> list[ModelEvent]:
    """The model calls whose output became a message: not those of monitors, auditors and graders."""
    kept = {message.id for message in sample.messages if message.role == "assistant" and message.id}
    return [event for event in events if event.output.choices and event.output.message.id in kept]


def _model(log: EvalLog, own: Sequence[ModelEvent]) -> str | None:
    names = [event.model for event in own[-1:]] or [log.eval.model]
    return next((name for name in names if name.split("/")[0] not in _NO_MODEL), None)


def _tools(own: Sequence[ModelEvent], sample: EvalSample) -> tuple[Tool, ...]:
    listed = [tool for event in own for tool in event.tools]
    named = {tool.name: Tool(tool.name, tool.description, _schema(tool.parameters)) for tool in listed}
    return tuple(named.values()) or tuple(tools_of(sample.metadata.get("tools")))


def _schema(parameters: Any) -> Json:
    schema: Json = parameters.model_dump(exclude_none=True)
    return schema
