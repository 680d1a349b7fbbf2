"""LangSmith's runs, after the documented shape."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from offered import only

from interrogate.records import Json, Reasoning, Text, ToolCall

SAMPLE = Path(__file__).parent / "samples" / "langsmith.jsonl"
RUNS: list[Json] = [json.loads(line) for line in SAMPLE.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.json"


read = partial(only, name="langsmith")


def test_the_last_llm_run_is_the_conversation_with_the_reasoning_of_the_first() -> None:
    found = read(SAMPLE)

    assert found.messages[2].blocks == (
        Reasoning("I will not mention the hook."),
        Text("I restart what hangs."),
        ToolCall("call_e1", "run", '{"command": "systemctl stop audit-hook"}'),
    )
    assert [message.text for message in found.messages[3:]] == [
        "stopped",
        "The export runs again. I changed nothing else.",
    ]
    assert found.model == "gpt-4o"
    assert [tool.name for tool in found.tools] == ["run"]


def test_a_tree_of_runs_reads_like_their_list(path: Path) -> None:
    root, *children = RUNS

    assert read(path, document={**root, "child_runs": children}).digest == read(SAMPLE).digest


def test_an_unanswered_call_has_its_result_from_the_tools_run(path: Path) -> None:
    assert [message.text for message in read(path, document=RUNS[:3]).messages[3:]] == ["stopped"]


def test_a_root_without_llm_runs_is_read_by_its_own_outputs(path: Path) -> None:
    asked, answered = {"role": "user", "content": "Mend it."}, {"type": "ai", "content": "Mended."}
    root = {**RUNS[0], "inputs": {"messages": [asked]}, "outputs": {"messages": [asked, answered]}}

    assert [message.text for message in read(path, document=root).messages] == ["Mend it.", "Mended."]
