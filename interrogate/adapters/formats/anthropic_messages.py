"""Anthropic Messages: an object with `messages` of content blocks, and perhaps `system` and `tools`.

Also the list of messages alone, where its blocks tell it from Chat Completions, such objects in JSONL or a table, with
their responses where a proxy logged them, and the input of a message batch, alone or together with its results.
"""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.requests import offered, requests
from interrogate.adapters.dialects.shapes import is_message
from interrogate.adapters.opening import Opened

NAME = "anthropic"


def claims(opened: Opened) -> bool:
    """Whether the file holds such messages: a `system` beside them, or blocks that only Anthropic has."""
    if any(is_message(row.value) for row in opened.rows):
        return False
    return any(each.anthropic for each in requests(opened))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation of the file."""
    yield from offered(opened, NAME)
