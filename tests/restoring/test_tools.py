"""The definitions that are sent: recorded ones, inferred ones, and what a provider takes of their schemas."""

from __future__ import annotations

import json

import pytest
from restoration import (
    ANTHROPIC,
    BEDROCK,
    GEMINI,
    LS,
    MISTRAL,
    OPEN,
    OPENAI,
    PLAIN,
    SIGNED,
    agent,
    call,
    codes,
    recorded,
    result,
    sent,
    user,
)

from interrogate.records import Json, Tool
from interrogate.restoring import Route, restore


@pytest.mark.parametrize("route", [OPEN, PLAIN, SIGNED])
def test_recorded_tools_are_passed_as_they_are(route: Route) -> None:
    bare = Tool("date", "", {})

    restored = restore(recorded(user("hi"), agent("ho"), tools=(LS, bare)), route, same_model=False)

    assert restored.tools == (
        {"type": "function", "function": {"name": "ls", "description": "Lists.", "parameters": LS.parameters}},
        {
            "type": "function",
            "function": {"name": "date", "description": "", "parameters": {"type": "object", "properties": {}}},
        },
    )
    assert restored.exact


def test_tools_that_were_called_and_not_recorded_are_inferred_and_named() -> None:
    calls = [
        call("1", '{"path": "/", "all": true, "depth": 2, "ratio": 0.5, "tags": [], "opts": {}, "none": null}', "find"),
        call("2", '{"path": 7, "none": "now text", "more": "x"}', "find"),
        call("3", "not json", "odd"),
        call("4"),
    ]

    restored = sent(user("hi"), agent(*calls), *(result(each.id) for each in calls))

    assert [tool["function"]["name"] for tool in restored.tools] == ["ls", "find", "odd"]
    assert restored.tools[1]["function"] == {
        "name": "find",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {
                "path": {"type": "string"},
                "all": {"type": "boolean"},
                "depth": {"type": "integer"},
                "ratio": {"type": "number"},
                "tags": {"type": "array"},
                "opts": {"type": "object"},
                "none": {"type": "string"},
                "more": {"type": "string"},
            },
        },
    }
    assert restored.tools[2]["function"]["parameters"] == {"type": "object", "properties": {}}
    assert restored.differences[0].code == "tools_inferred"
    assert restored.differences[0].detail.endswith(": find, odd")


def test_an_argument_that_was_never_more_than_null_has_no_type() -> None:
    restored = sent(agent(call("1", '{"none": null}', "find")), result("1"))

    assert restored.tools[1]["function"]["parameters"]["properties"] == {"none": {}}


NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}
RICH: Json = {
    "type": "object",
    "properties": {
        "path": {"type": ["string", "null"], "description": "Where."},
        "mode": {"oneOf": [{"type": "string", "format": "uri"}, {"type": "integer", "enum": [1, 2]}]},
        "tags": {"type": "array"},
        "node": {"$ref": "#/$defs/node"},
    },
    "required": ["path"],
    "additionalProperties": False,
    "title": "Arguments",
    "$defs": {"node": NODE},
}
INLINED = {"type": "object", "properties": {"next": {"type": "object"}}}


def parameters_on(route: Route, schema: Json) -> tuple[Json, list[str]]:
    record = recorded(user("hi"), agent("ho"), tools=(Tool("ls", "Lists.", schema),))
    restored = restore(record, route, same_model=False)
    return restored.tools[0]["function"]["parameters"], codes(restored)


def test_gemini_gets_the_part_of_a_schema_that_it_takes() -> None:
    assert parameters_on(GEMINI, RICH) == (
        {
            "type": "object",
            "title": "Arguments",
            "required": ["path"],
            "properties": {
                "path": {"anyOf": [{"type": "string", "description": "Where.", "nullable": True}]},
                "mode": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                "tags": {"type": "array", "items": {"type": "object"}},
                "node": INLINED,
            },
        },
        ["schema_changed"],
    )


def test_bedrock_gets_types_properties_and_what_is_required_without_references() -> None:
    parameters, noted = parameters_on(BEDROCK, RICH)

    assert parameters == {
        "type": "object",
        "properties": {**RICH["properties"], "node": INLINED},
        "required": ["path"],
    }
    assert noted == ["schema_changed"]


def test_anthropic_keeps_references_and_loses_what_it_has_no_name_for() -> None:
    parameters, noted = parameters_on(ANTHROPIC, RICH)

    assert parameters == {key: value for key, value in RICH.items() if key != "title"}
    assert noted == ["schema_changed"]


@pytest.mark.parametrize("route", [OPENAI, ANTHROPIC, BEDROCK, GEMINI, MISTRAL])
def test_a_plain_schema_says_the_same_everywhere(route: Route) -> None:
    plain = {"type": "object", "properties": {"path": {"type": "string", "description": "Where."}}}

    parameters, noted = parameters_on(route, plain)

    assert parameters["properties"] == plain["properties"]
    assert noted == []


def test_a_schema_that_would_burst_is_cut_short() -> None:
    bomb = {f"n{i}": {"type": "array", "items": [{"$ref": f"#/$defs/n{i + 1}"}] * 10} for i in range(30)}

    parameters, _ = parameters_on(GEMINI, {"properties": {"x": {"$ref": "#/$defs/n0"}}, "$defs": bomb})

    assert len(json.dumps(parameters)) < 1_000_000
