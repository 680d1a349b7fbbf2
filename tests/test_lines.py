"""Lines of JSON, from people and servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from interrogate.errors import InputError
from interrogate.lines import numbered_lines


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    text = '{"a": "one\u2028two\x85three\x0cfour\rfive"}\r\n\n{}'

    lines = list(numbered_lines(written(tmp_path / "f", text.encode())))

    assert lines == [(1, text.partition("\r\n")[0]), (3, "{}")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert list(numbered_lines(written(tmp_path / "f", b"\xef\xbb\xbf{}"))) == [(1, "{}")]


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"f:2: not UTF-8 \(invalid continuation byte\); save the file as UTF-8"):
        list(numbered_lines(written(tmp_path / "f", b"{}\n{\xe9a}\n")))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: cannot be read"):
        list(numbered_lines(tmp_path / "none"))
