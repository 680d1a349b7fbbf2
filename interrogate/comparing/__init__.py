"""Two raters of one campaign, or two campaigns, side by side: what they measure, by how much it differs, which answers.

Only what is the same quantity is set side by side: arm, policy, design, strategy, and simulated or not; and of the same
subject, unless each side has but one. Nothing is pooled. Where both sides have the same answers, or answers to the same
question about the same transcript, rates are of those that both label, and their difference is a paired one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interrogate.comparing.sides import Differing, Side, differing, two_campaigns, two_raters
from interrogate.quantities import EVENTS, headline
from interrogate.records import Json
from interrogate.stats import Estimate, counts_of, difference, rate

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "Compared", "Comparison", "Differing", "Flip", "Side", "compare", "comparison_json"]

QUANTITY = ("arm", "policy", "design", "strategy", "simulated")
SAME_ANSWER = ("interview", "turn")
SAME_QUESTION = ("subjects", "transcript", "accusation", "cell", "epoch", "position", "rung", "inserted")

MEASURES: Mapping[str, Callable[[Any], bool]] = {
    "doubling_down_strict": EVENTS["strict"],
    "doubling_down_lenient": EVENTS["lenient"],
    "not_admitted": EVENTS["not_admitted"],
    "confession": EVENTS["confession"],
}
"""What each rate counts: see docs/statistics.md."""


@dataclass(frozen=True, slots=True)
class Change:
    """One rate on both sides, and the second less the first; intervals are clustered by transcript."""

    a: Estimate | None
    b: Estimate | None
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One quantity on both sides."""

    subjects: str
    """The subject; or both, as `a | b`, where they differ."""
    arm: str
    policy: str
    design: str
    strategy: str
    simulated: bool
    answers: tuple[int, int]
    unlabelled: tuple[int, int]
    paired: int
    """Answers that both sides have and label: what the rates are of. Where there are none the rates are of each side's
    own answers, and the difference is that of two independent rates."""
    transcripts: tuple[int, int]
    """Those of the answers that the rates are of."""
    changes: dict[str, Change]
    """By the names of `MEASURES`."""
    moves: dict[str, int]
    """How many of the paired answers went from which label to which, as `denial to fabrication`."""


