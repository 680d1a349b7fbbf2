"""Opens a file far enough to tell what it is: by its bytes, never by its name."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal

from interrogate.adapters.parsing import Row, is_lines, parse, parse_lines
from interrogate.errors import MissingExtraError, TranscriptError
from interrogate.records import Notice

LARGEST_JSON = 512 << 20
"""Bytes of a JSON file or a table, unpacked, that is parsed whole."""
LARGEST_ARCHIVE = 8 << 30
"""Bytes of all members of an archive together, unpacked."""

_ROWS_AT_ONCE = 100

Container = Literal["zip", "json", "jsonl", "parquet", "sqlite", "folder"]

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
ZSTD = b"\x28\xb5\x2f\xfd"
PARQUET = b"PAR1"
SQLITE = b"SQLi"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""A byte order mark, as PowerShell writes it before what is redirected to a file."""


@dataclass(frozen=True)
class Opened:
    """A file with its container undone, as the adapters look at it."""

    path: Path
    """Where it can be read. Of a member of an archive, where that was unpacked."""
    name: str
    """What it is called, in sources and messages."""
    container: Container
    members: tuple[str, ...] = ()
    """Names in a zip archive or a folder, tables of a database, columns of a table."""
    document: Any = None
    """The value of a JSON file."""
    rows: tuple[Row, ...] = ()
    """The lines of a JSONL file without blank lines and canaries, or the rows of a Parquet table without nulls."""
    notices: tuple[Notice, ...] = ()
    """What opening had to change. True of every transcript in the file."""

    @property
    def keys(self) -> set[str]:
        return set(self.document) if isinstance(self.document, dict) else set()

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """What the file lists: its rows, the items of its list, or the one value that it is."""
        if self.rows:
            return tuple(row.value for row in self.rows)
        if self.container != "json":
            return ()
        return tuple(self.document) if isinstance(self.document, list) else (self.document,)


def open_file(path: Path, name: str | None = None) -> Opened:
    """The file, opened; gzip and zstd are undone. A folder is opened as a list of names.

    Raises TranscriptError, naming the place, where it is unreadable, damaged or no container that is known;
    MissingExtraError where its container needs a reader that is not installed.
    """
    name = name or str(path)
    try:
        if path.is_dir():
            return Opened(path, name, "folder", members=tuple(sorted(each.name for each in path.iterdir())))
        with path.open("rb") as file:
            magic = file.read(4)
        return _open(path, name, magic)
    except OSError as error:
        raise TranscriptError(f"{name}: cannot be read ({error.strerror}); name an existing file") from error


def _open(path: Path, name: str, magic: bytes) -> Opened:
    match magic:
        case _ if magic == ZIP:
            return Opened(path, name, "zip", members=_members(path, name))
        case _ if magic == PARQUET:
            return _open_table(path, name)
        case _ if magic == SQLITE:
            return Opened(path, name, "sqlite", members=_tables(path, name))
        case _ if magic == ZSTD:
            return _open_text(path, name, _undone_zstd(path, name))
        case _ if magic.startswith(GZIP):
            return _open_text(path, name, _unzipped(path, name))
    with path.open("rb") as file:
        return _open_text(path, name, file.read(LARGEST_JSON + 1))


def _members(path: Path, name: str) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TranscriptError(f"{name}: a damaged zip archive ({error}); copy the file again") from error
    if sum(member.file_size for member in members) > LARGEST_ARCHIVE:
        raise TranscriptError(f"{name}: more than {LARGEST_ARCHIVE >> 20} MB when unpacked; split the archive")
    return tuple(member.filename for member in members)


def _open_table(path: Path, name: str) -> Opened:
    """The rows of a Parquet table. Arrow fills the fields that a row does not have with nulls: they are left out."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(f"{name}: a Parquet table; reading it", "parquet") from error
    try:
        with parquet.ParquetFile(path) as file:
            names, values = tuple(file.schema_arrow.names), _rows_of(file, name)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise TranscriptError(f"{name}: a damaged Parquet table ({first_line(error)}); copy the file again") from error
    rows = tuple(Row(number, _as_json(row)) for number, row in enumerate(values, start=1))
    return Opened(path, name, "parquet", members=names, rows=rows)


def _rows_of(file: Any, name: str) -> list[Any]:
    """The rows, a few at a time: only when unpacked do they say how large they are."""
    rows: list[Any] = []
    size = 0
    for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
        size += batch.nbytes
        if size > LARGEST_JSON:
            raise TranscriptError(f"{name}: more than {LARGEST_JSON >> 20} MB when unpacked; split the table")
        rows += batch.to_pylist()
    return rows


def _as_json(value: Any) -> Any:
    """A value of a table as JSON has it: without nulls, with dates and the like as text."""
    match value:
        case dict():
            return {str(key): _as_json(inner) for key, inner in value.items() if inner is not None}
        case list() | tuple():
            return [_as_json(inner) for inner in value]
        case bytes():
            return value.decode("utf-8", "replace")
        case str() | int() | float() | None:
            return value
    return str(value)


def _tables(path: Path, name: str) -> tuple[str, ...]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error as error:
        raise TranscriptError(f"{name}: a damaged SQLite database ({error}); copy the file again") from error
    return tuple(str(table) for (table,) in found)


def _undone_zstd(path: Path, name: str) -> bytes:
    try:
        import zstandard
    except ImportError as error:
        raise MissingExtraError(f"{name}: packed with zstd; unpacking it", "inspect") from error
    try:
        with (
            path.open("rb") as packed,
            zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as file,
        ):
            return _bounded(file)
    except zstandard.ZstdError as error:
        raise TranscriptError(f"{name}: a damaged zstd file ({error}); copy the file again") from error


def _unzipped(path: Path, name: str) -> bytes:
    try:
        with gzip.open(path) as file:
            return _bounded(file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise TranscriptError(f"{name}: a damaged gzip file ({error}); copy the file again") from error


def _bounded(file: IO[bytes] | gzip.GzipFile) -> bytes:
    """The file's content, up to one byte more than is allowed: by that byte it is refused."""
    return file.read(LARGEST_JSON + 1)


def _open_text(path: Path, name: str, content: bytes) -> Opened:
    if len(content) > LARGEST_JSON:
        raise TranscriptError(f"{name}: more than {LARGEST_JSON >> 20} MB of text; split the file")
    if not content:
        raise TranscriptError(f"{name}: empty; nothing was written to it, or the copy failed")
    try:
        return _parsed(path, name, content)
    except UnicodeDecodeError as error:
        raise TranscriptError(
            f"{name}: byte {error.start} is not UTF-8; this is no text format that is known: convert it to JSON"
        ) from error


def _parsed(path: Path, name: str, content: bytes) -> Opened:
    try:
        document, notices = parse(content.decode("utf-16") if content.startswith(_UTF_16) else content)
    except json.JSONDecodeError as error:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
        if not is_lines(text):
            raise TranscriptError(
                f"{name}:{error.lineno}:{error.colno}: neither JSON nor JSONL ({error.msg}); "
                "if the file was cut off, copy it again"
            ) from error
        rows, notices = parse_lines(name, text)
        return Opened(path, name, "jsonl", rows=rows, notices=notices)
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise TranscriptError(f"{name}: {error}; this is no transcript") from error
    return Opened(path, name, "json", document=document, notices=notices)


def first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]
