"""Prediction-powered inference: a mean over answers of which a random part was labelled for good, the rest predicted.

The estimate is λ times the mean prediction, plus the mean over the labelled part of label - λ prediction, each
answer there weighed by the inverse of its chance to be in it. It is right whatever the predictions are worth: they
decide only how wide the interval is. λ is chosen to make it narrow (Angelopoulos, Duchi and Zrnic 2023, PPI++,
arXiv 2311.01453), unequal chances as in Zrnic and Candès 2024 (active inference, arXiv 2403.03208), the mean over the
labelled part normed by the sum of its weights (Hájek). Transcripts weigh equally and are the clusters.
Coverage is simulated in `tests/stats/test_powered.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from interrogate.stats.measured import Measured, Numbers, share_interval, too_few
from interrogate.stats.rates import rate

FEWEST_LABELS = 2
_NOTHING = 1e-18


@dataclass(frozen=True, slots=True)
class Predicted:
    """One answer."""

    transcript: str
    prediction: float
    """0 or 1, or a probability."""
    gold: float | None
    """0 or 1; None where it was not labelled for good."""
    chance: float
    """Of being labelled for good, over 0 up to 1, as it was when the part was drawn."""


@dataclass(frozen=True, slots=True)
class Powered:
    """A mean, and what it took."""

    mean: Measured
    classical: Measured
    """From the labels alone: the same with λ = 0."""
    weight: float
    """λ, 0 to 1: how far the predictions were used."""
    answers: int
    labelled: int
    effective: float
    """Labelled answers, all of one chance, that would give as narrow an interval without predictions; never more than
    `answers`."""
    transcripts: int
    """Those with a labelled answer."""
    floor: float
    """Variance that stays when every answer is labelled: that between transcripts."""
    spread: float
    """Variance of a label over answers: what 1/n - 1/`answers` is multiplied by, for n labelled with one chance.
    Greater where transcripts, which weigh equally, differ in their number of answers."""
    residual: float
    """The same of label - λ prediction."""

    @property
    def alike(self) -> bool:
        """Whether all labels are alike: then the interval is that of `rate`."""
        return self.spread <= _NOTHING


@dataclass(frozen=True, slots=True)
class Plan:
    """What to label for good, so that a 95% interval reaches a wanted distance either way."""

    share: float | None
    """Of the answers, 0 to 1, with the predictions; None where labelling all is not enough."""
    share_without: float | None
    """The same from labels alone."""
    reachable: float
    """The half width with every answer labelled: below it only more transcripts help. From a small pilot, roughly."""
    reason: str | None = None

    @property
    def saving(self) -> float | None:
        """The share of labels that the predictions save at this width, 0 to 1."""
        return None if self.share is None or not self.share_without else 1 - self.share / self.share_without


def powered_mean(answers: Sequence[Predicted]) -> Powered | str:
    """The mean of the gold labels, 0 to 1, transcripts weighing equally; or the reason why there is none.

    λ is the slope of label on prediction over the labelled part, each answer weighed by what it adds to the
    variance, and kept in 0 to 1: at 0 the predictions do not help, and the estimate is the classical one. A
    transcript may lack labels; six must have some, and two answers.
    Raises ValueError for a chance outside 0 to 1.
    """
    _check(answers)
    part = _Part(answers)
    if part.drawn.sum() < FEWEST_LABELS:
        return "too_few_labels"
    if few := too_few(part.labelled_transcripts):
        return few
    weight = part.best_weight()
    spread, variance = part.scatter(0.0), part.variance(weight)
    return Powered(
        mean=part.measured(weight),
        classical=part.measured(0.0),
        weight=weight,
        answers=len(answers),
        labelled=int(part.drawn.sum()),
        effective=part.effective(weight),
        transcripts=part.labelled_transcripts,
        floor=max(variance - part.sampling_variance(weight), spread / len(answers)),
        spread=spread,
        residual=part.scatter(weight),
    )


def share_to_label(pilot: Powered, *, half_width: float) -> Plan:
    """The least share of answers to label for good, all with one chance, for an interval of the wanted half width.

    From n = 1 / (1/N + (v - floor) / scatter), the number at which floor + (1/n - 1/N) scatter = v; N are the answers,
    v is the variance at which the interval has that half width. It takes the pilot's figures for true: with few labels,
    label some more. Where all labels are alike, it is the interval of `rate` that has to become so narrow.
    Raises ValueError for a half width that is not over 0.
    """
    if half_width <= 0:
        raise ValueError(f"half width {half_width}; give one over 0")
    least = reachable(pilot)
    spare = 0.0 if pilot.alike else _allowed(pilot, half_width) - pilot.floor
    if least > half_width or spare < 0:
        return Plan(None, None, least, f"more_transcripts_needed: all labelled give {least:.3f}")
    if pilot.alike:
        enough = _bisected(lambda share: _half_width_alike(pilot, share) > half_width)
        return Plan(enough, enough, least)
    with_them, without = (
        1 / (1 + pilot.answers * spare / scatter) if scatter > 0 else FEWEST_LABELS / pilot.answers
        for scatter in (pilot.residual, pilot.spread)
    )
    return Plan(with_them, without, least)


def reachable(pilot: Powered) -> float:
    """The half width of the interval if every answer were labelled; from a small pilot, roughly."""
    least = _half_width_alike(pilot, 1.0) if pilot.alike else _half_width(pilot, pilot.floor)
    return min(least, pilot.mean.half_width or 1.0)


def _half_width(pilot: Powered, variance: float) -> float:
    return share_interval(pilot.mean.estimate or 0.0, variance, pilot.transcripts).half_width or 0.0


def _half_width_alike(pilot: Powered, share: float) -> float:
    """Of a rate whose labels are all alike, if so many of its answers were labelled and all were like these."""
    each = share * pilot.answers / pilot.transcripts
    found = rate([(each * round(pilot.mean.estimate or 0.0), each)] * pilot.transcripts)
    return 1.0 if found is None else (found.high - found.low) / 2


def _allowed(pilot: Powered, half_width: float) -> float:
    """The greatest variance with which the interval is no wider, up to 1."""
    return _bisected(lambda variance: _half_width(pilot, variance) <= half_width)


def _bisected(below: Callable[[float], bool]) -> float:
    """The place, 0 to 1, up to which something holds."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return low


