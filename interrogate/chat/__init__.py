"""The only door to LiteLLM: sends a request, waits patiently, and gives a reply or a named fault.

It knows nothing of interviews and labels. What it sends is what it was given: reshaping for a route is done, and
reported, by `restoring`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from copy import deepcopy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from interrogate.chat.models import (
    LOCAL,
    SIMULATED,
    context_window,
    count_tokens,
    has_price,
    litellm_,
    marks_prefix,
    refuses,
    restored_for,
    route_of,
    takes_schema,
    takes_tools,
)
from interrogate.errors import Fault, ModelError
from interrogate.records import Json, ToolCall
from interrogate.redaction import redacted

if TYPE_CHECKING:
    import openai

__all__ = [
    "HOPELESS",
    "LOCAL",
    "REPLY",
    "SIMULATED",
    "Chat",
    "Endpoint",
    "Reply",
    "Request",
    "context_window",
    "count_tokens",
    "has_price",
    "marks_prefix",
    "refuses",
    "restored_for",
    "route_of",
    "takes_schema",
    "takes_tools",
]

_PASSING: frozenset[Fault] = frozenset({"rate_limited", "timeout", "unavailable"})
"""Faults that may be gone when asked again."""

HOPELESS: frozenset[Fault] = frozenset({"refused_key", "unknown_model"})
"""Faults that the next call to the same model would meet too."""

_BY_STATUS: Mapping[int, Fault] = {
    HTTPStatus.UNAUTHORIZED: "refused_key",
    HTTPStatus.PAYMENT_REQUIRED: "refused_key",
    HTTPStatus.FORBIDDEN: "refused_key",
    HTTPStatus.NOT_FOUND: "unknown_model",
    HTTPStatus.REQUEST_TIMEOUT: "timeout",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
}

_FILTERED = re.compile(
    r"""code['"]: ?['"]content_(filter|policy_violation)['"]|triggering Azure OpenAI's content management policy"""
)
"""As a code or in full: a refusal may repeat the request, which may be about filters."""

_SPENT = re.compile(r"""code['"]: ?['"]insufficient_quota['"]""")
"""OpenAI's word, under the status of a rate limit, for an account that has run out of money: waiting mends nothing."""

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Request:
    """One call: to whom, with what, and how."""

    model: str
    messages: Sequence[Json]
    tools: Sequence[Json] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Any LiteLLM parameter: temperature, api_base, api_key, response_format."""
    aside: Json | None = None
    """What a simulated model must know and no real one may be told. Sent to `simulated/` models only."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    text: str
    finish: str
    """Why it ended: stop, length, tool_calls, content_filter."""
    model: str
    """As the provider names it."""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    cost_usd: float | None = None
    """None where no price is known: never zero by default."""
    seconds: float = 0.0
    aside: Json | None = None
    """What a simulated model says of itself, its true label; None for real ones."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model that this program serves itself is found."""

    model: str
    """The name to call it by."""
    parameters: Mapping[str, Any]


REPLY = TypeAdapter(Reply)


class Chat:
    """Sends requests, so many at a time to each model, and asks again where a fault may pass.

    A model that refuses the key, or is not there, is not tried for each further request with the same key.
    One instance serves one event loop.
    """

    def __init__(
        self,
        *,
        max_connections: int = 10,
        attempts: int = 6,
        longest_wait: float = 60.0,
        endpoints: Mapping[str, Endpoint] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._endpoints = dict(endpoints or {})
        self._limits: dict[str, asyncio.Semaphore] = {}
        self._given_up: dict[tuple[str, object], ModelError] = {}
        self._max_connections = max_connections
        self._attempts = attempts
        self._longest_wait = longest_wait
        self._sleep = sleep

    async def complete(self, request: Request) -> Reply:
        """The model's reply.

        Raises ModelError, with the fault's name, when there is none after all attempts.
        """
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, ModelError) and error.reason in _PASSING),
            stop=stop_after_attempt(self._attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        ):
            with attempt:
                async with self._place(request.model):
                    return await self._try(request)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _try(self, request: Request) -> Reply:
        door = (request.model, request.parameters.get("api_key"))
        if known := self._given_up.get(door):
            raise ModelError(known.reason, str(known))
        try:
            return await _send(request, self._endpoints.get(request.model))
        except ModelError as error:
            # Some servers forbid one request for what it says, and not all of them for the key.
            forbidden = getattr(error.__cause__, "status_code", None) == HTTPStatus.FORBIDDEN
            if error.reason in HOPELESS and not forbidden:
                self._given_up[door] = error
            raise

    def _place(self, model: str) -> AbstractAsyncContextManager[None]:
        return self._limits.setdefault(model, asyncio.Semaphore(self._max_connections))

    def _wait(self, state: RetryCallState) -> float:
        """As long as the server asks for, otherwise exponentially longer with jitter."""
        error = state.outcome.exception() if state.outcome else None
        asked = _retry_after(error.__cause__ if error else None)
        waited = asked if asked is not None else wait_exponential_jitter(initial=1, max=self._longest_wait)(state)
        return min(waited, self._longest_wait)


