"""Labels taken back. They count no longer, their answers are given out again, and they can be imported again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from interrogate.errors import InputError
from interrogate.labels import Verdict
from interrogate.people import Key, answers
from interrogate.people.facts import RETRACTED, cells_of, is_blank
from interrogate.people.gold import opinions, people_in, rows_of_one, standing
from interrogate.raters.human import Person
from interrogate.rating import verdict_row
from interrogate.store import Store, verdicts


@dataclass(frozen=True, slots=True)
class Retracted:
    """What was taken back."""

    rows: tuple[dict[str, str], ...]
    """The labels, as `labels import` reads them."""
    without: int
    """Answers of which the annotator had no label."""


def retract(store: Store, person: Person, ids: Iterable[str]) -> Retracted:
    """Takes back what a person said of the answers with these ids, and of no others.

    Raises InputError for an id that is of no answer, and where there is nothing to take back; then nothing is changed.
    """
    wanted = dict.fromkeys(ids)
    keys = {answer.id: answer.key for answer in answers(store)}
    if unknown := [each for each in wanted if each not in keys]:
        listed = ", ".join(map(repr, unknown))
        raise InputError(f"of no answer of this campaign: {listed}; take the ids of its export; nothing was taken back")
    said = opinions(store)
    found = {each: verdict for each in wanted if (verdict := said.get(keys[each], {}).get(person.name))}
    if not found:
        raise InputError(f"there is no label of {person.annotator} among these answers; nothing was taken back")
    _take_back(store, person, {keys[each] for each in found})
    rows = tuple({"id": each, **cells_of(verdict)} for each, verdict in found.items())
    return Retracted(rows, len(wanted) - len(found))


def _take_back(store: Store, person: Person, keys: Collection[Key]) -> None:
    """By whatever guide the labels were given."""
    identities = [rater for rater, about in people_in(store).items() if about["name"] == person.name]
    rows = [
        verdict_row(*key, Verdict(rater, None, RETRACTED))
        for rater in identities
        for key, _ in standing(store, rater)
        if key in keys
    ]
    store.replace_now(verdicts, *rows)


def ids_imported(path: Path, completed_by: str | None = None) -> list[str]:
    """The ids of the rows of a file that somebody filled in: of what an import of it brought.

    Raises InputError where the file is no table with ids, or holds several annotators' rows and none is chosen.
    """
    return [row["id"] for _, row in rows_of_one(path, completed_by) if not is_blank(row)]
