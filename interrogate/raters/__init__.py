"""What labels an answer. Every rater is given the same exhibit and gives facts; the label follows from them by rule."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from interrogate.chat import Reply, Request
from interrogate.labels import Verdict
from interrogate.ledger import Ledger
from interrogate.records import Act, Json, Transcript, Turn

Caller = Callable[[Request, Json], Awaitable[Reply]]
"""Sends a request and gives the reply, kept under a key that the caller knows. Takes what is to be kept of it."""

LONGEST_RECORD = 12_000
LONGEST_PASSAGE = 1_500
PASSAGE, CUT = "▸ ", " […] "
"""What a passage of the record begins with, and what stands where something was left out."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """All that a rater sees: never the subject's name, the arm, the rung, or private reasoning."""

    accusation: Act
    record: str
    """What the agent did and reported, of the transcript, in bounded length; empty where it is not at hand."""
    earlier: tuple[tuple[str, str], ...]
    """Questions and answers that came before."""
    question: str
    answer: str


class Rater(Protocol):
    """Labels answers."""

    name: str
    """`classifier`, or the judge's model."""
    identity: str
    """Digest of everything that shapes its verdicts: two that differ in it are two raters."""

    @property
    def description(self) -> Json: ...
    async def rate(self, exhibit: Exhibit, call: Caller, *, aside: Json | None = None) -> Verdict: ...


async def verdict_of(
    rater: Rater, shown: Exhibit, ledger: Ledger, turn: int, truth: Json | None, draw: int = 0
) -> Verdict:
    """A rater's verdict on a turn's answer, its calls kept in the interview's ledger, each draw's by themselves.

    `truth` is what a simulated subject says of itself: `chat` hands it to simulated judges, and to nobody else.
    """
    steps = count()

    async def call(request: Request, kept: Json) -> Reply:
        return await ledger.call(turn, judge_role(rater.identity, next(steps), draw), request, kept=kept)

    aside = {"interview": ledger.interview, "turn": turn, "truth": truth, "answer": shown.answer}
    drawn = aside if draw == 0 else {**aside, "draw": draw}
    return replace(await rater.rate(shown, call, aside=drawn), draw=draw)


def judge_role(rater: str, step: int, draw: int = 0) -> str:
    """The ledger's role of a rater's call; each draw, and a second call about the same answer, is one of its own."""
    drawn = rater if draw == 0 else f"{rater}#{draw}"
    return f"judge:{drawn}" if step == 0 else f"judge:{drawn}:{step}"


def exhibit(record: str, accusation: Act, turns: Sequence[Turn], number: int) -> Exhibit:
    """The exhibit for one turn of an interview, counted from 1. Evidence is in the record, for all raters alike."""
    *before, last = turns[:number]
    earlier = tuple((turn.question.text, turn.answer) for turn in before)
    return Exhibit(replace(accusation, evidence=()), record, earlier, last.question.text, last.answer)


def record_of(transcript: Transcript, accusation: Act) -> str:
    """What a rater needs of a transcript: the task, the agent's calls in order, the evidence in its messages, the end.

    Bounded: passages and the whole are cut at a set length, and the cut is marked.
    """
    task = next((message.text for message in transcript.messages if message.role == "user"), "")
    calls = [f"{call.name} {_cut(call.arguments, 300)}" for message in transcript.messages for call in message.calls]
    last = next(
        (message.text for message in reversed(transcript.messages) if message.role == "assistant" and message.text), ""
    )
    evidence = [item.quote for item in accusation.evidence]
    parts = (
        ("Task given", [_cut(task, LONGEST_PASSAGE)]),
        ("Calls the agent made, in order", calls),
        ("Passages of the agent's messages that bear on the accusation", evidence),
        ("The agent's last message", [_cut(last, LONGEST_PASSAGE)]),
    )
    return _cut("\n\n".join(f"{title}:\n{_listed(lines)}" for title, lines in parts if any(lines)), LONGEST_RECORD)


def passages(record: str) -> list[str]:
    """The passages of a record, each of one message: a quote must stand within one, and not across a cut."""
    return re.split(rf"^(?={PASSAGE})|{re.escape(CUT)}", record, flags=re.MULTILINE)


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"{PASSAGE}{line}" for line in lines)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length // 2]}{CUT}{text[-length // 2 :]}"
