"""The two sides of a comparison: a campaign's answers with one rater's labels, and what shapes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from interrogate.errors import InputError
from interrogate.frames import answers, interviews, rater_names
from interrogate.records import Json
from interrogate.store import Store, open_directory

if TYPE_CHECKING:
    import pandas as pd

RECORD = "record"
"""Stands for the label of record where a rater is named."""

ABOUT_RATERS = ("model", "parameters", "rubric", "again", "schema", "way", "data", "examples", "code")


@dataclass(frozen=True, slots=True)
class Side:
    """A campaign's answers with the labels of one rater, or of record."""

    campaign: str
    rater: str
    answers: pd.DataFrame
    """The frame `answers`, with the interview's `accusation`, which tells two of one kind apart."""
    settled: Json
    """What shapes it, by name: of two campaigns their choices, of two raters what each is."""


@dataclass(frozen=True, slots=True)
class Differing:
    """Something that was settled otherwise on the two sides."""

    name: str
    a: str
    b: str


def two_raters(directory: Path, raters: Sequence[str]) -> tuple[Side, Side]:
    """Two raters of a campaign, by their names; unnamed, the two that there are, the rater of record first.

    Raises InputError where a name is not that of a rater here, or it takes more names to say which two.
    """
    with open_directory(directory) as store:
        known = _known(store)
        chosen = [_checked(name, known) for name in raters] or known[1:]
        if len(chosen) != 2:  # noqa: PLR2004
            raise InputError(f"name the two raters to compare with --raters; there are {', '.join(known)}")
        a, b = (Side(str(directory), name, _answers(store, name), _about(store, name)) for name in chosen)
    return a, b


def two_campaigns(a: Path, b: Path, raters: Sequence[str]) -> tuple[Side, Side]:
    """Two campaigns by their labels of record; or by a rater's, one name for both or one for each.

    Raises InputError where a name is not that of a rater there.
    """
    first, *rest = raters or (RECORD,)
    left, right = _campaign(a, first), _campaign(b, rest[0] if rest else first)
    _tell_strategies_apart(left, right)
    return left, right


def differing(a: Side, b: Side) -> Iterator[Differing]:
    """What was settled otherwise; of transcripts and long texts how much of them."""
    for name in dict.fromkeys((*a.settled, *b.settled)):
        left, right = a.settled.get(name), b.settled.get(name)
        if left != right:
            yield Differing(name, _told(left, right), _told(right, left))


def _told(value: object, other: object) -> str:
    """A value in words. Of many lines, or a set of digests, how many there are and how many only here."""
    if isinstance(value, str) and "\n" in value:
        lines = value.splitlines()
        return f"{len(lines)} lines, {len(set(lines) - set(str(other).splitlines()))} of them only here"
    if isinstance(value, frozenset) and isinstance(other, frozenset):
        return f"{len(value)}, {len(value - other)} of them only here"
    return str(value)


def _campaign(directory: Path, rater: str) -> Side:
    with open_directory(directory) as store:
        choices = store.choices() or {}
        settled = {**choices, "transcripts": frozenset(each["digest"] for each in choices.get("transcripts", ()))}
        return Side(str(directory), rater, _answers(store, _checked(rater, _known(store))), settled)


def _known(store: Store) -> list[str]:
    """What may be named: the label of record, then the raters, those of record first."""
    settled = {rater["digest"] for rater in (store.choices() or {}).get("record", ())}
    named = rater_names(store)
    return [RECORD, *(named[key] for key in sorted(named, key=lambda key: (key not in settled, named[key])))]


def _checked(rater: str, known: Sequence[str]) -> str:
    if rater not in known:
        raise InputError(f"{rater}: no such rater here; there are {', '.join(known)}")
    return rater


def _answers(store: Store, rater: str) -> pd.DataFrame:
    frame = answers(store, None if rater == RECORD else rater)
    accusations = interviews(store).set_index("interview")["accusation"]
    return frame.assign(accusation=frame["interview"].map(accusations))


def _about(store: Store, rater: str) -> Json:
    if rater == RECORD:
        return {"record": [each["name"] for each in (store.choices() or {}).get("record", ())]}
    (key,) = (key for key, name in rater_names(store).items() if name == rater)
    body = store.bodies("rater").get(key, {})
    return {name: body[name] for name in ABOUT_RATERS if name in body}


def _tell_strategies_apart(a: Side, b: Side) -> None:
    """Two strategies of one name and version that ask other questions are no longer called the same."""
    first, second = (str(side.settled.get("strategy", {}).get("digest")) for side in (a, b))
    if first != second:
        a.answers["strategy"] += f" {first[:6]}"
        b.answers["strategy"] += f" {second[:6]}"
