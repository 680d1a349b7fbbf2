"""Commands about transcripts: list, show, check, locate, convert."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interrogate.cli.options import (
    NewFile,
    as_json,
    echo_json,
    judge_settings,
    paths,
    reading,
    restoration,
    restoring,
    sources,
)

if TYPE_CHECKING:
    from interrogate.annotations import Place
    from interrogate.locating import Located
    from interrogate.records import Act

_WIDEST = 10_000
"""Characters of a table's line where no terminal sets a bound: names are to be copied, so none is shortened."""


@click.group()
def transcripts() -> None:
    """Look at transcripts: what a file holds, what was recorded, and what a subject would be sent."""


@transcripts.command("list", epilog="Example: interrogate transcripts list logs/ --twins attack=honest")
@paths
@reading
@as_json
def list_(paths: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """List the conversations in files and folders: all views and branches, pairs of twins, and what is missing.

    Those marked "by name" are taken only when named, as FILE#LOCATOR.
    """
    from interrogate.checking import listing

    listed = listing(sources(paths, options))
    if as_json:
        echo_json(listed)
    elif readable := [each for each in listed if "error" not in each]:
        _print_table(readable)
    _finish(_errors(listed))


def _print_table(listed: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from interrogate.checking import printable

    table = Table("transcript", "format", "model", "messages", "acts", "accusations", "interview", "remarks", box=None)
    table.columns[0].overflow = "fold"
    for each in listed:
        remarks = ("" if each["default"] else "by name", each["about"], each["pairing"])
        cells = (
            each["source"],
            each["format"],
            each["model"] or "",
            "" if each["messages"] is None else each["messages"],
            each["acts"],
            each["accusations"],
        )
        row = (*cells, each["status"], ", ".join(filter(None, remarks)))
        table.add_row(*(printable(str(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDEST).print(table, markup=False)


@transcripts.command(epilog="Example: interrogate transcripts show run.eval#sample-7")
@paths
@reading
def show(paths: tuple[str, ...], **options: Any) -> None:
    """Print conversations as they were recorded, message by message."""
    from interrogate.adapters import Unread
    from interrogate.checking import lines_of

    found = sources(paths, options).read()
    for each in found:
        if not isinstance(each, Unread):
            click.echo("\n".join(lines_of(each)))
    _finish([each.error for each in found if isinstance(each, Unread)])


@transcripts.command(epilog="Example: interrogate transcripts check logs/ --subject anthropic/claude-sonnet-4-5 --json")
@paths
@reading
@restoring
@as_json
@click.option("--subject", metavar="MODEL", help="Say what this model would be sent.")
def check(paths: tuple[str, ...], *, subject: str | None, as_json: bool, **options: Any) -> None:
    """Check what can be restored: exactly, or what differs and why, and whether the evidence survives."""
    from interrogate.checking import check as check_all

    checks = check_all(sources(paths, options), subject, restoration(options))
    if as_json:
        echo_json(checks)
    else:
        for each in checks:
            if "error" not in each:
                _echo_check(each)
    _finish(_errors(checks))


def _echo_check(check: dict[str, Any]) -> None:
    exact = "exact" if check["exact"] else "differs"
    evidence = "evidence kept" if check["evidence_kept"] else "EVIDENCE LOST"
    _say(f"{check['source']}  {check['format']}  {check['messages']} messages  {exact}, {evidence}", err=False)
    for warning in check["warnings"]:
        _say(f"    {warning}", err=False)


@transcripts.command(epilog="Example: interrogate transcripts locate run.eval --judge openai/gpt-5 --out acts.yaml")
@paths
@reading
@click.option("--judge", metavar="MODEL", help="Ask this model too; without it, only what the harness reports.")
@judge_settings
@click.option("--out", type=NewFile(), metavar="FILE", help="The acts file that entries are added to.")
@click.option("--yes", is_flag=True, help="Take every act that is found, without asking.")
def locate(
    paths: tuple[str, ...], *, judge: str | None, settings: tuple[str, ...], out: Path | None, yes: bool, **options: Any
) -> None:
    """Find covert acts to annotate: what the harness knows, and what a judge finds and can quote.

    Each quote is looked up in the message named; one that is not there is dropped and said so. You confirm each act.
    A transcript that has its entry in the acts file is passed over.
    """
    from interrogate.adapters import Unread
    from interrogate.annotations import place_of
    from interrogate.library import blocking
    from interrogate.locating import entry, found_in
    from interrogate.spec import parameters_of

    parameters = parameters_of(settings).get("judge", {})
    entered = _entered(out)
    faults = []
    for each in sources(paths, options).read():
        if isinstance(each, Unread):
            faults.append(each.error)
        elif place_of(each.source) in entered:
            _say(f"{each.source}: passed over: {out} holds an entry for it")
        else:
            located = blocking(partial(found_in, each, judge, parameters))
            faults += [f"{each.source}: {located.failure}"] if located.failure else []
            if acts := _confirmed(str(each.source), located, yes=yes):
                _add(entry(each, acts, out.parent if out else Path()), out)
                entered.add(place_of(each.source))
    _finish(faults)


def _entered(out: Path | None) -> set[Place]:
    """What an acts file that is there already speaks of."""
    from interrogate.annotations import read_acts

    return set(read_acts(out)) if out and out.is_file() and out.stat().st_size else set()


def _confirmed(source: str, located: Located, *, yes: bool) -> list[Act]:
    """Those of the acts that a person takes for one."""
    for reason in located.dropped:
        _say(f"{source}: dropped: {reason}")
    if not located.acts and located.failure is None:
        _say(f"{source}: no covert act found")
    return [act for act in located.acts if yes or _is_confirmed(source, act)]


def _is_confirmed(source: str, act: Act) -> bool:
    _say(f"\n{source}\n{act.kind}: {act.summary}")
    for item in act.evidence:
        _say(f"  [{item.message}] {item.quote}")
    if not act.evidence:
        _say("  (no evidence is known: add some to the acts file)")
    return click.confirm("Take this as a covert act, shown by this evidence", err=True)


def _add(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    parted = "\n" if out.exists() else ""
    with out.open("a", encoding="utf-8") as file:
        file.write(f"{parted}{text}")
    _say(f"Added to {out}")


@transcripts.command(epilog="Example: interrogate transcripts convert run.eval --to openai --out run.jsonl")
@paths
@reading
@click.option(
    "--to",
    "form",
    type=click.Choice(["interrogate", "openai"]),
    default="interrogate",
    show_default=True,
    help="Our own format, which holds everything, or Chat Completions messages.",
)
@click.option("--out", type=NewFile(), metavar="FILE", help="The JSONL file; otherwise standard output.")
def convert(paths: tuple[str, ...], *, form: Any, out: Path | None, **options: Any) -> None:
    """Write transcripts in our own format or as Chat Completions messages, one a line; what is lost is said."""
    from interrogate.adapters import Unread
    from interrogate.converting import converted

    found = sources(paths, options).read()
    transcripts = [each for each in found if not isinstance(each, Unread)]
    lines = []
    for each, (line, losses) in zip(transcripts, converted(transcripts, form), strict=True):
        lines.append(f"{line}\n")
        for loss in losses:
            _say(f"{each.source}: not in this format: {loss}")
    if out is None:
        click.echo("".join(lines), nl=False)
    else:
        out.write_text("".join(lines), encoding="utf-8", errors="replace")  # a file's name may be no UTF-8
        _say(f"Written: {out} ({len(lines)} transcripts)")
    _finish([each.error for each in found if isinstance(each, Unread)])


def _say(text: str, *, err: bool = True) -> None:
    """Text of which a stranger may have written a part."""
    from interrogate.checking import printable

    click.echo(printable(text), err=err)


def _errors(entries: Sequence[dict[str, Any]]) -> list[str]:
    return [each["error"] for each in entries if "error" in each]


def _finish(faults: Sequence[str]) -> None:
    """What could not be done, said at the end; then exit status 1."""
    for fault in faults:
        _say(f"Error: {fault}")
    sys.exit(1 if faults else 0)
