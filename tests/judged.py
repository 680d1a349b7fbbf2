"""Campaigns of clustered answers with a known truth, labelled by raters of known worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """A row a transcript, a column an answer."""

    truth: Flags
    label: Flags
    people: Flags
    """Which answers people labelled too; they are right."""


def judged(
    source: np.random.Generator,
    *,
    transcripts: int,
    rate: float,
    sensitivity: float,
    specificity: float,
    correlation: float = 0.2,
    answers: int = 40,
    share: float = 0.5,
) -> Judged:
    """A campaign whose true rate differs between transcripts: a beta distribution with the given correlation."""
    size = (1 - correlation) / correlation
    rates = source.beta(rate * size, (1 - rate) * size, (transcripts, 1))
    truth = source.random((transcripts, answers)) < rates
    label = source.random(truth.shape) < np.where(truth, sensitivity, 1 - specificity)
    return Judged(truth, label, source.random(truth.shape) < share)
