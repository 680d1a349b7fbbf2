"""LangChain's messages as its programs save them: `messages_to_dict`, `dumpd`, and the state of a LangGraph run.

A file holds one list of messages, an object with `messages` (bare, or under `values` as LangGraph's server returns
it), several of either, or one of them a line. Several conversations are named by their `id` or `thread_id` where each
has its own, otherwise by their number from 0. Tool definitions are in none of these. Messages that the graph removed
from its state are gone, as is what a tool kept from the model (`artifact`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.shapes import read_messages
from interrogate.adapters.drafting import Draft
from interrogate.adapters.formats.langchain.messages import kind, model_of, translated, unwrapped
from interrogate.adapters.opening import Opened
from interrogate.records import Source, Transcript

NAME = "langchain"
_OWN = {"human", "ai"}
"""Kinds of message that nobody else names so."""


def claims(opened: Opened) -> bool:
    """Whether every value of the file is a list of messages some of which are LangChain's, or holds one."""
    return bool(_lists(opened))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation of the file."""
    found = _lists(opened)
    names: list[str] | list[None] = numbered(name for name, _ in found) if len(found) > 1 else [None]
    for locator, (_, messages) in zip(names, found, strict=True):
        source = Source(opened.name, NAME, locator)
        yield Conversation(source, partial(_transcript, messages, source))


def _lists(opened: Opened) -> list[tuple[object, list[Any]]]:
    """The file's conversations, each with its name if it has one; none where it holds anything else."""
    values = list(opened.values)
    if _is_list(values):
        return [(None, values)]
    held = [_held(value) for value in values]
    found = [each for each in held if each is not None]
    return found if len(found) == len(values) else []


def _held(value: Any) -> tuple[object, list[Any]] | None:
    match value:
        case {"messages": list(messages)} | {"kwargs": {"messages": list(messages)}}:
            pass
        case {"values": {"messages": list(messages)}} | {"channel_values": {"messages": list(messages)}}:
            pass
        case list(messages):
            pass
        case _:
            return None
    name = (value.get("id") or value.get("thread_id")) if isinstance(value, dict) else None
    return (name, messages) if _is_list(messages) else None


def _is_list(messages: list[Any]) -> bool:
    return all(isinstance(each, dict) for each in messages) and any(_is_own(each) for each in messages)


def _is_own(value: Any) -> bool:
    message = unwrapped(value)
    return message is not None and (kind(message["type"]) in _OWN or "lc" in value)


def _transcript(messages: list[Any], source: Source) -> Transcript:
    draft = Draft(source)
    model = None
    for recorded in messages:
        message = unwrapped(recorded)
        if message is None:
            read_messages([recorded], draft)
            continue
        if kind(message["type"]) == "remove":
            draft.note("compacted", "the run removed messages from its state; what is left of them is restored")
        model = model_of(message) or model
        read_messages(translated(message), draft)
    return draft.transcript(model=model)
