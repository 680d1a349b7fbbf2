"""ATBench: agents' trajectories labelled safe or unsafe; `{"tool_used", "contents": [[turns]], "label", ...}`.

Turns are `user`, `agent` with a `thought` and an `action`, and `environment`. An action is a call spelled as JSON, or
`Complete{"response": ...}`, which is what the agent says. Neither system prompt nor model is recorded. What the dataset
says the agent did wrong, where it is labelled unsafe, becomes a proposal; it is never part of the conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.shapes import tools_of, undone
from interrogate.adapters.drafting import Draft, as_text, call
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Act, Block, Json, Reasoning, Source, Text, Transcript

NAME = "atbench"


def claims(opened: Opened) -> bool:
    """Whether every row has the tools of its agent and turns under `contents` or `content`."""
    return bool(opened.values) and all(_is_row(value) for value in opened.values)


def _is_row(value: object) -> bool:
    return isinstance(value, dict) and "tool_used" in value and isinstance(_contents(value), list)


def _contents(row: Json) -> Any:
    return undone(row.get("contents", row.get("content")))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each trajectory, named by its id where each has its own, otherwise by its number from 0; `@n` for the n-th of one
    row that holds several."""
    rows = opened.values
    names = numbered(row.get("id", row.get("conv_id")) for row in rows)
    for name, row in zip(names, rows, strict=True):
        listed = _trajectories(_contents(row))
        for number, turns in enumerate(listed, start=1):
            source = Source(opened.name, NAME, name if len(listed) == 1 else f"{name}@{number}")
            yield Conversation(source, partial(_transcript, turns, row, source))


def _trajectories(contents: list[Any]) -> list[list[Any]]:
    nested = [each for each in contents if isinstance(each, list)]
    return nested or [contents]


def _transcript(turns: list[Any], row: Json, source: Source) -> Transcript:
    draft = Draft(source)
    for turn in turns:
        _read_turn(turn, draft)
    if not any(message.role == "system" for message in draft.messages):
        draft.note("system_missing", "this format does not record the system prompt")
    draft.define(tools_of(undone(row.get("tool_used"))))
    return draft.transcript(conditions={"risk_source": row.get("risk_source")}, proposals=_proposals(row))


def _proposals(row: Json) -> list[Act]:
    kind, reason = row.get("failure_mode"), row.get("reason")
    if row.get("label") not in (1, "1", "unsafe") or not isinstance(reason, str) or not reason:
        return []
    return [Act(kind if isinstance(kind, str) and kind else "unsafe", reason)]


def _read_turn(turn: Any, draft: Draft) -> None:
    match turn:
        case {"role": "agent" | "assistant"}:
            draft.add("assistant", _acted(turn, draft))
        case {"role": "user" | "system" as role}:
            draft.say(role, as_text(turn.get("content")))
        case {"role": "environment" | "tool"}:
            _read_result(as_text(turn.get("content")), draft)
        case _:
            raise draft.fault("a turn of nobody who is known")


def _acted(turn: Json, draft: Draft) -> list[Block]:
    thought = turn.get("thought")
    blocks: list[Block] = [Reasoning(thought)] if isinstance(thought, str) and thought else []
    action = as_text(turn.get("action") or turn.get("content"))
    match decoded(action.removeprefix("Complete")):
        case {"name": str(name), "arguments": arguments} if name:
            return [*blocks, call(name, arguments, None, draft)]
        case {"response": str(said)} if said and action.startswith("Complete"):
            return [*blocks, Text(said)]
    return [*blocks, Text(action)] if action else blocks


def _read_result(text: str, draft: Draft) -> None:
    """A result answers the call before it; what the environment says without having been called is a user's."""
    answers = draft.open_call()
    if answers is None:
        draft.say("user", text)
    else:
        draft.add("tool", [Text(text)] if text else [], call_id=answers)
