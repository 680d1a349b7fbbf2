"""Intervals from a bootstrap that draws transcripts, of any figure that depends on a sum over transcripts.

Percentiles at the levels of Hesterberg 2015 (The American Statistician 69, 371-386), which widen them for few
transcripts. Where few transcripts bear on a figure, or every draw gives the same, there is no interval, and the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from interrogate.stats.measured import Measured, Numbers, too_few

DRAWS = 2000
_MOST_UNDEFINED = 0.05
_NOTHING = 1e-12


def bootstrap(
    parts: Numbers, statistic: Callable[[Numbers], Numbers], *, generator: np.random.Generator, draws: int
) -> Measured:
    """The statistic of the sum of the parts, one a transcript, and its interval over draws of transcripts."""
    bearing = parts[parts.reshape(len(parts), -1).any(axis=1)] if len(parts) else parts
    if not len(bearing):
        return Measured(reason="nothing_to_compare")
    estimate = float(statistic(bearing.sum(axis=0)[None])[0])
    if math.isnan(estimate):
        return Measured(reason="one_label_only")
    if few := too_few(len(bearing)):
        return Measured(estimate, reason=few)
    drawn = generator.multinomial(len(bearing), np.full(len(bearing), 1 / len(bearing)), draws)
    return _interval(estimate, statistic(np.tensordot(drawn.astype(float), bearing, axes=1)), len(bearing))


def _interval(estimate: float, drawn: Numbers, transcripts: int) -> Measured:
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn):
        return Measured(estimate, reason="undefined_in_many_draws")
    if np.ptp(defined) == 0:
        return Measured(estimate, reason="no_spread")
    level = float(norm.cdf(math.sqrt(transcripts / (transcripts - 1)) * student.ppf(0.025, transcripts - 1)))
    low, high = np.quantile(defined, [level, 1 - level]).tolist()
    return Measured(estimate, min(low, estimate), max(high, estimate))


def over(above: Numbers, below: Numbers) -> Numbers:
    """The quotient; not a number where it has no meaning."""
    result: Numbers = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.abs(below) > _NOTHING)
    return result
