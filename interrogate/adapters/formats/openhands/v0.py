"""Events of OpenHands' version 0: actions and observations, some with the provider's answer that they came of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from interrogate.adapters.dialects.shapes import read_messages, tools_of
from interrogate.adapters.drafting import Draft, as_list, as_text, call
from interrogate.records import Block, Json, Media, Message, Text

_SOURCES = {"agent", "user", "environment"}
_UNSEEN = {"", "null", "change_agent_state", "recall", "condensation_request", "agent_state_changed", "pause", "resume"}
"""Events of the program's own."""
_BOOKKEEPING = {
    "thought",
    "confirmation_state",
    "security_risk",
    "blocking",
    "hidden",
    "is_static",
    "keep_prompt",
    "cwd",
}
"""Arguments of an action that were not the model's."""


def is_event(value: Json) -> bool:
    named = isinstance(value.get("action"), str) or isinstance(value.get("observation"), str)
    marked = bool({"args", "extras", "tool_call_metadata", "cause", "timestamp"} & set(value))
    source = value.get("source")
    return named and marked and isinstance(source, str) and source in _SOURCES


def is_condensed(events: Sequence[Any]) -> bool:
    return any(isinstance(event, dict) and event.get("action") == "condensation" for event in events)


def model_of(events: Iterable[Json]) -> object:
    answers = (_answer_of(event) for event in events)
    return next((answer["model"] for answer in answers if isinstance(answer.get("model"), str)), None)


def _metadata(event: Json) -> Json:
    metadata = event.get("tool_call_metadata")
    return metadata if isinstance(metadata, dict) else {}


def _answer_of(event: Json) -> Json:
    answer = _metadata(event).get("model_response")
    return answer if isinstance(answer, dict) else {}


def read(events: Sequence[Json], draft: Draft, *, whole: bool) -> None:
    """Adds what the agent had before it at last, or, where `whole`, what was condensed away as well."""
    answers: set[str] = set()
    for event in _own(_view(events, draft, whole=whole), draft):
        _read_event(event, answers, draft)


def _view(events: Iterable[Json], draft: Draft, *, whole: bool) -> list[Json]:
    view: list[Json] = []
    for event in events:
        if event.get("action") != "condensation":
            view.append(event)
            continue
        draft.note("compacted", "older events were condensed" + ("" if whole else "; `:whole` has them"))
        view = view if whole else _condensed(view, _args(event))
    return view


def _condensed(view: Sequence[Json], args: Json) -> list[Json]:
    forgotten = {str(each) for each in as_list(args.get("forgotten_event_ids"))}
    first, last = args.get("forgotten_events_start_id"), args.get("forgotten_events_end_id")
    between = range(first, last + 1) if isinstance(first, int) and isinstance(last, int) else range(0)
    left = [event for event in view if str(event.get("id")) not in forgotten and not _is_in(event.get("id"), between)]
    summary, offset = args.get("summary"), args.get("summary_offset")
    if isinstance(summary, str) and isinstance(offset, int):
        left.insert(
            min(max(offset, 0), len(left)), {"source": "user", "action": "message", "args": {"content": summary}}
        )
    return left


def _is_in(number: object, between: range) -> bool:
    return isinstance(number, int) and number in between


def _own(events: Iterable[Json], draft: Draft) -> Iterator[Json]:
    """The events without those of an agent that it handed a part of the task to."""
    delegated = False
    for event in events:
        delegated = delegated and event.get("observation") != "delegate"
        if not delegated:
            yield event
        if event.get("action") == "delegate":
            draft.note("multi_actor", "the agent handed a part of the task to another, whose events are left out")
            delegated = True


def _args(event: Json) -> Json:
    args = event.get("args")
    return args if isinstance(args, dict) else {}


# --- events -----------------------------------------------------------------------------------------------


def _read_event(event: Json, answers: set[str], draft: Draft) -> None:
    match event:
        case {"observation": "recall"}:
            draft.note("content_dropped", "what OpenHands told the agent of its workspace is not in the file as sent")
        case {"action": str(kind)} | {"observation": str(kind)} if kind in _UNSEEN:
            pass
        case {"action": "system"}:
            draft.say("system", as_text(_args(event).get("content") or event.get("message")))
            draft.define(tools_of(_args(event).get("tools")))
        case {"action": str(), "source": "user"}:
            _read_user(event, draft)
        case {"action": str(kind)}:
            _read_agent(event, kind, answers, draft)
        case {"observation": str()}:
            _read_observation(event, draft)


def _read_user(event: Json, draft: Draft) -> None:
    args = _args(event)
    said = args.get("content") or args.get("command") or event.get("message")
    draft.add("user", [*_texts(said), *_images(args.get("image_urls"), draft)])


def _texts(said: object) -> list[Block]:
    return [Text(as_text(said))] if said else []


def _images(urls: object, draft: Draft) -> Iterator[Media]:
    for url in as_list(urls):
        if not isinstance(url, str):
            raise draft.fault("an image without an address")
        yield Media("image", url)


def _read_agent(event: Json, kind: str, answers: set[str], draft: Draft) -> None:
    match _answer_of(event):
        case {"choices": [{"message": dict(message)}, *_]} as answer:
            name = str(answer.get("id") or len(draft.messages))
            if name not in answers:
                answers.add(name)
                read_messages([{**message, "role": "assistant"}], draft)
            return
    args = _args(event)
    if kind == "message":
        draft.add("assistant", [*_texts(args.get("content") or event.get("message"))])
        return
    draft.note("arguments_lost", "calls are rebuilt from the actions that became of them")
    arguments = {key: value for key, value in args.items() if key not in _BOOKKEEPING and value is not None}
    name = _metadata(event).get("function_name") or kind
    draft.add("assistant", [*_texts(args.get("thought")), call(name, arguments, _call_id(event), draft)])


def _call_id(event: Json) -> str | None:
    """The id of an action's call; where none was kept, that of the action."""
    known = _metadata(event).get("tool_call_id")
    if known not in (None, ""):
        return str(known)
    return None if event.get("id") is None else f"action_{event['id']}"


def _read_observation(event: Json, draft: Draft) -> None:
    content = _texts(event.get("content") or event.get("message"))
    cause = event.get("cause")
    call_id = _call_id(event) if _metadata(event) else None if cause is None else f"action_{cause}"
    made = any(each.id == call_id for message in draft.messages for each in message.calls)
    failed = event.get("observation") == "error"
    draft.messages.append(
        Message("tool" if made else "user", tuple(content), call_id if made else None, failed and made)
    )
