"""Chat Completions messages: a JSON list, an object with `messages` and perhaps `tools`, or JSONL.

A JSONL file holds one message a line (one conversation) or one object with `messages` a line (several, named by
their `id` where each has its own, otherwise by their number from 0).
"""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.adapters.opening import Opened
from interrogate.adapters.shapes import conversations, is_anthropic, transcript
from interrogate.records import Source, Transcript

NAME = "openai"


def claims(opened: Opened) -> bool:
    """Whether the file holds such messages, and none of Anthropic's blocks."""
    found = conversations(opened)
    return bool(found) and not any(is_anthropic(request) for _, request in found)


def read(opened: Opened) -> Iterator[Transcript]:
    """Each conversation of the file."""
    for locator, request in conversations(opened):
        yield transcript(request, Source(str(opened.path), NAME, locator))
