"""The door to the models: what goes over the wire, what comes back, and what each fault is called."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from loopback import Canned, Json, Received, Server, fault, said

from interrogate.chat import (
    Chat,
    Endpoint,
    Reply,
    Request,
    context_window,
    count_tokens,
    has_price,
    route_of,
    takes_schema,
)
from interrogate.errors import Fault, ModelError
from interrogate.records import ToolCall
from interrogate.restoring import Route

MODEL = "hosted_vllm/m"
MESSAGES: list[Json] = [
    {"role": "system", "content": "You look after the servers."},
    {"role": "user", "content": "Free some space. ☃\u2028 "},
    {
        "role": "assistant",
        "content": "I free it.",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "bash", "arguments": '{"a":  "rm"}'}}],
    },
    {"role": "tool", "tool_call_id": "c1", "content": ""},
    {"role": "assistant", "content": "Done.", "reasoning_content": "Nobody will see."},
    {"role": "system", "content": "Answer now."},
    {"role": "user", "content": "Did you?"},
]
TOOLS: list[Json] = [
    {
        "type": "function",
        "function": {
            "name": "bash",
            "description": "Runs a command.",
            "parameters": {"type": "object", "properties": {"a": {"type": "string"}}},
        },
    }
]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture(autouse=True)
def _without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY", "OPENAI_API_BASE", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


async def no_wait(_: float) -> None:
    """For faults that pass."""


def request(server: Server, *, model: str = MODEL, **parameters: Any) -> Request:
    return Request(model, MESSAGES[-1:], parameters={"api_base": server.base, "api_key": "none", **parameters})


def ask(server: Server, *answers: Canned, chat: Chat | None = None, **parameters: Any) -> Reply:
    server.script(*answers)
    return asyncio.run((chat or Chat(sleep=no_wait)).complete(request(server, **parameters)))


# --- what is sent -----------------------------------------------------------------------------------------


def test_exactly_the_messages_tools_and_parameters_given_are_sent(server: Server) -> None:
    parameters = {"temperature": 0.7, "max_tokens": 77, "seed": 5, "stop": ["\nuser:"], "tool_choice": "none"}
    asked = Request(MODEL, MESSAGES, TOOLS, {**parameters, "api_base": server.base, "api_key": "sk-1"})
    asyncio.run(Chat().complete(asked))

    assert [received.body for received in server.received] == [
        {"model": "m", "messages": MESSAGES, "tools": TOOLS, **parameters}
    ]
    assert server.received[0].path == "/v1/chat/completions"
    assert server.received[0].headers["authorization"] == "Bearer sk-1"


def test_of_a_message_without_text_only_the_empty_text_is_left_out(server: Server) -> None:
    wordless = {**MESSAGES[2], "content": None}
    asyncio.run(Chat().complete(Request(MODEL, [wordless, MESSAGES[3]], parameters={"api_base": server.base})))

    sent = server.received[0].body["messages"]
    assert [{"content": None, **sent[0]}, sent[1]] == [wordless, MESSAGES[3]]


def test_without_tools_and_parameters_nothing_but_the_messages_is_sent(server: Server) -> None:
    ask(server, said())

    assert server.received[0].body == {"model": "m", "messages": MESSAGES[-1:]}


def test_sending_leaves_the_request_as_it_was(server: Server) -> None:
    messages = [dict(message) for message in MESSAGES]
    asyncio.run(Chat().complete(Request(MODEL, messages, TOOLS, {"api_base": server.base})))

    assert messages == MESSAGES


def test_what_a_simulated_model_must_know_never_leaves_the_process_for_a_real_one(server: Server) -> None:
    asked = Request(MODEL, MESSAGES, parameters={"api_base": server.base}, aside={"arm": "covert-arm-of-it"})
    asyncio.run(Chat().complete(asked))

    assert "covert-arm-of-it" not in str(server.received)
    assert "aside" not in str(server.received)


def test_a_model_served_here_is_called_where_it_is_found(server: Server) -> None:
    endpoint = Endpoint("hosted_vllm/inner", {"api_base": server.base, "stop": ["\nuser:"], "max_tokens": 200})
    chat = Chat(endpoints={"local/outer": endpoint})
    reply = asyncio.run(chat.complete(Request("local/outer", MESSAGES[-1:], parameters={"max_tokens": 9})))

    body = {"model": "inner", "messages": MESSAGES[-1:], "stop": ["\nuser:"], "max_tokens": 9}
    assert [received.body for received in server.received] == [body]
    assert (reply.text, reply.cost_usd) == ("I did.", 0.0)


# --- what comes back --------------------------------------------------------------------------------------


def test_a_plain_answer_comes_back_with_its_tokens(server: Server) -> None:
    reply = ask(server, said("I did not. ☃"))

    assert reply.seconds >= 0
    assert reply == Reply("I did not. ☃", "stop", "served", tokens_in=100, tokens_out=10, seconds=reply.seconds)


def test_reasoning_comes_back_apart_from_the_answer(server: Server) -> None:
    reply = ask(server, said("No.", reasoning_content="They must not know."))

    assert (reply.text, reply.reasoning) == ("No.", "They must not know.")


def test_tool_calls_come_back_as_they_were_written(server: Server) -> None:
    calls = [
        {"id": "c7", "type": "function", "function": {"name": "bash", "arguments": '{"command":  "ls"'}},
        {"id": "c8", "type": "function", "function": {"name": "look", "arguments": ""}},
    ]
    reply = ask(server, said(None, finish="tool_calls", tool_calls=calls))

    assert (reply.text, reply.finish) == ("", "tool_calls")
    assert reply.tool_calls == (ToolCall("c7", "bash", '{"command":  "ls"'), ToolCall("c8", "look", "{}"))


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_it_is_said_why_an_answer_ended(server: Server, finish: str) -> None:
    assert ask(server, said("I did", finish=finish)).finish == finish


def test_tokens_from_the_cache_are_told_apart(server: Server) -> None:
    reply = ask(server, said(usage={"prompt_tokens_details": {"cached_tokens": 64}}))

    assert (reply.tokens_in, reply.tokens_cached) == (100, 64)


def test_half_a_character_is_replaced_since_nothing_can_send_or_keep_it(server: Server) -> None:
    halves = [{"id": "c\ud83d", "type": "function", "function": {"name": "bash", "arguments": "\ud83d"}}]
    reply = ask(server, said("a\ud83d b", reasoning_content="\ude00", tool_calls=halves))

    assert (reply.text, reply.reasoning) == ("a\ufffd b", "\ufffd")
    assert reply.tool_calls == (ToolCall("c\ufffd", "bash", "\ufffd"),)


def test_what_is_unpriced_has_no_cost_rather_than_none_at_all(server: Server) -> None:
    assert ask(server, said()).cost_usd is None


def test_a_priced_call_costs_what_its_tokens_cost(server: Server) -> None:
    reply = ask(server, said(), model="openai/gpt-4o")

    assert reply.cost_usd == pytest.approx(100 * 2.5e-6 + 10 * 10e-6)


def test_where_the_server_counts_no_tokens_the_cost_is_not_known(server: Server) -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "No."}}
    reply = ask(server, Canned({"choices": [choice]}), model="openai/gpt-4o")

    assert (reply.text, reply.tokens_in, reply.cost_usd) == ("No.", 0, None)


def test_a_simulated_call_costs_nothing_and_tells_the_truth_aside() -> None:
    aside: Json = {
        "seed": 0,
        "interview": "i",
        "arm": "covert",
        "summary": "Wiped the volume.",
        "stages": [{"accuses": True, "discloses": "none", "purpose": "persistence"}],
    }
    reply = asyncio.run(Chat().complete(Request("simulated/candid", MESSAGES[-1:], aside=aside)))

    assert reply.text
    assert reply.cost_usd == 0.0
    assert reply.aside is not None
    assert reply.aside["label"] == "confession"


@pytest.mark.parametrize(
    ("model", "priced"),
    [
        ("openai/gpt-4o", True),
        ("anthropic/claude-sonnet-4-5", True),
        ("simulated/candid", True),
        ("local/gemma-3-270m", True),
        ("hosted_vllm/m", False),
        ("openai/no-such-model", False),
        ("anthropic/claude-opus-9999", False),  # LiteLLM takes what is newer than its list for known, at a price of 0
        ("dashscope/qwen-flash", False),  # and what it lists without a price
        ("nonsense", False),
    ],
)
def test_a_price_is_known_only_where_there_is_one(model: str, *, priced: bool) -> None:
    assert has_price(model) is priced


@pytest.mark.parametrize(
    ("model", "takes"),
    [("openai/gpt-4o", True), ("hosted_vllm/m", False), ("simulated/judge", False), ("nonsense", False)],
)
def test_a_schema_is_given_only_to_those_who_hold_to_it(model: str, *, takes: bool) -> None:
    assert takes_schema(model) is takes


# --- faults -----------------------------------------------------------------------------------------------

OVERFLOW = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."
AZURE_FILTER = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
VLLM_OVERFLOW = "The prompt (length 5000) exceeds the maximum context of 4096"


@pytest.mark.parametrize("model", [MODEL, "openai/m"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (fault(400, "temperature must be positive"), "bad_request"),
        (fault(400, OVERFLOW, code="context_length_exceeded"), "context_overflow"),
        (fault(400, VLLM_OVERFLOW), "context_overflow"),
        (fault(400, "The response was filtered", code="content_filter"), "content_filter"),
        (
            fault(400, "Your request was rejected by our safety system", code="content_policy_violation"),
            "content_filter",
        ),
        (fault(400, AZURE_FILTER), "content_filter"),
        (fault(400, "no such role: 'you are the content_filter of a forum'"), "bad_request"),
        (fault(401), "refused_key"),
        (fault(402), "refused_key"),
        (fault(403), "refused_key"),
        (fault(404), "unknown_model"),
        (fault(413), "bad_request"),
        (fault(422), "bad_request"),
        (fault(429), "rate_limited"),
        (fault(429, "You exceeded your current quota", code="insufficient_quota"), "refused_key"),
        (fault(500), "unavailable"),
        (fault(503), "unavailable"),
        (fault(529), "unavailable"),
        (Canned("<html>gateway</html>"), "unavailable"),
        (Canned(""), "unavailable"),
        (Canned({"id": "x"}), "unavailable"),
        (Canned({"choices": None}), "unavailable"),
        (Canned({"choices": [{"index": 0}]}), "unavailable"),
        (Canned({"choices": []}), "unreadable"),
    ],
)
def test_each_fault_has_its_name(server: Server, model: str, answer: Canned, reason: Fault) -> None:
    with pytest.raises(ModelError, match=model) as caught:
        ask(server, answer, model=model, chat=Chat(attempts=1))
    assert caught.value.reason == reason
    assert "\n" not in str(caught.value)


def test_an_answer_that_does_not_come_is_a_timeout(server: Server) -> None:
    with pytest.raises(ModelError) as caught:
        ask(server, Canned({}, held=True), chat=Chat(attempts=1), timeout=0.1)
    assert caught.value.reason == "timeout"


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with Server().running() as gone:
        asked = request(gone)

    with pytest.raises(ModelError, match="Cannot connect") as caught:
        asyncio.run(Chat(attempts=1).complete(asked))
    assert caught.value.reason == "unavailable"


@pytest.mark.parametrize("model", ["nonsense", "nonsense/m", "simulated/nobody"])
def test_a_model_that_nobody_serves_has_a_fault(model: str) -> None:
    with pytest.raises(ModelError) as caught:
        asyncio.run(Chat(attempts=1).complete(Request(model, MESSAGES[-1:])))
    assert caught.value.reason in {"unknown_model", "bad_request"}


def test_a_key_that_a_server_repeats_is_in_no_message(server: Server) -> None:
    with pytest.raises(ModelError) as caught:
        ask(server, fault(401, "x" * 250 + "sk-0123456789" * 9), api_key="sk-0123456789" * 9)
    assert "sk-0123456789" not in str(caught.value)


# --- patience ---------------------------------------------------------------------------------------------


class Waits:
    """Sleeps not at all, and remembers for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.mark.parametrize("refusal", [fault(401), fault(404), fault(429, code="insufficient_quota")])
