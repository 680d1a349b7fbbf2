"""What LiteLLM knows of a model before it is asked anything: the way to it, its price, its window."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import Any

from interrogate.errors import ModelError
from interrogate.records import Json, Transcript
from interrogate.restoring import AS_RECORDED, Restoration, Restored, Route, restore

SIMULATED = "simulated/"
LOCAL = "local/"

_ANTHROPIC = Route("anthropic", "anthropic", reasoning="signed", system="first", images="address", alternates=True)
_GEMINI = Route("gemini", "gemini", system="first", signed_calls=True, alternates=True)
_ROUTES: Mapping[str, Route] = {
    "anthropic": _ANTHROPIC,
    "bedrock": Route("bedrock", "bedrock", reasoning="signed", system="first", alternates=True, tool_choice=False),
    "vertex_ai": replace(_GEMINI, provider="vertex_ai"),
    "gemini": _GEMINI,
    "openai": Route("openai", "openai", images="address"),
    "azure": Route("azure", "openai", images="address"),
    "mistral": Route("mistral", "mistral"),
    "deepseek": Route("deepseek", reasoning="field", images="none"),
    "hosted_vllm": Route("hosted_vllm", "vllm", reasoning="field"),
    "local": Route("local", tools="text", system="first", images="none", alternates=True),
}
_OPEN_ROUTE = Route("open", reasoning="field")
"""Servers that speak Chat Completions and carry `reasoning_content`: vLLM, OpenRouter, Ollama."""

_IMAGE_TOKENS = 1600
"""What an image counts for: Anthropic's greatest, and more than OpenAI's for an ordinary one."""
_MESSAGE_TOKENS = 4
"""What a message takes beside its text: https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken"""


@cache
def litellm_() -> Any:
    """LiteLLM, told not to fetch its price list, not to print, and where our simulated models are."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    from interrogate.simulated.provider import SimulatedProvider

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.disable_hf_tokenizer_download = True
    logging.getLogger("LiteLLM").setLevel(logging.ERROR)  # its warnings are of its own log keeping
    litellm.custom_provider_map = [{"provider": "simulated", "custom_handler": SimulatedProvider()}]
    return litellm


def route_of(model: str, parameters: Mapping[str, Any] | None = None) -> Route:
    """What the way to a model can carry.

    Raises ModelError where LiteLLM does not know the provider.
    """
    if model.startswith(SIMULATED):
        return Route("simulated", reasoning="field")
    if model.startswith(LOCAL):
        return _ROUTES["local"]
    litellm = litellm_()
    try:
        _, provider, _, _ = litellm.get_llm_provider(model, api_base=(parameters or {}).get("api_base"))
    except litellm.BadRequestError as error:
        raise ModelError(
            "unknown_model",
            f"{model}: LiteLLM knows no provider of this name; write provider/model, as in openai/gpt-4o",
        ) from error
    if provider == "openai" and (parameters or {}).get("api_base"):
        return _OPEN_ROUTE
    return _route(model, provider)


def _route(model: str, provider: str) -> Route:
    """The provider's way, as it is for this model: some serve several makers' models, each in the maker's format."""
    if provider in {"vertex_ai", "azure_ai"} and "claude" in model:
        return replace(_ANTHROPIC, provider=provider, images="data")
    if provider == "bedrock" and "invoke/" in model and "anthropic" in model:
        return replace(_ANTHROPIC, provider=provider, images="data", tool_choice=False)
    if provider == "vertex_ai" and "gemini" not in model:
        return _OPEN_ROUTE
    route = _ROUTES.get(provider, _OPEN_ROUTE)
    if route.dialect == "gemini":
        route = replace(route, needs_signatures=litellm_().VertexGeminiConfig.is_gemini_3_or_newer(model))
    return route if _takes_system(model, route) else replace(route, system="none")


