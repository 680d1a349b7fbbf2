"""The model calls of an Inspect sample, as its JSON lists them: who answered, where, and in which branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interrogate.records import Json

TARGET = "target"
_ONLOOKERS = {"auditor", "evaluator", "grader", "judge", "monitor", "realism", "scorer"}
"""Roles that speak about the acting model, or to it, and are never it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a sample's events, within another."""

    id: str
    parent: str | None
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Call:
    """A model call that was answered, outside of scoring."""

    event: Json
    """As the file holds it: its input may be kept in the sample's pool."""
    spans: tuple[Span, ...]
    """Those that it lies in, the innermost first."""

    @property
    def answer(self) -> Json:
        """The message that the model gave."""
        message: Json = self.event["output"]["choices"][0]["message"]
        return message

    @property
    def id(self) -> str | None:
        name = self.answer.get("id")
        return name if isinstance(name, str) else None

    @property
    def model(self) -> str:
        return str(self.event.get("model") or "")

    @property
    def role(self) -> str:
        return str(self.event.get("role") or "")

    @property
    def is_onlooker(self) -> bool:
        return self.role in _ONLOOKERS

    @property
    def size(self) -> int:
        """How many messages the model was sent."""
        listed, ranges = self.event.get("input"), self.event.get("input_refs")
        pooled = sum(_length(each) for each in ranges) if isinstance(ranges, list) else 0
        return pooled + (len(listed) if isinstance(listed, list) else 0)

    def sent(self, sample: Mapping[str, Any]) -> list[Any]:
        """The messages that the model was sent, of which the sample may keep a pool."""
        listed, ranges = self.event.get("input"), self.event.get("input_refs")
        if not isinstance(ranges, list) or not ranges:
            return listed if isinstance(listed, list) else []
        pool = pool_of(sample)
        return [message for each in ranges if _length(each) for message in pool[slice(*each)]]

    def within(self, kind: str) -> Span | None:
        """The innermost span of a type that the call lies in."""
        return next((span for span in self.spans if span.type == kind), None)


def _length(pair: Any) -> int:
    match pair:
        case [int() as start, int() as end]:
            return max(0, end - start)
        case _:
            return 0


def pool_of(sample: Mapping[str, Any]) -> list[Any]:
    """The messages that a sample's events refer to; a development version of late 2025 kept them elsewhere."""
    match sample:
        case {"events_data": {"messages": [*pool]}} | {"message_pool": [*pool]}:
            return pool
        case _:
            return []


def events_of(sample: Mapping[str, Any]) -> list[Json]:
    """A sample's events. The oldest logs keep them in a `transcript` of its own."""
    match sample:
        case {"events": [*events]} | {"transcript": {"events": [*events]}}:
            return [event for event in events if isinstance(event, dict)]
        case _:
            return []


def calls_of(sample: Mapping[str, Any]) -> list[Call]:
    """The answered calls, in order. Those of a scorer are none of the conversation's."""
    events = events_of(sample)
    spans = {span.id: span for span in _spans(events)}
    found: list[Call] = []
    scoring = False
    for event in events:
        if event.get("event") == "step" and event.get("type") == "scorer":
            scoring = event.get("action") == "begin"
        elif not scoring and _is_answered(event):
            inside = tuple(_around(event.get("span_id"), spans))
            if not any(span.type in ("scorer", "scorers") for span in inside):
                found.append(Call(event, inside))
    return found


def _spans(events: Sequence[Json]) -> Iterator[Span]:
    for event in events:
        match event:
            case {"event": "span_begin", "id": str(name)}:
                parent = event.get("parent_id")
                kind, title = str(event.get("type") or ""), str(event.get("name") or "")
                yield Span(name, parent if isinstance(parent, str) else None, title, kind)


def _around(name: Any, spans: Mapping[str, Span]) -> Iterator[Span]:
    seen: set[str] = set()
    while isinstance(name, str) and name in spans and name not in seen:
        seen.add(name)
        yield spans[name]
        name = spans[name].parent


def _is_answered(event: Json) -> bool:
    match event:
        case {"event": "model", "output": {"choices": [{"message": {}}, *_]}}:
            return not event.get("error") and not event.get("pending")
        case _:
            return False


def trajectories(sample: Mapping[str, Any]) -> dict[int, list[Call]]:
    """An audit's calls to the target, by the branch that they lie in, counted from 1 as the audit made them.

    A branch that was left before the target answered in it is counted, and not listed.
    """
    numbers: dict[str, int] = {}
    for span in _spans(events_of(sample)):
        if span.type == "trajectory":
            numbers.setdefault(span.id, len(numbers) + 1)
    found: dict[int, list[Call]] = {}
    for call in calls_of(sample):
        if call.role == TARGET:
            branch = call.within("trajectory")
            found.setdefault(numbers[branch.id] if branch else 1, []).append(call)
    return found
