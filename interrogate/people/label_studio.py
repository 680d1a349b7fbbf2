"""Label Studio's tasks: written for its import, and read back from its exports JSON and JSON-MIN.

The fields that are filled in have the names of our columns in the labelling interface, so that its CSV export is read
as any other. The id of an answer is `answer_id` there: Label Studio's exports put the task's number under `id`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from interrogate.errors import InputError, faults_of
from interrogate.records import Json


class _Result(BaseModel):
    from_name: str = ""
    value: dict[str, Any] = {}


class _Annotation(BaseModel):
    result: list[_Result] = []
    was_cancelled: bool = False
    completed_by: int | str | dict[str, Any] | None = None

    @property
    def annotator(self) -> str:
        who = self.completed_by
        return str(who.get("email") or who.get("id") or "") if isinstance(who, dict) else str(who or "")


class _Task(BaseModel):
    data: dict[str, Any]
    annotations: list[_Annotation]


_EXPORT = TypeAdapter(list[dict[str, Any]])


def task(row: Mapping[str, str]) -> Json:
    """A row of ours as a task."""
    return {"data": {"answer_id" if name == "id" else name: cell for name, cell in row.items()}}


def task_rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """One row an annotation that was not skipped, with the number of its task and who made it as `annotator`.

    Raises InputError where it is neither of the two exports.
    """
    try:
        for number, each in enumerate(_EXPORT.validate_json(text), start=1):
            if "annotations" in each:
                yield from ((number, row) for row in _filled(_Task.model_validate(each)))
            else:
                yield number, each
    except ValidationError as error:
        raise InputError(f"{path}: {faults_of(error)}; export from Label Studio as JSON or JSON-MIN") from error


def _filled(found: _Task) -> Iterator[Json]:
    for made in found.annotations:
        if not made.was_cancelled:
            filled = {result.from_name: result.value for result in made.result if result.from_name}
            yield {"answer_id": found.data.get("answer_id"), "annotator": made.annotator, **filled}