def chances(doubts: Sequence[float], *, share: float, uniform: float = 0.5) -> Numbers:
    """Chances of being labelled for good, in proportion to doubt, that come to the wanted share of all.

    `doubts` are the expected errors of the predictions, 0 up: for a probability p, the root of p (1 - p). A part
    `uniform` of the labels is spread evenly, so that no chance is near 0 where the doubts mislead (the mixture of
    Zrnic and Candès 2024). Chances beyond 1 are cut, and the rest raised for them. Raises ValueError for a
    share outside 0 to 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share {share}; give one over 0, up to 1")
    doubt = np.asarray(doubts, dtype=float)
    if not len(doubt):
        return doubt
    even = np.ones(len(doubt))
    mixed = uniform * even + (1 - uniform) * (doubt / doubt.mean() if doubt.sum() > 0 else even)
    low, high = 0.0, 1 / max(float(mixed.min()), 1e-12)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(middle * mixed, 1).mean() < share else (low, middle)
    return np.minimum(high * mixed, 1)


class _Part:
    """The answers as columns; sums over them that depend on λ."""

    def __init__(self, answers: Sequence[Predicted]) -> None:
        names, self.place, sizes = np.unique(
            [answer.transcript for answer in answers], return_inverse=True, return_counts=True
        )
        self.transcripts = len(names)
        """All that have an answer."""
        self.prediction = np.array([answer.prediction for answer in answers], dtype=float)
        self.drawn = np.array([answer.gold is not None for answer in answers], dtype=bool)
        self.labelled_transcripts = len(np.unique(self.place[self.drawn]))
        self.gold = np.array([answer.gold or 0.0 for answer in answers], dtype=float)
        self.chance = np.array([answer.chance for answer in answers], dtype=float)
        self.share = 1 / (len(names) * sizes[self.place]) if len(answers) else np.empty(0)
        """Of each answer in the mean."""
        inverse = np.where(self.drawn, self.share / self.chance, 0.0)
        self.weight = inverse / inverse.sum() if inverse.any() else inverse
        """Of each labelled answer in the mean over the labelled part."""

    def best_weight(self) -> float:
        noise = self._noise()
        error = self.prediction - np.average(self.prediction, weights=self.weight)
        square = float((noise * error**2).sum())
        shared = float((noise * error * (self.gold - self.weight @ self.gold)).sum())
        return min(max(shared / square, 0.0), 1.0) if square > 0 else 0.0

    def mean(self, weight: float) -> float:
        return float(weight * self.share @ self.prediction + self.weight @ self._left(weight))

    def measured(self, weight: float) -> Measured:
        """The mean and its interval; where transcripts do not differ at all, that of `rate` from so many labels."""
        variance, mean = self.variance(weight), self.mean(weight)
        if variance > _NOTHING:
            return share_interval(mean, variance, self.labelled_transcripts)
        labels = np.bincount(self.place[self.drawn]).astype(float)
        share = min(max(mean, 0.0), 1.0)
        found = rate([(share * number, number) for number in labels.tolist()])
        return Measured(reason="no_spread") if found is None else Measured(found.estimate, found.low, found.high)

    def variance(self, weight: float) -> float:
        """Clustered: the sum of each transcript's contributions, squared, enlarged for the mean taken off."""
        predicted = weight * self.share * (self.prediction - self.share @ self.prediction)
        left = self._left(weight)
        each = predicted + self.weight * (left - self.weight @ left)
        sums = np.bincount(self.place, each, minlength=self.transcripts)
        return float((sums**2).sum() * self.transcripts / (self.transcripts - 1))

    def sampling_variance(self, weight: float) -> float:
        """The part of the variance that labelling every answer would take away."""
        left = self._left(weight)
        count = self.drawn.sum()
        return float((self._noise() * (left - self.weight @ left) ** 2).sum() * count / (count - 1))

    def scatter(self, weight: float) -> float:
        """What 1/n - 1/N is multiplied by, for n answers labelled with one chance."""
        left = self._left(weight)
        count = self.drawn.sum()
        each = self.share * self.weight * (left - self.weight @ left) ** 2
        return float(len(self.gold) * each.sum() * count / (count - 1))

    def effective(self, weight: float) -> float:
        """n' with (1/n' - 1/N) spread = the sampling variance."""
        spread = self.scatter(0.0)
        if spread <= _NOTHING:
            return float(self.drawn.sum())
        return 1 / (1 / len(self.gold) + self.sampling_variance(weight) / spread)

    def _left(self, weight: float) -> Numbers:
        left: Numbers = np.where(self.drawn, self.gold - weight * self.prediction, 0.0)
        return left

    def _noise(self) -> Numbers:
        """What the square of a labelled answer's deviation adds to the variance of sampling."""
        noise: Numbers = self.weight**2 * (1 - self.chance)
        return noise


def _check(answers: Sequence[Predicted]) -> None:
    for place, answer in enumerate(answers):
        if not 0 < answer.chance <= 1:
            raise ValueError(f"answers[{place}]: chance {answer.chance} of being labelled; give one over 0, up to 1")
