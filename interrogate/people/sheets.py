"""Tables that people label, out and in: CSV and JSONL for a spreadsheet or a script, JSON for Label Studio.

Read back, all forms are rows of text cells. Tolerated is what spreadsheets do to a file: marks of byte order, UTF-16
and Windows' own code page, semicolons and tabs, empty rows and columns at the end, other line ends.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from interrogate.checking import printable
from interrogate.errors import InputError
from interrogate.people import Answer
from interrogate.people.facts import COLUMNS, FLAGS, Row
from interrogate.people.label_studio import task, task_rows
from interrogate.prompts import bundled, read_text

Form = Literal["csv", "jsonl", "label-studio"]

SHOWN = ("id", "split", "accusation", "record", "earlier", "question", "answer")
EXCEL_LONGEST = 32_767
"""Characters that Excel takes in a cell; what is longer it spills into the next row."""

_STARTS_A_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""See OWASP, CSV injection; the last four are the wide forms of the first."""


# --- out --------------------------------------------------------------------------------------------------


def shown_row(answer: Answer) -> dict[str, str]:
    """What a person sees of an answer."""
    shown = answer.exhibit
    earlier = "\n\n".join(f"QUESTION: {question}\nANSWER: {said}" for question, said in shown.earlier)
    card = f"{shown.accusation.kind}: {shown.accusation.summary}"
    return dict(
        zip(SHOWN, (answer.id, answer.split, card, shown.record, earlier, shown.question, shown.answer), strict=True)
    )


def written(answers: Sequence[Answer], form: Form) -> bytes:
    """The table in which the answers are to be labelled."""
    rows = [shown_row(answer) for answer in answers]
    if form == "csv":
        return _csv(rows)
    if form == "label-studio":
        return _utf8(json.dumps([task(row) for row in rows], ensure_ascii=False, indent=1))
    blank = dict.fromkeys((*COLUMNS, "note"), "")
    return _utf8("".join(json.dumps({**row, **blank}, ensure_ascii=False) + "\n" for row in rows))


def _csv(rows: Iterable[Row]) -> bytes:
    """With a mark by which Excel knows UTF-8, and no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, (*SHOWN, *COLUMNS, "note"), restval="")
    table.writeheader()
    table.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)
    return b"\xef\xbb\xbf" + _utf8(out.getvalue())


def _harmless(cell: str) -> str:
    text = printable(cell.replace("\r\n", "\n"))
    return f"'{text}" if text.lstrip().startswith(_STARTS_A_FORMULA) or text[:1].isspace() else text


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def too_long_for_excel(answers: Iterable[Answer]) -> int:
    """How many answers have a cell that Excel would break in two."""
    return sum(any(len(cell) >= EXCEL_LONGEST for cell in shown_row(answer).values()) for answer in answers)


def label_studio_config() -> str:
    """The labelling interface for Label Studio: XML."""
    return read_text(bundled("prompts") / "rubrics" / "label_studio.xml")


# --- in ---------------------------------------------------------------------------------------------------


def read_rows(path: Path) -> list[tuple[str, Row]]:
    """The rows of a file that hold anything, each with its place as the error messages name it.

    Raises InputError where the file is no table with ids.
    """
    text = _decoded(path)
    if text.lstrip().startswith("["):
        found = ((f"task {number}", row) for number, row in task_rows(path, text))
    elif text.lstrip().startswith("{"):
        found = ((f"line {number}", row) for number, row in _objects(path, text))
    else:
        found = ((f"row {number}", row) for number, row in _records(path, text))
    rows = [(place, _row(path, place, cells)) for place, cells in found]
    return [(place, row) for place, row in rows if any(row.values())]


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name an existing file") from error
    if data.startswith(b"PK"):
        raise InputError(f"{path}: a workbook or archive; save it as CSV (UTF-8)")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _records(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a CSV, counted as a spreadsheet counts them: the header is the first."""
    delimiter = next((each for each in ",;\t" if _has_ids(text, each)), None)
    if delimiter is None:
        raise InputError(f"{path}: no column `id` in the first row; keep the header and the ids of the export")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))  # the whole process's: never made smaller
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        _check_header(path, reader.fieldnames or ())
        for number, cells in enumerate(listed := list(reader), start=2):
            if any(cells.pop(None, ())):
                raise InputError(f"{path}: row {number}: more cells than the header has; mend its commas and quotes")
            ends_early = number == len(listed) + 1 and not text.endswith(("\n", "\r"))
            if any(cells.values()) and any(cells.get(name, "") is None for name in (cells if ends_early else SHOWN)):
                raise InputError(f"{path}: row {number}: fewer cells than the header has; the file is cut off there")
            yield number, {name: cell or "" for name, cell in cells.items()}
    except csv.Error as error:
        raise InputError(f"{path}: not CSV ({error}); save it as CSV (UTF-8)") from error


def _check_header(path: Path, header: Sequence[str]) -> None:
    counts = Counter(_name(name) for name in header if name.strip())
    if twice := [name for name, number in counts.items() if number > 1]:
        raise InputError(f"{path}: two columns {twice[0]}; keep one of them")


def _has_ids(text: str, delimiter: str) -> bool:
    header = text.partition("\n")[0].split(delimiter)
    return bool({_name(each.strip('"\r')) for each in header} & {"id", "answer_id"})


def _objects(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: line {number}: not JSON ({error}); one object a line") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}: line {number}: not an object; one object a line")
        yield number, row


def _row(path: Path, place: str, cells: Mapping[str, Any]) -> Row:
    row = {_name(name): _cell(value) for name, value in cells.items()}
    row["id"] = row.pop("answer_id", "") or row.get("id", "")
    flags = [name.strip() for name in row.pop("flags", "").split(",") if name.strip()]
    known = (*FLAGS, "cannot_tell")
    if unknown := [name for name in flags if name not in known]:
        raise InputError(f"{path}: {place}: flags {unknown[0]!r}: there are {', '.join(known)}")
    return {**row, **dict.fromkeys(flags, "yes")}


def _name(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _cell(value: Any) -> str:
    """A cell as text. Null is blank, and several choices are a list with commas."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case {"choices": [*several]} | {"text": [*several]} | [*several]:
            return ",".join(map(_cell, several))
        case str() if value.startswith(('{"choices"', '["')):
            return _cell(_unfolded(value))
        case _:
            return str(value).strip()


def _unfolded(text: str) -> Any:
    """What Label Studio's CSV keeps as JSON in a cell; a text that only looks so is blank rather than a value."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
