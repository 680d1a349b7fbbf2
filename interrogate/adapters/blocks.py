"""Anthropic's blocks, a line at a time: `{"role": ..., "content": block or [blocks]}`, with no tools.

Lines that follow each other with one role are one turn. A file without a single tool call, result or thought
reads the same as Chat Completions, and is left to that adapter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from interrogate.adapters.opening import Opened, Row
from interrogate.adapters.shapes import as_list, dialect, is_message, openai_messages
from interrogate.records import Json, Notice, Source, Transcript

NAME = "blocks"

_NO_SYSTEM = Notice("system_missing", "this format does not record the system prompt")


def claims(opened: Opened) -> bool:
    """Whether every line is a role with its blocks, and some block is Anthropic's."""
    if not opened.rows or not all(is_message(row.value) for row in opened.rows):
        return False
    return dialect(row.value for row in opened.rows) == "anthropic"


def read(opened: Opened) -> Iterator[Transcript]:
    """The one conversation of the file."""
    source = Source(str(opened.path), NAME)
    messages = openai_messages(_turns(opened.rows), str(source))
    has_system = any(message.role == "system" for message in messages)
    yield Transcript(messages, tools=(), source=source, warnings=() if has_system else (_NO_SYSTEM,))


def _turns(rows: tuple[Row, ...]) -> list[Json]:
    return [
        {"role": role, "content": [block for row in together for block in as_list(row.value.get("content"))]}
        for role, together in groupby(rows, key=lambda row: str(row.value["role"]))
    ]
