"""Asks a model for an object of a set form, by the surest way that its provider has, and checks it here in any case.

* `schema`  the provider holds the answer to the form's JSON schema
* `tool`    the model has to call one tool, whose parameters are the form
* `text`    the model is asked for JSON in words

Small damage to an object (a stray comma, a quotation mark left bare) is repaired. Words around an object, two objects,
or half of one are not read at all: prose never becomes a finding. A reply that cannot be read is asked for once more
with the fault shown; then it is an error, and never guessed at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal, TypeVar

import json_repair
from pydantic import BaseModel, ValidationError

from interrogate.chat import Reply, Request, takes_schema, takes_tools
from interrogate.errors import ModelError, faults_of
from interrogate.prompts import bundled, read_text, render
from interrogate.records import Json

Form = TypeVar("Form", bound=BaseModel)
Way = Literal["schema", "tool", "text"]

Ask = Callable[[tuple[Json, ...], str | None], Awaitable[Reply]]
"""Sends messages and gives the reply. The second argument is what was wrong with the reply before, if there was one."""

TOOL = "fill_in"


def again_template() -> str:
    """The template of the second request."""
    return read_text(bundled("prompts") / "rubrics" / "again.j2")


def way_to(model: str) -> Way:
    """How a model can be held to a form, as far as LiteLLM knows it."""
    if takes_schema(model):
        return "schema"
    return "tool" if takes_tools(model) else "text"


def held_to(form: type[BaseModel], request: Request) -> Request:
    """The request, with what holds its model to the form."""
    match way_to(request.model):
        case "schema":
            return replace(request, parameters={**request.parameters, "response_format": form})
        case "tool":
            function = {
                "name": TOOL,
                "description": "Takes the object asked for.",
                "parameters": form.model_json_schema(),
            }
            forced = {"type": "function", "function": {"name": TOOL}}
            tools = ({"type": "function", "function": function},)
            return replace(request, tools=tools, parameters={**request.parameters, "tool_choice": forced})
        case "text":
            return request


async def filled_in(form: type[Form], opening: Json, ask: Ask) -> Form:
    """The form as the model filled it in.

    Raises ModelError where it gives no reply, or twice one that cannot be read.
    """
    reply = await ask((opening,), None)
    try:
        return _parsed(form, reply)
    except ModelError as error:
        complaint = str(error)
    again = {"role": "user", "content": render("again.j2", again_template(), {"complaint": complaint})}
    before = {"role": "assistant", "content": _text(reply) or "(nothing)"}
    return _parsed(form, await ask((opening, before, again), complaint))


def _text(reply: Reply) -> str:
    """What should be the object: the arguments of the call where one was made."""
    return reply.tool_calls[0].arguments if reply.tool_calls else reply.text


def _parsed(form: type[Form], reply: Reply) -> Form:
    """The form.

    Raises ModelError, saying what is wrong with the reply.
    """
    text = _unfenced(_text(reply).strip())
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        damaged = any(fault["type"] == "json_invalid" for fault in error.errors())
        whole = reply.finish != "length" and text.startswith("{") and text.endswith("}")
        repaired = _repaired(text) if damaged and whole else None
        if repaired is None:
            raise ModelError("unreadable", faults_of(error)) from error
    try:
        return form.model_validate(repaired)
    except ValidationError as error:
        raise ModelError("unreadable", faults_of(error)) from error


def _unfenced(text: str) -> str:
    """The text without a fence of backticks around it."""
    if not text.startswith("```"):
        return text
    return text.removeprefix("```").removeprefix("json").removesuffix("```").strip()


def _repaired(text: str) -> object:
    """The one object that a damaged text holds; None where it holds several things, or none."""
    try:
        return json_repair.loads(text, strict=True)
    except (ValueError, RecursionError):
        return None
