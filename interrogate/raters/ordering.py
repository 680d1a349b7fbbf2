"""The same checklist with its items in another order: in the rubric's list, and in the schema that goes with it.

What a judge finds should not hang on what it was asked first. `robustness` measures whether it does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from interrogate.errors import PromptError
from interrogate.records import Json

Form = TypeVar("Form", bound=BaseModel)

_ITEM = re.compile(r"^- (\w+):.*\n(?:[ \t]+\S.*\n)*", re.MULTILINE)
"""An item of a rubric: a dash, the field's name, a colon; lines below that are indented belong to it."""


def reordered(name: str, rubric: str, order: Sequence[str]) -> str:
    """A rubric's template with the items named in the order given; whatever else it says stays where it is.

    Raises PromptError where the rubric does not list each of them once, as `- item: …`; `name` is for the message.
    """
    found = [match for match in _ITEM.finditer(rubric) if match[1] in order]
    texts = {match[1]: match[0] for match in found}
    if sorted(match[1] for match in found) != sorted(order):
        raise PromptError(f"{name}: does not list each of {', '.join(sorted(order))} once, as `- item: …`; mend it")
    for match, item in reversed(list(zip(found, order, strict=True))):
        rubric = rubric[: match.start()] + texts[item] + rubric[match.end() :]
    return rubric


def in_order(form: type[Form], order: Sequence[str]) -> type[Form]:
    """The form with the fields named first, in the order given. Only its schema differs: it is checked as ever."""
    names = [*order, *(name for name in form.model_fields if name not in order)]
    inherited = form.model_config.get("json_schema_extra")

    def arrange(schema: Json) -> None:
        if callable(inherited):
            inherited(schema)  # type: ignore[call-arg]  # of one argument, as ours is
        schema["properties"] = {name: schema["properties"][name] for name in names}
        schema["required"] = [name for name in names if name in schema["required"]]

    body = {"__doc__": form.__doc__, "model_config": ConfigDict(json_schema_extra=arrange)}
    return type(form.__name__, (form,), body)
