"""Spans of OpenTelemetry as files hold them, before anything is made of their attributes.

OTLP in JSON (`resourceSpans`, a collector's file exporter writes one such object a line; `batches` in Tempo's answer),
and spans as objects of their own with an `attributes` object, a JSON text of it, or a column for each attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interrogate.adapters.drafting import as_list
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Json

_RESOURCES = ("resourceSpans", "resource_spans", "batches")
_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_POSITION = re.compile(r"[0-9]{1,9}")
_COLUMN = "attributes."
_FAILED = ("ERROR", "2")
"""The status of a failed span, by name and by number."""
_MOST_STEPS = 12
"""Levels that an attribute's name can have. What follows them stays one name."""


@dataclass(frozen=True, slots=True)
class RawSpan:
    """A span's frame, and its attributes with flat names."""

    trace: str
    id: str
    parent: str
    name: str
    start: str
    """Sorts as the moments do, within one file."""
    attributes: Json
    events: tuple[tuple[str, Json], ...]
    """Name and attributes of each event."""
    dropped: bool
    """Whether the program or a collector left attributes out, and counted them."""
    failed: bool


def raw_spans(opened: Opened) -> list[RawSpan]:
    """Every span of the file; none where it holds anything else."""
    return [span for value in opened.values for span in spans_of(value)]


def spans_of(value: Any) -> Iterator[RawSpan]:
    """The spans of one OTLP object, or the one span that an object is."""
    return (_span(recorded) for recorded in _recorded(value))


def attribute_names(opened: Opened) -> set[str]:
    """The names of all attributes of all spans and their events, without a look at their values."""
    return {name for value in opened.values for span in _recorded(value) for name in _names(span)}


def _recorded(value: Any) -> Iterator[Json]:
    match value:
        case {"data": list(several)} | {"spans": list(several)}:
            yield from (span for each in several for span in _recorded(each))
        case {"trace": dict(inner)} if "attributes" not in value:
            yield from _recorded(inner)
        case dict() if any(key in value for key in _RESOURCES):
            for scope in _under(_under([value], _RESOURCES), _SCOPES):
                yield from (span for span in as_list(scope.get("spans")) if isinstance(span, dict))
        case {"attributes": dict() | list() | str(), **rest} if _is_framed(rest):
            yield value
        case dict() if any(str(key).startswith(_COLUMN) for key in value) and _is_framed(value):
            yield value


def _under(objects: Iterable[Any], keys: Iterable[str]) -> list[Json]:
    listed = [item for each in objects for key in keys for item in as_list(each.get(key))]
    return [item for item in listed if isinstance(item, dict)]


def _is_framed(span: Mapping[Any, object]) -> bool:
    return any(key in span for key in ("context", "span_id", "spanId", "context.span_id"))


def _names(span: Json) -> Iterator[str]:
    yield from _pairs(span)
    for event in as_list(span.get("events")):
        yield from _pairs(event) if isinstance(event, dict) else ()


def _pairs(holder: Json) -> Json:
    """The attributes by name, their values as recorded: OTLP lists them, other writers have an object or columns."""
    recorded = decoded(holder.get("attributes"))
    if isinstance(recorded, list):
        named = [each for each in recorded if isinstance(each, dict) and isinstance(each.get("key"), str)]
        return {each["key"]: value_of(each.get("value")) for each in named}
    columns = {key.removeprefix(_COLUMN): inner for key, inner in holder.items() if key.startswith(_COLUMN)}
    return {**columns, **(recorded if isinstance(recorded, dict) else {})}


def _span(span: Json) -> RawSpan:
    context = span.get("context") if isinstance(span.get("context"), dict) else {}
    frame = {**span, **(context or {})}
    events = [event for event in as_list(decoded(span.get("events"))) if isinstance(event, dict)]
    status = span.get("status")
    code = status.get("code") if isinstance(status, dict) else span.get("status_code")
    return RawSpan(
        trace=first_text(frame, "traceId", "trace_id", "context.trace_id"),
        id=first_text(frame, "spanId", "span_id", "context.span_id"),
        parent=first_text(frame, "parentSpanId", "parent_span_id", "parent_id"),
        name=first_text(frame, "name"),
        start=moment(first(frame, "startTimeUnixNano", "start_time_unix_nano", "start_time")),
        attributes=_pairs(span),
        events=tuple((first_text(event, "name"), _pairs(event)) for event in events),
        dropped=bool(first(frame, "droppedAttributesCount", "dropped_attributes_count")),
        failed=str(code).endswith(_FAILED),
    )


def first(holder: Json, *keys: str) -> Any:
    return next((holder[key] for key in keys if holder.get(key) is not None), None)


def first_text(holder: Json, *keys: str) -> str:
    found = first(holder, *keys)
    return str(found) if isinstance(found, str | int) else ""


def moment(value: object) -> str:
    """A text that sorts as the moments do: nanoseconds as number or text, or ISO dates."""
    return f"{value:020.6f}" if isinstance(value, float) else str(value).rjust(20)


def value_of(value: Any) -> Any:
    """What an OTLP attribute value holds; anything else as it is."""
    match value:
        case {"stringValue": inner} | {"string_value": inner} | {"boolValue": inner} | {"bool_value": inner}:
            return inner
        case {"intValue": inner} | {"int_value": inner} | {"doubleValue": inner} | {"double_value": inner}:
            return inner
        case {"arrayValue": inner} | {"array_value": inner}:
            return [value_of(item) for item in as_list(inner.get("values") if isinstance(inner, dict) else None)]
        case {"kvlistValue": inner} | {"kvlist_value": inner}:
            listed = as_list(inner.get("values") if isinstance(inner, dict) else None)
            pairs = [each for each in listed if isinstance(each, dict) and isinstance(each.get("key"), str)]
            return {each["key"]: value_of(each.get("value")) for each in pairs}
    return None if value == {} else value


# --- names with dots --------------------------------------------------------------------------------------


def nested(value: Any) -> Any:
    """The tree that names with dots stand for: `a.0.b` is `b` of the first of the list `a`."""
    if isinstance(value, list):
        return [nested(item) for item in value]
    if not isinstance(value, dict):
        return value
    tree: Json = {}
    for name, inner in value.items():
        _place(tree, str(name).split(".", _MOST_STEPS), nested(inner))
    return _with_lists(tree)


def _place(tree: Json, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        below = tree.setdefault(step, {})
        if isinstance(below, list):
            below = dict(zip(map(str, range(len(below))), below, strict=True))
        tree = tree.setdefault(step, below) if isinstance(below, dict) else {}
    known = tree.get(steps[-1])
    tree[steps[-1]] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    built = {key: _with_lists(inner) for key, inner in value.items()}
    if built and all(_POSITION.fullmatch(key) for key in built):
        return [built[key] for key in sorted(built, key=int)]
    return built
