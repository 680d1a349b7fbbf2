"""Finds, checks, renders and digests the files of `prompts/`.

Strategies and templates may come from strangers: templates run in Jinja2's sandbox, know only the variables
that their rung promises, and a missing variable is an error, never an empty string. A rung that discloses
nothing is not given the evidence, so its question cannot leak it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import TypeAdapter, ValidationError

from interrogate.errors import PromptError
from interrogate.records import Cell, Rung, Strategy

LONGEST = 400_000
"""Characters of a rendered prompt; a template that makes more is broken or hostile."""
LARGEST_FILE = 1_000_000


def bundled(name: str) -> Path:
    """The folder `prompts` or `transcripts` as shipped: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    shipped = package / f"_{name}"
    return shipped if shipped.is_dir() else package.parent / name


class Environment(ImmutableSandboxedEnvironment):
    """Jinja2 in its sandbox, as every prompt is rendered."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)


_ENVIRONMENT = Environment()


def read_text(path: Path) -> str:
    """The text of a prompt's file.

    Raises PromptError where it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PromptError(f"{path}: larger than {LARGEST_FILE} bytes; a prompt is a page of text")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: cannot be read ({error}); name an existing UTF-8 file") from error


@cache
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)


def render(name: str, template: str, variables: Mapping[str, Any]) -> str:
    """A template's text with its variables filled in; `name` is for the message when that fails.

    Raises PromptError where a variable is missing, the sandbox refuses, or the result is absurdly long.
    """
    try:
        text = _compiled(template).render(variables).strip()
    except (TemplateError, TypeError, ValueError, OverflowError, MemoryError) as error:
        raise PromptError(f"{name}: cannot be rendered ({error})") from error
    if not 0 < len(text) <= LONGEST:
        raise PromptError(f"{name}: renders to {len(text)} characters; between 1 and {LONGEST} are allowed")
    return text


def variables_of(name: str, template: str) -> set[str]:
    """The names that a template asks for.

    Raises PromptError where it is not Jinja2.
    """
    try:
        return meta.find_undeclared_variables(_ENVIRONMENT.parse(template))
    except TemplateError as error:
        raise PromptError(f"{name}: not a Jinja2 template ({error})") from error


def question_path(name: str, strategy_file: Path | None = None) -> Path:
    """Where the template of a question is: beside the strategy's file, or among the bundled ones."""
    beside = strategy_file.parent / name if strategy_file else None
    return beside if beside and beside.is_file() else bundled("prompts") / "questions" / name


def promised(rung: Rung) -> set[str]:
    """The variables that a rung's template may use."""
    return (
        {"factors"}
        | ({"accusation"} if rung.accuses else set())
        | ({"where"} if rung.discloses != "none" else set())
        | ({"evidence"} if rung.discloses == "exact" else set())
        | ({"own_words"} if rung.contrasts else set())
    )


def strategy_file(name: str) -> Path:
    """The file of a strategy, given its name or a path.

    Raises PromptError, listing those there are, where there is none.
    """
    if Path(name).suffix in {".yaml", ".yml"}:
        return Path(name)
    folder = bundled("prompts") / "strategies"
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        raise PromptError(f"{name}: no such strategy; name one of {known}, or a .yaml file")
    return path


_STRATEGY = TypeAdapter(Strategy)


def read_strategy(name: str) -> Strategy:
    """A strategy by name or file, with the text of its templates.

    Raises PromptError where file or templates cannot be used, naming the place.
    """
    path = strategy_file(name)
    try:
        strategy = _STRATEGY.validate_python(yaml.safe_load(read_text(path)))
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(f"{path}: not a strategy ({error}); see docs/strategies.md") from error
    _check_ladder(path, strategy)
    return replace(strategy, templates=dict(_templates(path, strategy)))


def _check_ladder(path: Path, strategy: Strategy) -> None:
    names = [rung.name for rung in strategy.rungs]
    if not names or len(set(names)) < len(names):
        raise PromptError(f"{path}: a strategy needs at least one rung, each with a name of its own; found {names}")
    if strategy.templates:
        raise PromptError(f"{path}: `templates` is filled in when read; remove it")
    if strategy.design == "branches" and any(rung.contrasts for rung in strategy.rungs):
        raise PromptError(f"{path}: a rung that contrasts needs earlier answers; use design: thread")


def _templates(path: Path, strategy: Strategy) -> Iterator[tuple[str, str]]:
    for rung in strategy.rungs:
        yield rung.question, _checked(path, rung.question, promised(rung))
    if strategy.recheck is not None:
        yield strategy.recheck, _checked(path, strategy.recheck, {"factors", "accusation"})


def _checked(path: Path, name: str, allowed: set[str]) -> str:
    file = question_path(name, path)
    template = read_text(file)
    if extra := variables_of(str(file), template) - allowed:
        raise PromptError(
            f"{file}: asks for {', '.join(sorted(extra))}, which its rung in {path} does not give "
            f"({', '.join(sorted(allowed))}); change the template, or `accuses`, `discloses` or `contrasts`"
        )
    return template


def cells(strategy: Strategy) -> tuple[Cell, ...]:
    """Every combination of the levels of a strategy's factors; one empty cell where it has none."""
    names = sorted(strategy.factors)
    return tuple(
        tuple(zip(names, levels, strict=True))
        for levels in itertools.product(*(strategy.factors[name] for name in names))
    )
