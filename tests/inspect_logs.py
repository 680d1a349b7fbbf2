"""Inspect logs for tests, built and written by Inspect itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import conversations, read_conversation
from interrogate.adapters.conversations import Conversation
from interrogate.records import Json, Transcript

_REASON = "inspect_ai is not installed; it comes with the extra 'inspect'"
event = pytest.importorskip("inspect_ai.event", reason=_REASON)
log = pytest.importorskip("inspect_ai.log", reason=_REASON)
model = pytest.importorskip("inspect_ai.model", reason=_REASON)
tool = pytest.importorskip("inspect_ai.tool", reason=_REASON)

FORMATS = pytest.mark.parametrize("ending", ["eval", "json"])


def said(text: Any = "Cleaned.", calls: list[Any] | None = None, name: str | None = "m1", **fields: Any) -> Any:
    return model.ChatMessageAssistant(id=name, content=text, tool_calls=calls, source="generate", **fields)


def asked(text: str = "Clean up.") -> Any:
    return model.ChatMessageUser(id=f"u-{text}", content=text, source="input")


def system(text: str) -> Any:
    return model.ChatMessageSystem(id=f"s-{text}", content=text)


def answered(text: str, call_id: str, **fields: Any) -> Any:
    return model.ChatMessageTool(id=f"t-{call_id}", content=text, tool_call_id=call_id, function="ls", **fields)


def called(name: str, arguments: Json, call_id: str, parse_error: str | None = None) -> Any:
    return tool.ToolCall(id=call_id, function=name, arguments=arguments, parse_error=parse_error)


def info(name: str) -> Any:
    return tool.ToolInfo(name=name, description=f"Does {name}.", parameters=tool.ToolParams())


def model_call(answer: Any, sent: list[Any] | None = None, *, by: str = "openai/gpt-4o", **fields: Any) -> Any:
    choices = [] if answer is None else [model.ChatCompletionChoice(message=answer)]
    return event.ModelEvent(
        model=by,
        input=[asked()] if sent is None else sent,
        tools=fields.pop("tools", []),
        tool_choice="auto",
        config=model.GenerateConfig(),
        output=model.ModelOutput(model="gpt-4o", choices=choices),
        **fields,
    )


def span(name: str, kind: str, parent: str | None = None) -> Any:
    return event.SpanBeginEvent(id=name, span_id=name, parent_id=parent, type=kind, name=name)


def sample(messages: list[Any], name: str | int = "s1", epoch: int = 1, **fields: Any) -> Any:
    return log.EvalSample(id=name, epoch=epoch, input="Clean up.", target="", messages=messages, **fields)


def written(path: Path, *samples: Any, author: str = "openai/gpt-4o-2024-08-06", **fields: Any) -> Path:
    spec = log.EvalSpec(
        created="2026-01-01T00:00:00+00:00",
        task=fields.pop("task", "cleaning"),
        dataset=log.EvalDataset(),
        model=author,
        config=log.EvalConfig(),
        **fields,
    )
    log.write_eval_log(log.EvalLog(eval=spec, status="success", samples=list(samples)), str(path))
    return path


def offered(path: Path) -> list[Conversation]:
    """All conversations, those that are had by name only too."""
    found = list(conversations([str(path)], every=True))
    assert all(isinstance(each, Conversation) for each in found), found
    return [each for each in found if isinstance(each, Conversation)]


def one(path: Path, view: str = "s1") -> Transcript:
    (found,) = conversations([f"{path}#{view}"])
    assert isinstance(found, Conversation), found
    transcript = read_conversation(found)
    assert isinstance(transcript, Transcript), transcript
    return transcript


def texts(transcript: Transcript) -> list[str]:
    return [message.text for message in transcript.messages]


def codes(transcript: Transcript) -> list[str]:
    return [notice.code for notice in transcript.warnings]
