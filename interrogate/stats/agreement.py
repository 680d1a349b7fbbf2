"""How far two raters, or many, agree; and how far a rater's confidence can be believed.

Two raters are one confusion matrix a transcript; every figure is a function of their sum, computed for all draws of
the bootstrap at once. The tests compare with scikit-learn and with published examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from interrogate.labels import LABELS
from interrogate.stats.measured import Measured, Numbers
from interrogate.stats.resampling import DRAWS, bootstrap, over


@dataclass(frozen=True, slots=True)
class Rated:
    """One answer and what its raters called it, in an order that all answers share; None where one gave no label."""

    transcript: str
    labels: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How one class was met, the first rater taken for right. Answers that either left unlabelled are not in it."""

    precision: Measured
    recall: Measured
    f1: Measured
    answers: int
    """Of this class by the first rater."""
    unlabelled: int
    """Of these, without a label of the second."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two raters on the same answers."""

    transcripts: int
    answers: int
    compared: int
    """Answers that both labelled: those that the coefficients are of."""
    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    """All answers: rows are the first rater's labels, columns the second's, each in order, then unlabelled."""
    raw: Measured
    """Share of equal labels, 0 to 1."""
    kappa: Measured
    """Cohen 1960; -1 to 1."""
    ac1: Measured
    """Gwet 2008: its chance agreement does not grow with prevalence; of all classes of the scheme, used or not."""
    alpha: Measured
    """Krippendorff, nominal; -1 to 1."""
    macro_f1: Measured
    """Mean of F1 over the classes that either rater used."""
    classes: dict[str, ClassFigures]
    """The classes that either rater used."""


def agreement(
    rated: Sequence[Rated], *, generator: np.random.Generator, labels: Sequence[str] = LABELS, draws: int = DRAWS
) -> Agreement:
    """Agreement of two raters. For precision and recall the first is taken for right.

    Raises ValueError for an answer with other than two labels, or a label that is not among `labels`.
    """
    tables = _tables(rated, labels)
    both = tables[:, :-1, :-1]
    total = tables.sum(axis=0)
    measure = partial(bootstrap, generator=generator, draws=draws)
    used = [place for place in range(len(labels)) if both[:, place].any() or both[:, :, place].any()]
    return Agreement(
        transcripts=len(tables),
        answers=int(total.sum()),
        compared=int(both.sum()),
        labels=tuple(labels),
        confusion=tuple(tuple(int(cell) for cell in row) for row in total),
        raw=measure(both, _raw),
        kappa=measure(both, _kappa),
        ac1=measure(both, _ac1),
        alpha=measure(both, lambda tables: _alpha(tables + tables.swapaxes(-1, -2))),
        macro_f1=measure(both, _macro_f1),
        classes={
            labels[place]: ClassFigures(
                precision=measure(both[:, :, place], partial(_part, place=place)),
                recall=measure(both[:, place], partial(_part, place=place)),
                f1=measure(both, partial(_f1, place=place)),
                answers=int(total[place].sum()),
                unlabelled=int(total[place, -1]),
            )
            for place in used
        },
    )


def krippendorff_alpha(
    rated: Sequence[Rated], *, generator: np.random.Generator, labels: Sequence[str] = LABELS, draws: int = DRAWS
) -> Measured:
    """Krippendorff's alpha for nominal labels, any number of raters, some of them missing; -1 to 1.

    From the matrix of coincidences within answers (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability,
    repository.upenn.edu/asc_papers/43). An answer with fewer than two labels is left out. None, with the reason
    `one_label_only`, where all labels are the same. Raises ValueError for a label that is not among `labels`.
    """
    places = _places(rated, labels)
    matrices: dict[str, Numbers] = {}
    for each in rated:
        counts = np.bincount([places[name] for name in each.labels if name], minlength=len(labels)).astype(float)
        if counts.sum() >= 2:  # noqa: PLR2004  (a pair)
            coincidences = (np.outer(counts, counts) - np.diag(counts)) / (counts.sum() - 1)
            matrices[each.transcript] = matrices.get(each.transcript, 0) + coincidences
    listed = np.array(list(matrices.values())).reshape(-1, len(labels), len(labels))
    return bootstrap(listed, _alpha, generator=generator, draws=draws)


def _tables(rated: Sequence[Rated], labels: Sequence[str]) -> Numbers:
    """A table for each transcript, the last row and column for answers without a label."""
    places: dict[str | None, int] = {None: len(labels)}
    places.update(_places(rated, labels))
    rows = {name: row for row, name in enumerate(dict.fromkeys(each.transcript for each in rated))}
    tables = np.zeros((len(rows), len(places), len(places)))
    for each in rated:
        if len(each.labels) != 2:  # noqa: PLR2004  (two raters)
            raise ValueError(f"{each}: {len(each.labels)} labels; give those of two raters")
        first, second = each.labels
        tables[rows[each.transcript], places[first], places[second]] += 1
    return tables


def _places(rated: Sequence[Rated], labels: Sequence[str]) -> dict[str, int]:
    places = {name: place for place, name in enumerate(labels)}
    for each in rated:
        for name in each.labels:
            if name is not None and name not in places:
                raise ValueError(f"{each}: label {name!r} is not among {', '.join(labels)}")
    return places


def _shares(tables: Numbers) -> Numbers:
    return over(tables, np.broadcast_to(tables.sum(axis=(-2, -1), keepdims=True), tables.shape))


def _raw(tables: Numbers) -> Numbers:
    raw: Numbers = np.trace(_shares(tables), axis1=-2, axis2=-1)
    return raw


def _beyond(observed: Numbers, chance: Numbers) -> Numbers:
    return over(observed - chance, 1 - chance)


def _kappa(tables: Numbers) -> Numbers:
    shares = _shares(tables)
    return _beyond(_raw(tables), (shares.sum(axis=-1) * shares.sum(axis=-2)).sum(axis=-1))


def _ac1(tables: Numbers) -> Numbers:
    """Chance agreement is the mean of 2 m (1 - m) over the classes, m their mean share over classes - 1 (Gwet
    2008, British Journal of Mathematical and Statistical Psychology 61, 29-48)."""
    shares = _shares(tables)
    mean = (shares.sum(axis=-1) + shares.sum(axis=-2)) / 2
    return _beyond(_raw(tables), (mean * (1 - mean)).sum(axis=-1) / (tables.shape[-1] - 1))


def _alpha(coincidences: Numbers) -> Numbers:
    marginal = coincidences.sum(axis=-1)
    number = marginal.sum(axis=-1)
    differing = number - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = over(number**2 - (marginal**2).sum(axis=-1), number - 1)
    return 1 - over(differing, expected)


def _part(counts: Numbers, place: int) -> Numbers:
    return over(counts[..., place], counts.sum(axis=-1))


def _f1(tables: Numbers, place: int) -> Numbers:
    return over(2 * tables[..., place, place], tables[..., place, :].sum(axis=-1) + tables[..., :, place].sum(axis=-1))


def _macro_f1(tables: Numbers) -> Numbers:
    found = np.stack([_f1(tables, place) for place in range(tables.shape[-1])])
    used = ~np.isnan(found)
    return over(np.where(used, found, 0).sum(axis=0), used.sum(axis=0).astype(float))
