"""A thought and an answer a line, with the prompt beside the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interrogate.adapters import Unread, claimants, read_paths
from interrogate.adapters.opening import open_file
from interrogate.annotations import annotate
from interrogate.records import Message, Reasoning, Text, Transcript

ROW = {"reasoning": "Leave B3 out.", "response": "B1, B2.", "notes": "leaves out B3"}
ANSWER = Message("assistant", (Reasoning("Leave B3 out."), Text("B1, B2.")))
SYSTEM = Message("system", (Text("You list batches.\n"),))
USER = Message("user", (Text("Which batches?\n"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW) + "\n")
    return path


def first(path: Path) -> Transcript:
    found, *_ = read_paths([str(path)])
    assert isinstance(found, Transcript)
    return found


@pytest.mark.parametrize("user", ["audit.txt", "user_prompt.txt"])
def test_the_prompts_beside_the_answers_are_taken_verbatim(path: Path, user: str) -> None:
    path.with_name("system_prompt_original.txt").write_text("You list batches.\n")
    path.with_name(user).write_text("Which batches?\n")

    found = first(path)

    assert found.messages == (SYSTEM, USER, ANSWER)
    assert (found.source.locator, found.warnings) == ("0", ())


def test_of_two_system_prompts_none_is_guessed(path: Path) -> None:
    path.with_name("audit.txt").write_text("Which batches?\n")
    path.with_name("system_prompt_a.txt").write_text("A")
    path.with_name("system_prompt_b.txt").write_text("B")

    found = first(path)

    assert found.messages == (USER, ANSWER)
    assert [notice.code for notice in found.warnings] == ["system_missing"]


def test_without_prompts_the_answer_stands_alone_and_both_losses_are_said(path: Path) -> None:
    found = first(path)

    assert found.messages == (ANSWER,)
    assert ["system prompt" in notice.detail for notice in found.warnings] == [True, False]


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "notes").write_text("mine")
    path.with_name("audit.txt").symlink_to(tmp_path / "private" / "notes")

    assert first(path).messages == (ANSWER,)


def test_a_prompt_that_cannot_be_read_is_an_error_and_not_a_loss(path: Path) -> None:
    path.with_name("audit.txt").write_bytes(b"\xff\xfe\xfa")

    (unread, _) = read_paths([str(path)])

    assert isinstance(unread, Unread)
    assert "audit.txt: the prompt beside the answers cannot be read" in unread.error


@pytest.mark.parametrize("row", [{**ROW, "prompt": "q"}, {"reasoning": "r"}, {"reasoning": ["r"], "response": "a"}])
def test_rows_of_another_kind_are_left_to_others(path: Path, row: object) -> None:
    path.write_text(json.dumps(row))

    assert claimants(open_file(path)) == []


def test_the_real_rows_bear_out_what_their_acts_file_says_of_message_2(data: Path) -> None:
    path = data / "transcripts/agentic_misalignment/api-change-affair-orig-affair-content.jsonl"

    found = annotate(read_paths([str(path)]), [str(data / "acts.yaml")])

    transcripts = [each for each in found if isinstance(each, Transcript)]
    assert [each.source.locator for each in transcripts] == [str(number) for number in range(10)]
    assert {tuple(message.role for message in each.messages) for each in transcripts} == {
        ("system", "user", "assistant")
    }
    assert {item.message for each in transcripts for act in each.acts for item in act.evidence} == {2}
