"""LangSmith runs: JSON of one run with its `child_runs`, a list of runs, or a run a line.

Written after the documented shape; no file of a real program was at hand. A model's run is one with `run_type` `llm`;
where there is none, the run (the root, before all) whose inputs and outputs hold messages. Which conversation of a
trace is taken: see `spans`. Feedback is never part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import as_list, as_object
from interrogate.adapters.formats.langchain.messages import unwrapped
from interrogate.adapters.formats.traces import spans
from interrogate.adapters.formats.traces.otlp import first, first_text, moment
from interrogate.adapters.formats.traces.spans import Kind, Span, content
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Json

NAME = "langsmith"
_KINDS: dict[str, Kind] = {"llm": "model", "tool": "tool"}


def claims(opened: Opened) -> bool:
    """Whether every value of the file is a run."""
    values = _values(opened)
    return bool(values) and all(isinstance(value, dict) and _is_run(value) for value in values)


def _is_run(value: Json) -> bool:
    return "run_type" in value and bool({"inputs", "outputs", "child_runs", "dotted_order"} & set(value))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The longest conversation of each trace; the others by name.

    Raises TranscriptError where no trace holds a model call.
    """
    found = [span for value in _values(opened) for span in _spans(value, "", "")]
    yield from spans.conversations(opened.name, NAME, found)


def _values(opened: Opened) -> list[Any]:
    match opened.document:
        case {"runs": list(runs)}:
            return runs
    return list(opened.values)


def _spans(run: Any, trace: str, parent: str) -> Iterator[Span]:
    """A run and those below it: both the nested and the flat form say whose child a run is."""
    if not isinstance(run, dict):
        return
    name = first_text(run, "id", "run_id")
    trace = first_text(run, "trace_id") or trace or name
    yield _span(run, trace, name, first_text(run, "parent_run_id") or parent)
    for child in as_list(run.get("child_runs")):
        yield from _spans(child, trace, name)


def _span(run: Json, trace: str, name: str, parent: str) -> Span:
    kind = _KINDS.get(str(run.get("run_type")), "other")
    given, answered = decoded(run.get("inputs")), decoded(run.get("outputs"))
    extra = as_object(decoded(run.get("extra")))
    metadata, parameters = as_object(extra.get("metadata")), as_object(extra.get("invocation_params"))
    call_id, result = _result(as_object(answered))
    return Span(
        trace,
        name,
        parent,
        first_text(run, "name"),
        first_text(run, "dotted_order") or moment(run.get("start_time")),
        kind,
        model=metadata.get("ls_model_name") or first(parameters, "model", "model_name"),
        tools=tools_of(parameters.get("tools") or as_object(given).get("tools")),
        call_id=call_id,
        result=result,
        failed=bool(run.get("error")),
        **content(given, answered, kind),
    )


def _result(outputs: Json) -> tuple[str, object]:
    """What a tool's run returned, and which call that answers where a LangChain message says so."""
    output = outputs.get("output", outputs)
    message = unwrapped(output) or {}
    return first_text(message, "tool_call_id"), message.get("content", output or None)
