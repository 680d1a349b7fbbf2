"""Asks a model for an object of a set form: held to it by the provider where that can be, checked here everywhere.

A reply that cannot be read is asked for once more with the fault shown; then it is an error, and never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from interrogate.chat import Reply, takes_schema
from interrogate.errors import ModelError, faults_of
from interrogate.prompts import bundled, read_text, render
from interrogate.records import Json

Form = TypeVar("Form", bound=BaseModel)

Ask = Callable[[tuple[Json, ...], str | None], Awaitable[Reply]]
"""Sends messages and gives the reply. The second argument is what was wrong with the reply before, if there was one."""


def again_template() -> str:
    """The template of the second request."""
    return read_text(bundled("prompts") / "rubrics" / "again.j2")


def schema_parameters(model: str, form: type[BaseModel]) -> Mapping[str, Any]:
    """The parameters by which a provider holds its answer to a form; none where it cannot."""
    return {"response_format": form} if takes_schema(model) else {}


async def filled_in(form: type[Form], opening: Json, ask: Ask) -> Form:
    """The form as the model filled it in.

    Raises ModelError where it gives no reply, or twice one that cannot be read.
    """
    reply = await ask((opening,), None)
    try:
        return _parsed(form, reply)
    except ModelError as error:
        complaint = str(error)
    again = {"role": "user", "content": render("again.j2", again_template(), {"complaint": complaint})}
    return _parsed(
        form, await ask((opening, {"role": "assistant", "content": reply.text or "(nothing)"}, again), complaint)
    )


def _parsed(form: type[Form], reply: Reply) -> Form:
    """The form. A fence of backticks around the object is let pass.

    Raises ModelError, saying what is wrong with the reply.
    """
    text = re.sub(r"^```(?:json)?\s*|\s*```$", "", reply.text.strip())
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        raise ModelError("unreadable", faults_of(error)) from error
