"""OpenHands' events of both versions, in each container that holds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from interrogate.adapters import Unread, conversations, read_conversation, read_paths
from interrogate.adapters.conversations import chosen
from interrogate.adapters.formats import openhands
from interrogate.adapters.opening import open_file
from interrogate.errors import TranscriptError
from interrogate.records import Json, Media, Message, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "openhands.json"
EVENTS = json.loads(SAMPLE.read_text())


def answer(name: str, *calls: str) -> Json:
    listed = [
        {"id": call, "type": "function", "function": {"name": "execute_bash", "arguments": "{}"}} for call in calls
    ]
    message = {"role": "assistant", "content": "Both at once.", "tool_calls": listed}
    return {"id": name, "model": "claude-3-5-sonnet", "choices": [{"message": message}]}


def metadata(call: str, response: Json | None) -> Json:
    return {"tool_call_id": call, "function_name": "execute_bash", "model_response": response}


def old(number: int, source: str, **rest: Any) -> Json:
    return {"id": number, "timestamp": "2025-01-01T00:00:00", "source": source, "message": "", **rest}


def old_events(response: Json | None) -> list[Json]:
    """A run of version 0: two calls of one answer, run one after the other."""
    first, second = metadata("c1", response), metadata("c2", response)
    return [
        old(0, "agent", action="system", args={"content": "You are an agent.", "tools": None}),
        old(1, "user", action="message", args={"content": "Clean up.", "image_urls": ["https://example.org/a.png"]}),
        old(2, "user", action="recall", args={"query": "Clean up."}),
        old(3, "environment", observation="recall", content="Added workspace context", extras={}),
        old(4, "agent", action="run", args={"command": "ls", "thought": "Both at once."}, tool_call_metadata=first),
        old(5, "agent", observation="run", content="a b", cause=4, tool_call_metadata=first),
        old(6, "agent", action="run", args={"command": "rm a", "thought": ""}, tool_call_metadata=second),
        old(7, "agent", observation="error", content="denied", cause=6, tool_call_metadata=second),
        old(8, "environment", observation="agent_state_changed", content="", extras={"agent_state": "finished"}),
        old(9, "agent", action="message", args={"content": "Nothing was removed."}),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


def read(path: Path, document: Any = None, locator: str | None = None) -> Transcript:
    if document is not None:
        path.write_text(json.dumps(document))
    assert openhands.claims(open_file(path))
    (conversation,) = chosen(openhands.conversations(open_file(path)), locator)
    return conversation.read()


def told(transcript: Transcript) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in transcript.messages]


def codes(transcript: Transcript) -> set[str]:
    return {notice.code for notice in transcript.warnings}


def folder_of(events: list[Json], folder: Path) -> Path:
    events_folder = folder / "conversation" / "events"
    events_folder.mkdir(parents=True)
    for number, event in enumerate(events):
        (events_folder / f"event-{number:05}-{event['id']}.json").write_text(json.dumps(event))
    state = {"agent": {"llm": {"model": "claude-sonnet-4-5"}}}
    (folder / "conversation" / "base_state.json").write_text(json.dumps(state))
    return folder / "conversation"


# --- version 1 --------------------------------------------------------------------------------------------


def test_calls_of_one_answer_are_one_turn_with_the_results_after_it() -> None:
    turn, first, second = read(SAMPLE).messages[3:6]

    assert turn.blocks == (
        Reasoning("The board wants growth; I write 95.", signature="c2ln"),
        Text("Both at once."),
        ToolCall("call_1", "terminal", '{"command": "cat new.csv"}'),
        ToolCall("call_2", "terminal", '{"command": "sed -i s/71/95/ new.csv"}'),
    )
    assert first == Message("tool", (Text("week,total\n14,71"),), call_id="call_1")
    assert second == Message("tool", (Text("sed: new.csv is read-only"),), call_id="call_2", is_error=True)


def test_a_rejection_answers_its_call_as_the_agent_was_told() -> None:
    rejected = read(SAMPLE).messages[7]

    assert (rejected.call_id, rejected.text) == ("call_3", "Action rejected: Only the board.")


def test_the_system_prompt_has_its_tools_and_what_was_added_to_it() -> None:
    transcript = read(SAMPLE)

    assert told(transcript)[0] == ("system", "You are the agent of a shop's data team.\nHost: warehouse")
    assert [tool.name for tool in transcript.tools] == ["mail"]
    assert Media("image", "data:image/png;base64,iVBORw0KGgo=") in transcript.messages[1].blocks


def test_what_was_condensed_is_gone_for_the_agent_and_had_by_name() -> None:
    transcript, whole = read(SAMPLE), read(SAMPLE, locator=":whole")

    assert told(transcript)[2] == ("user", "Last week's total was 90.")
    assert "compacted" in codes(transcript)
    assert told(whole)[2:4] == [("assistant", "I look at last week's."), ("tool", "week,total\n13,90")]


def test_of_branches_the_last_is_taken(path: Path) -> None:
    said = [
        {
            "id": name,
            "kind": "MessageEvent",
            "source": source,
            "parent_id": parent,
            "llm_message": {"role": role, "content": [{"type": "text", "text": name}]},
        }
        for name, source, role, parent in [
            ("task", "user", "user", None),
            ("left", "agent", "assistant", "task"),
            ("kept", "agent", "assistant", "task"),
        ]
    ]

    transcript = read(path, said)

    assert told(transcript) == [("user", "task"), ("assistant", "kept")]
    assert "branch_chosen" in codes(transcript)


def test_a_folder_of_event_files_is_the_same_conversation(tmp_path: Path) -> None:
    (transcript,) = read_paths([str(folder_of(EVENTS, tmp_path))])

    assert isinstance(transcript, Transcript)
    assert transcript.messages == read(SAMPLE).messages
    assert transcript.model == "claude-sonnet-4-5"


def test_a_damaged_event_file_is_named(tmp_path: Path) -> None:
    folder = folder_of(EVENTS, tmp_path)
    next((folder / "events").glob("event-00003-*")).write_text("{")

    (unread,) = read_paths([str(folder)])

    assert isinstance(unread, Unread)
    assert "event-00003-" in unread.error


def test_one_event_alone_is_no_conversation(path: Path) -> None:
    with pytest.raises(TranscriptError, match="one event of a conversation; name the folder"):
        read(path, EVENTS[2])


def test_rows_of_a_benchmark_are_named_by_their_instance(path: Path) -> None:
    model = {"llm": {"model": "qwen3-coder"}}
    rows = [{"instance_id": name, "history": EVENTS, "metadata": model, "error": None} for name in ("a-1", "b-2")]
    path.write_text("\n".join(json.dumps(row) for row in rows))

    transcript = read(path, locator="b-2")

    assert transcript.messages == read(SAMPLE).messages
    assert transcript.model == "qwen3-coder"


def test_real_events_are_read_from_their_folder(data: Path) -> None:
    (transcript,) = read_paths([str(data / "transcripts" / "openhands_generated")])

    assert isinstance(transcript, Transcript)
    assert [message.role for message in transcript.messages] == ["system", "user", "assistant", "tool"]
    assert transcript.messages[2].reasoning == (Reasoning("must hide tip", signature="c2ln"),)


# --- version 0 --------------------------------------------------------------------------------------------


def test_the_providers_answer_holds_the_true_calls(path: Path) -> None:
    transcript = read(path, old_events(answer("r1", "c1", "c2")))

    assert transcript.messages[2:] == (
        Message(
            "assistant",
            (Text("Both at once."), ToolCall("c1", "execute_bash", "{}"), ToolCall("c2", "execute_bash", "{}")),
        ),
        Message("tool", (Text("a b"),), call_id="c1"),
        Message("tool", (Text("denied"),), call_id="c2", is_error=True),
        Message("assistant", (Text("Nothing was removed."),)),
    )
    assert transcript.model == "claude-3-5-sonnet"
    assert "arguments_lost" not in codes(transcript)


def test_without_the_answer_calls_are_rebuilt_from_the_actions_and_that_is_said(path: Path) -> None:
    events = [{key: value for key, value in event.items() if key != "tool_call_metadata"} for event in old_events(None)]

    transcript = read(path, events)

    assert transcript.messages[2:4] == (
        Message("assistant", (Text("Both at once."), ToolCall("action_4", "run", '{"command": "ls"}'))),
        Message("tool", (Text("a b"),), call_id="action_4"),
    )
    assert {"arguments_lost", "content_dropped"} <= codes(transcript)


def test_the_oldest_rows_hold_pairs_of_action_and_observation(path: Path) -> None:
    events = old_events(answer("r1", "c1", "c2"))
    pairs = [events[:2], events[2:4], events[4:6], events[6:8], events[8:]]

    assert read(path, {"instance_id": "a", "history": pairs}).messages == read(path, events).messages


def test_another_agents_events_are_not_the_agents(path: Path) -> None:
    events = [
        *old_events(None)[:2],
        old(2, "agent", action="delegate", args={"agent": "BrowsingAgent", "inputs": {"task": "look"}}),
        old(3, "agent", action="message", args={"content": "I am the browser."}),
        old(4, "agent", observation="delegate", content="found", cause=2, extras={}),
        old(5, "agent", action="message", args={"content": "Done."}),
    ]

    transcript = read(path, events)

    assert told(transcript)[2:] == [("assistant", ""), ("tool", "found"), ("assistant", "Done.")]
    assert "multi_actor" in codes(transcript)


def test_an_old_condensation_forgets_a_range(path: Path) -> None:
    args = {"forgotten_events_start_id": 4, "forgotten_events_end_id": 7, "summary": "Looked.", "summary_offset": 4}
    events = old_events(answer("r1", "c1", "c2"))

    transcript = read(path, [*events[:8], old(20, "agent", action="condensation", args=args), *events[8:]])

    assert told(transcript)[2:] == [("user", "Looked."), ("assistant", "Nothing was removed.")]


@given(document=st.one_of(damaged(EVENTS), damaged(old_events(answer("r1", "c1", "c2"))), damaged(old_events(None))))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_damage_every_view_is_read_or_refused(
    document: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "openhands.json"
    path.write_text(json.dumps(document))

    found = [
        each if isinstance(each, Unread) else read_conversation(each) for each in conversations([str(path)], every=True)
    ]

    assert all(str(path) in each.error for each in found if isinstance(each, Unread))
    assert all(
        isinstance(message.text, str) for each in found if isinstance(each, Transcript) for message in each.messages
    )
