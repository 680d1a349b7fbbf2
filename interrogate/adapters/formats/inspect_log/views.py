"""Which conversation of an Inspect sample is taken: its messages, one of its model calls, or a branch of an audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interrogate.adapters.drafting import Draft, as_list, as_object
from interrogate.adapters.formats.inspect_log.events import TARGET, Call, calls_of, trajectories
from interrogate.adapters.formats.inspect_log.header import Header, is_attack
from interrogate.errors import TranscriptError
from interrogate.records import Json

LAST_INPUT = "last-model-input"
AS_GENERATED = "as-generated"
BRANCH = "branch-"
ABOUT = {
    LAST_INPUT: "what the model was last sent, with its answer",
    AS_GENERATED: "with the prompt that asked for the attack",
}

_STORE = "AuditStore:target"
"""Where Petri 1 and 2 keep the target's state."""


@dataclass(frozen=True, slots=True)
class View:
    """What is taken: the messages listed, or those of one call where there is one."""

    messages: Sequence[Any]
    call: Call | None = None
    own: tuple[Call, ...] = ()
    """The calls that wrote the conversation, the last one last. They say who wrote it and with which tools."""
    tools: Any = None
    """Definitions that are recorded elsewhere than in the calls."""


def choose(sample: Json, header: Header, name: str | None, draft: Draft) -> View:
    """The view of that name, the default where there is no name; notes the choice.

    Raises TranscriptError where the sample has no such view, and where the target of an audit said nothing.
    """
    calls = [call for call in calls_of(sample) if not call.is_onlooker]
    if header.is_audit or any(call.role == TARGET for call in calls):
        return _of_audit(sample, name, draft)
    messages = messages_of(sample)
    own = own_calls(messages, calls, header)
    longest = max(calls, key=lambda call: call.size, default=None)
    if name is not None:
        return _named(name, own or ((longest,) if longest else ()), draft)
    if longest is None or own or any(_is_generated(message) for message in messages):
        _note_company(own, calls, draft)
        return View(messages, own=own)
    draft.note("view_chosen", "the log's messages hold no answer of the model; the longest model call is taken")
    return View((), longest, (longest,))


def alternatives(sample: Json, header: Header) -> Iterator[tuple[str, str, int]]:
    """The views that a sample has besides the default: each one's name, what it is, and its length."""
    branches = trajectories(sample)
    if header.is_audit or branches:
        for number, made in branches.items() if len(branches) > 1 else ():
            end = "the one the audit ended in" if number == max(branches) else "left by the auditor"
            yield f"{BRANCH}{number}", f"{end}, {made[-1].size + 1} messages", made[-1].size + 1
        return
    messages = messages_of(sample)
    own = own_calls(messages, [call for call in calls_of(sample) if not call.is_onlooker], header)
    if own and is_attack(sample.get("metadata")):
        yield AS_GENERATED, ABOUT[AS_GENERATED], own[-1].size + 1
    elif own and _differs(own[-1], messages, sample):
        yield LAST_INPUT, ABOUT[LAST_INPUT], own[-1].size + 1


def _differs(call: Call, messages: Sequence[Any], sample: Json) -> bool:
    """Whether a call was sent, or gave, other messages than the log's messages up to its answer."""
    names = [as_object(message).get("id") for message in messages]
    spoken = [number for number, message in enumerate(messages) if as_object(message).get("role") == "assistant"]
    place = names.index(call.id) if call.id in names and call.id else max(spoken, default=0)
    made, kept = (len(as_list(each.get("tool_calls"))) for each in (call.answer, as_object(messages[place])))
    sent = [as_object(message).get("id") for message in call.sent(sample)]
    named = None not in (*sent, *names[:place])
    return made != kept or (sent != names[:place] if named else len(sent) != place)


def messages_of(sample: Mapping[str, Any]) -> list[Any]:
    messages = sample.get("messages")
    return messages if isinstance(messages, list) else []


def own_calls(messages: Sequence[Any], calls: Sequence[Call], header: Header) -> tuple[Call, ...]:
    """The calls whose answer became a message: not those of monitors and graders.

    Logs from before messages had ids are told by the model that they were run with.
    """
    listed = [message for message in messages if as_object(message).get("role") == "assistant"]
    kept = {name for message in listed if isinstance(name := message.get("id"), str)}
    if any(call.id for call in calls):
        return tuple(call for call in calls if call.id and call.id in kept)
    return tuple(call for call in calls if call.model == header.model and not call.role)


def _is_generated(message: Any) -> bool:
    match message:
        case {"role": "assistant", "source": "generate"} | {"role": "assistant", "model": str()}:
            return True
        case _:
            return False


def _named(name: str, own: tuple[Call, ...], draft: Draft) -> View:
    if name not in (LAST_INPUT, AS_GENERATED):
        raise TranscriptError(f"{draft.source}: only an audit has branches; name the sample alone")
    if not own:
        raise TranscriptError(f"{draft.source}: the log holds no call of the acting model; name the sample alone")
    if name == AS_GENERATED:
        draft.note("prompt_view", "the prompt that asked for the attack is in it; the log's messages leave it out")
    else:
        draft.note("view_chosen", "what the model was last sent, and its answer, instead of the log's messages")
    return View((), own[-1], own)


def _of_audit(sample: Json, name: str | None, draft: Draft) -> View:
    branches = trajectories(sample)
    stored = _stored_target(sample)
    draft.note("view_chosen", "an audit: the target's conversation is taken, not the auditor's")
    if name is None and stored:
        own = tuple(call for calls in branches.values() for call in calls)
        return View(stored["messages"], own=own, tools=stored.get("tools"))
    number = next((each for each in reversed(branches) if name in (None, f"{BRANCH}{each}")), None)
    if number is None:
        raise TranscriptError(f"{draft.source}: in this audit the target gave no answer there; nothing to restore")
    if len(branches) > 1:
        others = ", ".join(f"{BRANCH}{other}" for other in branches if other != number)
        draft.note("branch_chosen", f"the auditor rolled back: this is branch {number}; the others: {others}")
    return View((), branches[number][-1], tuple(branches[number]))


def _stored_target(sample: Mapping[str, Any]) -> Json:
    state = as_object(as_object(sample.get("store")).get(_STORE))
    spoken = any(as_object(message).get("role") == "assistant" for message in messages_of(state))
    return state if spoken else {}


def _note_company(own: Sequence[Call], calls: Sequence[Call], draft: Draft) -> None:
    """Says so where several models wrote the conversation, and where agents beside it had their own."""
    models = list(dict.fromkeys(call.model for call in own))
    if len(models) > 1:
        draft.note("multi_actor", f"several models wrote this conversation: {', '.join(models)}")
    ours = {span.id for call in own for span in call.spans}
    agents = [span for call in calls if own and (span := call.within("agent")) and span.id not in ours]
    if names := list(dict.fromkeys(span.name for span in agents)):
        draft.note("multi_actor", f"agents with conversations of their own are not part of it: {', '.join(names)}")
