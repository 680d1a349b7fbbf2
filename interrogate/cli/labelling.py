"""Labelling: a campaign's answers, or recorded ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from interrogate.errors import InputError


@click.command(epilog="Example: interrogate label --answers answers.jsonl --rater openai/gpt-5 --out labels.jsonl")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--rater", multiple=True, metavar="classifier|MODEL", help="Who labels; classifier if left out.")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Recorded answers, one JSON object a line.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the labels of --answers go; otherwise standard output.",
)
@click.option("-M", "settings", multiple=True, metavar="judge.KEY=VALUE", help="A LiteLLM parameter of the judge.")
@click.option(
    "--max-connections", type=int, default=10, show_default=True, metavar="N", help="Calls under way at once."
)
def label(
    directory: Path | None,
    rater: tuple[str, ...],
    answers: Path | None,
    out: Path | None,
    settings: tuple[str, ...],
    max_connections: int,
) -> None:
    """Label a campaign's answers, or label them again with another rater; nothing is asked of the subjects.

    With --answers, label recorded answers, lines of {"id", "question", "answer", "facts"}, with no campaign at all.
    """
    from interrogate.spec import parameters_of

    if (directory is None) == (answers is None):
        raise click.UsageError("name either a campaign's DIR or --answers FILE")
    parameters = parameters_of(settings).get("judge", {})
    if answers is not None:
        _label_recorded(answers, rater or ("classifier",), out, parameters, max_connections)
    elif directory is not None:
        _label_campaign(directory, rater or ("classifier",), parameters, max_connections)


def _label_recorded(
    answers: Path, raters: tuple[str, ...], out: Path | None, parameters: Any, max_connections: int
) -> None:
    from interrogate.library import label as label_answers

    rows = [
        _row(answers, number, line)
        for number, line in enumerate(answers.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip()
    ]
    labelled = [
        row
        for name in raters
        for row in label_answers(rows, rater=name, parameters=parameters, max_connections=max_connections)
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in labelled)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        missing = sum(row["label"] is None for row in labelled)
        click.echo(f"Written: {out} ({len(labelled)} rows, {missing} without a label)", err=True)


def _row(answers: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise InputError(f"{answers}:{number}: not JSON ({error}); one object a line") from error


def _label_campaign(directory: Path, raters: tuple[str, ...], parameters: Any, max_connections: int) -> None:
    from interrogate.campaign import relabel
    from interrogate.cli.campaigns import summary_lines
    from interrogate.cli.progress import shown
    from interrogate.library import blocking

    with shown() as observe:
        summary = blocking(lambda: relabel(directory, raters, parameters, max_connections, observe))
    for line in summary_lines(summary):
        click.echo(line)
