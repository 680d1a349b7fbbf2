"""Anthropic's blocks, a line at a time: `{"role": ..., "content": block or [blocks]}`, with no tools.

Lines that follow each other with one role are one turn. A file without a single tool call, result or thought
reads the same as Chat Completions, and is left to that adapter.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.shapes import dialect, is_message, read_messages
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened, open_file
from interrogate.adapters.parsing import Row
from interrogate.errors import TranscriptError
from interrogate.records import Act, Json, Source, Transcript

NAME = "blocks"


def claims(opened: Opened) -> bool:
    """Whether every line is a role with its blocks, and some block is Anthropic's."""
    if not opened.rows or not all(is_message(row.value) for row in opened.rows):
        return False
    return dialect(row.value for row in opened.rows) == "anthropic"


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The one conversation of the file."""
    source = Source(opened.name, NAME)
    yield Conversation(source, partial(_transcript, opened, source))


def _transcript(opened: Opened, source: Source) -> Transcript:
    draft = Draft(source)
    read_messages(_turns(opened.rows), draft)
    if not any(message.role == "system" for message in draft.messages):
        draft.note("system_missing", "this format does not record the system prompt")
    return draft.transcript(proposals=tuple(_proposals(opened.path)))


def _proposals(path: Path) -> Iterator[Act]:
    """What the `.meta.json` beside the file says was achieved. It is ground truth: a person decides what is asked."""
    beside = path.with_suffix(".meta.json")
    try:
        known = open_file(beside).document if beside.is_file() else None
    except TranscriptError:
        return  # no part of the transcript: a damaged one proposes nothing
    match known:
        case {"outcome": str(outcome)} if outcome:
            yield Act("outcome", outcome)


def _turns(rows: tuple[Row, ...]) -> list[Json]:
    return [
        {"role": role, "content": [block for row in together for block in as_list(row.value.get("content"))]}
        for role, together in groupby(rows, key=lambda row: str(row.value["role"]))
    ]
