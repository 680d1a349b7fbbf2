"""People who label answers: what they are shown, how their labels come back, and what they agree upon.

* this module        the answers as people are shown them, their ids, and the development and test splits
* `facts`            one row of labels to facts, by rule
* `sheets`           tables out and in: CSV, JSONL and Label Studio
* `gold`             people's verdicts in the store, and what counts where they differ
* `drawing`          which answers were drawn for people: what is missing of them, what was picked
* `retracting`       labels taken back
* `agreeing`         how far a rater agrees with people, and people with each other

What is shown is what a judge is shown, and nothing else: not the subject, the arm, the rung, a truth, or a label.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from interrogate.raters import Exhibit
from interrogate.rating import TRANSCRIPT, answered
from interrogate.records import digest
from interrogate.store import Store, interviews

Split = Literal["dev", "test"]
Key = tuple[str, int]
"""Interview and turn."""

SPLITS: tuple[Split, ...] = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as people are shown it."""

    id: str
    """Finds the answer again and tells nothing else of it. Begins with a letter: spreadsheets leave it alone."""
    key: Key
    split: Split
    exhibit: Exhibit


def answer_id(key: Key) -> str:
    return f"a{digest(['answer', *key])[:15]}"


def answers(store: Store) -> tuple[Answer, ...]:
    """All answers of a store that can be labelled, in the store's order."""
    of_interview = splits_of_interviews(store)
    found = []
    for item in answered(store):
        key = (item.interview, item.turn)
        found.append(Answer(answer_id(key), key, of_interview[item.interview], item.exhibit))
    return tuple(found)


def splits_of(store: Store) -> dict[str, Split]:
    """The split of each transcript, by digest; the same in every campaign.

    The unit is the transcript, and a control goes with its covert twin where that is in the store: a rubric that was
    tuned on one has seen the other's scenario.
    """
    found = {key: TRANSCRIPT.validate_python(body) for key, body in store.bodies("transcript").items()}
    by_source = {str(transcript.source): key for key, transcript in found.items()}
    return {
        key: split_of(key if transcript.acts else by_source.get(transcript.twin or "", key))
        for key, transcript in found.items()
    }


def splits_of_interviews(store: Store) -> dict[str, Split]:
    splits = splits_of(store)
    return {row["interview"]: splits[row["transcript"]] for row in store.rows(interviews)}


def split_of(transcript: str) -> Split:
    """The split of a transcript by itself: half of all digests are test."""
    return SPLITS[int(digest(["split", transcript]), 16) % 2]


def sampled(found: Iterable[Answer], *, sample: int | None = None, seed: int = 0) -> tuple[Answer, ...]:
    """A uniform sample, the same for everybody with the same seed; a larger one holds the smaller ones."""
    return tuple(_shuffled(found, "sample", seed)[:sample])


def ordered(
    found: Iterable[Answer], *, annotator: str = "", seed: int = 0, labelled: Iterable[Key] = ()
) -> tuple[Answer, ...]:
    """The answers in an order of the annotator's own, without those that the annotator has labelled."""
    done = set(labelled)
    return tuple(answer for answer in _shuffled(found, annotator, seed) if answer.key not in done)


def _shuffled(found: Iterable[Answer], salt: str, seed: int) -> list[Answer]:
    return sorted(found, key=lambda answer: digest([seed, salt, answer.id]))
