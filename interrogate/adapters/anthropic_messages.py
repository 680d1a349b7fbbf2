"""Anthropic Messages: an object with `messages` of content blocks, and perhaps `system` and `tools`.

Also the list of messages alone, where its blocks tell it from Chat Completions, and JSONL with such an object a line.
"""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.adapters.opening import Opened
from interrogate.adapters.shapes import conversations, is_anthropic, is_message, transcript
from interrogate.records import Source, Transcript

NAME = "anthropic"


def claims(opened: Opened) -> bool:
    """Whether the file holds such messages: a `system` beside them, or blocks that only Anthropic has."""
    if any(is_message(row.value) for row in opened.rows):
        return False
    return any(is_anthropic(request) for _, request in conversations(opened))


def read(opened: Opened) -> Iterator[Transcript]:
    """Each conversation of the file."""
    for locator, request in conversations(opened):
        yield transcript(request, Source(str(opened.path), NAME, locator))
