"""Docent's agent runs: an object, a list or a line each, with one or more transcripts of Inspect's messages.

Each transcript is a conversation of its own: those of one run may be several agents'. Scores are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.inspect_messages import read_messages
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.adapters.runs import acting_model, without_verdicts
from interrogate.records import Json, Source, Tool, Transcript

NAME = "docent"


def claims(opened: Opened) -> bool:
    """Whether every value of the file is a run with transcripts."""
    return bool(opened.values) and all(_is_run(value) for value in opened.values)


def _is_run(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return any(isinstance(each, dict) and isinstance(each.get("messages"), list) for each in _transcripts(value))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each transcript: named by its run where every run has but one, otherwise by its own id or its number."""
    found = [(run, each) for run in opened.values for each in _transcripts(run)]
    alone = len(found) == len(opened.values)
    names = numbered(_name(run if alone else each) for run, each in found) if len(found) > 1 else [None]
    for name, (run, each) in zip(names, found, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_transcript, run, each, source), about=str(_field(each, "name") or ""))


def _transcripts(run: Json) -> list[Any]:
    """A run's transcripts: older exports keep them by their names."""
    match run.get("transcripts"):
        case dict(named):
            return list(named.values())
        case list(listed):
            return listed
    return []


def _transcript(run: Json, recorded: Any, source: Source) -> Transcript:
    draft = Draft(source)
    messages = _field(recorded, "messages")
    if not isinstance(messages, list):
        raise draft.fault("a transcript without messages", "the top of the transcript")
    if (several := len(_transcripts(run))) > 1:
        draft.note("multi_actor", f"one of the {several} transcripts of this run; each is a conversation of its own")
    read_messages(messages, draft)
    known = _metadata(run, recorded)
    draft.define(_tools(known))
    written_by = [_field(message, "model") for message in reversed(messages)]
    conditions = {name: value for name, value in without_verdicts(known).items() if name != "model"}
    return draft.transcript(model=acting_model(*written_by, known.get("model")), conditions=conditions)


def _metadata(run: Json, recorded: Any) -> Json:
    """What is known of run and transcript, with what the run's own harness knew of its sample."""
    known: Json = {}
    for each in (run, recorded):
        metadata = _field(each, "metadata")
        for part in (_field(metadata, "additional_metadata"), metadata):
            known |= part if isinstance(part, dict) else {}
    return known


def _tools(known: Json) -> list[Tool]:
    return tools_of(as_list(known.get("tools")))


def _name(value: Any) -> object:
    return _field(value, "id")


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
