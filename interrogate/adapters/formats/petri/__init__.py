"""Petri 1 and 2, and Bloom 1: an audit as a log of edits to what each of its parties sees (`transcript_*.json`).

The target's view is taken, and no other: the auditor's tells what is being tested for. A rollback, a reset or a patch
that takes an answer back leaves a branch, which is had by name only (`:branch-1`, in the order they were left). The
judge's summary is a proposal; its scores are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.inspect_messages import read_messages
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.formats.petri.json_patch import patched
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Act, Json, Source, Transcript

NAME = "petri"

_VIEW = "target"
_AUDITORS = ("auditor", "evaluator")
_NOTES_OF_THE_HARNESS = ("api_failure", "info")
_CONTENT = ("role", "type", "content", "reasoning", "tool_calls", "tool_call_id", "error")


@dataclass(frozen=True, slots=True)
class _Branch:
    """What the target had said when the auditor took some of it back."""

    messages: list[Any]
    shared: int
    """How many of them stand in the conversation that went on."""


@dataclass
class _View:
    """What the target sees, edit by edit."""

    messages: list[Any] = field(default_factory=list)
    left: list[_Branch] = field(default_factory=list)

    def become(self, after: list[Any]) -> None:
        shared = _shared(self.messages, after)
        if any(_role(message) == "assistant" for message in self.messages[shared:]):
            self.left.append(_Branch(self.messages, shared))
        self.messages = after


def claims(opened: Opened) -> bool:
    """Whether the file is such an audit, or several."""
    return bool(opened.values) and all(_is_audit(value) for value in opened.values)


def _is_audit(value: object) -> bool:
    match value:
        case {"metadata": {"transcript_id": _}, "events": list()}:
            return True
        case {"metadata": {"transcript_id": _}, "target_messages": list()}:
            return True
        case {"metadata": _, "events": [*events]}:
            return any(isinstance(event, dict) and event.get("type") == "transcript_event" for event in events)
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The target's conversation of each audit, and the branches that it left."""
    values = opened.values
    names = numbered(_metadata(value).get("transcript_id") for value in values) if len(values) > 1 else [None]
    for name, value in zip(names, values, strict=True):
        yield from offered(value, Source(opened.name, NAME, name))


def offered(audit: Any, source: Source, conditions: Mapping[str, object] | None = None) -> Iterator[Conversation]:
    """The conversation that an audit ended with, and the branches that it left, to be had by name."""
    read = partial(_transcript, audit, conditions or {})
    yield Conversation(source, partial(read, source, None), model=_model(audit))
    for number, branch in enumerate(_branches(audit, source)):
        named = replace(source, locator=f"{source.locator or ''}:branch-{number + 1}")
        about = f"a branch that was left: it goes its own way from message {branch.shared} on"
        yield Conversation(named, partial(read, named, number), only_by_name=True, about=about, model=_model(audit))


def _branches(audit: Any, source: Source) -> list[_Branch]:
    """The branches of an audit; none of a damaged one, which says so when it is read."""
    try:
        return _view(audit, Draft(source)).left
    except TranscriptError:
        return []


def _transcript(audit: Any, conditions: Mapping[str, object], source: Source, number: int | None) -> Transcript:
    draft = Draft(source)
    view = _view(audit, draft)
    _note_branches(view, number, draft)
    messages = view.messages if number is None else view.left[number].messages
    metadata = _metadata(audit)
    _read(messages, metadata, draft)
    draft.define(tools_of(metadata.get("target_tools")))
    draft.define(
        tools_of([event.get("tool") for event in as_list(audit.get("events")) if _makes_tool(event, metadata)])
    )
    return draft.transcript(
        model=_model(audit), conditions={**_conditions(metadata), **conditions}, proposals=_proposals(metadata)
    )


def _read(messages: list[Any], metadata: Json, draft: Draft) -> None:
    """Adds the messages; the system prompt from the metadata where the view has none."""
    spoken = [message for message in messages if _role(message) not in _NOTES_OF_THE_HARNESS]
    prompt = metadata.get("target_system_prompt")
    if isinstance(prompt, str) and not any(_role(message) == "system" for message in spoken):
        draft.say("system", prompt)
    read_messages([_with_reasoning(message) for message in spoken], draft)


def _with_reasoning(message: Any) -> Any:
    """The message with the reasoning that older files keep beside its content as a part of it."""
    match message:
        case {"reasoning": str(reasoning)} if reasoning:
            part = {"type": "reasoning", "reasoning": reasoning}
            return {**message, "content": [part, *as_list(message.get("content"))]}
    return message


