"""Ids and names that a provider takes, the same in definitions, calls and results."""

from __future__ import annotations

import pytest
from restoration import (
    ANTHROPIC,
    BEDROCK,
    GEMINI,
    LS,
    MISTRAL,
    OPEN,
    OPENAI,
    agent,
    call,
    codes,
    outline,
    recorded,
    result,
    sent,
    user,
)

from interrogate.records import Tool
from interrogate.restoring import Route, restore


@pytest.mark.parametrize(
    ("route", "recorded_id", "sent_id"),
    [
        (OPEN, "chatcmpl-tool-0123456789abcdef0123456789abcdef", "chatcmpl-tool-0123456789abcdef0123456789abcdef"),
        (OPENAI, "chatcmpl-tool-0123456789abcdef0123456789abcdef", "chatcmpl-tool-0123456789abcdef0123456789"),
        (ANTHROPIC, "functions.ls:0", "functions_ls_0"),
        (BEDROCK, "functions.ls:0", "functions.ls:0"),
        (BEDROCK, "a/b", "a_b"),
        (MISTRAL, "abcDEF123", "abcDEF123"),
        (MISTRAL, "call_1", "0d7b88d52"),
        (OPENAI, "c1__thought__c2ln", "c1"),
    ],
)
def test_an_id_that_a_provider_refuses_is_renamed_in_call_and_result(
    route: Route, recorded_id: str, sent_id: str
) -> None:
    restored = sent(user("hi"), agent(call(recorded_id)), result(recorded_id), agent("ho"), route=route)

    assert outline(restored)[1:3] == [f"call {sent_id}", f"result {sent_id}: done"]
    assert codes(restored) == ["call_renamed"] * (recorded_id != sent_id)


def test_two_ids_never_fall_together() -> None:
    long = "l" * 50
    calls = [call("a.b"), call("a b"), call("a_b", "[]"), call(long + "1"), call(long + "2")]
    messages = [user("hi"), agent(*calls), *(result(each.id, each.id) for each in calls)]

    restored = sent(*messages, route=OPENAI)

    assert len({each["id"] for each in restored.messages[1]["tool_calls"]}) == 5
    for one, wire in zip(restored.messages[1]["tool_calls"], restored.messages[2:], strict=True):
        assert wire["tool_call_id"] == one["id"]
    assert [wire["content"] for wire in restored.messages[2:]] == [each.id for each in calls]


def test_a_signature_in_an_id_goes_back_to_its_maker_alone() -> None:
    messages = [user("hi"), agent(call("c1__thought__c2ln")), result("c1__thought__c2ln"), agent("ho")]

    assert outline(sent(*messages, route=GEMINI, same_model=True))[1] == "call c1__thought__c2ln"
    assert outline(sent(*messages, route=GEMINI))[1] == "call c1"


@pytest.mark.parametrize(
    ("route", "recorded_name", "sent_name"),
    [
        (OPENAI, "my.tool", "my_tool"),
        (GEMINI, "my.tool", "my.tool"),
        (GEMINI, "7zip", "tool_7zip"),
        (BEDROCK, "_ls", "tool__ls"),
        (ANTHROPIC, "7zip", "7zip"),
        (ANTHROPIC, "n" * 70, "n" * 64),
        (OPENAI, "", "tool"),
    ],
)
def test_a_name_that_a_provider_refuses_is_renamed_in_definition_and_call(
    route: Route, recorded_name: str, sent_name: str
) -> None:
    record = recorded(
        user("hi"), agent(call(name=recorded_name)), result("c1"), agent("ho"), tools=(Tool(recorded_name, "It.", {}),)
    )

    restored = restore(record, route, same_model=False)

    assert restored.tools[0]["function"]["name"] == sent_name
    assert restored.messages[1]["tool_calls"][0]["function"]["name"] == sent_name
    assert codes(restored).count("tool_renamed") == (recorded_name != sent_name)


def test_two_tools_never_fall_together_and_a_legal_name_stays() -> None:
    tools = (Tool("my.ls", "1", {}), Tool("my/ls", "2", {}), Tool("my_ls", "3", {}))

    restored = restore(recorded(user("hi"), agent("ho"), tools=tools), OPENAI, same_model=False)

    assert [(each["function"]["name"], each["function"]["description"]) for each in restored.tools] == [
        ("my_ls_2", "1"),
        ("my_ls_3", "2"),
        ("my_ls", "3"),
    ]


def test_a_tool_that_is_defined_twice_is_sent_once() -> None:
    restored = restore(recorded(user("hi"), agent("ho"), tools=(LS, LS)), OPENAI, same_model=False)

    assert len(restored.tools) == 1
    assert codes(restored) == ["tool_omitted"]
