"""Which conversation of a trace is taken, told with Langfuse's observations, the plainest of the trace formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import Unread, conversations, read_paths
from interrogate.adapters.formats.traces import langfuse
from interrogate.adapters.opening import open_file
from interrogate.errors import TranscriptError
from interrogate.records import Json, Reasoning, Text, Transcript

SYSTEM = {"role": "system", "content": "Report every change."}
ASK = {"role": "user", "content": "Mend it."}


def said(text: str, **more: Any) -> Json:
    return {"role": "assistant", "content": text, **more}


def called(name: str = "run", call_id: str = "c1") -> list[Json]:
    return [{"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}]


def call(number: int, given: Any, answered: Any, **more: Any) -> Json:
    return {
        "id": f"s{number}",
        "type": "GENERATION",
        "name": "chat",
        "traceId": "t",
        "startTime": f"2026-03-02T09:00:{number:02d}Z",
        "input": given,
        "output": answered,
        **more,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.json"


def offered(path: Path, *observations: Json) -> list[Transcript | Unread]:
    """Every conversation of a trace, the one that is taken first at the head."""
    path.write_text(json.dumps({"id": "t", "observations": list(observations)}))
    names = [str(each.source) for each in conversations([str(path)], every=True) if not isinstance(each, Unread)]
    return [found for name in names for found in read_paths([name])]


def taken(path: Path, *observations: Json) -> Transcript:
    found = offered(path, *observations)[0]
    assert isinstance(found, Transcript)
    return found


def codes(transcript: Transcript) -> set[str]:
    return {notice.code for notice in transcript.warnings}


def test_calls_that_go_on_from_each_other_are_one_conversation_in_whatever_order_they_stand(path: Path) -> None:
    first, second = said("Looking."), said("Mended.")

    transcript = taken(
        path,
        call(3, [SYSTEM, ASK, first, {"role": "user", "content": "Well?"}], second),
        call(1, [SYSTEM, ASK], first),
    )

    assert [message.text for message in transcript.messages] == [
        "Report every change.",
        "Mend it.",
        "Looking.",
        "Well?",
        "Mended.",
    ]
    assert codes(transcript) == set()


def test_reasoning_that_later_inputs_left_out_is_put_back_where_it_was_thought(path: Path) -> None:
    history = [SYSTEM, ASK, said("Looking."), {"role": "user", "content": "Well?"}]

    transcript = taken(
        path, call(1, [SYSTEM, ASK], said("Looking.", reasoning_content="Hide it.")), call(2, history, said("Mended."))
    )

    assert transcript.messages[2].blocks == (Reasoning("Hide it."), Text("Looking."))
    assert transcript.messages[4].blocks == (Text("Mended."),)


def test_an_answer_that_was_thrown_away_is_a_conversation_of_its_own(path: Path) -> None:
    history = [SYSTEM, ASK, said("Looking."), {"role": "user", "content": "Well?"}]
    calls = (
        call(1, [SYSTEM, ASK], said("Looking.")),
        call(2, [SYSTEM, ASK], said("No.")),
        call(3, history, said("Mended.")),
    )

    found = [each for each in offered(path, *calls) if isinstance(each, Transcript)]

    assert [[message.text for message in each.messages][-1] for each in found] == ["Mended.", "No."]
    assert codes(found[0]) == {"multi_actor"}


def test_the_agent_that_calls_tools_goes_before_one_that_talks_longer(path: Path) -> None:
    acting = call(1, [ASK], said("", tool_calls=called()), parentObservationId="a1")
    talk = [{"role": "user", "content": f"Point {number}?"} for number in range(6)]
    talking = call(2, talk, said("Yes."), parentObservationId="a2")
    agents = [{**call(9, None, None), "id": name, "type": "AGENT", "name": f"agent {name}"} for name in ("a1", "a2")]

    found = [each for each in offered(path, acting, talking, *agents) if isinstance(each, Transcript)]

    assert [each.source.locator for each in found] == ["t", "t:agent a2"]
    assert [each.conditions for each in found] == [{"agent": "agent a1"}, {"agent": "agent a2"}]


def test_one_call_recorded_by_two_libraries_is_one(path: Path) -> None:
    calls = [call(number, [SYSTEM, ASK], said("Mended.")) for number in (1, 2)]

    assert len(offered(path, *calls)) == 1


def test_what_an_evaluator_asked_a_model_is_never_offered(path: Path) -> None:
    judge = {**call(2, None, None), "type": "EVALUATOR"}
    asked = call(3, [SYSTEM, ASK, said("a"), ASK, said("b"), ASK], said("It lied."), parentObservationId="s2")

    (transcript,) = offered(path, call(1, [SYSTEM, ASK], said("Mended.")), judge, asked)

    assert isinstance(transcript, Transcript)
    assert transcript.messages[-1].text == "Mended."


def test_a_tools_span_answers_only_a_call_that_the_trace_leaves_open(path: Path) -> None:
    early = {**call(1, {}, "early"), "type": "TOOL", "name": "run"}
    late = {**call(3, {}, {"rows": 2}), "type": "TOOL", "name": "run", "level": "ERROR"}

    transcript = taken(path, early, call(2, [SYSTEM, ASK], said("", tool_calls=called())), late)

    assert [(message.text, message.call_id, message.is_error) for message in transcript.messages[3:]] == [
        ('{"rows": 2}', "c1", True)
    ]


def test_calls_without_results_anywhere_are_noted(path: Path) -> None:
    history = [SYSTEM, ASK, said("", tool_calls=called()), ASK]

    assert codes(taken(path, call(1, history, said("Mended.")))) == {"results_missing"}


def test_a_trace_of_calls_without_content_is_refused_and_says_what_to_switch_on(path: Path) -> None:
    (found,) = offered(path, call(1, None, None))

    assert isinstance(found, Unread)
    assert "content capture was off" in found.error


def test_where_no_model_call_says_anything_an_agents_own_input_and_output_are_taken(path: Path) -> None:
    agent = {**call(1, {"messages": [ASK]}, {"messages": [ASK, said("Mended.")]}), "type": "AGENT"}

    transcript = taken(path, agent, {**call(2, None, None), "type": "SPAN"})

    assert [message.text for message in transcript.messages] == ["Mend it.", "Mended."]


def test_a_trace_without_model_calls_is_refused(path: Path) -> None:
    path.write_text(json.dumps({"id": "t", "observations": [{**call(1, "a", "b"), "type": "SPAN"}]}))

    with pytest.raises(TranscriptError, match="no model call"):
        list(langfuse.conversations(open_file(path)))
