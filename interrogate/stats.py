"""Rates, their comparison and persistence curves, each with a 95% interval. Numbers in, frozen results out.

Knows nothing of stores, frames and models. Answers of one transcript resemble each other, so the unit is the
transcript: transcripts weigh equally, and every interval allows for the correlation of answers within them.

The intervals are posterior ones of a beta-binomial model: transcript i has successes s of trials n, drawn from
BetaBinomial(n, a, b) with a = rate * size, b = (1 - rate) * size, and size = (1 - rho) / rho where rho is the
correlation of two answers of one transcript. The prior is Beta(1/2, 1/2) in the rate and flat in rho. Intervals
from normal theory, the bootstrap or pooled answers cover too little with few transcripts; how often these cover
is simulated in `tests/test_stats.py`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import gammaln

Numbers = NDArray[np.float64]

Count = tuple[float, float]
"""Successes and trials of one transcript. Fractions are allowed."""

Ending = Literal["confession", "competing", "censored"]
"""`competing` is what the subject itself ended; whatever else broke off or ran out is `censored`."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval, which always contains it."""

    estimate: float
    low: float
    high: float


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


def rate(counts: Sequence[Count]) -> Estimate | None:
    """The share of successes, 0 to 1, transcripts weighing equally; None where no transcript has a trial.

    The estimate is the mean over transcripts of successes / trials. The interval is the equal-tailed posterior
    interval of the beta-binomial rate, extended to the estimate where it does not reach it: at an estimate of 0
    it begins at 0, at 1 it ends at 1. Raises ValueError for a count with successes outside 0 to trials.
    """
    tried = _tried(counts)
    return _around(_share(tried), _quantiles(tried, _TAILS)) if tried else None


def difference(a: Sequence[Count], b: Sequence[Count]) -> Estimate | None:
    """The rate of `a` less the rate of `b`, -1 to 1; None where either has no trial.

    The interval is that of the difference of two independent posteriors. Raises ValueError as `rate` does.
    """
    tried_a, tried_b = _tried(a), _tried(b)
    if not tried_a or not tried_b:
        return None
    differences = np.subtract.outer(_spread(tried_a), _spread(tried_b))
    return _around(_share(tried_a) - _share(tried_b), np.quantile(differences, _TAILS))


def likelihood_ratio(a: Sequence[Count], b: Sequence[Count]) -> Estimate | None:
    """The rate of `a` over the rate of `b`, from 0 up and always finite; None where either has no trial.

    The interval is that of the ratio of two independent posteriors. Where the rate of `b` is 0 the estimate is
    the median of that ratio, and the upper end is set by the prior as much as by the data: read it as "large".
    Raises ValueError as `rate` does.
    """
    tried_a, tried_b = _tried(a), _tried(b)
    if not tried_a or not tried_b:
        return None
    ratios = np.divide.outer(_spread(tried_a), _spread(tried_b))
    below = _share(tried_b)
    estimate = _share(tried_a) / below if below else float(np.median(ratios))
    return _around(estimate, np.quantile(ratios, _TAILS))


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


_TAILS = np.array([0.025, 0.975])

# Cells equally wide in the angle whose squared sine is the rate: Beta(1/2, 1/2) gives each the same prior mass.
_ANGLE_EDGES = np.linspace(0, math.pi / 2, 1025)
_LOG_RATES = 2 * np.log(np.sin((_ANGLE_EDGES[:-1] + _ANGLE_EDGES[1:]) / 2))

# Correlations crowd towards 0, where n answers tell values apart that lie 1/n from each other, and towards 1, where
# transcripts of one mind put them. The weights are the derivative, so that the prior stays flat.
_STEPS = (np.arange(128) + 0.5) / 128
_CORRELATIONS = _STEPS**3 * (4 - 3 * _STEPS)
_CORRELATION_WEIGHTS = 12 * _STEPS**2 * (1 - _STEPS)
_LOG_SIZES = np.log((1 - _CORRELATIONS) / _CORRELATIONS)

_KNOTS = np.arange(_LOG_SIZES.min() + _LOG_RATES.min(), _LOG_SIZES.max() + 0.1, 0.05)


def _posterior(counts: Sequence[Count]) -> Numbers:
    """The posterior mass of each cell of the rate, the correlation summed out, up to a common factor."""
    successes, trials = np.array(counts, dtype=float).T
    log_a = _LOG_SIZES[:, None] + _LOG_RATES
    log_b = log_a[:, ::-1]
    log_likelihood = (
        _log_rising(successes)(log_a)
        + _log_rising(trials - successes)(log_b)
        - _log_rising(trials)(_LOG_SIZES)[:, None]
    )
    mass: Numbers = _CORRELATION_WEIGHTS @ np.exp(log_likelihood - log_likelihood.max())
    return mass


def _log_rising(numbers: Numbers) -> CubicSpline:
    """The sum over transcripts of log Γ(x + number) / Γ(x), as a function of log x.

    The likelihood is three such sums, in a, b and a + b. Computing them once, along one line, spares the log-gamma
    of every transcript at every node of the grid.
    """
    values, repeats = np.unique(numbers, return_counts=True)
    x = np.exp(_KNOTS)[:, None]
    return CubicSpline(_KNOTS, (gammaln(x + values) - gammaln(x)) @ repeats)


def _quantiles(counts: Sequence[Count], levels: Numbers) -> Numbers:
    cumulative = np.concatenate([[0.0], np.cumsum(_posterior(counts))])
    angles = np.interp(levels, cumulative / cumulative[-1], _ANGLE_EDGES)
    return np.sin(angles) ** 2


def _spread(counts: Sequence[Count]) -> Numbers:
    """Rates that stand for equal shares of the posterior, none of them 0."""
    return _quantiles(counts, (np.arange(400) + 0.5) / 400)


def _tried(counts: Sequence[Count]) -> list[Count]:
    for place, (successes, trials) in enumerate(counts):
        if not 0 <= successes <= trials < math.inf:
            raise ValueError(f"counts[{place}]: {successes} successes in {trials} trials; give 0 to trials")
    return [count for count in counts if count[1] > 0]


def _share(counts: Sequence[Count]) -> float:
    return math.fsum(successes / trials for successes, trials in counts) / len(counts)


def _around(estimate: float, interval: Numbers) -> Estimate:
    low, high = interval.tolist()
    return Estimate(estimate, min(low, estimate), max(high, estimate))


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
    low, high = _quantiles(counts, _TAILS).tolist()
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


def _fitted(counts: Sequence[Count], share: float) -> list[Count]:
    """The counts with successes, or failures, scaled down so that their mean share is the one given."""
    mean = _share(counts)
    if mean > share:
        return [(successes * share / mean, trials) for successes, trials in counts]
    failing = (1 - share) / (1 - mean) if mean < share else 1.0
    return [(trials - (trials - successes) * failing, trials) for successes, trials in counts]


def _check_turns(turns: Sequence[int]) -> None:
    if any(turn <= before for before, turn in pairwise([0, *turns])):
        raise ValueError(f"turns {list(turns)} do not ascend from 1; give each scheduled turn once, in order")


def _check_spells(spells: Sequence[Spell]) -> None:
    for spell in spells:
        earliest = 0 if spell.ending == "censored" else 1
        if spell.end < earliest:
            raise ValueError(f"{spell}: an interview cannot end so before turn {earliest}; turns count from 1")
