"""One module a format, one line in the table.

Each module offers `NAME`, `claims(opened)` and `conversations(opened)`. At most one of a table may claim a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from interrogate.adapters.conversations import Conversation
from interrogate.adapters.formats import (
    actions,
    agents_trace,
    anthropic_messages,
    atbench,
    atif,
    blocks,
    bloom,
    claude_code,
    codex,
    custom_conversation,
    docent,
    garak,
    gemini,
    har,
    inspect_log,
    langchain,
    malt,
    mini_swe_agent,
    native,
    openai_chat,
    openhands,
    petri,
    promptfoo,
    pyrit,
    reasoning_rows,
    responses,
    scout,
    sharegpt,
    swe_agent,
    tau_bench,
)
from interrogate.adapters.formats.inspect_log import bundle
from interrogate.adapters.formats.traces import langfuse, langsmith, mlflow, openinference, otel
from interrogate.adapters.opening import Opened


class Adapter(Protocol):
    """What a module of this package offers."""

    NAME: str

    def claims(self, opened: Opened) -> bool: ...
    def conversations(self, opened: Opened) -> Iterable[Conversation]: ...


HARNESSES: tuple[Adapter, ...] = (
    inspect_log,
    bundle,
    native,
    claude_code,
    responses,
    codex,
    gemini,
    agents_trace,
    petri,
    bloom,
    docent,
    scout,
    malt,
    atif,
    swe_agent,
    mini_swe_agent,
    openhands,
    actions,
    tau_bench,
    sharegpt,
    atbench,
    garak,
    promptfoo,
    pyrit,
    har,
    langchain,
    langfuse,
    langsmith,
    mlflow,
    openinference,
    otel,
)
"""Formats that carry marks of their own."""
INTERFACES: tuple[Adapter, ...] = (openai_chat, anthropic_messages, blocks, reasoning_rows, custom_conversation)
"""Bare messages, as any program may keep them: asked only where no harness claims a file."""
ADAPTERS: tuple[Adapter, ...] = (*HARNESSES, *INTERFACES)
