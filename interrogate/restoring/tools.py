"""The definitions of a record's tools as they are sent. All are plain functions: none is ever run, by anybody."""

from __future__ import annotations

import json
from collections.abc import Sequence

from interrogate.records import Json, Tool, ToolCall, Transcript, is_json_object
from interrogate.restoring.routes import Note, Route
from interrogate.restoring.schemas import schema_for


def definitions(transcript: Transcript, route: Route, note: Note) -> tuple[Json, ...]:
    """The recorded tools, and those that were called and not recorded; none where the route has no tool calls.

    They are sent whenever there are calls: without them LiteLLM makes up a `dummy_tool`, or refuses.
    """
    tools = transcript.tools
    calls = [call for message in transcript.messages for call in message.calls]
    if route.tools == "text":
        if tools or calls or any(message.role == "tool" for message in transcript.messages):
            note("tools_as_text", "calls and results are sent as text, and no definitions of tools", None)
        return ()
    if missing := _inferred(calls, {tool.name for tool in tools}):
        names = ", ".join(tool.name for tool in missing)
        note("tools_inferred", f"called but not recorded, inferred from their calls: {names}", None)
    return tuple(_definition(tool, route, note) for tool in (*tools, *missing))


def _inferred(calls: Sequence[ToolCall], known: set[str]) -> tuple[Tool, ...]:
    """Definitions for tools that were called and not recorded: their arguments' names and types, no description."""
    properties: dict[str, Json] = {}
    for call in calls:
        if call.name not in known:
            seen = properties.setdefault(call.name, {})
            arguments = json.loads(call.arguments) if is_json_object(call.arguments) else {}
            seen.update({key: _json_type(value) for key, value in arguments.items() if not seen.get(key)})
    return tuple(Tool(name, "", {"type": "object", "properties": found}) for name, found in properties.items())


def _json_type(value: object) -> Json:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return {"type": names[type(value)]} if type(value) in names else {}


def _definition(tool: Tool, route: Route, note: Note) -> Json:
    parameters = schema_for(route.dialect, tool.parameters)
    if not _says_all(parameters, tool.parameters):
        note("schema_changed", f"the parameters of {tool.name} are sent in the part of JSON Schema taken here", None)
    # Bedrock takes no empty description, and LiteLLM puts the name for it.
    description = tool.description or (tool.name if route.dialect == "bedrock" else "")
    return {
        "type": "function",
        "function": {"name": tool.name, "description": description, "parameters": parameters},
    }


def _says_all(sent: Json, recorded: Json) -> bool:
    """Whether a schema says what the recorded one did: defaults that are spelled out say no more."""
    defaults: Json = {"type": "object", "properties": {}, "required": []}
    return {**defaults, **sent} == {**defaults, **recorded}
