"""A figure that may be missing, with the reason; and the interval that agreement and correction share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

Numbers = NDArray[np.float64]

FEWEST = 6
"""Transcripts below which no interval is given: coverage was simulated from here up."""

_SURE = 0.005
"""How near to 0 or 1 the centre of an interval may come; it lies on the logit scale, which has no ends."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95% interval; None, with the reason, for what the data do not allow."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @property
    def half_width(self) -> float | None:
        """The margin of error: half of the interval's length."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def share_interval(estimate: float, variance: float, transcripts: int) -> Measured:
    """A share, 0 to 1, with the interval of Student's t on the logit scale, `transcripts - 1` degrees of freedom.

    An estimate beyond 0 or 1 is put there. The variance is that of the estimate, of clusters. On the logit scale
    the interval is lopsided as a share's should be; a symmetric one covers too little near 0 and 1. Where the
    variance is 0, as when every answer is alike, there is no interval, and the reason `no_spread`.
    """
    share = min(max(estimate, 0.0), 1.0)
    if variance <= 0:
        return Measured(share, reason="no_spread")
    centre = min(max(share, _SURE), 1 - _SURE)
    reach = float(student.ppf(0.975, transcripts - 1)) * math.sqrt(variance) / (centre * (1 - centre))
    low, high = (float(expit(logit(centre) + sign * reach)) for sign in (-1, 1))
    return Measured(share, min(low, share), max(high, share))


def too_few(transcripts: int) -> str | None:
    """The reason where there are too few transcripts for an interval, otherwise None."""
    return None if transcripts >= FEWEST else f"too_few_transcripts: {transcripts} of at least {FEWEST}"