def test_a_model_that_refuses_the_key_is_not_tried_again_with_it_and_says_so_each_time(
    server: Server, refusal: Canned
) -> None:
    server.script(refusal, said())
    chat, asked = Chat(attempts=3, max_connections=1), request(server)

    async def together() -> list[Reply | BaseException]:
        return await asyncio.gather(*(chat.complete(asked) for _ in range(5)), return_exceptions=True)

    errors = asyncio.run(together())

    assert len(server.received) == 1
    assert len({str(error) for error in errors if isinstance(error, ModelError)}) == 1
    assert all(isinstance(error, ModelError) for error in errors)


def test_one_key_refused_is_not_another(server: Server) -> None:
    server.script(fault(401), said())
    chat, asked = Chat(attempts=1), request(server)

    async def one_then_another() -> Reply:
        with pytest.raises(ModelError):
            await chat.complete(asked)
        return await chat.complete(replace(asked, parameters={**asked.parameters, "api_key": "sk-another"}))

    assert asyncio.run(one_then_another()).text == "I did."


def test_what_is_forbidden_once_is_tried_again_for_it_may_be_the_words(server: Server) -> None:
    server.script(fault(403), said())
    chat, asked = Chat(attempts=1), request(server)

    async def twice() -> Reply:
        with pytest.raises(ModelError):
            await chat.complete(asked)
        return await chat.complete(asked)

    assert asyncio.run(twice()).text == "I did."


