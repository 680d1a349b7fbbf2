"""Chat Completions messages: a JSON list, an object with `messages` and perhaps `tools`, or many in JSONL or a table.

Also rows of fine-tuning and preference data, requests with their responses as proxies log them, and the input of a
batch, alone or together with its output: see `adapters.exchanges`. A file with one message a line is one conversation.
Short values beside the messages become conditions, except those that tell how the run ended or was judged. Of several
answers the first is taken, and of an agent's logged requests those that no later one continues; the rest are had by
name. Reasoning that stands in the text, as in `<think>`, stays there.
"""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.dialects.requests import offered, requests
from interrogate.adapters.opening import Opened

NAME = "openai"


def claims(opened: Opened) -> bool:
    """Whether the file holds such messages, and none of Anthropic's blocks."""
    found = requests(opened)
    return bool(found) and not any(each.anthropic for each in found)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation of the file."""
    yield from offered(opened, NAME)
