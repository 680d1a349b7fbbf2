"""What an adapter makes of a document or of a table's rows, without a file: for the tests of single formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from interrogate.adapters import Adapter
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import Row
from interrogate.errors import TranscriptError
from interrogate.records import Transcript


def document(value: Any) -> Opened:
    return Opened(Path("run.json"), "run.json", "json", document=value)


def table(rows: list[Any], columns: list[str]) -> Opened:
    numbered = tuple(Row(number, row) for number, row in enumerate(rows, start=1))
    return Opened(Path("run.parquet"), "run.parquet", "parquet", members=tuple(columns), rows=numbered)


def read(adapter: Adapter, opened: Opened) -> dict[str | None, Transcript]:
    """Everything that is offered, views and branches too, by its locator."""
    return {each.source.locator: each.read() for each in adapter.conversations(opened)}


def faults(adapter: Adapter, opened: Opened) -> list[str]:
    """What is wrong with each conversation that cannot be read. Any other error is the test's failure."""
    if not adapter.claims(opened):
        return []
    found = []
    for each in adapter.conversations(opened):
        try:
            each.read()
        except TranscriptError as error:
            found.append(str(error))
    return found
