"""Codex: a session's rollout, and what `codex exec --json` prints.

A rollout holds the items that went to the model and came from it, in envelopes or (early versions) bare; `event_msg`
lines repeat them for the screen. Taken is what the model had before it last: without turns that were rolled back, and
from the last compaction on; what stood before either is had by name. Tools are not recorded. `codex exec --json` holds
less: no system prompt, no prompt, and of commands what they were and what they printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.responses_items import is_item, is_marked, read_items
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.formats.codex import exec_stream
from interrogate.adapters.opening import Opened
from interrogate.records import Json, Source, Transcript

NAME = "codex"

_ENVELOPES = ("session_meta", "turn_context", "response_item", "event_msg", "compacted")
_INJECTED = (
    "<environment_context>",
    "<user_instructions>",
    "# AGENTS.md instructions",
    "<permissions",
    "<turn_aborted>",
)
"""What the harness writes in the user's place. It begins no turn."""


def claims(opened: Opened) -> bool:
    """Whether the file is a rollout or an exec stream."""
    values = opened.values
    return any(map(_is_enveloped, values)) or exec_stream.is_stream(values) or _is_bare(values)


def _is_enveloped(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in _ENVELOPES and isinstance(value.get("payload"), dict)


def _is_bare(values: Sequence[Any]) -> bool:
    """Whether this is an early rollout: the session's own line, then items and state records."""
    match values[:1]:
        case [{"id": str(), "timestamp": str(), **rest}] if "type" not in rest and "role" not in rest:
            items = [value for value in values[1:] if not (isinstance(value, dict) and "record_type" in value)]
            return any(map(is_marked, items)) and all(map(is_item, items))
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The session's conversation, and by name those that it went back on or compacted."""
    if exec_stream.is_stream(opened.values):
        source = Source(opened.name, NAME)
        yield Conversation(source, partial(exec_stream.transcript, opened.values, source))
        return
    lines = [value if _is_enveloped(value) else _enveloped(value) for value in opened.values]
    cuts = [number for number, line in enumerate(lines) if _rolled_back(line) or line["type"] == "compacted"]
    yield _conversation(lines, Source(opened.name, NAME))
    compactions = sum(lines[cut]["type"] == "compacted" for cut in cuts)
    counts = {"branch": 0, "before-compaction": 0}
    for cut in cuts:
        kind = "branch" if _rolled_back(lines[cut]) else "before-compaction"
        counts[kind] += 1
        is_last = kind == "before-compaction" and counts[kind] == compactions
        source = Source(opened.name, NAME, locator("", branch=kind if is_last else f"{kind}-{counts[kind]}"))
        about = "a branch that was rolled back" if kind == "branch" else "the context before it was compacted"
        yield _conversation(lines[:cut], source, about)


def _enveloped(value: Any) -> Json:
    """A bare line as today's versions write it."""
    if is_item(value):
        return {"type": "response_item", "payload": value}
    is_session = isinstance(value, dict) and "record_type" not in value and "id" in value
    return {"type": "session_meta" if is_session else "other", "payload": value if isinstance(value, dict) else {}}


def _rolled_back(line: Json) -> int:
    """How many of the user's turns a line takes back."""
    match line:
        case {"type": "event_msg", "payload": {"type": "thread_rolled_back", "num_turns": int(turns)}}:
            return max(0, turns)
    return 0


def _conversation(lines: Sequence[Json], source: Source, about: str = "") -> Conversation:
    read = partial(_transcript, lines, source)
    return Conversation(source, read, only_by_name=bool(about), about=about, model=_last_of(lines, "model"))


def _last_of(lines: Iterable[Json], key: str) -> str | None:
    found = [line["payload"].get(key) for line in lines if line["type"] in ("turn_context", "session_meta")]
    return next((value for value in reversed(found) if isinstance(value, str) and value), None)


def _transcript(lines: Sequence[Json], source: Source) -> Transcript:
    draft = Draft(source)
    items = _items(lines, draft)
    session: Json = next((line["payload"] for line in lines if line["type"] == "session_meta"), {})
    _read_instructions(session, items, draft)
    read_items(items, draft)
    draft.define(tools_of(session.get("dynamic_tools")))
    if session.get("history_base"):
        draft.note("truncated_content", "a fork that does not repeat what it continues; that is in another file")
    return draft.transcript(model=_last_of(lines, "model"), conditions={"version": session.get("cli_version")})


def _items(lines: Iterable[Json], draft: Draft) -> list[Any]:
    """The items that the model had before it at the end."""
    items: list[Any] = []
    for line in lines:
        payload = line["payload"]
        if line["type"] == "response_item":
            items.append(payload)
        elif line["type"] == "compacted":
            items = _compacted(payload, items, draft)
        elif turns := _rolled_back(line):
            starts = [number for number, item in enumerate(items) if _begins_turn(item)]
            items = items[: starts[-min(turns, len(starts))]] if starts else []
            draft.note("branch_chosen", "turns were rolled back; they are had by name, as :branch-1 and so on")
    return items


def _begins_turn(item: Any) -> bool:
    if not isinstance(item, dict) or item.get("role") != "user":
        return False
    texts = [part.get("text") if isinstance(part, dict) else part for part in as_list(item.get("content"))]
    return not any(isinstance(text, str) and text.lstrip().startswith(_INJECTED) for text in texts)


def _compacted(payload: Json, items: Sequence[Any], draft: Draft) -> list[Any]:
    """What a compaction left: the items that it names, or its summary after the system's."""
    draft.note("compacted", "a summary stands for what went before; that is had by name, as :before-compaction")
    replacement = payload.get("replacement_history")
    if isinstance(replacement, list):
        return [*replacement]
    kept = [item for item in items if isinstance(item, dict) and item.get("role") in ("system", "developer")]
    message = payload.get("message")
    return [*kept, {"role": "user", "content": message}] if isinstance(message, str) and message else kept


def _read_instructions(session: Json, items: Sequence[Any], draft: Draft) -> None:
    """Adds the harness's prompt. Versions of 2025 recorded the user's own instructions only, often among the items."""
    base = session.get("base_instructions")
    base = base.get("text") if isinstance(base, dict) else base
    if isinstance(base, str) and base:
        draft.say("system", base)
        return
    draft.note("system_missing", "this version did not record the harness's own prompt")
    own = session.get("instructions")
    if isinstance(own, str) and own.strip() and not any(own.strip() in text for text in _texts(items)):
        draft.say("system", own)


def _texts(items: Iterable[Any]) -> Iterator[str]:
    for item in items:
        for part in as_list(item.get("content")) if isinstance(item, dict) else ():
            text = part.get("text") if isinstance(part, dict) else part
            if isinstance(text, str):
                yield text
