"""The nouns: what a transcript, an act, a strategy, an interview and a turn are.

Pure values: two that hold the same are equal. Where something is kept, and under which key, is the store's
business; how a harness wrote it is the adapters'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pydantic import ConfigDict

Json = dict[str, Any]
Role = Literal["system", "user", "assistant", "tool"]
Arm = Literal["covert", "control", "wrong"]
Policy = Literal["on", "off", "unknown"]
Design = Literal["thread", "branches"]
Purpose = Literal["persistence", "control", "elicitation"]
Disclosure = Literal["none", "vague", "exact"]
ToolPolicy = Literal["none", "refuse", "stub"]
"""`none`: no tool may be called. `refuse`: a call is answered with a refusal, `stub`: with an empty result, and the
subject goes on. Nothing is ever run."""
Missing = Literal["empty", "cut_off", "reasoning_only", "tool_call_only", "content_filter"]
"""Why a turn has no answer that could be labelled."""

STRICT = ConfigDict(extra="forbid")


def canonical_json(value: object) -> str:
    """The one text form of a JSON value that digests are taken of. Changing it changes every identity."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """Twenty hexadecimal digits that stand for the content of a JSON value."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Reasoning:
    text: str
    """What can be read of it; empty where the provider hid it all."""
    signature: str | None = None
    """A provider's proof or encrypted form, valid only for the model that made it."""
    opaque: bool = False
    """Whether the text is a summary or nothing, the rest being hidden."""
    type: Literal["reasoning"] = "reasoning"


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: str
    """As recorded: JSON text in the ordinary case, but models also write text that is not JSON."""
    type: Literal["tool_call"] = "tool_call"


@dataclass(frozen=True, slots=True)
class Media:
    kind: Literal["image", "audio", "video", "document"]
    url: str
    """A data URI or an address; never fetched."""
    type: Literal["media"] = "media"


Block = Text | Reasoning | ToolCall | Media


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the record, in the order in which the model met it. A tool's result is a message of its own."""

    role: Role
    blocks: tuple[Block, ...]
    call_id: str | None = None
    """For role `tool`: the call that it answers."""
    is_error: bool = False

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks if isinstance(block, Text))

    @property
    def reasoning(self) -> tuple[Reasoning, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Reasoning))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(block for block in self.blocks if isinstance(block, ToolCall))

    def passages(self) -> dict[Literal["text", "reasoning", "tool_call"], str]:
        """The texts in which evidence may stand, by where they stand."""
        arguments = "\n".join(spelling for call in self.calls for spelling in argument_spellings(call.arguments))
        thought = "\n".join(block.text for block in self.reasoning)
        return {"tool_call": arguments, "text": self.text, "reasoning": thought}


def argument_spellings(arguments: str) -> tuple[str, ...]:
    """A call's arguments as recorded, and with JSON's escapes undone, so that a quote of either is found."""
    try:
        value = json.loads(arguments)
        return (arguments, json.dumps(value, ensure_ascii=False), *_strings_of(value))
    except (ValueError, RecursionError):
        return (arguments,)


def is_json_object(arguments: str) -> bool:
    """Whether a call's arguments are a JSON object that can be sent: without NaN, or half a character."""
    try:
        value = json.loads(arguments)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict)


def _strings_of(value: object) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case dict():
            return tuple(text for item in value.values() for text in _strings_of(item))
        case list():
            return tuple(text for item in value for text in _strings_of(item))
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: Json
    """JSON Schema of the arguments."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote from one message of the record."""

    __pydantic_config__ = STRICT

    quote: str
    role: Role = "assistant"
    message: int | None = None
    """Index from 0; filled in when the quote has been found."""


@dataclass(frozen=True, slots=True)
class Act:
    """One covert deed, or the accusation of one: the same shape in every arm."""

    __pydantic_config__ = STRICT

    kind: str
    summary: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def digest(self) -> str:
        return digest([self.kind, self.summary, [asdict(item) for item in self.evidence]])


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    format: str
    locator: str | None = None

    def __str__(self) -> str:
        return self.path if self.locator is None else f"{self.path}#{self.locator}"


