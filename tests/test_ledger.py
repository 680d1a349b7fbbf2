"""The ledger: what was paid for is committed before it is used, and never asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from interviewing import Told
from loopback import Server
from loopback import fault as refusal

from interrogate.chat import Chat, Reply, Request
from interrogate.errors import Fault, ModelError, StoreError
from interrogate.ledger import Ledger, Tally
from interrogate.records import Json, Question, Reading, Turn
from interrogate.store import Store, calls, sqlite_url

KEPT: Json = {"context": "c1", "question": "Did you?"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(sqlite_url(tmp_path), "this") as opened:
        yield opened


def answered(text: str, *, cost: float | None = 0.0) -> Reply:
    return Reply(text, "stop", "told", tokens_in=7, cost_usd=cost)


def fault(reason: Fault) -> ModelError:
    return ModelError(reason, f"m: {reason}")


def ask(
    ledger: Ledger, turn: int = 1, role: str = "subject", *, kept: Json = KEPT, request: Request | None = None
) -> Reply:
    asked = request or Request("m", [{"role": "user", "content": "Did you?"}])
    return asyncio.run(ledger.call(turn, role, asked, kept=kept))


def question(rung: str, text: str = "Did you?") -> Question:
    return Question(rung, 1, text, "persistence", accuses=True, discloses="none")


def test_a_committed_reply_is_never_asked_again(store: Store) -> None:
    chat, tally = Told(answered("First."), answered("Second.")), Tally()
    first = ask(Ledger(store, chat, tally, "i1"))
    again = ask(Ledger(store, chat, tally, "i1"))

    assert first == again == answered("First.")
    assert len(chat.requests) == 1
    assert tally.calls == {"subject": 1}


def test_a_reply_is_committed_before_it_is_used(store: Store) -> None:
    ask(Ledger(store, Told(answered("Said.", cost=0.25)), Tally(), "i1"))
    row = store.rows(calls)[0]

    assert (row["turn"], row["role"], row["attempt"], row["model"]) == (1, "subject", 1, "m")
    assert (row["reply"]["text"], row["reply"]["tokens_in"], row["cost_usd"]) == ("Said.", 7, 0.25)
    assert row["request"] == {**KEPT, "parameters": {}}


@pytest.mark.parametrize(
    "another",
    [
        lambda ledger: ask(ledger, turn=2),
        lambda ledger: ask(ledger, role="judge:r1"),
        lambda ledger: ask(ledger, role="judge:r1:1"),
    ],
)
def test_another_turn_or_role_is_another_call(store: Store, another: Callable[[Ledger], Reply]) -> None:
    ledger = Ledger(store, Told(answered("First."), answered("Second.")), Tally(), "i1")
    ask(ledger)

    assert another(ledger).text == "Second."


def test_another_interview_is_another_call(store: Store) -> None:
    chat = Told(answered("First."), answered("Second."))
    ask(Ledger(store, chat, Tally(), "i1"))

    assert ask(Ledger(store, chat, Tally(), "i2")).text == "Second."


@pytest.mark.parametrize("anew", [True, False])
def test_a_fault_is_committed_and_the_next_attempt_has_the_next_number(store: Store, *, anew: bool) -> None:
    chat = Told(fault("rate_limited"), fault("timeout"), answered("At last."))
    ledger = Ledger(store, chat, Tally(), "i1")
    for reason in ("rate_limited", "timeout"):
        with pytest.raises(ModelError, match=f"m: {reason}"):
            ask(ledger)
        ledger = Ledger(store, chat, Tally(), "i1") if anew else ledger

    assert ask(ledger).text == "At last."
    assert [(row["attempt"], row["fault"], row["reply"] is None) for row in store.rows(calls)] == [
        (1, "rate_limited", True),
        (2, "timeout", True),
        (3, None, False),
    ]
    assert store.rows(calls)[0]["detail"] == "m: rate_limited"


def test_a_content_filter_is_final(store: Store) -> None:
    chat = Told(fault("content_filter"), answered("What a second try would have got."))
    for _ in range(2):
        with pytest.raises(ModelError) as caught:
            ask(Ledger(store, chat, Tally(), "i1"))
        assert caught.value.reason == "content_filter"

    assert len(chat.requests) == len(store.rows(calls)) == 1


def test_what_another_process_had_answered_meanwhile_counts(store: Store) -> None:
    class Slow(Told):
        async def complete(self, request: Request) -> Reply:
            await Ledger(store, Told(answered("Theirs.")), Tally(), "i1").call(1, "subject", request, kept=KEPT)
            return await super().complete(request)

    reply = ask(Ledger(store, Slow(answered("Ours.")), Tally(), "i1"))

    assert reply.text == "Theirs."
    assert [row["reply"]["text"] for row in store.rows(calls)] == ["Theirs."]


def test_a_reply_is_kept_beside_a_fault_that_another_process_had_meanwhile(store: Store) -> None:
    class Slow(Told):
        async def complete(self, request: Request) -> Reply:
            with pytest.raises(ModelError):
                await Ledger(store, Told(fault("timeout")), Tally(), "i1").call(1, "subject", request, kept=KEPT)
            return await super().complete(request)

    reply = ask(Ledger(store, Slow(answered("Ours.")), Tally(), "i1"))

    assert reply.text == "Ours."
    assert [(row["attempt"], row["fault"]) for row in store.rows(calls)] == [(1, "timeout"), (2, None)]


@pytest.mark.parametrize("kept", [{**KEPT, "question": "Why did you?"}, {**KEPT, "context": "c2"}])
def test_a_reply_to_something_else_is_not_taken_for_this_one(store: Store, kept: Json) -> None:
    chat = Told(answered("First."))
    ask(Ledger(store, chat, Tally(), "i1"))

    with pytest.raises(StoreError, match="interview i1, turn 1: the replay sends the subject something else"):
        ask(Ledger(store, chat, Tally(), "i1"), kept=kept)
    assert len(chat.requests) == 1


def test_a_replay_that_asks_another_question_has_gone_astray(store: Store) -> None:
    ledger = Ledger(store, Told(answered("")), Tally(), "i1")
    asyncio.run(ledger.settle(1, Turn(question("direct"), "No.")))
    replayed = Ledger(store, Told(answered("")), Tally(), "i1")

    with pytest.raises(StoreError, match="turn 1: the replay asks 'detail' where 'direct' was asked"):
        asyncio.run(replayed.settle(1, Turn(question("detail"), "No.")))
    with pytest.raises(StoreError, match="written by another version"):
        asyncio.run(replayed.settle(1, Turn(question("direct", "In other words?"), "No.")))


def test_a_settled_turn_is_given_back_with_its_reading(store: Store) -> None:
    turn = Turn(question("direct"), "Yes.", reasoning="hm", reading=Reading("r1", confessed=True))
    ledger = Ledger(store, Told(answered("")), Tally(), "i1")
    asyncio.run(ledger.settle(1, turn))

    assert ledger.turn(1) is None
    assert Ledger(store, Told(answered("")), Tally(), "i1").turn(1) == turn
    assert Ledger(store, Told(answered("")), Tally(), "i2").turn(1) is None


def test_the_budget_stops_before_the_next_call(store: Store) -> None:
    chat, tally = Told(answered("Dear.", cost=0.6)), Tally(budget_usd=1.0)
    ledger = Ledger(store, chat, tally, "i1")
    ask(ledger, turn=1)
    ask(ledger, turn=2)

    with pytest.raises(ModelError, match="USD is spent; raise --budget to go on") as caught:
        ask(ledger, turn=3)
    assert caught.value.reason == "budget_spent"
    assert len(chat.requests) == len(store.rows(calls)) == 2
    assert ask(Ledger(store, chat, tally, "i1"), turn=2).text == "Dear."


def test_what_the_campaign_had_cost_before_counts_towards_the_budget(store: Store) -> None:
    chat = Told(answered("Dear.", cost=0.6))

    with pytest.raises(ModelError, match="is spent"):
        ask(Ledger(store, chat, Tally(before_usd=1.0, budget_usd=1.0), "i1"))
    assert chat.requests == []


def test_calls_are_counted_by_role_and_unpriced_ones_apart(store: Store) -> None:
    tally = Tally()
    ledger = Ledger(store, Told(answered("a", cost=0.5), answered("b", cost=None)), tally, "i1")
    ask(ledger)
    ask(ledger, role="judge:r1")
    ask(ledger, role="judge:r1:1")

    assert tally.calls == {"subject": 1, "judge": 2}
    assert (tally.cost_usd, tally.unpriced) == (0.5, 2)


SECRET = "sk-0123456789abcdef"
SECRETS = {
    "api_key": SECRET,
    "extra_headers": {"Authorization": f"Bearer {SECRET}"},
    "extra_body": {"hf_token": SECRET},
    "max_tokens": 77,
}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


def test_no_secret_reaches_the_store(store: Store, server: Server, tmp_path: Path) -> None:
    server.script(refusal(401, f"the key {SECRET} of {SECRET} is refused"))
    base = server.base.replace("http://", f"http://me:{SECRET}@")
    messages = [{"role": "user", "content": "Did you?"}]
    with pytest.raises(ModelError, match=r"the key \[secret\] of \[secret\] is refused"):
        ask(
            Ledger(store, Chat(), Tally(), "i1"),
            request=Request("hosted_vllm/m", messages, parameters={**SECRETS, "api_base": server.base}),
        )
    with pytest.raises(ModelError):
        ask(
            Ledger(store, Chat(attempts=1), Tally(), "i2"),
            request=Request("hosted_vllm/m", messages, parameters={"max_tokens": 77, "api_base": base}),
        )

    assert SECRET in str(server.received[0].headers)
    kept = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert {"campaign.db", "campaign.db-wal"} <= set(kept)
    assert SECRET.encode() not in b"".join(kept.values())
    assert [row["request"]["parameters"] for row in store.rows(calls)] == [
        {"max_tokens": 77, "extra_body": {}, "api_base": server.base},
        {"max_tokens": 77, "api_base": server.base},
    ]
