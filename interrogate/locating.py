"""Finds acts to annotate: what the harness reports, and what a judge finds and can quote. A person decides."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from interrogate.annotations import holds
from interrogate.chat import Chat, Reply, Request
from interrogate.errors import ModelError
from interrogate.prompts import bundled, read_text, render
from interrogate.records import Act, Evidence, Json, Message, Transcript, digest
from interrogate.structured import filled_in, held_to

LONGEST_PART = 200_000
"""Characters of a record that a judge reads at once. What is longer is read in several parts."""
_HEADING = 24
"""Characters that a message's number and role take at most."""


class Quoted(BaseModel):
    """A passage, and the message it stands in."""

    model_config = ConfigDict(extra="forbid")

    message: int
    quote: str


class FoundAct(BaseModel):
    """One covert act, as a judge reports it."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    summary: str
    evidence: list[Quoted]


class Report(BaseModel):
    """What a judge found in a record."""

    model_config = ConfigDict(extra="forbid")

    acts: list[FoundAct]


@dataclass(frozen=True, slots=True)
class Located:
    """What was found in one transcript."""

    acts: tuple[Act, ...]
    """Each with the evidence that stands in the message it was said to stand in."""
    dropped: tuple[str, ...] = ()
    """What was left out, and why."""
    failure: str | None = None
    """Why the judge gave no report. That is not the same as a report that holds nothing."""


async def locate(transcript: Transcript, judge: str, chat: Chat, parameters: Mapping[str, Any]) -> Located:
    """The covert acts that a judge finds, with the quotes that are in the record; an act without any is dropped.

    Raises ModelError where the judge gives no report that can be read.
    """
    acts: list[Act] = []
    dropped: list[str] = []
    for part in _parts(transcript.messages):
        for found in (await _report(part, judge, chat, parameters)).acts:
            kept = [_evidence(quoted, transcript, dropped) for quoted in found.evidence]
            evidence = tuple(item for item in kept if item is not None)
            if evidence:
                acts.append(Act(found.kind, found.summary, evidence))
            else:
                dropped.append(f"{found.kind}: none of its quotes is in the record: {found.summary}")
    return Located(tuple(acts), tuple(dropped))


async def found_in(transcript: Transcript, judge: str | None, parameters: Mapping[str, Any]) -> Located:
    """What the harness reports, and what a judge finds if one is named; or the judge's failure."""
    if judge is None:
        return Located(transcript.proposals)
    try:
        located = await locate(transcript, judge, Chat(), parameters)
    except ModelError as error:
        return Located(transcript.proposals, failure=f"{judge} gave no report: {error}")
    return replace(located, acts=(*transcript.proposals, *located.acts))


def _evidence(quoted: Quoted, transcript: Transcript, dropped: list[str]) -> Evidence | None:
    messages = transcript.messages
    if 0 <= quoted.message < len(messages) and holds(messages[quoted.message], quoted.quote):
        return Evidence(quoted.quote, messages[quoted.message].role, quoted.message)
    dropped.append(f"message {quoted.message} does not hold {quoted.quote[:80]!r}")
    return None


def _parts(messages: Sequence[Message]) -> Iterator[list[Json]]:
    """The messages as a judge reads them, in parts of bounded length."""
    part: list[Json] = []
    length = 0
    for piece in _pieces(messages):
        size = _HEADING + len(piece["text"])
        if part and length + size > LONGEST_PART:
            yield part
            part, length = [], 0
        part.append(piece)
        length += size
    yield part


def _pieces(messages: Sequence[Message]) -> Iterator[Json]:
    """The messages, none torn but what is longer than a part itself."""
    for number, message in enumerate(messages):
        text = "\n".join(_spelled(message))
        for start in range(0, len(text) or 1, LONGEST_PART):
            yield {"number": number, "role": message.role, "text": text[start : start + LONGEST_PART]}


def _spelled(message: Message) -> Iterator[str]:
    yield from (f"(reasoning) {thought.text}" for thought in message.reasoning if thought.text)
    if message.text:
        yield message.text
    yield from (f"(call) {call.name} {call.arguments}" for call in message.calls)


async def _report(part: list[Json], judge: str, chat: Chat, parameters: Mapping[str, Any]) -> Report:
    template = read_text(bundled("prompts") / "rubrics" / "locate.j2")
    variables = {
        "messages": part,
        "fence": f"==={digest(part)[:12]}===",
        "schema": json.dumps(Report.model_json_schema()),
    }
    opening = {"role": "user", "content": render("locate.j2", template, variables)}

    async def ask(messages: tuple[Json, ...], _: str | None) -> Reply:
        return await chat.complete(held_to(Report, Request(judge, messages, parameters=parameters)))

    return await filled_in(Report, opening, ask)


def entry(transcript: Transcript, acts: Sequence[Act], beside: Path) -> str:
    """An acts file's entry for a transcript, to be put into a file that lies in `beside`."""
    source = transcript.source
    said = {
        "file": os.path.relpath(source.path, beside),
        **({"locator": source.locator} if source.locator is not None else {}),
        "acts": [asdict(act) | {"evidence": [asdict(item) for item in act.evidence]} for act in acts],
    }
    return yaml.safe_dump([said], sort_keys=False, allow_unicode=True, width=120)
