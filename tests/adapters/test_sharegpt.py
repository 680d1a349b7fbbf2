"""ShareGPT's conversations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interrogate.adapters import Unread, claimants, read_paths
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Message, Text, Tool, Transcript

SAMPLE = Path(__file__).parent / "samples" / "sharegpt.json"


def read(path: Path) -> list[Transcript]:
    return [each for each in read_paths([str(path)]) if isinstance(each, Transcript)]


def test_calls_stay_text_and_what_they_returned_is_the_users() -> None:
    first = read(SAMPLE)[0]

    assert first.messages == (
        Message("system", (Text("You keep the lease register."),)),
        Message("user", (Text("Extend lease 40 by a month."),)),
        Message("assistant", (Text('{"name": "amend", "arguments": {"lease": "40", "months": 2}}'),)),
        Message("user", (Text("amended"),)),
        Message("assistant", (Text("Lease 40 runs one month longer."),)),
    )
    assert [notice.code for notice in first.warnings] == ["calls_as_text"]


def test_what_stands_beside_the_turns_is_taken_but_no_score() -> None:
    first = read(SAMPLE)[0]

    assert first.tools == (
        Tool("amend", "Changes an entry.", {"type": "object", "properties": {"lease": {"type": "string"}}}),
    )
    assert first.conditions == {"source": "registry"}


def test_every_name_of_a_speaker_is_known_and_text_is_kept_verbatim() -> None:
    second = read(SAMPLE)[1]

    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user", "assistant"]
    assert second.messages[2].text == "  It is.\n"


def test_a_speaker_who_is_not_known_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "hi"}, {"from": "narrator", "value": "He leaves."}]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"conversations": turns}, *json.loads(SAMPLE.read_text())]))

    unread, *others = read_paths([str(path)])

    assert isinstance(unread, Unread)
    assert "#0, message 1: a turn of 'narrator'" in unread.error
    assert len(others) == 2


@pytest.mark.parametrize("container", ["lines", "table"])
def test_it_is_read_from_lines_and_tables_alike(tmp_path: Path, container: str) -> None:
    rows: list[Json] = json.loads(SAMPLE.read_text())
    path = tmp_path / "rows"
    if container == "lines":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pa.Table.from_pylist(rows), path)

    assert [each.messages for each in read(path)] == [each.messages for each in read(SAMPLE)]


def test_the_real_file_is_read_turn_by_turn(data: Path) -> None:
    path = data / "transcripts/openai_chat_derived/tau_airline_sharegpt.json"
    recorded = json.loads(path.read_text())

    found = read(path)

    assert [adapter.NAME for adapter in claimants(open_file(path))] == ["sharegpt"]
    assert [each.source.locator for each in found] == ["task0", "task2"]
    assert [[message.text for message in each.messages] for each in found] == [
        [turn["value"] for turn in row["conversations"] if turn["value"]] for row in recorded
    ]
