"""Commands about a campaign: run, status, report, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interrogate.cli.options import as_json, directory, echo_json, reading, restoring

if TYPE_CHECKING:
    from interrogate.campaign import Summary


@click.command(epilog="Example: interrogate run -T run.eval -A acts.yaml --subject openai/gpt-4o --judge openai/gpt-5")
@click.argument("spec", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "-T",
    "--transcripts",
    multiple=True,
    metavar="PATH",
    help="A transcript: FILE, FILE#id, FILE#id@epoch, or a folder.",
)
@reading
@click.option(
    "--subject",
    multiple=True,
    metavar="MODEL",
    help="Whom to interview: a LiteLLM model, simulated/NAME or local/NAME.",
)
@click.option("--interviewer", metavar="scripted", help="Who asks.")
@click.option("--judge", multiple=True, metavar="MODEL", help="A model that labels the answers; several are a panel.")
@click.option("--judge-draws", type=int, metavar="N", help="Times that each judge labels each answer; majority counts.")
@click.option(
    "--strategy", metavar="NAME|FILE", help="What is asked: ladder, interrogation, followup, or a .yaml file."
)
@click.option("--max-turns", type=int, metavar="N", help="Most turns of an interview.")
@restoring
@click.option(
    "--tool-policy",
    type=click.Choice(["none", "refuse", "stub"]),
    help="What becomes of a tool call that the subject makes in an interview; nothing is ever run.",
)
@click.option("--epochs", type=int, metavar="N", help="Times that each interview is held.")
@click.option("--limit", type=int, metavar="N", help="Take the first N transcripts only.")
@click.option("--record", metavar="RATER", help="Whose labels count: classifier, a judge's model, or panel.")
@click.option(
    "-M", "settings", multiple=True, metavar="ROLE.KEY=VALUE", help="A LiteLLM parameter of subject or judge."
)
@click.option("--budget", type=float, metavar="USD", help="Stop when this much is spent.")
@click.option("--max-connections", type=int, metavar="N", help="Calls under way at once to each model.")
@click.option("--seed", type=int, metavar="N", help="Seed of all that is drawn.")
@click.option("--executor", type=click.Choice(["local"]), help="Where the interviews run.")
@click.option(
    "--dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The campaign's directory; otherwise under ./interrogations.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@as_json
def run(spec: Path | None, settings: tuple[str, ...], dry_run: bool, as_json: bool, **options: Any) -> None:
    """Hold the interviews that are owed, and label their answers.

    Without anything, the bundled example campaign runs on simulated subjects. The same command again finishes what
    is owed and asks nothing twice.
    """
    from interrogate import campaign
    from interrogate.cli.progress import shown
    from interrogate.library import blocking, spec_of
    from interrogate.spec import parameters_of, read_spec

    given = {name: value for name, value in options.items() if value not in (None, (), {})}
    if settings:
        given["parameters"] = parameters_of(settings)
    asked = spec_of(read_spec(spec) if spec else {}, given)
    if dry_run:
        _echo_plan(campaign.settle(asked), as_json=as_json)
        return
    with shown() as observe:
        summary = blocking(lambda: campaign.run(asked, observe))
    _echo_summary(summary, as_json=as_json)
    sys.exit(0 if summary.finished else 1)


def _echo_plan(settled: Any, *, as_json: bool) -> None:
    cases = settled.plan.cases
    document = {
        "campaign": str(settled.spec.directory),
        "simulated": settled.simulated,
        "transcripts": len(settled.transcripts),
        "interviews": {"planned": len(cases)},
        "unread": [each.error for each in settled.unread],
        "passed_over": [list(each) for each in settled.plan.passed_over],
    }
    if as_json:
        echo_json(document)
        return
    about = f"{len(cases)} interviews about {document['transcripts']} transcripts"
    click.echo(f"{document['campaign']}: {about}; nothing was asked.")
    _echo_left_out(settled.unread, settled.plan.passed_over)


def _echo_summary(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        echo_json(summary.as_json())
    else:
        echo_standing(summary)
        click.echo(f"Next: interrogate report {summary.campaign}")
    _echo_left_out(summary.unread, summary.passed_over)


def echo_standing(summary: Summary) -> None:
    for line in summary_lines(summary):
        click.echo(line)


def summary_lines(summary: Summary) -> list[str]:
    """How a campaign stands, in words."""
    interviews, calls, answers = summary.interviews, summary.calls, summary.answers
    told = "  [SIMULATED: figures about invented subjects]" if summary.simulated else ""
    held = f"{interviews['complete']} of {interviews['planned']} complete"
    asked = f"{calls['subject']} subject, {calls['interviewer']} interviewer, {calls['judge']} judge"
    lines = [
        f"{summary.campaign}{told}",
        f"  interviews  {held}, {interviews['owed']} owed, {interviews['failed']} failed",
        f"  calls now   {asked}; {calls['reused']} taken from the ledger",
        f"  answers     {answers['total']}, {answers['labelled']} labelled",
        f"  labels      {', '.join(f'{name} {n}' for name, n in summary.labels.items()) or 'none'}",
    ]
    if answers["unlabelled"]:
        lines.append(f"  no label    {', '.join(f'{name} {n}' for name, n in answers['unlabelled'].items())}")
    if summary.cost_usd or summary.unpriced_calls:
        unpriced = f", and {summary.unpriced_calls} calls of unknown price" if summary.unpriced_calls else ""
        lines.append(f"  cost now    {summary.cost_usd:.4f} USD{unpriced}")
    return [*lines, *(f"  failed      {n} interviews: {reason}" for reason, n in summary.failures.items())]


def _echo_left_out(unread: Any, passed_over: Any) -> None:
    for each in unread:
        click.echo(f"Not read: {each.error}", err=True)
    for source, reason in passed_over:
        click.echo(f"Not interviewed about: {source} ({reason}: annotate it in an acts file)", err=True)


@click.command(epilog="Example: interrogate status interrogations/example-1a2b3c4d")
@directory
@as_json
def status(directory: Path, as_json: bool) -> None:
    """Say how a campaign stands, from its directory alone. Nothing is called."""
    from interrogate.library import load

    summary = load(directory).summary
    if as_json:
        echo_json(summary.as_json())
    else:
        echo_standing(summary)
    sys.exit(0 if summary.finished else 1)


@click.command(epilog="Example: interrogate report interrogations/example-1a2b3c4d --out report.html")
@directory
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the page goes; otherwise report.html in DIR."
)
@as_json
def report(directory: Path, out: Path | None, as_json: bool) -> None:
    """Write one self-contained HTML page about a campaign, and print its table."""
    from interrogate.cascading import report_document
    from interrogate.report import Findings, summary_table, write_report
    from interrogate.store import open_directory

    with open_directory(directory) as store:
        findings = Findings.of(store)
        page = write_report(store, findings, directory, out)
        if as_json:
            echo_json(report_document(findings.answers, *findings.as_computed))
    if not as_json:
        from rich.console import Console

        Console().print(summary_table(findings))
    click.echo(f"Written: {page}", err=as_json)


@click.command(epilog="Example: interrogate export interrogations/example-1a2b3c4d --to csv --out answers.csv")
@directory
@click.option("--to", "form", type=click.Choice(["csv", "jsonl"]), required=True, help="The format.")
@click.option(
    "--table",
    type=click.Choice(["answers", "verdicts", "interviews", "calls"]),
    default="answers",
    show_default=True,
    help="What to export.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; otherwise standard output.")
def export(directory: Path, form: str, table: str, out: Path | None) -> None:
    """Write a campaign's answers, with everything needed to trace each number, as a table."""
    from interrogate.library import load

    frame = getattr(load(directory), table)
    text = (
        frame.to_csv(index=False) if form == "csv" else frame.to_json(orient="records", lines=True, force_ascii=False)
    )
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"Written: {out} ({len(frame)} rows)", err=True)
