"""Our own format: everything that a transcript is, with its acts inline; a JSON object, or one a line.

It is written by `transcripts convert`, and may be written by hand: `interrogate` (the version), `messages` and
`model` are enough. Quotes of inline acts are looked up when the transcript is annotated, like those of an acts file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pydantic import BaseModel, ConfigDict, ValidationError

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError, faults_of
from interrogate.records import Act, Json, Message, Notice, Source, Tool, Transcript

NAME = "interrogate"
VERSION = 1


class Document(BaseModel):
    """One transcript as it stands in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interrogate: int
    id: str | None = None
    """Its name among several in one file."""
    model: str | None = None
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    conditions: dict[str, str] = {}
    acts: tuple[Act, ...] = ()
    accusations: tuple[Act, ...] = ()
    proposals: tuple[Act, ...] = ()
    warnings: tuple[Notice, ...] = ()
    recorded_in: Json | None = None
    """Where it was converted from: for people."""


def claims(opened: Opened) -> bool:
    """Whether every value of the file carries our version number."""
    return bool(opened.values) and all(isinstance(value, dict) and NAME in value for value in opened.values)


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each transcript of the file, named by its `id` where each has its own."""
    values = opened.values
    names = numbered(value.get("id") for value in values) if len(values) > 1 else [None]
    for name, value in zip(names, values, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_read, value, source))


def written(transcript: Transcript, name: str | None = None) -> Json:
    """The transcript as this format holds it: whole. Reading it again gives the same but for its source."""
    document = Document(
        interrogate=VERSION,
        id=name,
        model=transcript.model,
        messages=transcript.messages,
        tools=transcript.tools,
        conditions=dict(transcript.conditions),
        acts=transcript.acts,
        accusations=transcript.accusations,
        proposals=transcript.proposals,
        warnings=transcript.warnings,
        recorded_in={
            "path": transcript.source.path,
            "format": transcript.source.format,
            "locator": transcript.source.locator,
        },
    )
    return document.model_dump(mode="json")


def _read(value: Json, source: Source) -> Transcript:
    if value[NAME] != VERSION:
        raise TranscriptError(f"{source}: written by a newer version of this program ({value[NAME]!r}); update it")
    try:
        document = Document.model_validate(value)
    except ValidationError as error:
        raise TranscriptError(f"{source}: {faults_of(error)}; see docs/transcripts.md") from error
    return Transcript(
        messages=document.messages,
        tools=document.tools,
        source=source,
        model=document.model,
        conditions=document.conditions,
        acts=document.acts,
        accusations=document.accusations,
        warnings=document.warnings,
        proposals=document.proposals,
    )
