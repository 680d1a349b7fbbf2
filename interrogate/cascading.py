"""A judge reads a random part of the answers, more of those that the classifier doubts; a classifier that is fitted to
that part labels the rest; and the rates come from both by prediction-powered inference.

Each answer's chance to be read is settled before a judge is asked and kept in the store. So the rates are what the
judge would have given on all the answers, whatever the fitted classifier is worth: that decides only how wide the
interval is. The judge's own errors stay in them; people's labels measure those (see `correcting`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from interrogate.chat import Chat
from interrogate.correcting import GroupCorrected, corrected
from interrogate.errors import InputError
from interrogate.frames import answers
from interrogate.labels import VERDICT, Verdict
from interrogate.ledger import Tally
from interrogate.raters import Rater
from interrogate.raters.classifier import shipped
from interrogate.raters.fitted import Labelled, fit
from interrogate.rating import Observe, Owed, answered, keep_rater, rate, verdict_row
from interrogate.records import Json, digest
from interrogate.stats.powered import chances
from interrogate.store import Store, bodies, interviews, verdicts

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, int]
"""Interview and turn."""

KIND = "drawn"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which part of a campaign's answers a judge reads."""

    judge: str
    """The judge's identity."""
    name: str
    share: float
    seed: int
    chances: Mapping[Key, float]
    """Of each answer, over 0 up to 1."""

    def holds(self, key: Key) -> bool:
        """Whether the answer is in the part: as fixed as seed and chance."""
        place = int(digest([self.seed, *key]), 16) / 16**20
        return place < self.chances.get(key, 0.0)


async def cascade(
    store: Store, judge: Rater, chat: Chat, tally: Tally, observe: Observe, *, share: float, seed: int
) -> Drawn:
    """Has the judge label its part, and the fitted classifier all; what was labelled before stands.

    Raises InputError where the judge's part is too small to fit a classifier to, or was drawn otherwise before.
    """
    await rate(store, [shipped()], chat, tally, observe)
    drawn = _settled(store, judge, share, seed)
    await rate(store, [judge], chat, tally, observe, wanted=lambda item: drawn.holds((item.interview, item.turn)))
    await _predict(store, drawn, seed)
    return drawn


def _settled(store: Store, judge: Rater, share: float, seed: int) -> Drawn:
    """The judge's part: that of the store, with chances for answers that have come since."""
    before = read_drawn(store).get(judge.identity)
    if before is not None and (before.share, before.seed) != (share, seed):
        raise InputError(
            f"{judge.name} has read a part drawn with share {before.share:g} and seed {before.seed}; "
            "its chances are settled: go on with those"
        )
    known = dict(before.chances) if before else {}
    known |= _chances(store, share, known)
    drawn = Drawn(judge.identity, judge.name, share, seed, known)
    body = {**asdict(drawn), "chances": [[*key, chance] for key, chance in known.items()]}
    store.replace_now(bodies, {"kind": KIND, "digest": judge.identity, "body": body})
    return drawn


def _chances(store: Store, share: float, known: Mapping[Key, float]) -> dict[Key, float]:
    """Chances of the answers that have none yet, higher where the shipped classifier is unsure."""
    found = store.rows(verdicts, rater=shipped().identity)
    sure = {(row["interview"], row["turn"]): VERDICT.validate_python(row["body"]).confidence for row in found}
    fresh = [key for key in sure if key not in known]
    if not fresh:
        return {}
    doubts = [math.sqrt(p * (1 - p)) if (p := sure[key]) is not None else 0.5 for key in fresh]
    return dict(zip(fresh, map(float, chances(doubts, share=share)), strict=True))


def read_drawn(store: Store) -> dict[str, Drawn]:
    """The parts that judges read, by the judge's identity."""
    return {
        judge: Drawn(
            judge, body["name"], body["share"], body["seed"], {(name, turn): c for name, turn, c in body["chances"]}
        )
        for judge, body in store.bodies(KIND).items()
    }


async def _predict(store: Store, drawn: Drawn, seed: int) -> None:
    """Fits the classifier to what the judge labelled and keeps what it says of every answer.

    Of an answer that it was fitted to, that is what it says without having seen its transcript's labels.
    """
    groups = {row["interview"]: row["transcript"] for row in store.rows(interviews)}
    read = _labels_of(store, drawn)
    listed = list(answered(store))
    known = [item for item in listed if (item.interview, item.turn) in read]
    labelled = [Labelled(item.exhibit, facts, groups[item.interview]) for item in known if (facts := _facts(item, read))]
    fitted = fit(labelled, seed=seed, name=f"fitted to {drawn.name}")
    await keep_rater(store, fitted)
    rest = [item for item in listed if (item.interview, item.turn) not in read]
    said = [*zip(known, fitted.out_of_fold, strict=True), *zip(rest, fitted.verdicts([r.exhibit for r in rest]), strict=True)]
    await store.add(verdicts, *(verdict_row(item.interview, item.turn, verdict) for item, verdict in said))


def _facts(item: Owed, read: Mapping[Key, Verdict]) -> Any:
    return read[item.interview, item.turn].facts


def _labels_of(store: Store, drawn: Drawn) -> dict[Key, Verdict]:
    """The judge's labels within its part; answers that it labelled for another reason were not drawn by chance."""
    found = ((row, VERDICT.validate_python(row["body"])) for row in store.rows(verdicts, rater=drawn.judge, draw=0))
    return {
        (row["interview"], row["turn"]): verdict
        for row, verdict in found
        if verdict.facts is not None and drawn.holds((row["interview"], row["turn"]))
    }
