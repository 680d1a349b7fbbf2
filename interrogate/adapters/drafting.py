"""A transcript in the making: what an adapter finds, in order, with what must be said about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interrogate.errors import TranscriptError
from interrogate.records import (
    Act,
    Block,
    Json,
    Message,
    Notice,
    NoticeCode,
    Role,
    Source,
    Text,
    Tool,
    ToolCall,
    Transcript,
)

LONGEST_CONDITION = 60
"""Characters of a value that results are split by. What is longer is a description."""

_UNRESOLVED = re.compile(r"attachment://[0-9a-f]{32}")


@dataclass
class Draft:
    """Collects the messages and tools of one conversation, and the notices about it, each once."""

    source: Source
    messages: list[Message] = field(default_factory=list)
    tools: dict[str, Tool] = field(default_factory=dict)
    notices: dict[Notice, None] = field(default_factory=dict)

    def note(self, code: NoticeCode, detail: str) -> None:
        self.notices[Notice(code, detail)] = None

    def fault(self, what: str, place: object = None) -> TranscriptError:
        """The error to raise, with the place in the file: by default, that of the message being read."""
        where = f"message {len(self.messages)}" if place is None else place
        return TranscriptError(f"{self.source}, {where}: {what}; convert the file or report it")

    def add(self, role: Role, blocks: Iterable[Block], *, call_id: str | None = None, is_error: bool = False) -> None:
        self.messages.append(Message(role, tuple(blocks), call_id=call_id, is_error=is_error))

    def say(self, role: Role, text: str) -> None:
        """Adds a message of text alone; none where there is no text."""
        if text:
            self.add(role, (Text(text),))

    def define(self, tools: Iterable[Tool]) -> None:
        """Adds tool definitions; of two with one name the later holds."""
        self.tools.update({tool.name: tool for tool in tools})

    def open_call(self) -> str | None:
        """The id of the first call of the last calling message that has no result yet: what a result without an id
        answers."""
        answered: set[str | None] = set()
        for message in reversed(self.messages):
            if message.calls:
                return next((call.id for call in message.calls if call.id not in answered), None)
            answered.add(message.call_id)
        return None

    def transcript(
        self,
        *,
        model: object = None,
        conditions: Mapping[str, object] | None = None,
        proposals: Sequence[Act] = (),
    ) -> Transcript:
        """The transcript, with the notices that follow from what was collected."""
        self._note_what_is_seen()
        return Transcript(
            messages=tuple(self.messages),
            tools=tuple(self.tools.values()),
            source=self.source,
            model=model if isinstance(model, str) and model else None,
            conditions=plain(conditions or {}),
            proposals=tuple(proposals),
            warnings=tuple(self.notices),
        )

    def _note_what_is_seen(self) -> None:
        hidden = sum(block.opaque for message in self.messages for block in message.reasoning)
        if hidden:
            self.note(
                "reasoning_opaque", f"the provider hid the reasoning of {hidden} blocks, or gave its summary only"
            )
        if _UNRESOLVED.search(repr(self.messages)):
            self.note("attachment_unresolved", "the file refers to texts that it does not hold")


def plain(metadata: Mapping[str, object]) -> dict[str, str]:
    """What of a harness's metadata results can be split by: short texts, numbers and truth values."""
    texts = {str(key): str(value) for key, value in metadata.items() if isinstance(value, str | int | float | bool)}
    return {key: value for key, value in texts.items() if value and len(value) <= LONGEST_CONDITION}


def as_json_text(value: object) -> str:
    """A call's arguments as recorded, `{}` where there are none."""
    if value in (None, ""):
        return "{}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_list(content: object) -> list[Any]:
    if content is None:
        return []
    return content if isinstance(content, list) else [content]


def as_object(value: object) -> Json:
    """The object that this is; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def as_text(value: object) -> str:
    """A result's content as text: itself, or the JSON that spells it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def call(name: object, arguments: object, call_id: object, draft: Draft) -> ToolCall:
    """A call, named by its own id or by its place.

    Raises TranscriptError where it calls nothing.
    """
    if not isinstance(name, str) or not name:
        raise draft.fault("a tool call without a name")
    known = call_id if isinstance(call_id, str | int) and call_id != "" else f"call_{len(draft.messages)}"
    return ToolCall(str(known), name, as_json_text(arguments))
