"""Requests and replies of chat models as the lines of OpenAI's batch files have them.

The format: https://platform.openai.com/docs/guides/batch. Azure, Mistral, Groq, Together and vLLM's `run_batch` take
the same. What a batch costs is not on LiteLLM's list, so the price of its replies is not known.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from interrogate.chat import Reply, Request, fault_of, reply_from
from interrogate.chat.models import litellm_
from interrogate.errors import Fault, ModelError, faults_of
from interrogate.records import Json
from interrogate.redaction import without_secrets

_OF_THE_CONNECTION = frozenset(
    "api_base base_url api_version custom_llm_provider drop_params organization request_timeout stream_timeout "
    "timeout".split()
)
"""Parameters of how a server is reached. They are no part of a batch's request."""


class Answered(BaseModel):
    """The part of a result that came from the model's server."""

    model_config = ConfigDict(extra="ignore")

    status_code: int
    body: dict[str, Any] | None = None


class Result(BaseModel):
    """One line of a file of results."""

    model_config = ConfigDict(extra="ignore")

    custom_id: str
    response: Answered | None = None
    error: dict[str, Any] | None = None


def line_of(custom_id: str, request: Request) -> Json:
    """The line that asks what the request asks. Keys and addresses are not in it.

    Raises ModelError where LiteLLM does not know the provider.
    """
    litellm = litellm_()
    try:
        name, *_ = litellm.get_llm_provider(request.model)
    except litellm.BadRequestError as error:
        raise ModelError("unknown_model", f"{request.model}: LiteLLM knows no provider of this name") from error
    body = {"model": name, "messages": [_plain(message) for message in request.messages], **_settings(request)}
    if request.tools:
        body["tools"] = list(request.tools)
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}


def _settings(request: Request) -> Json:
    given = dict(request.parameters)
    if form := given.pop("response_format", None):
        given["response_format"] = litellm_().utils.type_to_response_format_param(form)
    return {name: value for name, value in without_secrets(given).items() if name not in _OF_THE_CONNECTION}


def _plain(message: Json) -> Json:
    """The message with its parts as one text: marks for a cache are for live calls."""
    content = message["content"]
    return message if isinstance(content, str) else {**message, "content": "".join(part["text"] for part in content)}


def reply_of(result: Result, model: str) -> Reply:
    """The reply that a line holds, its price unknown.

    Raises ModelError, with the fault's name, where it holds an error.
    """
    answered = result.response
    if answered is None or answered.status_code != HTTPStatus.OK or not (answered.body or {}).get("choices"):
        raise ModelError(_fault(result), f"{model}: {_words(result)}")
    try:
        response = litellm_().ModelResponse(**{"usage": _NO_USAGE, **(answered.body or {})})
    except ValidationError as error:
        raise ModelError("unreadable", f"{model}: {faults_of(error)}") from error
    return reply_from(response, model, seconds=0.0, cost=None)


_NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _fault(result: Result) -> Fault:
    """What is without a server's word has expired or was cancelled, and may be sent again."""
    if result.response is None:
        return "timeout"
    status = result.response.status_code
    if status == HTTPStatus.OK:
        return "unreadable"
    return fault_of(status, str(result.response.body), refused=status == HTTPStatus.BAD_REQUEST)


def _words(result: Result) -> str:
    said = result.error or (result.response.body if result.response else None) or {}
    inner = said.get("error", said)
    return str(inner.get("message", inner) if isinstance(inner, dict) else inner)[:300]
