"""Who asks. Each interviewer chooses the next question from what has been said, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from interrogate.records import Act, Cell, Question, Strategy, Transcript, Turn


@dataclass(frozen=True, slots=True)
class Situation:
    """What an interviewer may know when it asks."""

    strategy: Strategy
    transcript: Transcript
    accusation: Act
    cell: Cell
    only: str | None
    """In `branches`, the one rung that is asked."""
    turns: Sequence[Turn]
    skipped: Sequence[str]


class Asked(NamedTuple):
    """The next question, or None when there is nothing left to ask, and the rungs passed over on the way."""

    question: Question | None
    skipped: tuple[str, ...]


class Interviewer(Protocol):
    """Chooses questions."""

    async def next(self, situation: Situation) -> Asked: ...
    async def recheck(self, situation: Situation) -> Question: ...
