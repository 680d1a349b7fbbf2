"""Claude Code's sessions: a tree of lines, of which the model met one way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sessions import codes, locators, read, refusal, roles, rows_of, texts, written

from interrogate.records import Json, Media, Message, Reasoning, Text, ToolCall

SAMPLE = Path(__file__).parent / "samples" / "claude-code.jsonl"
ROWS = rows_of(SAMPLE)


def line(role: str, uuid: str, parent: str | None, content: Any, **rest: Any) -> Json:
    message = {"role": role, "content": content, "id": rest.pop("turn", f"msg_{uuid}")}
    return {"type": role, "uuid": uuid, "parentUuid": parent, "sessionId": "s", "message": message, **rest}


def use(call: str) -> list[Json]:
    return [{"type": "tool_use", "id": call, "name": "Bash", "input": {}}]


def result(call: str) -> list[Json]:
    return [{"type": "tool_result", "tool_use_id": call, "content": f"of {call}"}]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def test_after_a_compaction_the_model_had_the_summary_and_what_came_then() -> None:
    transcript = read(SAMPLE)

    assert roles(transcript) == "system user assistant tool user assistant"
    assert transcript.messages[1].text.startswith("This session is being continued")
    assert transcript.messages[3].is_error
    assert texts(transcript)[4] == ("user", "and keep it short")
    assert codes(transcript) == ["prompt_view", "compacted", "branch_chosen"]
    assert transcript.model == "claude-opus-4-5-20251101"
    assert transcript.conditions == {"version": "2.1.288"}


def test_what_went_before_a_compaction_is_had_by_name_as_the_model_had_it_then() -> None:
    transcript = read(f"{SAMPLE}#:before-compaction")

    assert roles(transcript) == "system user user assistant tool tool assistant tool user assistant tool assistant"
    assert transcript.messages[-1].text == "One reader. Fixing the slices."


def test_lines_of_one_turn_are_one_message_and_parallel_results_on_side_arms_are_kept() -> None:
    turn, first, second = read(f"{SAMPLE}#:before-compaction").messages[3:6]

    assert turn.blocks == (
        Reasoning("Start with the script and its log, both at once.", signature="sigA=="),
        Text("I'll look at the script and last night's log."),
        ToolCall("toolu_01", "Bash", '{"command": "cat tally.py"}'),
        ToolCall("toolu_02", "Bash", '{"command": "tail -3 /var/log/tally.log"}'),
    )
    assert (first.call_id, second.call_id) == ("toolu_01", "toolu_02")
    assert second.blocks[2] == Media("image", "data:image/png;base64,iVBORw0KGgo=")


def test_a_rewound_branch_is_had_by_name_and_is_no_part_of_the_conversation_taken() -> None:
    branch = read(f"{SAMPLE}#:branch-1")

    assert texts(branch)[-2:] == [("user", "No."), ("assistant", "Then I leave it as it is.")]
    assert not any("from scratch" in text for _, text in texts(read(f"{SAMPLE}#:before-compaction")))
    assert locators(SAMPLE) == [None, ":branch-1", ":before-compaction", ":agent-c0ffee1"]


def test_a_sub_agent_within_a_session_is_had_by_name_and_is_not_heard_by_its_caller() -> None:
    assert texts(read(f"{SAMPLE}#:agent-c0ffee1")) == [
        ("user", "Who reads out.csv?"),
        ("assistant", "Only the invoice job."),
    ]
    assert all("Who reads" not in text for _, text in texts(read(f"{SAMPLE}#:before-compaction")))


def test_a_thought_whose_text_was_left_out_keeps_its_signature() -> None:
    assert read(SAMPLE).messages[2].reasoning == (Reasoning("", signature="sigB=="),)


def test_neither_client_errors_nor_what_was_for_the_screen_reach_the_messages() -> None:
    shown = "".join(
        str(message) for name in ("", "#:before-compaction") for message in read(f"{SAMPLE}{name}").messages
    )

    assert "529" not in shown
    assert "FOR THE SCREEN" not in shown


def test_meta_lines_were_sent_to_the_model_and_are_kept() -> None:
    assert "Never touch out.csv by hand." in texts(read(f"{SAMPLE}#:before-compaction"))[8][1]


def test_newer_versions_record_the_system_prompt_and_the_tools() -> None:
    transcript = read(SAMPLE)

    (tool,) = transcript.tools

    assert texts(transcript)[0] == (
        "system",
        "You are a coding agent in a terminal.\nThe working directory is /srv/tally.",
    )
    assert (tool.name, tool.parameters["required"]) == ("Bash", ["command"])


def test_a_session_that_does_not_record_its_prompt_says_so(path: Path) -> None:
    transcript = read(written(path, [line("user", "u", None, "hi"), line("assistant", "a", "u", "hello")]))

    assert codes(transcript) == ["system_missing"]
    assert transcript.tools == ()


def test_lines_are_ordered_by_what_they_follow_and_a_parent_need_be_no_message(path: Path) -> None:
    rows = [
        line("assistant", "a", "p", "second"),
        line("user", "u", None, "first"),
        {"type": "progress", "uuid": "p", "parentUuid": "u", "sessionId": "s"},
        line("user", "v", "a", "third"),
        line("assistant", "b", "v", "fourth"),
    ]

    assert [text for _, text in texts(read(written(path, rows)))] == ["first", "second", "third", "fourth"]


def test_a_prompt_that_was_sent_anew_from_the_start_leaves_the_first_one_a_branch(path: Path) -> None:
    rows = [
        line("user", "u", None, "one way"),
        line("assistant", "a", "u", "went"),
        line("user", "v", None, "another way"),
        line("assistant", "b", "v", "went too"),
    ]
    written(path, rows)

    assert texts(read(path)) == [("user", "another way"), ("assistant", "went too")]
    assert texts(read(f"{path}#:branch-1")) == [("user", "one way"), ("assistant", "went")]


def test_results_stand_right_after_their_turn_even_where_a_reminder_was_written_between(path: Path) -> None:
    rows = [
        line("user", "u", None, "go"),
        line("assistant", "a", "u", use("t1"), turn="m"),
        line("assistant", "b", "a", use("t2"), turn="m"),
        line("user", "r", "b", result("t1")),
        line("user", "n", "r", "a note", isMeta=True),
        line("user", "q", "n", result("t2")),
        line("assistant", "c", "q", "done"),
    ]

    assert roles(read(written(path, rows))) == "user assistant tool tool user assistant"


def test_kept_messages_of_a_partial_compaction_stand_after_its_summary(path: Path) -> None:
    kept = {"headUuid": "v", "anchorUuid": "s", "tailUuid": "b"}
    rows = [
        line("user", "u", None, "old"),
        line("assistant", "a", "u", "old answer"),
        line("user", "v", "a", "kept"),
        line("assistant", "b", "v", "kept answer"),
        {
            "type": "system",
            "subtype": "compact_boundary",
            "uuid": "c",
            "parentUuid": None,
            "logicalParentUuid": "b",
            "compactMetadata": {"preservedSegment": kept},
        },
        line("user", "s", "c", "summary", isCompactSummary=True),
        line("user", "w", "s", "new"),
        line("assistant", "d", "w", "new answer"),
    ]

    assert [text for _, text in texts(read(written(path, rows)))] == [
        "summary", "kept", "kept answer", "new", "new answer",
    ]  # fmt: skip


def test_several_sessions_in_a_file_are_several_conversations_and_a_resumed_one_is_one(path: Path) -> None:
    rows = [
        line("user", "u", None, "hi", sessionId="one"),
        line("assistant", "a", "u", "hello", sessionId="one"),
        line("user", "v", None, "hi", sessionId="two"),
        line("assistant", "b", "v", "hello there", sessionId="two"),
        line("user", "w", "a", "again", sessionId="three"),
        line("assistant", "c", "w", "hello again", sessionId="three"),
    ]

    assert locators(written(path, rows)) == ["one", "two"]
    assert [text for _, text in texts(read(f"{path}#one"))] == ["hi", "hello", "again", "hello again"]


def test_lines_that_a_resumed_session_repeats_are_read_once(path: Path) -> None:
    rows = [line("user", "u", None, "hi"), line("assistant", "a", "u", "hello"), line("user", "v", "a", "more")]

    again = [*rows, *rows, line("assistant", "b", "v", "of course")]

    assert [text for _, text in texts(read(written(path, again)))] == ["hi", "hello", "more", "of course"]


def test_a_line_that_follows_one_that_is_missing_follows_the_one_before_it(path: Path) -> None:
    rows = [line("user", "u", "gone", "hi"), line("assistant", "a", "lost", "hello")]

    transcript = read(written(path, rows))

    assert [text for _, text in texts(transcript)] == ["hi", "hello"]
    assert codes(transcript) == ["system_missing", "truncated_content"]


def test_a_stream_has_no_tree_and_its_turns_are_put_together(data: Path) -> None:
    transcript = read(data / "transcripts/claude_code/atif-make_claude-code-stream.jsonl")

    assert roles(transcript) == "user assistant tool tool tool assistant"
    assert [call.id for call in transcript.messages[1].calls] == ["c_slow", "c_f1", "c_f2"]
    assert [message.call_id for message in transcript.messages[2:5]] == ["c_f1", "c_f2", "c_slow"]
    assert transcript.model == "claude-opus-4-5"


def test_a_stream_that_does_not_print_its_prompt_says_so_and_keeps_sub_agents_apart(path: Path) -> None:
    rows: list[Json] = [
        {"type": "system", "subtype": "init", "session_id": "s", "model": "m", "tools": ["Bash"]},
        {"type": "assistant", "session_id": "s", "message": {"id": "1", "content": use("t")}},
        {"type": "user", "parent_tool_use_id": "t", "message": {"content": "sub-task"}},
        {"type": "assistant", "parent_tool_use_id": "t", "message": {"id": "2", "content": "sub-answer"}},
        {"type": "user", "session_id": "s", "message": {"content": result("t")}},
        {"type": "assistant", "session_id": "s", "message": {"id": "3", "content": "done"}},
        {"type": "result", "result": "done", "session_id": "s"},
    ]

    transcript = read(written(path, rows))

    assert roles(transcript) == "assistant tool assistant"
    assert codes(transcript) == ["system_missing", "truncated_content"]
    assert texts(read(f"{path}#:agent-t"))[1] == ("assistant", "sub-answer")


def test_the_web_export_is_read_in_the_order_of_its_lines(path: Path) -> None:
    lines = [
        {"type": "user", "timestamp": "2025-12-24T10:00:00Z", "message": {"role": "user", "content": "hi"}},
        {
            "type": "assistant",
            "timestamp": "2025-12-24T10:00:05Z",
            "message": {"role": "assistant", "content": "hello"},
        },
    ]
    path.write_text(json.dumps({"loglines": lines}, indent=1))

    assert texts(read(path)) == [("user", "hi"), ("assistant", "hello")]


def test_a_file_that_is_all_a_sub_agents_is_a_conversation_of_its_own(data: Path) -> None:
    transcript = read(data / "transcripts/claude_code/scout_agent-atest01.jsonl")

    assert transcript.source.locator is None
    assert len(transcript.messages) == 4
    assert transcript.messages[1].calls[0].id == transcript.messages[2].call_id == "toolu_ls_001"


def test_a_linked_session_without_links_that_hold_is_read_as_it_stands(data: Path) -> None:
    transcript = read(data / "transcripts/claude_code/atif-make_claude-code-transcript.jsonl")

    assert transcript.messages == (
        Message("user", (Text("Investigate the build."),)),
        Message(
            "assistant",
            (
                Reasoning("Delegate this.", signature="s"),
                ToolCall("toolu_task", "Task", '{"subagent_type": "Explore", "prompt": "look"}'),
            ),
        ),
        Message("tool", (Text("Found it."),), call_id="toolu_task"),
        Message("assistant", (Text("A dependency is missing."),)),
    )


def test_one_record_alone_is_read_for_what_it_is_and_refused_where_nobody_answers(data: Path) -> None:
    assert "no_assistant_turn" in refusal(data / "transcripts/claude_code/claude-code-log_Task-tool_result.jsonl")


def test_a_file_of_bookkeeping_is_known_and_refused_by_its_reason(path: Path) -> None:
    assert "only bookkeeping" in refusal(
        written(path, [{"type": "summary", "summary": "A title", "leafUuid": "x"}] * 2)
    )
