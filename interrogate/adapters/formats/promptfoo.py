"""promptfoo's results: an evaluation as JSON, or a result a line.

Each result is one prompt and the provider's output. A red team's conversation of several turns stands in the result's
metadata: its messages are taken, or else the turns of its history. Strategies that try one prompt after another, each
afresh, have no such conversation: the last prompt is taken with the output. Grades and expected values are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.exchanges import conditions
from interrogate.adapters.dialects.shapes import is_conversation, read_messages, undone
from interrogate.adapters.drafting import Draft, as_list, as_object, as_text
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "promptfoo"

_AFRESH = ("iterative", "jailbreak", "tree", "best-of-n")
"""Parts of the names of strategies whose attempts do not build on each other."""
_ENDPOINTS = {"chat", "completion", "completions", "responses", "messages", "converse", "assistant"}
_NO_MODELS = (
    "http",
    "https",
    "file",
    "exec",
    "python",
    "webhook",
    "package",
    "javascript",
    "echo",
    "websocket",
    "browser",
)


def claims(opened: Opened) -> bool:
    """Whether an object holds the results of an evaluation, or every line is one."""
    if opened.keys:
        return _is_evaluation(opened.document) or _is_result(opened.document)
    return bool(opened.values) and all(_is_result(value) for value in opened.values)


def _is_evaluation(document: Json) -> bool:
    results = document.get("results")
    return isinstance(results, dict) and "results" in results and ("version" in results or "evalId" in document)


def _is_result(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= {"promptIdx", "testIdx"} and "provider" in value


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each result, named by its id where each has its own, otherwise by its number from 0."""
    results: Sequence[Any] = opened.values
    if opened.keys and _is_evaluation(opened.document):
        results = as_list(opened.document["results"]["results"])
    if not all(isinstance(result, dict) for result in results):
        raise TranscriptError(f"{opened.name}: results that are no objects; export the evaluation again")
    for name, result in zip(numbered(result.get("id") for result in results), results, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_transcript, result, source))


def _transcript(result: Json, source: Source) -> Transcript:
    draft = Draft(source)
    response = as_object(result.get("response"))
    metadata = {**as_object(response.get("metadata")), **as_object(result.get("metadata"))}
    read_messages(_messages(result, response, metadata, draft), draft)
    beside = {key: metadata.get(key) for key in ("pluginId", "strategyId")}
    return draft.transcript(model=_model(result.get("provider")), conditions={**conditions(_vars(result)), **beside})


def _messages(result: Json, response: Json, metadata: Json, draft: Draft) -> list[Any]:
    recorded = undone(metadata.get("messages"))
    output = _answer(response.get("output"))
    if is_conversation(recorded):
        return recorded if recorded[-1]["role"] == "assistant" else [*recorded, *output]
    history = as_list(metadata.get("redteamHistory"))
    if history and not any(part in str(metadata.get("strategyId")) for part in _AFRESH):
        draft.note("view_chosen", "the turns of the red team's history are taken; a system prompt may be missing")
        return [message for turn in history for message in _turn(turn, draft)]
    final = metadata.get("redteamFinalPrompt")
    return [*_asked(final if isinstance(final, str) and final else result.get("prompt")), *output]


def _turn(turn: Any, draft: Draft) -> list[Json]:
    match turn:
        case {"prompt": prompt, "output": output}:
            return [*_asked(prompt)[-1:], *_answer(output)]
    raise draft.fault("a turn of the history without prompt and output")


def _asked(prompt: Any) -> list[Any]:
    """The messages of a prompt, which may be their JSON text."""
    raw = prompt.get("raw") if isinstance(prompt, dict) else prompt
    spelled = undone(raw)
    if is_conversation(spelled):
        return list(spelled)
    return [{"role": "user", "content": as_text(raw)}]


def _answer(output: Any) -> list[Json]:
    match output:
        case None | "":
            return []
        case {"role": "assistant"}:
            return [output]
        case [{"function": _}, *_]:
            return [{"role": "assistant", "tool_calls": output}]
    return [{"role": "assistant", "content": as_text(output)}]


def _model(provider: Any) -> str | None:
    """The model in a provider's id, as in `openai:chat:gpt-4o`; None for programs and addresses."""
    known = provider.get("id") if isinstance(provider, dict) else provider
    family, *rest = known.split(":") if isinstance(known, str) else [""]
    named = [part for part in rest if part not in _ENDPOINTS]
    return ":".join(named) if named and family not in _NO_MODELS else None


def _vars(result: Json) -> Json:
    return as_object(result.get("vars"))
