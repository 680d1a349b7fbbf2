"""Claude Code: a session's JSONL, what `claude -p --output-format stream-json` prints, and the web's `loglines`.

Taken is what the model had before it last: the branch that ends last, from the last compaction on. Other branches,
the context before a compaction, and the sub-agents of a session file are had by name only; a file that is all one
sub-agent's is a conversation of its own. Lines of one assistant turn share `message.id` and are one turn. Lines
marked `isMeta` (a skill's text, the caveat before a command's output) are kept: the mark hides them from the user,
and they were sent to the model. Client errors (model `<synthetic>`) and `toolUseResult`, which is for the screen, were
not. Until late 2026 neither the system prompt nor the tools were recorded, and reminders only in part; newer versions
write them into `attachment` lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.shapes import read_messages, read_system, tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.formats.claude_code.tree import (
    Tree,
    answered,
    is_boundary,
    is_sidechain,
    is_spoken,
    parts_of,
    tree_of,
    turn_of,
)
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "claude-code"

_MARKS = ("uuid", "sessionId", "session_id", "parentUuid")
_BOOKKEEPING = ("summary", "file-history-snapshot", "queue-operation", "custom-title", "ai-title", "last-prompt")


def claims(opened: Opened) -> bool:
    """Whether the file holds lines of Claude Code."""
    if isinstance(opened.document, dict) and "loglines" in opened.keys:
        return isinstance(opened.document["loglines"], list)
    return any(_is_message(value) or _is_opening(value) for value in opened.values) or _is_bookkeeping(opened.values)


def _is_message(value: Any) -> bool:
    match value:
        case {"type": "user" | "assistant", "message": {"content": _}}:
            return any(mark in value for mark in _MARKS)
    return False


def _is_opening(value: Any) -> bool:
    match value:
        case {"type": "system", "subtype": "init", "session_id": str()}:
            return True
    return False


def _is_bookkeeping(values: Sequence[Any]) -> bool:
    return bool(values) and all(
        isinstance(value, dict)
        and value.get("type") in _BOOKKEEPING
        and any(mark in value for mark in ("sessionId", "leafUuid", "messageId"))
        for value in values
    )


@dataclass(frozen=True, slots=True)
class _View:
    """One way through a file: the places of its lines, and what must be said about it."""

    tree: Tree
    path: Sequence[int]
    thread: Sequence[int]
    branches: int = 0
    is_streamed: bool = False

    @property
    def lines(self) -> list[Json]:
        return [self.tree.lines[place] for place in self.path]

    @property
    def answers(self) -> set[int]:
        return {place for place in self.path if _is_answer(self.tree.lines[place])}

    @property
    def turns(self) -> int:
        return len({turn_of(self.tree.lines[place]) or place for place in self.answers})


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each session of the file, with its branches, its earlier contexts and its sub-agents by name."""
    values = opened.document["loglines"] if "loglines" in opened.keys else opened.values
    tree = tree_of(values)
    is_streamed = not any("parentUuid" in line for line in tree.lines)
    sessions, agents = _threads(tree)
    if not sessions and not agents:
        raise TranscriptError(
            f"{opened.name}: a session of Claude Code without a message, only bookkeeping; nothing to restore"
        )
    if not sessions:
        sessions, agents = agents, {}
    for name, places in sessions.items():
        alone = len(sessions) == 1
        yield from _offered(opened.name, tree, places, "" if alone else name or "session", is_streamed=is_streamed)
    for name, places in agents.items():
        view = _View(tree, tree.path(tree.leaves(places)[-1]), places, is_streamed=is_streamed)
        source = Source(opened.name, NAME, locator("", branch=f"agent-{name}"))
        about = "a sub-agent, which the session's agent called"
        yield _conversation(view, source, about)


