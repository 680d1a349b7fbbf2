"""The Agents SDK's trace export: traces and their spans, in a JSON list or a line each.

Only `generation` spans hold what was said; `response` spans hold ids, and such a trace is refused. The last generation
of an agent has all that the agent met as its input. Taken is the agent that answered last at the top of the run: after
a handoff its input holds what the agents before it did. Others, and agents called as tools, are had by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.responses_items import read_items
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "agents-trace"

_OBJECTS = ("trace", "trace.span")


def claims(opened: Opened) -> bool:
    """Whether the file lists traces and spans of the Agents SDK, and nothing else."""
    return bool(opened.values) and all(
        isinstance(value, dict) and value.get("object") in _OBJECTS for value in opened.values
    )


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each trace's conversation, and those of its other agents by name.

    Raises TranscriptError where no span holds what was said.
    """
    spans = [value for value in opened.values if value.get("object") == "trace.span"]
    traces = dict.fromkeys(_text(span.get("trace_id")) for span in spans if _is_whole(span))
    if not traces:
        raise TranscriptError(f"{opened.name}: {_why_empty(spans)}")
    for trace in traces:
        name = (trace or "trace") if len(traces) > 1 else ""
        yield from _offered(opened.name, [span for span in spans if _text(span.get("trace_id")) == trace], name)


def _why_empty(spans: Sequence[Json]) -> str:
    kinds = {_data(span).get("type") for span in spans if isinstance(_data(span).get("type"), str)}
    if "generation" in kinds:
        return "the trace was kept without content (`trace_include_sensitive_data` was off); give the result's items"
    if "response" in kinds:
        return (
            "the `response` spans of this trace hold the ids of responses and none of their content; "
            "give what `result.to_input_list()` returns, or the responses themselves"
        )
    return "a trace without a generation: no model answered in it; nothing to restore"


def _offered(file: str, spans: Sequence[Json], name: str) -> Iterator[Conversation]:
    known = {span["id"]: span for span in spans if isinstance(span.get("id"), str)}
    agents: dict[str, list[Json]] = {}
    nested: dict[str, bool] = {}
    for span in sorted(filter(_is_whole, spans), key=lambda span: _text(span.get("started_at"))):
        within = [*_above(span, known)]
        found = next((each for each in within if _data(each).get("type") == "agent"), None)
        agent = _text(_data(found).get("name")) if found else ""
        agents.setdefault(agent, []).append(span)
        nested[agent] = nested.get(agent, True) and any(_data(each).get("type") == "function" for each in within)
    taken = [agent for agent in sorted(agents, key=lambda agent: _started(agents[agent])) if not nested[agent]]
    chosen = (taken or [*agents])[-1]
    for agent, generations in agents.items():
        is_chosen = agent == chosen
        branch = None if is_chosen else f"agent-{agent}" if agent else "no-agent"
        source = Source(file, NAME, locator(name, branch=branch) if name or branch else None)
        read = partial(_transcript, generations[-1], len(agents), source)
        about = "" if is_chosen else f"the agent {agent}, which answered in the same run"
        yield Conversation(source, read, only_by_name=not is_chosen, about=about, model=_model(generations[-1]))


def _started(generations: Sequence[Json]) -> str:
    return _text(generations[-1].get("started_at"))


def _above(span: Json, known: dict[str, Json]) -> Iterator[Json]:
    """The spans that a span lies in, from the inmost on."""
    seen: set[str] = set()
    parent = span.get("parent_id")
    while isinstance(parent, str) and parent in known and parent not in seen:
        seen.add(parent)
        yield known[parent]
        parent = known[parent].get("parent_id")


def _is_whole(span: Json) -> bool:
    data = _data(span)
    return data.get("type") == "generation" and any(as_list(data.get(key)) for key in ("input", "output"))


def _data(span: Json) -> Json:
    data = span.get("span_data")
    return data if isinstance(data, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _model(span: Json) -> str | None:
    return _text(_data(span).get("model")) or None


def _transcript(span: Json, agents: int, source: Source) -> Transcript:
    draft = Draft(source)
    data = _data(span)
    given = data.get("input")
    if isinstance(given, str):
        draft.say("user", given)
    else:
        read_items(as_list(given), draft)
    read_items(as_list(data.get("output")), draft)
    if not any(message.role == "system" for message in draft.messages):
        draft.note("system_missing", "the trace does not hold the system prompt")
    if agents > 1:
        draft.note("multi_actor", f"{agents} agents answered in this run; the others are had by name")
    return draft.transcript(model=_model(span))
