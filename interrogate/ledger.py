"""The ledger: every call to a model is committed before its response is used, and replayed instead of repeated.

A call's key is interview, turn, role and attempt. An interview that was cut off runs again through the same
graph, and each call that is in the ledger answers from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from interrogate.chat import REPLY, Chat, Reply, Request
from interrogate.errors import Fault, ModelError, StoreError
from interrogate.records import Json, Turn
from interrogate.redaction import without_secrets
from interrogate.store import Store, calls, now, turns

FINAL: frozenset[Fault] = frozenset({"content_filter"})
"""Faults that are an answer of a kind: asking again would be choosing among answers."""

TURN = TypeAdapter(Turn)


@dataclass
class Tally:
    """What this command has called and spent."""

    calls: Counter[str] = field(default_factory=Counter)
    reused: int = 0
    cost_usd: float = 0.0
    before_usd: float = 0.0
    """What the campaign had cost before this command: the budget is the campaign's."""
    unpriced: int = 0
    """Calls whose price is not known: the cost is then a lower bound, and says so."""
    budget_usd: float | None = None

    def check(self) -> None:
        """Raises ModelError when the budget is spent."""
        if self.budget_usd is not None and self.before_usd + self.cost_usd >= self.budget_usd:
            raise ModelError("budget_spent", f"the budget of {self.budget_usd} USD is spent; raise --budget to go on")

    def count(self, role: str, cost: float | None) -> None:
        self.calls[role.split(":", 1)[0]] += 1
        self.unpriced += cost is None
        self.cost_usd += cost or 0.0


class Ledger:
    """One interview's part of the ledger."""

    def __init__(self, store: Store, chat: Chat, tally: Tally, interview: str) -> None:
        self.interview = interview
        self._store = store
        self._chat = chat
        self._tally = tally
        self._turns = {row["turn"]: TURN.validate_python(row["body"]) for row in store.rows(turns, interview=interview)}

    async def call(self, turn: int, role: str, request: Request, *, kept: Json) -> Reply:
        """The reply to a request: the committed one, or the model's, committed.

        `kept` is what is recorded of the request: what it adds to what is kept already, never the transcript.
        Raises ModelError, committed too, when the model gives none, and StoreError where the subject's committed
        reply is to another request: the replay has gone astray.
        """
        earlier = self._earlier(turn, role)
        if earlier and (settled := self._settled(earlier[-1], kept)) is not None:
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
            await self._commit({**row, "fault": error.reason, "detail": str(error)})
            raise
        self._tally.count(role, reply.cost_usd)
        body = REPLY.dump_python(reply, mode="json")
        return await self._commit({**row, "reply": body, "cost_usd": reply.cost_usd}) or reply

    def _earlier(self, turn: int, role: str) -> Sequence[RowMapping]:
        return self._store.rows(calls, interview=self.interview, turn=turn, role=role)

    async def _commit(self, row: Json) -> Reply | None:
        """Commits a call. Where another process has had a reply meanwhile, that one counts, and is given."""
        while not await self._store.add(calls, row):
            earlier = self._earlier(row["turn"], row["role"])
            if (theirs := self._settled(earlier[-1], {})) is not None:
                return theirs
            row = {**row, "attempt": len(earlier) + 1}
        return None

    def _settled(self, row: RowMapping, kept: Json) -> Reply | None:
        """The reply of a call that is not to be repeated; None where it may be. Raises ModelError for a final fault."""
        if row["reply"] is None and row["fault"] not in FINAL:
            return None
        differs = any(row["request"].get(name) != value for name, value in kept.items())
        # What a judge was shown may be put otherwise by another version.
        if differs and row["role"].startswith("subject"):
            raise self._astray(row["turn"], "sends the subject something else than was sent before")
        if row["reply"] is None:
            raise ModelError(row["fault"], row["detail"])
        return REPLY.validate_python(row["reply"])

    def _astray(self, turn: int, how: str) -> StoreError:
        return StoreError(
            f"interview {self.interview}, turn {turn}: the replay {how}; "
            "the store was written by another version: go on with that one"
        )

    def turn(self, number: int) -> Turn | None:
        """The turn as it was settled before, with its reading: steering is replayed, never decided anew."""
        return self._turns.get(number)

    async def settle(self, number: int, turn: Turn) -> None:
        """Commits a turn.

        Raises StoreError where another question was settled at this place: the replay has gone astray.
        """
        before = self._turns.get(number)
        if before is not None and before.question != turn.question:
            raise self._astray(number, f"asks {turn.question.rung!r} where {before.question.rung!r} was asked")
        await self._store.add(
            turns, {"interview": self.interview, "turn": number, "body": TURN.dump_python(turn, mode="json")}
        )