def _threads(tree: Tree) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The places of each session and of each sub-agent. A resumed session is one with what it continues."""
    sessions: dict[str, list[int]] = {}
    agents: dict[str, list[int]] = {}
    homes: dict[str | None, str | None] = {}
    roots: dict[int, str] = {}
    for place, line in enumerate(tree.lines):
        thread, parent = tree.threads[place], tree.parents[place]
        if is_sidechain(line):
            name = thread or roots.setdefault(tree.root(place), str(len(roots) + 1))
            agents.setdefault(name, []).append(place)
            continue
        before = None if parent is None or is_sidechain(tree.lines[parent]) else tree.threads[parent]
        if before != thread and parent is not None and not is_sidechain(tree.lines[parent]):
            homes.setdefault(thread, homes.get(before, before))
        sessions.setdefault(homes.setdefault(thread, thread) or "", []).append(place)
    return _with_messages(tree, sessions), _with_messages(tree, agents)


def _with_messages(tree: Tree, threads: dict[str, list[int]]) -> dict[str, list[int]]:
    return {name: places for name, places in threads.items() if any(is_spoken(tree.lines[place]) for place in places)}


def _offered(file: str, tree: Tree, places: list[int], name: str, *, is_streamed: bool) -> Iterator[Conversation]:
    *others, last = tree.leaves(places)
    path = tree.path(last)
    branches = _branches(tree, places, others, path)
    earlier = tree.earlier(path)
    view = _View(tree, path, places, len(branches), is_streamed)
    yield _conversation(view, Source(file, NAME, locator(name) if name else None))
    for number, branch in enumerate(branches, start=1):
        source = Source(file, NAME, locator(name, branch=f"branch-{number}"))
        yield _conversation(branch, source, f"a branch that was left after {branch.turns} turns")
    for number, before in enumerate(earlier, start=1):
        which = "before-compaction" if number == len(earlier) else f"before-compaction-{number}"
        about = "the context as it stood before it was compacted"
        yield _conversation(_View(tree, before, places), Source(file, NAME, locator(name, branch=which)), about)


def _branches(tree: Tree, places: list[int], leaves: Iterable[int], path: Sequence[int]) -> list[_View]:
    """The ways to other leaves on which the agent answered otherwise, none of them a part of another."""
    known = {place for place in path if _is_answer(tree.lines[place])}
    known |= {place for each in tree.earlier(path) for place in each}
    taken = {*path}
    found: list[_View] = []
    for leaf in reversed([*leaves]):
        if leaf in known or leaf in taken:
            continue
        view = _View(tree, tree.path(leaf), places)
        if not view.answers <= known:
            found.append(view)
            known |= {*view.path}
    return found[::-1]


def _conversation(view: _View, source: Source, about: str = "") -> Conversation:
    return Conversation(
        source, partial(_transcript, view, source), only_by_name=bool(about), about=about, model=_models(view)[-1]
    )


def _transcript(view: _View, source: Source) -> Transcript:
    draft = Draft(source)
    _read_prompt(view, draft)
    read_messages(_turns(view.lines, draft), draft)
    _note_what_is_missing(view, draft)
    models = _models(view)
    if len({*models} - {None}) > 1:
        draft.note("multi_actor", f"several models answered ({', '.join(filter(None, models))}); named is the last")
    versions = [line.get("version") for line in view.lines if line.get("version")]
    return draft.transcript(model=models[-1], conditions={"version": versions[-1] if versions else None})


def _models(view: _View) -> list[str | None]:
    """The models that answered, each once, in order of their last answers; None alone where none is recorded."""
    named: dict[str | None, None] = {None: None}
    for line in view.lines:
        model = line["message"].get("model") if _is_answer(line) else None
        if isinstance(model, str) and model:
            named.pop(model, None)
            named[model] = None
    return [*named]


def _is_answer(line: Json) -> bool:
    return line.get("type") == "assistant" and is_spoken(line)


def _read_prompt(view: _View, draft: Draft) -> None:
    """The system prompt and the tools, from the last snapshot of each up to the conversation's end."""
    prompt: object = None
    end = max(view.path)
    for place in view.thread:
        attachment = view.tree.lines[place].get("attachment")
        if place > end or not isinstance(attachment, dict) or attachment.get("type") != "prompt_snapshot":
            continue
        prompt = attachment.get("systemPrompt") or prompt
        draft.define(tools_of([_tool(tool) for tool in as_list(attachment.get("tools"))]))
    read_system(prompt, draft)


