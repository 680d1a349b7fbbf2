"""Rates corrected for the errors of a rater, from its confusion with people.

If Q[i, j] is the chance that an answer of class i is labelled j, the observed shares are p = Qᵀ π, and the true ones
π = Q⁻ᵀ p. For two classes this is (p + specificity - 1) / (sensitivity + specificity - 1) (Rogan and Gladen 1978,
American Journal of Epidemiology 107, 71-76; for judges: arXiv 2511.21140).

The variance is of first order and clustered: what each transcript adds to the error of p and of Q, taken through
Q⁻ᵀ, summed within the transcript and squared. Labels of people on answers of the same transcripts are so allowed
for. Coverage is simulated in `tests/stats/test_correction.py`; a posterior that takes p and Q for independent covered
too much (1.00 with 6 transcripts), and a bootstrap of transcripts was wider at equal coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from interrogate.stats.measured import Measured, Numbers, share_interval, too_few

Flags = NDArray[np.bool_]

SINGULAR = 0.1
"""Least singular value of the confusion matrix that is still inverted: errors are multiplied by its inverse. For two
classes it is about sensitivity + specificity - 1."""

_NOTHING = 1e-18


@dataclass(frozen=True, slots=True)
class Checked:
    """One transcript: how its answers were labelled, and a part of them by people too. All in one order of classes."""

    observed: Sequence[float]
    """Answers by the rater's class, 0 each where the transcript serves only to measure the rater."""
    confusion: Sequence[Sequence[float]]
    """Answers by people's class (row) and the rater's (column)."""


def corrected_shares(checked: Sequence[Checked], events: Sequence[Sequence[int]]) -> list[Measured]:
    """The share of each event, a set of classes by place, as people would have labelled; transcripts weigh equally.

    The matrix is pooled over transcripts. Shares that inversion puts below 0 are found again by least squares with
    none below 0; the interval keeps the variance of the inverted ones. None for every event, with the reason:
    people labelled nothing, or never saw a class; the matrix is near singular, or no better than chance; fewer
    than six transcripts were observed, or checked. Ends are 0 to 1. Raises ValueError where numbers of classes differ.
    """
    observed, confusion = _arrays(checked)
    if refusal := _refusal(observed, confusion):
        return [Measured(reason=refusal)] * len(events)
    matrix = _rows(confusion.sum(axis=0))
    shares = _rows(observed[_observed(observed)]).mean(axis=0)
    inverse = np.linalg.inv(matrix)
    inverted = shares @ inverse
    possible = inverted if inverted.min() >= 0 else _nonnegative(matrix, shares)
    return [
        share_interval(
            float(possible[list(event)].sum()),
            _variance(observed, confusion, inverted, inverse[:, list(event)].sum(axis=1)),
            _transcripts(observed, confusion),
        )
        for event in events
    ]


def corrected_rate(checked: Sequence[Checked]) -> Measured:
    """The share of the second of two classes, corrected: `corrected_shares` for one event."""
    return corrected_shares(checked, [[1]])[0]


def _arrays(checked: Sequence[Checked]) -> tuple[Numbers, Numbers]:
    observed = np.array([each.observed for each in checked], dtype=float)
    confusion = np.array([each.confusion for each in checked], dtype=float)
    if checked and confusion.shape[1:] != (observed.shape[1],) * 2:
        raise ValueError(f"{observed.shape[1]} classes observed, a matrix of {confusion.shape[1:]}; give the same")
    return observed, confusion


def _refusal(observed: Numbers, confusion: Numbers) -> str | None:
    if not confusion.sum():
        return "no_labels_of_people"
    if not confusion.sum(axis=(0, 2)).all():
        return "class_not_seen_by_people"
    matrix = _rows(confusion.sum(axis=0))
    if np.linalg.det(matrix) <= 0:
        return "no_better_than_chance"
    least = float(np.linalg.svd(matrix, compute_uv=False)[-1])
    return f"near_singular: {least:.2f}" if least < SINGULAR else too_few(_transcripts(observed, confusion))


def _observed(observed: Numbers) -> Flags:
    """Which transcripts have answers that are to be corrected."""
    seen: Flags = observed.sum(axis=1) > 0
    return seen


def _transcripts(observed: Numbers, confusion: Numbers) -> int:
    """Those observed or those checked, whichever are fewer."""
    return min(int(_observed(observed).sum()), int((confusion.sum(axis=(1, 2)) > 0).sum()))


def _rows(counts: Numbers) -> Numbers:
    """Each row as shares of its sum."""
    shares: Numbers = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _nonnegative(matrix: Numbers, shares: Numbers) -> Numbers:
    solved, _ = nnls(matrix.T, shares)
    normed: Numbers = solved / solved.sum()
    return normed


def _variance(observed: Numbers, confusion: Numbers, truth: Numbers, weights: Numbers) -> float:
    """Of the inverted share that is the observed shares times the weights."""
    seen = _observed(observed)
    scores = np.zeros(len(observed))
    scores[seen] = _rows(observed[seen]) @ weights
    of_shares = np.where(seen, scores - scores[seen].mean(), 0) / seen.sum()
    people = confusion.sum(axis=(0, 2))
    strays = confusion @ weights - confusion.sum(axis=2) * (confusion.sum(axis=0) @ weights / people)
    of_rows = truth * strays / people
    unspread = (of_rows**2).sum(axis=0) <= _NOTHING
    clustered = ((of_shares - of_rows.sum(axis=1)) ** 2).sum() * len(observed) / (len(observed) - 1)
    return float(clustered + _least(confusion, truth, weights)[unspread].sum())


def _least(confusion: Numbers, truth: Numbers, weights: Numbers) -> Numbers:
    """What independent answers add for a row without spread between transcripts: a class that was seen three times
    and always met is not thereby certain. Half an answer is added to every cell."""
    counts = confusion.sum(axis=0) + 0.5
    matrix = _rows(counts)
    spread = matrix @ weights**2 - (matrix @ weights) ** 2
    least: Numbers = truth**2 * spread / counts.sum(axis=1)
    return least
