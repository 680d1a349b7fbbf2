"""Runs raters over the store: every answer that a rater has not labelled yet, and nothing else.

Relabelling never means asking again, and a judge's fault never costs an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from interrogate.chat import Chat
from interrogate.labels import VERDICT, Verdict
from interrogate.ledger import TURN, Ledger, Tally
from interrogate.raters import Caller, Exhibit, Rater, exhibit, record_of, verdict_of
from interrogate.raters.classifier import Classifier, careful
from interrogate.raters.judge import judge_of
from interrogate.records import Act, Json, Transcript, Turn
from interrogate.store import Store, bodies, calls, interviews, turns, verdicts

Observe = Callable[[str, int, int], None]
"""Is told of progress: the phase, how many are done, of how many."""

ACT = TypeAdapter(Act)
TRANSCRIPT = TypeAdapter(Transcript)

PASSING = frozenset({"rate_limited", "timeout", "unavailable", "refused_key", "budget_spent", "unknown_model"})
"""Reasons for a missing label that may be gone next time; others stand."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that a rater has yet to label, in one of its draws."""

    interview: str
    turn: int
    draw: int
    exhibit: Exhibit
    truth: Json | None


def verdict_row(interview: str, turn: int, verdict: Verdict) -> Json:
    body = VERDICT.dump_python(verdict, mode="json")
    return {
        "interview": interview,
        "turn": turn,
        "rater": verdict.rater,
        "draw": verdict.draw,
        "label": verdict.label,
        "body": body,
    }


def rater_of(
    name: str,
    parameters: Json | None = None,
    *,
    draws: int = 1,
    rubric: Path | None = None,
    threshold: float = 0.0,
) -> Rater:
    """The shipped classifier, which gives no label below the threshold, or a model as judge.

    Raises InputError where the model's name is none that can be called, PromptError where the rubric cannot be used.
    """
    if name == "classifier":
        return careful(threshold)
    return judge_of(name, parameters, draws=draws, rubric=rubric)


async def verdicts_on(rater: Rater, exhibits: Sequence[Exhibit], call: Caller) -> list[Verdict]:
    """A rater's verdicts on exhibits, in their order. Nothing is kept."""
    if isinstance(rater, Classifier):
        return rater.verdicts(exhibits)
    return list(await asyncio.gather(*(rater.rate(exhibit, call) for exhibit in exhibits)))


async def rate(
    store: Store,
    raters: Sequence[Rater],
    chat: Chat,
    tally: Tally,
    observe: Observe,
    *,
    draws: int = 1,
    wanted: Callable[[Owed], bool] = lambda _: True,
) -> None:
    """Labels what is owed, by each rater in turn; each verdict is committed as it comes.

    A rater that is asked labels each answer that is wanted, as often as there are to be draws; the classifier labels
    all, and always says the same.
    Raises StoreError where the store cannot be written, or holds a reply to another request than would be sent.
    """
    for rater in raters:
        await keep_rater(store, rater)
        if isinstance(rater, Classifier):
            await _classify(store, rater, observe)
        else:
            listed = [item for item in owed(store, rater, draws) if wanted(item)]
            await _ask_for_verdicts(store, rater, listed, chat, tally, observe)


async def keep_rater(store: Store, rater: Rater) -> None:
    """Writes down who the rater is: everything that shapes its verdicts."""
    body = {"name": rater.name, **rater.description}
    await store.add(bodies, {"kind": "rater", "digest": rater.identity, "body": body})


async def _classify(store: Store, rater: Classifier, observe: Observe) -> None:
    items = list(owed(store, rater))
    observe(rater.name, 0, len(items))
    found = await asyncio.to_thread(rater.verdicts, [item.exhibit for item in items])
    await store.add(verdicts, *(verdict_row(o.interview, o.turn, v) for o, v in zip(items, found, strict=True)))
    observe(rater.name, len(items), len(items))


async def _ask_for_verdicts(
    store: Store, rater: Rater, listed: Sequence[Owed], chat: Chat, tally: Tally, observe: Observe
) -> None:
    done = 0
    observe(rater.name, 0, len(listed))
    by_interview: dict[str, list[Owed]] = {}
    for item in listed:
        by_interview.setdefault(item.interview, []).append(item)

    async def rate_interview(items: Sequence[Owed]) -> None:
        nonlocal done
        ledger = Ledger(store, chat, tally, items[0].interview)
        for item in items:
            verdict = await verdict_of(rater, item.exhibit, ledger, item.turn, item.truth, item.draw)
            await store.replace(verdicts, verdict_row(item.interview, item.turn, verdict))
            done += 1
            observe(rater.name, done, len(listed))

    await together(rate_interview(items) for items in by_interview.values())


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All the work at once. The first that raises stops the rest, and what it raised surfaces as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


def owed(store: Store, rater: Rater, draws: int = 1) -> Iterator[Owed]:
    """Answers without a verdict of this rater that stands, for each draw."""
    settled = {
        (v["interview"], v["turn"], v["draw"]) for v in store.rows(verdicts, rater=rater.identity) if _stands(v["body"])
    }
    for each in answered(store):
        for draw in range(draws):
            if (each.interview, each.turn, draw) not in settled:
                yield replace(each, draw=draw)


def answered(store: Store) -> Iterator[Owed]:
    """Every answer that can be labelled. What an interview is about is read once."""
    said: dict[str, list[Turn]] = {}
    for row in store.rows(turns):
        said.setdefault(row["interview"], []).append(TURN.validate_python(row["body"]))
    truths = {
        (c["interview"], c["turn"]): c["reply"].get("aside") for c in store.rows(calls, role="subject") if c["reply"]
    }
    files = Files(store)
    for row in store.rows(interviews):
        key, listed = row["interview"], said.get(row["interview"], [])
        for number, turn in enumerate(listed, start=1):
            if turn.missing is None:
                record, act = files.record(row["transcript"], row["accusation"])
                yield Owed(key, number, 0, exhibit(record, act, listed, number), truths.get((key, number)))


def _stands(body: Mapping[str, object]) -> bool:
    return body["facts"] is not None or body["reason"] not in PASSING


class Files:
    """Transcripts and accusations of a store, each read and excerpted once."""

    def __init__(self, store: Store) -> None:
        self._transcripts = store.bodies("transcript")
        self._accusations = store.bodies("accusation")
        self._records: dict[tuple[str, str], tuple[str, Act]] = {}

    def record(self, transcript: str, accusation: str) -> tuple[str, Act]:
        key = (transcript, accusation)
        if key not in self._records:
            act = ACT.validate_python(self._accusations[accusation])
            self._records[key] = (record_of(TRANSCRIPT.validate_python(self._transcripts[transcript]), act), act)
        return self._records[key]
