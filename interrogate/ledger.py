"""The ledger: every call to a model is committed before its response is used, and replayed instead of repeated.

A call's key is interview, turn, role and attempt. An interview that was cut off runs again through the same
graph, and each call that is in the ledger answers from there.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from interrogate.chat import REPLY, Chat, Reply, Request
from interrogate.errors import Fault, ModelError, StoreError
from interrogate.records import Json, Turn
from interrogate.store import Store, calls, now, turns

FINAL: frozenset[Fault] = frozenset({"content_filter"})
"""Faults that are an answer of a kind: asking again would be choosing among answers."""

_SECRET = re.compile(r"(?i)key$|secret|password|credential|authorization|headers|(^|_)token$")
_LOGIN = re.compile(r"//[^/@\s]+@")

TURN = TypeAdapter(Turn)


@dataclass
class Tally:
    """What this command has called and spent."""

    calls: Counter[str] = field(default_factory=Counter)
    reused: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    """Calls whose price is not known: the cost is then a lower bound, and says so."""
    budget_usd: float | None = None

    def check(self) -> None:
        """Raises ModelError when the budget is spent."""
        if self.budget_usd is not None and self.cost_usd >= self.budget_usd:
            raise ModelError("budget_spent", f"the budget of {self.budget_usd} USD is spent; raise --budget to go on")

    def count(self, role: str, cost: float | None) -> None:
        self.calls[role.split(":", 1)[0]] += 1
        self.unpriced += cost is None
        self.cost_usd += cost or 0.0


def without_secrets(parameters: Mapping[str, Any]) -> Json:
    """Parameters as they may be kept: nothing that opens a door, no login in an address."""
    kept = {name: value for name, value in parameters.items() if not _SECRET.search(name)}
    return {name: _LOGIN.sub("//", value) if isinstance(value, str) else _plain(value) for name, value in kept.items()}


def _plain(value: object) -> object:
    """A parameter as JSON: a schema given as a class is named."""
    return value.__name__ if isinstance(value, type) else value


class Ledger:
    """One interview's part of the ledger."""

    def __init__(self, store: Store, chat: Chat, tally: Tally, interview: str) -> None:
        self.interview = interview
        self._store = store
        self._chat = chat
        self._tally = tally
        self._calls: defaultdict[tuple[int, str], list[RowMapping]] = defaultdict(list)
        for row in store.rows(calls, interview=interview):
            self._calls[row["turn"], row["role"]].append(row)
        self._turns = {row["turn"]: TURN.validate_python(row["body"]) for row in store.rows(turns, interview=interview)}

    async def call(self, turn: int, role: str, request: Request, *, kept: Json) -> Reply:
        """The reply to a request: the committed one, or the model's, committed.

        `kept` is what is recorded of the request: what it adds to what is kept already, never the transcript.
        Raises ModelError, committed too, when the model gives none.
        """
        earlier = self._calls[turn, role]
        if earlier and (settled := _settled(earlier[-1])) is not None:
            return settled
        self._tally.check()
        row = {
            "interview": self.interview,
            "turn": turn,
            "role": role,
            "attempt": len(earlier) + 1,
            "model": request.model,
            "request": {**kept, "parameters": without_secrets(request.parameters)},
            "at": now(),
        }
        try:
            reply = await self._chat.complete(request)
        except ModelError as error:
            await self._store.add(calls, {**row, "fault": error.reason, "detail": str(error)})
            raise
        await self._store.add(
            calls, {**row, "reply": REPLY.dump_python(reply, mode="json"), "cost_usd": reply.cost_usd}
        )
        self._tally.count(role, reply.cost_usd)
        return reply

    def turn(self, number: int) -> Turn | None:
        """The turn as it was settled before, with its reading: steering is replayed, never decided anew."""
        return self._turns.get(number)

    async def settle(self, number: int, turn: Turn) -> None:
        """Commits a turn.

        Raises StoreError where another question was settled at this place: the replay has gone astray.
        """
        before = self._turns.get(number)
        if before is not None and before.question != turn.question:
            raise StoreError(
                f"interview {self.interview}, turn {number}: the replay asks {turn.question.rung!r} where "
                f"{before.question.rung!r} was asked; the store was written by another version"
            )
        await self._store.add(
            turns, {"interview": self.interview, "turn": number, "body": TURN.dump_python(turn, mode="json")}
        )


def _settled(row: RowMapping) -> Reply | None:
    if row["reply"] is not None:
        return REPLY.validate_python(row["reply"])
    if row["fault"] in FINAL:
        raise ModelError(row["fault"], row["detail"])
    return None
