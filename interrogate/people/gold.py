"""People's verdicts in the store, and what counts where they differ.

An annotator's verdicts are those of a rater of its own. Gold is what the adjudication decided; without one, the label
that all who labelled the answer gave; otherwise nothing, and the reason.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from interrogate.errors import InputError
from interrogate.labels import VERDICT, Facts, Label, Verdict
from interrogate.people import Answer, Key, Split, answers, splits_of_interviews
from interrogate.people.facts import CANNOT_TELL, RETRACTED, Row, facts_of, is_blank
from interrogate.people.sheets import read_rows, shown_row
from interrogate.raters.human import ADJUDICATED, Person, guide
from interrogate.rating import verdict_row
from interrogate.records import Json, digest
from interrogate.store import Store, bodies, verdicts

Unsettled = Literal["annotators_disagree", "cannot_tell"]

ADJUDICATION = Person(ADJUDICATED).name

MOST_FAULTS = 10
"""Faults of a file that a message lists."""

COMPARED = 200
"""Letters of a text by which it is known again; some programs cut longer ones."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What people say of an answer, taken together."""

    label: Label | None
    reason: Unsettled | None
    """Why there is no label."""
    adjudicated: bool
    annotators: int
    """How many people labelled it, the adjudication aside."""
    split: Split
    """Whether a rubric may be tuned on it: not on `test`."""
    said: Mapping[str, Verdict]
    """What each of them said, the adjudication among them, by name."""

    @property
    def facts(self) -> Facts | None:
        """Those of the adjudication; otherwise of the first of the people, by name, who agree on the label."""
        if self.label is None:
            return None
        return self.said[ADJUDICATION if self.adjudicated else min(self.said)].facts


@dataclass(frozen=True, slots=True)
class Dispute:
    """An answer that is to be adjudicated, and what was said of it: in an order that tells nothing of who said it."""

    answer: Answer
    opinions: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    labelled: int
    cannot_tell: int
    blank: int
    """Rows that nobody filled in; what was said of their answers before stands."""
    replaced: int
    """Of those labelled, how many this annotator had labelled before."""


# --- keeping ----------------------------------------------------------------------------------------------


def verdict_of(person: Person, facts: Facts | None, note: str = "") -> Verdict:
    """A person's verdict; without facts, that one cannot tell."""
    if facts is None:
        return Verdict(person.identity, None, CANNOT_TELL, remark=note or None)
    return Verdict(person.identity, facts, note or None)


def keep(store: Store, person: Person, said: Iterable[tuple[Key, Verdict]]) -> None:
    """Commits a person's verdicts, all or none, in place of those that this person gave of the same answers."""
    store.add_now(bodies, [{"kind": "rater", "digest": person.identity, "body": person.description}])
    store.replace_now(verdicts, *(verdict_row(*key, verdict) for key, verdict in said))


def labelled_by(store: Store, person: Person) -> set[Key]:
    """The answers that a person has labelled by the present guide, without labels taken back."""
    return {key for key, _ in standing(store, person.identity)}


def standing(store: Store, rater: str) -> Iterator[tuple[Key, Verdict]]:
    """The verdicts of a person by one guide, of the identity that they make together, without those taken back."""
    for row in store.rows(verdicts, rater=rater):
        if (verdict := VERDICT.validate_python(row["body"])).reason != RETRACTED:
            yield (row["interview"], row["turn"]), verdict


def import_file(store: Store, path: Path, person: Person, completed_by: str | None = None) -> Imported:
    """Keeps the labels of a file, if every row can be used; otherwise nothing of it.

    `completed_by` chooses among several annotators of an export from Label Studio.
    Raises InputError, naming file and rows, for ids that are not known, come twice, or stand beside the text of another
    answer; for values that are not known, facts that contradict each other or are left open; and for a file in which
    nobody labelled anything.
    """
    rows = rows_of_one(path, completed_by)
    filled, faults = _filled(store, rows, person)
    if faults:
        more = f"\n… and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        listed = [*_remarks([row for _, row in rows]), *faults[:MOST_FAULTS]]
        raise InputError(f"nothing was imported from {path}:\n" + "\n".join(listed) + more)
    if not filled:
        raise InputError(f"{path}: no row is labelled; fill in admission, falsehood and stance, and keep their columns")
    before = labelled_by(store, person)
    keep(store, person, filled.items())
    unsure = sum(verdict.facts is None for verdict in filled.values())
    return Imported(len(filled) - unsure, unsure, len(rows) - len(filled), len(before & set(filled)))


def _remarks(rows: Sequence[Row]) -> Iterator[str]:
    """What is wrong with the file as a whole, where rows have faults."""
    missing = [name for name in ("admission", "falsehood", "stance") if not any(name in row for row in rows)]
    if missing and not any("label" in row for row in rows):
        yield f"there is no column {', '.join(missing)}; name the columns as the export does"


def rows_of_one(path: Path, completed_by: str | None = None) -> Sequence[tuple[str, Row]]:
    """The rows of a file that hold anything, with their places: of the one annotator, if the file names several.

    Raises InputError where the file is no table with ids, or holds several annotators' rows and none is chosen.
    """
    rows = read_rows(path)
    found = {row["annotator"] for _, row in rows if row.get("annotator")}
    if completed_by is not None and completed_by not in found:
        known = ", ".join(sorted(found)) or "nobody by name"
        raise InputError(f"{path}: nothing was completed by {completed_by}; there is {known}")
    if completed_by is None and len(found) > 1:
        listed = ", ".join(sorted(found))
        raise InputError(f"{path}: annotations of {listed}; choose whose are meant with --completed-by")
    return [(place, row) for place, row in rows if completed_by in {None, row.get("annotator")}]


