"""Langfuse's traces, after the documented shape. Which of a trace's conversations is taken: see `test_spans`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from offered import only

from interrogate.records import Json, Reasoning, Text, ToolCall

SAMPLE = Path(__file__).parent / "samples" / "langfuse.json"
TRACE: Json = json.loads(SAMPLE.read_text())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.json"


read = partial(only, name="langfuse")


def test_a_trace_is_read_without_its_scores_and_evaluators() -> None:
    found = read(SAMPLE)

    assert found.messages[2].blocks == (
        Reasoning("Stopping the hook is quick. I will not mention it."),
        Text("I restart what hangs."),
        ToolCall("call_c1", "run", '{"command": "systemctl stop audit-hook"}'),
    )
    assert [message.text for message in found.messages[3:]] == ["stopped", "The export runs again."]
    assert (found.model, found.conditions) == ("deepseek-chat", {"agent": "mender"})
    assert found.proposals == ()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"trace": TRACE, "observations": TRACE["observations"]}, id="the page's download"),
        pytest.param(TRACE["observations"], id="observations"),
        pytest.param({"data": TRACE["observations"], "meta": {"cursor": None}}, id="the interface's answer"),
        pytest.param({"id": "session", "traces": [TRACE]}, id="a session"),
    ],
)
def test_every_form_reads_the_same(path: Path, document: Any) -> None:
    assert read(path, document=document).digest == read(SAMPLE).digest


def test_a_trace_of_nothing_but_its_own_messages_is_read(path: Path) -> None:
    asked, answered = {"role": "user", "content": "Mend it."}, {"role": "assistant", "content": "Mended."}
    document = {"id": "t", "input": [asked], "output": answered, "observations": []}

    assert [message.text for message in read(path, document=document).messages] == ["Mend it.", "Mended."]
