"""Sources: which transcripts are meant, with what is said of them, read or only looked through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from loopback import Json

from interrogate.adapters import Unread
from interrogate.records import Transcript
from interrogate.sources import Sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two conversations of a format that tells their length, and an acts file beside them that misquotes one."""
    turns = [{"from": "human", "value": "Did you?"}, {"from": "gpt", "value": "I did not."}]
    (tmp_path / "chats.json").write_text(json.dumps([{"id": each, "conversations": turns} for each in ("a", "b")]))
    deed: Json = {"kind": "lie", "summary": "Lied.", "evidence": [{"quote": "I did."}]}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump([{"file": "chats.json", "locator": "a", "acts": [deed]}]))
    return tmp_path


def test_an_acts_file_in_a_folder_of_transcripts_is_none_of_them(folder: Path) -> None:
    sources = Sources([str(folder)], [str(folder / "mine.yaml")])
    unannotated = Sources([str(folder)])

    assert [type(each) for each in sources.read()] == [Unread, Transcript]
    assert [type(each) for _, each in sources.offered()] == [Transcript, Transcript]
    assert [each.path for each in unannotated.read() if isinstance(each, Unread)] == [str(folder / "mine.yaml")]


def test_quotes_are_looked_up_where_transcripts_are_read_and_not_where_they_are_listed(folder: Path) -> None:
    sources = Sources([str(folder / "chats.json")], [str(folder / "mine.yaml")])
    refused, _ = sources.read()
    (offered, glance), _ = sources.offered()

    assert isinstance(refused, Unread)
    assert "the quote 'I did.' stands in no message" in refused.error
    assert not isinstance(offered, Unread)
    assert isinstance(glance, Transcript)
    assert [act.kind for act in glance.acts] == ["lie"]
