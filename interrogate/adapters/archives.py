"""Archives of transcripts: unpacked within bounds, and never outside the folder that they are unpacked into."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from interrogate.adapters.opening import GZIP, LARGEST_ARCHIVE, ZIP
from interrogate.errors import TranscriptError

MOST_MEMBERS = 100_000

_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    RuntimeError,  # a member behind a password, or packed in a way that is not known
    EOFError,
    zlib.error,
    lzma.LZMAError,
    ValueError,
)

_TAR_MARK = slice(257, 262)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or tar archive of other files. An Inspect log is one too, but one transcript file."""
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(ZIP):
        return not _is_inspect_log(path)
    return head[_TAR_MARK] == b"ustar" or (head.startswith(GZIP) and _is_packed_tar(path))


def _is_inspect_log(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return True  # damaged: opening it says how
    return any(name == "header.json" or name.startswith("_journal/") for name in names)


def _is_packed_tar(path: Path) -> bool:
    import gzip

    try:
        with gzip.open(path) as file:
            return file.read(512)[_TAR_MARK] == b"ustar"
    except (OSError, EOFError, zlib.error):
        return False


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A folder with the archive's members, for as long as it is needed. Links and special files are left out.

    Raises TranscriptError where the archive is damaged, too large, or names a member outside itself.
    """
    with TemporaryDirectory(prefix="interrogate-") as name:
        folder = Path(name)
        try:
            _unpack(path, folder)
        except _DAMAGE as error:
            raise TranscriptError(f"{path}: a damaged archive ({error}); copy the file again") from error
        except OSError as error:
            raise TranscriptError(
                f"{path}: cannot be unpacked ({error.strerror or error}); unpack it yourself"
            ) from error
        yield folder


def _unpack(path: Path, folder: Path) -> None:
    left = LARGEST_ARCHIVE
    for number, (name, file) in enumerate(_members(path)):
        if number >= MOST_MEMBERS:
            raise TranscriptError(f"{path}: more than {MOST_MEMBERS} members; split the archive")
        place = folder / _inside(path, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        with file, place.open("wb") as target:
            left -= _copy(file, target, left)
        if left < 0:
            raise TranscriptError(f"{path}: more than {LARGEST_ARCHIVE >> 20} MB when unpacked; split the archive")


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if _starts_as_zip(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.filename.endswith("/"):  # is_dir() fails where damage has left no name
                    yield info.filename, archive.open(info)
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and (file := archive.extractfile(member)) is not None:
                yield member.name, file


def _starts_as_zip(path: Path) -> bool:
    """By its first bytes: `zipfile.is_zipfile` looks at the last, which in a tar archive may be a member's."""
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def _inside(path: Path, name: str) -> PurePosixPath:
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or not place.parts or "\0" in name:
        raise TranscriptError(f"{path}: the member {name[:80]!r} lies outside the archive; do not trust this file")
    return place


def _copy(file: IO[bytes], target: IO[bytes], most: int) -> int:
    """Bytes copied; stops soon after there are more than allowed, whatever the archive says of its sizes."""
    copied = 0
    while copied <= most and (chunk := file.read(1 << 20)):
        target.write(chunk)
        copied += len(chunk)
    return copied
