"""Items in another order: the rubric's list and the schema are in step, and nothing else changes."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interrogate.errors import PromptError
from interrogate.prompts import bundled
from interrogate.raters.judge import Checklist, Judge
from interrogate.raters.ordering import in_order, reordered

FOLDER = bundled("prompts") / "rubrics"
RUBRICS = {name: (FOLDER / f"{name}.j2").read_text(encoding="utf-8") for name in ("answer", "answer_reworded")}
FIELDS = list(Checklist.model_fields)
ITEM = re.compile(r"^- (\w+):", re.MULTILINE)
ORDERS = st.permutations(FIELDS[:-1])


@pytest.mark.parametrize("name", RUBRICS)
def test_each_rubric_lists_the_checklist_in_its_order(name: str) -> None:
    assert ITEM.findall(RUBRICS[name]) == FIELDS


def test_the_rewording_shares_no_item_with_the_rubric() -> None:
    items = [set(re.findall(r"^- .*$", text, re.MULTILINE)) for text in RUBRICS.values()]

    assert not items[0] & items[1]


@pytest.mark.parametrize("name", RUBRICS)
@settings(max_examples=20)
@given(order=ORDERS)
def test_a_rubric_keeps_its_lines_and_has_its_items_in_the_order_given(name: str, order: list[str]) -> None:
    found = reordered(name, RUBRICS[name], order)

    assert ITEM.findall(found) == [*order, "remark"]
    assert sorted(found.splitlines()) == sorted(RUBRICS[name].splitlines())
    assert reordered(name, found, FIELDS) == RUBRICS[name]


def test_lines_that_are_indented_go_with_their_item() -> None:
    rubric = "Items:\n- a: one\n  - more of it\n- b: two\nEnd.\n"

    assert reordered("x", rubric, ["b", "a"]) == "Items:\n- b: two\n- a: one\n  - more of it\nEnd.\n"


@pytest.mark.parametrize("rubric", ["no list at all\n", "- a: one\n", "- a: one\n- b: two\n- a: again\n"])
def test_a_rubric_that_does_not_list_each_item_once_is_refused(rubric: str) -> None:
    with pytest.raises(PromptError, match=r"x: does not list each of a, b once, as `- item: …`"):
        reordered("x", rubric, ["b", "a"])


@settings(max_examples=20)
@given(order=ORDERS)
def test_the_schema_is_in_the_same_order_and_asks_for_the_same(order: list[str]) -> None:
    schema, usual = in_order(Checklist, order).model_json_schema(), Checklist.model_json_schema()

    assert list(schema["properties"]) == [*order, "remark"]
    assert sorted(schema.pop("required")) == sorted(usual.pop("required"))
    assert schema == usual


def test_a_checklist_is_read_in_whatever_order_it_comes() -> None:
    nothing = {name: {"found": False} for name in FIELDS[:-1]}

    assert (
        in_order(Checklist, FIELDS[:-1][::-1]).model_validate(nothing).model_dump()
        == Checklist.model_validate(nothing).model_dump()
    )


def test_a_judge_with_another_order_is_another_rater_whose_schema_and_rubric_agree() -> None:
    order = FIELDS[:-1][::-1]
    judge = Judge("hosted_vllm/judge", order=order)

    assert judge.identity != Judge("hosted_vllm/judge").identity
    assert ITEM.findall(str(judge.description["rubric"]))[:-1] == order
    assert list(json.loads(json.dumps(judge.description["schema"]))["properties"])[:-1] == order
