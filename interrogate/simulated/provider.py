"""Serves the simulated subjects and judges to LiteLLM, as its custom provider `simulated/`."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from litellm import Choices, CustomLLM, Message, ModelResponse, Usage
from litellm.exceptions import BadRequestError, NotFoundError

from interrogate.records import Json, digest
from interrogate.simulated.judge import judged
from interrogate.simulated.personas import PERSONAS, speak

WORDS_A_TOKEN = 0.75


class SimulatedProvider(CustomLLM):  # type: ignore[misc]  # LiteLLM is not typed
    """Answers as the model's name says: a persona, or `judge?sensitivity=0.9&specificity=0.8`."""

    async def acompletion(self, *_args: Any, **arguments: Any) -> ModelResponse:
        return self.completion(**arguments)

    def completion(self, *_args: Any, **arguments: Any) -> ModelResponse:
        name, _mark, options = str(arguments["model"]).partition("?")
        aside: Json = arguments["optional_params"].get("aside") or {}
        if name == "judge":
            text, truth = _judged(arguments["model"], options, aside), None
        elif name in PERSONAS:
            text, truth = _spoken(name, aside)
        else:
            known = ", ".join([*PERSONAS, "judge"])
            raise NotFoundError(f"no simulated model {name!r}; there are {known}", model=name, llm_provider="simulated")
        return _response(arguments["model"], arguments["messages"], text, truth)


def _spoken(name: str, aside: Json) -> tuple[str, Json]:
    if "stages" not in aside:
        raise _refusal(name, "a simulated subject can be interviewed only; a simulated judge is `simulated/judge`")
    said = speak(name, aside)
    return said.text, {"label": said.label, "facts": asdict(said.facts), "core": said.core}


def _judged(model: str, options: str, aside: Json) -> str:
    if not aside.get("truth"):
        raise _refusal(model, "a simulated judge can judge simulated subjects only")
    settings = _settings(model, options)
    return judged(aside, random.Random(f"{model}/{digest(aside)}"), **settings)  # noqa: S311


def _settings(model: str, options: str) -> dict[str, float]:
    try:
        found = {key: float(value) for key, value in parse_qsl(options, strict_parsing=bool(options))}
    except ValueError:
        found = {"": 0.0}
    if not found.keys() <= {"sensitivity", "specificity"} or not all(0 <= value <= 1 for value in found.values()):
        raise _refusal(model, f"{options!r} sets no judge; write judge?sensitivity=0.9&specificity=0.8, each 0 to 1")
    return found


def _refusal(model: str, why: str) -> BadRequestError:
    return BadRequestError(why, model=model, llm_provider="simulated")


def _response(model: str, messages: list[Json], text: str, truth: Json | None) -> ModelResponse:
    asked = sum(len(str(message.get("content") or "").split()) for message in messages)
    usage = Usage(
        prompt_tokens=round(asked / WORDS_A_TOKEN), completion_tokens=round(len(text.split()) / WORDS_A_TOKEN)
    )
    message = Message(content=text, role="assistant", provider_specific_fields={"simulated": truth})
    choice = Choices(finish_reason="stop", index=0, message=message)
    return ModelResponse(model=f"simulated/{model}", choices=[choice], usage=usage)