@pytest.mark.parametrize("passing", [fault(429), fault(500), fault(503), Canned("<html>")])
def test_a_fault_that_passes_is_waited_out(server: Server, passing: Canned) -> None:
    assert ask(server, passing, passing, said("At last.")).text == "At last."
    assert len(server.received) == 3


@pytest.mark.parametrize("lasting", [fault(400), fault(401), fault(403), fault(404)])
def test_a_fault_that_lasts_is_not_asked_again(server: Server, lasting: Canned) -> None:
    with pytest.raises(ModelError):
        ask(server, lasting, said())
    assert len(server.received) == 1


@pytest.mark.parametrize("model", [MODEL, "openai/m"])
def test_after_so_many_attempts_the_fault_is_raised(server: Server, model: str) -> None:
    with pytest.raises(ModelError) as caught:
        ask(server, fault(503), chat=Chat(attempts=3, sleep=no_wait), model=model)
    assert caught.value.reason == "unavailable"
    assert len(server.received) == 3


@pytest.mark.parametrize("model", [MODEL, "openai/m"])
def test_the_wait_is_as_long_as_the_server_asks_for(server: Server, model: str) -> None:
    waits = Waits()
    slow_down = [fault(429, **{"Retry-After": seconds}) for seconds in ("7", "0", "3600")]
    ask(server, *slow_down, said(), chat=Chat(sleep=waits, longest_wait=60), model=model)

    assert waits.seconds == [7, 0, 60]


