"""Gemini's contents, whose calls have no ids, and the sessions of Gemini CLI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged
from sessions import codes, locators, read, refused_or_read, roles, texts, written

from interrogate.adapters import claimants
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Media, Reasoning, Text, ToolCall

SAMPLE = Path(__file__).parent / "samples" / "gemini.json"
DOCUMENT = json.loads(SAMPLE.read_text())

SESSION: Json = {
    "sessionId": "b1c0",
    "projectHash": "0f3a",
    "startTime": "2026-01-30T05:15:52.768Z",
    "messages": [
        {"id": "1", "type": "user", "content": [{"text": "Tag the boxes."}]},
        {"id": "2", "type": "info", "content": "Update available"},
        {
            "id": "3",
            "type": "gemini",
            "content": "Listing them.",
            "thoughts": [{"subject": "Boxes", "description": "List first.", "timestamp": "2026-01-30T05:15:53Z"}],
            "toolCalls": [
                {
                    "id": "ls-1",
                    "name": "list_directory",
                    "args": {"path": "."},
                    "result": [{"functionResponse": {"id": "ls-1", "name": "ls", "response": {"output": "a b"}}}],
                    "resultDisplay": "for the screen",
                    "status": "success",
                },
                {"id": "rm-1", "name": "rm", "args": {}, "result": None, "status": "cancelled"},
            ],
            "model": "gemini-2.5-flash",
        },
        {"id": "4", "type": "gemini", "content": "Tagged.", "model": "gemini-3-pro"},
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


def test_a_response_without_an_id_answers_the_first_open_call_of_its_name() -> None:
    transcript = read(SAMPLE)
    turn, selftest, first, second = transcript.messages[2:6]

    by_name = [call.id for call in turn.calls]

    assert [call.name for call in turn.calls] == ["weigh", "weigh", "selftest"]
    assert [selftest.call_id, first.call_id, second.call_id] == [by_name[2], by_name[0], by_name[1]]
    assert (selftest.is_error, first.text, second.text) == (True, "112 g", '{"grams": 98, "stable": false}')


def test_contents_of_the_model_in_a_row_are_one_turn_and_the_candidate_is_the_last() -> None:
    transcript = read(SAMPLE)

    assert roles(transcript) == "system user assistant tool tool tool assistant tool tool assistant"
    assert [call.arguments for call in transcript.messages[6].calls] == [
        '{"jar": "7", "grams": 112}', '{"jar": "9", "grams": 104}',
    ]  # fmt: skip
    assert transcript.model == "gemini-3-pro-preview-11-2025"


def test_signatures_stand_with_the_thought_before_them_or_by_themselves() -> None:
    turn = read(SAMPLE).messages[2]

    assert turn.blocks[:3] == (
        Reasoning("Two jars, then the scale's own test.", opaque=True),
        Text("Weighing both."),
        Reasoning("", signature="sigC==", opaque=True),
    )
    assert read(SAMPLE).messages[9].reasoning == (Reasoning("", signature="sigE==", opaque=True),)


def test_a_prompt_with_an_image_and_declared_functions_are_restored() -> None:
    transcript = read(SAMPLE)

    assert transcript.messages[0].text == "You keep the seed bank's register."
    assert transcript.messages[1].blocks[1] == Media("image", "data:image/jpeg;base64,/9j/4AAQ")
    assert [sorted(tool.parameters["properties"]) for tool in transcript.tools] == [["jar"], ["grams", "jar"]]
    assert codes(transcript) == ["reasoning_opaque"]


def test_the_spelling_of_the_library_reads_the_same(path: Path) -> None:
    spelled = SAMPLE.read_text()
    for key in "systemInstruction functionDeclarations functionCall functionResponse inlineData mimeType".split():
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
        spelled = spelled.replace(f'"{key}"', f'"{snake}"')
    path.write_text(spelled.replace("thoughtSignature", "thought_signature"))

    assert read(path).digest == read(SAMPLE).digest


def test_code_that_the_provider_ran_is_a_call_with_its_result(path: Path) -> None:
    ran = [
        {"text": "Adding."},
        {"executableCode": {"language": "PYTHON", "code": "1+1"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2\n"}},
        {"text": "Two."},
    ]
    path.write_text(json.dumps([{"role": "user", "parts": [{"text": "1+1?"}]}, {"role": "model", "parts": ran}]))

    transcript = read(path)

    assert roles(transcript) == "user assistant tool assistant"
    assert transcript.messages[1].calls[0].id == transcript.messages[2].call_id
    assert codes(transcript) == ["server_tool_as_call", "system_missing"]


def test_rows_of_requests_with_their_responses_are_conversations(path: Path) -> None:
    request = {"contents": [{"parts": [{"text": "hi"}]}]}
    answer = {"candidates": [{"content": {"parts": [{"text": "hello"}]}}, {"content": {"parts": [{"text": "hey"}]}}]}

    written(path, [{"key": name, "request": request, "response": answer} for name in ("one", "two")])

    assert locators(path) == ["one", "two"]
    assert texts(read(f"{path}#two")) == [("user", "hi"), ("assistant", "hello")]
    assert "branch_chosen" in codes(read(f"{path}#two"))


def test_a_session_holds_each_turn_with_its_results_and_nothing_that_was_for_the_screen(path: Path) -> None:
    path.write_text(json.dumps(SESSION))

    transcript = read(path)

    assert roles(transcript) == "user assistant tool assistant"
    assert transcript.messages[1].blocks == (
        Reasoning("Boxes\nList first.", opaque=True),
        Text("Listing them."),
        ToolCall("ls-1", "list_directory", '{"path": "."}'),
        ToolCall("rm-1", "rm", "{}"),
    )
    assert (transcript.messages[2].text, transcript.model) == ("a b", "gemini-3-pro")
    assert codes(transcript) == ["system_missing", "results_missing", "reasoning_opaque"]


def test_a_session_kept_as_a_log_is_what_its_lines_leave_and_what_they_took_is_had_by_name(path: Path) -> None:
    head = {**SESSION, "messages": []}
    first, _, listing, tagged = SESSION["messages"]
    half = {**listing, "toolCalls": []}
    again = [{"id": "5", "type": "gemini", "content": "Done otherwise."}]
    rows = [head, first, half, listing, tagged, {"$rewindTo": "4"}, *again, {"$set": {"summary": "Boxes"}}]

    written(path, rows)

    assert [text for _, text in texts(read(path))] == ["Tag the boxes.", "Listing them.", "a b", "Done otherwise."]
    assert texts(read(f"{path}#:branch-1"))[-1] == ("assistant", "Tagged.")
    assert "branch_chosen" in codes(read(path))


@pytest.mark.parametrize("document", [{"contents": ["a"], "total": 3}, [{"contents": [[{"role": "agent"}]]}]])
def test_other_contents_are_left_to_others(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document))

    assert "gemini" not in [adapter.NAME for adapter in claimants(open_file(path))]


@pytest.mark.parametrize("document", [DOCUMENT, SESSION], ids=["request", "session"])
@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_is_damaged_is_read_or_refused(
    document: Json, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-gemini.json"
    path.write_text(json.dumps(data.draw(damaged(data.draw(damaged(document))))))

    assert refused_or_read(path)
