"""Home-made JSON, read as its user says: which field holds the messages, and which of each message what.

Fields are named by their path, as in `run.turns`: `messages`, `role`, `content`, and `system`, `model`, `id`
where there are any. `assistant`, `user`, `tool` give the values of the role field that mean them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects import shapes
from interrogate.adapters.drafting import Draft
from interrogate.adapters.opening import Opened
from interrogate.errors import InputError
from interrogate.records import Json, Source, Transcript

PLACES = {"messages": "messages", "role": "role", "content": "content"}
"""Where each is looked for unless told otherwise."""
OPTIONAL = ("system", "model", "id")
ROLES = ("assistant", "user", "tool")


@dataclass(frozen=True, slots=True)
class Mapped:
    """An adapter made of a user's words. It takes whatever it is given: it is only ever named."""

    fields: Mapping[str, str]
    NAME = "mapped"

    def __post_init__(self) -> None:
        if unknown := set(self.fields) - {*PLACES, *OPTIONAL, *ROLES}:
            names = ", ".join((*PLACES, *OPTIONAL, *ROLES))
            raise InputError(f"--field {', '.join(sorted(unknown))}: no such field; there are {names}")

    def claims(self, opened: Opened) -> bool:
        return bool(opened.values)

    def conversations(self, opened: Opened) -> Iterator[Conversation]:
        values = opened.values
        if len(values) == 1:
            yield self._conversation(values[0], Source(opened.name, self.NAME))
            return
        names = numbered(_at(value, self.fields.get("id", "id")) for value in values)
        for name, value in zip(names, values, strict=True):
            yield self._conversation(value, Source(opened.name, self.NAME, name))

    def _conversation(self, value: Any, source: Source) -> Conversation:
        return Conversation(source, partial(self._transcript, value, source))

    def _transcript(self, value: Any, source: Source) -> Transcript:
        draft = Draft(source)
        messages = _at(value, self._place("messages"))
        if not isinstance(messages, list):
            raise draft.fault(
                "no list there; say with --field messages=PATH where the messages are", self._place("messages")
            )
        shapes.read_system(self._optional(value, "system"), draft)
        shapes.read_messages([self._message(message, draft) for message in messages], draft)
        return draft.transcript(model=self._optional(value, "model"))

    def _message(self, message: Any, draft: Draft) -> Json:
        role, content = (_at(message, self._place(name)) for name in ("role", "content"))
        meant = {self.fields[name]: name for name in ROLES if name in self.fields}
        named = meant.get(str(role), role)
        if named not in shapes.ROLES:
            raise draft.fault(
                f"the role {role!r} is not known; say with --field assistant={role} or user={role} what it is"
            )
        rest = message if isinstance(message, dict) else {}
        return {**rest, "role": named, "content": content}

    def _place(self, name: str) -> str:
        return self.fields.get(name, PLACES[name])

    def _optional(self, value: Any, name: str) -> Any:
        return _at(value, self.fields[name]) if name in self.fields else None


def _at(value: Any, path: str) -> Any:
    """What stands at a path of keys and list positions; None where nothing does."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
