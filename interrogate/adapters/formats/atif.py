"""ATIF trajectories (Harbor and others), versions 1.x: numbered steps of system, user and agent.

Holds the agent's text, calls, results and reasoning without signatures; often neither the system prompt nor the tools.
One file is one conversation, as the agent met it: context that was copied from the file before is part of it. Embedded
sub-agents are had by name, as `:agent-ID`. What a continuation in another file holds is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_json_text, as_list, as_text, call
from interrogate.adapters.opening import Opened
from interrogate.records import Block, Json, Media, Message, Reasoning, Role, Source, Text, ToolCall, Transcript

NAME = "atif"

_VERSION = re.compile(r"ATIF-v1(\.\d+)*")
_ROLES: dict[str, Role] = {"system": "system", "user": "user", "agent": "assistant"}


def claims(opened: Opened) -> bool:
    """Whether the file is such a trajectory, or each of its lines or items is."""
    return bool(opened.values) and all(_is_trajectory(value) for value in opened.values)


def _is_trajectory(value: object) -> bool:
    return isinstance(value, dict) and str(value.get("schema_version")).startswith("ATIF-v")


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each trajectory, and by name only the sub-agents in it."""
    values = [value if isinstance(value, dict) else {} for value in opened.values]
    alone = len(values) == 1
    names = numbered(value.get("trajectory_id") or value.get("session_id") for value in values)
    for name, value in zip(names, values, strict=True):
        source = Source(opened.name, NAME, None if alone else name)
        yield Conversation(source, partial(_transcript, value, source))
        yield from _subagents(value, opened.name, "" if alone else name)


def _subagents(trajectory: Json, file: str, front: str) -> Iterator[Conversation]:
    embedded = [*_embedded(trajectory)]
    names = numbered(each.get("trajectory_id") for each in embedded)
    for name, each in zip(names, embedded, strict=True):
        source = Source(file, NAME, f"{front}:agent-{name}")
        about = "a sub-agent that the agent called"
        yield Conversation(source, partial(_transcript, each, source), only_by_name=True, about=about)


def _embedded(trajectory: Json) -> Iterator[Json]:
    """The sub-agents' trajectories, and those within them."""
    for each in as_list(trajectory.get("subagent_trajectories")):
        if isinstance(each, dict):
            yield each
            yield from _embedded(each)


def _transcript(trajectory: Json, source: Source) -> Transcript:
    draft = Draft(source)
    version = str(trajectory.get("schema_version"))
    if not _VERSION.fullmatch(version):
        raise draft.fault(f"version {version[:40]!r}; versions 1.x are known", "schema_version")
    steps, agent = trajectory.get("steps"), trajectory.get("agent")
    if not isinstance(steps, list) or not steps:
        raise draft.fault("no list of steps", "steps")
    about = agent if isinstance(agent, dict) else {}
    for step in steps:
        _read_step(step, str(about.get("name")), draft)
    draft.define(tools_of(about.get("tool_definitions")))
    _note_what_is_missing(trajectory, str(about.get("name")), draft)
    return draft.transcript(model=about.get("model_name") or _model_of(steps), conditions={"agent": about.get("name")})


def _model_of(steps: Iterable[Any]) -> str | None:
    """The model that most of the agent's steps name."""
    names = [step.get("model_name") for step in steps if isinstance(step, dict) and step.get("source") == "agent"]
    found = Counter(name for name in names if isinstance(name, str) and name)
    return found.most_common(1)[0][0] if found else None


def _note_what_is_missing(trajectory: Json, agent: str, draft: Draft) -> None:
    if draft.messages[:1] and draft.messages[0].role != "system" and not agent.startswith("terminus"):
        draft.note("system_missing", "the file does not hold the system prompt")
    if further := trajectory.get("continued_trajectory_ref"):
        draft.note("truncated_content", f"the run goes on in another file, {str(further)[:80]}, with its own context")


# --- steps ------------------------------------------------------------------------------------------------


def _read_step(step: Any, agent: str, draft: Draft) -> None:
    source = step.get("source") if isinstance(step, dict) else None
    if not isinstance(source, str) or source not in _ROLES:
        raise draft.fault("no step of system, user or agent")
    if source == "system" and _is_notice(step, agent, draft):
        return
    if source == "agent":
        _read_turn(step, draft)
        if agent == "openhands" and step.get("tool_calls"):
            draft.note("prompt_view", "what stands beside the agent's calls may be OpenHands' own words for them")
        return
    if blocks := _blocks(step.get("message"), draft):
        draft.add(_ROLES[source], blocks)
    _add_results(_results(step), [], draft)


def _read_turn(step: Json, draft: Draft) -> None:
    calls = [_call(each, number, draft) for number, each in enumerate(as_list(step.get("tool_calls")))]
    results = _results(step)
    said = [] if _is_filler(step.get("message"), calls) else _blocks(step.get("message"), draft)
    if step.get("llm_call_count") == 0:
        _add_automatic(said, calls, results, draft)
        return
    draft.add("assistant", [*_reasoning(step, draft), *said, *calls])
    if results and not calls:
        draft.note("calls_as_text", "the agent wrote its calls as text, and their results came as a user's text")
    _add_results(results, calls, draft)


