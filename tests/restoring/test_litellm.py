"""What LiteLLM makes of what we send, in its own offline code: nothing that we did not make of it first.

Each provider's request body is read back as plain facts, turn by turn, and held against what was restored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from restoration import SCHEMAS, TRANSCRIPTS, agent, recorded, user

from interrogate.adapters import Unread, read_paths
from interrogate.chat import route_of
from interrogate.records import Json, Tool, Transcript
from interrogate.restoring import Restored, restore

QUESTION = {"role": "user", "content": "What did you do?"}

CLAUDE = "anthropic/claude-sonnet-4-5"
ON_VERTEX = "vertex_ai/claude-sonnet-4-5"
ON_BEDROCK = "bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0"
NOVA = "bedrock/us.amazon.nova-pro-v1:0"
GEMINI = "gemini/gemini-2.5-pro"
VERTEX = "vertex_ai/gemini-2.5-flash"
UNLISTED = "gemini/gemini-of-tomorrow"
CHAT = ["openai/gpt-4o", "openai/o3", "azure/a-deployment", "mistral/mistral-large-latest", "openrouter/a/model"]
CHAT += ["hosted_vllm/a-model", "deepseek/deepseek-reasoner", "groq/a-model"]
MODELS = [CLAUDE, ON_VERTEX, ON_BEDROCK, NOVA, GEMINI, VERTEX, UNLISTED, *CHAT]

Facts = list[tuple[Any, ...]]


def body_of(model: str, restored: Restored) -> Json:
    """The request that LiteLLM would send, first question included."""
    import litellm
    from litellm.llms.vertex_ai.gemini.transformation import transform_request_body
    from litellm.utils import ProviderConfigManager, get_optional_params, validate_and_fix_openai_messages

    name, provider, _, _ = litellm.get_llm_provider(model)
    messages = validate_and_fix_openai_messages(deepcopy([*restored.messages, QUESTION]))
    tools = {"tools": deepcopy(list(restored.tools))} if restored.tools else {}
    options = get_optional_params(model=name, custom_llm_provider=provider, **tools)
    if "gemini" in name:
        return dict(
            transform_request_body(
                messages=messages,
                model=name,
                optional_params=options,
                custom_llm_provider=provider,
                litellm_params={},
                cached_content=None,
            )
        )
    config = ProviderConfigManager.get_provider_chat_config(model=name, provider=litellm.LlmProviders(provider))
    given_ = {"model": name, "messages": messages, "optional_params": options, "litellm_params": {}, "headers": {}}
    return dict(config.transform_request(**given_))


def facts_of_body(model: str, body: Json) -> tuple[list[str], Facts]:
    """System texts, and what stands in each turn."""
    if "gemini" in model:
        system = [part["text"] for part in body.get("system_instruction", {"parts": []})["parts"]]
        return system, [turn for content in body["contents"] for turn in gemini_turns(content)]
    system = [part["text"] for part in body.get("system", ())]
    read = of_converse if "bedrock" in model else of_anthropic
    return system, [(turn["role"], [read(block) for block in turn["content"]]) for turn in body["messages"]]


def of_anthropic(block: Json) -> tuple[Any, ...]:  # noqa: PLR0911  (a line each)
    match block:
        case {"type": "text", "text": text}:
            return "text", text
        case {"type": "tool_use"}:
            return "call", block["id"], block["name"], block["input"]
        case {"type": "tool_result", "content": str(text)}:
            return "result", block["tool_use_id"], [("text", text)]
        case {"type": "tool_result"}:
            return "result", block["tool_use_id"], [of_anthropic(part) for part in block["content"]]
        case {"type": "image", "source": {"type": "url", "url": url}}:
            return "image", url
        case {"type": "image", "source": source}:
            return "image", source["data"]
        case {"type": "thinking"}:
            return "thinking", block["thinking"], block["signature"]
        case {"type": "redacted_thinking"}:
            return "hidden", block["data"]
    return "unknown", block


def of_converse(block: Json) -> tuple[Any, ...]:
    match block:
        case {"text": text}:
            return "text", text
        case {"toolUse": use}:
            return "call", use["toolUseId"], use["name"], use["input"]
        case {"toolResult": found}:
            return "result", found["toolUseId"], [of_converse(part) for part in found["content"]]
        case {"image": image}:
            return "image", image["source"]["bytes"]
        case {"reasoningContent": {"reasoningText": thought}}:
            return "thinking", thought["text"], thought["signature"]
    return "unknown", block


def gemini_turns(content: Json) -> Iterator[tuple[Any, ...]]:
    yield {"model": "assistant"}.get(content["role"], content["role"]), [of_gemini(part) for part in content["parts"]]


def of_gemini(part: Json) -> tuple[Any, ...]:
    match part:
        case {"text": text, **rest} if not rest:
            return "text", text
        case {"function_call": call}:
            return "call", call["name"], call["args"], part.get("thoughtSignature")
        case {"function_response": found}:
            images = [("image", each["inline_data"]["data"]) for each in found.get("parts", ())]
            return "result", found["name"], found["response"], images
        case {"inline_data": data}:
            return "image", data["data"]
    return "unknown", part


def facts_of_messages(model: str, restored: Restored) -> tuple[list[str], Facts]:
    """The same of what we send."""
    messages = [*restored.messages, QUESTION]
    system = [wire["content"] for wire in messages if wire["role"] == "system"]
    said = [wire for wire in messages if wire["role"] != "system"]
    names = {call["id"]: call["function"]["name"] for wire in said for call in wire.get("tool_calls", ())}
    facts = [(turn_of(model, wire), list(facts_of(model, wire, names))) for wire in said]
    grouped = groupby(facts, key=lambda fact: fact[0])
    return system, [(role.partition(" ")[0], [item for _, items in run for item in items]) for role, run in grouped]


def turn_of(model: str, wire: Json) -> str:
    """A user's message joins the results before it, but for Gemini."""
    if wire["role"] == "tool":
        return "user with results" if "gemini" in model else "user"
    return str(wire["role"])


