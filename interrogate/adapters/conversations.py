"""What a file offers: conversations that can be named, looked through, and read one at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from interrogate.records import Source, Transcript


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of a file, not yet read."""

    source: Source
    read: Callable[[], Transcript]
    """Raises TranscriptError where it is damaged or nobody answers in it."""
    only_by_name: bool = False
    """Whether it is another view or branch of a conversation that is taken by default."""
    about: str = ""
    """Which one it is, where that needs saying: the branch that was left at message 12, the as-generated view."""
    model: str | None = None
    messages: int | None = None
    """How many, where the file says so without being read whole."""
    others: Callable[[], Iterable[Conversation]] = tuple
    """Other views of it, had by name only, where finding them takes reading: nobody else asks."""


def encode(name: object) -> str:
    """A name as a locator holds it: `#`, `@`, `:` and `%` percent-encoded."""
    return re.sub(r"[#@:%]", lambda found: f"%{ord(found.group()):02X}", str(name))


def locator(name: object, epoch: int | None = None, branch: object = None) -> str:
    """`id`, `id@epoch`, `id:branch` or `id@epoch:branch`."""
    numbered = encode(name) if epoch is None else f"{encode(name)}@{epoch}"
    return numbered if branch is None else f"{numbered}:{encode(branch)}"


def with_others(offered: Iterable[Conversation]) -> Iterator[Conversation]:
    """Each conversation, and after it the other views that have to be looked for."""
    for each in offered:
        yield each
        yield from each.others()


def chosen(offered: Iterable[Conversation], asked: str | None) -> Iterator[Conversation]:
    """Those that a locator names; without one, all but those that are had by name only.

    An id without its epoch names all its epochs, and an epoch may be named where there is only one.
    """
    for each in offered:
        if not each.only_by_name if asked is None else _agree(asked, each.source.locator):
            yield each


def _agree(asked: str, offered: str | None) -> bool:
    if offered is None or asked == offered:
        return asked == offered
    (name, epoch, branch), (known, number, view) = _parts(asked), _parts(offered)
    if (name, branch) != (known, view):
        return False
    return epoch is None or epoch == (number or "1")


def _parts(text: str) -> tuple[str, str | None, str | None]:
    front, colon, branch = text.partition(":")
    name, at, epoch = front.partition("@")
    return unquote(name), epoch if at else None, unquote(branch) if colon else None


def numbered(names: Iterable[object]) -> list[str]:
    """A locator for each of several conversations: its own id where each has one, otherwise its number from 0."""
    listed = list(names)
    usable = [str(name) for name in listed if isinstance(name, str | int) and str(name)]
    distinct = len(set(usable)) == len(listed)
    return [encode(name) for name in usable] if distinct else [str(number) for number in range(len(listed))]
