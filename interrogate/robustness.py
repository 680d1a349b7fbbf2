"""How often a rater's label hangs on how an answer is worded, and a judge's on how its rubric is.

The answers of `raters.attacks` are labelled as they are and again with their wording changed in ways that change
nothing of what they say. A label that differs is a flip, and the rater's fault. A judge is also tried on the same
answers with its rubric in other words, with the items in another order, and simply once more: its own noise, below
which no other flip rate means anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from random import Random
from typing import Literal

from interrogate.campaign import serving_local
from interrogate.chat import Chat, Reply, Request
from interrogate.labels import Label, Verdict, label_of
from interrogate.prompts import bundled
from interrogate.raters import Caller, Exhibit, Rater
from interrogate.raters.attacks import Specimen, specimens, transformations
from interrogate.raters.judge import Checklist, Judge
from interrogate.rating import rater_of, verdicts_on
from interrogate.records import Json
from interrogate.stats import Estimate, counts_of, rate

Kind = Literal["style", "attack", "rubric"]

FACTS = ("admission", "falsehood", "stance")
ADMITTING: frozenset[Label] = frozenset({"confession", "partial_confession"})

REWORDED = bundled("prompts") / "rubrics" / "answer_reworded.j2"
"""The judge's rubric in other words."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a rater said of an answer before and after one change."""

    name: str
    kind: Kind
    specimen: Specimen
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class FlipRate:
    """What one change did to a rater's labels. Shares are 0 to 1, with 95% intervals clustered by scenario."""

    name: str
    kind: Kind
    answers: int
    """Pairs in which both have a label; the shares are of these."""
    unlabelled: int
    """Pairs in which either has none."""
    label: Estimate | None
    """Labels that changed."""
    facts: dict[str, Estimate | None]
    """Each fact that changed, whether the label did or not."""
    gained: Estimate | None
    """Of the answers that were no confession before, those that became one; a partial confession counts as one."""
    lost: Estimate | None
    """Of the confessions, those that were none any more."""
    moves: dict[str, int]
    """Each change of label, as `denial to confession`, with how many there were."""


@dataclass(frozen=True, slots=True)
class Robustness:
    """How far a rater's labels can be trusted to be about what was said."""

    rater: str
    answers: int
    scenarios: int
    seed: int
    right: Estimate | None
    """Labels of the unchanged answers that are the true ones. These answers are short and plain: it flatters."""
    flips: tuple[FlipRate, ...]


async def measured(
    name: str,
    *,
    parameters: Json | None = None,
    draws: int = 1,
    seed: int = 0,
    limit: int | None = None,
    max_connections: int = 10,
) -> Robustness:
    """The flip rates of the shipped classifier, or of a model as judge, on so many of the scenarios. Nothing is kept.

    Raises InputError where the model's name is none that can be called. Its faults leave answers unlabelled.
    """
    answers = _of_scenarios(limit)
    rng = Random(seed)  # noqa: S311  (chance, not secrets)
    rater = rater_of(name, parameters)
    others = {} if name == "classifier" else versions(name, parameters, rng)
    with serving_local([name]) as endpoints:
        chat = Chat(max_connections=max_connections, endpoints=endpoints)

        async def call(request: Request, _: Json) -> Reply:
            return await chat.complete(request)

        found = await pairs(rater, answers, rng, call=call, draws=draws, others=others)
    return Robustness(
        rater=name,
        answers=len(answers),
        scenarios=len({each.scenario for each in answers}),
        seed=seed,
        right=_right(found),
        flips=tuple(flips(found)),
    )


def _of_scenarios(limit: int | None) -> tuple[Specimen, ...]:
    """The answers of as many scenarios, from both arms in turn."""
    arms = [[each.scenario for each in specimens() if each.arm == arm] for arm in ("covert", "control")]
    named = [name for pair in zip_longest(*map(dict.fromkeys, arms)) for name in pair if name][:limit]
    return tuple(each for each in specimens() if each.scenario in named)


