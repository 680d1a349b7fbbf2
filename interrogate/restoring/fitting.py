"""What does not fit a subject's context is cut from the middle of the record, in whole turns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import groupby

from interrogate.errors import TranscriptError
from interrogate.records import Json
from interrogate.restoring.routes import Note, Sent

MARGIN = 0.1
"""Part of the window that is left empty: a count is exact for OpenAI's models alone, elsewhere an estimate."""

RESERVE = 16_000
"""Tokens kept free for questions and answers, but never more than a quarter of the window."""


def room(window: int, reserve: int | None) -> int:
    """Tokens of a context window that the record may take."""
    free = min(RESERVE, window // 4) if reserve is None else reserve
    return int(window * (1 - MARGIN)) - free


def fit(
    sent: Sequence[Sent], allowed: int, count: Callable[[Json], int], *, keep: Collection[int], note: Note
) -> list[Sent]:
    """The messages with the oldest turns left out until `allowed` tokens hold the rest.

    A turn is a user's message, or an assistant's with all of its results. System messages, the first user's message
    (the task) and turns that hold a recorded message of `keep` always stay.

    Raises TranscriptError where what must stay is more than `allowed`.
    """
    turns = _turns(sent)
    costs = [sum(count(each.wire) for each in turn) for turn in turns]
    surplus = sum(costs) - allowed
    cut: list[int] = []
    for number in _removable(turns, keep):
        if surplus <= 0:
            break
        cut.append(number)
        surplus -= costs[number]
    if surplus > 0:
        raise TranscriptError(
            f"too long for the subject: the task and the evidence alone take {allowed + surplus:,} tokens, and there "
            f"is room for {max(allowed, 0):,}; take a subject with a larger context window, or name its true one with "
            "--context-window"
        )
    _note_cut(turns, costs, cut, note)
    return [each for number, turn in enumerate(turns) if number not in cut for each in turn]


def _turns(sent: Sequence[Sent]) -> list[list[Sent]]:
    turns: list[list[Sent]] = []
    for each in sent:
        if each.role == "tool" and turns:
            turns[-1].append(each)
        else:
            turns.append([each])
    return turns


def _removable(turns: Sequence[Sequence[Sent]], keep: Collection[int]) -> list[int]:
    """The turns that may go, the oldest first."""
    task = next((number for number, turn in enumerate(turns) if turn[0].role == "user"), None)
    return [
        number
        for number, turn in enumerate(turns)
        if number != task and turn[0].role != "system" and not any(set(each.origins) & set(keep) for each in turn)
    ]


def _note_cut(turns: Sequence[Sequence[Sent]], costs: Sequence[int], cut: Sequence[int], note: Note) -> None:
    """One note for each stretch."""
    for _, stretch in groupby(enumerate(cut), key=lambda item: item[1] - item[0]):
        numbers = [number for _, number in stretch]
        origins = [origin for number in numbers for each in turns[number] for origin in each.origins]
        first, last, tokens = min(origins), max(origins), sum(costs[number] for number in numbers)
        note("middle_cut", f"messages {first} to {last} are left out, {tokens:,} of {sum(costs):,} tokens", first)
