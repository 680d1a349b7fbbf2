"""A judge reads a random part of the answers, more of those that are in doubt; a classifier that is fitted to that part
labels the rest; and the rates come from both (see `amplifying`).

Each answer's chance to be read is settled before a judge is asked, and kept in the store; it may grow. Where a margin
of error is asked for, the judge reads a pilot part, and then as much more as the pilot says that each group needs, most
of it where the fitted classifier is unsure or says something else than the shipped one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from interrogate import frames
from interrogate.amplifying import KIND, Amplified, Drawn, Pooled, amplified, in_groups, kept, pooled, read_by_judge
from interrogate.campaign import Summary, reopened, summary, unobserved
from interrogate.chat import Chat
from interrogate.correcting import GroupCorrected
from interrogate.errors import InputError
from interrogate.fitting import label_all
from interrogate.labels import VERDICT, Verdict
from interrogate.ledger import Tally
from interrogate.people import Key
from interrogate.quantities import headline, report_json
from interrogate.raters import Rater
from interrogate.raters.classifier import shipped
from interrogate.rating import Observe, Owed, owed, rate
from interrogate.records import Json
from interrogate.stats.powered import Powered, chances, share_to_label
from interrogate.store import Store, bodies, verdicts

if TYPE_CHECKING:
    import pandas as pd

PILOT = 100
"""Answers that a pilot comes to, or a tenth of all where that is more: enough to fit a classifier to."""

PILOT_OF_GROUP = 40
"""Of a group's answers that enter rates, those that a pilot comes to: fewer say little of what it takes."""

ROUNDS = 3
"""Times that the judge reads on after the pilot."""

STEP = 1.1
"""By how much a share grows at least, where the margin is not reached."""

NEAR = 0.8
"""Of the least width, as a plan has it from few answers: a margin down to this may prove to be within reach."""

Shares = Iterable[tuple[Sequence[Key], float]]
"""Answers, with the share of them that is to be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How much a judge is to read."""

    share: float | None = None
    """Of all answers, over 0 up to 1; with a margin, that of the pilot."""
    margin: float | None = None
    """How far each rate's 95% interval is to reach either way, over 0: its half length."""
    seed: int = 0


async def cascade(store: Store, judge: Rater, chat: Chat, tally: Tally, observe: Observe, asked: Asked) -> Drawn:
    """Has the judge label its part, and the fitted classifier all; what was labelled before stands.

    With a margin, more of the answers that enter rates are read, until every rate reaches it or cannot.
    Raises InputError where the judge's part is too small to fit a classifier to, or was drawn with another seed or a
    greater share before.
    """
    await rate(store, [shipped()], chat, tally, observe)
    drawn = _settled(store, judge, asked)
    for left in range(ROUNDS, -1, -1):
        store.replace_now(bodies, _row(drawn, None))
        await rate(store, [judge], chat, tally, observe, wanted=_within(drawn))
        fitted = await _predict(store, drawn)
        more = wanting(pooled(store, drawn, fitted), asked.margin) if asked.margin else ()
        larger = grown(drawn, _doubts(store, fitted), more)
        if not left or larger == drawn or _owing(store, judge, drawn):
            break
        drawn = larger
    return drawn


async def label_part(
    directory: Path, judge: Rater, asked: Asked, *, max_connections: int = 10, observe: Observe = unobserved
) -> tuple[Summary, Amplified]:
    """The same for a campaign's directory: how the campaign stands then, and what the judge's part gives.

    Raises StoreError where the directory holds no campaign.
    """
    with reopened(directory, [judge.name], max_connections) as (store, chat, tally):
        await cascade(store, judge, chat, tally, observe, asked)
        (found,) = (each for each in amplified(store) if each.identity == judge.identity)
        return summary(store, directory, tally), found


def _settled(store: Store, judge: Rater, asked: Asked) -> Drawn:
    """The judge's part as it is to be read first: that of the store, and what has come or been asked for since."""
    before = next((drawn for drawn, _ in kept(store) if drawn.judge == judge.identity), None)
    if before is not None and (before.seed != asked.seed or (asked.share or 1) < before.share):
        raise InputError(
            f"{judge.name} reads a part that was drawn with share {before.share:g} and seed {before.seed}: "
            "what was read is read; go on with this seed, and a share that is no smaller"
        )
    doubts = _doubts(store)
    if before is None:
        before = Drawn(judge.identity, judge.name, 0.0, None, asked.seed, {})
    first = asked.share or before.share or min(1.0, max(0.1, PILOT / max(len(doubts), 1)))
    drawn = replace(before, share=first, margin=asked.margin or before.margin)
    return grown(drawn, doubts, [(list(doubts), first), *(_pilots(store) if asked.margin else ())])


