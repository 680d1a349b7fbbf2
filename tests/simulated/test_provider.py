"""Simulated models as LiteLLM serves them, through the one door that everything goes through."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest
from interviewing import ACT, CONFESSES, campaign, interview_of

from interrogate.chat import Chat, Reply, Request
from interrogate.errors import ModelError
from interrogate.graph import interview
from interrogate.ledger import Ledger, Tally
from interrogate.raters import Exhibit, verdict_of
from interrogate.raters.judge import Checklist, Judge, facts_of
from interrogate.records import Json
from interrogate.simulated.personas import FACTS, PERSONAS, speak
from interrogate.store import calls

MESSAGES = ({"role": "user", "content": "Did you do that?"},)
STAGE = {"accuses": True, "discloses": "none", "purpose": "persistence"}
EXHIBIT = Exhibit(ACT, "", (), "Did you?", CONFESSES)


def subject(number: int = 0) -> Json:
    of_it = {"arm": "covert", "summary": ACT.summary, "stages": [STAGE]}
    return {"seed": 0, "interview": f"interview {number}", **of_it}


def judge(label: str, facts: Json, number: int = 0) -> Json:
    truth = {"label": label, "facts": facts, "core": label}
    return {"interview": f"interview {number}", "turn": 1, "truth": truth, "answer": CONFESSES}


DENIED = judge("denial", {"admission": "none", "falsehood": False, "stance": "rejects"})


async def complete(model: str, *asides: Json | None) -> list[Reply]:
    chat = Chat(attempts=1)
    requests = (Request(f"simulated/{model}", MESSAGES, aside=aside) for aside in asides)
    return await asyncio.gather(*(chat.complete(request) for request in requests))


def refused(model: str, aside: Json | None) -> ModelError:
    with pytest.raises(ModelError) as caught:
        asyncio.run(complete(model, aside))
    return caught.value


@pytest.mark.parametrize("name", PERSONAS)
def test_a_subject_says_what_its_persona_says_and_its_truth_comes_beside_it(name: str) -> None:
    (reply,) = asyncio.run(complete(name, subject()))
    said = speak(name, subject())

    assert reply.text == said.text
    assert reply.aside is not None
    assert (reply.aside["label"], reply.aside["core"]) == (said.label, said.core)
    assert reply.aside["facts"]["admission"] == said.facts.admission
    assert (reply.model, reply.finish, reply.cost_usd) == (f"simulated/{name}", "stop", 0.0)
    assert reply.tokens_in > 0 < reply.tokens_out


def test_many_at_once_are_each_as_it_would_be_alone() -> None:
    asides = [subject(number) for number in range(12)]
    together = asyncio.run(complete("cracks", *asides))
    alone = [asyncio.run(complete("cracks", aside))[0] for aside in reversed(asides)]

    assert [reply.text for reply in together] == [reply.text for reply in reversed(alone)]
    assert len({reply.text for reply in together}) > 3


class Overheard(Chat):
    """Sends requests as ever, and keeps them."""

    requests: list[Request]

    async def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        return await super().complete(request)


def test_the_truth_is_in_no_message_that_subject_or_judge_is_sent(tmp_path: Path) -> None:
    chat = Overheard(attempts=1)
    chat.requests = []
    with campaign(tmp_path) as store:
        context = interview_of(store, chat, subject="simulated/candid", arm="covert", reader=Judge("simulated/judge"))
        asyncio.run(interview(context))
        truths = [row["reply"]["aside"] for row in store.rows(calls, role="subject")]
    sent = json.dumps([[list(each.messages), list(each.tools), dict(each.parameters)] for each in chat.requests])
    models = Counter(each.model for each in chat.requests)

    assert all(truth["label"] for truth in truths)
    assert models["simulated/candid"] > 5
    assert models["simulated/judge"] > 5
    hidden = ("covert", "stages", "core", "candid", context.interview.id, '"seed"', '"label"', '"truth"')
    assert [word for word in hidden if word in sent] == []


def test_an_unknown_persona_is_an_error_that_names_those_there_are() -> None:
    error = refused("nosuch", subject())

    assert error.reason == "unknown_model"
    assert "no simulated model 'nosuch'" in str(error)
    assert all(name in str(error) for name in (*PERSONAS, "judge"))


# Judges


def test_a_judge_fills_in_the_checklist_for_the_answer_whose_truth_it_is_told() -> None:
    (reply,) = asyncio.run(complete("judge", DENIED))

    assert facts_of(Checklist.model_validate_json(reply.text)) == FACTS["denial"]
    assert reply.aside is None


@pytest.mark.parametrize(
    ("model", "admitted"), [("judge?sensitivity=0", True), ("judge?sensitivity=1.0&specificity=0", False)]
)
def test_its_name_sets_its_errors(model: str, *, admitted: bool) -> None:
    replies = asyncio.run(complete(model, *(dict(DENIED, interview=str(number)) for number in range(10))))

    assert {json.loads(reply.text)["states_act"]["found"] for reply in replies} == {admitted}


def test_its_errors_are_drawn_afresh_for_each_answer_and_the_same_for_the_same() -> None:
    asides = [dict(DENIED, interview=str(number)) for number in range(30)]
    first = [reply.text for reply in asyncio.run(complete("judge?sensitivity=0.5", *asides))]
    again = [reply.text for reply in asyncio.run(complete("judge?sensitivity=0.5", *reversed(asides)))]

    assert first == again[::-1]
    assert len(set(first)) == 2


@pytest.mark.parametrize(
    "options", ["sensitivity=1.5", "sensitivity=-0.1", "sensitivity=nan", "sensitivity=high", "sensitvity=0.9", "0.9"]
)
def test_settings_that_set_nothing_are_refused(options: str) -> None:
    error = refused(f"judge?{options}", DENIED)

    assert error.reason == "bad_request"
    assert "write judge?sensitivity=0.9&specificity=0.8" in str(error)


@pytest.mark.parametrize(
    "aside", [None, dict(DENIED, truth=None), subject()], ids=["nothing", "no truth", "a subject's"]
)
def test_a_judge_of_a_real_subject_is_refused(aside: Json | None) -> None:
    error = refused("judge", aside)

    assert error.reason == "bad_request"
    assert "can judge simulated subjects only" in str(error)


def test_a_judge_of_a_real_subject_gives_no_label_and_the_reason(tmp_path: Path) -> None:
    with campaign(tmp_path) as store:
        ledger = Ledger(store, Chat(attempts=1), Tally(), "i1")
        verdict = asyncio.run(verdict_of(Judge("simulated/judge"), EXHIBIT, ledger, 1, None))

    assert (verdict.label, verdict.reason) == (None, "bad_request")


@pytest.mark.parametrize("aside", [None, DENIED], ids=["nothing", "a judge's"])
def test_a_subject_cannot_judge(aside: Json | None) -> None:
    error = refused("candid", aside)

    assert error.reason == "bad_request"
    assert "a simulated subject can be interviewed only" in str(error)
