"""What the tests of agents' own session files share: a file made of rows, and what is read from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from interrogate.adapters import Unread, conversations, read_paths
from interrogate.records import Transcript


def rows_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path: Path, rows: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read_one(name: Path | str) -> Transcript | Unread:
    (found,) = read_paths([str(name)])
    return found


def read(name: Path | str) -> Transcript:
    found = read_one(name)
    assert isinstance(found, Transcript), found
    return found


def refusal(name: Path | str) -> str:
    found = read_one(name)
    assert isinstance(found, Unread), found
    return found.error


def locators(path: Path) -> list[str | None]:
    return [each.source.locator for each in conversations([str(path)], every=True) if not isinstance(each, Unread)]


def codes(transcript: Transcript) -> list[str]:
    return [notice.code for notice in transcript.warnings]


def roles(transcript: Transcript) -> str:
    return " ".join(message.role for message in transcript.messages)


def texts(transcript: Transcript) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in transcript.messages]


def refused_or_read(path: Path) -> bool:
    """Whether all that a file offers, branches too, is read, or refused by an error that names the file."""
    for each in conversations([str(path)], every=True):
        if isinstance(each, Unread):
            assert str(path) in each.error
            continue
        locator = each.source.locator
        found = read_one(path if locator is None else f"{path}#{locator}")
        assert isinstance(found, Transcript) or str(path) in found.error
    return True