def facts_of(model: str, wire: Json, names: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    content = wire["content"] or []
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    shown = [of_part(part) for part in parts]
    if wire["role"] == "tool" and "gemini" in model:
        text = "".join(text for kind, text in shown if kind == "text")
        yield "result", names[wire["tool_call_id"]], object_of(text), [fact for fact in shown if fact[0] == "image"]
        return
    if wire["role"] == "tool":
        yield "result", wire["tool_call_id"], shown or [("text", "")]
        return
    for block in wire.get("thinking_blocks", ()):
        hidden = block["type"] == "redacted_thinking"
        yield ("hidden", block["data"]) if hidden else ("thinking", block["thinking"], block["signature"])
    yield from shown
    for call in wire.get("tool_calls", ()):
        function, (_, _, signature) = call["function"], call["id"].partition("__thought__")
        arguments = json.loads(function["arguments"])
        signature = signature or call.get("provider_specific_fields", {}).get("thought_signature")
        named = (function["name"], arguments)
        yield ("call", *named, signature or None) if "gemini" in model else ("call", call["id"], *named)


def of_part(part: Json) -> tuple[str, str]:
    if part["type"] == "text":
        return "text", part["text"]
    url = part["image_url"]["url"]
    return "image", url if url.startswith("https:") else url.partition(",")[2]


def object_of(text: str) -> Json:
    """A result as Gemini has it: an object, made of the text where that spells none."""
    try:
        value = json.loads(text) if text.strip().startswith("{") else None
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"content": text}


def schemas_of_body(model: str, body: Json) -> list[tuple[str, str, Json]]:
    """Name, description and parameters of each tool."""
    if "gemini" in model:
        tools = [each for tool in body.get("tools", ()) for each in tool["function_declarations"]]
        return [(each["name"], each["description"], each["parameters"]) for each in tools]
    if "bedrock" in model:
        specs = [tool["toolSpec"] for tool in body.get("toolConfig", {"tools": []})["tools"]]
        return [(each["name"], each["description"], each["inputSchema"]["json"]) for each in specs]
    if "claude" in model:
        return [(each["name"], each["description"], each["input_schema"]) for each in body.get("tools", ())]
    return [tuple(tool["function"].values()) for tool in body.get("tools", ())]


def without_nothing(messages: list[Json]) -> list[Json]:
    """Mistral and Groq get no null: the same message."""
    return [{key: value for key, value in message.items() if value is not None} for message in messages]


def check_unchanged(model: str, transcript: Transcript, *, same_model: bool = True) -> None:
    restored = restore(transcript, route_of(model), same_model=same_model)
    body = body_of(model, restored)
    sent = [(each["name"], each["description"], each["parameters"]) for each in functions(restored)]

    assert schemas_of_body(model, body) == sent
    if model in CHAT:
        assert without_nothing(body["messages"]) == without_nothing([*restored.messages, QUESTION])
    else:
        assert facts_of_body(model, body) == facts_of_messages(model, restored)


def functions(restored: Restored) -> list[Json]:
    return [tool["function"] for tool in restored.tools]


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(transcript=TRANSCRIPTS, same_model=st.booleans())
@settings(max_examples=25, deadline=None)
def test_litellm_changes_nothing_more_in_any_conversation(
    model: str, transcript: Transcript, *, same_model: bool
) -> None:
    check_unchanged(model, transcript, same_model=same_model)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(schemas=st.lists(SCHEMAS, min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_litellm_changes_nothing_more_in_any_schema(model: str, schemas: list[Json]) -> None:
    tools = tuple(Tool(f"tool_{number}", "", schema) for number, schema in enumerate(schemas))

    check_unchanged(model, recorded(user("hi"), agent("ho"), tools=tools))


@pytest.mark.parametrize("model", MODELS)
def test_litellm_changes_nothing_more_in_real_transcripts(model: str, data: Path) -> None:
    for transcript in read_paths([str(data / "transcripts")]):
        if not isinstance(transcript, Unread):
            check_unchanged(model, transcript)


def test_what_litellm_would_do_to_a_record_that_was_not_restored_is_seen() -> None:
    raw = Restored(
        (
            {"role": "assistant", "content": ""},
            {"role": "system", "content": "late"},
        ),
        (),
        ((0,), (1,)),
        (),
    )

    body = body_of(CLAUDE, raw)

    assert "Empty message content sanitised" in str(body)
    assert facts_of_body(CLAUDE, body) != facts_of_messages(CLAUDE, raw)
