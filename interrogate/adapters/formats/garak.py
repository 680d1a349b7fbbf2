"""garak's `report.jsonl`: what its probes asked a model, and what the model said. There are no tools in it.

An attempt stands in the report up to twice, before and after it was judged: the later is taken. Each answer to it is a
conversation, named `probe.Class/seq`, with `@n` for the n-th of several. Detectors' results are never read. Older
reports hold the prompt as text and the answers beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.shapes import ROLES
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Text, Transcript

NAME = "garak"

_HITLOG = {"goal", "prompt", "output", "trigger", "score", "run_id"}


def claims(opened: Opened) -> bool:
    """Whether every line says what kind of entry it is, and one of them begins a run or is an attempt of a probe."""
    entries = [value for value in opened.values if isinstance(value, dict)]
    if not entries or len(entries) < len(opened.values):
        return False
    if all(value.keys() >= _HITLOG for value in entries):
        return True
    return all("entry_type" in value for value in entries) and any(
        "probe_classname" in value or str(value["entry_type"]).startswith("start_run") for value in entries
    )


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each answer that the model gave to each prompt.

    Raises TranscriptError for a hit log, which repeats what the report holds.
    """
    if all("entry_type" not in value for value in opened.values):
        raise TranscriptError(
            f"{opened.name}: garak's hit log, extracts of its report; give the .report.jsonl beside it"
        )
    model = next((_model(value) for value in opened.values if "setup" in str(value["entry_type"])), None)
    attempts = _attempts(opened)
    times = Counter(map(_place, attempts))
    for number, attempt in enumerate(attempts):
        turns = _conversations(attempt)
        name = _place(attempt) if times[_place(attempt)] == 1 else f"{_place(attempt)}/{number}"
        for answer, each in enumerate(turns, start=1):
            source = Source(opened.name, NAME, locator(name, answer if len(turns) > 1 else None))
            yield Conversation(source, partial(_transcript, each, attempt, model, source), model=model)


def _model(setup: Json) -> str | None:
    names = [setup.get(f"plugins.{key}") for key in ("target_name", "model_name")]
    return next((name for name in names if isinstance(name, str) and name), None)


def _attempts(opened: Opened) -> list[Json]:
    """The attempts that were made, each in its last state."""
    latest: dict[str, Json] = {}
    for value in opened.values:
        if value["entry_type"] == "attempt" and value.get("status") != 0:
            known = [value.get(key) for key in ("uuid", "seq", "probe_classname")]
            latest[repr([*known, None if value.get("uuid") else value.get("prompt")])] = value
    return list(latest.values())


def _place(attempt: Json) -> str:
    probe, seq = attempt.get("probe_classname"), attempt.get("seq")
    return str(probe) if seq is None else f"{probe}/{seq}"


def _conversations(attempt: Json) -> list[list[Any]]:
    """For each answer, the turns that led to it and itself."""
    recorded = attempt.get("conversations") or attempt.get("messages")
    if isinstance(recorded, list) and recorded:
        return [as_list(each.get("turns")) if isinstance(each, dict) else as_list(each) for each in recorded]
    prompt = attempt.get("prompt")
    asked = as_list(prompt["turns"]) if isinstance(prompt, dict) and "turns" in prompt else [_turn("user", prompt)]
    return [[*asked, _turn("assistant", output)] for output in as_list(attempt.get("outputs")) if output is not None]


def _turn(role: str, content: object) -> Json:
    return {"role": role, "content": content}


def _transcript(turns: list[Any], attempt: Json, model: str | None, source: Source) -> Transcript:
    draft = Draft(source)
    for turn in turns:
        _read_turn(turn, draft)
    known = {"probe": attempt.get("probe_classname"), "goal": attempt.get("goal")}
    return draft.transcript(model=model, conditions=known)


def _read_turn(turn: Any, draft: Draft) -> None:
    match turn:
        case {"role": str(role), "content": content} if role in ROLES and ROLES[role] != "tool":
            pass
        case _:
            raise draft.fault("no turn of a conversation")
    match content:
        case None | {"text": None}:
            text = ""
        case str(text) | {"text": str(text)}:
            pass
        case _:
            raise draft.fault(f"a turn that is {type(content).__name__}, without text")
    draft.add(ROLES[role], [Text(text)] if text else [])
    if isinstance(content, dict) and content.get("data_path"):
        draft.note("content_dropped", "what was sent beside the text lies in a file of its own and is not restored")
