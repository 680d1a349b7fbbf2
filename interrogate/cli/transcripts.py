"""Commands about transcripts: list, show, check."""

from __future__ import annotations

import sys
from typing import Any

import click

from interrogate.cli.campaigns import as_json, echo_json

paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True)
acts = click.option("-A", "--acts", multiple=True, metavar="FILE", help="An acts file.")


@click.group()
def transcripts() -> None:
    """Look at transcripts: what a file holds, what was recorded, and what a subject would be sent."""


@transcripts.command("list", epilog="Example: interrogate transcripts list logs/")
@paths
@acts
def list_(paths: tuple[str, ...], acts: tuple[str, ...]) -> None:
    """List the conversations in files and folders, with format, length, acts and accusations."""
    from rich.console import Console
    from rich.table import Table

    from interrogate.checking import check

    checks = check(paths, acts)
    table = Table("transcript", "format", "model", "messages", "tools", "acts", "accusations", box=None)
    for each in checks:
        if "error" not in each:
            counts = (str(each[name]) for name in ("messages", "tools"))
            table.add_row(
                each["source"],
                each["format"],
                each["model"] or "",
                *counts,
                str(len(each["acts"])),
                str(len(each["accusations"])),
            )
    Console(width=None if sys.stdout.isatty() else 200).print(table, markup=False)
    _finish(checks)


@transcripts.command(epilog="Example: interrogate transcripts show run.eval#sample-7")
@paths
@acts
def show(paths: tuple[str, ...], acts: tuple[str, ...]) -> None:
    """Print conversations as they were recorded, message by message."""
    from interrogate.checking import lines_of, read

    for each in read(paths, acts):
        for line in lines_of(each):
            click.echo(line)


@transcripts.command(epilog="Example: interrogate transcripts check logs/ --subject anthropic/claude-sonnet-4-5 --json")
@paths
@acts
@click.option("--subject", metavar="MODEL", help="Say what this model would be sent.")
@as_json
def check(paths: tuple[str, ...], acts: tuple[str, ...], subject: str | None, as_json: bool) -> None:
    """Check what can be restored: exactly, or what differs and why, and whether the evidence survives."""
    from interrogate.checking import check as check_all

    checks = check_all(paths, acts, subject)
    if as_json:
        echo_json(checks)
    else:
        for each in checks:
            if "error" not in each:
                _echo_check(each)
    _finish(checks)


def _echo_check(check: dict[str, Any]) -> None:
    exact = "exact" if check["exact"] else "differs"
    evidence = "evidence kept" if check["evidence_kept"] else "EVIDENCE LOST"
    click.echo(f"{check['source']}  {check['format']}  {check['messages']} messages  {exact}, {evidence}")
    for warning in check["warnings"]:
        click.echo(f"    {warning}")


def _finish(checks: list[dict[str, Any]]) -> None:
    """Files that could not be read, said aloud at the end; then exit status 1."""
    unread = [each for each in checks if "error" in each]
    for each in unread:
        click.echo(f"Not read: {each['error']}", err=True)
    sys.exit(1 if unread else 0)
