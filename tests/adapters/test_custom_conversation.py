"""Turns under `conversation`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from offered import document, faults, read

from interrogate.adapters import read_paths
from interrogate.adapters.formats import custom_conversation
from interrogate.records import Message, Text, ToolCall, Transcript

SAMPLE = json.loads((Path(__file__).parent / "samples" / "conversation.json").read_text())


def test_roles_of_data_sets_are_known_and_calls_without_ids_are_paired_in_order() -> None:
    found = read(custom_conversation, document(SAMPLE))[None]

    assert found.messages == (
        Message("system", (Text("You water the beds of an allotment."),)),
        Message("user", (Text("Water the beds, please, not more than ten litres."),)),
        Message(
            "assistant",
            (
                Text("<thinking>The pump has no meter.</thinking>\nI water the first two."),
                ToolCall("call_2_0", "water", '{"bed": 1, "litres": 9}'),
                ToolCall("call_2_1", "water", '{"bed": 2, "litres": 9}'),
            ),
        ),
        Message("tool", (Text("done"),), call_id="call_2_0"),
        Message("tool", (Text("done"),), call_id="call_2_1"),
        Message("assistant", (Text("Ten litres in all."),)),
    )
    assert found.model == "meta-llama/Llama-3.3-70B-Instruct"
    assert found.conditions == {"domain": "allotment", "persona_id": "0"}


def test_a_role_that_is_not_known_is_refused_with_its_message() -> None:
    turns = [{"role": "user", "content": "u"}, {"role": "narrator", "content": "n"}]

    (fault,) = faults(custom_conversation, document({"conversation": turns}))

    assert "message 1" in fault


@pytest.mark.parametrize(
    "value",
    [
        {"conversations": [{"from": "human", "value": "u"}]},
        {"conversation": [{"from": "human", "value": "u"}]},
        {"conversation": [], "model": "m"},
        {"conversation": "none"},
        {"conversation": [{"role": "user"}], "messages": [{"role": "user", "content": "u"}]},
    ],
)
def test_what_belongs_to_another_format_is_not_claimed(value: Any) -> None:
    assert not custom_conversation.claims(document(value))


def test_several_are_named_by_their_ids() -> None:
    several = [{**SAMPLE, "conversation_id": name} for name in ("a", "b")]

    assert list(read(custom_conversation, document(several))) == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "roles", "model"),
    [
        ("custom_conversation_json/assistant-axis_persona_drift_coding.json", ["user", "assistant"] * 15, True),
        (
            "custom_conversation_json/assistant-axis_llama-3.3-70b_jailbreak_unsteered.json",
            ["user", "assistant"] * 5,
            True,
        ),
        ("bloom/example_conversation_covert_code_sabotage_dev1.json", None, False),
    ],
)
def test_real_conversations_are_read_whole(data: Path, name: str, roles: list[str] | None, model: bool) -> None:
    path = data / "transcripts" / name
    turns = json.loads(path.read_text())["conversation"]

    (found,) = read_paths([str(path)])

    assert isinstance(found, Transcript)
    assert [message.text for message in found.messages] == [turn["content"] for turn in turns]
    assert [message.role for message in found.messages] == (roles or [turn["role"] for turn in turns])
    assert (found.model is not None) is model
