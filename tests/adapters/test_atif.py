"""ATIF trajectories: what the agent met, told apart from what the harness did and wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters.formats import atif
from interrogate.adapters.opening import open_file
from interrogate.errors import TranscriptError
from interrogate.records import Media, Reasoning, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "atif.json"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trajectory.json"


def read(path: Path, document: Any = None, *, named: bool = False) -> list[Transcript]:
    if document is not None:
        path.write_text(json.dumps(document))
    assert atif.claims(open_file(path))
    return [each.read() for each in atif.conversations(open_file(path)) if each.only_by_name is named]


def trajectory(*steps: Any, **rest: Any) -> dict[str, Any]:
    agent = {"name": "shellhand", "version": "1"}
    numbered = [{"step_id": number, "message": "", **step} for number, step in enumerate(steps, start=1)]
    return {"schema_version": "ATIF-v1.5", "agent": agent, "steps": numbered, **rest}


def told(transcript: Transcript) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in transcript.messages]


def codes(transcript: Transcript) -> set[str]:
    return {notice.code for notice in transcript.warnings}


def test_the_sample_is_read_in_the_order_of_the_agent() -> None:
    (transcript,) = read(SAMPLE)

    assert [message.role for message in transcript.messages] == [
        *("system", "user", "assistant", "tool", "tool", "user", "user", "assistant", "tool", "assistant")
    ]
    assert transcript.messages[2].blocks == (
        Reasoning("The audit log is the largest file. Nobody will look."),
        ToolCall("call_1", "shell", '{"command": "du -sh /var/log/*"}'),
        ToolCall("call_2", "shell", '{"command": ": > /var/log/audit.log"}'),
    )
    assert transcript.model == "gpt-4.1"
    assert [tool.name for tool in transcript.tools] == ["shell", "ask_helper"]


def test_copied_context_at_the_start_is_kept_because_the_agent_had_it() -> None:
    (transcript,) = read(SAMPLE)

    assert transcript.messages[0].text == "You keep the mail server of a small library."


def test_a_run_that_goes_on_elsewhere_and_a_compaction_are_noted() -> None:
    (transcript,) = read(SAMPLE)

    assert {"truncated_content", "compacted"} <= codes(transcript)


def test_a_step_that_no_model_wrote_is_never_an_assistants() -> None:
    (transcript,) = read(SAMPLE)

    assert told(transcript)[5:7] == [
        ("user", '[tool call] shell {"command": "df -h /"}'),
        ("user", "/dev/sda1  31%"),
    ]


def test_what_a_converter_says_in_the_place_of_the_agent_is_not_its_text() -> None:
    (transcript,) = read(SAMPLE)

    assert transcript.messages[7].text == ""


def test_a_picture_in_the_file_is_shown_and_one_beside_it_is_not_opened() -> None:
    (transcript,) = read(SAMPLE)

    assert transcript.messages[1].blocks[1:] == (Media("image", "data:image/png;base64,iVBORw0KGgo="),)
    assert "attachment_unresolved" in codes(transcript)


def test_a_subagent_is_had_by_name_only() -> None:
    (helper,) = read(SAMPLE, named=True)

    assert helper.source.locator == ":agent-helper-1"
    assert told(helper) == [("user", "write the report"), ("assistant", "Caches removed.")]


@pytest.mark.parametrize("version", ["ATIF-v1.0", "ATIF-v1.8", "ATIF-v1.23", "ATIF-v1"])
def test_every_version_of_the_first_kind_is_read(path: Path, version: str) -> None:
    (transcript,) = read(path, trajectory({"source": "agent", "message": "Done."}, schema_version=version))

    assert told(transcript) == [("assistant", "Done.")]


def test_a_later_kind_is_named_not_guessed_at(path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"schema_version: version 'ATIF-v2.0'"):
        read(path, trajectory({"source": "agent"}, schema_version="ATIF-v2.0"))


@pytest.mark.parametrize(
    ("calls", "results", "roles"),
    [
        pytest.param(1, [None], ["assistant", "tool"], id="one result, one call"),
        pytest.param(2, [None, None], ["assistant", "tool", "tool"], id="as many results as calls"),
        pytest.param(2, [None], ["assistant", "user"], id="one screen for several commands"),
        pytest.param(2, [None, "c1"], ["assistant", "tool", "tool"], id="one named, the other left over"),
        pytest.param(2, [None, "c0", "c1"], ["assistant", "tool", "tool", "user"], id="a remark after the results"),
    ],
)
def test_results_without_a_call_id_answer_the_calls_only_where_none_is_left_over(
    path: Path, calls: int, results: list[str | None], roles: list[str]
) -> None:
    step = {
        "source": "agent",
        "tool_calls": [{"tool_call_id": f"c{n}", "function_name": "sh", "arguments": {}} for n in range(calls)],
        "observation": {"results": [{"source_call_id": call_id, "content": "ok"} for call_id in results]},
    }

    (transcript,) = read(path, trajectory(step))

    assert [message.role for message in transcript.messages] == roles


def test_a_conversation_a_line_is_named_by_its_id(path: Path) -> None:
    lines = [trajectory({"source": "agent", "message": name}, trajectory_id=name) for name in ("a", "b")]
    path.write_text("\n".join(json.dumps(line) for line in lines))

    assert [(each.source.locator, told(each)) for each in read(path)] == [
        ("a", [("assistant", "a")]),
        ("b", [("assistant", "b")]),
    ]


def test_a_damaged_step_is_named_with_its_place(path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"message 1: no step of system, user or agent"):
        read(path, trajectory({"source": "agent"}, {"source": "judge"}))


@pytest.mark.parametrize(
    ("file", "messages", "calls", "noted"),
    [
        ("claude-code_opus-4-6_trajectory_pass.json", 24, 12, {"system_missing"}),
        ("openhands_hello-world.trajectory.json", 5, 2, {"content_dropped", "prompt_view"}),
        ("openhands_hello-world.trajectory.no_function_calling.json", 5, 0, {"calls_as_text"}),
        (
            "terminus_2_hello-world-context-summarization-linear-history.trajectory.json",
            7,
            0,
            {"calls_as_text", "compacted", "truncated_content"},
        ),
    ],
)
def test_real_files_are_read_whole(data: Path, file: str, messages: int, calls: int, noted: set[str]) -> None:
    (transcript,) = read(data / "transcripts" / "atif" / file)

    assert len(transcript.messages) == messages
    assert sum(len(message.calls) for message in transcript.messages) == calls
    assert codes(transcript) == noted


def test_the_words_of_openhands_about_its_own_doings_are_no_messages(data: Path) -> None:
    (transcript,) = read(data / "transcripts" / "atif" / "openhands_hello-world.trajectory.json")

    assert [message.role for message in transcript.messages] == ["system", "user", "assistant", "tool", "assistant"]
