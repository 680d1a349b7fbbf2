"""Text of unknown origin to JSON values: bounded, without halves of characters, and with the place of every fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from interrogate.errors import TranscriptError
from interrogate.records import Notice

DEEPEST = 100
"""Levels of objects and lists within each other. Real transcripts stay under twenty."""

MENDED = Notice("text_mended", "halves of characters, which no text can hold, were replaced by U+FFFD")

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a JSONL file, or one row of a table."""

    line: int
    """Counted from 1."""
    value: Any


def parse(content: str | bytes) -> tuple[Any, tuple[Notice, ...]]:
    """A JSON text's value, with halves of characters replaced: JSON can spell them, but nothing can store or send them.

    Bytes are UTF-8; given so, a large text is not kept a second time. Raises ValueError where it is not JSON, or
    nested too deeply to be handled.
    """
    notices: tuple[Notice, ...] = ()
    try:
        value = from_json(content)
    except ValueError:
        value, notices = _parse_with_care(content if isinstance(content, str) else content.decode("utf-8-sig"))
    if _nested_deeper(value, DEEPEST):
        raise ValueError(f"nested more than {DEEPEST} levels deep")
    return value, notices


def _parse_with_care(text: str) -> tuple[Any, tuple[Notice, ...]]:
    """The same for what the quick parser refuses: halves of characters, and faults, whose place is to be named."""
    try:
        value = json.loads(text)
        if not _SURROGATE.search(text):
            return value, ()
        spelled = json.dumps(value, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    mended = spelled.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return (value, ()) if mended == spelled else (json.loads(mended), (MENDED,))


def decoded(value: object) -> Any:
    """What a JSON object or list written as text spells; anything else as it is."""
    if looks_like_json(value):
        try:
            return parse(str(value))[0]
        except ValueError:
            return value
    return value


def looks_like_json(value: object) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in {"{", "["}


def parse_lines(name: str, text: str) -> tuple[tuple[Row, ...], tuple[Notice, ...]]:
    """The values of a JSONL text, without blank lines and canaries.

    Raises TranscriptError, naming the line, for one that is not JSON.
    """
    rows: list[Row] = []
    notices: dict[Notice, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value, found = parse(line)
        except ValueError as error:
            raise TranscriptError(
                f"{name}:{number}: not JSON ({error}); mend or remove the line: nothing is skipped in silence"
            ) from error
        notices.update(dict.fromkeys(found))
        if not (isinstance(value, dict) and set(value) == {"canary"}):
            rows.append(Row(number, value))
    return tuple(rows), tuple(notices)


def is_lines(text: str) -> bool:
    """Whether the first line is a JSON value by itself."""
    first = text.lstrip().split("\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict | list)
    except (ValueError, RecursionError):
        return False


def _nested_deeper(value: object, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [inner for item in level for inner in _inside(item)]
    return any(isinstance(item, dict | list) for item in level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
