"""Files of one JSON object a line, as people and servers write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from interrogate.errors import InputError


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that hold anything, counted from 1. Only a line feed ends one: text may hold others.

    Raises InputError where the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield from ((number, text) for number, line in enumerate(file, 1) if (text := _decoded(path, number, line)))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name an existing file") from error


def _decoded(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}:{number}: not UTF-8 ({error.reason}); save the file as UTF-8") from error
