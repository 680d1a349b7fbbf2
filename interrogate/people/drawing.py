"""The parts of a campaign that were drawn for people to label, and what has become of them.

What people label of a drawn part stands for the rest, and what nobody labelled of it is missing. An answer that was
labelled outside of any drawing was picked by somebody: it tells how far raters agree, and nothing of a rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from interrogate import frames, quantities
from interrogate.people import Answer, Key, Split, answers, ordered, sampled
from interrogate.people.gold import labelled_by
from interrogate.raters.human import Person
from interrogate.records import Json, digest
from interrogate.store import Store, bodies

KIND = "drawn_for_people"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sample, uniform over the answers from which it was drawn: those of its kind that were there then."""

    seed: int
    pool: frozenset[Key]
    """The answers from which it was drawn. One that came later had no chance in it."""
    drawn: frozenset[Key]

    @property
    def chance(self) -> float:
        return len(self.drawn) / len(self.pool)


def draw(
    store: Store,
    *,
    split: Split | None = None,
    headline: bool = False,
    sample: int | None = None,
    seed: int = 0,
    annotator: Person | None = None,
) -> tuple[Answer, ...]:
    """The answers that an annotator has yet to label of a sample, in an order of their own; the sample is kept.

    Without a size, all answers of the split are drawn; with `headline`, only such as the headline rates are of.
    """
    entering = headline_keys(store) if headline else None
    within = [
        answer
        for answer in answers(store)
        if split in {None, answer.split} and (entering is None or answer.key in entering)
    ]
    found = sampled(within, sample=sample, seed=seed)
    if found:
        _keep(store, Drawing(seed, *(frozenset(answer.key for answer in part) for part in (within, found))))
    done = labelled_by(store, annotator) if annotator else ()
    return ordered(found, annotator=annotator.annotator if annotator else "", seed=seed, labelled=done)


def _keep(store: Store, drawing: Drawing) -> None:
    pool, drawn = ([list(key) for key in sorted(part)] for part in (drawing.pool, drawing.drawn))
    body: Json = {"seed": drawing.seed, "pool": pool, "drawn": drawn}
    store.add_now(bodies, [{"kind": KIND, "digest": digest(body), "body": body}])


def drawings(store: Store) -> list[Drawing]:
    """All that were drawn of a store."""
    return [
        Drawing(body["seed"], *(frozenset((name, turn) for name, turn in body[part]) for part in ("pool", "drawn")))
        for body in store.bodies(KIND).values()
    ]


def headline_keys(store: Store) -> set[Key]:
    """The answers that the headline rates are of, labelled or not."""
    rows = quantities.headline(frames.answers(store))
    return set(zip(rows["interview"], rows["turn"], strict=True))


def chances(store: Store) -> dict[Key, float]:
    """Of each answer that was drawn, the chance to be in any of the drawings: over 0, up to 1.

    Drawings with one seed hold one another (of a part and of all answers, nearly); others are independent.
    """
    kept = drawings(store)
    drawn = frozenset[Key]().union(*(drawing.drawn for drawing in kept))
    return {key: _chance(each for each in kept if key in each.pool) for key in sorted(drawn)}


def _chance(possible: Iterable[Drawing]) -> float:
    by_seed: defaultdict[int, float] = defaultdict(float)
    for drawing in possible:
        by_seed[drawing.seed] = max(by_seed[drawing.seed], drawing.chance)
    return 1 - prod(1 - chance for chance in by_seed.values())
