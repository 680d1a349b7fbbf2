"""From a harness's file to transcripts: one module a format, one line in one table.

Each module offers `NAME`, `claims(opened)` and `read(opened)`. At most one of them may claim a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from interrogate.adapters import anthropic_messages, blocks, inspect_log, openai_chat
from interrogate.adapters.opening import Opened, open_file
from interrogate.errors import InterrogateError, TranscriptError
from interrogate.records import Transcript

SIDECARS = ("acts.yaml", "acts.yml", ".meta.json", ".md", ".txt")
"""Endings of files that lie beside transcripts in a folder and are none. A file that is named is always tried."""

_NOBODY = "no assistant message; there is nobody to put back into this context"


class Adapter(Protocol):
    """What a module of this package offers."""

    NAME: str

    def claims(self, opened: Opened) -> bool: ...
    def read(self, opened: Opened) -> Iterator[Transcript]: ...


ADAPTERS: tuple[Adapter, ...] = (inspect_log, openai_chat, anthropic_messages, blocks)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or conversation that could not be had, and why. It never stops the others."""

    path: str
    error: str


def read_file(path: Path) -> list[Transcript]:
    """Every conversation in a file.

    Raises TranscriptError where no adapter knows it, it is damaged, or no conversation in it has an assistant message;
    MissingExtraError where its reader is missing.
    """
    opened = open_file(path)
    claiming = [adapter for adapter in ADAPTERS if adapter.claims(opened)]
    if not claiming:
        known = ", ".join(adapter.NAME for adapter in ADAPTERS)
        raise TranscriptError(f"{path}: no adapter knows this file ({known}); convert it to Chat Completions messages")
    found = [_with_notices(transcript, opened) for transcript in claiming[0].read(opened)]
    if not any(_speaks(transcript) for transcript in found):
        raise TranscriptError(f"{path}: {_NOBODY}")
    return found


def read_paths(names: Sequence[str]) -> Iterator[Transcript | Unread]:
    """The transcripts that the names stand for: files, folders, or `FILE#locator`, in order."""
    for name in names:
        path, locator = split_locator(name)
        files = _files(path)
        if not files:
            yield Unread(name, f"{path}: a folder without transcripts; name another, or a file")
        for file in files:
            yield from _contained(file, locator)


def split_locator(name: str) -> tuple[Path, str | None]:
    """`FILE#id` into file and id; a file whose own name holds a `#` is taken whole."""
    if "#" not in name or Path(name).exists():
        return Path(name), None
    path, locator = name.rsplit("#", 1)
    return Path(path), locator


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = (file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink())
    return [file for file in inside if not _is_hidden(file.relative_to(path)) and not file.name.endswith(SIDECARS)]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _contained(file: Path, locator: str | None) -> Iterator[Transcript | Unread]:
    try:
        found = read_file(file)
        chosen = [each for each in found if locator is None or each.source.locator == locator]
        if not chosen:
            known = ", ".join(each.source.locator or "one conversation without a name" for each in found[:10])
            raise TranscriptError(f"{file}#{locator}: not in this file; it holds {known}")
    except InterrogateError as error:
        yield Unread(str(file), str(error))
    else:
        for each in chosen:
            yield each if _speaks(each) else Unread(str(each.source), f"{each.source}: {_NOBODY}")


def _speaks(transcript: Transcript) -> bool:
    return any(message.role == "assistant" for message in transcript.messages)


def _with_notices(transcript: Transcript, opened: Opened) -> Transcript:
    return replace(transcript, warnings=(*transcript.warnings, *opened.notices))
