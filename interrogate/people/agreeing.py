"""How far a rater agrees with gold labels, and people with each other: over all answers, and by arm and design.

An answer on which either side has no label is counted and left out: no label is no opinion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from interrogate.chat import SIMULATED
from interrogate.errors import InputError
from interrogate.labels import VERDICT, Verdict
from interrogate.people import Key, Split, answers
from interrogate.people.drawing import chances
from interrogate.people.facts import Row, label_in
from interrogate.people.gold import ADJUDICATION, Gold, gold, how_settled
from interrogate.people.sheets import read_rows
from interrogate.raters.human import PREFIX
from interrogate.raters.panel import ruling
from interrogate.records import Json
from interrogate.stats.agreement import Agreement, Rated, agreement, krippendorff_alpha
from interrogate.stats.calibration import Calibration, Sure, calibration
from interrogate.stats.measured import Measured
from interrogate.store import Store, campaigns, verdicts

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

    transcript: str
    """For recorded answers their group."""
    arm: str | None = None
    design: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One rater against gold, or against another, on the answers of one arm and design, or of all."""

    rater: str
    against: str
    """`gold`, or another annotator: whose labels precision and recall take for right."""
    arm: str | None
    """None for all arms together; likewise the design."""
    design: str | None
    agreement: Agreement
    """Of the answers that both had before them, those that either left unlabelled among them."""
    calibration: Calibration | None
    """None where the rater gives no confidence."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of how many of the answers drawn for people there is gold; and how many have gold that nobody drew."""

    answers: int
    labelled: int
    """The others are missing: not labelled yet, or without a label on which people agree."""
    picked: int
    """These tell how far raters agree, and enter no corrected rate."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Comparisons, and what the gold is that they rest on."""

    comparisons: tuple[Comparison, ...]
    gold: str
    """The file, or `people`: those in the store."""
    split: Split | Literal["all"]
    """Which answers are compared."""
    answers: Mapping[str, int]
    """How many of the answers compared have gold, by split; empty without a campaign."""
    settled: Mapping[str, int]
    """How the people's gold of these answers came about, or why there is none: see `how_settled`."""
    drawn: Drawn | None
    """What was drawn for people, and what has become of it; None without a campaign, and with a file of gold."""
    alpha: Measured | None
    """Krippendorff's, of all annotators at once; None where there are fewer than two."""
    simulated: bool

    def as_json(self) -> Json:
        """The document of `labels agreement --json`."""
        return asdict(self)


Labels = Mapping[str, Mapping[Key, Given]]
"""What raters gave, by the rater's name."""


def of_campaign(
    store: Store, *, gold_file: Path | None = None, rater: str | None = None, split: Split | None = None, seed: int = 0
) -> Findings:
    """Every rater of the store, or the one named, against the gold of a file, or against the people in the store.

    Without a file people are compared with each other too. `seed` is for the intervals' resampling.
    Raises InputError for a file that cannot be used, ids of another campaign, a rater that is not there, and where
    nobody has labelled anything.
    """
    from interrogate import frames

    frame = frames.answers(store)
    listed = answers(store)
    within = {answer.key: answer.split for answer in listed if split in {None, answer.split}}
    places = {key: place for key, place in _places(frame) if key in within}
    settled = gold(store)
    found = _given(store, frame, settled)
    if gold_file is None:
        golden = {key: Given(each.label) for key, each in settled.items()}
    else:
        golden = _gold_of(gold_file, {answer.id: answer.key for answer in listed})
    if not golden:
        raise InputError("nobody has labelled an answer of this campaign; see `interrogate labels export --help`")
    pairs = _named(_pairs(found, from_people=gold_file is None), rater)
    people = [found[name] for name in found if _is_annotator(name)]
    return Findings(
        comparisons=tuple(_compared({**found, "gold": golden}, pairs, places, seed)),
        gold=str(gold_file or "people"),
        split=split or "all",
        answers=dict(Counter(within[key] for key, each in golden.items() if each.label and key in within)),
        settled={} if gold_file else how_settled(each for key, each in settled.items() if key in within),
        drawn=None if gold_file else _drawn(store, {key for key, each in settled.items() if each.label}, within),
        alpha=_alpha(people, places, seed) if len(people) > 1 else None,
        simulated=bool(store.rows(campaigns)[0]["simulated"]),
    )