def _tool(tool: Any) -> Any:
    """A snapshot's tool with its parameters where a request has them: there `schema` holds them, or the definition."""
    schema = tool.get("schema") if isinstance(tool, dict) else None
    if not isinstance(schema, dict):
        return tool
    return {**tool, "input_schema": schema.get("input_schema", schema)}


def _turns(lines: Iterable[Json], draft: Draft) -> list[Json]:
    """The messages in the order in which they were sent: a turn's results before what else followed it."""
    turns: list[Json] = []
    answer: tuple[str | None, Json] | None = None
    for line in lines:
        if _is_answer(line):
            turn = turn_of(line)
            if answer and answer[0] == turn and (turn or turns[-1] is answer[1]):
                answer[1]["content"] += parts_of(line)
            else:
                answer = (turn, {"role": "assistant", "content": parts_of(line)})
                turns.append(answer[1])
        elif any(answered(line)):
            turns.insert(_after_results(turns), {"role": "user", "content": parts_of(line)})
        else:
            turns += _told(line, draft)
    return [turn for turn in turns if turn["content"]]


def _after_results(turns: Sequence[Json]) -> int:
    place = len(turns)
    while place and turns[place - 1]["role"] != "assistant" and not any(answered({"message": turns[place - 1]})):
        place -= 1
    return place or len(turns)


def _told(line: Json, draft: Draft) -> Iterator[Json]:
    """What the model was told by a line that is no answer: by the user, or by the harness in the user's place."""
    match line:
        case {"type": "user"} if is_spoken(line):
            yield {"role": "user", "content": parts_of(line)}
        case {"type": "system", "subtype": "local_command", "content": str(text)}:
            yield {"role": "user", "content": [text]}
        case {"type": "attachment", "attachment": {"type": "prompt_snapshot"}}:
            return
        case {"type": "attachment", "rendered": list(rendered)}:
            texts = [each["content"] for each in rendered if isinstance(each, dict) and each.get("content")]
            role = "system" if line.get("renderedRole") == "system" else "user"
            yield from ({"role": role, "content": as_list(text)} for text in texts)
        case {"type": "attachment", "attachment": {"type": "queued_command", "prompt": str() | list() as prompt}}:
            yield {"role": "user", "content": as_list(prompt)}
        case {"type": "attachment"}:
            draft.note("prompt_view", "the model was shown reminders of the harness whose text is not in this file")
        case {"type": "system", "subtype": "microcompact_boundary"}:
            draft.note("prompt_view", "the model no longer saw some older results; here they stand in full")


def _note_what_is_missing(view: _View, draft: Draft) -> None:
    if not any(message.role == "system" for message in draft.messages):
        draft.note("system_missing", "this file does not record the system prompt")
    if view.path and (is_boundary(view.lines[0]) or view.lines[0].get("isCompactSummary")):
        draft.note("compacted", "a summary stands for what went before; that is had by name, as :before-compaction")
    elif draft.messages and next((m.role for m in draft.messages if m.role != "system"), "user") != "user":
        why = "its prompt is not printed" if view.is_streamed else "what went before is not in this file"
        draft.note("truncated_content", f"the conversation begins with an answer or a result: {why}")
    if view.tree.gaps.intersection(view.path):
        draft.note(
            "truncated_content", "some lines follow one that is not in this file; they are read after the one before"
        )
    if view.branches:
        draft.note("branch_chosen", f"the branch that ends last; {view.branches} left earlier are had by name")
