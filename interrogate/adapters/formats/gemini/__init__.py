"""Gemini: requests with `contents` and what they returned, and the sessions that Gemini CLI keeps.

A request has no ids of calls, or need not have them: a response answers the first open call of its name. The signature
of a part is kept with the thought before it. Of several candidates the first is taken. A session of Gemini CLI is an
object, or lines that replace earlier ones of the same id, rewind (`$rewindTo`) and overwrite (`$set`); it holds neither
the system prompt nor the tools, and of thoughts their summaries.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.shapes import tools_of
from interrogate.adapters.drafting import Draft, as_list
from interrogate.adapters.formats.gemini import cli
from interrogate.adapters.formats.gemini.parts import either, read_contents
from interrogate.adapters.opening import Opened
from interrogate.records import Json, Source, Tool, Transcript

NAME = "gemini"


def claims(opened: Opened) -> bool:
    """Whether the file holds such contents, or a session of Gemini CLI."""
    return cli.is_session(opened) or bool(_requests(opened))


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each request of the file, or the session with what it went back on by name."""
    if cli.is_session(opened):
        yield from cli.conversations(opened, NAME)
        return
    found = _requests(opened)
    names = [None] if len(found) == 1 else numbered(request.get("key", request.get("id")) for request in found)
    for name, request in zip(names, found, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(_transcript, request, source), model=_model(request))


def _requests(opened: Opened) -> list[Json]:
    values = [*opened.values]
    if values and all(map(_is_content, values)) and any("parts" in value for value in values):
        return [{"contents": values}]
    found = [request for value in values if (request := _request(value)) is not None]
    return found if len(found) == len(values) else []


def _is_content(value: Any) -> bool:
    return isinstance(value, dict) and "parts" in value and value.get("role") in ("user", "model", "function", None)


def _request(value: Any) -> Json | None:
    """The request with `contents` that a value is or wraps, and what it returned under `candidates`."""
    if not isinstance(value, dict):
        return None
    match value:
        case {"request": {"contents": contents} as request}:
            response = value.get("response")
            returned = response if isinstance(response, dict) else {}
            rest = {key: inner for key, inner in (value | request | returned).items() if key != "request"}
            return _request({**rest, "contents": contents})
        case {"history": list() as history} if history and all(map(_is_content, history)):
            return {**value, "contents": history}
        case {"contents": list() as contents} if contents and all(map(_is_content, contents)):
            return {**value}
        case {"contents": str() | dict(), "candidates": _}:
            return {**value}
    return None


def _model(request: Json) -> str | None:
    found = (either(request, "modelVersion"), request.get("model"))
    name = next((each for each in found if isinstance(each, str) and each), None)
    return name.removeprefix("models/") if name else None


def _transcript(request: Json, source: Source) -> Transcript:
    draft = Draft(source)
    config = request.get("config")
    settings = [request, config if isinstance(config, dict) else {}]
    for instruction in (either(each, "systemInstruction") for each in settings):
        read_contents(as_list(instruction), draft, role="system")
    read_contents(as_list(request.get("contents")), draft)
    read_contents(_answers(request, draft), draft)
    draft.define(tool for each in settings for tool in _tools(each.get("tools")))
    if not any(message.role == "system" for message in draft.messages):
        draft.note("system_missing", "the request has no system instruction, or it is not in this file")
    return draft.transcript(model=_model(request))


def _answers(request: Json, draft: Draft) -> list[Any]:
    candidates = [each for each in as_list(request.get("candidates")) if isinstance(each, dict)]
    if len(candidates) > 1:
        draft.note("branch_chosen", f"the first of {len(candidates)} candidates")
    contents = [each["content"] for each in candidates[:1] if isinstance(each.get("content"), dict)]
    return [{"role": "model", **content} for content in contents]


def _tools(tools: object) -> list[Tool]:
    listed = [tool for tool in as_list(tools) if isinstance(tool, dict)]
    declared = [each for tool in listed for each in as_list(either(tool, "functionDeclarations"))]
    return tools_of([_with_schema(each) for each in declared if isinstance(each, dict)])


def _with_schema(declared: Json) -> Json:
    schema = either(declared, "parametersJsonSchema")
    return {**declared, "parameters": schema} if isinstance(schema, dict) else declared
