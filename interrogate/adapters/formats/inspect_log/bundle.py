"""A single Inspect sample out of its log: `{"metadata", "sample"}`, or a `sample.json` with its `metadata.json` beside.

What exporters write is only like Inspect's schema, so it is read without `inspect_ai`: the sample's messages, with the
attachments put back, author and tools from those of its model calls that match. Views and branches are not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.inspect_messages import read_messages
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list, as_object
from interrogate.adapters.formats.inspect_log.events import TARGET, calls_of
from interrogate.adapters.formats.inspect_log.header import Header, proposals
from interrogate.adapters.formats.inspect_log.sample import conditions
from interrogate.adapters.formats.inspect_log.views import messages_of, own_calls
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "inspect-bundle"

_REFERENCE = "attachment://"
_SAMPLE = {"id", "epoch", "messages"}
_COMPANION = {"trajectory_id", "eval_sample_id"}
"""Keys of the `metadata.json` that lies beside a `sample.json`."""


def claims(opened: Opened) -> bool:
    """Whether the file is such a bundle, a sample of Inspect's alone, or the metadata of one."""
    match opened.document:
        case {"metadata": {}, "sample": {"messages": [*_]}}:
            return True
        case dict() as document:
            return (document.keys() >= _SAMPLE and bool(document.keys() & {"input", "target"})) or _is_companion(
                document
            )
        case _:
            return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The sample's conversation.

    Raises TranscriptError for a `metadata.json`, which holds none.
    """
    document = as_object(opened.document)
    if _is_companion(document):
        raise TranscriptError(f"{opened.name}: what is known of a sample, not its messages; name sample.json beside it")
    sample = as_object(document["sample"]) if "sample" in document else document
    source = Source(opened.name, NAME)
    yield Conversation(source, partial(_transcript, sample, source), model=_model(sample))


def _is_companion(document: Mapping[str, Any]) -> bool:
    return document.keys() >= _COMPANION and "sample" not in document and "messages" not in document


def _transcript(sample: Json, source: Source) -> Transcript:
    draft = Draft(source)
    calls = calls_of(sample)
    if any(call.role == TARGET for call in calls):
        raise TranscriptError(f"{source}: an audit's sample; name the log that it comes from, for the target's side")
    held = as_object(sample.get("attachments"))
    read_messages(_resolved(messages_of(sample), held, draft), draft)
    own = own_calls(messages_of(sample), calls, Header({}))
    tools = [tool for call in own for tool in as_list(_resolved(call.event.get("tools"), held, draft))]
    draft.define(tools_of(tools) or tools_of(as_object(sample.get("metadata")).get("tools")))
    return draft.transcript(
        model=_model(sample),
        conditions=conditions(sample, Header({}), None),
        proposals=tuple(proposals(sample, audit=False)),
    )


def _model(sample: Json) -> str | None:
    own = own_calls(messages_of(sample), calls_of(sample), Header({}))
    named = [as_object(message).get("model") for message in reversed(messages_of(sample))]
    spoken = next((name for name in named if isinstance(name, str)), None)
    return Header({}).author(own) or Header({"eval": {"model": spoken}}).model


def _resolved(value: Any, held: Mapping[str, Any], draft: Draft) -> Any:
    """The value with the texts that it refers to."""
    if isinstance(value, str) and value.startswith(_REFERENCE):
        text = held.get(value.removeprefix(_REFERENCE))
        if isinstance(text, str):
            return text
        draft.note("attachment_unresolved", "the file refers to texts that it does not hold")
    if isinstance(value, dict):
        return {key: _resolved(inner, held, draft) for key, inner in value.items()}
    return [_resolved(inner, held, draft) for inner in value] if isinstance(value, list) else value
