"""Traces of the Agents SDK: the last generation of an agent holds all that it met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sessions import codes, locators, read, refusal, roles, texts, written

from interrogate.records import Json

SAMPLE = Path(__file__).parent / "samples" / "agents-trace.json"
DOCUMENT: list[Json] = json.loads(SAMPLE.read_text())


def test_the_agent_that_answered_last_is_taken_with_what_was_handed_over_to_it() -> None:
    transcript = read(SAMPLE)

    assert roles(transcript) == "system user assistant tool assistant tool tool assistant tool assistant"
    assert texts(transcript)[-1] == ("assistant", "Your refund is on its way: the train was cancelled.")
    assert [call.id for call in transcript.messages[4].calls] == ["call_r1", "call_r2"]
    assert transcript.model == "gpt-4.1-2025-04-14"
    assert codes(transcript) == ["multi_actor"]


def test_an_agent_called_as_a_tool_is_had_by_name_though_it_answered_later_than_others() -> None:
    assert locators(SAMPLE) == [":agent-Front desk", None, ":agent-Lookup"]
    assert texts(read(f"{SAMPLE}#:agent-Lookup"))[-1] == ("assistant", "EUR 41.50")


def test_responses_in_a_generation_read_as_the_run_itself_does(data: Path) -> None:
    folder = data / "transcripts/openai_agents_generated"

    traced, listed = read(folder / "trace_export.json"), read(folder / "to_input_list_responses_items.json")

    assert traced.digest == listed.digest
    assert (traced.model, listed.model) == ("fake-model", None)


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        ({"type": "response", "response_id": "resp_1", "usage": {}}, "ids of responses"),
        ({"type": "generation", "input": None, "output": None}, "without content"),
        ({"type": "agent", "name": "Front desk"}, "no model answered"),
    ],
)
def test_a_trace_without_content_is_refused_by_its_reason(tmp_path: Path, span: Json, reason: str) -> None:
    rows = [{"object": "trace", "id": "t"}, {"object": "trace.span", "id": "s", "trace_id": "t", "span_data": span}]

    assert reason in refusal(written(tmp_path / "trace.jsonl", rows))


def test_several_traces_are_several_conversations(tmp_path: Path) -> None:
    again = [{**row, "trace_id": "other"} for row in DOCUMENT if row["object"] == "trace.span"]
    path = written(tmp_path / "traces.jsonl", [*DOCUMENT, *again])

    assert {"trace_5d2f9a", "other", "other:agent-Lookup"} <= {*locators(path)}
    assert read(f"{path}#other").digest == read(SAMPLE).digest