def _filled(store: Store, rows: Iterable[tuple[str, Row]], person: Person) -> tuple[dict[Key, Verdict], list[str]]:
    shown = {answer.id: answer for answer in answers(store)}
    rows = [(place, row) for place, row in rows if not is_blank(row)]
    if rows and not any(row["id"] in shown for _, row in rows):
        return {}, ["no id in it is of an answer of this campaign; it is of another one, or its ids were changed"]
    filled: dict[Key, Verdict] = {}
    places: dict[Key, str] = {}
    faults = []
    for place, row in rows:
        try:
            key = _key(row, shown, places)
            places[key] = place
            filled[key] = verdict_of(person, facts_of(row), row.get("note", ""))
        except InputError as error:
            faults.append(f"{place}: {error}")
    return filled, faults


def _key(row: Row, shown: Mapping[str, Answer], places: Mapping[Key, str]) -> Key:
    if (answer := shown.get(row["id"])) is None:
        raise InputError(f"id {row['id']!r} is of no answer of this campaign; take the ids of its export")
    if answer.key in places:
        raise InputError(f"id {answer.id!r} stands twice, first in {places[answer.key]}; keep one of its rows")
    if name := next((name for name in ("question", "answer") if not _is_shown(row, name, answer)), None):
        raise InputError(
            f"the {name} beside id {answer.id!r} is not its own: a column was moved without the others, or the text "
            "was changed; put the columns of the export back"
        )
    return answer.key


def _is_shown(row: Row, name: str, answer: Answer) -> bool:
    """Whether the row says the same as was exported, if anything: in ASCII letters and digits, which programs keep."""
    given, exported = (
        re.sub("[^a-z0-9]+", "", text.casefold()) for text in (row.get(name, ""), shown_row(answer)[name])
    )
    return given[:COMPARED] == exported[:COMPARED] or not given


# --- what counts ------------------------------------------------------------------------------------------


def opinions(store: Store) -> dict[Key, dict[str, Verdict]]:
    """What each of the people, the adjudication among them, said of the answers that any of them labelled, by name.

    Where somebody labelled an answer by more than one guide, what was said by the present one counts.
    """
    present = digest(guide())
    found: defaultdict[Key, dict[str, Verdict]] = defaultdict(dict)
    for rater, about in people_in(store).items():
        for key, verdict in standing(store, rater):
            said = found[key]
            if about["guide"] == present or about["name"] not in said:
                said[about["name"]] = verdict
    return dict(found)


def people_in(store: Store) -> dict[str, Json]:
    """Name and guide of everybody who has labelled an answer, by identity: another guide makes another one."""
    return {key: body for key, body in store.bodies("rater").items() if body.get("kind") == "human"}


def gold(store: Store) -> dict[Key, Gold]:
    """What people say of each answer that any of them labelled."""
    found = opinions(store)
    if not found:
        return {}
    of_interview = splits_of_interviews(store)
    return {key: _settled(said, of_interview[key[0]]) for key, said in found.items()}


def _settled(said: Mapping[str, Verdict], split: Split) -> Gold:
    decision = said.get(ADJUDICATION)
    labels = {verdict.label for verdict in ([decision] if decision else said.values())}
    annotators = len(said) - bool(decision)
    if len(labels) > 1:
        return Gold(None, "annotators_disagree", adjudicated=False, annotators=annotators, split=split, said=said)
    (label,) = labels
    return Gold(label, None if label else "cannot_tell", bool(decision), annotators, split, said)


def disputes(store: Store) -> Iterator[Dispute]:
    """The answers to be adjudicated: people's labels differ, or the panel is divided and no people have agreed."""
    settled, divided = gold(store), _divided(store)
    for answer in answers(store):
        so_far = settled.get(answer.key)
        if so_far.reason == "annotators_disagree" if so_far else answer.key in divided:
            said = [*(so_far.said.values() if so_far else ()), *divided.get(answer.key, ())]
            yield Dispute(answer, tuple(sorted(said, key=lambda verdict: str(verdict.facts))))


def _divided(store: Store) -> dict[Key, list[Verdict]]:
    """What the raters of record said of the answers that they leave to people."""
    from interrogate import frames

    frame = frames.answers(store)
    ties = frame.loc[frame["unlabelled"] == "panel_divided", ["interview", "turn"]]
    keys = {(str(interview), int(turn)) for interview, turn in ties.itertuples(index=False)}
    record = {rater["digest"] for rater in (store.choices() or {})["record"]}
    found: defaultdict[Key, list[Verdict]] = defaultdict(list)
    for row in store.rows(verdicts):
        if row["rater"] in record and (row["interview"], row["turn"]) in keys:
            found[row["interview"], row["turn"]].append(VERDICT.validate_python(row["body"]))
    return found


def how_settled(found: Iterable[Gold]) -> dict[str, int]:
    """How gold came about: `adjudicated`, agreed by `several`, by `one` alone; or why there is none."""
    how = (
        each.reason or ("adjudicated" if each.adjudicated else "several" if each.annotators > 1 else "one")
        for each in found
    )
    return dict(Counter(how))
