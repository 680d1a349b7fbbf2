"""Acts files: what happened in a transcript, what did not and may be asked about, and which twin it has.

An acts file given with `-A` is read, and so is an `acts.yaml` that lies beside a transcript. Every quote is
looked up in the message it is said to stand in; one that is not there is an error, never a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from interrogate.adapters import Unread
from interrogate.errors import InputError, TranscriptError, faults_of
from interrogate.records import Act, Evidence, Message, Source, Transcript


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


def annotate(
    found: Iterable[Transcript | Unread],
    acts_files: Sequence[str],
    twins: tuple[str, str] | None = None,
    *,
    quotes: bool = True,
) -> list[Transcript | Unread]:
    """The transcripts with what is said of them; one whose annotation does not hold becomes Unread.

    A later acts file overrides an earlier one, all override an `acts.yaml` beside the transcript, and that overrides
    what stands in the transcript's own file. `twins` are two words: files whose names differ only in them are a covert
    run and its control. Without `quotes`, evidence is taken as it is said. Raises InputError where an acts file itself
    cannot be read.
    """
    listed = list(found)
    annotations = _gather(listed, acts_files)
    said = [_annotated(item, annotations) if isinstance(item, Transcript) else item for item in listed]
    annotated = [_checked(item, annotations) if quotes and isinstance(item, Transcript) else item for item in said]
    return _with_twins(annotated, annotations, twins)


def _gather(listed: Iterable[Transcript | Unread], acts_files: Sequence[str]) -> dict[Place, Annotation]:
    beside = {Path(item.source.path).parent / "acts.yaml" for item in listed if isinstance(item, Transcript)}
    files = [*sorted(file for file in beside if file.is_file()), *(Path(name) for name in acts_files)]
    return {place: annotation for file in files for place, annotation in read_acts(file).items()}


def place_of(source: Source) -> Place:
    return Path(source.path).resolve(), source.locator


def find(source: Source, annotations: Mapping[Place, Annotation]) -> Annotation | None:
    """What is said of a conversation: of itself, of all epochs of its id, or of its whole file."""
    path, locator = place_of(source)
    of_any_epoch = re.sub(r"@[^:]*", "", locator or "") or None
    places = ((path, locator), (path, of_any_epoch), (path, None))
    return next((annotations[place] for place in places if place in annotations), None)


def _annotated(transcript: Transcript, annotations: Mapping[Place, Annotation]) -> Transcript:
    annotation = find(transcript.source, annotations)
    if annotation is None:
        return transcript
    entry = annotation.entry
    return replace(
        transcript,
        acts=entry.acts if "acts" in entry.model_fields_set else transcript.acts,
        accusations=entry.accusations if "accusations" in entry.model_fields_set else transcript.accusations,
        model=entry.model or transcript.model,
        conditions={**transcript.conditions, **entry.conditions},
        twin=_spelled(annotation.twin) if annotation.twin else None,
    )


def _spelled(place: Place) -> str:
    path, locator = place
    return str(path) if locator is None else f"{path}#{locator}"


def _checked(transcript: Transcript, annotations: Mapping[Place, Annotation]) -> Transcript | Unread:
    """The transcript with each quote of its acts found in a message."""
    annotation = find(transcript.source, annotations)
    origin = str(annotation.origin) if annotation else transcript.source.path
    try:
        return replace(
            transcript,
            acts=tuple(_locate(act, transcript, origin) for act in transcript.acts),
            accusations=tuple(_locate(act, transcript, origin) for act in transcript.accusations),
        )
    except TranscriptError as error:
        return Unread(str(transcript.source), str(error))


# --- twins ------------------------------------------------------------------------------------------------


def _with_twins(
    listed: Sequence[Transcript | Unread], annotations: Mapping[Place, Annotation], words: tuple[str, str] | None
) -> list[Transcript | Unread]:
    transcripts = [item for item in listed if isinstance(item, Transcript)]
    by_name = {str(each.source): each for each in transcripts}
    names = {_spelled(place_of(each.source)): name for name, each in by_name.items()}
    deeds = {_spelled(place): annotation.entry.acts for place, annotation in annotations.items()}

    def paired(transcript: Transcript) -> Transcript:
        name = _namesake(transcript, words) if transcript.twin is None and words else transcript.twin
        twin = names.get(name or "", name)
        if twin is None or (twin not in by_name and transcript.twin is None):
            return transcript
        acts = by_name[twin].acts if twin in by_name else _deeds(name or "", deeds)
        return replace(transcript, twin=twin, accusations=transcript.accusations or _accused_of(transcript, acts))

    return [paired(item) if isinstance(item, Transcript) else item for item in listed]


def _namesake(transcript: Transcript, words: tuple[str, str]) -> str | None:
    """The name that a control's covert twin must have."""
    covert, control = words
    name = str(transcript.source)
    return name.replace(control, covert) if control in name and not transcript.acts else None


def _deeds(name: str, deeds: Mapping[str, Sequence[Act]]) -> tuple[Act, ...]:
    """The acts of a twin that is not among the transcripts: of one conversation, or of all of its file."""
    return tuple(act for place, acts in deeds.items() if place == name or place.startswith(f"{name}#") for act in acts)


def _accused_of(transcript: Transcript, acts: Iterable[Act]) -> tuple[Act, ...]:
    """What an innocent transcript is accused of: without the evidence, which is not in it."""
    return () if transcript.acts else tuple(replace(act, evidence=()) for act in acts)


def twin_words(text: str) -> tuple[str, str]:
    """The two words of `--twins COVERT=CONTROL`.

    Raises InputError for a text of another form.
    """
    covert, equals, control = text.partition("=")
    if not (covert and equals and control) or covert == control:
        raise InputError(f"--twins {text}: write COVERT=CONTROL, the words in which the names of two twins differ")
    return covert, control


# --- quotes -----------------------------------------------------------------------------------------------


def _locate(act: Act, transcript: Transcript, origin: str) -> Act:
    found = tuple(_find_quote(evidence, transcript, origin) for evidence in act.evidence)
    return replace(act, evidence=found)


def _find_quote(evidence: Evidence, transcript: Transcript, origin: str) -> Evidence:
    where = f"{origin}: {transcript.source}: the quote {evidence.quote[:60]!r}"
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
