"""Events of OpenHands' version 1: an object with `kind`, perhaps the child of another event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from interrogate.adapters.dialects.responses_items import read_items
from interrogate.adapters.dialects.shapes import read_messages, tools_of
from interrogate.adapters.drafting import Draft, as_list, as_text, call
from interrogate.records import Block, Json, Tool, ToolCall

_SUMMARY = "CondensationSummaryEvent"
_SHOWN = {
    "SystemPromptEvent",
    "MessageEvent",
    "ActionEvent",
    "ObservationEvent",
    "AgentErrorEvent",
    "UserRejectObservation",
    _SUMMARY,
}
"""The kinds that the agent is shown. The others are the program's own."""
_SOURCES = {"agent", "user", "environment", "hook"}
_ROOT = "__root__"


def is_event(value: Json) -> bool:
    kind = value.get("kind")
    source = value.get("source")
    if not isinstance(kind, str) or not isinstance(source, str) or source not in _SOURCES:
        return False
    return kind in _SHOWN or kind.endswith("Event") or kind.startswith("Condensation")


def is_edited(events: Sequence[Any]) -> bool:
    """Whether the agent had other events before it at last than the file holds: condensed ones, or of one branch."""
    known = [event for event in events if isinstance(event, dict)]
    return any(event.get("kind") == "Condensation" for event in known) or len(_branch(known)) < len(known)


def read(events: Sequence[Json], draft: Draft, *, whole: bool) -> None:
    """Adds what the agent had before it at last, or, where `whole`, every event."""
    branch = list(events) if whole else _branch(events)
    if len(branch) < len(events):
        draft.note("branch_chosen", f"{len(events) - len(branch)} events are of branches that were left; see `:whole`")
    turns: dict[str, int] = {}
    for event in _view(branch, draft, whole=whole):
        _read_event(event, turns, draft)


def _branch(events: Sequence[Json]) -> list[Json]:
    """The events from the root to the last. One without a parent follows the one before it."""
    places = {event["id"]: number for number, event in enumerate(events) if isinstance(event.get("id"), str)}
    path: list[Json] = []
    place: int | None = len(events) - 1
    while place is not None and place >= 0:
        path.append(events[place])
        parent = events[place].get("parent_id")
        known = places.get(parent, place - 1) if isinstance(parent, str) else place - 1
        place = None if parent == _ROOT or known >= place else known
    return path[::-1]


def _view(events: Iterable[Json], draft: Draft, *, whole: bool) -> list[Json]:
    """The events that the agent is shown, after each condensation has been done."""
    view: list[Json] = []
    for event in events:
        kind = event.get("kind")
        if kind == "Condensation":
            draft.note("compacted", "older events were condensed" + ("" if whole else "; `:whole` has them"))
            view = view if whole else _condensed(view, event)
        elif isinstance(kind, str) and kind in _SHOWN:
            view.append(event)
        elif kind == "ACPToolCallEvent":
            draft.note("content_dropped", "calls of another agent program, which OpenHands only watched")
    return view


def _condensed(view: Sequence[Json], event: Json) -> list[Json]:
    forgotten = {str(each) for each in as_list(event.get("forgotten_event_ids"))}
    left = [each for each in view if str(each.get("id")) not in forgotten]
    summary, offset = event.get("summary"), event.get("summary_offset")
    if isinstance(summary, str) and isinstance(offset, int):
        left.insert(min(max(offset, 0), len(left)), {"kind": _SUMMARY, "summary": summary})
    return left


# --- events -----------------------------------------------------------------------------------------------


def _read_event(event: Json, turns: dict[str, int], draft: Draft) -> None:
    match event:
        case {"kind": "SystemPromptEvent"}:
            _say("system", [event.get("system_prompt"), event.get("dynamic_context")], draft)
            draft.define(_tools(event.get("tools")))
        case {"kind": "MessageEvent"}:
            _read_message(event, draft)
        case {"kind": "ActionEvent"}:
            _read_action(event, turns, draft)
        case {"kind": "ObservationEvent"}:
            observation = event.get("observation")
            seen = observation if isinstance(observation, dict) else {"content": observation}
            _answer(event, [*_contents(seen), *as_list(event.get("extended_content"))], seen.get("is_error"), draft)
        case {"kind": "UserRejectObservation"}:
            _answer(event, [f"Action rejected: {as_text(event.get('rejection_reason'))}"], True, draft)
        case {"kind": "AgentErrorEvent"}:
            _answer(event, [as_text(event.get("error"))], True, draft)
        case _:
            draft.say("user", as_text(event.get("summary")))


