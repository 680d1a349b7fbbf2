"""What an adapter makes of a document or of a table's rows, without a file: for the tests of single formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from interrogate.adapters import Adapter, claimants, read_paths
from interrogate.adapters.opening import Opened, open_file
from interrogate.adapters.parsing import Row
from interrogate.errors import TranscriptError
from interrogate.records import Transcript


def document(value: Any) -> Opened:
    return Opened(Path("run.json"), "run.json", "json", document=value)


def table(rows: list[Any], columns: list[str]) -> Opened:
    numbered = tuple(Row(number, row) for number, row in enumerate(rows, start=1))
    return Opened(Path("run.parquet"), "run.parquet", "parquet", members=tuple(columns), rows=numbered)


def only(path: Path, name: str, document: Any = None) -> Transcript:
    """The one transcript of a file, which the adapter of that name alone takes for its own.

    With a document, that is written to the file first.
    """
    if document is not None:
        path.write_text(json.dumps(document))
    assert [each.NAME for each in claimants(open_file(path))] == [name]
    (found,) = read_paths([str(path)])
    assert isinstance(found, Transcript), found
    return found


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