async def flip_rates(
    rater: Rater, answers: Sequence[Specimen], rng: Random, *, call: Caller, draws: int = 1
) -> tuple[FlipRate, ...]:
    """The flip rates of a rater under every change of wording, styles first.

    Each answer is changed by `draws` variants of each transformation, all of them where it has fewer.
    """
    return tuple(flips(await pairs(rater, answers, rng, call=call, draws=draws)))


def versions(model: str, parameters: Json | None, rng: Random) -> dict[str, Rater]:
    """The same judge once more, with its rubric in other words, and with the items in another order."""
    order = [name for name in Checklist.model_fields if name != "remark"]
    rng.shuffle(order)
    return {
        "again": Judge(model, parameters=parameters),
        "reworded": Judge(model, parameters=parameters, rubric=REWORDED),
        "reordered": Judge(model, parameters=parameters, order=order),
    }


async def pairs(
    rater: Rater,
    answers: Sequence[Specimen],
    rng: Random,
    *,
    call: Caller,
    draws: int = 1,
    others: Mapping[str, Rater] | None = None,
) -> list[Pair]:
    """What the rater says of each answer before and after each change, and other versions of it without one."""
    plain = [each.exhibit for each in answers]
    changed = [change for each in answers for change in _changes(each, rng, draws)]
    said = await verdicts_on(rater, [*plain, *(shown for _, _, _, shown in changed)], call)
    before = {each.id: verdict for each, verdict in zip(answers, said, strict=False)}
    found = [
        Pair(name, kind, specimen, before[specimen.id], verdict)
        for (name, kind, specimen, _), verdict in zip(changed, said[len(plain) :], strict=True)
    ]
    for name, other in (others or {}).items():
        after = await verdicts_on(other, plain, call)
        found += [Pair(name, "rubric", each, before[each.id], v) for each, v in zip(answers, after, strict=True)]
    return found


def _changes(specimen: Specimen, rng: Random, draws: int) -> Iterator[tuple[str, Kind, Specimen, Exhibit]]:
    for each in transformations():
        for variant in rng.sample(each.variants, min(draws, len(each.variants))):
            changed = replace(specimen.exhibit, answer=variant(specimen.exhibit.answer))
            yield each.name, each.kind, specimen, changed


def flips(found: Sequence[Pair]) -> Iterator[FlipRate]:
    """One entry for each change, in the order in which they come."""
    for name in dict.fromkeys(pair.name for pair in found):
        yield _flip_rate([pair for pair in found if pair.name == name])


def _flip_rate(found: Sequence[Pair]) -> FlipRate:
    both = [pair for pair in found if pair.before.facts and pair.after.facts]
    admitted, withheld = ([pair for pair in both if _admits(pair.before) == is_so] for is_so in (True, False))
    return FlipRate(
        name=found[0].name,
        kind=found[0].kind,
        answers=len(both),
        unlabelled=len(found) - len(both),
        label=_share(both, _moved),
        facts={name: _share(both, lambda pair, name=name: _differs(pair, name)) for name in FACTS},  # type: ignore[misc]
        gained=_share(withheld, lambda pair: _admits(pair.after)),
        lost=_share(admitted, lambda pair: not _admits(pair.after)),
        moves=dict(Counter(f"{pair.before.label} to {pair.after.label}" for pair in both if _moved(pair))),
    )


def _admits(verdict: Verdict) -> bool:
    return verdict.label in ADMITTING


def _moved(pair: Pair) -> bool:
    return pair.before.label != pair.after.label


def _differs(pair: Pair, fact: str) -> bool:
    return bool(getattr(pair.before.facts, fact) != getattr(pair.after.facts, fact))


def _right(found: Sequence[Pair]) -> Estimate | None:
    """Of the answers as they are, each once."""
    once = list({pair.specimen.id: pair for pair in found if pair.before.facts}.values())
    return _share(once, lambda pair: pair.before.label == label_of(pair.specimen.facts))


def _share(found: Sequence[Pair], success: Callable[[Pair], bool]) -> Estimate | None:
    return rate(counts_of((pair.specimen.scenario for pair in found), map(success, found)))
