"""How agreement is printed: a line for each comparison, then classes, confusion and calibration of those over all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from interrogate.people.agreeing import Comparison, Drawn, Findings
    from interrogate.stats.measured import Measured

SHORT = {
    "confession": "conf",
    "partial_confession": "part",
    "fabrication": "fabr",
    "denial": "deny",
    "evasion": "evas",
    "refusal": "refu",
}


def heading(found: Findings) -> Iterator[str]:
    """What is compared, and on what gold it rests."""
    from interrogate.checking import printable

    if found.simulated:
        yield "[SIMULATED: figures about invented subjects]"
    counts = ", ".join(f"{name} {n}" for name, n in sorted(found.answers.items()))
    yield printable(f"gold: {found.gold}; split: {found.split}{f' (answers with gold: {counts})' if counts else ''}")
    if found.drawn is not None:
        yield _drawn(found.drawn)
    if found.settled:
        yield f"settled by: {', '.join(f'{name} {n}' for name, n in sorted(found.settled.items()))}"
    if found.alpha is not None:
        yield f"alpha of all annotators: {_figure(found.alpha, ' ')}"
    if reasons := {each.agreement.raw.reason for each in found.comparisons} - {None}:
        yield f"no interval, or no figure, where: {', '.join(sorted(map(str, reasons)))}"


def _drawn(drawn: Drawn) -> str:
    missing = f"{drawn.answers - drawn.labelled} are missing"
    picked = f"; {drawn.picked} are labelled and were not drawn: in no corrected rate" if drawn.picked else ""
    return f"{drawn.labelled} of {drawn.answers} drawn have gold, {missing}{picked}"


def tables(found: Sequence[Comparison]) -> Iterator[Table]:
    yield _coefficients(found)
    for each in found:
        if each.arm is None and each.agreement.compared:
            yield _classes(each)
            if each.calibration is not None:
                yield _calibration(each)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=escape(title), title_justify="left", box=SIMPLE, padding=0)
    for place, name in enumerate(columns):
        table.add_column(name, no_wrap=place > 0, min_width=0 if place else 18)
    return table


def _coefficients(found: Sequence[Comparison]) -> Table:
    """`n` is the answers that both labelled, of those that both had before them; `tr` their transcripts."""
    table = _table("Agreement, 95% intervals over transcripts", "", "n", "tr", "raw", "kappa", "AC1", "alpha")
    for each in found:
        figures = each.agreement
        part = "" if each.arm is None else f"\n  {each.arm}, {each.design}"
        counts = (f"{figures.compared}/{figures.answers}", str(figures.transcripts))
        measured = (figures.raw, figures.kappa, figures.ac1, figures.alpha)
        table.add_row(escape(f"{each.rater} : {each.against}") + part, *counts, *map(_figure, measured))
    return table


def _classes(each: Comparison) -> Table:
    """One row a class of gold: as what it was labelled."""
    figures = each.agreement
    columns = [SHORT.get(name, name) for name in figures.labels]
    table = _table(f"{each.against} (rows) labelled by {each.rater}", "", *columns, "none", "precision", "recall")
    for name, row in zip((*figures.labels, "none"), figures.confusion, strict=True):
        met = figures.classes.get(name)
        if met or any(row):
            table.add_row(name, *map(str, row), *(map(_figure, (met.precision, met.recall)) if met else ()))
    return table


def _calibration(each: Comparison) -> Table:
    table = _table(f"{each.rater}: how often it is right, by how sure it is", "sure", "answers", "right")
    for part in each.calibration.bins if each.calibration else ():
        table.add_row(f"{part.low:.2f} to {part.high:.2f}", str(part.answers), _figure(part.right))
    return table


def _figure(measured: Measured, between: str = "\n") -> str:
    if measured.estimate is None:
        return "-"
    if measured.low is None or measured.high is None:
        return f"{measured.estimate:.2f}"
    return f"{measured.estimate:.2f}{between}{measured.low:.2f}, {measured.high:.2f}"