def _within(drawn: Drawn) -> Callable[[Owed], bool]:
    return lambda item: drawn.holds(_key(item))


def _pilots(store: Store) -> Shares:
    for group in in_groups(headline(frames.answers(store))):
        yield group.keys, min(1.0, PILOT_OF_GROUP / len(group.keys))


def wanting(groups: Iterable[Pooled], margin: float) -> Shares:
    """What has to be read of the groups that do not reach the margin and may yet."""
    for group in groups:
        now = sum(row["chance"] for row in group.rows) / len(group.rows)
        missed = [found for found in group.powered().values() if isinstance(found, Powered) and _misses(found, margin)]
        needed = [share for found in missed if (share := _needed(found, margin, now)) is not None]
        if needed:
            yield group.keys, min(1.0, max(STEP * now, *needed))


def _misses(found: Powered, margin: float) -> bool:
    return found.mean.half_width is not None and found.mean.half_width > margin


def _needed(found: Powered, margin: float, now: float) -> float | None:
    """The share that the plan says; twice the present one where the margin only just seems out of reach."""
    plan = share_to_label(found, half_width=margin)
    return 2 * now if plan.share is None and margin > NEAR * plan.reachable else plan.share


def grown(drawn: Drawn, doubts: Mapping[Key, float], shares: Shares) -> Drawn:
    """With chances for these shares, higher where there is doubt; no chance becomes smaller."""
    found = dict(drawn.chances)
    for keys, share in shares:
        there = [key for key in keys if key in doubts]
        for key, chance in zip(there, chances([doubts[key] for key in there], share=share), strict=True):
            found[key] = max(found.get(key, 0.0), float(chance))
    return replace(drawn, chances=found)


def doubt(said: Verdict, second: Verdict | None = None) -> float:
    """The expected error of a verdict, 0 to .5: the most where a second classifier says something else."""
    if said.confidence is None or (second is not None and second.label != said.label):
        return 0.5
    return math.sqrt(said.confidence * (1 - said.confidence))


def _doubts(store: Store, fitted: str | None = None) -> dict[Key, float]:
    """Of every answer, about what the shipped classifier says; or about what the fitted one says, the shipped second.

    The fitted one has seen no label of the answer's transcript: none decides with what chance its answer is read.
    """
    first = _said(store, shipped().identity)
    if fitted is None:
        return {key: doubt(said) for key, said in first.items()}
    return {key: doubt(said, first[key]) for key, said in _said(store, fitted).items()}


def _said(store: Store, rater: str) -> dict[Key, Verdict]:
    rows = store.rows(verdicts, rater=rater)
    return {(row["interview"], row["turn"]): VERDICT.validate_python(row["body"]) for row in rows}


def _row(drawn: Drawn, rater: str | None) -> Json:
    listed = [[*key, chance] for key, chance in drawn.chances.items()]
    of_it = {"name": drawn.name, "share": drawn.share, "margin": drawn.margin, "seed": drawn.seed}
    return {"kind": KIND, "digest": drawn.judge, "body": {**of_it, "chances": listed, "rater": rater}}


def _owing(store: Store, judge: Rater, drawn: Drawn) -> bool:
    """Whether the judge could not be asked about all of its part: then it is not asked about more."""
    return any(map(_within(drawn), owed(store, judge)))


async def _predict(store: Store, drawn: Drawn) -> str:
    """What a classifier says that is fitted to what the judge labelled of its part; gives its identity."""
    about = {"name": f"fitted to {drawn.name}", "judge": drawn.judge}
    rater = await label_all(store, read_by_judge(store, drawn), about, seed=drawn.seed)
    await store.replace(bodies, _row(drawn, rater))
    return rater


def _key(item: Owed) -> Key:
    return item.interview, item.turn


def report_document(answers: pd.DataFrame, corrected: Sequence[GroupCorrected], found: Sequence[Amplified]) -> Json:
    """The document of `interrogate report --json`: the figures, those corrected where people labelled, and those
    amplified where a judge read a part."""
    return {
        **report_json(answers),
        "corrected": [asdict(group) for group in corrected],
        "amplified": [asdict(each) for each in found],
    }
