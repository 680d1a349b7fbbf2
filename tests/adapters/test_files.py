"""Which files a name stands for: within archives, and where a folder is one transcript."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from interrogate.adapters import Unread, read_paths
from interrogate.adapters.files import files_of, is_whole
from interrogate.errors import TranscriptError
from interrogate.records import Transcript

CONVERSATION = json.dumps([{"role": "user", "content": "Clean up."}, {"role": "assistant", "content": "Cleaned."}])
SEVERAL = json.dumps([{"id": name, "messages": json.loads(CONVERSATION)} for name in ("x", "y")])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of two files, one with two conversations, a sidecar, a damaged file and an archive."""
    path = tmp_path / "runs.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("b.json", CONVERSATION)
        made.writestr("inner/run.json", SEVERAL)
        made.writestr("inner/notes.md", "for people")
        made.writestr("inner/.hidden.json", CONVERSATION)
        made.writestr("torn.json", CONVERSATION[:-9])
    with zipfile.ZipFile(path) as made:
        content = made.read("b.json")
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as nested:
        nested.writestr("c.json", content)
    with zipfile.ZipFile(path, "a") as made:
        made.write(tmp_path / "nested.zip", "nested.zip")
    return path


def named(found: list[Transcript | Unread], root: Path) -> list[str]:
    return [str(each.source if isinstance(each, Transcript) else each.path).removeprefix(f"{root}/") for each in found]


def test_the_transcripts_of_an_archive_are_named_by_their_place_in_it(archive: Path) -> None:
    found = list(read_paths([str(archive)]))

    assert named([each for each in found if isinstance(each, Transcript)], archive) == [
        *("b.json", "inner/run.json#x", "inner/run.json#y")
    ]


def test_what_cannot_be_read_in_an_archive_is_named_and_the_others_go_on(archive: Path) -> None:
    found = list(read_paths([str(archive)]))

    assert named([each for each in found if isinstance(each, Unread)], archive) == ["nested.zip", "torn.json"]


def test_a_member_and_a_conversation_in_it_can_be_named(archive: Path) -> None:
    found = list(read_paths([f"{archive}/inner/run.json#y", f"{archive}/inner"]))

    assert named(found, archive) == ["inner/run.json#y", "inner/run.json#x", "inner/run.json#y"]


@pytest.mark.parametrize("name", ["gone.json", "inner/gone/run.json", "b.json/run.json", "../runs.zip"])
def test_a_member_that_is_not_there_is_named(archive: Path, name: str) -> None:
    with pytest.raises(TranscriptError, match=r"runs\.zip"):
        list(files_of(archive / name))


def test_an_archive_without_transcripts_is_said_to_be_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as made:
        made.writestr("notes.md", "")

    (unread,) = read_paths([str(tmp_path / "empty.zip")])

    assert isinstance(unread, Unread)
    assert "without transcripts" in unread.error


def test_a_member_is_there_only_until_the_next_is_asked_for(archive: Path) -> None:
    places = [each.path for each in files_of(archive)]

    assert not any(place.exists() for place in places)


@pytest.mark.parametrize("name", ["event-00001-3f.json", "event_000001_3f.json", "trajectory.jsonl"])
def test_a_folder_of_parts_is_one_transcript(tmp_path: Path, name: str) -> None:
    run = tmp_path / "conversation" / "events"
    run.mkdir(parents=True)
    (run / name).write_text("{}")
    (tmp_path / "conversation" / "base_state.json").write_text("{}")

    assert is_whole(run)
    assert [file.path for file in files_of(tmp_path)] == [run]
    assert [file.path for file in files_of(run)] == [run]


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "a.json").write_text(CONVERSATION)
    (runs / "again").symlink_to(runs)
    (runs / "elsewhere.json").symlink_to(tmp_path / "secret.json")

    assert [file.path.name for file in files_of(runs)] == ["a.json"]
