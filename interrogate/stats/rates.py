"""Rates and their comparison: posterior intervals of a beta-binomial model over transcripts.

Transcript i has successes s of trials n, drawn from BetaBinomial(n, a, b) with a = rate * size, b = (1 - rate) * size,
and size = (1 - rho) / rho where rho is the correlation of two answers of one transcript. The prior is Beta(1/2, 1/2)
in the rate and flat in rho. Intervals from normal theory, the bootstrap or pooled answers cover too little with few
transcripts; how often these cover is simulated in `tests/stats/test_rates.py`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import gammaln

Numbers = NDArray[np.float64]

Count = tuple[float, float]
"""Successes and trials of one transcript. Fractions are allowed."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval, which always contains it."""

    estimate: float
    low: float
    high: float


def counts_of(clusters: Iterable[str], hits: Iterable[bool]) -> list[Count]:
    """Successes and trials of each cluster, in order of appearance, from each trial's cluster and whether it hit.

    Raises ValueError where the two are not of one length.
    """
    successes: Counter[str] = Counter()
    trials: Counter[str] = Counter()
    for cluster, hit in zip(clusters, hits, strict=True):
        trials[cluster] += 1
        successes[cluster] += hit
    return [(successes[name], trials[name]) for name in trials]


def rate(counts: Sequence[Count]) -> Estimate | None:
    """The share of successes, 0 to 1, transcripts weighing equally; None where no transcript has a trial.

    The estimate is the mean over transcripts of successes / trials. The interval is the equal-tailed posterior
    interval of the beta-binomial rate, extended to the estimate where it does not reach it: at an estimate of 0
    it begins at 0, at 1 it ends at 1. Raises ValueError for a count with successes outside 0 to trials.
    """
    tried = _tried(counts)
    return around(share(tried), quantiles(tried, TAILS)) if tried else None


def difference(a: Sequence[Count], b: Sequence[Count]) -> Estimate | None:
    """The rate of `a` less the rate of `b`, -1 to 1; None where either has no trial.

    The interval is that of the difference of two independent posteriors. Raises ValueError as `rate` does.
    """
    tried_a, tried_b = _tried(a), _tried(b)
    if not tried_a or not tried_b:
        return None
    differences = np.subtract.outer(spread(tried_a), spread(tried_b))
    return around(share(tried_a) - share(tried_b), np.quantile(differences, TAILS))


def likelihood_ratio(a: Sequence[Count], b: Sequence[Count]) -> Estimate | None:
    """The rate of `a` over the rate of `b`, from 0 up and always finite; None where either has no trial.

    The interval is that of the ratio of two independent posteriors. Where the rate of `b` is 0 the estimate is
    the median of that ratio, and the upper end is set by the prior as much as by the data: read it as "large".
    Raises ValueError as `rate` does.
    """
    tried_a, tried_b = _tried(a), _tried(b)
    if not tried_a or not tried_b:
        return None
    ratios = np.divide.outer(spread(tried_a), spread(tried_b))
    below = share(tried_b)
    estimate = share(tried_a) / below if below else float(np.median(ratios))
    return around(estimate, np.quantile(ratios, TAILS))


TAILS = np.array([0.025, 0.975])

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


def quantiles(counts: Sequence[Count], levels: Numbers) -> Numbers:
    cumulative = np.concatenate([[0.0], np.cumsum(_posterior(counts))])
    angles = np.interp(levels, cumulative / cumulative[-1], _ANGLE_EDGES)
    return np.sin(angles) ** 2


def spread(counts: Sequence[Count]) -> Numbers:
    """Rates that stand for equal shares of the posterior, none of them 0."""
    return quantiles(counts, (np.arange(400) + 0.5) / 400)


def _tried(counts: Sequence[Count]) -> list[Count]:
    for place, (successes, trials) in enumerate(counts):
        if not 0 <= successes <= trials < math.inf:
            raise ValueError(f"counts[{place}]: {successes} successes in {trials} trials; give 0 to trials")
    return [count for count in counts if count[1] > 0]


def share(counts: Sequence[Count]) -> float:
    return math.fsum(successes / trials for successes, trials in counts) / len(counts)


def around(estimate: float, interval: Numbers) -> Estimate:
    low, high = interval.tolist()
    return Estimate(estimate, min(low, estimate), max(high, estimate))
