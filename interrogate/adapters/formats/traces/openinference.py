"""OpenInference traces: OTLP JSON of its instrumentors, and spans exported from Phoenix (JSON, JSONL, Parquet).

A message is spread over attributes (`llm.input_messages.0.message.role`). Some instrumentors write less there than in
`input.value` and `output.value`, which hold a provider's request and response: of the two the fuller is read. Which
conversation of a trace is taken: see `spans`. A system prompt that a provider is given apart from the messages is
often not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.shapes import is_message, tools_of
from interrogate.adapters.drafting import as_list, as_object
from interrogate.adapters.formats.traces import mlflow, otel, spans
from interrogate.adapters.formats.traces.model_calls import is_cut, messages_of
from interrogate.adapters.formats.traces.otlp import RawSpan, attribute_names, first_text, nested, raw_spans
from interrogate.adapters.formats.traces.spans import Kind, Span
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Json

NAME = "openinference"
_HIDDEN = ("__REDACTED__",)
"""What the instrumentors write where they were told to hide an input or output."""


def claims(opened: Opened) -> bool:
    """Whether there are spans of this convention that neither the GenAI conventions nor MLflow lay claim to."""
    marked = any(name.startswith(otel.OPENINFERENCE) for name in attribute_names(opened))
    return marked and not otel.claims(opened) and not mlflow.claims(opened)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The longest conversation of each trace; the others by name.

    Raises TranscriptError where no trace holds a model call.
    """
    yield from spans.conversations(opened.name, NAME, map(_span, raw_spans(opened)))


def _span(raw: RawSpan) -> Span:
    tree = as_object(nested(raw.attributes))
    kind = spans.KINDS.get(str(_at(tree, "openinference", "span", "kind")).upper(), _guessed(tree))
    tool = as_object(tree.get("tool"))
    return Span(
        raw.trace,
        raw.id,
        raw.parent,
        first_text(tool, "name") or raw.name,
        raw.start,
        kind,
        agent=first_text(as_object(tree.get("agent")), "name") or None,
        model=_at(tree, "llm", "model_name"),
        given=_fuller(_flat(tree, "input_messages"), _value(tree, "input")) if kind != "tool" else (),
        answered=_fuller(_flat(tree, "output_messages"), _value(tree, "output")) if kind != "tool" else (),
        tools=tools_of(_tools(tree) or [{**tool, "parameters": decoded(tool.get("parameters"))}]),
        call_id=first_text(tool, "id") or str(_at(tree, "tool_call", "id") or ""),
        result=_at(tree, "output", "value"),
        failed=raw.failed,
        cut=raw.dropped or any(_is_cut(tree, side) for side in ("input", "output")),
    )


def _guessed(tree: Json) -> Kind:
    return "model" if {"input_messages", "output_messages"} & set(as_object(tree.get("llm"))) else "other"


def _at(tree: Json, *path: str) -> Any:
    found: Any = tree
    for step in path:
        found = as_object(found).get(step)
    return found


def _tools(tree: Json) -> list[Any]:
    """The definitions given to the model: each has an attribute, or they stand in the parameters of the call."""
    listed = [_at(as_object(each), "tool", "json_schema") for each in as_list(_at(tree, "llm", "tools"))]
    parameters = as_object(decoded(_at(tree, "llm", "invocation_parameters")))
    return [decoded(each) for each in listed if each] or as_list(parameters.get("tools"))


# --- what was said, in its two forms ----------------------------------------------------------------------


def _value(tree: Json, side: str) -> list[Any]:
    """The messages of `input.value` or `output.value`; none where it holds no such."""
    recorded = _at(tree, side, "value")
    if _is_cut(tree, side) or recorded in _HIDDEN:
        return []
    messages = messages_of(recorded, "user" if side == "input" else "assistant")
    return messages if all(is_message(each) for each in messages) else []


def _is_cut(tree: Json, side: str) -> bool:
    return _at(tree, side, "mime_type") == "application/json" and is_cut(_at(tree, side, "value"))


def _fuller(flat: list[Any], whole: list[Any]) -> list[Any]:
    return whole if _weight(whole) > _weight(flat) else flat


def _weight(messages: list[Any]) -> int:
    """How many messages, thoughts, calls and texts there are."""
    return sum(1 + _held(each) for each in messages if isinstance(each, dict))


def _held(message: Json) -> int:
    beside = sum(bool(message.get(key)) for key in ("reasoning_content", "reasoning"))
    parts = [part for part in as_list(message.get("content")) if part]
    return beside + len(parts) + len(as_list(message.get("tool_calls")))


def _flat(tree: Json, side: str) -> list[Any]:
    listed = as_list(_at(tree, "llm", side))
    held = [each["message"] if isinstance(each, dict) and "message" in each else each for each in listed]
    return [_message(each, "user" if side == "input_messages" else "assistant") for each in held]


def _message(fields: Any, speaker: str) -> Any:
    if not isinstance(fields, dict):
        return fields
    parts = [_part(as_object(each).get("message_content", each)) for each in as_list(fields.get("contents"))]
    calls = [as_object(each).get("tool_call", each) for each in as_list(fields.get("tool_calls"))]
    name, arguments = fields.get("function_call_name"), fields.get("function_call_arguments_json")
    return {
        "role": fields.get("role") or speaker,
        "content": parts or fields.get("content"),
        "tool_calls": calls,
        "function_call": {"name": name, "arguments": arguments} if name else None,
        "tool_call_id": fields.get("tool_call_id"),
    }


def _part(fields: Any) -> Any:
    match fields:
        case {"type": "image", "image": {"image": {"url": str(url)}} | {"url": str(url)}}:
            return {"type": "image_url", "image_url": url}
        case {"type": "reasoning", "text": str(text)}:
            return {"type": "thinking", "thinking": text, "signature": fields.get("signature")}
    return fields
