"""From a harness's file to transcripts: one module a format, one line in the table of `formats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from interrogate.adapters.conversations import Conversation, chosen, with_others
from interrogate.adapters.files import File, files_of, split_locator
from interrogate.adapters.formats import ADAPTERS, HARNESSES, INTERFACES, Adapter
from interrogate.adapters.mapped import Mapped
from interrogate.adapters.opening import Opened, open_file
from interrogate.errors import InputError, InterrogateError, TranscriptError
from interrogate.records import Transcript

_NOBODY = "no_assistant_turn: no assistant message; there is nobody to put back into this context"
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or conversation that could not be had, and why. It never stops the others."""

    path: str
    error: str


def reader(format_: str | None = None, fields: Mapping[str, str] | None = None) -> Adapter | None:
    """The adapter that a user names, in place of the one that a file's bytes tell; None where none is named.

    `fields` says where home-made JSON keeps its messages: see `adapters.mapped`. Raises InputError for a format or a
    field that is not known.
    """
    if fields and format_:
        raise InputError("--format and --field are two ways to say how a file is read; give one of them")
    if fields:
        return Mapped(fields)
    if format_ is None:
        return None
    found = next((each for each in ADAPTERS if format_ == each.NAME), None)
    if found is None:
        raise InputError(f"--format {format_}: no such format; there are {_known()}")
    return found


def claimants(opened: Opened) -> list[Adapter]:
    """The adapters that take a file for theirs: harnesses before bare messages."""
    return [each for each in HARNESSES if each.claims(opened)] or [each for each in INTERFACES if each.claims(opened)]


def conversations(
    names: Sequence[str], using: Adapter | None = None, *, every: bool = False
) -> Iterator[Conversation | Unread]:
    """What the names stand for, in order: files, folders, archives, or `FILE#locator`.

    Each is to be read before the next is asked for: archives are unpacked no longer. With `every`, views and branches
    that are had by name only are among them.
    """
    for name in names:
        path, locator = split_locator(name)
        try:
            for file in files_of(path):
                yield from _offered(file, locator, using, every=every)
        except TranscriptError as error:
            yield Unread(name, str(error))


def read_paths(names: Sequence[str], using: Adapter | None = None) -> Iterator[Transcript | Unread]:
    """The transcripts that the names stand for, in order."""
    for each in conversations(names, using):
        yield each if isinstance(each, Unread) else read_conversation(each)


def read_conversation(conversation: Conversation) -> Transcript | Unread:
    """The transcript, or why it cannot be had."""
    try:
        transcript = conversation.read()
    except InterrogateError as error:
        return Unread(str(conversation.source), str(error))
    if not any(message.role == "assistant" for message in transcript.messages):
        return Unread(str(conversation.source), f"{conversation.source}: {_NOBODY}")
    return transcript


def _offered(file: File, locator: str | None, using: Adapter | None, *, every: bool) -> list[Conversation | Unread]:
    try:
        opened = open_file(file.path, file.name)
        offered = list(_adapter_of(opened, using).conversations(opened))
        if every or not any(chosen(offered, locator)):
            offered = list(with_others(offered))
        found = offered if every and locator is None else list(chosen(offered, locator))
        if not found:
            raise TranscriptError(f"{file.name}{_not_there(offered, locator)}")
    except InterrogateError as error:
        return [Unread(file.name, str(error))]
    return [_noticed(each, opened) for each in found]


def _adapter_of(opened: Opened, using: Adapter | None) -> Adapter:
    if using is not None:
        if using.claims(opened):
            return using
        raise TranscriptError(f"{opened.name}: not of the format {using.NAME}; leave --format out, or use --field")
    match claimants(opened):
        case [adapter]:
            return adapter
        case []:
            raise TranscriptError(
                f"{opened.name}: no adapter knows this file ({_known()}); say where its messages are with --field (see "
                "docs/transcripts.md), or convert it to Chat Completions messages"
            )
        case several:
            names = " and ".join(each.NAME for each in several)
            raise TranscriptError(f"{opened.name}: {names} could both read this file; name one with --format")


def _known() -> str:
    return ", ".join(adapter.NAME for adapter in ADAPTERS)


def _not_there(offered: Sequence[Conversation], locator: str | None) -> str:
    if locator is None:
        return ": it holds no conversation; nothing to restore"
    names = [each.source.locator or "one conversation without a name" for each in offered]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"#{locator}: not in this file; it holds {', '.join(names[:_MOST_NAMED])}{more}"


def _noticed(conversation: Conversation, opened: Opened) -> Conversation:
    """The conversation, with what opening its file had to change among its warnings."""
    if not opened.notices:
        return conversation

    def read() -> Transcript:
        transcript = conversation.read()
        return replace(transcript, warnings=(*transcript.warnings, *opened.notices))

    return replace(conversation, read=read)


__all__ = [
    "ADAPTERS", "Adapter", "Unread", "claimants", "conversations", "read_conversation", "read_paths", "reader",
]  # fmt: skip
