"""Interviews in this process: so many at a time, and one's trouble is no other's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from interviewing import RUN, TakesAtItsWord, Told, fault, said, strategy

from interrogate.chat import Chat, Reply, Request
from interrogate.errors import StoreError
from interrogate.executors import Workplace, interview_row
from interrogate.executors.local import execute
from interrogate.interviewers.scripted import Scripted
from interrogate.ledger import Tally
from interrogate.planning import Case, plan
from interrogate.store import Store, calls, interviews, sqlite_url, turns


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(sqlite_url(tmp_path), "this") as opened:
        yield opened


CASES = plan([RUN], strategy("direct", "closing"), ["simulated/candid"], 6).cases
Told_of = list[tuple[str, int, int]]


def hold(store: Store, chat: Chat, *, at_once: int = 3, cases: tuple[Case, ...] = CASES) -> Told_of:
    """What was told of the progress."""
    place = Workplace(store, chat, Tally(), Scripted(), TakesAtItsWord(), {}, None, seed=0)
    store.add_now(interviews, [interview_row(case) for case in cases])
    told: Told_of = []
    asyncio.run(execute(cases, place, at_once=at_once, observe=lambda *step: told.append(step)))
    return told


def states(store: Store) -> list[str]:
    return sorted(row["state"] for row in store.rows(interviews))


def test_all_are_held_and_the_progress_is_told(store: Store) -> None:
    told = hold(store, Told("No."))

    assert told == [("interviews", done, 6) for done in range(7)]
    assert states(store) == ["complete"] * 6


def test_where_nothing_is_owed_nothing_is_asked(store: Store) -> None:
    chat = Told("No.")

    assert hold(store, chat, cases=()) == [("interviews", 0, 0)]
    assert chat.requests == []


class Crowd(Told):
    """Remembers how many were asked at once."""

    most = 0
    now = 0

    async def complete(self, request: Request) -> Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(20):
            await asyncio.sleep(0)
        self.now -= 1
        return await super().complete(request)


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_are_held_at_once_than_allowed(store: Store, at_once: int) -> None:
    chat = Crowd("No.")
    hold(store, chat, at_once=at_once)

    assert chat.most == at_once


def test_a_fault_of_the_world_stops_only_its_own_interview(store: Store) -> None:
    hold(store, Told(fault("bad_request"), "No."), at_once=1)

    assert states(store) == ["complete"] * 5 + ["failed"]


class Buggy(Told):
    async def complete(self, request: Request) -> Reply:
        await super().complete(request)
        if len(self.requests) == 4:
            raise ZeroDivisionError("a bug")
        return said("No.")


def test_a_bug_stops_all_surfaces_as_itself_and_costs_nothing_that_was_committed(store: Store) -> None:
    chat = Buggy("No.")
    with pytest.raises(ZeroDivisionError, match="a bug"):
        hold(store, chat, at_once=1)

    assert len(store.rows(calls)) == len(store.rows(turns)) == 3
    assert states(store) == ["complete"] + ["owed"] * 5
    hold(store, Told("No."))
    assert len(store.rows(calls)) == 12


class Astray(Told):
    async def complete(self, request: Request) -> Reply:
        raise StoreError(f"the disk is full: {request.model}")


def test_a_fault_of_the_store_comes_as_one_error(store: Store) -> None:
    with pytest.raises(StoreError, match="the disk is full"):
        hold(store, Astray("No."), at_once=6)
