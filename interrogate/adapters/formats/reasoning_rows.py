"""A thought and an answer a line, the prompt in files of its own, as replications of agentic misalignment publish them.

`{"reasoning", "response", ...}`. `run.jsonl` is the answers to the user message in `run.txt` beside it, or in the only
`user_prompt*.txt`; the system prompt is the only `system_prompt*.txt` there. Where these do not lie beside it, or
not only once, what is missing is noted, and the answer is restored without it. Notes in other fields are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.drafting import Draft
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Reasoning, Role, Source, Text, Transcript

NAME = "reasoning-response"

_OTHERS = {"messages", "prompt", "request", "input", "question", "custom_id"}
"""Keys that hold the prompt itself, or belong to other formats."""
_LARGEST_PROMPT = 4 << 20


def claims(opened: Opened) -> bool:
    """Whether every value is a `reasoning` with its `response`, and no prompt."""
    return bool(opened.values) and all(_is_row(value) for value in opened.values)


def _is_row(value: object) -> bool:
    match value:
        case {"reasoning": str() | None, "response": str(), **rest}:
            return rest.keys().isdisjoint(_OTHERS)
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each row with the prompt, named by its `id` where each has its own, otherwise by its number from 0."""
    for name, row in zip(numbered(value.get("id") for value in opened.values), opened.values, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_transcript, row, opened.path, source))


def _transcript(row: Json, path: Path, source: Source) -> Transcript:
    draft = Draft(source)
    _read_prompt("system", _only(path, "system_prompt*.txt"), draft)
    _read_prompt("user", _own(path) or _only(path, "user_prompt*.txt"), draft)
    reasoning, response = row.get("reasoning"), row["response"]
    blocks = [Reasoning(reasoning)] if reasoning else []
    draft.add("assistant", [*blocks, *([Text(response)] if response else [])])
    return draft.transcript(model=row.get("model"))


def _read_prompt(role: Role, prompt: Path | None, draft: Draft) -> None:
    if prompt is None:
        draft.note("system_missing", f"the {role} prompt lies neither in this file nor, alone of its kind, beside it")
    else:
        draft.say(role, _content(prompt))


def _own(path: Path) -> Path | None:
    stem = path.name.removesuffix(".gz").removesuffix(".zst").rsplit(".", 1)[0]
    beside = path.parent / f"{stem}.txt"
    return beside if beside != path and _is_own_file(beside) else None


def _only(path: Path, pattern: str) -> Path | None:
    found = [each for each in path.parent.glob(pattern) if _is_own_file(each)]
    return found[0] if len(found) == 1 else None


def _is_own_file(path: Path) -> bool:
    """Whether it is a file and no link, which could lead to anything on this machine."""
    return path.is_file() and not path.is_symlink()


def _content(path: Path) -> str:
    """The prompt, verbatim."""
    try:
        if path.stat().st_size > _LARGEST_PROMPT:
            raise TranscriptError(f"{path}: too large for a prompt; remove it from beside the answers")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TranscriptError(f"{path}: the prompt beside the answers cannot be read ({error}); mend it") from error