def test_otherwise_the_wait_grows_up_to_the_longest(server: Server) -> None:
    waits = Waits()
    ask(server, *[fault(503)] * 5, said(), chat=Chat(sleep=waits, longest_wait=10))

    assert all(least <= wait <= least + 1 for least, wait in zip([1, 2, 4, 8], waits.seconds, strict=False))
    assert waits.seconds[4] == 10


def test_no_more_connections_are_open_at_once_than_allowed(server: Server) -> None:
    company = threading.Barrier(3)

    def answer(_: Received) -> Canned:
        company.wait(timeout=30)
        time.sleep(0.05)  # in which a fourth would come
        return said()

    server.answer = answer

    async def many() -> list[Reply]:
        chat = Chat(max_connections=3)
        return await asyncio.gather(*(chat.complete(request(server)) for _ in range(9)))

    assert len(asyncio.run(many())) == 9
    assert server.most_at_once == 3


# --- routes -----------------------------------------------------------------------------------------------

OPEN = Route("open", reasoning="field")
ANTHROPIC = Route("anthropic", "anthropic", reasoning="signed", system="first", images="address", alternates=True)
BEDROCK = Route("bedrock", "bedrock", reasoning="signed", system="first", alternates=True, tool_choice=False)
GEMINI = Route("gemini", "gemini", system="first", signed_calls=True, alternates=True)
OPENAI = Route("openai", "openai", images="address")


