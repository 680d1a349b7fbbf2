"""The command that sets two raters, or two campaigns, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from interrogate.cli.options import NewFile, as_json, echo_json


@click.command(epilog="Example: interrogate compare interrogations/example-1a2b3c4d --raters openai/gpt-5 classifier")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("other", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--raters",
    nargs=2,
    metavar="A B",
    help="Whose labels: raters by the names of `export --table verdicts`, or `record`. For two campaigns one each.",
)
@click.option("--out", type=NewFile(), metavar="FILE.html", help="Also write a page, with every answer that flipped.")
@as_json
def compare(
    directory: Path, other: Path | None, raters: tuple[str, str] | None, out: Path | None, *, as_json: bool
) -> None:
    """Show what changes between two raters of a campaign, or between two campaigns, and which answers flip.

    \b
    compare DIR --raters A B    two raters over the same answers: another judge, another rubric, the classifier
    compare DIR DIR             two campaigns by their labels of record; what was settled otherwise is said first
    """
    from interrogate.comparing import compare as compared
    from interrogate.comparing import comparison_json
    from interrogate.report.comparison import comparison_page, comparison_table

    found = compared(directory, other, raters or ())
    if as_json:
        echo_json(comparison_json(found))
    else:
        from rich.console import Console

        Console().print(comparison_table(found))
    if out is not None:
        out.write_text(comparison_page(found), encoding="utf-8")
        click.echo(f"Written: {out}", err=True)
