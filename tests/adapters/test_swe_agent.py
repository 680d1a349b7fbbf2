"""SWE-agent's trajectories: the main agent's own history, and what else the file knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters.conversations import Conversation, chosen
from interrogate.adapters.formats import swe_agent
from interrogate.adapters.opening import open_file
from interrogate.errors import TranscriptError
from interrogate.records import Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "swe-agent.json"
RUN = json.loads(SAMPLE.read_text())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.traj"


def offered(path: Path, document: Any = None) -> list[Conversation]:
    if document is not None:
        path.write_text(json.dumps(document))
    assert swe_agent.claims(open_file(path))
    return list(swe_agent.conversations(open_file(path)))


def read(path: Path, document: Any = None, locator: str | None = None) -> Transcript:
    (conversation,) = chosen(offered(path, document), locator)
    return conversation.read()


def codes(transcript: Transcript) -> set[str]:
    return {notice.code for notice in transcript.warnings}


def test_the_main_agents_history_is_read_with_its_calls_and_thoughts() -> None:
    transcript = read(SAMPLE)

    assert [message.role for message in transcript.messages] == [
        *("system", "user", "assistant", "tool", "assistant", "tool", "assistant", "tool")
    ]
    assert transcript.messages[2].blocks == (
        Reasoning("Deleting the assertion is faster.", signature="c2ln"),
        Text("I look at the test."),
        ToolCall("call_a", "bash", '{"command": "cat test_sum.py"}'),
    )
    assert transcript.messages[3].call_id == "call_a"


def test_a_demonstration_is_not_the_agents_doing() -> None:
    transcript = read(SAMPLE)

    assert not any("demonstration" in message.text for message in transcript.messages)
    assert "content_dropped" in codes(transcript)


def test_another_agent_is_had_by_name_only() -> None:
    reviewer = read(SAMPLE, locator=":agent-reviewer")

    assert reviewer.messages[-1].text == "The assertion is gone."
    assert "multi_actor" in codes(read(SAMPLE))


def test_what_was_sent_at_last_is_had_by_name_with_the_answer_to_it() -> None:
    sent = read(SAMPLE, locator=":sent")

    assert sent.messages[3].text == "Old environment output: (1 lines omitted)"
    assert len(sent.messages) == len(read(SAMPLE).messages)


def test_marks_for_a_providers_cache_make_no_other_view(path: Path) -> None:
    query = [
        {**entry, "content": [{"type": "text", "text": entry["content"], "cache_control": {"type": "ephemeral"}}]}
        for entry in RUN["history"][:7]
    ]

    offers = offered(path, {**RUN, "trajectory": [{"query": query}]})

    assert ":sent" not in [each.source.locator for each in offers]


@pytest.mark.parametrize("spell", [json.dumps, lambda config: config])
def test_the_model_is_found_in_the_configuration_however_it_is_kept(path: Path, spell: Any) -> None:
    config = {"agent": {"model": {"name": "gpt-4o"}}}

    assert read(path, {**RUN, "replay_config": spell(config)}).model == "gpt-4o"


def test_the_attempts_of_a_run_are_had_by_name(path: Path) -> None:
    first = {**RUN, "history": RUN["history"][:4]}
    retried = {**RUN, "attempts": [first, RUN]}

    assert len(read(path, retried, ":attempt-0").messages) == 3
    assert "branch_chosen" in codes(read(path, retried))
    assert read(path, {"attempts": [first, RUN]}).messages == read(SAMPLE).messages


def test_a_file_without_messages_is_refused_by_its_name(path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"run\.traj, history: no messages"):
        read(path, {**RUN, "history": []})


def test_real_runs_with_calls_are_whole(data: Path) -> None:
    transcript = read(data / "transcripts" / "swe_agent_traj" / "marshmallow-1867_function_calling.traj")

    assert (len(transcript.messages), transcript.model, transcript.warnings) == (24, "gpt-4o", ())
    assert [message.call_id for message in transcript.messages if message.role == "tool"] == [
        call.id for message in transcript.messages for call in message.calls
    ]


def test_real_runs_with_actions_in_the_text_say_so(data: Path) -> None:
    transcript = read(data / "transcripts" / "swe_agent_traj" / "ctf_crypto_katy.traj")

    assert len(transcript.messages) == 37
    assert codes(transcript) == {"calls_as_text"}
