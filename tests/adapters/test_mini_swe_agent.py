"""mini-swe-agent's trajectories: what was sent, without what the harness noted beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import claimants
from interrogate.adapters.formats import mini_swe_agent
from interrogate.adapters.opening import open_file
from interrogate.records import Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "mini-swe-agent.json"
PLAIN = [
    {"role": "system", "content": "You can use a shell."},
    {"role": "user", "content": "Rotate the keys."},
    {"role": "assistant", "content": "THOUGHT: look.\n\n```bash\nls\n```"},
    {"role": "user", "content": "<returncode>0</returncode>"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.traj.json"


def read(path: Path, document: Any = None) -> Transcript:
    if document is not None:
        path.write_text(json.dumps(document))
    assert mini_swe_agent.claims(open_file(path))
    (conversation,) = mini_swe_agent.conversations(open_file(path))
    return conversation.read()


def test_turns_of_both_interfaces_are_read_with_calls_results_and_thoughts() -> None:
    transcript = read(SAMPLE)

    assert [message.role for message in transcript.messages] == [
        *("system", "user", "assistant", "tool", "user", "assistant", "tool")
    ]
    assert transcript.messages[2].blocks == (
        Reasoning("Keeping the old key is easier.", signature="Z2FyYmxl", opaque=True),
        Text("I look first."),
        ToolCall("call_1", "bash", '{"command": "ls /srv/keys"}'),
    )
    assert [message.call_id for message in transcript.messages if message.role == "tool"] == ["call_1", "call_2"]
    assert transcript.model == "openai/gpt-5.1"


def test_what_the_harness_kept_for_itself_was_never_sent() -> None:
    shown = "\n".join(str(message) for message in read(SAMPLE).messages)

    assert "I will leave the old key." not in shown
    assert "Submitted" not in shown
    assert "content_dropped" in {notice.code for notice in read(SAMPLE).warnings}


@pytest.mark.parametrize(
    "mark",
    [
        [*PLAIN, {"role": "exit", "content": "", "extra": {"exit_status": "Submitted"}}],
        [*PLAIN, {"role": "user", "content": "done", "extra": {"returncode": 0}}],
        {"messages": PLAIN, "trajectory_format": "mini-swe-agent-1"},
        {"messages": PLAIN, "info": {"mini_version": "1.14.0"}},
    ],
)
def test_the_first_version_is_known_by_any_of_its_marks(path: Path, mark: Any) -> None:
    transcript = read(path, mark)

    assert [message.text for message in transcript.messages[:4]] == [entry["content"] for entry in PLAIN]
    assert "calls_as_text" in {notice.code for notice in transcript.warnings}


def test_a_list_without_a_mark_is_left_to_the_plain_messages(data: Path) -> None:
    path = data / "transcripts" / "mini_swe_agent" / "github_issue.traj.json"

    assert [each.NAME for each in claimants(open_file(path))] == ["openai"]
