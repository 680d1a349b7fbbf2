"""A judge reads a random part of the answers, more of those that the classifier doubts; a classifier that is fitted to
that part labels the rest; and the rates come from both by prediction-powered inference.

Each answer's chance to be read is settled before a judge is asked and kept in the store. So the rates are what the
judge would have given on all the answers, whatever the fitted classifier is worth: that decides only how wide the
interval is. The judge's own errors stay in them; people's labels measure those (see `correcting`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from interrogate import frames
from interrogate.campaign import Summary, reopened, summary, unobserved
from interrogate.chat import Chat
from interrogate.correcting import GroupCorrected, corrected, with_corrections
from interrogate.errors import InputError
from interrogate.labels import VERDICT, Facts, label_of
from interrogate.ledger import Tally
from interrogate.people import Key
from interrogate.quantities import report_json
from interrogate.raters import Rater
from interrogate.raters.classifier import shipped
from interrogate.raters.fitted import fit
from interrogate.rating import Observe, Owed, answered, rate, verdict_row
from interrogate.records import Json, digest
from interrogate.stats.powered import chances
from interrogate.store import Store, bodies, interviews, verdicts

if TYPE_CHECKING:
    import pandas as pd

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
    await _predict(store, drawn)
    return drawn


async def label_part(
    directory: Path,
    judge: Rater,
    *,
    share: float,
    seed: int,
    max_connections: int = 10,
    observe: Observe = unobserved,
) -> tuple[Summary, Drawn]:
    """The same for a campaign's directory: how the campaign stands then, and the judge's part.

    Raises StoreError where the directory holds no campaign.
    """
    with reopened(directory, [judge.name], max_connections) as (store, chat, tally):
        drawn = await cascade(store, judge, chat, tally, observe, share=share, seed=seed)
        return summary(store, directory, tally), drawn


def _settled(store: Store, judge: Rater, share: float, seed: int) -> Drawn:
    """The judge's part: that of the store, with chances for answers that have come since."""
    before = next((drawn for drawn, _ in _kept(store) if drawn.judge == judge.identity), None)
    if before is not None and (before.share, before.seed) != (share, seed):
        raise InputError(
            f"{judge.name} reads a part that was drawn with share {before.share:g} and seed {before.seed}: "
            "the chances are settled; go on with these"
        )
    known = dict(before.chances) if before else {}
    drawn = Drawn(judge.identity, judge.name, share, seed, known | _chances(store, share, known))
    store.replace_now(bodies, _row(drawn, None))
    return drawn


def _row(drawn: Drawn, rater: str | None) -> Json:
    listed = [[*key, chance] for key, chance in drawn.chances.items()]
    body = {"name": drawn.name, "share": drawn.share, "seed": drawn.seed, "chances": listed, "rater": rater}
    return {"kind": KIND, "digest": drawn.judge, "body": body}


def _kept(store: Store) -> Iterator[tuple[Drawn, str | None]]:
    """The parts that judges read, each with the identity of the classifier that was fitted to it."""
    for judge, body in store.bodies(KIND).items():
        found = {(name, turn): chance for name, turn, chance in body["chances"]}
        yield Drawn(judge, body["name"], body["share"], body["seed"], found), body["rater"]


def _chances(store: Store, share: float, known: Mapping[Key, float]) -> dict[Key, float]:
    """Chances of the answers that have none yet, higher where the shipped classifier is unsure."""
    found = store.rows(verdicts, rater=shipped().identity)
    sure = {(row["interview"], row["turn"]): VERDICT.validate_python(row["body"]).confidence for row in found}
    fresh = [key for key in sure if key not in known]
    if not fresh:
        return {}
    doubts = [math.sqrt(p * (1 - p)) if (p := sure[key]) is not None else 0.5 for key in fresh]
    return dict(zip(fresh, map(float, chances(doubts, share=share)), strict=True))


