"""The command that measures how easily a rater is swayed by wording."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from interrogate.cli.options import as_json, echo_json, judge_settings, max_connections

if TYPE_CHECKING:
    from interrogate.robustness import FlipRate, Robustness


@click.command(epilog="Example: interrogate labels robustness --rater openai/gpt-5")
@click.option("--rater", default="classifier", show_default=True, metavar="classifier|MODEL", help="Who is tried.")
@judge_settings
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Variants of each change that each answer is tried with.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Try N of the 12 scenarios only.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Seed of all that is drawn.")
@max_connections
@as_json
def robustness(*, rater: str, settings: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Measure how often a rater's label changes when only the wording does.

    48 answers of known facts are labelled as they are, in other styles, and as attacks on the rater; a judge also with
    its rubric in other words and its items in another order. A judge is called about 1,050 times with --draws 1.
    """
    from interrogate.library import blocking
    from interrogate.robustness import measured
    from interrogate.spec import parameters_of

    parameters = parameters_of(settings).get("judge", {})
    found = blocking(lambda: measured(rater, parameters=parameters, **options))
    if as_json:
        echo_json(asdict(found))
    else:
        _echo(found)


def _echo(found: Robustness) -> None:
    from rich.console import Console
    from rich.table import Table

    from interrogate.report.wording import rate_text, shown

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("change", no_wrap=True)
    for column in ("label flips", "admission", "falsehood", "stance", "gained", "lost", "no label"):
        table.add_column(column)
    for flip in found.flips:
        table.add_row(f"{flip.kind}: {flip.name.replace('_', ' ')}", *_cells(flip))
    console = Console()
    about = f"{found.answers} answers of {found.scenarios} scenarios; unchanged, {rate_text(found.right)} are right"
    console.print(f"{shown(found.rater)}: {about}", markup=False)
    console.print(table)


def _cells(flip: FlipRate) -> list[str]:
    from interrogate.report.wording import DASH, percent, rate_text

    others = [*flip.facts.values(), flip.gained, flip.lost]
    return [rate_text(flip.label), *(percent(each.estimate) if each else DASH for each in others), str(flip.unlabelled)]
