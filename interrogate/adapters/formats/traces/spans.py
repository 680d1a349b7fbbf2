"""Which conversation a trace holds.

A trace is a tree of spans; those of model calls hold what the model was given and what it answered. A call that was
given all that an earlier call was given, and more, goes on with the same conversation: its last call's input and
output are the whole of it. Calls that go on from nothing else are other agents, or other uses of a model. Of each trace
the longest conversation of a model that calls tools is taken, otherwise the longest; the others are had by name.
Reasoning that was left out of later inputs is put back from the call that answered with it. Tool spans serve only
where the trace ends before a result was sent to the model. What stands below an evaluator's or a guardrail's span is
never offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, TypedDict

from interrogate.adapters.conversations import Conversation, encode, numbered
from interrogate.adapters.dialects import shapes
from interrogate.adapters.drafting import Draft, as_list, as_text
from interrogate.adapters.formats.langchain.messages import unwrapped
from interrogate.adapters.formats.traces.gists import Gist, gists_of, has_calls
from interrogate.adapters.formats.traces.model_calls import messages_of
from interrogate.adapters.parsing import decoded
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Text, Tool, Transcript

Kind = Literal["model", "agent", "tool", "judge", "other"]
KINDS: dict[str, Kind] = {
    "LLM": "model",
    "AGENT": "agent",
    "TOOL": "tool",
    "EVALUATOR": "judge",
    "GUARDRAIL": "judge",
}
"""By the names that OpenInference and MLflow have in common."""
_WITHHELD = ("__REDACTED__", "[Scrubbed due to ")
"""How instrumentation and backends begin a text that they put in place of the recorded one."""
_THOUGHTS = ("reasoning_content", "reasoning", "thinking_blocks")
_MOST_NAMED = 10
_NO_CONTENT = (
    "model calls are recorded without what was said: content capture was off, or a collector removed it; "
    "switch it on in the instrumentation and record again"
)
_CUT = (
    "what was said is cut off in the middle: a limit on the length of attributes; raise "
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT or the collector's limit and record again"
)


@dataclass(frozen=True)
class Span:
    """What the formats have in common, of one span."""

    trace: str
    id: str
    parent: str
    name: str
    start: str
    kind: Kind = "other"
    agent: str | None = None
    """The acting agent, where the span itself names it. Otherwise the nearest agent's span above tells."""
    model: object = None
    given: Sequence[Any] = ()
    """The messages that the model was given."""
    answered: Sequence[Any] = ()
    tools: Sequence[Tool] = ()
    call_id: str = ""
    """Of a tool's span, the call that it answers."""
    result: object = None
    failed: bool = False
    cut: bool = False
    """Whether something of it is missing that was recorded once."""

    @cached_property
    def context(self) -> list[Any]:
        """All messages, those that were given first; once where the output repeats the input."""
        if self.given and gists_of(self.answered)[: len(self.given)] == gists_of(self.given):
            return list(self.answered)
        return [*self.given, *self.answered]

    @cached_property
    def gists(self) -> list[Gist | None]:
        return gists_of(self.context)

    @property
    def is_readable(self) -> bool:
        return any(isinstance(each, dict) and each.get("role") == "assistant" for each in self.context)


class Said(TypedDict):
    """A span's `given` and `answered`."""

    given: list[Any]
    answered: list[Any]


def content(given: object, answered: object, kind: Kind) -> Said:
    """What a span of this kind holds, from what a library recorded as its input and output.

    Nothing of a tool's, and of any but a model's only what holds messages beyond doubt: an agent's input may be
    anything.
    """
    known = [
        each if kind == "model" or (kind != "tool" and _holds_messages(each)) else None for each in (given, answered)
    ]
    return {"given": messages_of(known[0], "user"), "answered": messages_of(known[1], "assistant")}


def _holds_messages(value: object) -> bool:
    whole = decoded(value)
    messages = whole.get("messages", [whole]) if isinstance(whole, dict) else whole
    return isinstance(messages, list) and all(shapes.is_message(each) or unwrapped(each) for each in messages)


