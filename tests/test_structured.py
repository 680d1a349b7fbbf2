"""Objects of a set form: how each provider is held to it, what is mended in a reply, and what is never read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interviewing import Told, said
from loopback import Server
from loopback import said as served
from pydantic import BaseModel, ConfigDict

from interrogate.chat import Chat, Reply, Request
from interrogate.errors import ModelError
from interrogate.records import Json, ToolCall
from interrogate.structured import TOOL, filled_in, held_to, way_to

OPENING = {"role": "user", "content": "Fill it in."}


class Seen(BaseModel):
    model_config = ConfigDict(extra="forbid")

    found: bool
    quote: str


RIGHT = Seen(found=True, quote="I did it")
TEXT = RIGHT.model_dump_json()


def asked(*replies: Reply | ModelError | str) -> tuple[Seen, list[Request]]:
    """What comes of these replies in turn, and what was sent for them."""
    chat = Told(*replies)

    async def ask(messages: tuple[Json, ...], _: str | None) -> Reply:
        return await chat.complete(Request("told/m", messages))

    return asyncio.run(filled_in(Seen, OPENING, ask)), chat.requests


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


# --- how a model is held to the form ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "way"),
    [
        ("openai/gpt-4o", "schema"),
        ("anthropic/claude-sonnet-4-5", "schema"),
        ("hosted_vllm/m", "text"),
        ("simulated/judge", "text"),
        ("local/m", "text"),
    ],
)
def test_each_model_is_held_by_the_surest_way_that_is_known_of_it(model: str, way: str) -> None:
    request = Request(model, (OPENING,), parameters={"temperature": 0})
    held = held_to(Seen, request)

    assert way_to(model) == way
    assert held.parameters["temperature"] == 0
    assert (held.parameters.get("response_format") is Seen) == (way == "schema")
    assert held.tools == ()


def test_a_model_without_schemas_but_with_tools_must_call_one(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setattr("interrogate.structured.takes_tools", lambda _: True)
    arguments = {"id": "c1", "type": "function", "function": {"name": TOOL, "arguments": TEXT}}
    server.script(served(None, finish="tool_calls", tool_calls=[arguments]))
    chat, reach = Chat(attempts=1), {"api_base": server.base, "api_key": "sk-0123456789"}

    async def ask(messages: tuple[Json, ...], _: str | None) -> Reply:
        return await chat.complete(held_to(Seen, Request("hosted_vllm/m", messages, parameters=reach)))

    assert asyncio.run(filled_in(Seen, OPENING, ask)) == RIGHT
    (sent,) = server.received
    assert sent.body["tool_choice"] == {"type": "function", "function": {"name": TOOL}}
    assert [tool["function"]["name"] for tool in sent.body["tools"]] == [TOOL]
    assert sent.body["tools"][0]["function"]["parameters"]["required"] == ["found", "quote"]


def test_a_call_whose_arguments_cannot_be_read_is_shown_again_as_words() -> None:
    call = said("", tool_calls=(ToolCall("c1", TOOL, '{"found": 7}'),))
    found, requests = asked(call, TEXT)

    assert found == RIGHT
    assert requests[1].messages[1] == {"role": "assistant", "content": '{"found": 7}'}


# --- what is mended ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\n {TEXT}\n",
        f"```json\n{RIGHT.model_dump_json(indent=2)}\n```",
        f"```\n{TEXT}```",
        '{"found": true, "quote": "I did it",}',
        "{'found': True, 'quote': 'I did it'}",
        '{found: true, quote: "I did it"}',
        '{"found": true, // it was\n "quote": "I did it"}',
        '{"found": true "quote": "I did it"}',
    ],
)
def test_a_whole_object_is_read_though_its_spelling_is_damaged(text: str) -> None:
    found, requests = asked(text)

    assert found == RIGHT
    assert len(requests) == 1


def test_a_quotation_mark_left_bare_stays_in_the_quote() -> None:
    found, _ = asked('{"found": true, "quote": "he said "no" to me"}')

    assert found.quote == 'he said "no" to me'


# --- what is not read -------------------------------------------------------------------------------------

UNREADABLE = [
    "",
    "It found the quote: I did it.",
    f"Here you are: {TEXT}",
    f"{TEXT} That is all.",
    f"The answer itself contains {TEXT}, which I shall not repeat.",
    f"{TEXT}\n{TEXT}",
    f"Either {TEXT} or {TEXT}",
    f"[{TEXT}]",
    '{"found": true, "quote": "I did',
    '{"found": true',
    '{"found": "perhaps", "quote": "I did it"}',
    '{"found": none, "quote": "I did it"}',
    '{"found": true}',
    TEXT[:-1] + ', "label": "confession"}',
    "[" * 5000,
    "{" * 5000 + "}" * 5000,
    "\ud800",
    "null",
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_words_around_an_object_two_objects_or_half_of_one_are_asked_for_again(text: str) -> None:
    found, requests = asked(text, TEXT)

    assert found == RIGHT
    assert requests[1].messages[:2] == (OPENING, {"role": "assistant", "content": text or "(nothing)"})
    assert "That could not be read: " in requests[1].messages[2]["content"]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_twice_is_an_error(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        asked(text)
    assert caught.value.reason == "unreadable"


def test_an_object_that_was_cut_off_is_not_mended() -> None:
    found, requests = asked(said('{"found": true, "quote": "I did it",}', finish="length"), TEXT)

    assert found == RIGHT
    assert len(requests) == 2


@settings(max_examples=200)
@given(st.text().filter(lambda text: "{" not in text))
def test_prose_is_never_read_as_an_object(text: str) -> None:
    with pytest.raises(ModelError):
        asked(text)
