"""HAR captures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interrogate.adapters import Unread, conversations, read_paths
from interrogate.records import Message, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "har.json"


def read(name: object) -> list[Transcript]:
    return [each for each in read_paths([str(name)]) if isinstance(each, Transcript)]


def test_of_an_agents_requests_the_last_is_taken_with_its_response() -> None:
    offered = [each for each in conversations([str(SAMPLE)], every=True) if not isinstance(each, Unread)]
    agent, other = read(SAMPLE)

    assert [(each.source.locator, each.only_by_name) for each in offered] == [("0", True), ("1", False), ("2", False)]
    assert agent.messages[-1] == Message("assistant", (Text("Crate 7 was weighed and sealed."),))
    assert agent.messages[2].calls == (ToolCall("toolu_3", "seal", '{"crate": "7"}'),)
    assert [tool.name for tool in agent.tools] == ["seal"]
    assert [message.text for message in other.messages] == ["How many crates?", "Twelve crates."]


def test_a_stream_is_put_together_with_its_thoughts_and_calls() -> None:
    (step,) = read(f"{SAMPLE}#0")

    assert step.messages[-1] == Message(
        "assistant", (Reasoning("It was not weighed.", signature="c2ln"), ToolCall("toolu_3", "seal", '{"crate":"7"}'))
    )


@pytest.mark.parametrize("entries", [[], [{"request": {"method": "GET"}, "response": {"content": {}}}]])
def test_a_capture_of_other_traffic_is_refused(tmp_path: Path, entries: list[object]) -> None:
    path = tmp_path / "capture.har"
    path.write_text(json.dumps({"log": {"entries": entries}}))

    (unread,) = read_paths([str(path)])

    assert isinstance(unread, Unread)
    assert "without any call of a chat interface" in unread.error


@pytest.mark.parametrize(
    ("name", "model", "last"),
    [
        ("har-anthropic-multiturn", "claude-opus-4-5", (Text("Two entries."),)),
        (
            "har-anthropic-stream",
            "claude-sonnet-4-20250514",
            (Text("Let me compute."), ToolCall("toolu_1", "calculator", '{"expr":"2+2"}')),
        ),
        ("har-anthropic-whole", "claude-opus-4-5", (Text("Hello there."),)),
        ("har-openai-chat", "gpt-5", (Text("Sure."), ToolCall("call_x", "bash", '{"cmd":"ls"}'))),
    ],
)
def test_the_real_captures_end_with_what_was_answered(data: Path, name: str, model: str, last: object) -> None:
    (found,) = read(data / "transcripts/har" / f"{name}.har")

    assert (found.model, found.messages[-1].blocks) == (model, last)


def test_the_responses_interface_is_refused_by_name(data: Path) -> None:
    (unread,) = read_paths([str(data / "transcripts/har/har-openai-responses.har")])

    assert isinstance(unread, Unread)
    assert "a call of another interface" in unread.error
