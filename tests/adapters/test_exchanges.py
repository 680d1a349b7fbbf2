"""Requests with their answers, in the wrappings of logs, batches, fine-tuning and preference data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from mutations import damaged

from interrogate.adapters import Unread, claimants, conversations, read_conversation, read_paths
from interrogate.adapters.dialects.exchanges import conditions, exchanges
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Transcript

ASKED: list[Json] = [
    {"role": "system", "content": "You keep the tide table."},
    {"role": "user", "content": "High tide?"},
]
SAID: Json = {"role": "assistant", "content": "Noon."}
OTHER: Json = {"role": "assistant", "content": "I will not say."}
COMPLETION: Json = {
    "id": "cmpl-1",
    "object": "chat.completion",
    "model": "m-2",
    "choices": [{"index": 0, "message": SAID}],
}
CALLED: Json = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"day":1}'}}],
}
RESULT: Json = {"role": "tool", "tool_call_id": "c1", "content": "12:00"}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def texts(transcript: Transcript) -> list[str]:
    return [message.text for message in transcript.messages]


def read(path: Path) -> list[Transcript | Unread]:
    return list(read_paths([str(path)]))


@pytest.mark.parametrize(
    ("row", "conditions"),
    [
        ({"request": {"model": "m", "messages": ASKED}, "response": COMPLETION}, {}),
        ({"request": json.dumps({"model": "m", "messages": ASKED}), "response": json.dumps(COMPLETION)}, {}),
        ({"request": {"body": {"model": "m", "messages": ASKED}}, "response": {"body": COMPLETION}}, {}),
        ({"model": "m", "messages": ASKED, "response": COMPLETION, "task_id": 3}, {"task_id": "3"}),
        ({"model": "m", "messages": json.dumps(ASKED), "response": json.dumps(COMPLETION)}, {}),
        ({"model": "m", "messages": ASKED, "choices": COMPLETION["choices"]}, {}),
        ({"model": "m", "messages": ASKED, "completion": "Noon."}, {}),
        ({"model": "m", "messages": ASKED, "completion": [SAID]}, {}),
        ({"model": "m", "messages": [*ASKED, SAID], "response": COMPLETION}, {}),
        ({"model": "m", "prompt": ASKED, "completion": [SAID]}, {}),
        ({"model": "m", "input": ASKED, "output": SAID}, {}),
        ({"request_body": {"model": "m", "messages": ASKED}, "response_body": COMPLETION}, {}),
        (
            {"model": "m", "messages": [*ASKED, SAID], "tools": [], "parallel_tool_calls": False},
            {"parallel_tool_calls": "False"},
        ),
    ],
)
def test_an_answer_is_added_to_its_question_once_wherever_it_is_kept(
    tmp_path: Path, row: Json, conditions: dict[str, str]
) -> None:
    (transcript,) = read(write(tmp_path, row))

    assert isinstance(transcript, Transcript)
    assert (transcript.source.format, transcript.model) == ("openai", "m")
    assert texts(transcript) == ["You keep the tide table.", "High tide?", "Noon."]
    assert transcript.conditions == conditions
    assert transcript.warnings == ()


def test_of_several_choices_the_first_is_taken_and_the_others_are_had_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, {"messages": ASKED, "response": {"choices": [{"message": SAID}, {"message": OTHER}]}})

    (first,) = read(path)
    (second,) = read_paths([f"{path}#0:choice-1"])

    assert isinstance(first, Transcript)
    assert isinstance(second, Transcript)
    assert [texts(each)[-1] for each in (first, second)] == ["Noon.", "I will not say."]
    assert [notice.code for notice in first.warnings] == ["branch_chosen"]


@pytest.mark.parametrize(
    "row",
    [
        {"input": {"messages": ASKED, "tools": []}, "preferred_output": [SAID], "non_preferred_output": [OTHER]},
        {"prompt": ASKED, "chosen": [SAID], "rejected": [OTHER]},
        {"prompt": "High tide?", "chosen": [*ASKED, SAID], "rejected": [*ASKED, OTHER]},
    ],
)
def test_of_a_preference_the_preferred_answer_is_taken(tmp_path: Path, row: Json) -> None:
    path = write(tmp_path, row)
    offered = [each for each in conversations([str(path)], every=True) if not isinstance(each, Unread)]
    found = [read_conversation(each) for each in offered]

    assert [texts(each)[-1] for each in found if isinstance(each, Transcript)] == ["Noon.", "I will not say."]
    assert [each.only_by_name for each in offered] == [False, True]


def test_a_batch_is_joined_by_custom_id_and_what_has_no_partner_is_said(tmp_path: Path) -> None:
    def asked(name: str) -> Json:
        return {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": {"messages": ASKED}}

    def answered(name: str) -> Json:
        return {
            "id": f"batch_{name}",
            "custom_id": name,
            "response": {"status_code": 200, "body": COMPLETION},
            "error": None,
        }

    answer, unanswered, stray = read(write(tmp_path, asked("a"), asked("b"), answered("c"), answered("a")))

    assert isinstance(answer, Transcript)
    assert isinstance(unanswered, Unread)
    assert isinstance(stray, Unread)
    assert answer.source.locator == "a"
    assert texts(answer)[-1] == "Noon."
    assert "#b: no_assistant_turn" in unanswered.error
    assert "an answer to 'c', whose question the file does not hold" in stray.error


def test_anthropics_batch_is_joined_too(tmp_path: Path) -> None:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Noon."}]}
    path = write(
        tmp_path,
        {"custom_id": "a", "params": {"model": "claude", "system": "Be brief.", "messages": ASKED[1:]}},
        {"custom_id": "b", "params": {"model": "claude", "messages": [ASKED[1], SAID, ASKED[1]]}},
        {"custom_id": "a", "result": {"type": "succeeded", "message": message}},
        {"custom_id": "b", "result": {"type": "errored", "error": {"type": "overloaded"}}},
    )
    first, second = read(path)

    assert isinstance(first, Transcript)
    assert isinstance(second, Transcript)
    assert (first.source.format, first.model) == ("anthropic", "claude")
    assert texts(first) == ["Be brief.", "High tide?", "Noon."]
    assert texts(second) == ["High tide?", "Noon.", "High tide?"]


def test_a_batchs_output_alone_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, {"custom_id": "a", "response": {"body": COMPLETION}}, {"custom_id": "b", "response": None})

    (unread,) = read(path)

    assert isinstance(unread, Unread)
    assert "holds answers without their questions" in unread.error


def test_of_an_agents_logged_steps_only_those_that_none_continues_are_taken(tmp_path: Path) -> None:
    spelled = {
        **CALLED,
        "tool_calls": [{**CALLED["tool_calls"][0], "function": {"name": "tide", "arguments": {"day": 1}}}],
    }
    path = write(
        tmp_path,
        {"request": {"messages": ASKED}, "response": {"choices": [{"message": CALLED}]}},
        {"request": {"messages": ASKED}, "response": {"choices": [{"message": OTHER}]}},
        {"request": {"messages": [*ASKED, spelled, RESULT]}, "response": {"choices": [{"message": SAID}]}},
    )
    offered = [each for each in conversations([str(path)], every=True) if not isinstance(each, Unread)]

    assert [each.only_by_name for each in offered] == [True, False, False]


def test_a_damaged_row_does_not_stop_the_others(tmp_path: Path) -> None:
    bad, good = read(write(tmp_path, {"messages": [*ASKED, {"role": "ghost"}]}, {"messages": [*ASKED, SAID]}))

    assert isinstance(bad, Unread)
    assert "log.jsonl#0, message 2: no chat message" in bad.error
    assert isinstance(good, Transcript)


def test_what_tells_how_a_run_ended_is_no_condition() -> None:
    row: Json = {"reward": 1, "is_correct": True, "finalScore": 0.5, "gold_answer": "x", "label": 1, "success": True}

    assert conditions({**row, "id": 4, "created_at": "2025", "task_id": 7, "trial": 0, "scenario": "dock"}) == {
        "task_id": 7,
        "trial": 0,
        "scenario": "dock",
    }


def test_arguments_that_a_table_keeps_as_columns_are_noted(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    def called(arguments: Json) -> Json:
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": arguments}}],
        }

    rows = [{"messages": [ASKED[1], called({"day": 1}), SAID]}, {"messages": [ASKED[1], called({"port": "A"}), SAID]}]
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), path)

    found = [each for each in read(path) if isinstance(each, Transcript)]

    assert [each.messages[1].calls[0].arguments for each in found] == ['{"day": 1}', '{"port": "A"}']
    assert [[notice.code for notice in each.warnings] for each in found] == [["arguments_lost"]] * 2


DOCUMENT: list[Any] = [
    {"custom_id": "a", "body": {"model": "m", "messages": ASKED, "tools": [{"name": "tide"}]}},
    {"custom_id": "a", "response": {"body": COMPLETION}},
    {"messages": ASKED, "response": {"choices": [{"message": CALLED}, {"message": SAID}]}, "task_id": 1},
    {"input": {"messages": ASKED}, "preferred_output": [SAID], "non_preferred_output": [OTHER]},
]


@given(document=damaged(DOCUMENT))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_wrappings_are_refused_or_read(document: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-exchanges.json"
    path.write_text(json.dumps(document))

    for each in conversations([str(path)], every=True):
        found = each if isinstance(each, Unread) else read_conversation(each)

        assert isinstance(found, Transcript) or str(path) in found.error
    assert len(claimants(open_file(path))) <= 1


def test_values_that_are_no_exchanges_are_none() -> None:
    assert exchanges([{"messages": [*ASKED, SAID]}, {"other": 1}]) == []
    assert exchanges([{"messages": []}]) == []
