"""Conversion: nothing lost in our own format, and in Chat Completions nothing that is not named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interrogate.adapters import Unread, read_paths
from interrogate.annotations import annotate
from interrogate.converting import Form, converted, openai_request
from interrogate.prompts import bundled
from interrogate.records import (
    Act,
    Block,
    Evidence,
    Media,
    Message,
    Notice,
    Reasoning,
    Role,
    Source,
    Text,
    Tool,
    ToolCall,
    Transcript,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
JSONS = st.dictionaries(WORDS, WORDS | st.integers() | st.booleans() | st.lists(WORDS, max_size=2), max_size=3)
ARGUMENTS = JSONS.map(json.dumps) | WORDS
MEDIA = st.builds(Media, st.sampled_from(["image", "audio", "video", "document"]), WORDS)
THOUGHTS = st.builds(Reasoning, WORDS | st.just(""), st.none() | WORDS, st.booleans())
BLOCKS: st.SearchStrategy[Block] = st.builds(Text, WORDS) | THOUGHTS | MEDIA
SOURCE = Source("run.json", "openai")


@st.composite
def messages(draw: st.DrawFn) -> tuple[Message, ...]:
    """Messages of any shape, each call with an id of its own."""
    made: list[Message] = []
    for number in range(draw(st.integers(1, 5))):
        role: Role = draw(st.sampled_from(["system", "user", "assistant", "tool"]))
        blocks = draw(st.lists(BLOCKS, max_size=4))
        if role == "assistant":
            blocks += [
                ToolCall(f"c{number}-{each}", draw(WORDS), draw(ARGUMENTS)) for each in range(draw(st.integers(0, 2)))
            ]
        call_id = draw(WORDS) if role == "tool" else None
        made.append(Message(role, tuple(blocks), call_id, draw(st.booleans()) and role == "tool"))
    return (*made, Message("assistant", (Text("Done."),)))


ACTS = st.lists(st.builds(Act, WORDS, WORDS, st.just((Evidence("Done."),))), max_size=2).map(tuple)
TOOLS = st.builds(Tool, WORDS, WORDS | st.just(""), JSONS)
NOTICES = st.builds(Notice, st.sampled_from(["compacted", "content_dropped"]), WORDS)
TRANSCRIPTS = st.builds(
    Transcript,
    messages=messages(),
    tools=st.lists(
        st.builds(Tool, WORDS, WORDS | st.just(""), JSONS), max_size=2, unique_by=lambda tool: tool.name
    ).map(tuple),
    source=st.just(SOURCE),
    model=st.none() | WORDS,
    conditions=st.dictionaries(WORDS, WORDS, max_size=2),
    acts=ACTS,
    accusations=ACTS,
    proposals=ACTS,
    warnings=st.lists(st.builds(Notice, st.sampled_from(["compacted", "content_dropped"]), WORDS), max_size=2).map(
        tuple
    ),
)


def back(folder: Path, transcripts: Sequence[Transcript], form: Form) -> list[Transcript]:
    path = folder / f"converted-{form}.jsonl"
    path.write_text("".join(f"{line}\n" for line, _ in converted(transcripts, form)))
    found = list(read_paths([str(path)]))
    assert [each for each in found if isinstance(each, Unread)] == []
    return [each for each in found if isinstance(each, Transcript)]


@given(transcript=TRANSCRIPTS)
def test_our_own_format_gives_back_the_very_transcript(
    transcript: Transcript, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (found,) = back(tmp_path_factory.getbasetemp(), [transcript], "interrogate")

    assert replace(found, source=SOURCE) == transcript
    assert found.digest == transcript.digest


@given(transcript=TRANSCRIPTS)
def test_chat_completions_give_back_the_messages_or_name_what_they_do_not_hold(
    transcript: Transcript, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = replace(transcript, acts=(), accusations=())
    _, losses = openai_request(bare)

    (found,) = back(tmp_path_factory.getbasetemp(), [bare], "openai")

    assert (found.messages == bare.messages) == (not losses)
    assert found.tools == bare.tools
    assert found.model == bare.model


@pytest.mark.parametrize("form", ["interrogate", "openai"])
def test_every_bundled_transcript_survives_the_way_there_and_back(tmp_path: Path, form: Form) -> None:
    found = annotate(read_paths([str(bundled("transcripts"))]), [])
    transcripts = [each for each in found if isinstance(each, Transcript)]

    again = back(tmp_path, transcripts, form)

    assert len(again) == len(transcripts) > 1
    if form == "interrogate":
        assert [each.digest for each in again] == [each.digest for each in transcripts]
        assert [each.acts for each in again] == [each.acts for each in transcripts]


def test_what_is_lost_is_named_with_its_message() -> None:
    transcript = Transcript(
        (
            Message("tool", (Text("no"),), "c", is_error=True),
            Message("assistant", (Media("video", "u"), Reasoning("hm"))),
        ),
        (),
        SOURCE,
        acts=(Act("leak", "Leaked it."),),
    )

    assert openai_request(transcript)[1] == (
        "message 0: that the result is an error",
        "message 1: the order of reasoning, text and calls",
        "message 1: video",
        "acts and accusations: keep them in an acts file",
    )