def _is_notice(step: Json, agent: str, draft: Draft) -> bool:
    """Whether a system step tells people what the harness did, rather than the agent."""
    extra = step.get("extra")
    if isinstance(extra, dict) and extra.get("context_management"):
        draft.note("compacted", f"message {len(draft.messages)}: the harness replaced older context here")
        return True
    if agent == "openhands" and draft.messages:
        draft.note("content_dropped", "notices of the harness about context whose text the file does not hold")
        return True
    return False


def _is_filler(message: object, calls: list[ToolCall]) -> bool:
    """Whether a step's text is what a converter puts where the agent called a tool and said nothing."""
    fillers = {f"Executed {each.name}{end}" for each in calls for end in ("", f" {each.id}", " (no result)")}
    return isinstance(message, str) and message in fillers


def _add_automatic(blocks: list[Block], calls: list[ToolCall], results: list[Json], draft: Draft) -> None:
    """What the harness did of itself between the agent's turns: the agent met it as text."""
    draft.note("calls_as_text", "steps that no model wrote are restored as a user's text")
    draft.say("user", "\n".join(block.text for block in blocks if isinstance(block, Text)))
    for each in calls:
        draft.say("user", f"[tool call] {each.name} {each.arguments}")
    for result in results:
        _add_as_user(_blocks(result.get("content"), draft), draft)


def _reasoning(step: Json, draft: Draft) -> Iterator[Reasoning]:
    for part in as_list(step.get("reasoning_content")):
        if text := _text_of(part, draft):
            yield Reasoning(text)


def _text_of(part: object, draft: Draft) -> str:
    match part:
        case str(text) | {"text": str(text)}:
            return text
    raise draft.fault("reasoning that is no text")


def _call(recorded: Any, number: int, draft: Draft) -> ToolCall:
    if not isinstance(recorded, dict):
        raise draft.fault("a tool call that is no object")
    extra = recorded.get("extra")
    raw = extra.get("raw_arguments") if isinstance(extra, dict) else None
    arguments = raw if isinstance(raw, str) and raw else recorded.get("arguments")
    name, call_id = recorded.get("function_name"), recorded.get("tool_call_id")
    fallback = f"call_{len(draft.messages)}_{number}"
    return call(name, as_json_text(arguments), fallback if call_id in (None, "") else call_id, draft)


# --- results ----------------------------------------------------------------------------------------------


def _results(step: Json) -> list[Json]:
    observation = step.get("observation")
    results = observation.get("results") if isinstance(observation, dict) else None
    return [each for each in as_list(results) if isinstance(each, dict)]


def _add_results(results: list[Json], calls: list[ToolCall], draft: Draft) -> None:
    """Adds the results. Those that name no call answer the calls in order where there are as many, and are text of a
    user's where not."""
    named = {str(each.get("source_call_id")) for each in results}
    nameless = [each for each in results if each.get("source_call_id") in (None, "")]
    open_calls = [each.id for each in calls if each.id not in named]
    paired = dict(zip(map(id, nameless), open_calls, strict=True)) if len(nameless) == len(open_calls) else {}
    later: list[list[Block]] = []
    for result in results:
        blocks = _blocks(result.get("content"), draft)
        answered = result.get("source_call_id")
        call_id = paired.get(id(result)) if answered in (None, "") else str(answered)
        if call_id is None:
            later.append(blocks)
        else:
            draft.add("tool", blocks, call_id=call_id, is_error=_failed(result))
    for blocks in later:
        _add_as_user(blocks, draft)


def _add_as_user(blocks: list[Block], draft: Draft) -> None:
    if blocks:
        draft.messages.append(Message("user", tuple(blocks)))


def _failed(result: Json) -> bool:
    extra = result.get("extra")
    return isinstance(extra, dict) and bool(extra.get("is_error") or extra.get("tool_result_is_error"))


def _blocks(content: object, draft: Draft) -> list[Block]:
    return [block for part in as_list(content) if (block := _block(part, draft)) is not None]


def _block(part: object, draft: Draft) -> Block | None:
    match part:
        case "" | None:
            return None
        case str(text) | {"type": "text", "text": str(text)}:
            return Text(text) if text else None
        case {"type": "image" | "audio" as kind, "source": {"path": str(path)}}:
            return _media(kind, path, draft)
        case {"type": kind}:
            draft.note("content_dropped", f"message {len(draft.messages)}: a part of type {kind!r} is not restored")
            return None
    return Text(as_text(part))


def _media(kind: Any, path: str, draft: Draft) -> Media | None:
    if path.startswith(("http://", "https://", "data:")):
        return Media(kind, path)
    draft.note("attachment_unresolved", f"the {kind} {path[:80]} is a file of its own, which is not read")
    return None
