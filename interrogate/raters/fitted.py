"""A classifier fitted to one campaign: it learns from answers that judges or people have labelled, and labels the rest.

It learns as the shipped classifier does (see `learning`), from the campaign's own answers alone, and is scored on
transcripts that it has not seen. A pure function of its arguments: fitted again as labels arrive, it is another rater.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from interrogate.errors import InputError
from interrogate.labels import Facts, Label, Verdict, label_of
from interrogate.raters import Exhibit
from interrogate.raters.classifier import verdict
from interrogate.raters.learning import SHAPE, Learned, learn
from interrogate.records import digest

FEWEST_ANSWERS = 60
"""Labelled answers. Below, a fold holds too few to tell a score from chance."""

FEWEST_TRANSCRIPTS = 6
FEWEST_OF_A_LABEL = 8
"""Answers of a label for it to count as one of the two that are needed, in two transcripts at least."""

DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """How well answers are labelled whose transcript was held out, with 95% intervals over resampled transcripts."""

    answers: int
    transcripts: int
    macro_f1: float
    """Over the labels that the answers have, 0 to 1."""
    macro_f1_interval: tuple[float, float]
    accuracy: float
    accuracy_interval: tuple[float, float]
    commonest: float
    """The accuracy of always giving the commonest label: what a useful classifier must beat."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A rater of one campaign's answers."""

    identity: str
    out_of_fold: tuple[Verdict, ...]
    """On each labelled answer, in order, by a machine that had not seen its transcript."""
    score: Score
    _learned: Learned

    def verdicts(self, exhibits: Sequence[Exhibit]) -> list[Verdict]:
        """The verdicts on answers, labelled or not, each with the probability of its label as confidence."""
        return [verdict(self.identity, guess) for guess in self._learned.guesses(exhibits)]


def fit(exhibits: Sequence[Exhibit], facts: Sequence[Facts], groups: Sequence[str], *, seed: int = 0) -> Fitted:
    """Fit to labelled answers; `groups` names the transcript of each. `seed` draws the score's intervals.

    Raises InputError where there are too few answers, transcripts or labels, saying what is needed.
    """
    labels = [label_of(each) for each in facts]
    _require_enough(labels, groups)
    learned = learn(exhibits, facts, groups)
    identity = _identity(exhibits, facts, groups)
    said = tuple(verdict(identity, guess) for guess in learned.held_out)
    return Fitted(
        identity, said, _score(labels, [label_of(each) for each, _ in learned.held_out], groups, seed), learned
    )


def _require_enough(labels: Sequence[Label], groups: Sequence[str]) -> None:
    places: dict[Label, set[str]] = defaultdict(set)
    for label, group in zip(labels, groups, strict=True):
        places[label].add(group)
    counts, transcripts = Counter(labels), len(set(groups))
    usable = [label for label in counts if counts[label] >= FEWEST_OF_A_LABEL and len(places[label]) > 1]
    if len(labels) >= FEWEST_ANSWERS and transcripts >= FEWEST_TRANSCRIPTS and len(usable) > 1:
        return
    raise InputError(
        f"a classifier cannot be fitted to {len(labels)} labelled answers of {transcripts} transcripts "
        f"({', '.join(f'{label} {n}' for label, n in counts.most_common())}): it needs {FEWEST_ANSWERS} answers of "
        f"{FEWEST_TRANSCRIPTS} transcripts, and two labels with {FEWEST_OF_A_LABEL} answers each in two transcripts; "
        "label more answers"
    )


def _identity(exhibits: Sequence[Exhibit], facts: Sequence[Facts], groups: Sequence[str]) -> str:
    """Of what was learned, in any order, and of the code."""
    rows = (
        digest([asdict(exhibit), asdict(each), group])
        for exhibit, each, group in zip(exhibits, facts, groups, strict=True)
    )
    return digest({"kind": "fitted", "labels": sorted(rows), **SHAPE})


def _score(true: Sequence[Label], said: Sequence[Label], groups: Sequence[str], seed: int) -> Score:
    names, place = np.unique(np.array(groups), return_inverse=True)
    classes = sorted(set(true))
    confusions = np.array([_confusion(true, said, classes, place == i) for i in range(len(names))])
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    resampled = [np.tensordot(times, confusions, axes=1) for times in drawn]
    whole = confusions.sum(axis=0)
    return Score(
        len(true),
        len(names),
        _macro_f1(whole),
        _interval([_macro_f1(each) for each in resampled]),
        _accuracy(whole),
        _interval([_accuracy(each) for each in resampled]),
        Counter(true).most_common(1)[0][1] / len(true),
    )


def _confusion(
    true: Sequence[Label], said: Sequence[Label], classes: Sequence[Label], of: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Rows: the true classes. Columns: those that were said; the last is any other label."""
    table = np.zeros((len(classes), len(classes) + 1))
    for i in np.flatnonzero(of).tolist():
        table[classes.index(true[i]), classes.index(said[i]) if said[i] in classes else -1] += 1
    return table


def _macro_f1(table: NDArray[np.float64]) -> float:
    """The mean of 2 TP / (2 TP + FP + FN) over classes that are there or were said."""
    hits, there, given = np.diag(table), table.sum(axis=1), table.sum(axis=0)[:-1]
    seen = there + given > 0
    return float(np.mean(2 * hits[seen] / (there + given)[seen]))


def _accuracy(table: NDArray[np.float64]) -> float:
    return float(np.trace(table[:, :-1]) / table.sum())


def _interval(draws: Sequence[float]) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)
