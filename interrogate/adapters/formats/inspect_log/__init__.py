"""Inspect logs, `.eval` (deflate or zstd) and `.json`, of Inspect's own tasks, Petri, Bloom and ControlArena.

One transcript a sample and epoch: its `messages` where the acting model speaks in them; otherwise the longest model
call, in which some solvers keep the conversation. Tool definitions stand in the model calls alone. Locators are `id`,
or `id@epoch` where a sample ran more than once. By name only there are other views of the same run:

* `:last-model-input`, what the model was last sent, with its answer, where that is not what the messages hold: the
  history was compacted or trimmed, or an agent's `submit` taken out of it.
* `:as-generated`, the same of a ControlArena attack: the prompt that asked for the attack stands only there. Replayed
  policies made no calls, and have none.
* of an audit, `:branch-1`, `:branch-2` where the auditor rolled back. By default the last one. The auditor's own
  conversation is never taken.

Which of these a sample has is seen by looking into it. In a log of more than `LOOKED_INTO` bytes that is left until one
is read, and all that its kind of log may have are offered; in an audit, branches are always looked for.

Scores, judges' and monitors' messages are never part of a transcript; what a judge or a side task says of the deed is
proposed as an act. Conversations are listed without `inspect_ai`, and read with it, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.drafting import Draft, as_object
from interrogate.adapters.formats.inspect_log.catalogue import Entry, catalogue
from interrogate.adapters.formats.inspect_log.header import Header, is_attack
from interrogate.adapters.formats.inspect_log.sample import read_sample
from interrogate.adapters.formats.inspect_log.views import ABOUT, AS_GENERATED, LAST_INPUT, alternatives
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Source, Transcript

NAME = "inspect"

LOOKED_INTO = 128 << 20
"""Bytes of samples, unpacked, that are looked into for other views while listing: about a second."""


def claims(opened: Opened) -> bool:
    """Whether this is an Inspect log: its journal or header in an archive, its three keys in an object."""
    if opened.container == "zip":
        return any(name == "header.json" or name.startswith("_journal/") for name in opened.members)
    return {"version", "status", "eval"} <= opened.keys


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each sample of the log, in the log's order, with its other views.

    Raises TranscriptError for a log without samples, or one whose header is damaged; MissingExtraError where it is
    packed with zstd and nothing is installed that unpacks it.
    """
    log = catalogue(opened)
    if not log.entries:
        status = log.header.get("status", "started")
        raise TranscriptError(f"{opened.name}: an Inspect log without samples, status {status}; nothing to restore")
    header = Header(log.header)
    ran_once = len({str(entry.id) for entry in log.entries}) == len(log.entries)
    look = header.is_audit or sum(entry.size for entry in log.entries) <= LOOKED_INTO
    for entry in log.entries:
        place = locator(entry.id, entry.epoch if not ran_once or entry.epoch != 1 else None)
        made = partial(_conversation, header, entry, opened.name, place)
        yield replace(made(None, "", _length(header, entry)), others=partial(_others, header, entry, made, look=look))


Made = Callable[[str | None, str, int | None], Conversation]
"""A view of a sample, by its name, what it is, and its length."""


def _conversation(
    header: Header, entry: Entry, file: str, place: str, view: str | None, about: str, count: int | None
) -> Conversation:
    source = Source(file, NAME, place if view is None else f"{place}:{view}")
    read = partial(_transcript, entry, header, view, source)
    return Conversation(source, read, only_by_name=view is not None, about=about, model=header.model, messages=count)


def _others(header: Header, entry: Entry, made: Made, *, look: bool) -> Iterator[Conversation]:
    return (made(*view) for view in _views(header, entry, look=look))


def _length(header: Header, entry: Entry) -> int | None:
    """How many messages the default view has, unless it may be another than the log's messages."""
    count = entry.summary.get("message_count")
    return count if isinstance(count, int) and count > 1 and not header.is_audit else None


def _views(header: Header, entry: Entry, *, look: bool) -> Iterator[tuple[str, str, int | None]]:
    if not look:
        attack = is_attack(entry.summary.get("metadata"))
        yield from ((name, ABOUT[name], None) for name in ((LAST_INPUT, AS_GENERATED) if attack else (LAST_INPUT,)))
        return
    try:
        sample, _ = entry.load()
    except TranscriptError:
        return  # reading the sample says how it is damaged
    yield from alternatives(as_object(sample), header)


def _transcript(entry: Entry, header: Header, view: str | None, source: Source) -> Transcript:
    draft = Draft(source)
    sample, notices = entry.load()
    for notice in notices:
        draft.note(notice.code, notice.detail)
    return read_sample(sample, header, view, draft)
