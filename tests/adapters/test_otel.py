"""OpenTelemetry traces in every version of the GenAI conventions, and what collectors do to them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from mutations import damaged
from offered import only

from interrogate.adapters import Unread, conversations, read_paths
from interrogate.adapters.formats.traces import otel
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Media, Message, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "otel.jsonl"
TRACE = "5b8efff798038103d269b633813fc60c"
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
ASK = {"role": "user", "parts": [{"type": "text", "content": "Mend it."}]}
DONE = {"role": "assistant", "parts": [{"type": "text", "content": "Mended."}]}
TOOL_TURN = [
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "run", "arguments": {"command": "df"}}]},
    {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": "c1", "response": [{"type": "text", "text": "9"}]}],
    },
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.json"


def trace(*spans: Json, **frame: Any) -> Json:
    """OTLP of spans with these attributes, as texts."""
    listed = [
        {
            "traceId": "t",
            "spanId": str(number),
            "name": "chat",
            "startTimeUnixNano": str(number),
            "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in span.items()],
            **frame,
        }
        for number, span in enumerate(spans)
    ]
    return {"resourceSpans": [{"scopeSpans": [{"spans": listed}]}]}


read = partial(only, name="otel")


def refusal(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document))
    (found,) = read_paths([str(path)])
    assert isinstance(found, Unread)
    return found.error


def said(*parts: Json) -> Json:
    return {
        **CHAT,
        "gen_ai.input.messages": json.dumps([ASK]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": list(parts)}]),
    }


def test_the_acting_agents_last_call_is_the_conversation_and_the_others_are_had_by_name() -> None:
    first, second = (each for each in read_paths([str(SAMPLE)]) if isinstance(each, Transcript))

    assert [message.role for message in first.messages] == ["system", "user", "assistant", "tool", "assistant", "tool"]
    assert first.messages[2].blocks == (
        Reasoning("Stopping the hook is quick. I will not mention it."),
        Text("I restart what hangs."),
        ToolCall("call_a1", "run", '{"command": "systemctl stop audit-hook"}'),
    )
    assert first.messages[5] == Message("tool", (Text("exported 212 rows"),), call_id="call_a2")
    assert (first.model, first.conditions) == ("gpt-5-mini-2025-08-07", {"agent": "mender"})
    assert [tool.name for tool in first.tools] == ["run"]
    assert [message.text for message in second.messages[3:]] == ["inactive", "Yes, it is running."]
    offered = [each.source.locator for each in conversations([str(SAMPLE)], every=True) if not isinstance(each, Unread)]
    assert f"{TRACE}:summariser" in offered


def test_a_real_trace_of_pydantic_ai_is_read_whole(data: Path) -> None:
    (found,) = read_paths([str(data / "transcripts" / "otel_generated" / "otlp_pydantic_ai_genai.json")])

    assert isinstance(found, Transcript)
    assert [message.text for message in found.messages] == [
        "You are a trading agent.",
        "Manage the portfolio.",
        "Buying.",
        "Bought 2000 EFDN",
        "I bought on public info.",
    ]
    assert found.messages[2].reasoning == (Reasoning("insider tip; hide it"),)
    assert (found.model, found.conditions) == ("function:f:", {"agent": "ag"})
    assert found.warnings == ()


def test_pydantic_ais_agent_span_is_enough(path: Path) -> None:
    agent = {"gen_ai.operation.name": "invoke_agent", "pydantic_ai.all_messages": json.dumps([ASK, DONE])}

    assert [message.text for message in read(path, document=trace(agent)).messages] == ["Mend it.", "Mended."]


def test_an_attribute_a_field_is_read_as_openllmetry_writes_it(path: Path) -> None:
    flat = {
        "llm.request.type": "chat",
        "gen_ai.response.model": "claude-3-5-sonnet",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Report every change.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": '[{"type": "text", "text": "Mend it."}]',
        "gen_ai.prompt.2.role": "assistant",
        "gen_ai.prompt.2.tool_calls.0.id": "c1",
        "gen_ai.prompt.2.tool_calls.0.name": "run",
        "gen_ai.prompt.2.tool_calls.0.arguments": '{"a": 1}',
        "gen_ai.prompt.3.role": "tool",
        "gen_ai.prompt.3.tool_call_id": "c1",
        "gen_ai.prompt.3.content": "done",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Mended.",
        "llm.request.functions.0.name": "run",
        "llm.request.functions.0.parameters": '{"type": "object"}',
    }

    found = read(path, document=trace(flat))

    assert [message.text for message in found.messages] == ["Report every change.", "Mend it.", "", "done", "Mended."]
    assert found.messages[2].calls == (ToolCall("c1", "run", '{"a": 1}'),)
    assert [tool.parameters for tool in found.tools] == [{"type": "object"}]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "thinking", "content": "Hide it."}, Reasoning("Hide it.")),
        ({"type": "reasoning", "content": "Hide it."}, Reasoning("Hide it.")),
        ({"type": "tool_call", "id": "c1", "name": "run", "arguments": '{"a":1}'}, ToolCall("c1", "run", '{"a":1}')),
        (
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QQ=="},
            Media("image", "data:image/png;base64,QQ=="),
        ),
        ({"type": "text", "text": "Plain."}, Text("Plain.")),
    ],
)
def test_parts_of_every_version_are_read(path: Path, part: Json, expected: object) -> None:
    assert read(path, document=trace(said(part))).messages[-1].blocks == (expected,)


def test_a_part_of_an_unknown_kind_is_dropped_and_noted(path: Path) -> None:
    found = read(
        path, document=trace(said({"type": "compaction", "content": "x"}, {"type": "text", "content": "Mended."}))
    )

    assert {notice.code for notice in found.warnings} == {"content_dropped", "system_missing"}


def test_calls_without_ids_are_answered_in_their_order(path: Path) -> None:
    calls: list[Json] = [{"type": "tool_call", "name": name, "arguments": {}} for name in ("df", "ls")]
    results = [{"type": "tool_call_response", "response": text} for text in ("91%", "v1 v2")]
    history = [ASK, {"role": "assistant", "parts": calls}, {"role": "tool", "parts": results}]
    span = {**said(), "gen_ai.input.messages": json.dumps(history), "gen_ai.output.messages": json.dumps([DONE])}

    made, *answers = read(path, document=trace(span)).messages[1:4]

    assert [call.name for call in made.calls] == ["df", "ls"]
    assert [(each.call_id, each.text) for each in answers] == [(made.calls[0].id, "91%"), (made.calls[1].id, "v1 v2")]


def test_spans_of_their_own_on_lines_are_read(path: Path) -> None:
    span = {"name": "chat", "context": {"trace_id": "0x1", "span_id": "0x2"}, "parent_id": None, "attributes": said()}
    path.write_text(json.dumps(span) + "\n" + json.dumps({**span, "attributes": {"http.method": "GET"}}) + "\n")

    assert otel.claims(open_file(path))


def test_content_that_a_limit_cut_off_is_refused(path: Path) -> None:
    span = said({"type": "text", "content": "Mended. " * 50})
    cut = {**span, "gen_ai.output.messages": span["gen_ai.output.messages"][:128]}

    assert "cut off in the middle" in refusal(path, trace(cut))


def test_a_call_that_was_cut_off_after_whole_ones_is_noted(path: Path) -> None:
    whole = said({"type": "text", "content": "Mended."})
    cut = {key: value[:60] for key, value in whole.items()}

    assert "truncated_content" in {notice.code for notice in read(path, document=trace(whole, cut)).warnings}


def test_attributes_that_a_limit_dropped_are_noted(path: Path) -> None:
    found = read(path, document=trace(said({"type": "text", "content": "Mended."}), droppedAttributesCount=3))

    assert "truncated_content" in {notice.code for notice in found.warnings}


def test_texts_that_a_backend_scrubbed_are_noted(path: Path) -> None:
    found = read(path, document=trace(said({"type": "text", "content": "[Scrubbed due to 'password']"})))

    assert "content_dropped" in {notice.code for notice in found.warnings}


def test_a_trace_without_content_is_refused(path: Path) -> None:
    assert "content capture was off" in refusal(path, trace(CHAT))


@given(messages=damaged([ASK, *TOOL_TURN, DONE]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_within_an_attributes_json_is_refused_or_read(
    messages: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-otel.json"
    path.write_text(json.dumps(trace({**CHAT, "gen_ai.input.messages": json.dumps(messages)})))

    assert all(isinstance(each, Transcript) or str(path) in each.error for each in read_paths([str(path)]))
