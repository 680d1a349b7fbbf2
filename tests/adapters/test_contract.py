"""What every adapter promises, tried on its sample: one file each, written for the traps of its format."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from interrogate.adapters import ADAPTERS, Unread, claimants, conversations, read_conversation, read_paths, reader
from interrogate.adapters.opening import open_file
from interrogate.errors import TranscriptError
from interrogate.records import Message, Transcript

SAMPLES = Path(__file__).parent / "samples"


def sample_of(name: str) -> Path:
    (found,) = (path for path in SAMPLES.iterdir() if path.name.split(".")[0] == name)
    return found


REFUSED = {"controlarena-actions"}
"""Known, so that they are refused for what they are."""
NAMES = [adapter.NAME for adapter in ADAPTERS if adapter.NAME not in REFUSED]
TEXTS = sorted(path.name.split(".")[0] for path in SAMPLES.iterdir() if path.suffix in {".json", ".jsonl"})

EVERY = pytest.mark.parametrize("name", NAMES)
EVERY_TEXT = pytest.mark.parametrize("name", TEXTS)


def transcripts_of(path: Path) -> list[Transcript]:
    found = list(read_paths([str(path)]))
    assert [each for each in found if isinstance(each, Unread)] == []
    return [each for each in found if isinstance(each, Transcript)]


def unanswered(transcript: Transcript) -> list[str]:
    """The results that answer no call of the turn before them."""
    open_calls: list[str] = []
    stray: list[str] = []
    for message in transcript.messages:
        if message.role == "assistant":
            open_calls = [call.id for call in message.calls]
        elif message.role == "tool" and message.call_id in open_calls:
            open_calls.remove(message.call_id)
        elif message.role == "tool":
            stray.append(str(message.call_id))
    return stray


def is_valid(message: Message) -> bool:
    """Whether a message holds what its type says: text where text is due, and nothing that no store could keep."""
    json.dumps([str(block) for block in message.blocks]).encode()
    texts = [
        getattr(block, name)
        for block in message.blocks
        for name in ("text", "id", "name", "arguments", "url")
        if hasattr(block, name)
    ]
    return all(isinstance(text, str) for text in texts) and isinstance(message.call_id, str | None)


def test_every_adapter_has_a_name_of_its_own_a_docstring_and_a_sample() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {path.name.split(".")[0] for path in SAMPLES.iterdir()} == {*NAMES, *REFUSED}
    assert all(adapter.__doc__ for adapter in ADAPTERS)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_sample_of_what_holds_no_conversation_is_claimed_and_refused(name: str) -> None:
    found = list(read_paths([str(sample_of(name))]))

    assert claiming(sample_of(name)) == [name]
    assert [type(each) for each in found] == [Unread]


@EVERY
def test_a_sample_is_claimed_by_its_adapter_alone_and_read_whole(name: str) -> None:
    opened = open_file(sample_of(name))

    found = transcripts_of(sample_of(name))

    assert [adapter.NAME for adapter in claimants(opened)] == [name]
    assert {each.source.format for each in found} == {name}
    assert all(any(message.role == "assistant" for message in each.messages) for each in found)
    assert all(is_valid(message) for each in found for message in each.messages)


@EVERY
def test_a_format_that_is_named_does_not_make_another_formats_sample_one_of_its_own(name: str) -> None:
    others = [str(path) for path in sorted(SAMPLES.iterdir()) if path.name.split(".")[0] not in {name, "openai"}]

    found = [each for each in read_paths(others, reader(name)) if isinstance(each, Transcript)]

    assert {each.source.format for each in found} <= {name}


@EVERY
def test_in_a_sample_every_result_answers_a_call_of_the_turn_before(name: str) -> None:
    assert [unanswered(each) for each in transcripts_of(sample_of(name))] == [
        [] for _ in transcripts_of(sample_of(name))
    ]


@EVERY
def test_what_a_sample_offers_can_be_had_by_its_locator(name: str) -> None:
    path = sample_of(name)
    offered = [each for each in conversations([str(path)], every=True) if not isinstance(each, Unread)]
    locators = [each.source.locator for each in offered]

    found = [list(read_paths([f"{path}#{locator}"])) for locator in locators if locator is not None]

    assert len(set(locators)) == len(locators)
    assert all(isinstance(each, Transcript) for (each,) in found)


@EVERY
def test_a_moved_sample_is_the_same_transcript(name: str, tmp_path: Path) -> None:
    path = sample_of(name)
    moved = tmp_path / path.name
    if path.is_dir():
        shutil.copytree(path, moved)
    else:
        shutil.copy(path, moved)

    assert [each.digest for each in transcripts_of(moved)] == [each.digest for each in transcripts_of(path)]


@EVERY
def test_a_sample_cut_off_anywhere_is_refused_or_read_but_never_a_crash(name: str, tmp_path: Path) -> None:
    path = sample_of(name)
    if path.is_dir():
        pytest.skip("a folder is not cut off; its files are")
    content = path.read_bytes()
    torn = tmp_path / path.name
    for length in range(0, len(content), max(1, len(content) // 25)):
        torn.write_bytes(content[:length])

        assert all(isinstance(each, Transcript) or str(torn) in each.error for each in read_paths([str(torn)]))


def documents(name: str) -> Any:
    """A sample's document, or the rows of one that has lines."""
    text = sample_of(name).read_text()
    return (
        [json.loads(line) for line in text.splitlines() if line.strip()]
        if sample_of(name).suffix == ".jsonl"
        else json.loads(text)
    )


def spelled(document: Any, *, lines: bool) -> str:
    rows = document if lines and isinstance(document, list) else [document]
    return "\n".join(json.dumps(row) for row in rows)


@EVERY_TEXT
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_damaged_sample_is_refused_with_its_place_or_read_as_valid_messages(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"damaged-{name}.json"
    path.write_text(spelled(data.draw(damaged(documents(name))), lines=sample_of(name).suffix == ".jsonl"))

    offered = conversations([str(path)], every=True)
    found = [each if isinstance(each, Unread) else read_conversation(each) for each in offered]

    assert all(str(path) in each.error for each in found if isinstance(each, Unread))
    assert all(is_valid(message) for each in found if isinstance(each, Transcript) for message in each.messages)
    assert len(claiming(path)) <= 1


def claiming(path: Path) -> list[str]:
    try:
        return [adapter.NAME for adapter in claimants(open_file(path))]
    except TranscriptError:
        return []
