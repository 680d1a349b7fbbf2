"""Interviews as a page shows them: a fair choice where there are many, each with its accusation, context and turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interrogate import frames
from interrogate.records import Json
from interrogate.report.findings import Findings, arm_place
from interrogate.report.wording import short_sources
from interrogate.store import Store
from interrogate.store import interviews as interviews_table

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 200
"""Interviews that a page shows in full: more would make it slow to open and nobody reads them there."""

FACTS = ("falsehood", "motive_false", "retaliation", "aware")


Course = tuple[Json | None, ...]


@dataclass(frozen=True, slots=True)
class ShownInterview:
    """One interview, ready to be read."""

    about: Json
    """Its row of the frame `interviews`."""
    source: str
    accusation: Json
    notices: tuple[Json, ...]
    """What reading the transcript's file had to say."""
    differences: tuple[Json, ...]
    turns: tuple[Json, ...]
    """Its rows of the frame `answers`, each with `others`: what the other raters said."""
    course: Course
    """Those of its turns that enter rates and curves."""


@dataclass(frozen=True, slots=True)
class Row:
    """One transcript of a group: the course of each interview about it, by subject."""

    source: str
    courses: dict[str, list[Course]]


def rows_of(frame: pd.DataFrame) -> list[Json]:
    """The rows as plain values, with None where there is none."""
    plain = frame.astype(object)
    return [
        {str(key): value for key, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]


def chosen(interviews: pd.DataFrame, most: int = MOST_SHOWN) -> pd.DataFrame:
    """At most so many interviews, in key order, shared out evenly among subjects, arms and policies."""
    group = ["subject", "policy", "arm"]
    ordered = interviews.sort_values("interview")
    turn = ordered.groupby(group).cumcount()
    kept = ordered.assign(turn=turn).sort_values(["turn", "interview"]).head(most).drop(columns="turn")
    places = kept["arm"].map(arm_place)
    order = ["subject", "policy", "place", "source", "cell", "epoch", "interview"]
    return kept.assign(place=places).sort_values(order).drop(columns="place")


def shown_interviews(store: Store, findings: Findings) -> list[ShownInterview]:
    """The chosen interviews with all that is to be read of them."""
    kept = chosen(findings.interviews)
    accusations, contexts, transcripts = (store.bodies(kind) for kind in ("accusation", "context", "transcript"))
    accused = {row["interview"]: row["accusation"] for row in store.rows(interviews_table)}
    turns, courses = _turns(store, findings, set(kept["interview"])), courses_of(findings)
    names = short_sources(findings.interviews["source"])
    return [
        ShownInterview(
            about=row,
            source=names[row["source"]],
            accusation=accusations[accused[row["interview"]]],
            notices=tuple(transcripts[row["transcript"]]["warnings"]),
            differences=tuple((contexts.get(row["context"]) or {}).get("differences", ())),
            turns=tuple(turns[row["interview"]]),
            course=courses.get(row["interview"], ()),
        )
        for row in rows_of(kept)
    ]


def _turns(store: Store, findings: Findings, kept: set[str]) -> defaultdict[str, list[Json]]:
    others = _other_verdicts(store)
    found: defaultdict[str, list[Json]] = defaultdict(list)
    rows = findings.answers[findings.answers["interview"].isin(kept)].sort_values(["interview", "turn"])
    for row in rows_of(rows):
        found[row["interview"]].append({**row, "others": others.get((row["interview"], row["turn"]), [])})
    return found


def _other_verdicts(store: Store) -> dict[tuple[str, int], list[Json]]:
    """What each rater said of each answer, where that is more than the label of record tells."""
    verdicts = frames.verdicts(store)
    if len(set(verdicts["rater"])) == 1:
        return {}
    found: dict[tuple[str, int], list[Json]] = {}
    for row in rows_of(verdicts[["interview", "turn", "rater", "label", "unlabelled", "remark"]]):
        found.setdefault((row["interview"], row["turn"]), []).append(row)
    return found


def courses_of(findings: Findings) -> dict[str, Course]:
    """For each interview rung, position and label of the answers that count, in order.

    In a thread a rung that was not asked keeps its place, as None, so that courses can be compared.
    """
    found: defaultdict[str, dict[int, Json]] = defaultdict(dict)
    for row in rows_of(findings.counted[["interview", "design", "rung", "position", "label", "unlabelled"]]):
        found[row["interview"]][row["position"]] = row
    threads = findings.counted[findings.counted["design"] == "thread"]
    ladder = sorted({int(position) for position in threads["position"]})
    return {interview: tuple(of.get(position) for position in ladder or of) for interview, of in found.items()}


def by_transcript(findings: Findings, fewer_than: int) -> dict[str, list[Row]]:
    """For each arm in which a group has fewer transcripts than that: a row for every transcript."""
    small = {(g.subject, g.arm, g.policy) for g in findings.groups if g.transcripts < fewer_than}
    names = short_sources(findings.interviews["source"])
    courses = courses_of(findings)
    table: defaultdict[str, defaultdict[str, defaultdict[str, list[Course]]]]
    table = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in rows_of(findings.interviews.sort_values(["source", "cell", "epoch", "interview"])):
        if (row["subject"], row["arm"], row["policy"]) in small and row["interview"] in courses:
            table[row["arm"]][names[row["source"]]][row["subject"]].append(courses[row["interview"]])
    return {arm: [Row(source, dict(of)) for source, of in table[arm].items()] for arm in sorted(table, key=arm_place)}


def facts_of(turn: Mapping[str, Any]) -> list[str]:
    """What the rater found in an answer, in words; empty where there is no label."""
    if turn["label"] is None:
        return []
    found = [f"admission {turn['admission']}", *(name.replace("_", " ") for name in FACTS if turn[name])]
    if turn["stance"]:
        found.append(f"stance {turn['stance'].replace('_', ' ')}")
    if turn["interest"]:
        found.append(f"interest {turn['interest']}")
    return found