@dataclass(frozen=True, slots=True)
class Flip:
    """An answer, or two to the same question, with another label on each side. Pairs are of first side and second."""

    source: str
    arm: str
    subjects: str
    rung: str
    counts: bool
    """Whether it enters the rates."""
    interviews: tuple[str, str]
    turns: tuple[int, int]
    questions: tuple[str, str]
    answers: tuple[str, str]
    labels: tuple[str, str]
    quotes: tuple[list[Json], list[Json]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that can be said of the two sides together."""

    a: Side
    b: Side
    same_answers: bool
    """Whether these are two labels of the same answers, not two sets of answers."""
    differing: tuple[Differing, ...]
    groups: tuple[Compared, ...]
    alone: tuple[tuple[str, ...], tuple[str, ...]]
    """What either side has without a counterpart on the other, in words."""
    flips: tuple[Flip, ...]


def compare(a: Path, b: Path | None = None, raters: Sequence[str] = ()) -> Comparison:
    """Two campaigns, or two raters of one.

    Raises InputError where the raters named are not there, or are not enough to say what to compare, and StoreError
    where a directory holds no campaign.
    """
    left, right = two_raters(a, raters) if b is None else two_campaigns(a, b, raters)
    place = SAME_ANSWER if b is None else SAME_QUESTION
    first, second, alone = _parts(left.answers, right.answers)
    return Comparison(
        left,
        right,
        same_answers=b is None,
        differing=tuple(differing(left, right)),
        groups=tuple(_groups(first, second, place)),
        alone=alone,
        flips=_flips(first, second, place),
    )


Parts = dict[tuple[Any, ...], "pd.DataFrame"]


def _parts(a: pd.DataFrame, b: pd.DataFrame) -> tuple[Parts, Parts, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each side by subject and quantity, and what is on one side only."""
    names = [sorted(side["subject"].unique()) for side in (a, b)]
    lone = " | ".join(dict.fromkeys(names[0] + names[1])) if len(names[0]) == len(names[1]) == 1 else None
    first, second = (
        dict(iter(side.assign(subjects=lone or side["subject"]).groupby(["subjects", *QUANTITY], sort=True)))
        for side in (a, b)
    )
    return first, second, (_missing(first, second), _missing(second, first))


def _missing(parts: Parts, others: Parts) -> tuple[str, ...]:
    return tuple(" · ".join(str(each) for each in key[:-1]) for key in parts if key not in others)


def _groups(a: Parts, b: Parts, place: Sequence[str]) -> Iterator[Compared]:
    for key in a:
        if key in b:
            left, right = headline(a[key]), headline(b[key])
            if len(left) and len(right):
                yield _compared(dict(zip(("subjects", *QUANTITY), key, strict=True)), left, right, place)


def _compared(key: dict[str, Any], a: pd.DataFrame, b: pd.DataFrame, place: Sequence[str]) -> Compared:
    left, right = _labelled(a), _labelled(b)
    both = _pairs(left, right, place)
    moved = both[both["label"] != both["label_b"]]
    used = (left, right) if both.empty else (both, both)
    return Compared(
        **key,
        answers=(len(a), len(b)),
        unlabelled=(len(a) - len(left), len(b) - len(right)),
        paired=len(both),
        transcripts=(used[0]["transcript"].nunique(), used[1]["transcript"].nunique()),
        changes={
            name: _unpaired(counts, left, right) if both.empty else _paired(counts, both)
            for name, counts in MEASURES.items()
        },
        moves=dict(Counter(f"{x} to {y}" for x, y in zip(moved["label"], moved["label_b"], strict=True)).most_common()),
    )


def _labelled(answers: pd.DataFrame) -> pd.DataFrame:
    return answers[answers["label"].notna()]


def _pairs(a: pd.DataFrame, b: pd.DataFrame, place: Sequence[str]) -> pd.DataFrame:
    """The answers that both sides have, those of the second with `_b` after the names of all columns but `place`."""
    return a.merge(b, on=list(place), suffixes=("", "_b"), validate="one_to_one")


def _unpaired(counts: Callable[[Any], bool], a: pd.DataFrame, b: pd.DataFrame) -> Change:
    left, right = (counts_of(side["transcript"], _hits(counts, side)) for side in (a, b))
    return Change(rate(left), rate(right), difference(right, left))


def _paired(counts: Callable[[Any], bool], both: pd.DataFrame) -> Change:
    """The difference is the share that only the second side counts less the share that only the first does.

    Pairs on which both agree say nothing about it; this is how the pairing narrows the interval.
    """
    of, left, right = both["transcript"], _hits(counts, both), _hits(counts, both, "_b")
    gained = counts_of(of, [y and not x for x, y in zip(left, right, strict=True)])
    lost = counts_of(of, [x and not y for x, y in zip(left, right, strict=True)])
    return Change(rate(counts_of(of, left)), rate(counts_of(of, right)), difference(gained, lost))


def _hits(counts: Callable[[Any], bool], rows: pd.DataFrame, suffix: str = "") -> list[bool]:
    labels = zip(rows[f"label{suffix}"], rows[f"admission{suffix}"], strict=True)
    return [counts({"label": label, "admission": admission}) for label, admission in labels]


def _flips(a: Parts, b: Parts, place: Sequence[str]) -> tuple[Flip, ...]:
    """The pairs with two labels that differ, those first that enter rates."""
    found = [flip for key in a if key in b for flip in _flips_within(a[key], b[key], place)]
    return tuple(sorted(found, key=lambda flip: not flip.counts))


def _flips_within(a: pd.DataFrame, b: pd.DataFrame, place: Sequence[str]) -> Iterator[Flip]:
    entering = a.index.isin(headline(a).index)
    both = _pairs(_labelled(a.assign(counts=entering)), _labelled(b), place)
    for row in both[both["label"] != both["label_b"]].to_dict("records"):
        yield _flip({str(name): value for name, value in row.items()})


def _flip(row: Json) -> Flip:
    def of_both(name: str) -> tuple[Any, Any]:
        return row[name], row.get(f"{name}_b", row[name])

    return Flip(
        source=row["source"],
        arm=row["arm"],
        subjects=row["subjects"],
        rung=row["rung"],
        counts=bool(row["counts"]),
        interviews=of_both("interview"),
        turns=of_both("turn"),
        questions=of_both("question"),
        answers=of_both("answer"),
        labels=of_both("label"),
        quotes=of_both("quotes"),
    )


def comparison_json(found: Comparison) -> Json:
    """The document of `compare --json`."""
    return {
        **{name: {"campaign": side.campaign, "rater": side.rater} for name, side in (("a", found.a), ("b", found.b))},
        "same_answers": found.same_answers,
        "differing": [asdict(each) for each in found.differing],
        "groups": [asdict(group) for group in found.groups],
        "alone": {"a": list(found.alone[0]), "b": list(found.alone[1])},
        "flips": [asdict(flip) for flip in found.flips],
    }
