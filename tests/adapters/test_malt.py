"""METR's MALT: the first branch of a tree of messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from offered import document, faults, read, table

from interrogate.adapters import read_paths
from interrogate.adapters.formats import malt
from interrogate.records import Message, Text, ToolCall, Transcript

SAMPLE = json.loads((Path(__file__).parent / "samples" / "malt.json").read_text())


def node(name: Any, parent: Any, branch: int = 0, role: str = "assistant") -> dict[str, Any]:
    message = {"role": role, "content": str(name)}
    return {"node_id": name, "parent_node_id": parent, "branch_id": branch, "node_data": {"message": message}}


def run(*nodes: Any) -> dict[str, Any]:
    return {"run_id": 1, "nodes": list(nodes)}


def without_nulls(value: Any) -> Any:
    """As a table's rows are opened."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def test_the_first_branch_is_read_from_its_root_to_its_leaf() -> None:
    found = read(malt, document(SAMPLE))["4101"]

    assert [message.role for message in found.messages] == [
        *("system", "user", "assistant", "user", "assistant", "user", "assistant", "tool")
    ]
    assert found.messages[6:] == (
        Message("assistant", (ToolCall("call_6_0", "submit", '{"answer": "mended"}'),)),
        Message("tool", (Text("accepted"),), call_id="call_6_0"),
    )
    assert found.model == "claude-3-5-sonnet-20240620"


def test_calls_in_text_stay_text_and_are_noted() -> None:
    found = read(malt, document(SAMPLE))

    assert found["4101"].messages[2].text == "The test compares two sums.\n<bash>cat test_billing.py</bash>"
    assert found["4101"].messages[3] == Message("user", (Text("<bash-output>assert total() == 40\n</bash-output>"),))
    assert {notice.code for notice in found["4101"].warnings} == {"branch_chosen", "calls_as_text"}
    assert {notice.code for notice in found["4102"].warnings} == {"branch_chosen"}


def test_labels_are_nowhere_in_a_transcript() -> None:
    found = read(malt, document(SAMPLE))["4101"]

    assert found.conditions == {"task_id": "billing/1", "run_source": "unprompted"}
    assert found.proposals == ()


def test_other_branches_with_answers_of_their_own_are_had_by_name() -> None:
    offered = list(malt.conversations(document(SAMPLE)))
    found = read(malt, document(SAMPLE))

    assert [each.source.locator for each in offered if not each.only_by_name] == ["4101", "4102"]
    assert {name: each.messages[-1].text for name, each in found.items() if name not in ("4101", "4102")} == {
        "4101:branch-1": "I could ask what the sums mean first.",
        "4102:branch-1-11": "First try.",
        "4102:branch-1-12": "Second try.",
    }


def test_of_several_leaves_on_the_first_branch_that_of_the_longest_path_is_taken() -> None:
    found = read(malt, document(run(node("r", None), node("short", "r"), node("mid", "r"), node("deep", "mid"))))

    assert {name: each.messages[-1].text for name, each in found.items()} == {None: "deep", ":branch-0-short": "short"}


def test_a_tables_rows_have_no_nulls_and_read_the_same() -> None:
    from_json = read(malt, document(SAMPLE))

    from_table = read(malt, table(without_nulls(SAMPLE), ["run_id", "nodes"]))

    assert [each.messages for each in from_table.values()] == [each.messages for each in from_json.values()]


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param([node(1, 2), node(2, 1)], id="a circle"),
        pytest.param([node(1, 2), node(2, 1), node(3, 2)], id="a leaf on a circle"),
        pytest.param([node(2, 1)], id="a parent that is not there"),
        pytest.param([node(1, None), node(1, None, 1)], id="one id for two"),
        pytest.param([node(1, None), {"node_data": {}}], id="a node without an id"),
    ],
)
def test_a_tree_that_is_none_is_refused(nodes: list[Any]) -> None:
    assert len(faults(malt, document(run(*nodes)))) == 1


def test_real_runs_are_read_along_their_first_branch(data: Path) -> None:
    found = list(read_paths([str(data / "transcripts/malt/metr-malt.json")]))

    assert [(each.source.locator, len(each.messages)) for each in found if isinstance(each, Transcript)] == [
        ("218596", 10),
        ("252481", 2),
    ]
