"""What a classifier learns from labelled answers: a kernel machine over the patterns of facts, and how sure it may be.

Two answers are alike by what they do and mean (`moves`, `features`, `embedding`: a Gaussian kernel) and by the words
that they use (a linear one), of the sentences that matter (`reading`). A support vector machine is fitted to the
patterns of facts that the rule of `labels` can tell apart. The chance that a label is right is a logistic function of
its lead over the next label (Platt 1999), fitted to answers whose group the machine had not seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interrogate.labels import Facts, Label, label_of
from interrogate.raters import Exhibit
from interrogate.raters.embedding import NAME as EMBEDDING
from interrogate.raters.embedding import vectors
from interrogate.raters.features import DEED, NAMES, masked, numbers
from interrogate.raters.moves import MOVE_NAMES, moves
from interrogate.raters.reading import QUOTED, Read, read

CODE_VERSION = 5
"""Raised whenever features or machine change: verdicts of different versions never mix."""

SHAPE = {"code": CODE_VERSION, "embedding": EMBEDDING}
"""What shapes a machine beside the answers that it learns from."""

NARROWNESS = 1.1
"""Of the Gaussian kernel. This and the weights below were chosen on own data alone: by files and registers left out,
and by learning from short answers and labelling long ones."""

WEIGHT_OF_NUMBERS, WEIGHT_OF_MOVES, WEIGHT_OF_OPENING, WEIGHT_OF_WORDS = 0.1, 0.05, 0.5, 0.5
SOFTNESS = 5.0
"""Inverse of the regularisation; from 2 to 15 nothing changes."""

OPENING = 25
"""Words of an answer that count as its opening, for its words; two sentences for its meaning."""

SELDOM = 3
"""Answers in which a word must stand to be learned. The deed's own token always is: no vocabulary is empty."""

FURTHEST = 3.0
"""Standard deviations at which a number is cut off: a long answer must not be unlike everything."""

MOST_FOLDS = 5

NEVER_A_PAIR = 1e6
"""Divides the sum of leads, which only decides between patterns that win as many pairs."""

Guess = tuple[Facts, float]
"""The likeliest facts, and the chance that their label is right; before it is calibrated, their lead."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A machine that has learned, and what it said of each answer that it learned from while that was held out."""

    held_out: tuple[Guess, ...]
    _view: _View
    _machine: _Machine
    _chance: _Chance

    def guesses(self, exhibits: Sequence[Exhibit]) -> list[Guess]:
        """The likeliest facts of each exhibit; none hangs on the exhibits beside it."""
        return self._chance.guesses(self._machine.leads(self._view.alike(exhibits))) if exhibits else []


def learn(exhibits: Sequence[Exhibit], facts: Sequence[Facts], groups: Sequence[str]) -> Learned:
    """Learn from answers and their facts.

    Answers of one group (a file, a transcript) are held out together, in five folds at most. There must be two groups,
    and two labels that remain whichever fold is held out.
    """
    view, patterns = _View(exhibits), [_pattern(each) for each in facts]
    kernel = view.of_learned()
    folds = _folds(groups)
    leads: list[Guess] = [(patterns[0], 0.0)] * len(patterns)
    for fold in sorted(set(folds)):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        machine = _Machine(kernel[np.ix_(inside, inside)], [patterns[i] for i in inside])
        for i, found in zip(outside, machine.leads(kernel[np.ix_(outside, inside)]), strict=True):
            leads[i] = found
    chance = _Chance(leads, [label_of(each) for each in facts])
    return Learned(tuple(chance.guesses(leads)), view, _Machine(kernel, patterns), chance)


def _folds(groups: Sequence[str]) -> NDArray[np.int_]:
    """A fold for each answer: whole groups, the largest first, each into the fold that is smallest so far."""
    sizes, filled = Counter(groups), [0] * min(MOST_FOLDS, len(set(groups)))
    fold: dict[str, int] = {}
    for group, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        fold[group] = filled.index(min(filled))
        filled[fold[group]] += size
    return np.array([fold[group] for group in groups])


def _pattern(facts: Facts) -> Facts:
    """The facts as far as the label hangs on them: the stance matters only where nothing else decides."""
    decided = facts.admission != "none" or facts.falsehood
    return Facts(facts.admission, facts.falsehood, None if decided else facts.stance)


class _Machine:
    """A support vector machine over patterns of facts, on a kernel that is worked out already."""

    def __init__(self, kernel: NDArray[np.float64], patterns: Sequence[Facts]) -> None:
        from sklearn.svm import SVC

        self._names = {str(each): each for each in patterns}
        targets = [str(each) for each in patterns]
        svc = SVC(C=SOFTNESS, kernel="precomputed", decision_function_shape="ovo", class_weight=_weights(targets))
        self._svc: Any = svc.fit(kernel, targets)

    def leads(self, kernel: NDArray[np.float64]) -> list[Guess]:
        """For each answer the pattern of facts that wins most pairs, and its least lead over one of another label."""
        patterns = [self._names[name] for name in self._svc.classes_]
        duels = np.asarray(self._svc.decision_function(kernel)).reshape(len(kernel), -1)
        duels = -duels if duels.shape[1] == 1 else duels
        return [_winner(patterns, row) for row in duels]


