"""OpenTelemetry traces with the GenAI conventions, as OTLP JSON (a collector's file exporter) or a span an object.

Read are, in every version of the conventions: `gen_ai.input.messages`, `gen_ai.output.messages` and
`gen_ai.system_instructions` (JSON texts or structured), the events `gen_ai.user.message` to `gen_ai.choice`,
OpenLLMetry's `gen_ai.prompt.0.role`, and Pydantic AI's `pydantic_ai.all_messages`. Which conversation of a trace is
taken: see `spans`. Most programs record no content unless told to, and collectors cut it off: such a trace is refused.
What is sent as log records (`resourceLogs`) is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import as_list
from interrogate.adapters.formats.traces import mlflow, spans
from interrogate.adapters.formats.traces.model_calls import is_cut, messages_of, system_of
from interrogate.adapters.formats.traces.otlp import RawSpan, attribute_names, first, first_text, nested, raw_spans
from interrogate.adapters.formats.traces.spans import Kind, Said, Span, content
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Json

NAME = "otel"
_KINDS: dict[str, Kind] = {
    "chat": "model",
    "generate_content": "model",
    "text_completion": "model",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "execute_tool": "tool",
}
_EVENT_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
OPENINFERENCE = ("openinference.", "llm.input_messages", "llm.output_messages")
_INPUTS = ("gen_ai.input.messages", "gen_ai.prompt", "gen_ai.content.prompt")
_OUTPUTS = ("gen_ai.output.messages", "gen_ai.completion", "gen_ai.content.completion")
_FLAT = ("gen_ai.prompt.", "gen_ai.completion.")


def claims(opened: Opened) -> bool:
    """Whether there are spans of these conventions that hold content, or spans of them and of no others."""
    names = attribute_names(opened)
    if any(name.startswith(mlflow.MARK) for name in names):
        return False
    if any(name.startswith((*_INPUTS, *_OUTPUTS, "pydantic_ai.")) for name in names):
        return True
    genai = any(name.startswith("gen_ai.") for name in names)
    return genai and not any(name.startswith(OPENINFERENCE) for name in names)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The longest conversation of each trace; the others by name.

    Raises TranscriptError where no trace holds a model call.
    """
    yield from spans.conversations(opened.name, NAME, map(_span, raw_spans(opened)))


def _span(raw: RawSpan) -> Span:
    attributes = {**{key: value for _, event in raw.events for key, value in event.items()}, **raw.attributes}
    kind = _kind(attributes)
    return Span(
        raw.trace,
        raw.id,
        raw.parent,
        first_text(attributes, "gen_ai.tool.name") or raw.name,
        raw.start,
        kind,
        agent=first_text(attributes, "gen_ai.agent.name", "agent_name") or None,
        model=first(attributes, "gen_ai.response.model", "gen_ai.request.model"),
        tools=tools_of(_tools(attributes)),
        call_id=first_text(attributes, "gen_ai.tool.call.id"),
        result=first(attributes, "gen_ai.tool.call.result", "tool_response"),
        failed=raw.failed,
        cut=raw.dropped or any(is_cut(attributes.get(key)) for key in (*_INPUTS, *_OUTPUTS)),
        **_content(raw, attributes, kind),
    )


def _kind(attributes: Json) -> Kind:
    operation = first_text(attributes, "gen_ai.operation.name")
    if operation in _KINDS:
        return _KINDS[operation]
    if "gen_ai.tool.name" in attributes:
        return "tool"
    return "model" if "gen_ai.request.model" in attributes or "llm.request.type" in attributes else "other"


def _content(raw: RawSpan, attributes: Json, kind: Kind) -> Said:
    """Input and output, from whichever convention recorded them."""
    given = _messages(attributes, _INPUTS)
    answered = _messages(attributes, _OUTPUTS)
    found: Said
    if given or answered:
        found = content(given, answered, kind)
    elif whole := first(attributes, "pydantic_ai.all_messages", "all_messages_events"):
        found = {"given": _of_events(as_list(decoded(whole))) or messages_of(whole, "user"), "answered": []}
    elif events := _recorded_events(raw, attributes):
        before = [event for event in events if event.get("event.name") != "gen_ai.choice"]
        choices = [event for event in events if event.get("event.name") == "gen_ai.choice"]
        found = {"given": _of_events(before), "answered": _of_events(choices[:1])}
    else:
        found = _of_prompts(attributes)
    return _with_system(found, attributes)


