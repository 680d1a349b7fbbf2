"""One sample of an Inspect log to one transcript. `inspect_ai` undoes its pools, attachments and old spellings.

Only the model calls that are needed are given to it: a log may hold hundreds, each with the whole history before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from interrogate.adapters.dialects.inspect_messages import read_messages
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list, as_object
from interrogate.adapters.formats.inspect_log.events import Call, events_of, pool_of
from interrogate.adapters.formats.inspect_log.header import Header, is_attack, proposals
from interrogate.adapters.formats.inspect_log.views import AS_GENERATED, LAST_INPUT, View, choose
from interrogate.adapters.opening import first_line
from interrogate.errors import MissingExtraError
from interrogate.records import Json, Tool, Transcript

if TYPE_CHECKING:
    from inspect_ai.event import ModelEvent
    from inspect_ai.log import EvalSample


def read_sample(value: Any, header: Header, name: str | None, draft: Draft) -> Transcript:
    """A sample's transcript: the view of that name, the default where there is no name.

    Raises TranscriptError where the sample has no such view or cannot be read, MissingExtraError without `inspect_ai`.
    """
    if not isinstance(value, dict):
        raise draft.fault("a sample that is no object", "sample")
    view = choose(value, header, name, draft)
    read = _restored(value, view, draft)
    event = _event_of(view, read)
    taken = [*event.input, event.output.message] if event and view.call else read.messages
    messages = [message.model_dump(mode="json") for message in taken]
    read_messages(messages, draft, _written(messages, read.events))
    metadata = as_object(value.get("metadata"))
    draft.define(tools_of(view.tools) or _tools(read.events) or tools_of(metadata.get("tools")))
    if event and not view.call and not header.is_audit:
        _note_difference(messages, event, value, draft)
    return draft.transcript(
        model=header.author(view.own),
        conditions=conditions(value, header, name),
        proposals=tuple(proposals(value, audit=header.is_audit)),
    )


def conditions(sample: Mapping[str, Any], header: Header, name: str | None) -> Json:
    """What a log says of the circumstances: its task, the task's arguments, the sample's metadata, and the view."""
    metadata = as_object(sample.get("metadata"))
    clean = "clean" if is_attack(metadata) else None
    limit = as_object(sample.get("limit")).get("type")
    short = {key: value for key, value in metadata.items() if not str(key).endswith("_description")}
    return {**header.conditions, "limit": limit, **short, "view": name or clean}


# --- through inspect_ai -----------------------------------------------------------------------------------


def _restored(sample: Json, view: View, draft: Draft) -> EvalSample:
    """The view's messages and calls as Inspect's own objects. Of the calls only the last keeps what it was sent."""
    try:
        from inspect_ai.log import EvalSample, resolve_sample_attachments
    except ImportError as error:
        raise MissingExtraError(f"{draft.source}: a sample of an Inspect log; reading it", "inspect") from error
    events = [_lean(call, whole=call is view.own[-1]) for call in view.own]
    fields = {"id": 0, "epoch": 1, "input": "", "target": "", "messages": list(view.messages), "events": events}
    try:
        read = EvalSample.model_validate({**fields, **_pools(sample)}, context={"deserializing": True})
        return resolve_sample_attachments(read, "full")
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, OverflowError, RecursionError) as error:
        raise draft.fault(f"inspect_ai cannot read this sample ({first_line(error)})", "sample") from error


def _lean(call: Call, *, whole: bool) -> Json:
    event = {**call.event, "call": None}
    if any(as_object(each).get("parse_error") for each in as_list(call.answer.get("tool_calls"))):
        event["call"] = {"request": {}, "response": as_object(call.event.get("call")).get("response")}
    return event if whole else event | {"input": [], "input_refs": None}


def _pools(sample: Json) -> Json:
    """What messages and events refer to."""
    attachments = sample.get("attachments") or as_object(sample.get("transcript")).get("content") or {}
    old = {"messages": pool_of(sample), "calls": []}
    return {"attachments": attachments, "events_data": sample.get("events_data") or old}


def _event_of(view: View, read: EvalSample) -> ModelEvent | None:
    """The last call of the conversation: of a view that is one call, that one."""
    return read.events[-1] if view.own else None


def _tools(events: Iterable[ModelEvent]) -> list[Tool]:
    listed = [tool for event in events for tool in event.tools]
    return [Tool(tool.name, tool.description, tool.parameters.model_dump(exclude_none=True)) for tool in listed]


# --- what the messages leave out --------------------------------------------------------------------------


def _written(messages: Sequence[Json], events: Iterable[ModelEvent]) -> dict[str, str]:
    """The arguments of calls that Inspect could not parse, as the provider returned them, by the call's id."""
    lost = {
        str(call.get("id"))
        for message in messages
        for call in as_list(message.get("tool_calls"))
        if call.get("parse_error")
    }
    responses = [event.call.response for event in events if event.call] if lost else []
    return {name: text for response in responses for name, text in _arguments_in(response) if name in lost}


def _arguments_in(value: Any) -> Iterator[tuple[str, str]]:
    """The calls in a provider's response, wherever it keeps them."""
    match value:
        case {"id": str(name), "function": {"arguments": str(text)}} | {"call_id": str(name), "arguments": str(text)}:
            yield name, text
        case dict() | list():
            for inner in value.values() if isinstance(value, dict) else value:
                yield from _arguments_in(inner)


def _note_difference(messages: Sequence[Json], event: ModelEvent, sample: Json, draft: Draft) -> None:
    """Says in what the log's messages differ from what the model was last sent, and gave."""
    answer = event.output.message.model_dump(mode="json")
    place = next((number for number, message in enumerate(messages) if message.get("id") == answer["id"]), None)
    if place is None or not answer["id"]:
        return
    kept = {_said(message) for message in messages[:place]}
    sent = {_said(message.model_dump(mode="json")) for message in event.input}
    hidden, dropped = len(sent - kept), len(kept - sent)
    instead = f"name the sample with :{AS_GENERATED if is_attack(sample.get('metadata')) else LAST_INPUT} for that"
    if hidden:
        draft.note("prompt_view", f"{hidden} of the messages last sent to the model are not among these; {instead}")
    elif dropped or any(event.get("event") == "compaction" for event in events_of(sample)):
        draft.note("compacted", f"the model was last sent a shortened history, {dropped} messages less; {instead}")
    if len(answer.get("tool_calls") or ()) > len(messages[place].get("tool_calls") or ()):
        draft.note("prompt_view", f"the log took a call (an agent's `submit`) out of the last answer; {instead}")


def _said(message: Json) -> str:
    return json.dumps([message.get("role"), message.get("content")])