def _winner(patterns: Sequence[Facts], duels: NDArray[np.float64]) -> Guess:
    table = np.zeros((len(patterns), len(patterns)))
    table[np.triu_indices(len(patterns), 1)] = duels
    table -= table.T
    best = int(((table > 0).sum(axis=1) + table.sum(axis=1) / NEVER_A_PAIR).argmax())
    label = label_of(patterns[best])
    return patterns[best], min(table[best, i] for i, other in enumerate(patterns) if label_of(other) != label)


def _weights(targets: Sequence[str]) -> dict[str, float]:
    """Half-way to equal weight: rare patterns are heard, and do not drown the common ones."""
    counts = Counter(targets)
    return {name: float(np.sqrt(len(targets) / (len(counts) * count))) for name, count in counts.items()}


class _Chance:
    """How likely a label is right, given how far it leads."""

    def __init__(self, leads: Sequence[Guess], true: Sequence[Label]) -> None:
        from sklearn.linear_model import LogisticRegression

        right = [label_of(facts) == label for (facts, _), label in zip(leads, true, strict=True)]
        self._always: float | None = float(right[0]) if len(set(right)) == 1 else None
        if self._always is None:
            self._curve: Any = LogisticRegression().fit([[lead] for _, lead in leads], right)

    def guesses(self, leads: Sequence[Guess]) -> list[Guess]:
        if self._always is not None:
            return [(facts, self._always) for facts, _ in leads]
        chances = self._curve.predict_proba([[lead] for _, lead in leads])[:, 1]
        return [(facts, float(chance)) for (facts, _), chance in zip(leads, chances, strict=True)]


class _View:
    """How alike answers are to those learned from."""

    def __init__(self, exhibits: Sequence[Exhibit]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import StandardScaler

        reads = read(exhibits)
        told = [masked(each) for each in reads]
        words, figures = [" ".join(each) for each in told], _figures(reads)
        self._scaler = StandardScaler().fit(figures)
        self._answer = TfidfVectorizer(ngram_range=(1, 2), min_df=SELDOM, sublinear_tf=True, dtype=np.float32)
        self._opening = TfidfVectorizer(ngram_range=(1, 3), min_df=SELDOM, sublinear_tf=True, dtype=np.float32)
        anchor = [DEED] * SELDOM
        answers = self._answer.fit_transform([*words, *anchor])
        openings = self._opening.fit_transform([*_openings(words), *anchor])
        self._terms = _side_by_side(answers, openings)[: len(words)]
        self._places = self._placed(figures, told)

    def of_learned(self) -> NDArray[np.float64]:
        return self._kernel(self._places, self._terms)

    def alike(self, exhibits: Sequence[Exhibit]) -> NDArray[np.float64]:
        reads = read(exhibits)
        told = [masked(each) for each in reads]
        words = [" ".join(each) for each in told]
        terms = _side_by_side(self._answer.transform(words), self._opening.transform(_openings(words)))
        return self._kernel(self._placed(_figures(reads), told), terms)

    def _placed(self, figures: NDArray[np.float64], told: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        cut = np.clip(self._scaler.transform(figures), -FURTHEST, FURTHEST)
        weights = [WEIGHT_OF_NUMBERS] * len(NAMES) + [WEIGHT_OF_MOVES] * len(MOVE_NAMES)
        return np.hstack((cut * weights, _meanings(told)))

    def _kernel(self, places: NDArray[np.float64], terms: Any) -> NDArray[np.float64]:
        from sklearn.metrics.pairwise import rbf_kernel

        meant = rbf_kernel(places, self._places, gamma=NARROWNESS)
        return np.asarray(meant + WEIGHT_OF_WORDS * (terms @ self._terms.T).toarray())


def _side_by_side(answers: Any, openings: Any) -> Any:
    from scipy.sparse import hstack

    return hstack((answers, openings)).tocsr()


def _figures(reads: Sequence[Read]) -> NDArray[np.float64]:
    return np.hstack((numbers(reads), moves(reads)))


def _openings(words: Sequence[str]) -> list[str]:
    return [" ".join(text.split()[:OPENING]) for text in words]


def _meanings(told: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """The mean vector of an answer's sentences, and that of its first two, without the accusation's words."""
    bare = [text.replace(DEED, " ").replace(QUOTED.strip(), " ") for texts in told for text in texts]
    cuts = np.cumsum([len(texts) for texts in told])[:-1]
    weights = np.split(np.sqrt([max(len(text.split()), 1) for text in bare]), cuts)
    found = zip(np.split(vectors(bare), cuts), weights, strict=True)
    return np.array([_pooled(rows, weight) for rows, weight in found])


def _pooled(rows: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """A long sentence weighs more than a heading, by the root of its words."""
    return np.concatenate((weights @ rows / weights.sum(), WEIGHT_OF_OPENING * rows[:2].mean(axis=0)))
