"""Which files a name stands for: itself, those in a folder, those in an archive; and what in a folder is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from interrogate.adapters.archives import is_archive, unpacked
from interrogate.errors import TranscriptError

SIDECARS = ("acts.yaml", "acts.yml", "base_state.json", ".meta.json", ".md", ".txt", ".idx")
"""Endings of files that lie beside transcripts in a folder and are none. A file that is named is always tried."""

_PARTS = re.compile(r"event[-_]\d+.*\.json|trajectory\.jsonl")
"""Names by which a folder is one transcript, of which each file holds a part."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a folder that is one transcript."""

    path: Path
    """Where it can be read."""
    name: str
    """What it is called: `archive.zip/run.json` for a member of an archive."""


def split_locator(name: str) -> tuple[Path, str | None]:
    """`FILE#id` into file and id; a file whose own name holds a `#` is taken whole."""
    if "#" not in name or Path(name).exists():
        return Path(name), None
    path, locator = name.rsplit("#", 1)
    return Path(path), locator


def files_of(path: Path) -> Iterator[File]:
    """The files that a name stands for, in order. One of an archive is there only until the next is asked for.

    Raises TranscriptError for a folder without any, and for an archive that cannot be unpacked.
    """
    archive = next((each for each in (path, *path.parents) if each.is_file()), None)
    if path.is_dir():
        yield from _in_folder(path, path, str(path))
    elif archive is not None and _can_be_read(archive) and is_archive(archive):
        with unpacked(archive) as folder:
            yield from _in_folder(folder, folder / _within(archive, path), str(archive))
    else:
        yield File(path, str(path))


def _within(archive: Path, path: Path) -> Path:
    inside = path.relative_to(archive)
    if ".." in inside.parts:
        raise TranscriptError(f"{path}: lies outside the archive; name a member of it")
    return inside


def _can_be_read(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True


def _in_folder(root: Path, path: Path, name: str) -> Iterator[File]:
    """The files of a folder, named from its root on."""
    try:
        found = [path] if path.is_file() or is_whole(path) else [*_walk(path)]
    except OSError as error:
        inside = Path(name) / path.relative_to(root)
        raise TranscriptError(f"{inside}: cannot be read ({error.strerror}); name what is there") from error
    if not found:
        raise TranscriptError(f"{name}: a folder without transcripts; name another, or a file")
    for each in found:
        inside = each.relative_to(root)
        yield File(each, str(Path(name) / inside))


def is_whole(folder: Path) -> bool:
    """Whether a folder is one transcript."""
    return folder.is_dir() and any(_PARTS.fullmatch(each.name) for each in folder.iterdir())


def _walk(folder: Path) -> Iterator[Path]:
    for each in sorted(folder.iterdir()):
        if each.is_symlink() or each.name.startswith(".") or _is_merged(each):
            continue
        if each.is_dir() and not is_whole(each):
            yield from _walk(each)
        elif each.is_dir() or not each.name.endswith(SIDECARS):
            yield each


def _is_merged(shards: Path) -> bool:
    """Whether a folder holds the parts of a run that Inspect has since put together in the log beside it."""
    log = shards.with_suffix(".eval")
    return shards.suffix == ".shards" and log.is_file() and log.stat().st_mtime >= shards.stat().st_mtime
