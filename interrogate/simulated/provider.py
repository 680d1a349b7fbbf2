"""Serves the simulated subjects and judges to LiteLLM, as its custom provider `simulated/`."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from litellm import Choices, CustomLLM, Message, ModelResponse, Usage
from litellm.exceptions import BadRequestError, NotFoundError

from interrogate.records import Json
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
            said = speak(name, aside)
            text, truth = said.text, {"label": said.label, "facts": asdict(said.facts), "core": said.core}
        else:
            known = ", ".join([*PERSONAS, "judge"])
            raise NotFoundError(f"no simulated model {name!r}; there are {known}", model=name, llm_provider="simulated")
        return _response(arguments["model"], arguments["messages"], text, truth)


def _judged(model: str, options: str, aside: Json) -> str:
    if not aside.get("truth"):
        raise BadRequestError(
            "a simulated judge can judge simulated subjects only", model=model, llm_provider="simulated"
        )
    settings = {key: float(value) for key, value in parse_qsl(options)}
    return judged(aside, random.Random(f"{model}/{sorted(aside.items())}"), **settings)  # noqa: S311


def _response(model: str, messages: list[Json], text: str, truth: Json | None) -> ModelResponse:
    asked = sum(len(str(message.get("content") or "").split()) for message in messages)
    usage = Usage(
        prompt_tokens=round(asked / WORDS_A_TOKEN), completion_tokens=round(len(text.split()) / WORDS_A_TOKEN)
    )
    message = Message(content=text, role="assistant", provider_specific_fields={"simulated": truth})
    choice = Choices(finish_reason="stop", index=0, message=message)
    return ModelResponse(model=f"simulated/{model}", choices=[choice], usage=usage)
