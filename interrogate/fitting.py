"""A classifier fitted to the answers of a campaign that a judge or people have labelled, and what it says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from interrogate import frames
from interrogate.campaign import Summary, reopened, summary
from interrogate.correcting import GroupCorrected, corrected
from interrogate.labels import Facts, Verdict
from interrogate.people import Key
from interrogate.people.gold import gold
from interrogate.raters import Exhibit
from interrogate.raters.fitted import Fitted, Score, fit
from interrogate.rating import answered, verdict_row
from interrogate.records import Json, digest
from interrogate.store import Store, bodies, interviews, verdicts

if TYPE_CHECKING:
    import pandas as pd

KIND, PEOPLE = "fitted_to", "people"

FOLDS = 5
"""Parts into which the transcripts are divided; a classifier labels each part that is fitted to the others."""


async def fit_to_people(directory: Path, *, seed: int = 0) -> tuple[Summary, Score]:
    """Fits a classifier to what people labelled of a campaign, in place of one that was fitted before.

    Gives how the campaign stands, and the score. Raises StoreError where the directory holds no campaign, InputError
    where people have labelled too little.
    """
    with reopened(directory, [], 1) as (store, _, tally):
        known = {key: settled.facts for key, settled in gold(store).items() if settled.facts}
        rater = await label_all(store, known, {"name": f"fitted to {PEOPLE}"}, seed=seed)
        await store.replace(bodies, {"kind": KIND, "digest": PEOPLE, "body": {"rater": rater}})
        return summary(store, directory, tally), Score(**store.bodies("rater")[rater]["score"])


def corrections(store: Store, answers: pd.DataFrame, people: pd.DataFrame) -> list[GroupCorrected]:
    """The rates of the label of record, and those of the classifier that is fitted to people, corrected by people's
    labels (`correcting.corrected`).
    """
    current = store.bodies(KIND).get(PEOPLE)
    raters = [frames.answers(store, frames.rater_names(store)[current["rater"]])] if current else []
    return [group for each in (answers, *raters) for group in corrected(each, people)]


async def label_all(store: Store, known: Mapping[Key, Facts], about: Json, *, seed: int = 0) -> str:
    """Fits a classifier to the answers whose facts are known, keeps what it says of every answer and how it scored, and
    gives its identity. `about` holds its name.

    Raises InputError as `held_out` does.
    """
    items = list(answered(store))
    keys = [(item.interview, item.turn) for item in items]
    transcripts = {row["interview"]: row["transcript"] for row in store.rows(interviews)}
    score, said = held_out(
        [item.exhibit for item in items],
        [known.get(key) for key in keys],
        [transcripts[item.interview] for item in items],
        seed=seed,
    )
    rater = digest(sorted({verdict.rater for verdict in said}))
    body = {**about, "kind": "fitted", "score": asdict(score)}
    await store.add(bodies, {"kind": "rater", "digest": rater, "body": body})
    await store.add(
        verdicts, *(verdict_row(*key, replace(each, rater=rater)) for key, each in zip(keys, said, strict=True))
    )
    return rater


def held_out(
    exhibits: Sequence[Exhibit], facts: Sequence[Facts | None], transcripts: Sequence[str], *, seed: int = 0
) -> tuple[Score, list[Verdict]]:
    """What a classifier fitted to the answers with facts says of each answer, with facts or not, without having seen
    any label of its transcript; and the score of one that is fitted to them all.

    So it knows as much of an answer with facts as of one without: the errors that it makes on those are, but for
    chance, the errors that it makes on these (cross-prediction: Zrnic and Candès 2024, arXiv 2309.16598).
    Raises InputError where there are too few labelled answers, in all or with a fifth of the transcripts left out.
    """
    known = [place for place, each in enumerate(facts) if each is not None]
    folds = _folds(transcripts, seed)
    said: dict[int, Verdict] = {}
    for fold in range(FOLDS):
        fitted = _fitted(exhibits, facts, transcripts, [place for place in known if folds[place] != fold])
        left_out = [place for place, of in enumerate(folds) if of == fold]
        said |= zip(left_out, fitted.verdicts([exhibits[place] for place in left_out]), strict=True)
    return _fitted(exhibits, facts, transcripts, known).score, [said[place] for place in range(len(exhibits))]


def _fitted(
    exhibits: Sequence[Exhibit], facts: Sequence[Facts | None], transcripts: Sequence[str], places: Sequence[int]
) -> Fitted:
    labels = [each for place in places if (each := facts[place]) is not None]
    return fit([exhibits[place] for place in places], labels, [transcripts[place] for place in places])


def _folds(transcripts: Sequence[str], seed: int) -> list[int]:
    """A fold for each answer, whole transcripts, as many in each."""
    order = sorted(set(transcripts), key=lambda name: digest([seed, name]))
    fold = {name: place % FOLDS for place, name in enumerate(order)}
    return [fold[name] for name in transcripts]
