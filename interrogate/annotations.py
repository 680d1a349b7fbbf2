"""Acts files: what happened in a transcript, what did not and may be asked about, and which twin it has.

An acts file given with `-A` is read, and so is an `acts.yaml` that lies beside a transcript. Every quote is
looked up in the message it is said to stand in; one that is not there is an error, never a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from interrogate.adapters import Unread
from interrogate.errors import InputError, TranscriptError, faults_of
from interrogate.records import Act, Evidence, Message, Transcript


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) else value


class Entry(BaseModel):
    """One entry of an acts file. Keys that are not named here are conditions, and become columns."""

    model_config = ConfigDict(extra="allow", frozen=True)

    file: str
    locator: Annotated[str | None, BeforeValidator(_as_text)] = None
    model: str | None = None
    twin: str | None = None
    acts: tuple[Act, ...] = ()
    accusations: tuple[Act, ...] = ()
    notes: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


_ENTRIES = TypeAdapter(tuple[Entry, ...])

Place = tuple[Path, str | None]
"""A resolved file and a locator."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """An entry, with the files it speaks of resolved."""

    entry: Entry
    origin: Path
    twin: Place | None


def read_acts(path: Path) -> dict[Place, Annotation]:
    """The entries of an acts file, by the place they annotate.

    Raises InputError, naming the entry, where the file is not of the documented form.
    """
    annotations: dict[Place, Annotation] = {}
    for entry in _entries(path):
        place = (path.parent / entry.file).resolve(), entry.locator
        if place in annotations:
            raise InputError(f"{path}: two entries for {_name(entry)}; put what they say into one")
        annotations[place] = Annotation(entry, path, _twin(path, entry))
    return annotations


def _entries(path: Path) -> tuple[Entry, ...]:
    try:
        return _ENTRIES.validate_python(yaml.safe_load(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name an existing acts file") from error
    except (ValidationError, ValueError, RecursionError, yaml.YAMLError) as error:
        fault = faults_of(error, "entry ") if isinstance(error, ValidationError) else str(error)
        raise InputError(f"{path}: not an acts file ({fault}); see docs/transcripts.md") from error


def _name(entry: Entry) -> str:
    return entry.file if entry.locator is None else f"{entry.file}#{entry.locator}"


def _twin(path: Path, entry: Entry) -> Place | None:
    if entry.twin is None:
        return None
    file, _, locator = entry.twin.partition("#")
    return (path.parent / file).resolve(), locator or None


def annotate(found: Iterable[Transcript | Unread], acts_files: Sequence[str]) -> list[Transcript | Unread]:
    """The transcripts with what the acts files say of them; one whose annotation does not hold becomes Unread.

    A later file overrides an earlier one, and all override an `acts.yaml` beside the transcript. Raises InputError
    where an acts file itself cannot be read.
    """
    listed = list(found)
    annotations = _gather(listed, acts_files)
    return [_annotated(item, annotations) if isinstance(item, Transcript) else item for item in listed]


def _gather(listed: Iterable[Transcript | Unread], acts_files: Sequence[str]) -> dict[Place, Annotation]:
    beside = {Path(item.source.path).parent / "acts.yaml" for item in listed if isinstance(item, Transcript)}
    files = [*sorted(file for file in beside if file.is_file()), *(Path(name) for name in acts_files)]
    return {place: annotation for file in files for place, annotation in read_acts(file).items()}


def _place(transcript: Transcript) -> Place:
    return Path(transcript.source.path).resolve(), transcript.source.locator


def _find(transcript: Transcript, annotations: Mapping[Place, Annotation]) -> Annotation | None:
    path, locator = _place(transcript)
    return annotations.get((path, locator)) or annotations.get((path, None))


def _annotated(transcript: Transcript, annotations: Mapping[Place, Annotation]) -> Transcript | Unread:
    annotation = _find(transcript, annotations)
    if annotation is None:
        return transcript
    entry = annotation.entry
    accusations = entry.accusations if entry.acts or entry.accusations else _acts_of_twin(annotation, annotations)
    try:
        return replace(
            transcript,
            acts=tuple(_locate(act, transcript, annotation) for act in entry.acts),
            accusations=tuple(_locate(act, transcript, annotation) for act in accusations),
            model=entry.model or transcript.model,
            conditions={**transcript.conditions, **entry.conditions},
        )
    except TranscriptError as error:
        return Unread(str(transcript.source), str(error))


def _acts_of_twin(annotation: Annotation, annotations: Mapping[Place, Annotation]) -> tuple[Act, ...]:
    """What a control without accusations of its own is accused of: without the evidence, which is not in it."""
    if annotation.twin is None:
        return ()
    path, locator = annotation.twin
    twins = (other for place, other in annotations.items() if place[0] == path and locator in {None, place[1]})
    return tuple(replace(act, evidence=()) for twin in twins for act in twin.entry.acts)


def _locate(act: Act, transcript: Transcript, annotation: Annotation) -> Act:
    found = tuple(_find_quote(evidence, transcript, annotation) for evidence in act.evidence)
    return replace(act, evidence=found)


def _find_quote(evidence: Evidence, transcript: Transcript, annotation: Annotation) -> Evidence:
    where = f"{annotation.origin}: {transcript.source}: the quote {evidence.quote[:60]!r}"
    places = [
        index
        for index, message in enumerate(transcript.messages)
        if message.role == evidence.role and holds(message, evidence.quote)
    ]
    if evidence.message is not None:
        if evidence.message not in places:
            known = f"; it stands in {_listed(places)}" if places else ""
            raise TranscriptError(
                f"{where} is not in message {evidence.message} of role {evidence.role}{known}; correct either"
            )
        return evidence
    if len(places) != 1:
        raise TranscriptError(
            f"{where} stands in {_listed(places)} of role {evidence.role}; quote more of it, or name the message"
        )
    return replace(evidence, message=places[0])


def _listed(places: Sequence[int]) -> str:
    if not places:
        return "no message"
    return f"message {places[0]}" if len(places) == 1 else f"messages {', '.join(map(str, places))}"


def holds(message: Message, quote: str) -> bool:
    """Whether a quote stands verbatim in a message's text, reasoning or call arguments. An empty one stands nowhere."""
    return bool(quote) and any(quote in passage for passage in message.passages().values())


def conditions_of(transcripts: Iterable[Transcript]) -> Iterator[str]:
    """The names of all conditions, each once, in order of appearance."""
    seen: dict[str, Any] = {}
    for transcript in transcripts:
        seen.update(dict.fromkeys(transcript.conditions))
    yield from seen
