"""Langfuse traces: the JSON that its page downloads, its API's answers, and exported observations a line.

Written after the documented shape; no file of a real program was at hand. A model's call is an observation of type
`GENERATION`; where none holds messages, another one or the trace itself. Large inputs and outputs may be left out of a
download. Which conversation of a trace is taken: see `spans`. Scores are never part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import as_list
from interrogate.adapters.formats.traces import spans
from interrogate.adapters.formats.traces.otlp import first, first_text, moment
from interrogate.adapters.formats.traces.spans import Kind, Span, content
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Json

NAME = "langfuse"
_KINDS: dict[str, Kind] = {
    "GENERATION": "model",
    "AGENT": "agent",
    "TOOL": "tool",
    "EVALUATOR": "judge",
    "GUARDRAIL": "judge",
}
_TYPES = {*_KINDS, "SPAN", "EVENT", "CHAIN", "RETRIEVER", "EMBEDDING"}
_FRAME = ({"traceId", "trace_id"}, {"input", "output", "startTime", "start_time"})


def claims(opened: Opened) -> bool:
    """Whether every value of the file is a trace with its observations, or an observation."""
    values = _values(opened)
    return bool(values) and all(_is_trace(value) or _is_observation(value) for value in values)


def _is_trace(value: Any) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("observations"), list) and bool({"id", "trace"} & set(value))
    )


def _is_observation(value: Any) -> bool:
    typed = isinstance(value, dict) and isinstance(value.get("type"), str) and value["type"] in _TYPES
    return typed and all(names & set(value) for names in _FRAME)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The longest conversation of each trace; the others by name.

    Raises TranscriptError where no trace holds a model call.
    """
    found = [span for value in _values(opened) for span in _spans(value)]
    yield from spans.conversations(opened.name, NAME, found)


def _values(opened: Opened) -> list[Any]:
    match opened.document:
        case {"data": list(several)} | {"traces": list(several)}:
            return several
    return list(opened.values)


def _spans(value: Any) -> Iterator[Span]:
    if _is_observation(value):
        yield _span(value, first_text(value, "traceId", "trace_id"))
    elif isinstance(value, dict):
        frame = value["trace"] if isinstance(value.get("trace"), dict) else value
        trace = first_text(frame, "id")
        yield _span({**frame, "id": None, "type": "TRACE"}, trace)
        observations = (each for each in as_list(value.get("observations")) if isinstance(each, dict))
        yield from (_span(each, trace) for each in observations)


def _span(value: Json, trace: str) -> Span:
    kind = _KINDS.get(str(value.get("type")), "other")
    given, answered = value.get("input"), value.get("output")
    request = decoded(given)
    return Span(
        trace,
        first_text(value, "id"),
        first_text(value, "parentObservationId", "parent_observation_id"),
        first_text(value, "name"),
        moment(first(value, "startTime", "start_time", "timestamp")),
        kind,
        model=first(value, "model", "providedModelName"),
        tools=tools_of(request.get("tools") if isinstance(request, dict) else None),
        result=answered,
        failed=value.get("level") == "ERROR",
        **content(given, answered, kind),
    )
