"""OpenAI's Responses: a list of items, a request with what it returned, or many of either, a line each.

Also the lists that the Agents SDK makes (`to_input_list()`) and the run state that it saves. The system prompt is
`instructions`, beside the items: such a list does not hold it. A request that names a `previous_response_id` holds
only what is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.responses_items import are_items, is_item, is_marked, read_items
from interrogate.adapters.dialects.shapes import read_system, tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.opening import Opened
from interrogate.records import Json, Source, Transcript

NAME = "responses"


def claims(opened: Opened) -> bool:
    """Whether the file holds such items, and nothing else."""
    return bool(_runs(opened))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each run of the file: named by its id where each has its own, otherwise by its number from 0."""
    runs = _runs(opened)
    names = [None] if len(runs) == 1 else numbered(run.get("id") for run in runs)
    for name, run in zip(names, runs, strict=True):
        source = Source(opened.name, NAME, name)
        model = run.get("model")
        yield Conversation(source, partial(_transcript, run, source), model=model if isinstance(model, str) else None)


def _runs(opened: Opened) -> list[Json]:
    values = [*opened.values]
    if are_items(values):
        return [{"input": values}]
    lists = [{"input": value} if are_items(value) else value for value in values]
    runs = [_run(value) for value in lists]
    return [run for run in runs if run is not None] if values and None not in runs else []


def _run(value: Any) -> Json | None:
    """A run with its items under `input` and `output`, whatever the file calls them."""
    if not isinstance(value, dict):
        return None
    if "$schemaVersion" in value:
        return _state(value)
    if isinstance(value.get("request"), dict) and isinstance(value.get("response"), dict):
        return _run({**value["request"], **value["response"], "input": value["request"].get("input")})
    given, returned = value.get("input"), value.get("output")
    if any(isinstance(each, list) and not all(is_item(item) for item in each) for each in (given, returned)):
        return None
    items = [item for each in (given, returned) if isinstance(each, list) for item in each]
    named = value.get("object") == "response" or ("instructions" in value and isinstance(given, str | list))
    return value if items and (named or any(is_marked(item) for item in items)) else None


def _state(state: Json) -> Json | None:
    """The Agents SDK's saved run: the input, and the raw items of what the run has made."""
    given = _either(state, "originalInput", "original_input")
    made = [
        _either(item, "rawItem", "raw_item") for item in as_list(_either(state, "generatedItems", "generated_items"))
    ]
    agent = _either(state, "currentAgent", "current_agent")
    items = [_snaked(item) for item in made if isinstance(item, dict)]
    run = {"input": given, "output": items, "instructions": _either(agent, "instructions", "instructions")}
    return run if items or isinstance(given, list) else None


def _either(holder: Any, one: str, other: str) -> Any:
    if not isinstance(holder, dict):
        return None
    return holder.get(one, holder.get(other))


def _snaked(item: Json) -> Json:
    """An item of the JavaScript SDK, which writes `callId` and `function_call_result`, as the interface has it."""
    kinds = {"function_call_result": "function_call_output"}
    found = {"call_id": item["callId"], **item} if "callId" in item else item
    kind = found.get("type")
    return {**found, "type": kinds[kind]} if isinstance(kind, str) and kind in kinds else found


def _transcript(run: Json, source: Source) -> Transcript:
    draft = Draft(source)
    draft.define(tools_of(run.get("tools")))
    given, instructions = run.get("input"), run.get("instructions")
    if isinstance(instructions, list):
        read_items(instructions, draft)
    else:
        read_system(instructions, draft)
    if isinstance(given, str):
        draft.say("user", given)
    else:
        read_items(as_list(given), draft)
    read_items(as_list(run.get("output")), draft)
    _note_what_is_missing(run, draft)
    return draft.transcript(model=run.get("model"))


def _note_what_is_missing(run: Json, draft: Draft) -> None:
    if not any(message.role == "system" for message in draft.messages):
        draft.note("system_missing", "the system prompt (`instructions`) is not in this file")
    if run.get("previous_response_id"):
        draft.note(
            "truncated_content", f"only what is new since the response {run['previous_response_id']}; give the whole"
        )
    elif not run.get("input"):
        draft.note("truncated_content", "a response without its request: what was asked is not in this file")
