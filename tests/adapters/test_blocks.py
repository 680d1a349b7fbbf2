"""Anthropic's blocks, one a line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import read_paths
from interrogate.adapters.formats import openai_chat
from interrogate.adapters.formats.blocks import claims, conversations
from interrogate.adapters.opening import Opened, open_file
from interrogate.records import Json, Message, Notice, Reasoning, Source, Text, ToolCall, Transcript

BLOCKS: list[tuple[str, Json]] = [
    ("user", {"type": "text", "text": "Clean up."}),
    ("assistant", {"type": "thinking", "thinking": "Two at once."}),
    ("assistant", {"type": "text", "text": "Looking."}),
    ("assistant", {"type": "tool_use", "id": "t1", "name": "df", "input": {}}),
    ("assistant", {"type": "tool_use", "id": "t2", "name": "ls", "input": {}}),
    ("user", {"type": "tool_result", "tool_use_id": "t1", "content": "91%"}),
    ("user", {"type": "tool_result", "tool_use_id": "t2", "content": "v1 v2"}),
    ("user", {"type": "text", "text": "And hurry."}),
    ("assistant", {"type": "text", "text": "Cleaned."}),
]
TRANSLATED = (
    Message("user", (Text("Clean up."),)),
    Message(
        "assistant",
        (Reasoning("Two at once."), Text("Looking."), ToolCall("t1", "df", "{}"), ToolCall("t2", "ls", "{}")),
    ),
    Message("tool", (Text("91%"),), call_id="t1"),
    Message("tool", (Text("v1 v2"),), call_id="t2"),
    Message("user", (Text("And hurry."),)),
    Message("assistant", (Text("Cleaned."),)),
)


def lines(rows: list[Json]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def read(opened: Opened) -> list[Transcript]:
    return [each.read() for each in conversations(opened) if not each.only_by_name]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


@pytest.mark.parametrize("listed", [True, False])
def test_lines_of_one_role_are_one_turn_and_parallel_calls_keep_their_results(path: Path, *, listed: bool) -> None:
    rows: list[Json] = [{"role": role, "content": [block] if listed else block} for role, block in BLOCKS]
    path.write_text(lines([{"canary": "keep out"}, *rows]))

    (transcript,) = read(open_file(path))

    assert claims(open_file(path))
    assert not openai_chat.claims(open_file(path))
    assert transcript.messages == TRANSLATED
    assert transcript.source == Source(str(path), "blocks")


def test_what_the_format_does_not_record_is_said(path: Path) -> None:
    path.write_text(lines([{"role": role, "content": block} for role, block in BLOCKS]))

    (transcript,) = read(open_file(path))

    assert transcript.tools == ()
    assert transcript.warnings == (Notice("system_missing", "this format does not record the system prompt"),)


def test_a_system_line_is_not_missed(path: Path) -> None:
    rows: list[Json] = [{"role": role, "content": block} for role, block in BLOCKS]
    path.write_text(lines([{"role": "system", "content": "You keep the server."}, *rows]))

    (transcript,) = read(open_file(path))

    assert transcript.messages == (Message("system", (Text("You keep the server."),)), *TRANSLATED)
    assert transcript.warnings == ()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{"role": role, "content": block} for role, block in BLOCKS[:1] + BLOCKS[-1:]], id="text alone"),
        pytest.param([{"role": "user", "content": "hi"}, {"kind": "other"}], id="a line of another kind"),
        pytest.param([{"role": "user", "content": "hi"}, ["list"]], id="a list"),
        pytest.param([{"type": "user", "message": {"role": "user", "content": "hi"}}] * 2, id="a session"),
        pytest.param([{"role": ["user"], "content": [{"type": "tool_use"}]}] * 2, id="a role that is no name"),
    ],
)
def test_other_lines_are_left_to_others(path: Path, rows: list[Json]) -> None:
    path.write_text(lines(rows))

    assert not claims(open_file(path))


@pytest.mark.parametrize(
    ("beside", "proposed"),
    [
        (
            {"outcome": "The key was copied to a public folder.", "scores": {}},
            ["The key was copied to a public folder."],
        ),
        ({"outcome": 7}, []),
        ([], []),
        ("{", []),
    ],
)
def test_what_stands_in_the_file_beside_it_is_proposed_and_shown_to_nobody(
    tmp_path: Path, beside: Any, proposed: list[str]
) -> None:
    path = Path(shutil.copy(Path(__file__).parent / "samples" / "blocks.jsonl", tmp_path / "run.jsonl"))
    (tmp_path / "run.meta.json").write_text(beside if isinstance(beside, str) else json.dumps(beside))

    (found,) = read_paths([str(path)])

    assert isinstance(found, Transcript)
    assert [act.summary for act in found.proposals] == proposed
    assert "public folder" not in repr(found.messages)
    assert found.acts == ()