# --- choosing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thread:
    """The calls of one conversation, each of which goes on from the one before."""

    calls: list[Span]
    agent: str

    @property
    def last(self) -> Span:
        return self.calls[-1]

    @property
    def weight(self) -> tuple[bool, int, str]:
        return any(has_calls(each) for each in self.last.context), len(self.last.context), self.last.start


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace: its conversations, the one that is taken first, and what they are completed from."""

    threads: list[Thread]
    tools: list[Span]
    unread: list[Span]
    """Model calls that hold no conversation."""


def conversations(name: str, format_: str, spans: Iterable[Span]) -> Iterator[Conversation]:
    """What the spans of a file hold, a trace at a time.

    Raises TranscriptError where there is no model call in any.
    """
    traces = {key: trace for key, trace in _traces(spans).items() if trace.threads or trace.unread}
    if not traces:
        raise TranscriptError(f"{name}: no model call among its spans; give a trace of an agent's run")
    alone = sum(max(1, len(trace.threads)) for trace in traces.values()) == 1
    for locator, trace in zip(numbered(traces), traces.values(), strict=True):
        yield from _offered(trace, partial(Source, name, format_), None if alone else locator)


def _offered(trace: Trace, source: Callable[[str | None], Source], locator: str | None) -> Iterator[Conversation]:
    if not trace.threads:
        yield Conversation(source(locator), partial(_refuse, trace, source(locator)))
        return
    names = _names(trace.threads[1:])
    sources = [source(locator), *(source(f"{locator}:{name}") for name in names)]
    for thread, place in zip(trace.threads, sources, strict=True):
        first = thread is trace.threads[0]
        yield Conversation(
            place,
            partial(_transcript, trace, thread, place, sources[1:] if first else ()),
            only_by_name=not first,
            about="" if first else f"another model's conversation in the trace ({thread.agent or thread.last.name})",
            model=thread.last.model if isinstance(thread.last.model, str) else None,
        )


def _names(threads: Sequence[Thread]) -> list[str]:
    """What tells the others apart: their agents' names where those differ, otherwise their spans' ids."""
    agents = [thread.agent for thread in threads]
    if all(agents) and len(set(agents)) == len(agents):
        return [encode(agent) for agent in agents]
    return numbered(thread.last.id for thread in threads)


def _traces(spans: Iterable[Span]) -> dict[str, Trace]:
    """The traces by id, in the order of the file."""
    by_trace: dict[str, list[Span]] = {}
    for span in spans:
        by_trace.setdefault(span.trace, []).append(span)
    return {key: _trace(listed) for key, listed in by_trace.items()}


def _trace(spans: Sequence[Span]) -> Trace:
    known = {span.id: span for span in spans if span.id}
    above = {id(span): _ancestors(span, known) for span in spans}
    acting = [span for span in spans if not any(each.kind == "judge" for each in (span, *above[id(span)]))]
    calls = [span for span in acting if span.kind == "model"]
    readable = [span for span in calls if span.is_readable] or [span for span in acting if span.is_readable]
    threads = [Thread(listed, _agent(listed[-1], above[id(listed[-1])])) for listed in _threads(readable)]
    return Trace(
        threads=sorted(threads, key=lambda thread: thread.weight, reverse=True),
        tools=sorted((span for span in acting if span.kind == "tool"), key=lambda span: span.start),
        unread=[span for span in calls if not span.is_readable],
    )


def _ancestors(span: Span, known: Mapping[str, Span]) -> list[Span]:
    """The spans above, from the nearest; a circle, which only a damaged file has, ends them."""
    found: list[Span] = []
    while (parent := known.get(span.parent)) is not None and len(found) < len(known):
        found.append(parent)
        span = parent
    return found


def _agent(span: Span, above: Iterable[Span]) -> str:
    named = (each.agent or (each.name if each.kind == "agent" else "") for each in (span, *above))
    return next((name for name in named if name), "")


def _threads(calls: Iterable[Span]) -> list[list[Span]]:
    found: list[list[Span]] = []
    for call in sorted(calls, key=lambda each: (len(each.given), len(each.context), each.start)):
        before = [thread for thread in reversed(found) if _goes_on(thread[-1], call)]
        agreeing = [thread for thread in before if _agrees(thread[-1], call)]
        if before:
            (agreeing or before)[0].append(call)
        else:
            found.append([call])
    return found


def _goes_on(earlier: Span, later: Span) -> bool:
    """Whether the later call was given all that the earlier one was and more, or is a second record of it."""
    if not earlier.given:
        return earlier.gists == later.gists
    length = len(earlier.given)
    more = len(later.given) > length and later.gists[:length] == earlier.gists[:length]
    return more or _agrees(earlier, later)


def _agrees(earlier: Span, later: Span) -> bool:
    return later.gists[: len(earlier.gists)] == earlier.gists


# --- reading ----------------------------------------------------------------------------------------------


def _refuse(trace: Trace, source: Source) -> Transcript:
    raise TranscriptError(f"{source}: {_CUT if any(call.cut for call in trace.unread) else _NO_CONTENT}")


def _transcript(trace: Trace, thread: Thread, source: Source, others: Sequence[Source]) -> Transcript:
    draft = Draft(source)
    shapes.read_messages(_thoughtful(thread), draft)
    _define(draft, thread.calls, trace.tools)
    _complete(draft, trace.tools, thread.last.start)
    _note_losses(draft, trace, thread)
    if others:
        names = ", ".join(f"#{other.locator}" for other in others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        draft.note("multi_actor", f"other conversations of this trace are had by name: {names}{more}")
    models = (call.model for call in reversed(thread.calls))
    model = next((name for name in models if isinstance(name, str) and name), None)
    return draft.transcript(model=model, conditions={"agent": thread.agent})


def _define(draft: Draft, calls: Sequence[Span], run: Sequence[Span]) -> None:
    """Defines the tools that the model was given, and those that it called and whose own spans define them."""
    called = {call.name for message in draft.messages for call in message.calls}
    draft.define(tool for span in run for tool in span.tools if tool.name in called)
    draft.define(tool for call in calls for tool in call.tools)


def _thoughtful(thread: Thread) -> list[Any]:
    """The last call's messages, with the reasoning that only the calls which wrote it have kept."""
    messages = list(thread.last.context)
    for call in thread.calls[:-1]:
        place = len(call.given)
        for said in call.answered[:1]:
            if place < len(messages) and call.gists[place : place + 1] == thread.last.gists[place : place + 1]:
                messages[place] = _with_thoughts(messages[place], said)
    return messages


