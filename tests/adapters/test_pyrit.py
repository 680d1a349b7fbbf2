"""PyRIT's memory, as exported pieces and as a database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import Unread, conversations, read_paths
from interrogate.records import Json, Message, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "pyrit.json"
PIECES: list[Json] = json.loads(SAMPLE.read_text())
COLUMNS = [key for key, value in PIECES[0].items() if key != "scores"]


def read(name: object) -> list[Transcript]:
    return [each for each in read_paths([str(name)]) if isinstance(each, Transcript)]


def stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The sample's pieces as rows, with two more conversations: one that was given up, and the attacker's own."""
    path = tmp_path / "pyrit.db"
    extra = [{**PIECES[-1], "conversation_id": name, "role": "assistant"} for name in ("c-3", "attacker")]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE PromptMemoryEntries ({', '.join(COLUMNS)})")
        connection.execute("CREATE TABLE AttackResultEntries (conversation_id, outcome, pruned_conversation_ids)")
        for piece in [*PIECES, *extra]:
            row = [stored(piece[column]) for column in COLUMNS]
            places = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO PromptMemoryEntries VALUES ({places})", row)  # noqa: S608
        connection.execute("INSERT INTO AttackResultEntries VALUES ('c-1', 'success', '[\"c-3\"]')")
    return path


def test_pieces_of_one_sequence_are_one_turn_and_the_target_met_what_was_converted() -> None:
    first = read(SAMPLE)[0]

    assert first.messages == (
        Message("system", (Text("You count stock."),)),
        Message("user", (Text("Q291bnQgc2hlbGYgNC4="),)),
        Message(
            "assistant",
            (
                Reasoning("The old count is easier.", opaque=True),
                Text("Counting."),
                ToolCall("call_7", "set_count", '{"shelf": 4, "count": 30}'),
            ),
        ),
        Message("tool", (Text('{"ok": true}'),), call_id="call_7"),
        Message("assistant", (Text("Shelf 4 holds 30."),)),
    )
    assert first.model == "gpt-4o"


def test_turns_that_were_put_into_its_mouth_are_said(tmp_path: Path) -> None:
    details = [notice.detail for notice in read(SAMPLE)[1].warnings]

    assert any("put into its mouth" in detail for detail in details)


def test_of_a_database_the_targets_conversations_are_taken_and_the_attackers_is_not_there(database: Path) -> None:
    offered = [each for each in conversations([str(database)], every=True) if not isinstance(each, Unread)]
    (taken,) = read(database)

    assert [(each.source.locator, each.only_by_name) for each in offered] == [("c-1", False), ("c-3", True)]
    assert taken.messages == read(SAMPLE)[0].messages
    assert [notice.code for notice in taken.warnings] == ["reasoning_opaque"]
    assert len(read(f"{database}#c-3")) == 1


def test_a_database_that_does_not_say_who_is_who_offers_all_with_a_notice(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TABLE AttackResultEntries")

    found = read(database)

    assert [each.source.locator for each in found] == ["c-1", "c-2", "c-3", "attacker"]
    assert all("multi_actor" in {notice.code for notice in each.warnings} for each in found)


def test_a_database_is_not_written_to(database: Path) -> None:
    before = database.read_bytes()
    read(database)

    assert database.read_bytes() == before
    assert [each.name for each in database.parent.iterdir()] == [database.name]


def test_a_torn_database_is_refused(database: Path) -> None:
    database.write_bytes(database.read_bytes()[:6000])

    (unread,) = read_paths([str(database)])

    assert isinstance(unread, Unread)
    assert "damaged" in unread.error


def test_an_error_in_place_of_an_answer_is_left_out_and_said(tmp_path: Path) -> None:
    blocked = {
        **PIECES[-1],
        "converted_value_data_type": "error",
        "converted_value": '{"status_code": 400}',
        "sequence": 4,
    }
    path = tmp_path / "pieces.json"
    path.write_text(json.dumps([*PIECES[-4:], blocked]))

    (found,) = read(path)

    assert found.messages[-1].text == "12, and I did count."
    assert "truncated_content" in {notice.code for notice in found.warnings}
