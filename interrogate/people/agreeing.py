"""How far a rater agrees with gold labels, and people with each other: over all answers, and by arm and design.

An answer on which either side has no label is counted and left out: no label is no opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from interrogate.errors import InputError
from interrogate.labels import LABELS, VERDICT, Verdict
from interrogate.people import Key, Split, answers
from interrogate.people.facts import Row, label_in
from interrogate.people.gold import ADJUDICATION, gold, opinions
from interrogate.people.sheets import read_rows
from interrogate.raters.human import PREFIX
from interrogate.raters.panel import ruling
from interrogate.records import Json
from interrogate.stats.agreement import Agreement, agreement
from interrogate.store import Store, verdicts

if TYPE_CHECKING:
    import pandas as pd

RECORD = "label of record"


@dataclass(frozen=True, slots=True)
class Given:
    """What one rater gave one answer."""

    label: str | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs."""

    cluster: str
    arm: str | None = None
    design: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One rater against gold, or against another, on the answers of one arm and design, or of all."""

    rater: str
    against: str
    arm: str | None
    """None for all arms together; likewise the design."""
    design: str | None
    answers: int
    """Answers that both had before them, the unlabelled among them."""
    clusters: int
    """Transcripts of these answers; for recorded answers their groups."""
    without_gold: int
    unlabelled: int
    """Answers with gold to which the rater gave no label."""
    agreement: Agreement | None
    """None where no answer has both labels."""

    def as_json(self) -> Json:
        return asdict(self)


Labels = Mapping[str, Mapping[Key, Given]]
"""What raters gave, by the rater's name."""


def of_campaign(
    store: Store, *, gold_file: Path | None = None, rater: str | None = None, split: Split | None = None, seed: int = 0
) -> list[Comparison]:
    """Every rater of the store, or the one named, against the gold of a file, or against the people in the store.

    Without a file people are compared with each other too. `seed` is for the intervals' resampling.
    Raises InputError for a file that cannot be used, ids of another campaign, a rater that is not there, and where
    nobody has labelled anything.
    """
    from interrogate import frames

    frame = frames.answers(store)
    places = _places(store, frame, split)
    found = _given(store, frame)
    if gold_file is None:
        wanted = {key: Given(each.label) for key, each in gold(store).items()}
        pairs = combinations(sorted(name for name in found if name.startswith(PREFIX) and name != ADJUDICATION), 2)
        compared = [(name, "gold") for name in found if not name.startswith(PREFIX)] + list(pairs)
    else:
        wanted = _gold_of(gold_file, {answer.id: answer.key for answer in answers(store)})
        compared = [(name, "gold") for name in found]
    if not wanted:
        raise InputError("nobody has labelled an answer of this campaign; see `interrogate labels export --help`")
    return list(_compared({**found, "gold": wanted}, _named(compared, rater), places, seed))


def of_recorded(labelled: Path, gold_file: Path, *, rater: str | None = None, seed: int = 0) -> list[Comparison]:
    """Recorded answers as `interrogate label --answers` wrote them, against a file of gold labels with their ids.

    Clusters are the `group` or `transcript` that a row of either file names, otherwise each answer is its own.
    Raises InputError where a file cannot be used, or they have no id in common.
    """
    rows = read_rows(labelled)
    golden = read_rows(gold_file)
    places = {(row["id"], 0): Place(_cluster(row)) for _, row in [*rows, *golden]}
    found: dict[str, dict[Key, Given]] = {}
    for place, row in rows:
        given = found.setdefault(row.get("rater") or labelled.name, {})
        _once(given, (row["id"], 0), f"{labelled}: {place}", _given_of(row, f"{labelled}: {place}"))
    wanted = _gold_of(gold_file, {row["id"]: (row["id"], 0) for _, row in golden})
    if not any(key in wanted for given in found.values() for key in given):
        raise InputError(f"{labelled} and {gold_file} have no id in common; label the answers that the gold is of")
    return list(_compared({**found, "gold": wanted}, _named([(name, "gold") for name in found], rater), places, seed))


# --- reading ----------------------------------------------------------------------------------------------


def _gold_of(path: Path, keys: Mapping[str, Key]) -> dict[Key, Given]:
    """The labels of a file by answer; a row without one has None."""
    found: dict[Key, Given] = {}
    for place, row in read_rows(path):
        if row["id"] not in keys:
            raise InputError(f"{path}: {place}: id {row['id']!r} is of no answer of this campaign")
        try:
            label = label_in(row)
        except InputError as error:
            raise InputError(f"{path}: {place}: {error}") from error
        _once(found, keys[row["id"]], f"{path}: {place}", Given(label))
    return found


