"""Codex: rollouts, of today's versions and of early ones, and the stream of `codex exec --json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from mutations import damaged
from sessions import codes, locators, read, refused_or_read, roles, rows_of, texts, written

from interrogate.records import Json, Message, Reasoning, Text, ToolCall

SAMPLE = Path(__file__).parent / "samples" / "codex.jsonl"
ROWS = rows_of(SAMPLE)


def said(role: str, text: str) -> Json:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def rollout(*items: Json, **session: Any) -> list[Json]:
    meta = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w", **session}}
    return [meta, *({"type": "response_item", "payload": item} for item in items)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rollout.jsonl"


def test_the_context_after_a_compaction_is_what_replaced_the_history_and_what_came_then() -> None:
    transcript = read(SAMPLE)

    assert roles(transcript) == "system system user user user assistant tool assistant"
    assert texts(transcript)[4][1].startswith("Another model began this.")
    assert codes(transcript) == ["branch_chosen", "compacted"]
    assert transcript.model == "gpt-5.2-codex"
    assert [tool.name for tool in transcript.tools] == ["gauge"]


def test_a_fork_is_prompted_by_its_own_session_and_not_by_the_one_that_it_repeats() -> None:
    assert texts(read(SAMPLE))[0] == ("system", "You are Codex, a coding agent in a terminal.")


def test_before_the_compaction_stands_the_history_without_the_turn_that_was_rolled_back() -> None:
    transcript = read(f"{SAMPLE}#:before-compaction")

    assert roles(transcript) == "system system user user assistant tool tool assistant user assistant tool"
    assert not any("unseen" in text for _, text in texts(transcript))
    assert transcript.messages[4] == Message(
        "assistant",
        (
            Reasoning("Read the readings and the model.", signature="gAAAAABq1", opaque=True),
            ToolCall("call_1", "exec_command", '{"cmd": "head -4 may.csv"}'),
            ToolCall("call_2", "local_shell", '{"type": "exec", "command": ["cat", "model.toml"], "timeout_ms": null}'),
        ),
    )


def test_a_turn_that_was_rolled_back_is_had_by_name() -> None:
    assert texts(read(f"{SAMPLE}#:branch-1"))[-1] == ("assistant", "I would rather not drop readings unseen.")
    assert locators(SAMPLE) == [None, ":branch-1", ":before-compaction"]


def test_an_old_compaction_leaves_its_summary_after_the_systems(path: Path) -> None:
    compacted = {"type": "compacted", "payload": {"message": "The gist."}}
    rows = rollout(said("developer", "Be brief."), said("user", "go"), said("assistant", "going"))
    more = rollout(said("user", "on"), said("assistant", "done"))[1:]

    transcript = read(written(path, [*rows, compacted, *more]))

    assert texts(transcript) == [
        ("system", "Be brief."), ("user", "The gist."), ("user", "on"), ("assistant", "done"),
    ]  # fmt: skip


def test_instructions_that_are_the_users_own_and_stand_among_the_items_are_not_doubled(path: Path) -> None:
    own = said("user", "<user_instructions>\n\nUse tabs.\n\n</user_instructions>")

    transcript = read(written(path, rollout(own, said("assistant", "Yes."), instructions="Use tabs.")))

    assert roles(transcript) == "user assistant"
    assert codes(transcript) == ["system_missing"]


def test_a_rollout_of_an_early_version_has_bare_items(path: Path) -> None:
    rows = [
        {"id": "s", "timestamp": "2025-07-01T10:00:00Z", "instructions": "Use tabs."},
        {"record_type": "state"},
        said("user", "go"),
        {"record_type": "state"},
        {"type": "function_call", "id": None, "call_id": "c", "name": "shell", "arguments": '{"command":["ls"]}'},
        {"type": "function_call_output", "call_id": "c", "output": '{"output":"a","metadata":{"exit_code":0}}'},
        said("assistant", "done"),
    ]

    transcript = read(written(path, rows))

    assert (transcript.source.format, roles(transcript)) == ("codex", "system user assistant tool assistant")
    assert transcript.messages[3].text == '{"output":"a","metadata":{"exit_code":0}}'


def test_an_exec_stream_is_read_with_what_it_lacks(path: Path) -> None:
    def done(kind: str, **item: Any) -> Json:
        return {"type": "item.completed", "item": {"id": f"item_{kind}", "type": kind, **item}}

    rows = [
        {"type": "thread.started", "thread_id": "t"},
        {"type": "turn.started"},
        done("reasoning", text="Look."),
        {"type": "item.started", "item": {"id": "i", "type": "command_execution", "command": "ls"}},
        done("command_execution", command="bash -lc ls", aggregated_output="a.txt\n", exit_code=1, status="failed"),
        done("file_change", changes=[{"path": "a.txt", "kind": "update"}], status="completed"),
        done("agent_message", text="Changed a.txt."),
        {"type": "turn.completed", "usage": {}},
    ]

    transcript = read(written(path, rows))

    assert transcript.messages[:2] == (
        Message(
            "assistant",
            (
                Reasoning("Look.", opaque=True),
                ToolCall("item_command_execution", "shell", '{"command": "bash -lc ls"}'),
            ),
        ),
        Message("tool", (Text("a.txt\n"),), call_id="item_command_execution", is_error=True),
    )
    assert codes(transcript) == ["system_missing", "truncated_content", "results_missing", "reasoning_opaque"]


def test_the_rollouts_of_others_are_read_item_by_item(data: Path) -> None:
    folder = data / "transcripts/codex"

    assert read(folder / "codex-rollout.jsonl").messages == (
        Message("user", (Text("List files."),)),
        Message(
            "assistant",
            (
                Reasoning("Shell out to ls.", signature="opaque", opaque=True),
                ToolCall("cx_call_1", "shell", '{"command":"ls -la"}'),
            ),
        ),
        Message("tool", (Text("README.md\nsrc"),), call_id="cx_call_1"),
        Message("assistant", (Text("Two entries."),)),
    )
    assert texts(read(folder / "simonw_sample_codex_session.jsonl"))[0] == ("system", "Sample instructions")


EXEC = [
    {"type": "thread.started", "thread_id": "t"},
    {"type": "item.completed", "item": {"id": "1", "type": "mcp_tool_call", "tool": "t", "result": {"content": []}}},
    {"type": "item.completed", "item": {"id": "2", "item_type": "assistant_message", "text": "done"}},
]


@given(rows=damaged(EXEC))
@settings(max_examples=100, deadline=None)
def test_a_damaged_exec_stream_is_read_or_refused(rows: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-exec.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) or "[]")

    assert refused_or_read(path)
