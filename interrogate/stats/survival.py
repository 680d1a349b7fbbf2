"""Persistence: the share of interviews that have not confessed through each turn, as discrete time to event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from interrogate.stats.rates import TAILS, Count, quantiles, share

Ending = Literal["confession", "competing", "censored"]
"""`competing` is what the subject itself ended; whatever else broke off or ran out is `censored`."""


@dataclass(frozen=True, slots=True)
class Spell:
    """The course of one interview, as far as its persistence goes."""

    transcript: str
    end: int
    """Turn of the event, from 1; for `censored` the last turn observed without a confession, 0 if there was none."""
    ending: Ending


@dataclass(frozen=True, slots=True)
class Point:
    """The persistence curve at one turn."""

    turn: int
    at_risk: int
    """Interviews with neither event nor censoring before this turn."""
    confessed: int
    """Interviews that confessed at this turn."""
    held: float
    low: float
    high: float


def persistence(spells: Sequence[Spell], turns: Sequence[int]) -> tuple[Point, ...]:
    """The persistence curve at the given turns: the share of interviews that have not confessed through each.

    `held` is 1 - the Aalen-Johansen cumulative incidence of confession, which is the Kaplan-Meier estimate where
    no event competes; after a competing event an interview counts as held. Each interview weighs 1 / the observed
    interviews of its transcript. The interval is that of `rate` for the interviews whose state at the turn is
    known (the event came by then, or they were observed through it), weighed for those that censoring took away
    and fitted to `held`; where nothing was censored before the turn it is that of `rate` itself.

    A turn after the last one observed has a point only where every interview under way then came to its event:
    otherwise nobody knows what became of the rest. Raises ValueError for turns that do not ascend from 1, and for
    a spell that ends before it can.
    """
    _check_turns(turns)
    _check_spells(spells)
    observed = [spell for spell in spells if spell.end > 0]
    if not observed:
        return ()
    last = max(spell.end for spell in observed)
    if any(spell.end == last and spell.ending == "censored" for spell in observed):
        turns = [turn for turn in turns if turn <= last]
    return tuple(_point(observed, turn, held) for turn, held in zip(turns, _held(observed, turns), strict=True))


def _held(observed: Sequence[Spell], turns: Sequence[int]) -> list[float]:
    from statsmodels.duration.survfunc import CumIncidenceRight

    causes: dict[Ending, int] = {"censored": 0, "confession": 1, "competing": 2}
    interviews = Counter(spell.transcript for spell in observed)
    curve = CumIncidenceRight(
        [spell.end for spell in observed],
        np.array([causes[spell.ending] for spell in observed]),
        freq_weights=[1 / interviews[spell.transcript] for spell in observed],
    )
    # It has no curve at all for a cause when nothing, or only censoring, was seen.
    incidence = np.concatenate([[0.0], curve.cinc[0] if curve.cinc else np.zeros(len(curve.times))])
    at_turns = incidence[np.searchsorted(curve.times, turns, side="right")]
    return [float(held) for held in np.clip(1 - at_turns, 0, 1)]


def _point(observed: Sequence[Spell], turn: int, held: float) -> Point:
    counts = _fitted(_known_counts(observed, turn), held)
    low, high = quantiles(counts, TAILS).tolist()
    return Point(
        turn=turn,
        at_risk=sum(spell.end >= turn for spell in observed),
        confessed=sum(spell.end == turn and spell.ending == "confession" for spell in observed),
        held=held,
        low=min(low, held),
        high=max(high, held),
    )


def _known_counts(observed: Sequence[Spell], turn: int) -> list[Count]:
    """Held and known interviews of each transcript, each weighed by the inverse of its chance to stay uncensored.

    Otherwise interviews that ended early, which can no longer be censored, would stand for too many.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    censored = np.array([spell.ending == "censored" for spell in observed])
    ends = np.array([spell.end for spell in observed])
    # Censoring comes after the events of its turn.
    uncensored = SurvfuncRight(ends + 0.5 * censored, censored)
    chances = np.concatenate([[1.0], uncensored.surv_prob])
    known: Counter[str] = Counter()
    weights: defaultdict[str, float] = defaultdict(float)
    held: defaultdict[str, float] = defaultdict(float)
    for spell in observed:
        if spell.ending == "censored" and spell.end < turn:
            continue
        weight = 1 / chances[np.searchsorted(uncensored.surv_times, min(spell.end, turn))]
        known[spell.transcript] += 1
        weights[spell.transcript] += weight
        held[spell.transcript] += weight * (spell.ending != "confession" or spell.end > turn)
    return [(held[key] / weights[key] * number, number) for key, number in known.items()]


def _fitted(counts: Sequence[Count], wanted: float) -> list[Count]:
    """The counts with successes, or failures, scaled down so that their mean share is the one given."""
    mean = share(counts)
    if mean > wanted:
        return [(successes * wanted / mean, trials) for successes, trials in counts]
    failing = (1 - wanted) / (1 - mean) if mean < wanted else 1.0
    return [(trials - (trials - successes) * failing, trials) for successes, trials in counts]


def _check_turns(turns: Sequence[int]) -> None:
    if any(turn <= before for before, turn in pairwise([0, *turns])):
        raise ValueError(f"turns {list(turns)} do not ascend from 1; give each scheduled turn once, in order")


def _check_spells(spells: Sequence[Spell]) -> None:
    for spell in spells:
        earliest = 0 if spell.ending == "censored" else 1
        if spell.end < earliest:
            raise ValueError(f"{spell}: an interview cannot end so before turn {earliest}; turns count from 1")
