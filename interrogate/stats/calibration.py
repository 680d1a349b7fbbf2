"""Whether a rater that says it is 80% sure is right in 80% of such answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interrogate.stats.measured import Measured, Numbers
from interrogate.stats.resampling import DRAWS, bootstrap, over


@dataclass(frozen=True, slots=True)
class Sure:
    """One answer: how sure the rater was of its label, and whether the label was right."""

    transcript: str
    confidence: float
    """0 to 1."""
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence."""

    low: float
    high: float
    answers: int
    confidence: float
    """Their mean."""
    right: Measured
    """Share that was right."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curve, and how far it is from the diagonal."""

    bins: tuple[Bin, ...]
    expected_error: Measured
    """Mean distance of confidence and share right, bins weighed by their answers; 0 to 1. Noise makes it more than 0
    for a calibrated rater too."""


def calibration(
    answers: Sequence[Sure], *, generator: np.random.Generator, bins: int = 10, draws: int = DRAWS
) -> Calibration:
    """The calibration curve and expected calibration error over bins of equal numbers of answers.

    Answers of one confidence stay in one bin, so that there may be fewer. The bins are kept as they are when
    transcripts are drawn (Nguyen and O'Connor 2015 for equal numbers, arXiv 1508.05154). Raises ValueError for a
    confidence outside 0 to 1.
    """
    for answer in answers:
        if not 0 <= answer.confidence <= 1:
            raise ValueError(f"{answer}: give a confidence from 0 to 1")
    confidence = np.array([answer.confidence for answer in answers])
    place = _bins(confidence, bins)
    tables = _sums(answers, place)
    listed = [
        Bin(
            low=float(confidence[place == each].min()),
            high=float(confidence[place == each].max()),
            answers=int((place == each).sum()),
            confidence=float(confidence[place == each].mean()),
            right=bootstrap(tables[:, each], _share_right, generator=generator, draws=draws),
        )
        for each in range(tables.shape[1])
    ]
    return Calibration(tuple(listed), bootstrap(tables, _expected_error, generator=generator, draws=draws))


def _bins(confidence: Numbers, bins: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    if not len(confidence):
        return np.empty(0, dtype=np.int64)
    edges = np.unique(np.quantile(confidence, np.arange(1, bins) / bins, method="inverted_cdf"))
    found = np.searchsorted(edges, confidence, side="left")
    return np.unique(found, return_inverse=True)[1]


def _sums(answers: Sequence[Sure], place: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Numbers:
    """For each transcript and bin: answers, the sum of their confidence, and how many were right."""
    rows = {name: row for row, name in enumerate(dict.fromkeys(answer.transcript for answer in answers))}
    sums = np.zeros((len(rows), int(place.max(initial=-1)) + 1, 3))
    for answer, each in zip(answers, place, strict=True):
        sums[rows[answer.transcript], each] += (1, answer.confidence, answer.right)
    return sums


def _share_right(sums: Numbers) -> Numbers:
    return over(sums[..., 2], sums[..., 0])


def _expected_error(sums: Numbers) -> Numbers:
    return over(np.abs(sums[..., 1] - sums[..., 2]).sum(axis=-1), sums[..., 0].sum(axis=-1))