def of_recorded(labelled: Path, gold_file: Path, *, rater: str | None = None, seed: int = 0) -> Findings:
    """Recorded answers as `interrogate label --answers` wrote them, against a file of gold labels with their ids.

    Intervals resample the `group` or `transcript` that a row of either file names, otherwise the answers.
    Raises InputError where a file cannot be used, or they have no id in common.
    """
    rows, golden = read_rows(labelled), read_rows(gold_file)
    places = {(row["id"], 0): Place(row["id"]) for _, row in rows}
    places |= {(row["id"], 0): Place(group) for _, row in [*rows, *golden] if (group := _group(row))}
    found: dict[str, dict[Key, Given]] = {}
    for place, row in rows:
        given = found.setdefault(row.get("rater") or labelled.name, {})
        _once(given, (row["id"], 0), f"{labelled}: {place}", _given_of(row, f"{labelled}: {place}"))
    wanted = _gold_of(gold_file, {row["id"]: (row["id"], 0) for _, row in golden})
    if not any(key in wanted for given in found.values() for key in given):
        raise InputError(f"{labelled} and {gold_file} have no id in common; label the answers that the gold is of")
    pairs = _named([(name, "gold") for name in found], rater)
    comparisons = tuple(_compared({**found, "gold": wanted}, pairs, places, seed))
    return Findings(
        comparisons, str(gold_file), "all", {}, {}, None, None, any(name.startswith(SIMULATED) for name in found)
    )


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
        confidence = float(row["confidence"]) if row.get("confidence") else None
        label = label_in(row)
    except (InputError, ValueError) as error:
        raise InputError(f"{place}: {error}") from error
    if confidence is not None and not 0 <= confidence <= 1:
        raise InputError(f"{place}: confidence {confidence}: give one from 0 to 1")
    return Given(label, confidence)


def _group(row: Row) -> str | None:
    return row.get("group") or row.get("transcript")


def _places(frame: pd.DataFrame) -> Iterator[tuple[Key, Place]]:
    columns = ["interview", "turn", "transcript", "arm", "design"]
    for interview, turn, transcript, arm, design in frame[columns].itertuples(index=False, name=None):
        yield (interview, turn), Place(transcript, arm, design)


def _given(store: Store, frame: pd.DataFrame, settled: Mapping[Key, Gold]) -> dict[str, dict[Key, Given]]:
    """What each rater of the store gave: several draws of one are ruled upon as a panel; and the panel of record."""
    from interrogate.frames import rater_names

    names = rater_names(store)
    found: dict[str, dict[Key, list[Verdict]]] = {}
    for row in store.rows(verdicts):
        by_answer = found.setdefault(names.get(row["rater"], row["rater"][:6]), {})
        by_answer.setdefault((row["interview"], row["turn"]), []).append(VERDICT.validate_python(row["body"]))
    given = {name: {key: _ruled(said) for key, said in by_answer.items()} for name, by_answer in found.items()}
    people: dict[str, dict[Key, Given]] = {}
    for key, each in settled.items():
        for name, verdict in each.said.items():
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


def _is_annotator(name: str) -> bool:
    return name.startswith(PREFIX) and name != ADJUDICATION


def _drawn(store: Store, labelled: AbstractSet[Key], within: Collection[Key]) -> Drawn:
    drawn = chances(store).keys()
    return Drawn(*(sum(key in within for key in keys) for keys in (drawn, drawn & labelled, labelled - drawn)))


def _pairs(found: Iterable[str], *, from_people: bool) -> list[tuple[str, str]]:
    """Who is compared with what. People are not compared with gold that is their own."""
    names = list(found)
    if not from_people:
        return [(name, "gold") for name in names]
    raters = [(name, "gold") for name in names if not name.startswith(PREFIX)]
    return raters + list(combinations(sorted(filter(_is_annotator, names)), 2))


def _named(pairs: Sequence[tuple[str, str]], rater: str | None) -> list[tuple[str, str]]:
    chosen = [pair for pair in pairs if rater in {None, *pair}]
    if not chosen:
        known = ", ".join(dict.fromkeys(name for pair in pairs for name in pair if name != "gold"))
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
    found = [(places[key].transcript, labels[against][key], labels[rater][key]) for key in keys]
    rated = [Rated(transcript, (right.label, given.label)) for transcript, right, given in found]
    sure = [
        Sure(transcript, given.confidence, right.label == given.label)
        for transcript, right, given in found
        if right.label and given.label and given.confidence is not None
    ]
    return Comparison(
        rater,
        against,
        *part,
        agreement=agreement(rated, generator=np.random.default_rng(seed)),
        calibration=calibration(sure, generator=np.random.default_rng(seed)) if sure else None,
    )


def _alpha(people: Sequence[Mapping[Key, Given]], places: Mapping[Key, Place], seed: int) -> Measured:
    rated = [
        Rated(place.transcript, tuple(each[key].label if key in each else None for each in people))
        for key, place in places.items()
    ]
    return krippendorff_alpha(rated, generator=np.random.default_rng(seed))