def _contents(observation: Json) -> list[Any]:
    """An observation's content; the first versions had the tool's own fields only."""
    if "content" in observation:
        return as_list(observation["content"])
    return as_list(observation.get("output"))


def _say(role: str, content: Sequence[Any], draft: Draft, **rest: Any) -> None:
    parts = [part for each in content for part in _parts(each)]
    read_messages([{"role": role, "content": parts, **rest}], draft)


def _parts(part: Any) -> list[Any]:
    """Content as the interfaces write it: OpenHands has several images in a part."""
    match part:
        case {"type": "image", "image_urls": [*urls]}:
            return [{"type": "image_url", "image_url": url} for url in urls]
        case {"text": str(text)}:
            return [text]
    return [part]


def _read_message(event: Json, draft: Draft) -> None:
    message = event.get("llm_message")
    if not isinstance(message, dict):
        raise draft.fault("a message event without its message")
    kept = {key: message[key] for key in ("tool_calls", "thinking_blocks", "reasoning_content") if message.get(key)}
    role = message.get("role") or ("assistant" if event.get("source") == "agent" else "user")
    content = [*as_list(message.get("content")), *as_list(event.get("extended_content"))]
    _say(role, content, draft, **kept, tool_call_id=message.get("tool_call_id"))
    _put_first(_hidden(message, draft), draft)


def _hidden(holder: Json, draft: Draft) -> tuple[Block, ...]:
    """The reasoning of the Responses interface, where nothing else holds it."""
    item = holder.get("responses_reasoning_item")
    if not isinstance(item, dict) or holder.get("reasoning_content") or holder.get("thinking_blocks"):
        return ()
    read_items([{**item, "type": "reasoning"}], draft)
    return draft.messages.pop().blocks


def _put_first(blocks: Sequence[Block], draft: Draft) -> None:
    if blocks:
        draft.messages[-1] = replace(draft.messages[-1], blocks=(*blocks, *draft.messages[-1].blocks))


def _read_action(event: Json, turns: dict[str, int], draft: Draft) -> None:
    """Adds a call: to the turn of the same answer, where nothing but results came after that."""
    kept = {key: event[key] for key in ("thinking_blocks", "reasoning_content") if event.get(key)}
    _say("assistant", as_list(event.get("thought")), draft, **kept)
    _put_first(_hidden(event, draft), draft)
    blocks = (*draft.messages.pop().blocks, _call(event, draft))
    answer = str(event.get("llm_response_id") or event.get("id") or len(draft.messages))
    place = turns.get(answer)
    if place is not None and all(each.role == "tool" for each in draft.messages[place + 1 :]):
        draft.messages[place] = replace(draft.messages[place], blocks=(*draft.messages[place].blocks, *blocks))
    else:
        turns[answer] = len(draft.messages)
        draft.add("assistant", blocks)


def _call(event: Json, draft: Draft) -> ToolCall:
    """The call as the model made it; without it, the action that became of it."""
    recorded = event.get("tool_call")
    known = recorded if isinstance(recorded, dict) else {}
    function = known["function"] if isinstance(known.get("function"), dict) else known
    action = event.get("action")
    arguments = function.get("arguments")
    if arguments is None and isinstance(action, dict):
        draft.note("arguments_lost", "calls are rebuilt from the actions that became of them")
        arguments = {key: value for key, value in action.items() if key != "kind"}
    call_id = event.get("tool_call_id") or known.get("id") or event.get("id")
    return call(function.get("name") or event.get("tool_name"), arguments, call_id, draft)


def _answer(event: Json, content: Sequence[Any], failed: object, draft: Draft) -> None:
    call_id = event.get("tool_call_id")
    _say("tool", content, draft, tool_call_id=call_id)
    if draft.messages[-1].call_id is None:
        draft.messages[-1] = replace(draft.messages[-1], role="user")
    elif failed:
        draft.messages[-1] = replace(draft.messages[-1], is_error=True)


def _tools(tools: object) -> list[Tool]:
    """The definitions that hold their parameters: most are recorded by the name of their class alone."""
    listed = [tool for tool in as_list(tools) if isinstance(tool, dict)]
    remote = [tool["mcp_tool"] if isinstance(tool.get("mcp_tool"), dict) else tool for tool in listed]
    return [tool for tool in tools_of(remote) if tool.parameters]