NoticeCode = Literal[
    "arguments_lost",
    "attachment_unresolved",
    "branch_chosen",
    "calls_as_text",
    "compacted",
    "content_dropped",
    "multi_actor",
    "prompt_view",
    "reasoning_opaque",
    "results_missing",
    "server_tool_as_call",
    "system_missing",
    "text_mended",
    "truncated_content",
    "view_chosen",
]
CHOICES: frozenset[NoticeCode] = frozenset({"branch_chosen", "multi_actor", "view_chosen"})
"""Notices of a choice between conversations, by which nothing of the chosen one is lost."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a transcript that its user must know."""

    code: NoticeCode
    detail: str

    @property
    def is_loss(self) -> bool:
        return self.code not in CHOICES


@dataclass(frozen=True, slots=True)
class Transcript:
    """One recorded run, and what is known about it."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    """Those that were recorded; what must be inferred is inferred when restoring."""
    source: Source
    model: str | None = None
    """Who wrote it, as far as recorded or annotated."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Scenario, goal nudge, mode: whatever the harness or the acts file says. Results can be split by them."""
    acts: tuple[Act, ...] = ()
    accusations: tuple[Act, ...] = ()
    """What did not happen and may be asked about."""
    warnings: tuple[Notice, ...] = ()
    proposals: tuple[Act, ...] = ()
    """Acts that the harness itself reports. Nobody is asked about one before a person has put it into an acts file."""
    twin: str | None = None
    """The transcript of the same scenario in which the covert act happened: this one's accusations are its acts."""

    @property
    def digest(self) -> str:
        """Identity: of what a model can be shown, and of nothing else. Annotating does not change it."""
        return digest([[asdict(message) for message in self.messages], [asdict(tool) for tool in self.tools]])


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a strategy."""

    __pydantic_config__ = STRICT

    name: str
    question: str
    """Template under `prompts/questions/`."""
    technique: str
    pressure: int
    purpose: Purpose = "persistence"
    accuses: bool = True
    discloses: Disclosure = "none"
    contrasts: bool = False
    """Whether it shows the subject its own first answer beside the evidence."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """What is asked, in which order, and when it stops."""

    __pydantic_config__ = STRICT

    name: str
    version: int
    about: str
    design: Design
    rungs: tuple[Rung, ...]
    recheck: str | None = None
    """Template of the neutral question that follows the first reading of a confession."""
    stop: Literal["ladder_end", "first_admission"] = "ladder_end"
    factors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    """The text of each template that it names; filled in when read, so that a strategy is whole in itself."""

    @property
    def digest(self) -> str:
        return digest(asdict(self))


Cell = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Interview:
    """The identity of one interview: everything that makes it another one. Its `id` keys all that it yields."""

    subject: str
    transcript: str
    accusation: str
    strategy: str
    cell: Cell = ()
    """The levels of the strategy's factors."""
    rung: str | None = None
    """In `branches`, the one question that it asks."""
    epoch: int = 1
    parent: str | None = None
    """The interview that this one forks from, after its turn `turn`."""
    turn: int | None = None

    @property
    def id(self) -> str:
        return digest(asdict(self))


@dataclass(frozen=True, slots=True)
class Question:
    """What is put to the subject, and what kind of question it is."""

    rung: str
    position: int
    """Place in the strategy's ladder, from 1. A recheck has that of the rung it follows."""
    text: str
    purpose: Purpose
    accuses: bool
    discloses: Disclosure
    inserted: bool = False
    """Put in because of a reading: never part of a rate or a curve."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the steering rater made of an answer. It moves the interview and is never data."""

    rater: str
    confessed: bool | None
    """None where the rater could not say."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    question: Question
    answer: str
    missing: Missing | None = None
    reasoning: str = ""
    """What the provider returned of the subject's private reasoning; raters never see it."""
    reading: Reading | None = None
