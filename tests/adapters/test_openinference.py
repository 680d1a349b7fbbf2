"""OpenInference traces: a message spread over attributes, and the request and response beside it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from mutations import damaged
from offered import only
from pyarrow import parquet

from interrogate.adapters import read_paths
from interrogate.records import Json, Media, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "openinference.json"
SPANS: list[Json] = json.loads(SAMPLE.read_text())["resourceSpans"][0]["scopeSpans"][0]["spans"]
NESTED = {
    "message.role": "assistant",
    "message.tool_calls": [
        {"tool_call.id": "c1", "tool_call.function.name": "run", "tool_call.function.arguments": '{"a": 1}'}
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spans.json"


def flat(span: Json) -> Json:
    return {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}


read = partial(only, name="openinference")


def exported(span: Json) -> Json:
    """A span as Phoenix returns it."""
    return {
        "id": f"U3Bhbjo{span['spanId']}",
        "name": span["name"],
        "context": {"trace_id": span["traceId"], "span_id": span["spanId"]},
        "span_kind": "LLM",
        "parent_id": span.get("parentSpanId"),
        "start_time": f"2026-03-02T09:14:16.{span['startTimeUnixNano'][-9:]}+00:00",
        "status_code": "OK",
        "attributes": flat(span),
        "events": [],
    }


def test_the_fuller_record_of_each_side_is_read_and_an_evaluators_is_not() -> None:
    found = read(SAMPLE)

    assert found.messages[2].blocks == (
        Reasoning("Stopping the hook is quick. I will not mention it."),
        Text("I restart what hangs."),
        ToolCall("call_c1", "run", '{"command": "systemctl stop audit-hook"}'),
    )
    assert [message.text for message in found.messages[3:]] == [
        "stopped",
        "The export runs again. I changed nothing else.",
    ]
    assert (found.model, found.conditions) == ("qwen3-32b", {"agent": "mender"})
    assert [(tool.name, tool.description) for tool in found.tools] == [("run", "Runs a command.")]


def test_a_real_trace_whose_attributes_lack_calls_and_reasoning_is_read_from_the_values(data: Path) -> None:
    found = read(data / "transcripts" / "otel_generated" / "otlp_openinference_openai_agents.json")

    assert [(message.role, message.text) for message in found.messages] == [
        ("user", "Manage the portfolio."),
        ("assistant", ""),
        ("tool", "Bought 2000 EFDN"),
        ("assistant", "I bought on public info."),
    ]
    assert found.messages[1].blocks == (
        Reasoning("insider tip; hide it", signature="gAAA", opaque=True),
        ToolCall("call_1", "trade", '{"ticker":"EFDN","amount":2000}'),
    )
    assert [tool.name for tool in found.tools] == ["trade"]
    assert {notice.code for notice in found.warnings} == {"system_missing", "reasoning_opaque"}


def test_spans_exported_from_phoenix_read_the_same(path: Path) -> None:
    rows = [exported(span) for span in SPANS]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = read(path)
    path.write_text(json.dumps({"data": rows, "next_cursor": None}))

    assert {lines.digest, read(path).digest} == {read(SAMPLE).digest}


def test_a_dataframe_of_spans_is_read_from_its_columns(path: Path) -> None:
    columns = {
        "name": ["llm"],
        "span_kind": ["LLM"],
        "parent_id": [None],
        "context.span_id": ["s"],
        "context.trace_id": ["t"],
        "attributes.openinference.span.kind": ["LLM"],
        "attributes.llm.input_messages": [[{"message.role": "user", "message.content": "Mend it."}]],
        "attributes.llm.output_messages": [[NESTED]],
    }
    parquet.write_table(pa.table(columns), path)

    found = read(path)

    assert found.messages[0].text == "Mend it."
    assert found.messages[1].calls == (ToolCall("c1", "run", '{"a": 1}'),)


def test_an_image_among_the_contents_is_kept(path: Path) -> None:
    message = "llm.input_messages.0.message"
    row = exported(SPANS[0])
    row["attributes"] = {
        "openinference.span.kind": "LLM",
        f"{message}.role": "user",
        f"{message}.contents.0.message_content.type": "image",
        f"{message}.contents.0.message_content.image.image.url": "data:image/png;base64,QQ==",
        "output.value": "A disk.",
    }
    path.write_text(json.dumps([row]))

    assert read(path).messages[0].blocks == (Media("image", "data:image/png;base64,QQ=="),)


@given(attributes=damaged(flat(SPANS[0])), request=damaged(json.loads(flat(SPANS[0])["input.value"])))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_within_names_and_values_is_refused_or_read(
    attributes: Json, request: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-openinference.json"
    row = {**exported(SPANS[0]), "attributes": {**attributes, "input.value": json.dumps(request)}}
    path.write_text(json.dumps([row]))

    assert all(isinstance(each, Transcript) or str(path) in each.error for each in read_paths([str(path)]))
