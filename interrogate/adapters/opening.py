"""Opens a file far enough to tell what it is: by its bytes, never by its name."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from interrogate.errors import TranscriptError
from interrogate.records import Notice

LARGEST_JSON = 512 << 20
"""Bytes of a JSON file, unpacked, that is parsed whole."""
LARGEST_ARCHIVE = 8 << 30
"""Bytes of all members of an archive together, unpacked."""
DEEPEST = 100
"""Levels of objects and lists within each other. Real transcripts stay under twenty."""

Container = Literal["zip", "json", "jsonl"]

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MENDED = Notice("text_mended", "halves of characters, which no text can hold, were replaced by U+FFFD")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a JSONL file."""

    line: int
    """Counted from 1."""
    value: Any


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its container undone, as the adapters look at it."""

    path: Path
    container: Container
    members: tuple[str, ...] = ()
    """Names in a zip archive."""
    document: Any = None
    """The value of a JSON file."""
    rows: tuple[Row, ...] = ()
    """The lines of a JSONL file, without blank lines and canaries."""
    notices: tuple[Notice, ...] = ()
    """What opening had to change. True of every transcript in the file."""

    @property
    def keys(self) -> set[str]:
        return set(self.document) if isinstance(self.document, dict) else set()


def open_file(path: Path) -> Opened:
    """The file, opened; gzip is undone.

    Raises TranscriptError, naming the place, where it is unreadable, damaged or no container that is known.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        if magic == _ZIP:
            return Opened(path, "zip", members=_members(path))
        return _open_text(path, _text(path, _unzipped(path) if magic.startswith(_GZIP) else _plain(path)))
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror}); name an existing file") from error


def encode(name: str) -> str:
    """A name as a locator holds it: `#`, `@`, `:` and `%` percent-encoded."""
    return re.sub(r"[#@:%]", lambda found: f"%{ord(found.group()):02X}", name)


def _members(path: Path) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TranscriptError(f"{path}: a damaged zip archive ({error}); copy the file again") from error
    if sum(member.file_size for member in members) > LARGEST_ARCHIVE:
        raise TranscriptError(f"{path}: more than {LARGEST_ARCHIVE >> 20} MB when unpacked; split the archive")
    return tuple(member.filename for member in members)


def _plain(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_JSON + 1)


def _unzipped(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(LARGEST_JSON + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise TranscriptError(f"{path}: a damaged gzip file ({error}); copy the file again") from error


def _text(path: Path, content: bytes) -> str:
    if len(content) > LARGEST_JSON:
        raise TranscriptError(f"{path}: more than {LARGEST_JSON >> 20} MB of text; split the file")
    if not content:
        raise TranscriptError(f"{path}: empty; nothing was written to it, or the copy failed")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TranscriptError(
            f"{path}: byte {error.start} is not UTF-8; this is no text format that is known: convert it to JSON"
        ) from error


def _open_text(path: Path, text: str) -> Opened:
    try:
        document, notices = _parse(text)
    except json.JSONDecodeError as error:
        if not _first_line_is_json(text):
            raise TranscriptError(
                f"{path}:{error.lineno}:{error.colno}: neither JSON nor JSONL ({error.msg}); "
                "if the file was cut off, copy it again"
            ) from error
        return _open_lines(path, text)
    except ValueError as error:
        raise TranscriptError(f"{path}: {error}; this is no transcript") from error
    return Opened(path, "json", document=document, notices=notices)


def _parse(text: str) -> tuple[Any, tuple[Notice, ...]]:
    """A JSON text's value, with halves of characters replaced: JSON can spell them, but nothing can store or send them.

    Raises ValueError where it is not JSON, or nested too deeply to be handled.
    """
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if _nested_deeper(value, DEEPEST):
        raise ValueError(f"nested more than {DEEPEST} levels deep")
    if not _SURROGATE.search(text):
        return value, ()
    spelled = json.dumps(value, ensure_ascii=False)
    mended = spelled.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return (value, ()) if mended == spelled else (json.loads(mended), (_MENDED,))


def _nested_deeper(value: object, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [inner for item in level for inner in _inside(item)]
    return any(isinstance(item, dict | list) for item in level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _first_line_is_json(text: str) -> bool:
    first = text.lstrip().split("\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict | list)
    except (ValueError, RecursionError):
        return False


def _open_lines(path: Path, text: str) -> Opened:
    rows: list[Row] = []
    notices: dict[Notice, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value, found = _parse(line)
        except ValueError as error:
            raise TranscriptError(
                f"{path}:{number}: not JSON ({error}); mend or remove the line: nothing is skipped in silence"
            ) from error
        notices.update(dict.fromkeys(found))
        if not (isinstance(value, dict) and set(value) == {"canary"}):
            rows.append(Row(number, value))
    return Opened(path, "jsonl", rows=tuple(rows), notices=tuple(notices))
