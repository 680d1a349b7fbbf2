"""MLflow traces: `Trace.to_json`, a list of them or one a line, `traces.json` artifacts, and the server's own form.

`{info, data: {spans}}` of MLflow 2 and 3, `{trace_info, spans}` with the spans in OTLP's form, a table's `trace`
column. Every attribute is a JSON text. A span's inputs and outputs are a provider's request and response, or a
framework's messages. Which conversation of a trace is taken: see `spans`. Assessments are never part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.formats.traces import spans
from interrogate.adapters.formats.traces.model_calls import messages_of
from interrogate.adapters.formats.traces.otlp import RawSpan, attribute_names, first, first_text, spans_of
from interrogate.adapters.formats.traces.spans import Kind, Said, Span, content
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded, parse

NAME = "mlflow"
MARK = "mlflow."
"""How its attributes' names begin."""
_KINDS: dict[str, Kind] = {**spans.KINDS, "CHAT_MODEL": "model"}


def claims(opened: Opened) -> bool:
    """Whether every value of the file is a trace of MLflow's, or its spans carry MLflow's attributes."""
    values = _values(opened)
    traces = bool(values) and all(_trace_in(value) is not None for value in values)
    return traces or any(name.startswith(MARK) for name in attribute_names(opened))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The longest conversation of each trace; the others by name.

    Raises TranscriptError where no trace holds a model call.
    """
    found = [_spans_of(value, number) for number, value in enumerate(_values(opened))]
    yield from spans.conversations(opened.name, NAME, [span for listed in found for span in listed])


def _values(opened: Opened) -> list[Any]:
    match opened.document:
        case {"traces": list(traces)}:
            return traces
    return list(opened.values)


def _trace_in(value: Any) -> tuple[str, list[Any]] | None:
    """A trace's id and its spans as recorded; None for what is no trace in a form of MLflow's own."""
    match value:
        case {"info": dict(info), "data": {"spans": list(recorded)}} if {"trace_id", "request_id"} & set(info):
            return first_text(info, "trace_id", "request_id"), recorded
        case {"trace_info": dict(info), "spans": list(recorded)}:
            return first_text(info, "trace_id", "request_id"), recorded
        case {"trace": inner} if isinstance(decoded(inner), dict):
            return _trace_in(decoded(inner))
    return None


def _spans_of(value: Any, number: int) -> Iterator[Span]:
    found = _trace_in(value)
    if found is None:
        return (_span(raw, raw.trace) for raw in spans_of(value))
    name, recorded = found
    return (_span(raw, name or str(number)) for each in recorded for raw in spans_of(each))


def _span(raw: RawSpan, trace: str) -> Span:
    attributes = {key.removeprefix(MARK): _value(inner) for key, inner in raw.attributes.items()}
    given, answered = attributes.get("spanInputs"), attributes.get("spanOutputs")
    kind = _KINDS.get(str(attributes.get("spanType")).upper(), "other")
    request, response = (decoded(each) if isinstance(decoded(each), dict) else {} for each in (given, answered))
    return Span(
        trace,
        raw.id,
        raw.parent,
        raw.name,
        raw.start,
        kind,
        model=first(request, "model", "model_name") or response.get("model") or attributes.get("llm.model"),
        tools=tools_of(attributes.get("chat.tools") or request.get("tools")),
        result=answered,
        failed=raw.failed,
        cut=raw.dropped,
        **_longer(content(given, answered, kind), messages_of(attributes.get("chat.messages"), "user")),
    )


def _longer(said: Said, whole: list[Any]) -> Said:
    """What was said, or MLflow's own list of it where inputs and outputs hold less."""
    held = len(said["given"]) + len(said["answered"])
    return {"given": whole, "answered": []} if len(whole) > held else said


def _value(text: Any) -> Any:
    """What an attribute's JSON text spells; anything else as it is."""
    try:
        return parse(text)[0] if isinstance(text, str) else text
    except ValueError:
        return text
