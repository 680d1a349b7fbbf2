"""Inspect Scout's transcript database: Parquet tables, a row a transcript, with messages and events as JSON texts.

`messages` is the conversation, but for audits, where it may be the auditor's: there the last call to the target is
taken from the events. Tool definitions are only in the events. Named by `transcript_id`. Scores are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.inspect_messages import read_messages
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import parse
from interrogate.adapters.runs import acting_model, without_verdicts
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "scout"

_MOST_MESSAGES = 100_000
"""Of one model call. A pool can be referred to again and again, so that a small file fills any memory."""
_CONDITIONS = ("task_set", "task_id", "epoch", "task_repeat", "agent")
_AUDITORS_TOOLS = {
    *("set_system_message", "send_tool_call_result", "end_conversation"),
    *("rollback_conversation", "restart_conversation"),
}


def claims(opened: Opened) -> bool:
    """Whether this is a table of transcripts, or the index of some."""
    return opened.container == "parquet" and {"transcript_id", "source_type"} <= set(opened.members)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each row of the table.

    Raises TranscriptError for an index.
    """
    if not {"messages", "events"} & set(opened.members):
        raise TranscriptError(
            f"{opened.name}: a Scout table without messages, an index perhaps; name the transcripts_*.parquet beside it"
        )
    names = numbered(row.value.get("transcript_id") for row in opened.rows)
    for name, row in zip(names, opened.rows, strict=True):
        source = Source(opened.name, NAME, name)
        count = row.value.get("message_count")
        yield Conversation(
            source,
            partial(_transcript, row.value, source),
            model=acting_model(row.value.get("model")),
            messages=count if isinstance(count, int) else None,
        )


def _transcript(row: Json, source: Source) -> Transcript:
    draft = Draft(source)
    messages = _column(row, "messages", draft)
    events = as_list(_column(row, "events", draft))
    calls = [event for event in events if _answer(event) is not None]
    if any(isinstance(event, dict) and event.get("event") == "branch" for event in events):
        draft.note("branch_chosen", "the audit left branches; they are not read from this table, but from its log")
    own = _own(calls, as_list(messages))
    if (chosen := _view(calls, as_list(messages), draft)) is not None:
        messages, own = [*_asked(chosen, row, draft), _answer(chosen)], [chosen]
    if not isinstance(messages, list):
        raise draft.fault("no list of messages", "column messages")
    read_messages(messages, draft)
    if chosen is None:
        _refuse_auditors(row, draft)
    metadata = _column(row, "sample_metadata", draft)
    known = metadata if isinstance(metadata, dict) else {}
    draft.define(tools_of([tool for call in own for tool in as_list(call.get("tools"))] or known.get("tools")))
    written_by = [message.get("model") for message in reversed(messages) if message.get("model")]
    return draft.transcript(
        model=acting_model(*(call.get("model") for call in reversed(own)), row.get("model"), *written_by),
        conditions={**without_verdicts(known), **{name: row.get(name) for name in _CONDITIONS}},
    )


def _column(row: Json, name: str, draft: Draft) -> Any:
    """A column's value, read where it is a JSON text; None where there is none."""
    value = row.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        found, notices = parse(value)
    except ValueError as error:
        raise draft.fault(f"not JSON ({error})", f"column {name}") from error
    for notice in notices:
        draft.note(notice.code, notice.detail)
    return found


# --- model calls ------------------------------------------------------------------------------------------


def _answer(event: Any) -> Json | None:
    """What a model answered to a call that succeeded."""
    match event:
        case {"event": "model", "output": {"choices": [{"message": dict(message)}, *_]}} if not event.get("error"):
            return message
    return None


def _view(calls: Sequence[Json], messages: Sequence[Any], draft: Draft) -> Json | None:
    """The call to take in place of the messages: an audit may keep the auditor's, some solvers keep none."""
    if targets := [call for call in calls if call.get("role") == "target"]:
        draft.note("view_chosen", "an audit: the last call to the target is taken, not the auditor's side")
        return targets[-1]
    if calls and not any(isinstance(message, dict) and message.get("role") == "assistant" for message in messages):
        draft.note("view_chosen", "the messages hold no answer; the longest model call is taken")
        return max(calls, key=_length)
    return None


def _own(calls: Sequence[Json], messages: Sequence[Any]) -> list[Json]:
    """The calls whose answer became a message: not those of monitors and graders."""
    kept = [message["id"] for message in messages if isinstance(message, dict) and isinstance(message.get("id"), str)]
    known = set(kept)
    return [call for call in calls if isinstance(name := (_answer(call) or {}).get("id"), str) and name in known]


def _asked(call: Json, row: Json, draft: Draft) -> list[Any]:
    """What the model was sent: listed, or as ranges of a pool that all calls of the transcript share."""
    asked = [*as_list(call.get("input"))]
    ranges = as_list(call.get("input_refs"))
    if asked or not ranges:
        return asked
    if _length(call) > _MOST_MESSAGES:
        raise draft.fault(f"a model call of more than {_MOST_MESSAGES} messages", "column events")
    data = _column(row, "events_data", draft)
    pool = as_list(data.get("messages")) if isinstance(data, dict) else []
    for each in ranges:
        match each:
            case [int(start), int(end)] if 0 <= start <= end <= len(pool):
                asked += pool[start:end]
            case _:
                raise draft.fault("a model call that refers to messages that are not there", "column events_data")
    return asked


def _length(call: Json) -> int:
    referred = 0
    for each in as_list(call.get("input_refs")):
        match each:
            case [int(start), int(end)]:
                referred += end - start
    return len(as_list(call.get("input"))) or referred


def _refuse_auditors(row: Json, draft: Draft) -> None:
    """Raises TranscriptError for an audit's messages where they are the auditor's: they tell what is tested for."""
    called = {call.name for message in draft.messages for call in message.calls}
    if "auditor" in str(row.get("model_roles")) and called & _AUDITORS_TOOLS:
        raise draft.fault(
            "the auditor's messages; the target's are in the events, which are not here", "column messages"
        )
