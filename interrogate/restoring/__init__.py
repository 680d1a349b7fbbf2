"""From a transcript to what a subject is sent, and the report of how faithful that is.

Pure functions: no model, no network, no clock. What a route cannot carry is left out or put otherwise here,
by us and on the record, before any library could do it in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from interrogate.records import Act, Json, Message, ToolCall, Transcript
from interrogate.restoring.alternating import alternating, images_moved
from interrogate.restoring.fitting import fit, room
from interrogate.restoring.naming import renamed
from interrogate.restoring.order import CLOSING_RESULT, paired
from interrogate.restoring.routes import Difference, DifferenceCode, Restoration, Route
from interrogate.restoring.tools import definitions
from interrogate.restoring.wire import wire_call, written

__all__ = [
    "CLOSING_RESULT",
    "Difference",
    "DifferenceCode",
    "Restoration",
    "Restored",
    "Route",
    "evidence_kept",
    "restore",
    "wire_call",
]

AS_RECORDED = Restoration()

Count = Callable[[Sequence[Json], Sequence[Json]], int]
"""Tokens of messages and of tool definitions."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is sent before the first question."""

    messages: tuple[Json, ...]
    tools: tuple[Json, ...]
    origins: tuple[tuple[int, ...], ...]
    """For each sent message the recorded ones that it holds, from 0; none for one that was added."""
    differences: tuple[Difference, ...]

    @property
    def exact(self) -> bool:
        return not self.differences


def restore(
    transcript: Transcript,
    route: Route,
    *,
    same_model: bool,
    choices: Restoration = AS_RECORDED,
    count: Count | None = None,
) -> Restored:
    """The messages and tools to send, in LiteLLM's (Chat Completions) shape.

    `same_model` says whether the subject made the transcript: signed reasoning is valid only then. Blank text is not
    sent, since LiteLLM would put words of its own in its place; it counts as a difference where it was all there was.
    With `count` and a context window, whole turns are cut from the middle until the rest fits.

    Raises TranscriptError where what must stay does not fit.
    """
    differences: list[Difference] = []

    def note(code: DifferenceCode, detail: str, message: int | None) -> None:
        differences.append(Difference(code, detail, message))

    route = _as_chosen(route, choices, same_model=same_model)
    native = route.tools == "native"
    record = renamed(transcript, route, note) if native else transcript
    tools = definitions(record, route, note)
    ordered = paired(record.messages, route, note) if native else enumerate(record.messages)
    sent = list(written(ordered, route, note, aloud=choices.reasoning == "as-text"))
    if count is not None and choices.context_window is not None:
        free = room(choices.context_window, choices.reserve) - count((), tools)
        sent = fit(sent, free, lambda wire: count((wire,), ()), keep=_evidence(transcript), note=note)
    sent = images_moved(sent, route, note)
    sent = alternating(sent, route, note)
    wires, origins = tuple(each.wire for each in sent), tuple(each.origins for each in sent)
    return Restored(wires, tools, origins, tuple(differences))


def _as_chosen(route: Route, choices: Restoration, *, same_model: bool) -> Route:
    """The route with that only which this user wants and this subject can be given."""
    forged = route.reasoning == "signed" and not same_model
    reasoning = "none" if forged or choices.reasoning != "native" else route.reasoning
    tools = "text" if choices.tools == "text" else route.tools
    return replace(route, reasoning=reasoning, tools=tools, signed_calls=route.signed_calls and same_model)


def _evidence(transcript: Transcript) -> frozenset[int]:
    """The messages in which a deed, or what could be taken for one, can be seen."""
    evidence = [item for act in (*transcript.acts, *transcript.accusations) for item in act.evidence]
    named = {item.message for item in evidence if item.message is not None}
    unnamed = [item.quote for item in evidence if item.message is None]
    found = {
        index
        for index, message in enumerate(transcript.messages)
        if any(quote in passage for quote in unnamed for passage in message.passages().values())
    }
    return frozenset(named | found)


def evidence_kept(restored: Restored, act: Act) -> bool:
    """Whether every quote of the act still stands in what is sent."""
    return all(_quoted(restored, item.quote, item.message) for item in act.evidence)


def _quoted(restored: Restored, quote: str, message: int | None) -> bool:
    sent = zip(restored.messages, restored.origins, strict=True)
    texts = [text for wire, origins in sent if message in {None, *origins} for text in _texts(wire)]
    escaped = json.dumps(quote, ensure_ascii=False)[1:-1]
    return any(quote in text or escaped in text for text in texts)


def _texts(wire: Json) -> Iterator[str]:
    content = wire.get("content") or ""
    yield from [content] if isinstance(content, str) else _parts(content)
    yield wire.get("reasoning_content", "")
    yield from (block.get("thinking", "") for block in wire.get("thinking_blocks", ()))
    for call in wire.get("tool_calls", ()):
        yield from Message("assistant", (ToolCall("", "", call["function"]["arguments"]),)).passages().values()


def _parts(content: Iterable[Json]) -> Iterator[str]:
    """Each text, and all of them as the one text that they were in the record."""
    texts = [part.get("text", "") for part in content]
    yield from (*texts, "\n".join(texts))
