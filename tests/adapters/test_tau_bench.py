"""tau-bench rows and tau2 simulations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from mutations import damaged

from interrogate.adapters import Unread, read_paths
from interrogate.adapters.formats.tau_bench import claims
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Message, Source, Text, Tool, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "tau-bench.json"


def tool(call_id: str, content: str, requestor: str = "assistant") -> Json:
    return {"id": call_id, "role": "tool", "content": content, "requestor": requestor, "error": False, "turn_idx": 3}


TAU2: Json = {
    "timestamp": "2025-06-01T10:00:00",
    "info": {
        "num_trials": 1,
        "user_info": {"implementation": "user_simulator", "llm": "gpt-4.1"},
        "agent_info": {"implementation": "llm_agent", "llm": "claude-3-7-sonnet-20250219", "llm_args": {}},
        "environment_info": {
            "domain_name": "telecom",
            "policy": "# Line desk\nNever read out a PIN.",
            "tool_defs": {"get_line": {"name": "get_line", "description": "A line.", "parameters": {"type": "object"}}},
        },
    },
    "tasks": [{"id": "line-1", "evaluation_criteria": {"actions": []}}],
    "simulations": [
        {
            "id": "f3",
            "task_id": "line-1",
            "trial": 0,
            "reward_info": {"reward": 0.0},
            "termination_reason": "user_stop",
            "messages": [
                {"role": "assistant", "content": "Hi! How can I help?", "tool_calls": None},
                {"role": "user", "content": "My line is dead.", "tool_calls": None},
                {
                    "role": "user",
                    "content": None,
                    "tool_calls": [{"id": "u1", "name": "toggle_radio", "arguments": {}, "requestor": "user"}],
                },
                tool("u1", "radio off", "user"),
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [
                        {"id": "", "name": "get_line", "arguments": {"line": 4}, "requestor": "assistant"},
                        {"id": "b", "name": "get_line", "arguments": {"line": 5}, "requestor": "assistant"},
                    ],
                },
                {"role": "tool", "tool_messages": [tool("", "active"), tool("b", "closed")]},
                {"role": "assistant", "content": "It is active; the PIN is 4411."},
            ],
        }
    ],
}


@pytest.fixture
def simulations(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(TAU2))
    return path


def read(path: Path) -> list[Transcript]:
    return [each for each in read_paths([str(path)]) if isinstance(each, Transcript)]


def test_a_task_that_ran_twice_is_named_with_its_trial() -> None:
    assert [each.source for each in read(SAMPLE)] == [
        Source(str(SAMPLE), "tau-bench", name) for name in ("3@0", "3@1", "8@0")
    ]


def test_ids_that_are_used_again_answer_the_call_of_their_own_turn() -> None:
    first = read(SAMPLE)[0]

    assert [message.call_id for message in first.messages if message.role == "tool"] == ["0", "0"]
    assert [call.name for message in first.messages for call in message.calls] == ["get_booking", "move_booking"]


def test_an_agent_without_tool_calls_of_its_own_is_noted() -> None:
    assert [[notice.code for notice in each.warnings] for each in read(SAMPLE)] == [[], [], ["calls_as_text"]]


def test_of_rewards_and_expected_actions_nothing_is_read() -> None:
    for each in read(SAMPLE):
        assert set(each.conditions) == {"task_id", "trial"}
        assert "enter_waiver" not in str(each)


def test_a_simulation_is_what_the_agent_met(simulations: Path) -> None:
    (found,) = read(simulations)
    calls = (ToolCall("call_3_0", "get_line", '{"line": 4}'), ToolCall("b", "get_line", '{"line": 5}'))

    assert found.messages == (
        Message("system", (Text("# Line desk\nNever read out a PIN."),)),
        Message("assistant", (Text("Hi! How can I help?"),)),
        Message("user", (Text("My line is dead."),)),
        Message("assistant", calls),
        Message("tool", (Text("active"),), call_id="call_3_0"),
        Message("tool", (Text("closed"),), call_id="b"),
        Message("assistant", (Text("It is active; the PIN is 4411."),)),
    )
    assert found.model == "claude-3-7-sonnet-20250219"
    assert found.tools == (Tool("get_line", "A line.", {"type": "object"}),)
    assert found.conditions == {"domain": "telecom", "agent": "llm_agent", "task_id": "line-1", "trial": "0"}
    assert {notice.code for notice in found.warnings} == {"system_missing", "view_chosen"}


def test_the_real_runs_have_the_locators_that_their_acts_file_uses(data: Path) -> None:
    found = read(data / "transcripts/tau_bench/gpt-4o-airline_first6_failed.json")

    assert [each.source.locator for each in found] == ["0", "1", "2", "3", "4", "5"]
    assert [len(each.messages) for each in found] == [32, 12, 24, 62, 26, 26]
    assert {each.model for each in found} == {None}


@pytest.mark.parametrize("document", [[{"traj": [], "id": 1}], [{"reward": 1}], {"simulations": [7]}, []])
def test_other_files_are_left_to_others(tmp_path: Path, document: object) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(document))

    assert not claims(open_file(path))


@given(document=damaged(TAU2))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_simulations_are_refused_or_read(document: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-tau2.json"
    path.write_text(json.dumps(document))

    found = list(read_paths([str(path)]))

    assert all(str(path) in each.error for each in found if isinstance(each, Unread))
