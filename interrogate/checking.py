"""What is in transcripts and what a subject would be sent of them: the report behind `transcripts list|show|check`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from interrogate.adapters import Unread
from interrogate.adapters.conversations import Conversation
from interrogate.authorship import policy
from interrogate.chat import restored_for
from interrogate.errors import TranscriptError
from interrogate.records import Act, Json, Media, Message, Reasoning, Text, ToolCall, Transcript
from interrogate.restoring import AS_RECORDED, Restoration, evidence_kept
from interrogate.sources import Sources

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# --- list -------------------------------------------------------------------------------------------------


def listing(sources: Sources) -> list[Json]:
    """One entry a conversation, views and branches that are had by name among them; or the reason for a file's lack.

    `status` says what an interview would be about: `covert`, `control`, or `no_accusation`; `pairing` whether a twin
    is missing.
    """
    found = list(sources.offered())
    named = {each.twin for _, each in found if isinstance(each, Transcript)}
    known = {str(each.source) for _, each in found if isinstance(each, Transcript)}
    return [_listed(offered, each, named, known) for offered, each in found]


def _listed(
    offered: Conversation | Unread, found: Transcript | Unread, named: set[str | None], known: set[str]
) -> Json:
    if isinstance(found, Unread) or isinstance(offered, Unread):
        return {"path": found.path, "error": found.error} if isinstance(found, Unread) else {}
    return {
        "path": found.source.path,
        "locator": found.source.locator,
        "source": str(found.source),
        "format": found.source.format,
        "model": found.model,
        "messages": offered.messages or len(found.messages) or None,
        "default": not offered.only_by_name,
        "about": offered.about,
        "acts": len(found.acts),
        "accusations": len(found.accusations),
        "twin": found.twin,
        "status": _status(found),
        "pairing": _pairing(found, named, known),
    }


def _status(found: Transcript) -> str:
    if found.acts:
        return "covert"
    return "control" if found.accusations else "no_accusation"


def _pairing(found: Transcript, named: set[str | None], known: set[str]) -> str:
    if found.twin is not None:
        return "paired" if found.twin in known else "orphan: its twin is not among these"
    if found.acts:
        return "paired" if str(found.source) in named else "orphan: no control of it is among these"
    return ""


# --- check ------------------------------------------------------------------------------------------------


def check(sources: Sources, subject: str | None = None, choices: Restoration = AS_RECORDED) -> list[Json]:
    """One entry a conversation, as documented for `transcripts check --json`.

    Raises ModelError for a subject whose provider is not known.
    """
    return [_checked(each, subject, choices) for each in sources.read()]


def _checked(found: Transcript | Unread, subject: str | None, choices: Restoration) -> Json:
    if isinstance(found, Unread):
        return {"path": found.path, "error": found.error}
    try:
        return _check(found, subject, choices)
    except TranscriptError as error:
        return {"path": str(found.source), "error": f"{found.source}: {error}"}


def _check(found: Transcript, subject: str | None, choices: Restoration) -> Json:
    exact, kept = not any(notice.is_loss for notice in found.warnings), True
    warnings = [f"{notice.code}: {notice.detail}" for notice in found.warnings]
    if subject is not None:
        on_policy = policy(subject, found.model) == "on"
        restored = restored_for(subject, found, same_model=on_policy, choices=choices)
        exact = exact and restored.exact
        kept = all(evidence_kept(restored, act) for act in (*found.acts, *found.accusations))
        warnings += [_difference(d.code, d.detail, d.message) for d in restored.differences]
    return {
        "path": found.source.path,
        "locator": found.source.locator,
        "source": str(found.source),
        "format": found.source.format,
        "digest": found.digest,
        "model": found.model,
        "messages": len(found.messages),
        "tools": len(found.tools),
        "acts": [_act(act) for act in found.acts],
        "accusations": [_act(act) for act in found.accusations],
        "proposals": [_act(act) for act in found.proposals],
        "twin": found.twin,
        "conditions": dict(found.conditions),
        "exact": exact,
        "evidence_kept": kept,
        "warnings": warnings,
    }


def _difference(code: str, detail: str, message: int | None) -> str:
    return f"{code}: {detail}" if message is None else f"{code}: message {message}: {detail}"


def _act(act: Act) -> Json:
    return {"kind": act.kind, "summary": act.summary, "evidence": len(act.evidence)}


# --- show -------------------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """Text without the characters that steer a terminal or turn its direction."""
    return _CONTROL.sub("�", text)


def lines_of(found: Transcript) -> Iterator[str]:
    """A conversation as lines to read on a terminal."""
    yield from (printable(line) for line in _lines(found))


def _lines(found: Transcript) -> Iterator[str]:
    counts = f"{len(found.messages)} messages, {len(found.tools)} tools"
    yield f"# {found.source}  ({found.source.format}, {counts}, digest {found.digest})"
    for notice in found.warnings:
        yield f"# {notice.code}: {notice.detail}"
    for index, message in enumerate(found.messages):
        yield f"\n[{index}] {message.role}{f' (result of {message.call_id})' if message.call_id else ''}"
        yield from _blocks(message)
    listed = (("act", found.acts), ("accusation", found.accusations), ("proposed by the harness", found.proposals))
    for title, acts in listed:
        for act in acts:
            yield f"\n# {title}: {act.kind}: {act.summary}"
            yield from (f"#   [{item.message}] {item.quote}" for item in act.evidence)


def _blocks(message: Message) -> Iterator[str]:
    for block in message.blocks:
        match block:
            case Text(text):
                yield text
            case Reasoning(text):
                yield f"(reasoning) {text or 'hidden'}"
            case ToolCall(id=call_id, name=name, arguments=arguments):
                yield f"(call {call_id}) {name} {arguments}"
            case Media(kind=kind):
                yield f"({kind})"