async def _send(request: Request, endpoint: Endpoint | None) -> Reply:
    litellm = litellm_()
    import openai

    own = endpoint.parameters if endpoint else {}
    arguments = {**own, **request.parameters, "num_retries": 0, "max_retries": 0}
    if request.tools:
        # LiteLLM's tool gateway would import a server package and could run tools; ours are never run.
        arguments |= {"tools": deepcopy(list(request.tools)), "_skip_mcp_handler": True}
    if request.model.startswith(SIMULATED):
        arguments["aside"] = request.aside or {}
    begun = time.monotonic()
    try:
        model = endpoint.model if endpoint else request.model
        # Copies: LiteLLM rewrites what it is given, schemas of tools most of all.
        response = await litellm.acompletion(model=model, messages=deepcopy(list(request.messages)), **arguments)
    except openai.APIError as error:
        reason, text = _reason(error), redacted(str(error), arguments)
        raise ModelError(reason, f"{request.model}: {_first_line(text)}") from error
    return reply_from(response, request.model, time.monotonic() - begun, _cost(response, request.model))


def _reason(error: openai.APIError) -> Fault:
    """The fault's name. LiteLLM's errors have `openai.APIError` as their base, not `litellm.APIError`."""
    litellm = litellm_()
    if isinstance(error, litellm.ContentPolicyViolationError):
        return "content_filter"
    if isinstance(error, litellm.ContextWindowExceededError):
        return "context_overflow"
    if isinstance(error, litellm.Timeout):
        return "timeout"
    status = getattr(error, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR)
    return fault_of(status, f"{error} {error.body}", refused=isinstance(error, litellm.BadRequestError))


def fault_of(status: int, said: str, *, refused: bool) -> Fault:
    """The name of a server's error, by its status and words; `refused`: it took offence at the request itself."""
    if refused and _FILTERED.search(said):
        return "content_filter"
    if refused and "context" in said and "exceed" in said:
        return "context_overflow"
    if status == HTTPStatus.TOO_MANY_REQUESTS and _SPENT.search(said):
        return "refused_key"
    of_ours = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return _BY_STATUS.get(status, "bad_request" if of_ours else "unavailable")


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0][:300]


def _retry_after(error: BaseException | None) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or {}
    value = headers.get("retry-after")
    return float(value) if value is not None and value.replace(".", "", 1).isdigit() else None


def reply_from(response: Any, model: str, seconds: float, cost: float | None) -> Reply:
    """The reply that a response of LiteLLM's holds."""
    if not response.choices:
        raise ModelError("unreadable", f"{model}: the server sent no answer at all; see what it logs")
    choice = response.choices[0]
    message = choice.message
    usage = response.usage
    details = getattr(usage, "prompt_tokens_details", None)
    return Reply(
        text=_whole(message.content),
        finish=choice.finish_reason or "stop",
        model=response.model or model,
        reasoning=_whole(getattr(message, "reasoning_content", None)),
        tool_calls=tuple(
            ToolCall(_whole(call.id), _whole(call.function.name), _whole(call.function.arguments) or "{}")
            for call in message.tool_calls or ()
        ),
        tokens_in=usage.prompt_tokens or 0,
        tokens_out=usage.completion_tokens or 0,
        tokens_cached=getattr(details, "cached_tokens", None) or 0,
        cost_usd=cost,
        seconds=round(seconds, 3),
        aside=(getattr(message, "provider_specific_fields", None) or {}).get("simulated"),
    )


def _whole(text: str | None) -> str:
    """A text without halves of characters: JSON can spell them, but nothing can send or keep them."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text or "")


def _cost(response: Any, model: str) -> float | None:
    if model.startswith((SIMULATED, LOCAL)):
        return 0.0
    if not has_price(model):
        return None
    return float(litellm_().completion_cost(response, model=model)) or None
