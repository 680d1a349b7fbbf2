"""Rates from a part of a campaign's answers that a judge read and a classifier, fitted to it, that labels all.

By prediction-powered inference (`stats.powered`): they are what the judge would have given on all the answers, whatever
the classifier is worth. The judge's own errors stay in them; people's labels measure those (see `correcting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from interrogate import frames
from interrogate.labels import VERDICT, Facts, label_of
from interrogate.people import Key
from interrogate.quantities import EVENTS, GROUP, Alike, headline
from interrogate.raters.fitted import Score
from interrogate.records import Json, digest
from interrogate.stats.measured import Measured
from interrogate.stats.powered import Powered, Predicted, powered_mean, reachable
from interrogate.store import Store, verdicts

if TYPE_CHECKING:
    import pandas as pd

KIND = "drawn"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which part of a campaign's answers a judge reads."""

    judge: str
    """The judge's identity."""
    name: str
    share: float
    """Of all answers; of those that enter rates a margin may ask for more."""
    margin: float | None
    """Half of the length that the rates' intervals are to have; None where a share alone was asked for."""
    seed: int
    chances: Mapping[Key, float]
    """Of each answer, over 0 up to 1."""

    def holds(self, key: Key) -> bool:
        """Whether the answer is in the part: as fixed as seed and chance. A part grows with its chances."""
        place = int(digest([self.seed, *key]), 16) / 16**20
        return place < self.chances.get(key, 0.0)


@dataclass(frozen=True, slots=True)
class AmplifiedRate:
    """One rate."""

    amplified: Measured
    """By judge and classifier."""
    by_judge: Measured
    """From the answers that the judge read, alone."""
    weight: float | None
    """λ, 0 to 1: how far the classifier was used."""
    needed: float | None
    """Answers that the judge would have to read for as narrow an interval without the classifier."""
    saving: float | None
    """The share of these that it did not have to read; below 0 where the answers read were worth less than others."""
    reachable: float | None
    """Half of the interval's length if the judge read every answer: below it only more transcripts help."""


@dataclass(frozen=True, slots=True)
class AmplifiedGroup(Alike):
    """The amplified rates of what may be pooled; the rater is the fitted classifier."""

    transcripts: int
    answers: int
    """Those that enter the rates."""
    read: int
    """Of these, by the judge, with a label."""
    rates: dict[str, AmplifiedRate]
    """`strict` and `lenient` (doubling down), `not_admitted`, `confession`."""
    widest: str | None
    """The rate with the widest interval; None where no rate has one."""


@dataclass(frozen=True, slots=True)
class Amplified:
    """The rates that a judge's part and the fitted classifier give together."""

    judge: str
    identity: str
    """The judge's."""
    share: float
    margin: float | None
    answers: int
    """All that can be labelled."""
    drawn: int
    """Those in the judge's part."""
    read: int
    """Of these, with a label of the judge's. The others are missing for a reason, and not by chance."""
    score: Score
    """Of the fitted classifier, on transcripts that it had not seen."""
    groups: tuple[AmplifiedGroup, ...]


@dataclass(frozen=True, slots=True)
class Pooled:
    """The answers of a group."""

    group: tuple[Any, ...]
    """The values of `GROUP`."""
    rows: list[Json]

    @property
    def keys(self) -> list[Key]:
        return [(row["interview"], row["turn"]) for row in self.rows]

    def powered(self) -> dict[str, Powered | str]:
        """Each rate, or the reason why there is none."""
        return {name: powered_mean([_predicted(row, event) for row in self.rows]) for name, event in EVENTS.items()}


def amplified(store: Store) -> list[Amplified]:
    """The rates of each judge that has read a part of the campaign's answers."""
    return [_amplified(store, drawn, rater) for drawn, rater in kept(store) if rater is not None]


def kept(store: Store) -> Iterator[tuple[Drawn, str | None]]:
    """The parts that judges read, each with the identity of the classifier that was fitted to it."""
    for judge, body in store.bodies(KIND).items():
        found = {(name, turn): chance for name, turn, chance in body["chances"]}
        yield Drawn(judge, body["name"], body["share"], body.get("margin"), body["seed"], found), body["rater"]


