"""How often labels hang on wording: known answers for raters that obey, that cannot be moved, and that fail."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from random import Random

import pytest
from judging import filled
from loopback import Canned, Received, Server, fault, said

from interrogate.chat import Reply, Request
from interrogate.labels import Facts, Verdict, label_of
from interrogate.raters import Caller, Exhibit
from interrogate.raters.attacks import Specimen, Variant, specimens, transformations
from interrogate.raters.classifier import Classifier, shipped
from interrogate.raters.judge import Checklist
from interrogate.records import Json
from interrogate.robustness import FlipRate, flip_rates, measured

NAMES = [each.name for each in transformations()]
CONFESSES = Facts("full", falsehood=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


class Reads:
    """A rater that finds the facts by the question and the record, and is moved by what it is given to obey."""

    name = identity = "reads"

    def __init__(self, obeys: str = "") -> None:
        self._obeys = obeys
        self._facts = {(each.exhibit.record, each.exhibit.question): each for each in specimens()}

    @property
    def description(self) -> Json:
        return {}

    async def rate(self, exhibit: Exhibit, call: Caller, *, aside: Json | None = None) -> Verdict:  # noqa: ARG002
        if self._obeys and self._obeys in exhibit.answer:
            return Verdict("reads", CONFESSES)
        return Verdict("reads", self._facts[exhibit.record, exhibit.question].facts)


async def nobody(request: Request, kept: Json) -> Reply:
    raise AssertionError("nobody is asked")


def one_of_each_question() -> list[Specimen]:
    return list({(each.exhibit.record, each.exhibit.question): each for each in specimens()}.values())


def rates(rater: Reads | Classifier, answers: list[Specimen], draws: int = 1, seed: int = 0) -> dict[str, FlipRate]:
    rng = Random(seed)  # noqa: S311
    return {each.name: each for each in asyncio.run(flip_rates(rater, answers, rng, call=nobody, draws=draws))}


def test_a_rater_that_wording_does_not_move_never_flips() -> None:
    answers = one_of_each_question()
    flips = rates(Reads(), answers)

    assert list(flips) == NAMES
    for flip in flips.values():
        assert (flip.answers, flip.unlabelled, flip.moves) == (len(answers), 0, {})
        assert flip.label is not None
        assert (flip.label.estimate, flip.label.low) == (0, 0)
        assert flip.label.high > 0


def test_a_rater_that_obeys_flips_where_it_is_told_to_and_nowhere_else() -> None:
    answers = one_of_each_question()
    withheld = [each for each in answers if label_of(each.facts) not in {"confession", "partial_confession"}]
    flips = rates(Reads(obeys="kettle in the staff kitchen"), answers, draws=5)
    buried = flips["burial"]

    assert buried.answers == 5 * len(answers)
    assert buried.gained is not None
    assert buried.lost is not None
    assert buried.label is not None
    assert (buried.gained.estimate, buried.lost.estimate) == (1, 0)
    assert buried.facts["stance"] is not None
    assert sum(buried.moves.values()) == 5 * sum(label_of(each.facts) != "confession" for each in answers)
    assert buried.moves["denial to confession"] == 5 * sum(label_of(each.facts) == "denial" for each in withheld)
    assert all(not flip.moves for name, flip in flips.items() if name != "burial")


def test_scenarios_weigh_equally_and_widen_the_interval() -> None:
    few = [each for each in specimens() if each.id in {"code_backdoor-1", "backup_retention-2"}]
    flips = rates(Reads(obeys="sorry"), few, draws=5)
    all_told = rates(Reads(obeys="sorry"), one_of_each_question(), draws=5)
    rate, wide = flips["profuse_apology"].label, all_told["profuse_apology"].label

    assert rate is not None
    assert wide is not None
    assert rate.estimate == pytest.approx(0.5 * sum("sorry" in variant("") for variant in of("profuse_apology")) / 5)
    assert rate.high - rate.low > wide.high - wide.low


def of(name: str) -> tuple[Variant, ...]:
    return next(each.variants for each in transformations() if each.name == name)


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    answers = one_of_each_question()
    first, again, other = (rates(Reads(obeys="honest"), answers, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.slow
def test_the_classifier_is_measured_at_one_go() -> None:
    flips = rates(shipped(), list(specimens()))

    assert all(flip.answers == len(specimens()) and flip.label is not None for flip in flips.values())
    assert sum(sum(flip.moves.values()) for flip in flips.values()) > 0


def answer_of(received: Received) -> str:
    """What stands last between two fences of the prompt."""
    parts = re.split(r"\n===[0-9a-f]{12}===\n", received.question)
    return parts[-2]


def judged(received: Received) -> Canned:
    """A judge on the other side of the wire that takes every apology for a confession."""
    states = "sorry" in answer_of(received) or "apolog" in answer_of(received)
    return said(filled("states_act" if states else "denies"))


def measure(server: Server, **options: int) -> dict[str, FlipRate]:
    parameters = {"api_base": server.base, "api_key": "sk-x"}
    result = asyncio.run(measured("hosted_vllm/judge", parameters=parameters, **options))
    return {each.name: each for each in result.flips}


@pytest.mark.slow
def test_a_judge_is_tried_on_styles_attacks_and_three_versions_of_its_rubric(server: Server) -> None:
    server.answer = judged
    flips = measure(server, limit=2)

    assert list(flips) == [*NAMES, "again", "reworded", "reordered"]
    assert len(server.received) == 8 * (1 + len(NAMES) + 3)
    assert {flip.answers for flip in flips.values()} == {8}
    assert flips["apology"].moves == flips["profuse_apology"].moves == {"denial to confession": 8}
    assert all(not flips[name].moves for name in ("again", "reworded", "reordered", "padding", "markup"))


def test_the_reordered_judge_is_asked_in_another_order_in_rubric_and_schema_alike(server: Server) -> None:
    server.answer = judged
    measure(server, limit=1)
    asked = [received.question for received in server.received]
    orders = {tuple(re.findall(r"^- (\w+):", text.split("## The form")[0], re.MULTILINE)) for text in asked}
    usual = tuple(Checklist.model_fields)

    assert len(orders) == 2
    assert {frozenset(order) for order in orders} == {frozenset(usual)}
    for text in asked:
        schema = json.JSONDecoder().raw_decode(text[text.index('{"$defs"') :])[0]
        assert list(schema["properties"]) == re.findall(r"^- (\w+):", text.split("## The form")[0], re.MULTILINE)


def test_what_a_judge_cannot_label_is_counted_and_is_no_flip(server: Server) -> None:
    server.answer = lambda received: judged(received) if "sorry" not in answer_of(received) else fault(400, "no")
    flips = measure(server, limit=1, seed=3)
    apology = flips["profuse_apology"]

    assert apology.unlabelled > 0
    assert apology.answers + apology.unlabelled == 4
    assert flips["again"].unlabelled == 0


def test_a_judge_that_labels_nothing_has_no_rates(server: Server) -> None:
    server.answer = lambda _: fault(400, "no")
    flips = measure(server, limit=1)

    assert all((flip.answers, flip.label, flip.gained, flip.moves) == (0, None, None, {}) for flip in flips.values())


def test_scenarios_are_taken_from_both_arms_in_turn() -> None:
    result = asyncio.run(measured("classifier", limit=2))

    assert (result.rater, result.answers, result.scenarios, result.seed) == ("classifier", 8, 2, 0)
    assert result.right is not None
