"""SWE-agent's `.traj` files: the history of one run, and its steps.

Holds every message, calls with their results or actions in the text, and thinking blocks; tool definitions are not
recorded. The history is taken, whole, of the main agent. What was sent at the last step, where the file has it (since
1.1), is had as `:sent`: history processors cut older results out of it. Other agents are `:agent-NAME`, the attempts of
a run that was tried again `:attempt-N`. Demonstrations, which this agent did not do, are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.shapes import read_messages
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.adapters.parsing import decoded
from interrogate.records import Json, Source, Transcript

NAME = "swe-agent"

_KEPT = ("role", "content", "tool_calls", "thinking_blocks", "reasoning_content")
_MAIN = ("main", "primary")


def claims(opened: Opened) -> bool:
    """Whether the file is a run with its history, or with attempts at it."""
    return _is_run(opened.document) or any(_is_run(each) for each in _attempts(opened.document))


def _is_run(value: object) -> bool:
    return isinstance(value, dict) and {"history", "trajectory", "info"} <= set(value)


def _attempts(run: object) -> list[Json]:
    attempts = run.get("attempts") if isinstance(run, dict) else None
    return [each for each in as_list(attempts) if isinstance(each, dict)]


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The main agent's history; by name only, what was sent at last, other agents and attempts."""
    attempts = _attempts(opened.document)
    run = opened.document if _is_run(opened.document) else attempts[-1]
    main, *others = _agents(run)
    source = Source(opened.name, NAME)
    yield Conversation(source, partial(_transcript, run, source, main))
    if sent := _sent(run):
        yield _view(opened, "sent", "what was sent at the last step", {**run, "history": sent}, main)
    for agent in others:
        yield _view(opened, f"agent-{agent}", "another agent of the run", run, agent)
    for number, attempt in enumerate(attempts):
        yield _view(opened, f"attempt-{number}", f"attempt {number} at the task", attempt, _agents(attempt)[0])


def _view(opened: Opened, name: str, about: str, run: Json, agent: str | None) -> Conversation:
    source = Source(opened.name, NAME, locator("", None, name))
    return Conversation(source, partial(_transcript, run, source, agent), only_by_name=True, about=about)


def _history(run: Json) -> list[Any]:
    return [each for each in as_list(run.get("history")) if not (isinstance(each, dict) and each.get("is_demo"))]


def _agents(run: Json) -> list[str | None]:
    """The names of the agents, the main one first: so called, or the one with the most turns."""
    turns = Counter(
        each["agent"]
        for each in _history(run)
        if isinstance(each, dict) and isinstance(each.get("agent"), str) and each.get("role") == "assistant"
    )
    names = [name for name, _ in turns.most_common()]
    return sorted(names, key=lambda name: name not in _MAIN) or [None]


def _sent(run: Json) -> list[Any]:
    """What was sent at the last step, and the answer to it; nothing where the file does not say, or it is the same."""
    steps = [step for step in as_list(run.get("trajectory")) if isinstance(step, dict)]
    query = steps[-1].get("query") if steps else None
    if not isinstance(query, list) or not query:
        return []
    query, main = _history({"history": query}), _agents(run)[0]
    history = [each for each in _history(run) if _is_of(each, main)]
    answers = [number for number, each in enumerate(history) if _gist(each)[0] == "assistant"]
    last = history[answers[-1] :] if answers else []
    seen = [_gist(each) for each in query]
    sent = [*query, *(last if last and _gist(last[0]) not in seen else [])]
    return [] if [_gist(each) for each in sent] == [_gist(each) for each in history] else sent


def _gist(entry: Any) -> tuple[object, list[object]]:
    """Who says what, without the marks that are set for a provider's cache."""
    if not isinstance(entry, dict):
        return None, [entry]
    parts = as_list(entry.get("content"))
    return entry.get("role"), [part.get("text") if isinstance(part, dict) else part for part in parts]


def _transcript(run: Json, source: Source, agent: str | None) -> Transcript:
    draft = Draft(source)
    history = _history(run)
    if not history:
        raise draft.fault("no messages", "history")
    read_messages([_message(each, draft) for each in history if _is_of(each, agent)], draft)
    _note(run, history, draft)
    return draft.transcript(model=_model_of(run), conditions=_conditions(run))


def _is_of(message: Any, agent: str | None) -> bool:
    return not isinstance(message, dict) or message.get("agent") in (agent, None)


def _message(entry: Any, draft: Draft) -> Json:
    if not isinstance(entry, dict):
        raise draft.fault("no chat message", "history")
    ids = as_list(entry.get("tool_call_ids")) or as_list(entry.get("tool_call_id"))
    message = {key: entry[key] for key in _KEPT if entry.get(key) is not None}
    return {**message, "tool_call_id": ids[0]} if ids else message


def _note(run: Json, history: Sequence[Any], draft: Draft) -> None:
    if len(history) < len(as_list(run.get("history"))):
        draft.note("content_dropped", "a demonstration, which this agent was shown and did not do itself")
    if len(agents := _agents(run)) > 1:
        draft.note("multi_actor", f"the run has several agents: {', '.join(str(name) for name in agents)[:80]}")
    if len(_attempts(run)) > 1:
        draft.note("branch_chosen", f"one of {len(_attempts(run))} attempts at the task")
    if draft.source.locator is None and _sent(run):
        draft.note("view_chosen", "the whole history; `:sent` is what was sent at the last step")
    if not any(message.calls for message in draft.messages):
        draft.note("calls_as_text", "the agent's actions stand in its text, and their results in a user's")


def _model_of(run: Json) -> object:
    match decoded(run.get("replay_config")):
        case {"agent": {"model": {"name": name}}} | {"agent": {"agent_configs": [{"model": {"name": name}}, *_]}}:
            return name
    return None


def _conditions(run: Json) -> Json:
    environment = run.get("environment")
    return {"environment": environment} if environment != "main" else {}