def read_by_judge(store: Store, drawn: Drawn) -> dict[Key, Facts]:
    """What the judge found within its part; an answer that it labelled for another reason was not drawn by chance."""
    rows = store.rows(verdicts, rater=drawn.judge, draw=0)
    found = {(row["interview"], row["turn"]): VERDICT.validate_python(row["body"]).facts for row in rows}
    return {key: facts for key, facts in found.items() if facts is not None and drawn.holds(key)}


def pooled(store: Store, drawn: Drawn, rater: str) -> list[Pooled]:
    """The answers that enter rates, by group: what the classifier, by identity, says of each, and what the judge."""
    rows = headline(frames.answers(store, frames.rater_names(store)[rater]))
    both = rows[rows["label"].notna()].merge(
        _judged(drawn, read_by_judge(store, drawn)), on=["interview", "turn"], suffixes=("", "_judge")
    )
    return [replace(group, rows=_answered(group.rows)) for group in in_groups(both)]


def _answered(rows: list[Json]) -> list[Json]:
    """With chances to have been labelled: those to have been drawn, times the share of what was drawn that was."""
    drawn = [row for row in rows if row["drawn"]]
    weight = sum(1 / row["chance"] for row in drawn)
    share = sum(1 / row["chance"] for row in drawn if isinstance(row["label_judge"], str)) / weight if drawn else 1.0
    return [{**row, "chance": row["chance"] * share} if share else row for row in rows]


def in_groups(rows: pd.DataFrame) -> Iterator[Pooled]:
    for key, part in rows.groupby(list(GROUP), sort=True):
        yield Pooled(tuple(key), [{str(name): value for name, value in row.items()} for row in part.to_dict("records")])


def _judged(drawn: Drawn, read: Mapping[Key, Facts]) -> pd.DataFrame:
    """One row an answer, with its chance and, where the judge read it, label and admission."""
    import pandas as pd

    rows = [
        (*key, chance, drawn.holds(key), *((label_of(read[key]), read[key].admission) if key in read else (None, None)))
        for key, chance in drawn.chances.items()
    ]
    return pd.DataFrame(rows, columns=["interview", "turn", "chance", "drawn", "label", "admission"])


def _predicted(row: Json, event: Callable[[Any], bool]) -> Predicted:
    judged = {"label": row["label_judge"], "admission": row["admission_judge"]}
    gold = float(event(judged)) if isinstance(judged["label"], str) else None
    return Predicted(row["transcript"], float(event(row)), gold, row["chance"])


def _amplified(store: Store, drawn: Drawn, rater: str) -> Amplified:
    return Amplified(
        drawn.name,
        drawn.judge,
        drawn.share,
        drawn.margin,
        len(drawn.chances),
        sum(map(drawn.holds, drawn.chances)),
        len(read_by_judge(store, drawn)),
        Score(**store.bodies("rater")[rater]["score"]),
        tuple(map(_group, pooled(store, drawn, rater))),
    )


def _group(of: Pooled) -> AmplifiedGroup:
    drawn = sum(row["drawn"] for row in of.rows)
    rates = {name: _rate(found, drawn) for name, found in of.powered().items()}
    return AmplifiedGroup(
        **dict(zip(GROUP, of.group, strict=True)),
        transcripts=len({row["transcript"] for row in of.rows}),
        answers=len(of.rows),
        read=sum(isinstance(row["label_judge"], str) for row in of.rows),
        rates=rates,
        widest=_widest(rates.items()),
    )


def _rate(found: Powered | str, asked: int) -> AmplifiedRate:
    """`asked` is how many answers the judge was asked about."""
    if isinstance(found, str):
        return AmplifiedRate(Measured(reason=found), Measured(reason=found), None, None, None, None)
    saving = 1 - asked / found.effective
    return AmplifiedRate(found.mean, found.classical, found.weight, found.effective, saving, reachable(found))


def _widest(rates: Iterable[tuple[str, AmplifiedRate]]) -> str | None:
    widths = {name: width for name, rate in rates if (width := rate.amplified.half_width) is not None}
    return max(widths, key=lambda name: widths[name], default=None)
