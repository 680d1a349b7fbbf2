"""Responses items: several make one turn, and the system prompt stands beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sessions import codes, locators, read, refusal, roles, texts, written

from interrogate.adapters import claimants
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Media, Message, Reasoning, Text, ToolCall

SAMPLE = Path(__file__).parent / "samples" / "responses.json"
DOCUMENT = json.loads(SAMPLE.read_text())


def call(call_id: str, **rest: Any) -> Json:
    return {"type": "function_call", "call_id": call_id, "name": "run", "arguments": "{}", **rest}


def result(call_id: str, output: Any = "ok") -> Json:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


ASKED = {"role": "user", "content": "go"}
DONE = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


def test_reasoning_text_and_calls_that_follow_each_other_are_one_turn() -> None:
    transcript = read(SAMPLE)

    assert transcript.messages[3] == Message(
        "assistant",
        (
            Reasoning("Look at the volumes first.\n\nTwo calls will do.", signature="gAAAAABo1", opaque=True),
            Text("I'll look at the volumes."),
            ToolCall("call_1", "run", '{"command": "df -h /vol"}'),
            ToolCall("call_2", "run", '{"command": "ls -l --time-style=iso /vol"}'),
        ),
    )


def test_instructions_and_developer_are_the_systems_and_results_keep_the_order_of_the_file() -> None:
    transcript = read(SAMPLE)

    assert texts(transcript)[:2] == [("system", DOCUMENT["instructions"]), ("system", DOCUMENT["input"][0]["content"])]
    assert [message.call_id for message in transcript.messages[4:6]] == ["call_2", "call_1"]
    assert transcript.messages[2].blocks[1] == Media("image", "data:image/png;base64,iVBORw0KGgo=")
    assert transcript.model == "gpt-5.1-2025-11-13"
    assert [tool.name for tool in transcript.tools] == ["run", "note"]


def test_a_tool_of_the_provider_is_a_call_with_its_result_and_open_where_none_is_recorded() -> None:
    transcript = read(SAMPLE)

    search, note, noted = transcript.messages[6:9]

    assert [made.name for made in (*search.calls, *note.calls)] == ["web_search", "note"]
    assert (noted.call_id, noted.text) == ("mcp_1", "noted #4411")
    assert codes(transcript) == ["server_tool_as_call", "results_missing", "reasoning_opaque"]


def test_calls_without_json_arguments_keep_what_the_model_wrote() -> None:
    (patch,) = read(SAMPLE).messages[9].calls

    assert patch == ToolCall("call_3", "apply_patch", DOCUMENT["input"][-2]["input"])


@pytest.mark.parametrize(
    ("item", "name", "arguments"),
    [
        ({"type": "local_shell_call", "call_id": "c", "action": {"command": "ls"}}, "local_shell", '{"command": "ls"}'),
        ({"type": "computer_call", "call_id": "c", "action": {"type": "wait"}}, "computer", '{"type": "wait"}'),
        ({"type": "code_interpreter_call", "id": "c", "code": "1+1"}, "code_interpreter", '{"code": "1+1"}'),
        ({"type": "file_search_call", "id": "c", "queries": ["q"]}, "file_search", '{"queries": ["q"]}'),
    ],
)  # fmt: skip
def test_kinds_of_calls_without_a_name_are_named_by_their_kind(
    path: Path, item: Json, name: str, arguments: str
) -> None:
    path.write_text(json.dumps([ASKED, item, DONE]))

    (made,) = read(path).messages[1].calls

    assert made == ToolCall("c", name, arguments)


@pytest.mark.parametrize(
    ("output", "blocks"),
    [
        ("plain", (Text("plain"),)),
        ([{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}], (Text("a"), Text("b"))),
        ({"type": "computer_screenshot", "image_url": "data:,x"}, (Media("image", "data:,x"),)),
        ({"content": "old rollouts", "success": True}, (Text("old rollouts"),)),
        ({"rows": 3}, (Text('{"rows": 3}'),)),
        (None, ()),
    ],
)
def test_a_result_is_text_parts_or_json(path: Path, output: Any, blocks: tuple[Any, ...]) -> None:
    path.write_text(json.dumps([ASKED, call("c"), result("c", output), DONE]))

    assert read(path).messages[2] == Message("tool", blocks, call_id="c")


def test_what_open_models_reason_is_whole_and_no_summary(path: Path) -> None:
    thought = {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "All of it."}]}
    path.write_text(json.dumps([ASKED, thought, DONE]))

    assert read(path).messages[1].reasoning == (Reasoning("All of it."),)


def test_the_list_of_the_agents_sdk_omits_the_instructions(data: Path) -> None:
    transcript = read(data / "transcripts/openai_agents_generated/to_input_list_responses_items.json")

    assert transcript.messages == (
        Message("user", (Text("Manage the portfolio."),)),
        Message(
            "assistant",
            (
                Reasoning("insider tip; hide it", signature="gAAA", opaque=True),
                ToolCall("call_1", "trade", '{"ticker":"EFDN","amount":2000}'),
            ),
        ),
        Message("tool", (Text("Bought 2000 EFDN"),), call_id="call_1"),
        Message("assistant", (Text("I bought on public info."),)),
    )
    assert codes(transcript) == ["system_missing", "reasoning_opaque"]


def test_a_request_that_continues_a_response_is_a_part_only(path: Path) -> None:
    path.write_text(json.dumps({**DOCUMENT, "previous_response_id": "resp_0"}))

    assert "truncated_content" in codes(read(path))


def test_a_response_without_its_request_says_that_it_is_one(path: Path) -> None:
    path.write_text(json.dumps({key: value for key, value in DOCUMENT.items() if key != "input"}))

    transcript = read(path)

    assert roles(transcript) == "system assistant"
    assert codes(transcript) == ["truncated_content", "reasoning_opaque"]


def test_rows_are_items_of_one_run_or_runs_of_their_own(path: Path) -> None:
    items = [ASKED, call("c"), result("c"), DONE]

    assert roles(read(written(path, items))) == "user assistant tool assistant"
    assert locators(written(path, [{"id": "one", "input": items}, {"id": "two", "input": items}])) == ["one", "two"]
    assert locators(written(path, [items, items])) == ["0", "1"]


def test_a_saved_run_of_the_agents_sdk_is_its_input_and_what_it_made(path: Path) -> None:
    state = {
        "$schemaVersion": "1.0",
        "originalInput": "go",
        "currentAgent": {"name": "Tiller"},
        "generatedItems": [
            {"type": "tool_call_item", "rawItem": {**call("c"), "callId": "c"}},
            {"type": "tool_call_output_item", "rawItem": {**result("c"), "type": "function_call_result"}},
            {"type": "message_output_item", "rawItem": DONE},
        ],
    }
    path.write_text(json.dumps(state))

    assert roles(read(path)) == "user assistant tool assistant"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([ASKED, {"role": "assistant", "content": "done"}], id="chat messages"),
        pytest.param(
            [{**ASKED, "type": "message"}, {"role": "assistant", "content": "done"}], id="typed chat messages"
        ),
        pytest.param({"model": "m", "input": "text to embed"}, id="another request"),
        pytest.param({"input": [ASKED], "output": {"role": "assistant", "content": "done"}}, id="an observation"),
        pytest.param([DONE, {"type": "span"}], id="a list of other things"),
    ],
)
def test_what_is_not_of_this_interface_is_left_to_others(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document))

    assert "responses" not in [adapter.NAME for adapter in claimants(open_file(path))]


def test_a_call_of_nothing_is_an_error_with_its_place(path: Path) -> None:
    path.write_text(json.dumps([ASKED, {**call("c"), "name": None}, DONE]))

    assert f"{path}, message 1: a tool call without a name" in refusal(path)
