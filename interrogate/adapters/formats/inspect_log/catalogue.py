"""What an Inspect log holds, told without reading its samples, and each sample as it stands in the file.

An `.eval` archive lists its samples in `summaries.json`, or in the journal where the run was cut off. Inspect itself
is not needed for that, and its import is slow. A member's checksum is compared when it is read, and not before.
"""

from __future__ import annotations

import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any

from interrogate.adapters.opening import LARGEST_JSON, Opened
from interrogate.adapters.parsing import parse
from interrogate.errors import MissingExtraError, TranscriptError
from interrogate.records import Json, Notice

_ZSTD = 93
_MEMBER = re.compile(r"samples/(.+)_epoch_(\d+)\.json", re.DOTALL)
_JOURNAL = re.compile(r"_journal/summaries/(\d+)\.json")

Loaded = tuple[Any, tuple[Notice, ...]]
"""A sample's JSON, and what parsing it had to change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One sample of a log."""

    id: str | int
    epoch: int
    load: Callable[[], Loaded]
    """Raises TranscriptError where the sample is damaged."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0
    """Bytes that must be unpacked to look into it."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log's header, and its samples in Inspect's order; of two runs of one sample and epoch the later."""

    header: Json
    entries: tuple[Entry, ...]


def catalogue(opened: Opened) -> Log:
    """What the log holds.

    Raises TranscriptError where its header or its summaries are damaged, MissingExtraError where it is packed with
    zstd and nothing is installed that unpacks it.
    """
    header, found = _of_archive(opened) if opened.container == "zip" else _of_document(opened.document)
    latest = {(str(entry.id), entry.epoch): entry for entry in found}
    return Log(header, tuple(sorted(latest.values(), key=_place)))


def _place(entry: Entry) -> tuple[int, str]:
    return entry.epoch, entry.id if isinstance(entry.id, str) else str(entry.id).zfill(20)


def _of_document(document: Json) -> tuple[Json, Iterator[Entry]]:
    listed = document.get("samples")
    samples = listed if isinstance(listed, list) else []
    return document, (_of_value(number, sample) for number, sample in enumerate(samples))


def _of_value(number: int, sample: Any) -> Entry:
    name, epoch = _named(sample) or (number, 1)
    messages = sample.get("messages") if isinstance(sample, dict) else None
    count = {"message_count": len(messages)} if isinstance(messages, list) else {}
    metadata = {"metadata": sample.get("metadata")} if isinstance(sample, dict) else {}
    return Entry(name, epoch, partial(_as_it_is, sample), count | metadata)


def _as_it_is(sample: Any) -> Loaded:
    return sample, ()


def _named(value: Any) -> tuple[str | int, int] | None:
    match value:
        case {"id": str() | int() as name, **rest}:
            epoch = rest.get("epoch", 1)
            return name, epoch if isinstance(epoch, int) else 1
        case _:
            return None


def _of_archive(opened: Opened) -> tuple[Json, list[Entry]]:
    with _archive(opened) as archive:
        names = dict.fromkeys(archive.namelist())
        header = next((name for name in ("header.json", "_journal/start.json") if name in names), None)
        heading = _read(archive, header, opened.name)[0] if header else {}
        known = _summaries(archive, names, opened.name)
        members = [name for name in names if name.startswith("samples/") and name.endswith(".json")]
        entries = [_of_member(opened, archive, name, known.get(name)) for name in members]
    return heading if isinstance(heading, dict) else {}, entries


def _summaries(archive: zipfile.ZipFile, names: Mapping[str, None], log: str) -> dict[str, Json]:
    """The samples' summaries, by the name of the member that each is about."""
    journal = sorted((int(found[1]), name) for name in names if (found := _JOURNAL.fullmatch(name)))
    whole = ["summaries.json"] if "summaries.json" in names else [name for _, name in journal]
    listed = [each for name in whole for each in _as_list(_read(archive, name, log)[0])]
    named = [(_named(each), each) for each in listed]
    return {f"samples/{found[0]}_epoch_{found[1]}.json": each for found, each in named if found}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_member(opened: Opened, archive: zipfile.ZipFile, member: str, summary: Json | None) -> Entry:
    """An entry. Where no summary names its sample, the member itself does, or the member's name if it is damaged."""
    load = partial(_loaded, opened, member)
    named = _named(summary) or _named_inside(archive, member, opened.name)
    if named is None:
        found = _MEMBER.fullmatch(member)
        named = (found[1], int(found[2])) if found else (member, 1)
    return Entry(*named, load, summary or {}, archive.getinfo(member).file_size)


def _named_inside(archive: zipfile.ZipFile, member: str, log: str) -> tuple[str | int, int] | None:
    try:
        return _named(_read(archive, member, log)[0])
    except TranscriptError:
        return None


def _loaded(opened: Opened, member: str) -> Loaded:
    with _archive(opened) as archive:
        return _read(archive, member, opened.name)


@contextmanager
def _archive(opened: Opened) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(opened.path) as archive:
            if sys.version_info < (3, 14) and any(each.compress_type == _ZSTD for each in archive.infolist()):
                import_module("zipfile_zstd")  # teaches zipfile the method
            yield archive
    except ImportError as error:
        raise MissingExtraError(f"{opened.name}: an Inspect log packed with zstd; unpacking it", "inspect") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise TranscriptError(f"{opened.name}: a damaged Inspect log ({error}); copy the log again") from error


def _read(archive: zipfile.ZipFile, member: str, log: str) -> Loaded:
    if archive.getinfo(member).file_size > LARGEST_JSON:
        raise TranscriptError(f"{log}: {member} has more than {LARGEST_JSON >> 20} MB when unpacked; split the log")
    try:
        return parse(archive.read(member))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        raise TranscriptError(f"{log}: {member} is damaged ({error}); copy the log again") from error
    except _zstd_fault() as error:
        raise TranscriptError(f"{log}: {member} is damaged ({error}); copy the log again") from error


def _zstd_fault() -> type[Exception]:
    try:
        from zstandard import ZstdError
    except ImportError:
        return zipfile.BadZipFile
    return ZstdError
