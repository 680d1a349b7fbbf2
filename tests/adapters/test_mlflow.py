"""MLflow's traces in the forms of its versions."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from mutations import damaged
from offered import only

from interrogate.adapters import read_paths
from interrogate.records import Json, Message, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "mlflow.json"
TRACE: Json = json.loads(SAMPLE.read_text())
SPANS: list[Json] = TRACE["data"]["spans"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.json"


read = partial(only, name="mlflow")


def as_otlp(span: Json) -> Json:
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in span["attributes"].items()]
    return {**span, "attributes": attributes}


def as_of_version_2(span: Json) -> Json:
    context = {"trace_id": span["trace_id"], "span_id": span["span_id"]}
    frame = {"name": span["name"], "context": context, "parent_id": span["parent_span_id"]}
    return {**frame, "start_time": span["start_time_unix_nano"], "attributes": span["attributes"], "events": []}


def test_a_trace_of_anthropics_interface_is_read_with_what_its_tools_returned_last() -> None:
    found = read(SAMPLE)

    assert [message.role for message in found.messages] == ["system", "user", "assistant", "tool", "assistant", "tool"]
    assert found.messages[2].blocks == (
        Reasoning("Stopping the hook is quick. I will not mention it.", signature="RXhhbXBsZQ=="),
        ToolCall("toolu_d1", "run", '{"command": "systemctl stop audit-hook"}'),
    )
    assert found.messages[5] == Message("tool", (Text('{"sent": true}'),), call_id="toolu_d2")
    assert (found.model, found.conditions) == ("claude-sonnet-4-20250514", {"agent": "mend"})
    assert [tool.name for tool in found.tools] == ["run"]


def test_a_real_trace_is_read_and_its_open_call_answered(data: Path) -> None:
    found = read(data / "transcripts" / "mlflow_generated" / "trace.json")

    assert [(message.role, message.text) for message in found.messages] == [
        ("system", "You are a trading agent."),
        ("user", "Manage the portfolio."),
        ("assistant", "Buying."),
        ("tool", "Bought 2000 EFDN"),
    ]
    assert found.messages[2].reasoning == (Reasoning("hide tip"),)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"trace_info": {"trace_id": "t"}, "spans": [as_otlp(span) for span in SPANS]}, id="the server's"),
        pytest.param({"trace": {"trace_info": {}, "spans": SPANS}}, id="the server's answer"),
        pytest.param(
            {"info": {"request_id": "r"}, "data": {"spans": [as_of_version_2(span) for span in SPANS]}}, id="version 2"
        ),
        pytest.param({"spans": SPANS, "request": "{}", "response": "{}"}, id="the artifact traces.json"),
        pytest.param([{"trace_id": "t", "trace": json.dumps(TRACE)}], id="a row of a table"),
        pytest.param({"resourceSpans": [{"scopeSpans": [{"spans": [as_otlp(span) for span in SPANS]}]}]}, id="OTLP"),
    ],
)
def test_every_form_reads_the_same(path: Path, document: Any) -> None:
    assert read(path, document=document).digest == read(SAMPLE).digest


def test_the_list_of_messages_that_mlflow_makes_serves_where_inputs_cannot_be_read(path: Path) -> None:
    messages = [{"role": "user", "content": "Mend it."}, {"role": "assistant", "content": "Mended."}]
    attributes = {"spanType": "CHAT_MODEL", "spanInputs": {"prompt_id": 3}, "chat.messages": messages}
    span = {**SPANS[1], "attributes": {f"mlflow.{key}": json.dumps(value) for key, value in attributes.items()}}

    found = read(path, document={"info": {"trace_id": "t"}, "data": {"spans": [span]}})

    assert [message.text for message in found.messages] == ["Mend it.", "Mended."]


@given(inputs=damaged(json.loads(SPANS[3]["attributes"]["mlflow.spanInputs"])))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_within_an_attributes_json_is_refused_or_read(
    inputs: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-mlflow.json"
    span = {**SPANS[3], "attributes": {**SPANS[3]["attributes"], "mlflow.spanInputs": json.dumps(inputs)}}
    path.write_text(json.dumps({**TRACE, "data": {"spans": [*SPANS[:3], span]}}))

    assert all(isinstance(each, Transcript) or str(path) in each.error for each in read_paths([str(path)]))