def _takes_system(model: str, route: Route) -> bool:
    """Whether LiteLLM sends a system message as one, rather than as a user's."""
    litellm = litellm_()
    name = model.rpartition("/")[2]
    if route.provider == "openai" and litellm.OpenAIOSeriesConfig().is_model_o_series_model(name):
        return bool(litellm.supports_system_messages(name, "openai"))
    if route.provider == "azure" and litellm.AzureOpenAIO1Config().is_o_series_model(name):
        return bool(litellm.supports_system_messages(name, "openai"))
    if route.dialect == "gemini":
        return bool(litellm.supports_system_messages(name, route.provider))
    return True


@cache
def has_price(model: str) -> bool:
    """Whether a call's cost can be known: simulated and local models cost nothing."""
    if model.startswith((SIMULATED, LOCAL)):
        return True
    litellm = litellm_()
    try:
        info = litellm.get_model_info(model)
    except litellm.exceptions.ModelNotMappedError:
        return False
    # A model that is listed without a price, or newer than the list, stands there with a price of 0.
    return bool(info["input_cost_per_token"] or info["output_cost_per_token"])


def takes_schema(model: str) -> bool:
    """Whether the provider holds an answer to a JSON schema."""
    return bool(litellm_().supports_response_schema(model))


def takes_tools(model: str) -> bool:
    """Whether the model can be made to call a tool."""
    return bool(litellm_().supports_function_calling(model))


def marks_prefix(model: str) -> bool:
    """Whether a prompt's constant part is cached only where it is marked: Claude's, by whichever way it is reached."""
    return "claude" in model and bool(litellm_().utils.supports_prompt_caching(model))


def refuses(model: str, parameters: Mapping[str, Any]) -> bool:
    """Whether LiteLLM knows that the provider refuses a call with these parameters, as o1 does a temperature of 0."""
    litellm = litellm_()
    try:
        name, provider, _, _ = litellm.get_llm_provider(model)
        litellm.get_optional_params(model=name, custom_llm_provider=provider, **parameters)
    except litellm.UnsupportedParamsError:
        return True
    except litellm.BadRequestError:
        return False
    return False


def context_window(model: str, parameters: Mapping[str, Any] | None = None) -> int | None:
    """Most tokens that a model takes, as LiteLLM's list has it; None where that does not know."""
    if model.startswith((SIMULATED, LOCAL)) or (parameters or {}).get("api_base"):
        return None
    litellm = litellm_()
    try:
        window = litellm.get_model_info(model)["max_input_tokens"]
    except litellm.exceptions.ModelNotMappedError:
        return None
    return int(window) if window else None


def count_tokens(model: str, messages: Sequence[Json], tools: Sequence[Json] = ()) -> int:
    """Tokens of messages and tool definitions, offline. Of models other than OpenAI's an estimate."""
    return sum(_MESSAGE_TOKENS + sum(_tokens(model, text) for text in _strings(part)) for part in (*messages, *tools))


def restored_for(
    model: str,
    transcript: Transcript,
    *,
    same_model: bool,
    choices: Restoration = AS_RECORDED,
    parameters: Mapping[str, Any] | None = None,
) -> Restored:
    """What a model is sent of a transcript, over the way that leads to it and within what it takes.

    Raises ModelError where LiteLLM does not know the provider, TranscriptError where what must stay does not fit.
    """
    window = choices.context_window or context_window(model, parameters)
    return restore(
        transcript,
        route_of(model, parameters),
        same_model=same_model,
        choices=replace(choices, context_window=window),
        count=partial(count_tokens, model),
    )


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            yield " ".join(value)
            yield from (text for item in value.values() for text in _strings(item))
        case list() | tuple():
            yield from (text for item in value for text in _strings(item))


@lru_cache(maxsize=2048)
def _tokens(model: str, text: str) -> int:
    if text.startswith("data:image/"):
        return _IMAGE_TOKENS
    return int(litellm_().token_counter(model, text=text))
