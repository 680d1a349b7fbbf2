"""Chat Completions messages: a JSON list, an object with `messages` and perhaps `tools`, or JSONL.

A JSONL file or a table holds one message a line (one conversation) or one object with `messages` a line (several,
named by their `id` where each has its own, otherwise by their number from 0).
"""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.opening import Opened
from interrogate.adapters.requests import offered, requests
from interrogate.adapters.shapes import is_anthropic

NAME = "openai"


def claims(opened: Opened) -> bool:
    """Whether the file holds such messages, and none of Anthropic's blocks."""
    found = requests(opened)
    return bool(found) and not any(is_anthropic(request) for _, request in found)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation of the file."""
    yield from offered(opened, NAME)
