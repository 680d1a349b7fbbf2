"""What a file is, told by its bytes; and what is said of one that cannot be opened."""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import opening
from interrogate.adapters.opening import open_file
from interrogate.adapters.parsing import DEEPEST, Row
from interrogate.errors import MissingExtraError, TranscriptError


def zstd(content: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").compress(content))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf[1]\r\n", [1]),
        (b"[]", []),
        (b'"a top-level string"', "a top-level string"),
        (b"null", None),
        (b'{"reward": NaN, "n": 12345678901234567890123}', None),
        ('["\u2028", "é"]'.encode(), ["\u2028", "é"]),
        (b'{\n "a": 1\n}\n', {"a": 1}),
    ],
)
def test_json_of_any_kind_is_a_document(path: Path, content: bytes, document: Any) -> None:
    path.write_bytes(content)

    opened = open_file(path)

    assert opened.container == "json"
    assert document is None or opened.document == document


@pytest.mark.parametrize("document", ["[]", '"text"', "7", "null"])
def test_only_an_object_has_keys(path: Path, document: str) -> None:
    path.write_text(document)

    assert open_file(path).keys == set()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\r\n \r\n"])
def test_lines_of_json_are_rows_with_the_number_of_their_line(path: Path, end: str) -> None:
    path.write_bytes(f'{{"a": 1}}{end}{{"a": 2}}'.encode())

    opened = open_file(path)

    assert opened.container == "jsonl"
    assert opened.rows == (Row(1, {"a": 1}), Row(1 + end.count("\n"), {"a": 2}))


def test_a_canary_line_is_no_row(path: Path) -> None:
    path.write_text('{"canary": "keep out"}\n{"a": 1}\n{"canary": "kept", "a": 2}\n')

    assert [row.line for row in open_file(path).rows] == [2, 3]


def test_a_line_separator_within_a_string_does_not_end_the_line(path: Path) -> None:
    path.write_text('{"a": "x\u2028y\x85z"}\n{"a": 2}\n', encoding="utf-8")

    assert open_file(path).rows[0].value == {"a": "x\u2028y\x85z"}


@pytest.mark.parametrize(("content", "container"), [(b"[1]", "json"), (b"[1]\n[2]\n", "jsonl")])
def test_packing_is_undone_whatever_the_name(path: Path, content: bytes, container: str) -> None:
    for packed in (gzip.compress(content), zstd(content[:2]) + zstd(content[2:])):
        path.write_bytes(packed)

        assert open_file(path).container == container


def test_a_zip_archive_gives_the_names_of_its_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", "{}")
        archive.writestr("samples/a/b c?1_epoch_1.json", "{}")

    opened = open_file(path)

    assert opened.container == "zip"
    assert opened.members == ("header.json", "samples/a/b c?1_epoch_1.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", r"run\.json: empty", id="nothing"),
        pytest.param(b"  \n ", r"run\.json:2:2: neither JSON nor JSONL", id="blank"),
        pytest.param(b'{"a": 1,\n "b": ', r"run\.json:2:7: neither JSON nor JSONL", id="json torn"),
        pytest.param(b'[{"role": "user"', r"run\.json:1:17: neither JSON nor JSONL", id="one line torn"),
        pytest.param(b"role: user\n", r"run\.json:1:1: neither JSON nor JSONL", id="no json"),
        pytest.param(b'{"a": 1}\n{"a": 2}\n{"a": ', r"run\.json:3: not JSON .*nothing is skipped", id="last line torn"),
        pytest.param(b'{"a": 1}\nplain\n{"a": 2}\n', r"run\.json:2: not JSON", id="line between"),
        pytest.param(b'{"a": "\xff"}', r"run\.json: byte 7 is not UTF-8", id="latin"),
        pytest.param("[1]".encode("utf-16")[:-1], r"run\.json: byte 6 is not UTF-8", id="utf-16 torn"),
        pytest.param(b"PAR1\x00\xff", r"run\.json: a damaged Parquet table", id="parquet torn"),
        pytest.param(b"SQLite format 3\0" + b"x" * 99, r"run\.json: a damaged SQLite database", id="sqlite broken"),
        pytest.param(b"\x28\xb5\x2f\xfd nonsense", r"run\.json: a damaged zstd file", id="zstd broken"),
        pytest.param(b"PK\x03\x04 and no more", r"run\.json: a damaged zip archive", id="zip torn"),
        pytest.param(gzip.compress(b"[1]" * 99)[:-9], r"run\.json: a damaged gzip file", id="gzip torn"),
        pytest.param(b"\x1f\x8b\x08\x00 nonsense", r"run\.json: a damaged gzip file", id="gzip broken"),
        pytest.param(b"[" * 100_000, r"run\.json: nested too deeply", id="bottomless"),
        pytest.param(b'[1]\n{"a": ' + b"[" * 100_000, r"run\.json:2: .*nested too deeply", id="bottomless line"),
        pytest.param(b'{"n": ' + b"9" * 5000 + b"}", r"run\.json: .*4300 digits", id="huge number"),
        pytest.param(b'[1]\n{"n": ' + b"9" * 5000 + b"}", r"run\.json:2: .*4300 digits", id="huge number in a line"),
    ],
)
def test_what_cannot_be_opened_is_named_with_its_place(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)

    with pytest.raises(TranscriptError, match=message):
        open_file(path)


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"run\.json: cannot be read \(No such file"):
        open_file(path)


