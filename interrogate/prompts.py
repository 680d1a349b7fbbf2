"""Finds, checks, renders and digests the files of `prompts/`.

Strategies and templates may come from strangers: templates run in Jinja2's sandbox, know only the variables
that their rung promises, and a missing variable is an error, never an empty string. A rung that discloses
nothing is not given the evidence, so its question cannot leak it. Each is tried on stand-ins when it is read:
nothing is paid for before its questions are known to work.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import TypeAdapter

from interrogate.errors import PromptError
from interrogate.records import Cell, Rung, Strategy

LONGEST = 400_000
"""Characters of a rendered prompt; a template that makes more is broken or hostile."""
LARGEST_FILE = 1_000_000

_FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a stranger's template can raise, beside Jinja2's own errors. What it works on are plain values of ours."""

_STAND_INS: Mapping[str, object] = {
    "accusation": {"kind": "kind", "summary": "Summary."},
    "where": "text",
    "evidence": ["evidence"],
    "own_words": "own words",
}
"""What templates are tried on."""


def bundled(name: str) -> Path:
    """The folder `prompts` or `transcripts` as shipped: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    shipped = package / f"_{name}"
    return shipped if shipped.is_dir() else package.parent / name


class Environment(ImmutableSandboxedEnvironment):
    """Jinja2 in its sandbox, as every prompt is rendered."""

    intercepted_binops = frozenset({"*", "**"})
    """Jinja2 would work them out while compiling, however large the result."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)

    def call_binop(self, context: object, operator: str, left: object, right: object) -> NoReturn:  # noqa: ARG002
        raise SecurityError(f"{operator} is not allowed in a prompt")


_ENVIRONMENT = Environment()


def read_text(path: Path) -> str:
    """The text of a prompt's file.

    Raises PromptError where it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PromptError(f"{path}: larger than {LARGEST_FILE} bytes; a prompt is a page of text")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise PromptError(f"{path}: cannot be read ({error}); name an existing UTF-8 file") from error


@cache
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)


def render(name: str, template: str, variables: Mapping[str, Any]) -> str:
    """A template's text with its variables filled in; `name` is for the message when that fails.

    Raises PromptError where a variable is missing, the sandbox refuses, or the result is absurdly long.
    """
    try:
        text = "".join(_bounded(name, _compiled(template).generate(variables))).strip()
    except _FAULTS as error:
        raise PromptError(f"{name}: cannot be rendered ({error}); mend the template") from error
    if not text:
        raise PromptError(f"{name}: renders to nothing; a prompt has words")
    return text


def _bounded(name: str, pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, for as long as a prompt may be: a template that never ends is stopped on its way."""
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST:
            raise PromptError(f"{name}: renders to more than {LONGEST} characters; shorten it, or what it is given")
        yield piece


def variables_of(name: str, template: str) -> set[str]:
    """The names that a template asks for.

    Raises PromptError where it is not Jinja2.
    """
    try:
        return meta.find_undeclared_variables(_ENVIRONMENT.parse(template))
    except (TemplateError, RecursionError) as error:
        raise PromptError(f"{name}: not a Jinja2 template ({error}); mend it") from error


def question_path(name: str, strategy_file: Path | None = None) -> Path:
    """Where the template of a question is: beside the strategy's file, or among the bundled ones.

    Raises PromptError where the name leads out of these folders: a stranger's strategy is not to send our files.
    """
    shipped = bundled("prompts") / "questions"
    beside = strategy_file.parent if strategy_file else shipped
    folder = beside if (beside / name).is_file() else shipped
    if not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise PromptError(f"{name!r} leads out of {folder}; keep the strategy's questions in its own folder")
    return folder / name


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
    text = read_text(path)
    try:
        strategy = _STRATEGY.validate_python(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PromptError(f"{path}: not a strategy ({error}); see docs/strategies.md") from error
    _check_ladder(path, strategy)
    return replace(strategy, templates=dict(_templates(path, strategy)))


def _check_ladder(path: Path, strategy: Strategy) -> None:
    names = [rung.name for rung in strategy.rungs]
    if not names or len(set(names)) < len(names):
        raise PromptError(f"{path}: a strategy needs at least one rung, each with a name of its own; found {names}")
    if strategy.templates:
        raise PromptError(f"{path}: `templates` is filled in when read; remove it")
    if empty := [name for name, levels in strategy.factors.items() if not levels]:
        raise PromptError(f"{path}: a factor needs levels; give {', '.join(empty)} some, or remove it")
    needs_more = strategy.recheck is not None or any(rung.contrasts for rung in strategy.rungs)
    if strategy.design == "branches" and needs_more:
        raise PromptError(f"{path}: a recheck, and a rung that contrasts, need earlier answers; use design: thread")


def _templates(path: Path, strategy: Strategy) -> Iterator[tuple[str, str]]:
    for rung in strategy.rungs:
        yield rung.question, _checked(path, rung.question, promised(rung), cells(strategy))
    if strategy.recheck is not None:
        yield strategy.recheck, _checked(path, strategy.recheck, {"factors", "accusation"}, cells(strategy))


def _checked(path: Path, name: str, allowed: set[str], tried: Iterable[Cell]) -> str:
    file = question_path(name, path)
    template = read_text(file)
    if extra := variables_of(str(file), template) - allowed:
        raise PromptError(
            f"{file}: asks for {', '.join(sorted(extra))}, which its rung in {path} does not give "
            f"({', '.join(sorted(allowed))}); change the template, or `accuses`, `discloses` or `contrasts`"
        )
    given = {name: value for name, value in _STAND_INS.items() if name in allowed}
    for cell in tried:
        render(str(file), template, {**given, "factors": dict(cell)})
    return template


def cells(strategy: Strategy) -> tuple[Cell, ...]:
    """Every combination of the levels of a strategy's factors; one empty cell where it has none."""
    names = sorted(strategy.factors)
    return tuple(
        tuple(zip(names, levels, strict=True))
        for levels in itertools.product(*(strategy.factors[name] for name in names))
    )
