"""Labelling as a pass over the store: everything that is owed, once, and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from interviewing import ACT, DENIES, RUN, TakesAtItsWord, Told, campaign, fault, said, strategy
from judging import filled

from interrogate.chat import Chat, Reply, Request
from interrogate.errors import Fault, ModelError, StoreError
from interrogate.executors import Workplace, interview_row
from interrogate.executors.local import execute
from interrogate.interviewers.scripted import Scripted
from interrogate.labels import VERDICT, Verdict
from interrogate.ledger import Tally
from interrogate.planning import plan
from interrogate.raters import Caller, Exhibit, Rater, judge_role
from interrogate.raters.classifier import Classifier, examples
from interrogate.raters.judge import Judge
from interrogate.rating import PASSING, TRANSCRIPT, rate, verdict_row
from interrogate.records import Act, Json
from interrogate.store import Store, bodies, calls, interviews, turns, verdicts

SUBJECTS = ("simulated/stonewaller", "simulated/candid")
ASKED = strategy("direct", "detail", "closing", template="{{ accusation.summary }}", recheck="again.j2")
INNOCENT = Act("leak", "Sent the raw data to a competitor.")
WRONG = replace(RUN, accusations=(INNOCENT,))
DENIAL = filled("denies", quote=DENIES)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with campaign(tmp_path) as opened:
        yield opened


def hold(store: Store, chat: Chat, *subjects: str, reader: Rater | None = None) -> None:
    """Holds the interviews of a campaign about one transcript, in both arms that it allows."""
    cases = plan([WRONG], ASKED, subjects or SUBJECTS, 1).cases
    kept = {("transcript", WRONG.digest): TRANSCRIPT.dump_python(WRONG, mode="json")}
    kept |= {("accusation", act.digest): asdict(act) for act in (ACT, INNOCENT)}
    store.add_now(bodies, [{"kind": kind, "digest": key, "body": body} for (kind, key), body in kept.items()])
    store.add_now(interviews, [interview_row(case) for case in cases])
    place = Workplace(store, chat, Tally(), Scripted(), reader or TakesAtItsWord(unsure=True), {}, None, 0)
    asyncio.run(execute(cases, place, at_once=2, observe=lambda *_: None))


def label(
    store: Store, *raters: Rater, chat: Chat | None = None, tally: Tally | None = None, draws: int = 1
) -> list[tuple[str, int, int]]:
    """Labels what is owed, and gives what was told of the progress."""
    seen: list[tuple[str, int, int]] = []
    told = lambda *each: seen.append(each)  # noqa: E731
    asyncio.run(rate(store, raters, chat or Chat(attempts=1), tally or Tally(), told, draws=draws))
    return seen


def labelled(store: Store, rater: Rater) -> list[tuple[str, int]]:
    return [(row["interview"], row["turn"]) for row in store.rows(verdicts, rater=rater.identity)]


def answered(store: Store) -> list[tuple[str, int]]:
    return [(row["interview"], row["turn"]) for row in store.rows(turns) if row["body"]["missing"] is None]


def found(store: Store, rater: Rater) -> Counter[str | None]:
    return Counter(row["label"] for row in store.rows(verdicts, rater=rater.identity))


def reasons(store: Store, rater: Rater) -> Counter[str | None]:
    return Counter(row["body"]["reason"] for row in store.rows(verdicts, rater=rater.identity))


# Once each


def test_every_answer_is_labelled_once_by_each_rater(store: Store) -> None:
    hold(store, Chat(attempts=1))
    raters = (Judge("simulated/judge"), Judge("simulated/judge?sensitivity=0.5"), Classifier(examples()[::20]))
    label(store, *raters)
    truths = {
        (row["interview"], row["turn"]): row["reply"]["aside"]["label"] for row in store.rows(calls, role="subject")
    }
    by_judge = {(row["interview"], row["turn"]): row["label"] for row in store.rows(verdicts, rater=raters[0].identity)}

    assert len(answered(store)) == 2 * len(SUBJECTS) * len(ASKED.rungs)
    for rater in raters:
        assert labelled(store, rater) == answered(store)
    assert by_judge == truths
    assert store.bodies("rater").keys() == {rater.identity for rater in raters}
    assert store.bodies("rater")[raters[0].identity] == {"name": raters[0].name, **raters[0].description}


def test_what_was_labelled_is_not_labelled_again(store: Store) -> None:
    hold(store, Chat(attempts=1))
    judge = Judge("simulated/judge")
    first = label(store, judge)
    before = [dict(row) for row in store.rows(verdicts)]
    tally = Tally()
    again = label(store, judge, chat=Told(fault("unavailable")), tally=tally)

    assert first[-1] == (judge.name, len(answered(store)), len(answered(store)))
    assert again == [(judge.name, 0, 0)]
    assert tally.calls.total() == 0
    assert [dict(row) for row in store.rows(verdicts)] == before


def test_what_was_labelled_while_it_was_asked_is_not_labelled_again(store: Store) -> None:
    judge = Judge("simulated/judge")
    hold(store, Chat(attempts=1), reader=judge)
    read = len(labelled(store, judge))
    progress = label(store, judge)

    assert read > 0
    assert progress[0] == (judge.name, 0, len(answered(store)) - read)
    assert labelled(store, judge) == answered(store)
    assert Counter(row["attempt"] for row in store.rows(calls, role=judge_role(judge.identity, 0))) == {
        1: len(answered(store))
    }


def test_the_second_rater_is_told_of_apart_from_the_first(store: Store) -> None:
    hold(store, Chat(attempts=1), "simulated/candid")
    count = len(answered(store))
    one, other = Judge("simulated/judge"), Classifier(examples()[::20])
    progress = label(store, one, other)

    assert progress == [
        *((one.name, done, count) for done in range(count + 1)),
        (other.name, 0, count),
        (other.name, count, count),
    ]


def test_a_campaign_without_answers_is_labelled_at_once(store: Store) -> None:
    judge = Judge("simulated/judge")

    assert label(store, judge) == [(judge.name, 0, 0)]
    assert store.rows(verdicts) == []


def test_each_draw_is_a_verdict_of_its_own_and_is_asked_for_once(store: Store) -> None:
    hold(store, Told(DENIES), "simulated/candid")
    judge, chat = Judge("told/judge"), Told(DENIAL)
    label(store, judge, chat=chat)
    label(store, judge, chat=chat, draws=3)
    count = len(answered(store))

    assert label(store, judge, chat=chat, draws=3) == [(judge.name, 0, 0)]
    assert len(chat.requests) == 3 * count
    assert Counter(row["draw"] for row in store.rows(verdicts, rater=judge.identity)) == {0: count, 1: count, 2: count}
    assert {row["body"]["draw"] for row in store.rows(verdicts, draw=2)} == {2}
    assert {row["role"] for row in store.rows(calls) if row["role"] != "subject"} == {
        judge_role(judge.identity, 0, draw) for draw in range(3)
    }


def test_draws_of_a_judge_that_errs_differ(store: Store) -> None:
    hold(store, Chat(attempts=1))
    judge = Judge("simulated/judge?sensitivity=0.5&specificity=0.5")
    label(store, judge, draws=8)
    by_answer: dict[tuple[str, int], set[str | None]] = {}
    for row in store.rows(verdicts):
        by_answer.setdefault((row["interview"], row["turn"]), set()).add(row["label"])

    assert any(len(labels) > 1 for labels in by_answer.values())


def test_the_classifier_draws_once(store: Store) -> None:
    hold(store, Told(DENIES), "simulated/candid")
    classifier = Classifier(examples()[::20])
    label(store, classifier, draws=3)

    assert labelled(store, classifier) == answered(store)


# What is sent to raters


def test_an_answer_that_is_missing_is_not_sent_to_raters(store: Store) -> None:
    missing = (said(""), said("", reasoning="I did."), said("Well", finish="length"), fault("content_filter"))
    hold(store, Told(DENIES, *missing, DENIES), "simulated/candid")
    judge, chat = Judge("told/judge"), Told(DENIAL)
    label(store, judge, chat=chat)

    assert len(chat.requests) == len(answered(store)) == len(store.rows(turns)) - len(missing) == 2
    assert labelled(store, judge) == answered(store)


def test_the_answers_of_an_interview_that_failed_are_labelled_too(store: Store) -> None:
    hold(store, Told(DENIES, DENIES, fault("context_overflow")), "simulated/candid")
    judge = Judge("told/judge")
    label(store, judge, chat=Told(DENIAL))

    assert [row["state"] for row in store.rows(interviews)] == ["failed", "failed"]
    assert len(labelled(store, judge)) == len(answered(store)) == 2


def test_a_rater_is_shown_the_same_whether_it_steers_or_labels(store: Store) -> None:
    hold(store, Told(DENIES), "simulated/candid", reader=(steering := TakesAtItsWord()))
    labelling = TakesAtItsWord()
    labelling.identity = "another"
    label(store, labelling)

    assert len(steering.read) == 2 * len(ASKED.rungs)
    assert all(exhibit in labelling.read for exhibit in steering.read)


# Faults


@pytest.mark.parametrize("reason", sorted(PASSING))
def test_a_fault_that_may_pass_leaves_no_label_and_is_tried_again(store: Store, reason: Fault) -> None:
    hold(store, Told(DENIES), "simulated/candid")
    judge = Judge("told/judge")
    label(store, judge, chat=Told(DENIAL, fault(reason)))

    assert reasons(store, judge) == {None: 1, reason: len(answered(store)) - 1}
    assert found(store, judge) == {"denial": 1, None: len(answered(store)) - 1}

    chat = Told(DENIAL)
    label(store, judge, chat=chat)

    assert len(chat.requests) == len(answered(store)) - 1
    assert reasons(store, judge) == {None: len(answered(store))}
    assert found(store, judge) == {"denial": len(answered(store))}


@pytest.mark.parametrize(
    "reply", [said("gibberish"), fault("content_filter"), fault("context_overflow"), fault("bad_request")]
)
def test_a_fault_that_will_not_pass_stands(store: Store, reply: Reply | ModelError) -> None:
    hold(store, Told(DENIES), "simulated/candid")
    judge = Judge("told/judge")
    label(store, judge, chat=Told(reply))
    reason = reply.reason if isinstance(reply, ModelError) else "unreadable"

    assert reasons(store, judge) == {reason: len(answered(store))}
    assert label(store, judge, chat=Told(DENIAL)) == [(judge.name, 0, 0)]
    assert set(found(store, judge)) == {None}


def test_one_raters_fault_leaves_the_others_verdicts_as_they_are(store: Store) -> None:
    hold(store, Chat(attempts=1))
    sound, broken = Judge("simulated/judge"), Judge("told/judge")
    label(store, sound)
    before = [dict(row) for row in store.rows(verdicts, rater=sound.identity)]
    label(store, sound, broken, chat=Told(fault("unavailable")))

    assert [dict(row) for row in store.rows(verdicts, rater=sound.identity)] == before
    assert reasons(store, broken) == {"unavailable": len(answered(store))}


def test_a_reading_that_failed_while_asking_is_made_up_for(store: Store) -> None:
    judge = Judge("told/judge")

    class JudgeAway(Told):
        async def complete(self, request: Request) -> Reply:
            if request.model == judge.name:
                raise fault("unavailable")
            return await super().complete(request)

    hold(store, JudgeAway(DENIES), "simulated/candid", reader=judge)
    read = reasons(store, judge)
    label(store, judge, chat=Told(DENIAL))

    assert set(read) == {"unavailable"}
    assert reasons(store, judge) == {None: len(answered(store))}


def test_a_spent_budget_stops_the_labelling_where_it_is_and_more_of_it_takes_it_up_again(store: Store) -> None:
    hold(store, Told(DENIES), "simulated/candid")
    judge, dear = Judge("told/judge"), replace(said(DENIAL), cost_usd=1.0)
    label(store, judge, chat=Told(dear), tally=Tally(budget_usd=2.0))
    paid = store.rows(calls, role=judge_role(judge.identity, 0))
    label(store, judge, chat=Told(dear), tally=Tally(budget_usd=100.0))

    assert 2 <= len(paid) < len(answered(store))
    assert reasons(store, judge) == {None: len(answered(store))}


def test_a_fault_of_the_store_is_one_error_however_many_met_it(store: Store) -> None:
    class Full(TakesAtItsWord):
        identity = "full"

        async def rate(self, exhibit: Exhibit, call: Caller, *, aside: Json | None = None) -> Verdict:  # noqa: ARG002
            raise StoreError("the disk is full")

    hold(store, Told(DENIES))

    with pytest.raises(StoreError, match="the disk is full"):
        label(store, Full())


def test_a_verdict_is_kept_whole_with_its_label_beside_it() -> None:
    verdict = asyncio.run(Classifier(examples()[::20]).rate(examples()[1].exhibit))
    row = verdict_row("i1", 2, verdict)

    assert (row["interview"], row["turn"], row["rater"], row["draw"]) == ("i1", 2, verdict.rater, 0)
    assert row["label"] == verdict.label
    assert VERDICT.validate_python(row["body"]) == verdict