async def _predict(store: Store, drawn: Drawn) -> None:
    """Fits the classifier to what the judge labelled, and keeps what it says of every answer and how it scored.

    Of an answer that it was fitted to, that is what it says without having seen its transcript's labels.
    """
    read = _read(store, drawn)
    transcripts = {row["interview"]: row["transcript"] for row in store.rows(interviews)}
    known, rest = _parted(answered(store), read)
    fitted = fit(
        [item.exhibit for item in known],
        [read[_key(item)] for item in known],
        [transcripts[item.interview] for item in known],
        seed=drawn.seed,
    )
    said = (*fitted.out_of_fold, *fitted.verdicts([item.exhibit for item in rest]))
    rows = [verdict_row(*_key(item), verdict) for item, verdict in zip((*known, *rest), said, strict=True)]
    about = {"name": f"fitted to {drawn.name}", "kind": "fitted", "judge": drawn.judge, "score": asdict(fitted.score)}
    await store.add(bodies, {"kind": "rater", "digest": fitted.identity, "body": about})
    await store.add(verdicts, *rows)
    await store.replace(bodies, _row(drawn, fitted.identity))


def _parted(items: Iterable[Owed], read: Mapping[Key, Facts]) -> tuple[list[Owed], list[Owed]]:
    """Those that the judge labelled, and the others."""
    known: list[Owed] = []
    rest: list[Owed] = []
    for item in items:
        (known if _key(item) in read else rest).append(item)
    return known, rest


def _key(item: Owed) -> Key:
    return item.interview, item.turn


def _read(store: Store, drawn: Drawn) -> dict[Key, Facts]:
    """What the judge found within its part; an answer that it labelled for another reason was not drawn by chance."""
    rows = store.rows(verdicts, rater=drawn.judge, draw=0)
    found = {(row["interview"], row["turn"]): VERDICT.validate_python(row["body"]).facts for row in rows}
    return {key: facts for key, facts in found.items() if facts is not None and drawn.holds(key)}


@dataclass(frozen=True, slots=True)
class Amplified:
    """The rates that a judge's part and the fitted classifier give together."""

    judge: str
    share: float
    answers: int
    """All that can be labelled."""
    drawn: int
    """Those in the judge's part."""
    read: int
    """Of these, with a label of the judge's. The others are missing for a reason, and not by chance."""
    score: Json
    """Of the fitted classifier, on transcripts that it had not seen."""
    groups: tuple[GroupCorrected, ...]
    """`by_people` is the estimate: here the judge stands where people do, and the fitted classifier is the rater."""


def amplified(store: Store) -> list[Amplified]:
    """The rates of each judge that has read a part of the campaign's answers."""
    return [_amplified(store, drawn, rater) for drawn, rater in _kept(store) if rater is not None]


def _amplified(store: Store, drawn: Drawn, rater: str) -> Amplified:
    read = _read(store, drawn)
    return Amplified(
        drawn.name,
        drawn.share,
        len(drawn.chances),
        sum(map(drawn.holds, drawn.chances)),
        len(read),
        store.bodies("rater")[rater]["score"],
        tuple(corrected(frames.answers(store, frames.rater_names(store)[rater]), _judged(drawn, read))),
    )


def _judged(drawn: Drawn, read: Mapping[Key, Facts]) -> pd.DataFrame:
    """One row an answer, with its chance and, where the judge read it, label and admission."""
    import pandas as pd

    rows = [
        (*key, chance, *((label_of(read[key]), read[key].admission) if key in read else (None, None)))
        for key, chance in drawn.chances.items()
    ]
    return pd.DataFrame(rows, columns=["interview", "turn", "chance", "label", "admission"])


def report_document(store: Store, answers: pd.DataFrame, people: pd.DataFrame) -> Json:
    """The document of `interrogate report --json`: the figures, corrected where people labelled, and amplified where a
    judge read a part."""
    document = with_corrections(report_json(answers), answers, people)
    return {**document, "amplified": [asdict(each) for each in amplified(store)]}