def _once(found: dict[Key, Given], key: Key, place: str, given: Given) -> None:
    if key in found:
        raise InputError(f"{place}: this id stands twice; keep one of its rows")
    found[key] = given


def _given_of(row: Row, place: str) -> Given:
    try:
        return Given(label_in(row), float(row["confidence"]) if row.get("confidence") else None)
    except (InputError, ValueError) as error:
        raise InputError(f"{place}: {error}") from error


def _cluster(row: Row) -> str:
    return row.get("group") or row.get("transcript") or row["id"]


def _places(store: Store, frame: pd.DataFrame, split: Split | None) -> dict[Key, Place]:
    within = {answer.key for answer in answers(store) if split in {None, answer.split}}
    listed = frame[["interview", "turn", "transcript", "arm", "design"]].itertuples(index=False, name=None)
    return {
        (interview, turn): Place(transcript, arm, design)
        for interview, turn, transcript, arm, design in listed
        if (interview, turn) in within
    }


def _given(store: Store, frame: pd.DataFrame) -> dict[str, dict[Key, Given]]:
    """What each rater of the store gave: several draws of one are ruled upon as a panel; and the panel of record."""
    from interrogate.frames import rater_names

    names = rater_names(store)
    found: dict[str, dict[Key, list[Verdict]]] = {}
    for row in store.rows(verdicts):
        by_answer = found.setdefault(names.get(row["rater"], row["rater"][:6]), {})
        by_answer.setdefault((row["interview"], row["turn"]), []).append(VERDICT.validate_python(row["body"]))
    given = {name: {key: _ruled(said) for key, said in by_answer.items()} for name, by_answer in found.items()}
    people: dict[str, dict[Key, Given]] = {}
    for key, said in opinions(store).items():
        for name, verdict in said.items():
            people.setdefault(name, {})[key] = _ruled([verdict])
    given = {name: each for name, each in given.items() if not name.startswith(PREFIX)} | people
    if len((store.choices() or {}).get("record", ())) > 1:
        given[RECORD] = _record(frame)
    return given


def _ruled(said: Sequence[Verdict]) -> Given:
    if len(said) == 1:
        return Given(said[0].label, said[0].confidence)
    ruled = ruling(said, len(said))
    return Given(Verdict("", ruled.facts).label, ruled.confidence)


def _record(frame: pd.DataFrame) -> dict[Key, Given]:
    shown = frame[["interview", "turn", "label", "confidence"]].astype(object).where(frame.notna(), None)
    return {
        (interview, turn): Given(label, confidence)
        for interview, turn, label, confidence in shown.itertuples(index=False, name=None)
    }


# --- comparing --------------------------------------------------------------------------------------------


def _named(compared: Sequence[tuple[str, str]], rater: str | None) -> list[tuple[str, str]]:
    chosen = [pair for pair in compared if rater in {None, *pair}]
    if not chosen:
        known = ", ".join(dict.fromkeys(name for pair in compared for name in pair if name != "gold"))
        raise InputError(f"{rater or 'no rater'}: nothing to compare; there are {known or 'no labels at all'}")
    return chosen


def _compared(
    labels: Labels, compared: Iterable[tuple[str, str]], places: Mapping[Key, Place], seed: int
) -> Iterator[Comparison]:
    """Each pair over all answers, then by arm and design where there are several."""
    for name, against in compared:
        shared = [key for key in places if key in labels[name] and key in labels[against]]
        parts = sorted({(places[key].arm, places[key].design) for key in shared}, key=str)
        for arm, design in [(None, None), *(parts if len(parts) > 1 else ())]:
            part = [key for key in shared if arm is None or (places[key].arm, places[key].design) == (arm, design)]
            yield _comparison(labels, (name, against), (arm, design), part, places, seed)


def _comparison(
    labels: Labels,
    pair: tuple[str, str],
    part: tuple[str | None, str | None],
    keys: Sequence[Key],
    places: Mapping[Key, Place],
    seed: int,
) -> Comparison:
    rater, against = pair
    golden = [key for key in keys if labels[against][key].label is not None]
    both = [key for key in golden if labels[rater][key].label is not None]
    return Comparison(
        rater,
        against,
        *part,
        answers=len(keys),
        clusters=len({places[key].cluster for key in keys}),
        without_gold=len(keys) - len(golden),
        unlabelled=len(golden) - len(both),
        agreement=_agreement(labels, pair, both, places, seed) if both else None,
    )