def _with_thoughts(message: Any, said: Any) -> Any:
    if not isinstance(message, dict) or _thoughts(message) or not isinstance(said, dict):
        return message
    beside = {key: said[key] for key in _THOUGHTS if said.get(key)}
    return {**message, **beside, "content": [*_thought_parts(said), *as_list(message.get("content"))]}


def _thoughts(message: Json) -> bool:
    return bool(_thought_parts(message)) or any(message.get(key) for key in _THOUGHTS)


def _thought_parts(message: Json) -> list[Any]:
    parts = as_list(message.get("content"))
    return [part for part in parts if isinstance(part, dict) and str(part.get("type")).endswith("thinking")]


def _complete(draft: Draft, tools: Sequence[Span], since: str) -> None:
    """Adds the results of the last turn's calls, where the trace ends before the model was given them.

    A tool's span that does not say which call it answers is that of a tool of this name, run after the last call.
    """
    calls = draft.messages[-1].calls if draft.messages else ()
    known = {span.call_id: span for span in tools if span.call_id}
    nameless = [span for span in tools if not span.call_id and span.start >= since]
    for call in calls:
        span = known.get(call.id) or next((span for span in nameless if span.name == call.name), None)
        if span is not None and span.result is not None:
            nameless = [each for each in nameless if each is not span]
            draft.add("tool", (Text(as_text(span.result)),), call_id=call.id, is_error=span.failed)


def _note_losses(draft: Draft, trace: Trace, thread: Thread) -> None:
    roles = [message.role for message in draft.messages]
    if "system" not in roles:
        draft.note("system_missing", "the recorded model calls hold no system prompt; there may have been one")
    if any(message.calls for message in draft.messages[:-1]) and "tool" not in roles:
        draft.note("results_missing", "the recorded model calls hold no results of tools")
    if any(call.cut for call in (*thread.calls, *trace.unread)):
        draft.note("truncated_content", "attributes of some model calls were cut off or dropped by a limit")
    elif trace.unread:
        draft.note("content_dropped", f"{len(trace.unread)} model calls of the trace are recorded without content")
    if any(message.text.startswith(_WITHHELD) for message in draft.messages):
        draft.note("content_dropped", "texts were replaced by a marker before they were stored")
