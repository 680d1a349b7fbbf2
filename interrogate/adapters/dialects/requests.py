"""Files that hold what is sent to a chat interface, with or without what came back: one exchange, or many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from interrogate.adapters.conversations import Conversation, locator, numbered
from interrogate.adapters.dialects.exchanges import Exchange, exchanges
from interrogate.adapters.dialects.shapes import read_messages, read_system, tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Message, Source, Transcript, digest


def requests(opened: Opened) -> list[Exchange]:
    """The exchanges of a file; none where it holds anything else."""
    return exchanges(opened.values)


def offered(opened: Opened, name: str) -> Iterator[Conversation]:
    """Each of the file's conversations.

    Several in a list, or on lines of their own, are named by their `id` where each has its own, otherwise by their
    number from 0. Raises TranscriptError for the output of a batch alone.
    """
    found = requests(opened)
    if found and all(each.custom_id and not each.question for each in found):
        raise TranscriptError(
            f"{opened.name}: the output of a batch, which holds answers without their questions; give one file that "
            "holds the lines of the batch's input and of its output"
        )
    is_one = isinstance(opened.document, dict) or [each.question for each in found] == [list(opened.values)]
    names = [None] if is_one else numbered(each.name for each in found)
    yield from conversations_of(found, names, Source(opened.name, name), from_table=opened.container == "parquet")


def conversations_of(
    found: Sequence[Exchange], names: Sequence[str | None], file: Source, *, from_table: bool = False
) -> Iterator[Conversation]:
    """Each exchange as a conversation. By name only: other answers, and requests that a later one of them continues."""
    for each, name, continued in zip(found, names, _continued(found), strict=True):
        source = Source(file.path, file.format, name)
        about = "an earlier request, which a later one continues" if continued else ""
        yield _conversation(each, 0, source, about, from_table=from_table)
        for number, answer in enumerate(each.answers[1:], start=1):
            branch = Source(file.path, file.format, f"{name or 0}:{locator(answer.name)}")
            yield _conversation(each, number, branch, f"with the answer {answer.name}", from_table=from_table)


def _conversation(each: Exchange, answer: int, source: Source, about: str, *, from_table: bool) -> Conversation:
    read = partial(_transcript, each, answer, source, from_table=from_table)
    return Conversation(source, read, only_by_name=bool(about), about=about)


def _transcript(each: Exchange, answer: int, source: Source, *, from_table: bool) -> Transcript:
    draft = Draft(source)
    if not each.question and each.custom_id:
        raise draft.fault(f"an answer to {each.custom_id!r}, whose question the file does not hold", "the row")
    read_system(each.request.get("system"), draft)
    read_messages(each.messages(answer), draft)
    draft.define(tools_of(each.request.get("tools") or each.request.get("functions")))
    _note_choices(each, answer, draft)
    if from_table and _has_columns(each.messages(answer)):
        draft.note(
            "arguments_lost",
            "the table keeps calls' arguments as columns: arguments whose value was null are gone, and all that have "
            "one name were made to have one type",
        )
    return draft.transcript(model=each.request.get("model"), conditions=each.siblings)


def _note_choices(each: Exchange, answer: int, draft: Draft) -> None:
    names = [other.name for other in each.answers]
    if len(names) > 1:
        others = ", ".join(names[:answer] + names[answer + 1 :])
        draft.note("branch_chosen", f"of several answers {names[answer]} is taken; the others are {others}")


def _has_columns(messages: Iterable[Any]) -> bool:
    """Whether some call's arguments are a structure rather than text."""
    calls = (call for message in messages for call in as_list(message.get("tool_calls")) if isinstance(call, dict))
    functions = (call["function"] if isinstance(call.get("function"), dict) else call for call in calls)
    return any(isinstance(function.get("arguments"), dict) for function in functions)


def _continued(found: Sequence[Exchange]) -> list[bool]:
    """For each exchange, whether a later one begins with all of it: with the request and the answer it got.

    An agent's log has a request a step, each with everything before it.
    """
    beginnings: set[str] = set()
    continued: list[bool] = []
    for each in reversed(found):
        chain = _chain(each) if each.answers else []
        continued.append(bool(chain) and chain[-1] in beginnings)
        beginnings.update(chain[:-1])
    return continued[::-1]


def _chain(each: Exchange) -> list[str]:
    """A digest of the conversation up to each of its messages, the same however the messages are spelled."""
    draft = Draft(Source("", ""))
    try:
        read_system(each.request.get("system"), draft)
        read_messages(each.messages(), draft)
    except TranscriptError:
        return []
    return list(accumulate(draft.messages, lambda before, message: digest([before, _gist(message)]), initial=""))[1:]


def _gist(message: Message) -> list[Any]:
    return [message.role, message.text.strip(), [[call.name, _meaning(call.arguments)] for call in message.calls]]


def _meaning(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
