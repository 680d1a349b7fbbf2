"""People's verdicts in the store, and what counts where they differ.

An annotator's verdicts are those of a rater of its own. Gold is what the adjudication decided; without one, the label
that all who labelled the answer gave; otherwise nothing, and the reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from interrogate.errors import InputError
from interrogate.labels import VERDICT, Facts, Label, Verdict
from interrogate.people import Answer, Key, Split, answers, splits_of
from interrogate.people.facts import CANNOT_TELL, Row, facts_of, is_blank
from interrogate.people.sheets import read_rows
from interrogate.raters.human import ADJUDICATED, Person, guide
from interrogate.rating import verdict_row
from interrogate.records import digest
from interrogate.store import Store, bodies, interviews, verdicts

Unsettled = Literal["annotators_disagree", "cannot_tell"]

ADJUDICATION = Person(ADJUDICATED).name

MOST_FAULTS = 10
"""Faults of a file that a message lists."""


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
    return Verdict(person.identity, facts, note or None if facts else CANNOT_TELL)


def keep(store: Store, person: Person, said: Iterable[tuple[Key, Verdict]]) -> None:
    """Commits a person's verdicts, all or none, in place of those that this person gave of the same answers."""
    store.add_now(bodies, [{"kind": "rater", "digest": person.identity, "body": person.description}])
    store.replace_now(verdicts, *(verdict_row(*key, verdict) for key, verdict in said))


def labelled_by(store: Store, person: Person) -> set[Key]:
    """The answers that a person has labelled by the present guide."""
    return {(row["interview"], row["turn"]) for row in store.rows(verdicts, rater=person.identity)}


def import_file(store: Store, path: Path, person: Person, completed_by: str | None = None) -> Imported:
    """Keeps the labels of a file, if every row can be used; otherwise nothing of it.

    `completed_by` chooses among several annotators of an export from Label Studio.
    Raises InputError, naming file and rows, for ids that are not known or come twice, values that are not known, facts
    that contradict each other or are left open, and a file in which nobody labelled anything.
    """
    rows = _of_one_annotator(path, read_rows(path), completed_by)
    filled, faults = _filled(store, rows, person)
    if faults:
        more = f"\n… and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise InputError(f"nothing was imported from {path}:\n" + "\n".join(faults[:MOST_FAULTS]) + more)
    if not filled:
        raise InputError(f"{path}: no row is labelled; fill in admission, falsehood and stance, and keep their columns")
    before = labelled_by(store, person)
    keep(store, person, filled.items())
    unsure = sum(verdict.facts is None for verdict in filled.values())
    return Imported(len(filled) - unsure, unsure, len(rows) - len(filled), len(before & set(filled)))


def _of_one_annotator(
    path: Path, rows: Sequence[tuple[str, Row]], completed_by: str | None
) -> Sequence[tuple[str, Row]]:
    found = {row["annotator"] for _, row in rows if row.get("annotator")}
    if completed_by is not None and completed_by not in found:
        known = ", ".join(sorted(found)) or "nobody by name"
        raise InputError(f"{path}: nothing was completed by {completed_by}; there is {known}")
    if completed_by is None and len(found) > 1:
        listed = ", ".join(sorted(found))
        raise InputError(f"{path}: annotations of {listed}; choose whose are imported with --completed-by")
    return [(place, row) for place, row in rows if completed_by in {None, row.get("annotator")}]


def _filled(store: Store, rows: Iterable[tuple[str, Row]], person: Person) -> tuple[dict[Key, Verdict], list[str]]:
    keys = {answer.id: answer.key for answer in answers(store)}
    filled: dict[Key, Verdict] = {}
    faults = []
    for place, row in rows:
        try:
            if not is_blank(row):
                key = _key(row["id"], keys, filled)
                filled[key] = verdict_of(person, facts_of(row), row.get("note", ""))
        except InputError as error:
            faults.append(f"{place}: {error}")
    return filled, faults


def _key(given: str, keys: Mapping[str, Key], filled: Mapping[Key, Verdict]) -> Key:
    if given not in keys:
        raise InputError(f"id {given!r} is of no answer of this campaign; take the ids of its export")
    if keys[given] in filled:
        raise InputError(f"id {given!r} stands twice; keep one of its rows")
    return keys[given]


# --- what counts ------------------------------------------------------------------------------------------


def opinions(store: Store) -> dict[Key, dict[str, Verdict]]:
    """What each of the people, the adjudication among them, said of the answers that any of them labelled, by name.

    Where somebody labelled an answer by more than one guide, what was said by the present one counts.
    """
    raters = {key: body for key, body in store.bodies("rater").items() if body.get("kind") == "human"}
    present = digest(guide())
    found: defaultdict[Key, dict[str, Verdict]] = defaultdict(dict)
    for key, rater in raters.items():
        for row in store.rows(verdicts, rater=key):
            said = found[row["interview"], row["turn"]]
            if rater["guide"] == present or rater["name"] not in said:
                said[rater["name"]] = VERDICT.validate_python(row["body"])
    return dict(found)


def gold(store: Store) -> dict[Key, Gold]:
    """What people say of each answer that any of them labelled."""
    found = opinions(store)
    if not found:
        return {}
    splits = splits_of(store)
    of_interview = {row["interview"]: splits[row["transcript"]] for row in store.rows(interviews)}
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
