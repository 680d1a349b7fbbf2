"""ControlArena's recorded actions: a tool call a line, `{"id", "function", "arguments"}`, for its fixed policies.

Neither the task nor what the calls returned is in the file, so that no model can be put back into it: it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError

NAME = "controlarena-actions"


def claims(opened: Opened) -> bool:
    """Whether every line is such a call."""
    return bool(opened.rows) and all(_is_call(row.value) for row in opened.rows)


def _is_call(value: object) -> bool:
    match value:
        case {"id": str(), "function": str(), "arguments": dict(), **rest}:
            return "role" not in rest
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Raises TranscriptError: there is none."""
    raise TranscriptError(
        f"{opened.name}: recorded actions of ControlArena: calls alone, without the task and without what they "
        "returned; give the .eval log of a run that replayed them"
    )
