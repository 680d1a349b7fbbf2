"""What the ways to subjects can carry, what a user chooses about it, and the differences that come of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from interrogate.records import Json, Role

DifferenceCode = Literal[
    "arguments_wrapped",
    "blocks_reordered",
    "call_renamed",
    "call_unsigned",
    "calls_split",
    "dangling_call_closed",
    "empty_message_omitted",
    "empty_result_marked",
    "error_unmarked",
    "images_moved",
    "media_omitted",
    "middle_cut",
    "orphan_result_as_text",
    "reasoning_as_text",
    "reasoning_dropped",
    "reasoning_opaque",
    "result_as_object",
    "result_moved",
    "schema_changed",
    "system_as_user",
    "text_added",
    "tool_omitted",
    "tool_renamed",
    "tools_as_text",
    "tools_inferred",
    "turns_merged",
    "user_turn_added",
]

Dialect = Literal["open", "openai", "vllm", "anthropic", "bedrock", "gemini", "mistral"]


@dataclass(frozen=True, slots=True)
class Route:
    """What the way to a subject can carry."""

    provider: str
    dialect: Dialect = "open"
    """Whose rules hold for ids, names and schemas, and whose wire format LiteLLM writes."""
    tools: Literal["native", "text"] = "native"
    reasoning: Literal["field", "signed", "none"] = "none"
    """`field`: as `reasoning_content`; `signed`: as thinking blocks with the maker's signature; or not at all."""
    system: Literal["anywhere", "first", "none"] = "anywhere"
    """`first`: before all other messages only; `none`: LiteLLM makes a user's message of each."""
    images: Literal["none", "data", "address"] = "data"
    """`data`: as data URIs alone, since LiteLLM would download an address; `address`: the provider fetches it."""
    signed_calls: bool = False
    """Whether ids of calls may carry a signature of the maker's, as Gemini's do in LiteLLM."""
    needs_signatures: bool = False
    """Whether a call without one needs the placeholder: https://ai.google.dev/gemini-api/docs/thought-signatures"""
    alternates: bool = False
    """Whether user and assistant take turns, the user first."""
    tool_choice: bool = True
    """Whether the route can be told that no tool may be called."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a user chooses about how a transcript is put back."""

    reasoning: Literal["native", "as-text", "drop"] = "native"
    """`as-text`: what can be read of it stands in the assistant's text, marked."""
    tools: Literal["native", "text"] = "native"
    """`text`: calls and results in words even where the route has tool calls."""
    context_window: int | None = None
    """Most tokens that the subject takes; None where unknown: then nothing is cut."""
    reserve: int | None = None
    """Tokens kept free for questions and answers; None: 16,000 or a quarter of the window, whichever is less."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One respect in which the subject does not get what was recorded."""

    code: DifferenceCode
    detail: str
    message: int | None = None
    """Index of the recorded message, from 0."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it is sent, and what it was in the record."""

    wire: Json
    role: Role
    origins: tuple[int, ...]
    """The recorded messages that it holds; empty for one that was added."""


Note = Callable[[DifferenceCode, str, int | None], None]
