"""OpenHands' events: a folder of event files, a JSON list of them, or benchmark rows with a `history`.

Version 1 (`kind`) holds the system prompt, messages, calls, results and reasoning with signatures; version 0 (`action`
or `observation`) the provider's answers where it kept them, otherwise actions from which the calls are rebuilt. What
the agent had before it at last is taken: what was condensed away is gone from it, its summary in its place, and of
several branches the last holds. `:whole` is every event in the order of the file. What OpenHands put around a result
when it showed it, such as the working directory, is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.drafting import Draft
from interrogate.adapters.formats.openhands import v0, v1
from interrogate.adapters.opening import LARGEST_JSON, Opened, open_file
from interrogate.errors import InterrogateError, TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "openhands"

_EVENT_FILE = re.compile(r"event[-_](\d+).*\.json")
_LISTS = ("history", "trajectory", "events")


def claims(opened: Opened) -> bool:
    """Whether the folder holds event files, or the file events."""
    if opened.container == "folder":
        return bool(_event_files(opened))
    return _are_events(opened.values) or bool(_runs(opened))


def _event_files(opened: Opened) -> list[str]:
    """The names of a folder's event files, by their numbers."""
    found = [match for name in opened.members if (match := _EVENT_FILE.fullmatch(name))]
    return [match.group() for match in sorted(found, key=lambda match: (int(match.group(1)), match.group()))]


def _are_events(values: object) -> bool:
    return isinstance(values, list | tuple) and any(_is_event(value) for value in _flat(values)[:20])


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and (v1.is_event(value) or v0.is_event(value))


def _flat(values: Sequence[Any]) -> list[Any]:
    """The events; the oldest rows hold them as pairs of action and observation."""
    return [event for value in values for event in (value if isinstance(value, list) else [value])]


def _runs(opened: Opened) -> list[tuple[Json, str]]:
    """The objects that hold a list of events, with the key of it; none where not one does, or one is no object."""
    values = [value for value in opened.values if isinstance(value, dict)]
    key = next((key for key in _LISTS if any(_are_events(value.get(key)) for value in values)), None)
    whole = len(values) == len(opened.values) and all(key in value for value in values)
    return [(value, key) for value in values] if key is not None and whole else []


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation, and by name only, where it differs, each as a whole."""
    if opened.container == "folder":
        yield from _offered(_read_files(opened), {}, opened, None, _model_beside(opened.path))
    elif isinstance(opened.document, dict) and _is_event(opened.document):
        raise TranscriptError(f"{opened.name}: one event of a conversation; name the folder of its events")
    elif _are_events(opened.values):
        yield from _offered(_flat(opened.values), {}, opened, None, None)
    else:
        yield from _rows(_runs(opened), opened)


def _rows(runs: list[tuple[Json, str]], opened: Opened) -> Iterator[Conversation]:
    names = numbered(run.get("instance_id") or run.get("id") for run, _ in runs)
    for name, (run, key) in zip(names, runs, strict=True):
        events = run[key] if isinstance(run[key], list) else []
        yield from _offered(_flat(events), run, opened, name if len(runs) > 1 else None, None)


def _offered(events: list[Any], run: Json, opened: Opened, name: str | None, model: object) -> Iterator[Conversation]:
    source = Source(opened.name, NAME, name)
    yield Conversation(source, partial(_transcript, events, run, source, model, whole=False))
    if v1.is_edited(events) or v0.is_condensed(events):
        whole = Source(opened.name, NAME, f"{name or ''}:whole")
        read = partial(_transcript, events, run, whole, model, whole=True)
        yield Conversation(whole, read, only_by_name=True, about="every event, also those that were condensed or left")


def _transcript(events: list[Any], run: Json, source: Source, model: object, *, whole: bool) -> Transcript:
    draft = Draft(source)
    if not events:
        raise draft.fault("no events; it may have failed before it began", "history")
    for number, event in enumerate(events):
        if not isinstance(event, dict):
            raise draft.fault("no object", f"event {number}")
    version = v1 if any(v1.is_event(event) for event in events) else v0
    version.read(events, draft, whole=whole)
    _note_what_is_missing(draft)
    return draft.transcript(model=model or _model_of(run) or v0.model_of(events), conditions=_conditions(run))


def _note_what_is_missing(draft: Draft) -> None:
    roles = {message.role for message in draft.messages}
    if "system" not in roles:
        draft.note("system_missing", "the events hold no system prompt")
    if "tool" in roles:
        draft.note("prompt_view", "results are as recorded, without what OpenHands put around them when it showed them")


def _conditions(run: Json) -> Json:
    metadata = run.get("metadata")
    about = metadata if isinstance(metadata, dict) else {}
    return {"instance_id": run.get("instance_id"), "agent_class": about.get("agent_class")}


def _model_of(run: Json) -> object:
    match run:
        case {"metadata": {"llm_config": {"model": name}} | {"llm": {"model": name}}}:
            return name
    return None


# --- folders ----------------------------------------------------------------------------------------------


def _read_files(opened: Opened) -> list[Any]:
    names = _event_files(opened)
    if sum(_size(opened.path / name) for name in names) > LARGEST_JSON:
        raise TranscriptError(f"{opened.name}: more than {LARGEST_JSON >> 20} MB of events; split the folder")
    return [_document(opened.path / name, str(Path(opened.name) / name)) for name in names]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _document(path: Path, name: str) -> Any:
    opened = open_file(path, name)
    if not isinstance(opened.document, dict):
        raise TranscriptError(f"{name}: no event; remove the file from the folder")
    return opened.document


def _model_beside(folder: Path) -> object:
    """The model that the state beside the events names."""
    state = folder.parent / "base_state.json"
    try:
        document = open_file(state).document if state.is_file() else None
    except InterrogateError:
        return None
    match document:
        case {"agent": {"llm": {"model": name}}}:
            return name
    return None
