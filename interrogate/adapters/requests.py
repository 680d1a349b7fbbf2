"""Files that hold what is sent to a chat interface: an object with `messages`, a bare list of them, or many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.opening import Opened
from interrogate.adapters.shapes import is_conversation, is_request, transcript
from interrogate.records import Json, Source


def requests(opened: Opened) -> list[tuple[str | None, Json]]:
    """The conversations of a file with their locators; none where it holds anything else.

    Several in a list, or on lines of their own, are named by their `id` where each has its own, otherwise by their
    number from 0.
    """
    if is_request(opened.document):
        return [(None, opened.document)]
    values = opened.values
    if is_conversation(list(values)):
        return [(None, {"messages": list(values)})]
    if values and all(is_request(value) for value in values):
        return list(zip(numbered(value.get("id") for value in values), values, strict=True))
    return []


def offered(opened: Opened, name: str) -> Iterator[Conversation]:
    """Each of the file's conversations, to be read as a request is."""
    for locator, request in requests(opened):
        source = Source(opened.name, name, locator)
        yield Conversation(source, partial(transcript, request, source), messages=len(request["messages"]))
