"""The documentation names what there is: every format, warning and difference, and nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from interrogate.adapters import ADAPTERS
from interrogate.records import NoticeCode
from interrogate.restoring import DifferenceCode

TRANSCRIPTS = (Path(__file__).parents[1] / "docs" / "transcripts.md").read_text()


def names_in(section: str) -> set[str]:
    """The names in the first column of a section's table."""
    text = TRANSCRIPTS.split(f"\n## {section}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", text, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_format_has_its_row_and_every_row_its_format() -> None:
    assert names_in("Formats") == {adapter.NAME for adapter in ADAPTERS}


def test_every_row_says_reader_restored_and_lost() -> None:
    text = TRANSCRIPTS.split("\n## Formats\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `.*$", text, flags=re.MULTILINE)

    assert len(rows) == len(ADAPTERS)
    assert all(len(re.split(r"(?<!\\)\|", row)) == 7 and all(re.split(r"(?<!\\)\|", row)[1:6]) for row in rows)


def test_every_warning_and_every_difference_is_explained() -> None:
    assert names_in("What reading says") == set(get_args(NoticeCode))
    assert names_in("Restoration") == set(get_args(DifferenceCode))
