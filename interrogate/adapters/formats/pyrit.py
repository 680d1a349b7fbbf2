"""PyRIT's memory: its SQLite database, or its message pieces exported as a list of JSON objects.

Pieces of one `conversation_id` and `sequence` are one message; of each the converted value is what the target met. The
database also holds the attacker's and the scorers' conversations. Where it records the results of attacks, the
conversations with their targets are taken, branches that an attack gave up are had by name, and the others are none of
ours. Where it does not, all are offered, with a notice. Scores are never read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.shapes import ROLES, undone
from interrogate.adapters.drafting import Draft, as_list, as_text, call
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Block, Json, Reasoning, Source, Text, Transcript

NAME = "pyrit"

MOST_PIECES = 100_000
"""Rows of a database that are read."""

_PIECES = "PromptMemoryEntries"
_RESULTS = "AttackResultEntries"
_MARKS = {"conversation_id", "sequence", "role"}


def claims(opened: Opened) -> bool:
    """Whether a database has PyRIT's table of pieces, or every value is such a piece."""
    if opened.container == "sqlite":
        return _PIECES in opened.members
    return bool(opened.values) and all(_is_piece(value) for value in opened.values)


def _is_piece(value: object) -> bool:
    return (
        isinstance(value, dict) and value.keys() >= _MARKS and ("original_value" in value or "converted_value" in value)
    )


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each conversation with a target, named by its id.

    Raises TranscriptError for a database that cannot be read, or is larger than is read at once.
    """
    pieces: Sequence[Json] = opened.values
    results: Sequence[Json] = ()
    if opened.container == "sqlite":
        pieces = _rows(opened, _PIECES)
        results = _rows(opened, _RESULTS) if _RESULTS in opened.members else ()
    targets = {str(result.get("conversation_id")) for result in results}
    given_up = {str(each) for result in results for each in as_list(undone(result.get("pruned_conversation_ids")))}
    grouped = _grouped(pieces)
    is_known = not targets.isdisjoint(grouped)
    for name, listed in grouped.items():
        if not is_known or name in targets | given_up:
            about = "a branch that the attack gave up" if is_known and name not in targets else ""
            source = Source(opened.name, NAME, locator(name))
            read = partial(_transcript, listed, source, is_targets=is_known or len(grouped) == 1)
            yield Conversation(source, read, only_by_name=bool(about), about=about, model=_model(listed))


def _rows(opened: Opened, table: str) -> list[Json]:
    """The rows of a table, which is opened for reading only."""
    place = f"{opened.path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(place, uri=True)) as database:
            database.row_factory = sqlite3.Row
            found = database.execute(f'SELECT * FROM "{table}" LIMIT {MOST_PIECES + 1}').fetchall()  # noqa: S608
    except (sqlite3.Error, OverflowError) as error:
        raise TranscriptError(f"{opened.name}: the table {table} is damaged ({error}); copy the file again") from error
    if len(found) > MOST_PIECES:
        raise TranscriptError(
            f"{opened.name}: more than {MOST_PIECES} rows in {table}; export the conversations needed"
        )
    return [{key: _as_text(row[key]) for key in row.keys()} for row in found]  # noqa: SIM118  (a Row is no mapping)


def _as_text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _grouped(pieces: Sequence[Json]) -> dict[str, list[Json]]:
    """The pieces of each conversation, in its order."""
    grouped: dict[str, list[Json]] = {}
    for piece in pieces:
        grouped.setdefault(str(piece.get("conversation_id")), []).append(piece)
    return {name: sorted(listed, key=_sequence) for name, listed in grouped.items()}


def _sequence(piece: Json) -> int:
    sequence = piece.get("sequence")
    return sequence if isinstance(sequence, int) else 0


def _model(pieces: Sequence[Json]) -> str | None:
    names = (name for piece in pieces for name in _models(undone(piece.get("prompt_target_identifier"))))
    return next(names, None)


def _models(identifier: object) -> Iterator[str]:
    """The model's name in what identifies a target: itself, or one level deeper among its parameters."""
    if isinstance(identifier, dict):
        for holder in (identifier, *(inner for inner in identifier.values() if isinstance(inner, dict))):
            names = (holder.get(key) for key in ("model_name", "underlying_model_name"))
            yield from (name for name in names if isinstance(name, str) and name)


def _transcript(pieces: Sequence[Json], source: Source, *, is_targets: bool) -> Transcript:
    draft = Draft(source)
    for _, together in groupby(pieces, key=_sequence):
        _read_message(list(together), draft)
    if not is_targets:
        draft.note(
            "multi_actor", "the file does not say whose conversation this is: a target's, an attacker's, a scorer's"
        )
    if any(piece.get("role") == "simulated_assistant" for piece in pieces):
        draft.note("multi_actor", "some of the assistant's turns were put into its mouth (role simulated_assistant)")
    return draft.transcript(model=_model(pieces))


def _read_message(pieces: Sequence[Json], draft: Draft) -> None:
    role = str(pieces[0].get("role")).removeprefix("simulated_")
    if role not in ROLES:
        raise draft.fault(f"a piece of the role {role!r}, which is not known")
    blocks: list[Block] = []
    for piece in pieces:
        if _kind(piece) == "function_call_output":
            _read_result(_value(piece), draft)
        else:
            blocks += _blocks(piece, draft)
    if ROLES[role] == "tool" and blocks:
        draft.add("tool", blocks, call_id=draft.open_call())
    elif blocks:
        draft.add(ROLES[role], blocks)


def _kind(piece: Json) -> object:
    return piece.get("converted_value_data_type") or piece.get("original_value_data_type") or "text"


def _value(piece: Json) -> Any:
    converted = piece.get("converted_value")
    return piece.get("original_value") if converted is None else converted


def _blocks(piece: Json, draft: Draft) -> list[Block]:
    value = _value(piece)
    match _kind(piece), undone(value):
        case "text" | "url", _:
            return [Text(as_text(value))] if value else []
        case "reasoning", spelled:
            return [_reasoning(spelled, as_text(value))]
        case "function_call", {"name": name, **rest}:
            return [call(name, rest.get("arguments"), rest.get("call_id"), draft)]
        case "error", _:
            draft.note("truncated_content", "the provider returned an error in place of an answer; it is left out")
        case kind, _:
            draft.note("content_dropped", f"message {len(draft.messages)}: a piece of type {kind!r} is not restored")
    return []


def _reasoning(spelled: object, text: str) -> Reasoning:
    """What can be read of it: in the Responses interface's items, their summary."""
    if not isinstance(spelled, dict):
        return Reasoning(text)
    summary = [as_text(part.get("text")) for part in as_list(spelled.get("summary")) if isinstance(part, dict)]
    return Reasoning("\n".join(summary), opaque=True)


def _read_result(value: Any, draft: Draft) -> None:
    spelled = undone(value)
    known = spelled.get("call_id") if isinstance(spelled, dict) else None
    text = as_text(spelled.get("output") if isinstance(spelled, dict) else value)
    draft.add("tool", [Text(text)] if text else [], call_id=str(known) if known else draft.open_call())