def _note_branches(view: _View, number: int | None, draft: Draft) -> None:
    if number is not None:
        draft.note("branch_chosen", f"a branch that the audit left: branch {number + 1} of {len(view.left)}")
    elif view.left:
        draft.note("branch_chosen", f"the audit left branches, which are had by name (:branch-N): {len(view.left)}")


# --- what the target sees, edit by edit -------------------------------------------------------------------


def _view(audit: Any, draft: Draft) -> _View:
    """Raises TranscriptError, naming the event, where it cannot be told what the target saw."""
    match audit:
        case {"events": list()} | {"target_messages": list()}:
            pass
        case _:
            raise draft.fault("no audit: neither events nor the target's messages", "the top of the audit")
    view = _View()
    for number, event in enumerate(as_list(audit.get("events"))):
        _see(event, view, draft, f"event {number}")
    if not view.messages and not view.left:
        view.messages = as_list(audit.get("target_messages"))
    return view


def _see(event: Any, view: _View, draft: Draft, place: str) -> None:
    match event:
        case {"type": "transcript_event", "view": str() | list() as views, "edit": dict(edit)}:
            if _VIEW in as_list(views):
                _apply(edit, view, draft, place)
        case {"type": str(kind)} if kind != "transcript_event":
            pass
        case _:
            raise draft.fault("an event that does not say what it changes, and for whom", place)


def _apply(edit: Json, view: _View, draft: Draft, place: str) -> None:
    match edit.get("operation", "add"):
        case "add" if isinstance(edit.get("message"), dict):
            view.messages.append(edit["message"])
        case "rollback":
            view.become(view.messages[: _kept(edit, view.messages, draft, place)])
        case "reset":
            view.become([*as_list(edit.get("new_messages"))])
        case "json_patch" if isinstance(edit.get("patch"), list):
            view.become(_patched(edit, view.messages, draft, place))
        case other:
            raise draft.fault(f"an edit that is not known, or holds nothing: {other!r}", place)


def _kept(edit: Json, messages: list[Any], draft: Draft, place: str) -> int:
    """How many messages a rollback keeps: up to the one that it names, or all but as many as it counts."""
    named = [number for number, message in enumerate(messages) if _is_named(message, edit.get("to_id"))]
    if named:
        return named[-1] + 1
    match edit.get("count"):
        case bool():
            pass
        case int(count) if count >= 0:
            return max(0, len(messages) - count)
    raise draft.fault("a rollback to a message that is not there", place)


def _is_named(message: Any, name: object) -> bool:
    return isinstance(name, str) and isinstance(message, dict) and message.get("id") == name


def _patched(edit: Json, messages: list[Any], draft: Draft, place: str) -> list[Any]:
    try:
        after = patched(messages, edit["patch"])
    except ValueError as error:
        raise draft.fault(str(error), place) from error
    if not isinstance(after, list):
        raise draft.fault("a patch that leaves no list of messages", place)
    return after


def _shared(before: list[Any], after: list[Any]) -> int:
    """How many messages two conversations begin with in common, as far as a model can see them."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((number for number, (one, other) in pairs if _seen(one) != _seen(other)), min(len(before), len(after)))


def _seen(message: Any) -> Any:
    return {key: message.get(key) for key in _CONTENT} if isinstance(message, dict) else message


def _role(message: Any) -> Any:
    return (message.get("role") or message.get("type")) if isinstance(message, dict) else None


# --- what is known about the audit ------------------------------------------------------------------------


def _metadata(audit: Any) -> Json:
    match audit:
        case {"metadata": dict(metadata)}:
            return metadata
    return {}


def _model(audit: Any) -> str | None:
    name = _metadata(audit).get("target_model")
    return name if isinstance(name, str) and name else None


def _makes_tool(event: Any, metadata: Json) -> bool:
    """Whether an event gives the target a tool, and not the auditor one."""
    auditor = metadata.get("auditor_model")
    others = _AUDITORS if auditor == metadata.get("target_model") else (*_AUDITORS, auditor)
    match event:
        case {"type": "tool_creation_event"}:
            return event.get("model") is None or event["model"] not in others
    return False


def _conditions(metadata: Json) -> Json:
    tags = [tag for tag in as_list(metadata.get("tags")) if isinstance(tag, str)]
    names = ("auditor_model", "short_name", "description", "seed_instruction")
    return {**{name: metadata.get(name) for name in names}, "tags": ", ".join(tags)}


def _proposals(metadata: Json) -> list[Act]:
    match metadata:
        case {"judge_output": {"summary": str(summary)}} if summary:
            return [Act("judge_summary", summary)]
    return []
