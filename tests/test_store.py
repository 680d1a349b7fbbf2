"""The store: what is committed stays, whoever else writes and whatever happens to the writer."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import elsewhere, exit_code

from interrogate.errors import StoreError
from interrogate.records import Json
from interrogate.store import (
    FILE_NAME,
    SCHEMA_VERSION,
    Store,
    bodies,
    campaigns,
    directory_campaign,
    open_directory,
    sqlite_url,
    turns,
    verdicts,
)


def opened(folder: Path, campaign: str = "this") -> Store:
    return Store(sqlite_url(folder), campaign)


def said(number: int, text: str = "No.", interview: str = "i1") -> Json:
    return {"interview": interview, "turn": number, "body": {"answer": text}}


def answers(folder: Path) -> dict[tuple[str, int], str]:
    with opened(folder) as store:
        return {(row["interview"], row["turn"]): row["body"]["answer"] for row in store.rows(turns)}


def raw(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        return connection.execute(statement).fetchall()


def test_what_is_committed_outlives_the_process_that_is_killed_the_moment_after(tmp_path: Path) -> None:
    async def write() -> None:
        await opened(tmp_path).add(turns, said(1), said(2))
        os.kill(os.getpid(), signal.SIGKILL)

    killed = exit_code(elsewhere(lambda: asyncio.run(write())))

    assert killed == -signal.SIGKILL
    assert answers(tmp_path) == {("i1", 1): "No.", ("i1", 2): "No."}


def test_rows_are_there_for_a_second_process_while_the_first_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_now(turns, [said(1)])
        reading = elsewhere(lambda: os._exit(len(answers(tmp_path))))

        assert exit_code(reading) == 1


def test_a_row_whose_key_is_there_is_left_as_it_is_and_not_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first = store.add_now(turns, [said(1, "No.")])
        again = store.add_now(turns, [said(1, "Yes."), said(2, "Perhaps.")])

    assert (first, again) == (1, 1)
    assert answers(tmp_path) == {("i1", 1): "No.", ("i1", 2): "Perhaps."}


def test_replacing_puts_the_row_in_place_of_the_one_with_its_key(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_now(turns, [said(1), said(2)])
        asyncio.run(store.replace(turns, said(1, "Yes.")))
        asyncio.run(store.replace(turns, said(3, "New.")))

    assert answers(tmp_path) == {("i1", 1): "Yes.", ("i1", 2): "No.", ("i1", 3): "New."}


def test_a_write_that_is_no_longer_waited_for_is_committed_all_the_same(tmp_path: Path) -> None:
    async def given_up(store: Store) -> None:
        writing = asyncio.create_task(store.add(turns, said(1)))
        await asyncio.sleep(0)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing

    with opened(tmp_path) as store:
        asyncio.run(given_up(store))

    assert answers(tmp_path) == {("i1", 1): "No."}


def test_rows_come_in_the_order_of_their_keys_and_only_those_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_now(turns, [said(10), said(2), said(1, interview="i2"), said(1)])

        assert [(row["interview"], row["turn"]) for row in store.rows(turns)] == [
            ("i1", 1), ("i1", 2), ("i1", 10), ("i2", 1)
        ]  # fmt: skip
        assert [row["turn"] for row in store.rows(turns, interview="i1", turn=2)] == [2]


def test_campaigns_in_one_database_do_not_see_each_other(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        one.add_now(turns, [said(1, "One.")])
        two.add_now(turns, [said(1, "Two.")])

        assert [row["body"]["answer"] for row in one.rows(turns)] == ["One."]
        assert [row["body"]["answer"] for row in two.rows(turns)] == ["Two."]


def test_kept_values_are_found_by_kind_and_digest(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_now(
            bodies,
            [
                {"kind": "strategy", "digest": "d1", "body": {"name": "ladder"}},
                {"kind": "context", "digest": "d1", "body": {"messages": []}},
            ],
        )

        assert store.bodies("strategy") == {"d1": {"name": "ladder"}}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("store")) as store:
        yield store


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.dictionaries(st.text(), JSON_VALUES))
def test_every_json_object_comes_back_as_it_was(shared: Store, body: Json) -> None:
    shared.replace_now(verdicts, {"interview": "i", "turn": 1, "rater": "r", "draw": 0, "body": body})

    assert json.dumps(shared.rows(verdicts)[0]["body"]) == json.dumps(body)


def test_the_file_is_in_wal_mode(tmp_path: Path) -> None:
    opened(tmp_path).close()

    assert raw(tmp_path, "PRAGMA journal_mode") == [("wal",)]


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(interview: str) -> None:
        with opened(tmp_path) as store:
            for number in range(60):
                store.add_now(turns, [said(number, interview, interview), said(number, interview, "both")])

    writers = [elsewhere(lambda name=name: write(name)) for name in ("a", "b")]  # type: ignore[misc]

    assert [exit_code(writer) for writer in writers] == [0, 0]
    found = answers(tmp_path)
    assert {key for key in found if key[0] == "a"} == {("a", number) for number in range(60)}
    assert {key for key in found if key[0] == "b"} == {("b", number) for number in range(60)}
    assert {key for key in found if key[0] == "both"} == {("both", number) for number in range(60)}


def test_several_processes_may_begin_the_same_store_at_once(tmp_path: Path) -> None:
    gate = tmp_path / "gate"

    def begin() -> None:
        while not gate.exists():
            time.sleep(0.001)
        opened(tmp_path).close()

    waiting = [elsewhere(begin) for _ in range(4)]
    gate.touch()

    assert [exit_code(each) for each in waiting] == [0, 0, 0, 0]
    assert raw(tmp_path, "SELECT schema_version FROM meta") == [(SCHEMA_VERSION,)]


@pytest.mark.parametrize("name", ["plain", "what? 50% #1", "me@home", "a&b=c;d", "ünï"])
def test_a_directory_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with opened(folder) as store:
        store.add_now(turns, [said(1)])

    assert answers(folder) == {("i1", 1): "No."}
    assert (folder / FILE_NAME).is_file()


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    opened(tmp_path).close()
    raw(tmp_path, "UPDATE meta SET schema_version = schema_version + 1")
    raw(tmp_path, "DROP TABLE verdicts")

    with pytest.raises(StoreError, match=rf"campaign\.db has schema {SCHEMA_VERSION + 1}, this program reads"):
        opened(tmp_path)
    assert ("verdicts",) not in raw(tmp_path, "SELECT name FROM sqlite_master")


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_text("a letter, long enough to be taken for a header\n" * 20)
    before = file.read_bytes()

    with pytest.raises(StoreError) as caught:
        opened(tmp_path)
    assert str(file) in str(caught.value)
    assert "not a database" in str(caught.value)
    assert file.read_bytes() == before


def test_a_place_where_no_file_can_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"missing/campaign\.db: is no store, or cannot be opened"):
        opened(tmp_path / "missing")


def test_a_write_that_fails_names_the_place(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        raw(tmp_path, "DROP TABLE turns")

        with pytest.raises(StoreError, match=r"campaign\.db: cannot be written \(no such table"):
            asyncio.run(store.add(turns, said(1)))


def test_a_directory_without_a_campaign_is_refused_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no campaign here; name a directory that `interrogate run` made"):
        open_directory(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_was_made_but_not_begun_holds_no_campaign(tmp_path: Path) -> None:
    opened(tmp_path).close()

    with pytest.raises(StoreError, match="no campaign here"):
        open_directory(tmp_path)


def test_the_choices_of_a_campaign_are_those_it_was_begun_with(tmp_path: Path) -> None:
    begun = {"choices": {"seed": 7}, "simulated": True, "version": "1", "begun": "now"}
    with opened(tmp_path, directory_campaign()) as store:
        assert store.choices() is None
        store.add_now(campaigns, [begun])

    with open_directory(tmp_path) as store:
        assert store.choices() == {"seed": 7}
