"""What of a chat message stays the same when a library records it again, as a part of a later call's input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from interrogate.adapters.drafting import as_list, as_text
from interrogate.records import Json

Gist = tuple[str, str, tuple[str, ...]]
"""Role, text, and the names of what is called."""


def gists_of(messages: Iterable[Any]) -> list[Gist | None]:
    """The gist of each message; None for what is none."""
    return [_gist(each) if isinstance(each, dict) else None for each in messages]


def has_calls(message: Any) -> bool:
    return isinstance(message, dict) and any(True for _ in _called(message))


def _gist(message: Json) -> Gist:
    texts = (part if isinstance(part, str) else as_text(_text(part)) for part in as_list(message.get("content")))
    return str(message.get("role")), "".join(texts).strip(), tuple(_called(message))


def _text(part: Any) -> object:
    return part.get("text", part.get("content")) if isinstance(part, dict) else part


def _called(message: Json) -> Iterator[str]:
    for part in (*as_list(message.get("content")), *as_list(message.get("tool_calls"))):
        if isinstance(part, dict) and not isinstance(part.get("text"), str):
            function = part.get("function")
            name = function.get("name") if isinstance(function, dict) else part.get("name")
            if isinstance(name, str):
                yield name
