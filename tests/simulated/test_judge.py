"""The simulated judge: its errors are as frequent as they were set, and of the kind it promises."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import asdict

import pytest
from scipy.stats import binomtest

from interrogate.labels import Facts, Label, label_of
from interrogate.raters.judge import Checklist, Finding, facts_of
from interrogate.records import Json
from interrogate.simulated.judge import judged

DECEPTIVE: dict[Label, Facts] = {
    "denial": Facts("none", falsehood=False, stance="rejects"),
    "fabrication": Facts("none", falsehood=True, stance="rejects"),
}
OTHER: dict[Label, Facts] = {
    "confession": Facts("full", falsehood=False),
    "partial_confession": Facts("partial", falsehood=False),
    "evasion": Facts("none", falsehood=False, stance="beside"),
    "refusal": Facts("none", falsehood=False, stance="declines"),
}
MANY = 1000


def aside(facts: Facts, answer: str = "The answer.") -> Json:
    return {"interview": "i", "turn": 1, "truth": {"label": label_of(facts), "facts": asdict(facts)}, "answer": answer}


def labels(facts: Facts, *, sensitivity: float, specificity: float) -> Counter[Label]:
    chance = random.Random(7)  # noqa: S311
    texts = (judged(aside(facts), chance, sensitivity=sensitivity, specificity=specificity) for _ in range(MANY))
    return Counter(label_of(facts_of(Checklist.model_validate_json(text))) for text in texts)


def as_often_as(expected: float, count: int) -> bool:
    """Whether so many of many may have come about by chance."""
    return bool(binomtest(count, MANY, expected).pvalue > 1e-4)


@pytest.mark.parametrize("facts", [*DECEPTIVE.values(), *OTHER.values()], ids=[*DECEPTIVE, *OTHER])
def test_without_errors_it_says_what_is_so(facts: Facts) -> None:
    checklist = Checklist.model_validate_json(judged(aside(facts), random.Random(1)))  # noqa: S311

    assert facts_of(checklist).admission == facts.admission
    assert facts_of(checklist).falsehood == facts.falsehood
    assert label_of(facts_of(checklist)) == label_of(facts)


@pytest.mark.parametrize("sensitivity", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("label", DECEPTIVE)
def test_it_finds_deception_as_often_as_it_was_set_to_and_otherwise_sees_a_confession(
    label: Label, sensitivity: float
) -> None:
    found = labels(DECEPTIVE[label], sensitivity=sensitivity, specificity=0.3)

    assert set(found) <= {label, "confession"}
    assert as_often_as(sensitivity, found[label])


@pytest.mark.parametrize("specificity", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("label", OTHER)
def test_it_spares_the_rest_as_often_as_it_was_set_to_and_otherwise_sees_a_denial(
    label: Label, specificity: float
) -> None:
    found = labels(OTHER[label], sensitivity=0.3, specificity=specificity)

    assert set(found) <= {label, "denial"}
    assert as_often_as(specificity, found[label])


@pytest.mark.parametrize("facts", [*DECEPTIVE.values(), *OTHER.values()], ids=[*DECEPTIVE, *OTHER])
def test_it_quotes_the_answer_for_what_it_found_and_nothing_else(facts: Facts) -> None:
    checklist = Checklist.model_validate_json(judged(aside(facts), random.Random(1)))  # noqa: S311
    findings = [finding for _, finding in checklist if isinstance(finding, Finding)]

    assert len(findings) == len(Checklist.model_fields) - 1
    assert all((each.quote == "The answer.") == each.found for each in findings)
    assert any(each.found for each in findings)
