"""What is in transcripts and what a subject would be sent of them: the report behind `transcripts list|show|check`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from interrogate.adapters import Unread, read_paths
from interrogate.annotations import annotate
from interrogate.chat import route_of
from interrogate.records import Act, Json, Media, Message, Reasoning, Text, ToolCall, Transcript, policy
from interrogate.restoring import evidence_kept, restore

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def read(paths: Sequence[str], acts: Sequence[str]) -> list[Transcript | Unread]:
    """The transcripts, annotated; what cannot be read is in the list with its reason."""
    return annotate(read_paths(paths), acts)


def check(paths: Sequence[str], acts: Sequence[str], subject: str | None = None) -> list[Json]:
    """One entry a conversation, as documented for `transcripts check --json`."""
    return [_check(each, subject) for each in read(paths, acts)]


def _check(found: Transcript | Unread, subject: str | None) -> Json:
    if isinstance(found, Unread):
        return {"path": found.path, "error": found.error}
    warnings = [f"{notice.code}: {notice.detail}" for notice in found.warnings]
    exact, kept = not found.warnings, True
    if subject is not None:
        restored = restore(found, route_of(subject), same_model=policy(subject, found.model) == "on")
        exact = restored.exact
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
        "conditions": dict(found.conditions),
        "exact": exact,
        "evidence_kept": kept,
        "warnings": warnings,
    }


def _difference(code: str, detail: str, message: int | None) -> str:
    return f"{code}: {detail}" if message is None else f"{code}: message {message}: {detail}"


def _act(act: Act) -> Json:
    return {"kind": act.kind, "summary": act.summary, "evidence": len(act.evidence)}


def printable(text: str) -> str:
    """Text without the characters that steer a terminal or turn its direction."""
    return _CONTROL.sub("�", text)


def lines_of(found: Transcript | Unread) -> Iterator[str]:
    """A conversation as lines to read."""
    if isinstance(found, Unread):
        yield f"Not read: {found.error}"
        return
    counts = f"{len(found.messages)} messages, {len(found.tools)} tools"
    yield f"# {found.source}  ({found.source.format}, {counts}, digest {found.digest})"
    for notice in found.warnings:
        yield f"# {notice.code}: {notice.detail}"
    for index, message in enumerate(found.messages):
        yield f"\n[{index}] {message.role}{f' (result of {message.call_id})' if message.call_id else ''}"
        yield from (printable(line) for line in _blocks(message))
    for title, acts in (("act", found.acts), ("accusation", found.accusations)):
        for act in acts:
            yield f"\n# {title}: {act.kind}: {printable(act.summary)}"
            yield from (f"#   [{item.message}] {printable(item.quote)}" for item in act.evidence)


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