def test_a_folder_gives_the_names_in_it(tmp_path: Path) -> None:
    for name in ("event-2.json", "event-1.json"):
        (tmp_path / name).write_text("{}")

    opened = open_file(tmp_path)

    assert (opened.container, opened.members) == ("folder", ("event-1.json", "event-2.json"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_a_byte_order_mark_says_is_believed(path: Path, encoding: str) -> None:
    path.write_bytes('["\u00e9", "\U0001f600"]'.encode(encoding))

    assert open_file(path).document == ["\u00e9", "\U0001f600"]


def test_a_file_of_an_archive_goes_by_its_name_there(path: Path) -> None:
    path.write_text("{")

    with pytest.raises(TranscriptError, match=r"^runs\.zip/run\.json:1:2: neither"):
        open_file(path, "runs.zip/run.json")


@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"a": ', "}")])
@pytest.mark.parametrize(("levels", "opens"), [(DEEPEST, True), (DEEPEST + 1, False)])
def test_nesting_has_a_limit_under_that_of_the_interpreter(
    path: Path, before: str, after: str, levels: int, *, opens: bool
) -> None:
    path.write_text(before * (levels - 1) + "[]" + after * (levels - 1))

    if opens:
        assert open_file(path).container == "json"
    else:
        with pytest.raises(TranscriptError, match="nested more than"):
            open_file(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_a_file_that_is_too_large_unpacked_is_refused(path: Path, pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_JSON", 100)
    path.write_bytes(pack(b"[" + b" " * 100 + b"]"))

    with pytest.raises(TranscriptError, match=r"run\.json: more than .* MB of text"):
        open_file(path)


def test_an_archive_that_is_too_large_unpacked_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_ARCHIVE", 100)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", " " * 101)

    with pytest.raises(TranscriptError, match=r"run\.json: more than .* MB when unpacked"):
        open_file(path)


@pytest.mark.parametrize("container", ["json", "jsonl"])
def test_half_a_character_is_replaced_and_noted(path: Path, container: str) -> None:
    line = '{"text": "cut \\ud83d, \\ude00"}'
    path.write_text(line if container == "json" else f"{line}\n[1]\n{line}\n")

    opened = open_file(path)

    assert (opened.document or opened.rows[0].value) == {"text": "cut \ufffd, \ufffd"}
    assert [notice.code for notice in opened.notices] == ["text_mended"]


@pytest.mark.parametrize("text", ["\U0001f600", "\\ud83d", "ends in a backslash \\", "\ufffd"])
def test_whole_characters_and_escapes_that_were_text_stay_as_they_are(path: Path, text: str) -> None:
    path.write_text(json.dumps([text]))

    opened = open_file(path)

    assert opened.document == [text]
    assert opened.notices == ()


# --- tables -----------------------------------------------------------------------------------------------


def write_table(path: Path, rows: list[Any], **options: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(rows), path, **options)


def test_the_rows_of_a_table_have_no_fields_that_arrow_filled_in(path: Path) -> None:
    rows = [{"id": "a", "messages": [{"role": "user", "call": {"x": 1}}]}, {"id": "b", "messages": [{"role": "tool"}]}]
    write_table(path, rows)

    opened = open_file(path)

    assert (opened.container, opened.members) == ("parquet", ("id", "messages"))
    assert opened.rows == (Row(1, rows[0]), Row(2, rows[1]))


def test_what_json_has_no_form_for_is_text_in_a_table(path: Path) -> None:
    write_table(path, [{"at": datetime(2026, 1, 2, tzinfo=UTC), "raw": b"caf\xc3\xa9 \xff"}])

    assert open_file(path).rows[0].value == {"at": "2026-01-02 00:00:00+00:00", "raw": "caf\u00e9 \ufffd"}


def test_a_date_that_no_calendar_has_is_damage(path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"at": pa.array([2**62], pa.timestamp("us"))}), path)

    with pytest.raises(TranscriptError, match=r"run\.json: a damaged Parquet table"):
        open_file(path)


def test_a_small_table_that_is_large_when_unpacked_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(path, [{"text": "x" * 1000}] * 5000)
    monkeypatch.setattr(opening, "LARGEST_JSON", 1 << 20)

    assert path.stat().st_size < 1 << 20
    with pytest.raises(TranscriptError, match=r"run\.json: more than 1 MB when unpacked; split the table"):
        open_file(path)


def test_a_database_gives_the_names_of_its_tables_and_is_not_written_to(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE PromptMemoryEntries (id)")
    before = path.read_bytes()

    opened = open_file(path)

    assert (opened.container, opened.members) == ("sqlite", ("PromptMemoryEntries",))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "library", "extra"), [(b"PAR1", "pyarrow", "parquet"), (b"\x28\xb5\x2f\xfd", "zstandard", "inspect")]
)
def test_a_reader_that_is_not_installed_is_named_with_the_extra_that_brings_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, library: str, extra: str
) -> None:
    path.write_bytes(content)
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(MissingExtraError, match=extra):
        open_file(path)
