"""Options that several commands share: which transcripts, how they are read, and what is printed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from interrogate.restoring import Restoration
    from interrogate.sources import Sources

Command = TypeVar("Command", bound=Callable[..., Any])


class NewFile(click.Path):
    """A file to be written, in a folder that is there: found out before anything is paid for."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"{path}: there is no folder {path.parent}; make it first", param, ctx)
        return path


directory = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")

judge_settings = click.option(
    "-M", "settings", multiple=True, metavar="judge.KEY=VALUE", help="A LiteLLM parameter of the judge."
)
max_connections = click.option(
    "--max-connections", type=int, default=10, show_default=True, metavar="N", help="Calls under way at once."
)

_READING = (
    click.option(
        "-A", "--acts", multiple=True, metavar="FILE", help="An acts file that says what happened in the transcripts."
    ),
    click.option(
        "--format", metavar="NAME", help="The transcripts' format, where it cannot be told; see docs/transcripts.md."
    ),
    click.option(
        "--field",
        multiple=True,
        metavar="NAME=PATH",
        callback=lambda _, __, given: _fields(given),
        help="Where home-made JSON keeps what, as in --field messages=run.turns --field role=who.",
    ),
    click.option(
        "--twins",
        metavar="COVERT=CONTROL",
        help="Words in which the names of a covert transcript and its control differ.",
    ),
)
_RESTORING = (
    click.option(
        "--reasoning",
        type=click.Choice(["native", "as-text", "drop"]),
        help="How recorded reasoning is sent: as the route can, as text, or not at all.",
    ),
    click.option(
        "--tools",
        type=click.Choice(["native", "text"]),
        help="How recorded tool calls are sent: as calls where the route can, or as text.",
    ),
    click.option(
        "--context-window",
        type=click.IntRange(min=1),
        metavar="TOKENS",
        help="What the subject takes at most, where LiteLLM does not know; longer transcripts are cut in the middle.",
    ),
)


def _fields(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if odd := [name for name, equals, path in pairs if not (name and equals and path)]:
        raise click.BadParameter(f"{odd[0]}: write NAME=PATH, as in messages=run.turns")
    return {name: path for name, _, path in pairs}


def _all(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Command], Command]:
    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


reading = _all(_READING)
restoring = _all(_RESTORING)
paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True)


def sources(paths: tuple[str, ...], options: dict[str, Any]) -> Sources:
    """The transcripts that the options of `reading` name; takes them out of the options."""
    from interrogate.sources import Sources

    named = {name: options.pop(name) for name in ("acts", "format", "twins")}
    return Sources(paths, fields=options.pop("field"), **named)


def restoration(options: dict[str, Any]) -> Restoration:
    """How the options of `restoring` want transcripts restored; takes them out of the options."""
    from interrogate.restoring import Restoration

    given = {name: options.pop(name) for name in ("reasoning", "tools", "context_window")}
    return Restoration(**{name: value for name, value in given.items() if value is not None})


def echo_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str, allow_nan=False))