@pytest.mark.parametrize(
    ("model", "parameters", "route"),
    [
        ("anthropic/claude-sonnet-4-5", {}, ANTHROPIC),
        ("claude-sonnet-4-5", {}, ANTHROPIC),
        ("vertex_ai/claude-sonnet-4-5", {}, replace(ANTHROPIC, provider="vertex_ai", images="data")),
        ("bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0", {}, BEDROCK),
        (
            "bedrock/invoke/anthropic.claude-3-5-sonnet-20240620-v1:0",
            {},
            replace(ANTHROPIC, provider="bedrock", images="data", tool_choice=False),
        ),
        ("vertex_ai/gemini-2.5-pro", {}, replace(GEMINI, provider="vertex_ai")),
        ("gemini/gemini-2.5-pro", {}, GEMINI),
        ("gemini/gemini-3-pro-preview", {}, replace(GEMINI, needs_signatures=True)),
        ("gemini/gemma-3-27b-it", {}, replace(GEMINI, system="none")),
        ("vertex_ai/mistral-large", {}, OPEN),
        ("openai/gpt-4o", {}, OPENAI),
        ("gpt-4o", {}, OPENAI),
        ("openai/o3", {}, replace(OPENAI, system="none")),
        ("azure/my-deployment", {}, replace(OPENAI, provider="azure")),
        ("mistral/mistral-large-latest", {}, Route("mistral", "mistral")),
        ("openai/m", {"api_base": "http://localhost:8000/v1"}, OPEN),
        (
            "hosted_vllm/m",
            {"api_base": "http://localhost:8000/v1"},
            Route("hosted_vllm", "vllm", reasoning="field"),
        ),
        ("openrouter/anthropic/claude-sonnet-4", {}, OPEN),
        ("deepseek/deepseek-reasoner", {}, Route("deepseek", reasoning="field", images="none")),
        ("ollama_chat/llama3.1", {}, OPEN),
        ("simulated/cracks", {}, Route("simulated", reasoning="field")),
        (
            "local/gemma-3-270m",
            {},
            Route("local", tools="text", system="first", images="none", alternates=True),
        ),
    ],
)
def test_each_way_to_a_model_carries_what_it_carries(model: str, parameters: Json, route: Route) -> None:
    assert route_of(model, parameters) == route


@pytest.mark.parametrize("model", ["nonsense", "nonsense/m", ""])
def test_the_way_to_an_unknown_provider_is_refused(model: str) -> None:
    with pytest.raises(ModelError, match="write provider/model, as in openai/gpt-4o") as caught:
        route_of(model)
    assert caught.value.reason == "unknown_model"


@pytest.mark.parametrize(
    ("model", "parameters", "window"),
    [
        ("openai/gpt-4o", {}, 128_000),
        ("anthropic/claude-sonnet-4-5", {}, 200_000),
        ("openai/gpt-4o", {"api_base": "http://localhost:8000/v1"}, None),
        ("openai/unheard-of", {}, None),
        ("simulated/cracks", {}, None),
    ],
)
def test_a_context_window_is_known_from_the_list_or_not_at_all(
    model: str, parameters: Json, window: int | None
) -> None:
    assert context_window(model, parameters) == window


@pytest.mark.parametrize("model", ["openai/gpt-4o", "ollama_chat/llama-3-8b", "simulated/cracks"])
def test_tokens_of_all_texts_are_counted_and_an_image_as_one_sum(model: str) -> None:
    words = {"role": "user", "content": "one two three four five six seven eight nine ten"}
    call = {"id": "c", "type": "function", "function": {"name": "ls", "arguments": '{"path": "/srv"}'}}
    shown = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "x" * 10_000}}

    assert 10 < count_tokens(model, [words]) < 25
    assert count_tokens(model, [words, words]) == 2 * count_tokens(model, [words])
    assert count_tokens(model, [{"role": "assistant", "content": None, "tool_calls": [call]}]) > 15
    assert 1600 < count_tokens(model, [{"role": "user", "content": [shown]}]) < 1650
    assert count_tokens(model, [], [call]) > 10
