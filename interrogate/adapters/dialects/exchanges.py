"""Requests with the answers they got, as programs wrap them: logs, batches, fine-tuning rows, preferences.

* a request itself: `{"messages", "tools", ...}`, also beside its answer: `response`, `choices`, `completion`, `output`;
* `{"request": {...}, "response": {...}}`;
* batch input: `{"custom_id", "body": {...}}` or `{"custom_id", "params": {...}}`, and batch output: `{"custom_id",
  "response": {"body": ...}}` or `{"custom_id", "result": {"message": ...}}`, which holds no question;
* preferences: `{"input": {...}, "preferred_output", "non_preferred_output"}`, `{"prompt", "chosen", "rejected"}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interrogate.adapters.dialects.shapes import is_anthropic, is_conversation, is_message, undone
from interrogate.adapters.drafting import as_list
from interrogate.records import Json

OUTCOMES = frozenset(
    """accuracy answer answers chosen correct correctness deceptive eval evaluation expected failed failure feedback
    flagged gold grade grader graded ground harm harmful judge judgement judgment label labels malicious misaligned
    outcome pass passed preference quality rating rationale rejected resolved reward rewards safe safety score scores
    solved success successful target truth unsafe verdict win winner""".split()
)
"""Words of a key by which it tells how a run ended or was judged: never a condition, by which results are split."""
BOOKKEEPING = frozenset(
    """body canary choices completion created created_at custom_id error functions id input messages method model object
    output params prompt request request_body request_id response response_body result stream system time timestamp
    tools type updated_at url user uuid""".split()
)
"""Keys of names, times and transport, which differ in every row, and of the conversation itself."""

_SPELLED = ["messages", "tools", "functions", "system"]
_WRAPPERS = ("request", "request_body", "body", "params", "input")
_ANSWERS = ("response", "response_body", "choices", "completion", "result", "output")
_PREFERENCES = (("preferred_output", "non_preferred_output"), ("chosen", "rejected"))


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers to a request: the first by default, others by name."""

    name: str
    messages: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, with its answers where they are recorded apart from its messages."""

    request: Json
    answers: tuple[Answer, ...] = ()
    name: object = None
    custom_id: str | None = None
    siblings: Mapping[str, object] | None = None
    anthropic: bool = False

    @property
    def question(self) -> list[Any]:
        return as_list(self.request.get("messages"))

    def messages(self, answer: int = 0) -> list[Any]:
        """The conversation, with one of the answers at its end."""
        return [*self.question, *(self.answers[answer].messages if self.answers else ())]


def exchanges(values: Sequence[Any]) -> list[Exchange]:
    """What a file lists; nothing where one of its values is no exchange, or none of them a whole conversation.

    The questions and answers of a batch that are rows of one file are joined by `custom_id`.
    """
    if is_conversation(list(values)):
        return [_noting_dialect(Exchange({"messages": list(values)}))]
    found = [each for value in values if (each := exchange(value)) is not None]
    if len(found) < len(values) or not any(is_conversation(each.messages()) for each in found):
        return []
    return [_noting_dialect(each) for each in _joined(found)]


def exchange(value: object) -> Exchange | None:
    """The exchange that an object holds, if it holds one."""
    if not isinstance(value, dict):
        return None
    request = _request(value)
    answers = tuple(_answers(value))
    custom_id = value.get("custom_id") if isinstance(value.get("custom_id"), str) else None
    is_output = custom_id is not None and ("response" in value or "result" in value)
    if request is None and not is_output and not _preference(value):
        return None
    return Exchange(
        request or {"messages": []},
        answers,
        name=custom_id or value.get("id"),
        custom_id=custom_id,
        siblings=conditions(value),
        anthropic=custom_id is not None and ("params" in value or "result" in value),
    )


def conditions(row: Mapping[str, object]) -> dict[str, object]:
    """What stands beside a conversation and says under which circumstances it was had, not how it ended."""
    return {key: value for key, value in row.items() if key not in BOOKKEEPING and not _is_outcome(key)}


def _is_outcome(key: str) -> bool:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", key)
    return any(word.lower() in OUTCOMES for word in words)


def _request(value: Json) -> Json | None:
    """The object with `messages`: itself, or within one or two wrappers."""
    if "messages" in value:
        return {**value, **{key: undone(value[key]) for key in _SPELLED if key in value}}
    if (name := next((each for each in ("prompt", "input") if is_conversation(value.get(each))), None)) is not None:
        return {**value, "messages": value[name]}
    inner = (undone(value.get(name)) for name in _WRAPPERS)
    return next((found for each in inner if isinstance(each, dict) and (found := _request(each)) is not None), None)


def _preference(value: Json) -> list[Answer]:
    for names in _PREFERENCES:
        if all(is_conversation(value.get(name)) for name in names):
            return [Answer(name.removesuffix("_output"), tuple(value[name])) for name in names]
    return []


def _answers(value: Json) -> list[Answer]:
    """The answers beside a request. Messages of the object itself that end with the model's own hold it already."""
    if preference := _preference(value):
        return preference
    messages = as_list(undone(value.get("messages")))
    if messages and is_message(messages[-1]) and messages[-1]["role"] == "assistant":
        return []
    said = next((found for name in _ANSWERS if (found := _said(undone(value.get(name))))), [])
    return [Answer(f"choice-{number}", tuple(each)) for number, each in enumerate(said)]


def _said(answer: Any) -> list[list[Json]]:
    """The alternatives of an answer, each a list of messages; none where it is an error or no answer at all."""
    match answer:
        case {"body": inner} | {"message": dict(inner)} | {"choices": list(inner)}:
            return _said(undone(inner))
        case list() if not is_conversation(answer):
            return [found for each in answer if isinstance(each, dict) for found in _said(each)]
    messages = _alternative(answer)
    return [messages] if messages else []


def _alternative(answer: Any) -> list[Json]:
    match answer:
        case list():
            return answer
        case {"role": "assistant"}:
            return [answer]
        case {"content": _} | {"tool_calls": _} if "role" not in answer:
            return [{**answer, "role": "assistant"}]
        case {"text": str(text)} | (str() as text) if text:
            return [{"role": "assistant", "content": text}]
    return []


def _joined(found: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges, each question of a batch with the answer that another row holds."""
    asked = {each.custom_id for each in found if each.question}
    answers = {each.custom_id: each for each in found if each.custom_id and not each.question}
    rest = [each for each in found if each.question or each.custom_id not in asked]
    return [
        replace(each, answers=each.answers or answers[each.custom_id].answers) if each.custom_id in answers else each
        for each in rest
    ]


def _noting_dialect(found: Exchange) -> Exchange:
    return replace(found, anthropic=found.anthropic or is_anthropic(found.request, found.messages()))