def _messages(attributes: Json, names: tuple[str, ...]) -> object:
    """The first of the attributes that holds messages and is whole."""
    return next((attributes[name] for name in names if attributes.get(name) and not is_cut(attributes[name])), None)


def _with_system(found: Said, attributes: Json) -> Said:
    """The messages, after the system prompt where that is recorded apart from them."""
    first_message = next(iter([*found["given"], *found["answered"]]), None)
    if first_message is None or (isinstance(first_message, dict) and first_message.get("role") == "system"):
        return found
    system = system_of(first(attributes, "gen_ai.system_instructions", "gen_ai.request.instructions"))
    return {"given": [*system, *found["given"]], "answered": found["answered"]}


def _tools(attributes: Json) -> list[Any]:
    defined = first(attributes, "gen_ai.tool.definitions", "gen_ai.request.tools")
    if defined is None:
        flat = {name: value for name, value in attributes.items() if name.startswith("llm.request.functions.")}
        defined = nested(flat).get("llm", {}).get("request", {}).get("functions") if flat else None
    tools = [tool for tool in as_list(decoded(defined)) if isinstance(tool, dict)]
    return [{**tool, "parameters": decoded(tool.get("parameters"))} if "parameters" in tool else tool for tool in tools]


# --- events, the older convention -------------------------------------------------------------------------


def _recorded_events(raw: RawSpan, attributes: Json) -> list[Json]:
    """The events of a span, or the list of them that Pydantic AI once kept in an attribute."""
    listed = [{**event, "event.name": name} for name, event in raw.events if name in {*_EVENT_ROLES, "gen_ai.choice"}]
    return listed or [each for each in as_list(decoded(attributes.get("events"))) if isinstance(each, dict)]


def _of_events(events: list[Any]) -> list[Any]:
    return [_of_event(event) for event in events if isinstance(event, dict) and _event_role(event)]


def _event_role(event: Json) -> str | None:
    name = event.get("event.name")
    if name == "gen_ai.choice":
        return "assistant"
    return _EVENT_ROLES.get(name) if isinstance(name, str) else None


def _of_event(event: Json) -> Json:
    """A message from an event's attributes: its body may stand in them, in one of them, or under `message`."""
    body = decoded(event.get("gen_ai.event.content") or event.get("body"))
    fields = nested({**event, **(body if isinstance(body, dict) else {})})
    inner = decoded(fields.get("message"))
    inner = inner if isinstance(inner, dict) else {"content": inner} if inner else fields
    return {
        "role": _event_role(event),
        "content": _of_text(inner.get("content")),
        "tool_calls": decoded(inner.get("tool_calls")),
        "tool_call_id": inner.get("id") or inner.get("tool_call_id"),
    }


def _of_text(text: object) -> object:
    """A message's content: its parts where they were written as a JSON text, as OpenLLMetry does."""
    parts = decoded(text)
    typed = isinstance(parts, list) and parts and all(isinstance(part, dict) and "type" in part for part in parts)
    return parts if typed else text


# --- an attribute for each field, as OpenLLMetry writes ---------------------------------------------------


def _of_prompts(attributes: Json) -> Said:
    flat = {name: value for name, value in attributes.items() if name.startswith(_FLAT)}
    tree = nested(flat).get("gen_ai", {})
    given = [_of_prompt(each, "user") for each in as_list(tree.get("prompt"))]
    answered = [_of_prompt(each, "assistant") for each in as_list(tree.get("completion"))[:1]]
    return {"given": given, "answered": answered}


def _of_prompt(fields: Any, speaker: str) -> Any:
    if not isinstance(fields, dict):
        return fields
    thought = fields.get("reasoning") or fields.get("reasoning_content")
    return {
        "role": fields.get("role") or speaker,
        "content": _of_text(fields.get("content")),
        "tool_calls": fields.get("tool_calls"),
        "tool_call_id": fields.get("tool_call_id"),
        "reasoning_content": thought if isinstance(thought, str) else None,
    }
