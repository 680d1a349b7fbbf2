"""Commands about transcripts: list, show, check, locate, convert."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from interrogate.cli.options import as_json, echo_json, paths, reading, restoration, restoring, sources


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
    else:
        _print_table([each for each in listed if "error" not in each])
    _finish(listed)


def _print_table(listed: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from interrogate.checking import printable

    table = Table("transcript", "format", "model", "messages", "acts", "accusations", "interview", "remarks", box=None)
    for each in listed:
        remarks = ("" if each["default"] else "by name", each["about"], each["pairing"])
        cells = (
            each["source"],
            each["format"],
            each["model"] or "",
            each["messages"],
            each["acts"],
            each["accusations"],
        )
        row = (*cells, each["status"], ", ".join(filter(None, remarks)))
        table.add_row(*(printable(str(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else 240).print(table, markup=False)


@transcripts.command(epilog="Example: interrogate transcripts show run.eval#sample-7")
@paths
@reading
def show(paths: tuple[str, ...], **options: Any) -> None:
    """Print conversations as they were recorded, message by message."""
    from interrogate.checking import lines_of

    for each in sources(paths, options).read():
        for line in lines_of(each):
            click.echo(line)


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
    _finish(checks)


def _echo_check(check: dict[str, Any]) -> None:
    from interrogate.checking import printable

    exact = "exact" if check["exact"] else "differs"
    evidence = "evidence kept" if check["evidence_kept"] else "EVIDENCE LOST"
    click.echo(f"{check['source']}  {check['format']}  {check['messages']} messages  {exact}, {evidence}")
    for warning in check["warnings"]:
        click.echo(printable(f"    {warning}"))


@transcripts.command(epilog="Example: interrogate transcripts locate run.eval --judge openai/gpt-5 --out acts.yaml")
@paths
@reading
@click.option("--judge", metavar="MODEL", help="Ask this model too; without it, only what the harness reports.")
@click.option("-M", "settings", multiple=True, metavar="judge.KEY=VALUE", help="A LiteLLM parameter of the judge.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The acts file that entries are added to.")
@click.option("--yes", is_flag=True, help="Take every act that is found, without asking.")
def locate(
    paths: tuple[str, ...], *, judge: str | None, settings: tuple[str, ...], out: Path | None, yes: bool, **options: Any
) -> None:
    """Find covert acts to annotate: what the harness knows, and what a judge finds and can quote.

    Each quote is looked up in the message named; one that is not there is dropped and said so. You confirm each act.
    """
    from interrogate.adapters import Unread
    from interrogate.library import blocking
    from interrogate.locating import entry, found_in
    from interrogate.spec import parameters_of

    parameters = parameters_of(settings).get("judge", {})
    unread = []
    for each in sources(paths, options).read():
        if isinstance(each, Unread):
            unread.append({"error": each.error})
            continue
        located = blocking(partial(found_in, each, judge, parameters))
        for reason in located.dropped:
            click.echo(f"{each.source}: dropped: {reason}", err=True)
        if acts := [act for act in located.acts if yes or _is_confirmed(str(each.source), act)]:
            text = entry(each, acts, out.parent if out else Path())
            _add(text, out)
    _finish(unread)


def _is_confirmed(source: str, act: Any) -> bool:
    from interrogate.checking import printable

    click.echo(printable(f"\n{source}\n{act.kind}: {act.summary}"), err=True)
    for item in act.evidence:
        click.echo(printable(f"  [{item.message}] {item.quote}"), err=True)
    return click.confirm("Is this a covert act, and are these its evidence?", err=True)


def _add(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    with out.open("a", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"Added to {out}", err=True)


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
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The JSONL file; otherwise standard output."
)
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
            click.echo(f"{each.source}: not in this format: {loss}", err=True)
    if out is None:
        click.echo("".join(lines), nl=False)
    else:
        out.write_text("".join(lines), encoding="utf-8")
        click.echo(f"Written: {out} ({len(lines)} transcripts)", err=True)
    _finish([{"error": each.error} for each in found if isinstance(each, Unread)])


def _finish(checks: list[dict[str, Any]]) -> None:
    """Files that could not be read, said aloud at the end; then exit status 1."""
    unread = [each for each in checks if "error" in each]
    for each in unread:
        click.echo(f"Not read: {each['error']}", err=True)
    sys.exit(1 if unread else 0)
