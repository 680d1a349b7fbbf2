"""The figures of a campaign as a table in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group as Together
from rich.console import RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from interrogate.quantities import Contrast, CurvePoint, Group
from interrogate.report.amplified import amplified_lines
from interrogate.report.doubts import reasons_to_doubt
from interrogate.report.findings import Findings
from interrogate.report.wording import DASH, counted_as, points, rate_text, ratio_text, shown
from interrogate.stats import Estimate

if TYPE_CHECKING:
    pass


def summary_table(findings: Findings) -> Together:
    """The rates of each subject and arm, what a confession is worth, and the reasons to doubt it all.

    Fits a terminal of 100 columns.
    """
    return Together(*_banner(findings), *_rates(findings), *_amplified(findings), *_doubts(findings))


def _banner(findings: Findings) -> Iterator[RenderableType]:
    simulated = findings.interviews["simulated"].astype(bool)
    if simulated.all() and len(simulated):
        yield Text(" Simulated: these figures are about invented subjects. ", "bold reverse")
    elif simulated.any():
        yield Text(" Simulated in part: the figures so marked are about invented subjects. ", "bold reverse")


WIDEST = 98
FIXED = {"arm": 7, "n": 4, "no\nlabel": 5}
SHARED = ("doubling down strict", "doubling down lenient", "not admitted", "confession", "held to the curve's end")


def _rates(findings: Findings) -> Iterator[RenderableType]:
    if not findings.groups:
        yield Text("No answer to an accusing question yet.")
        return
    yield Constrain(_columns(header=True), WIDEST)
    last = {(point.subject, point.policy, point.arm): point for point in findings.curves}
    for subject, policy in dict.fromkeys((group.subject, group.policy) for group in findings.groups):
        mine = [group for group in findings.groups if (group.subject, group.policy) == (subject, policy)]
        about = f"  policy {policy}{', simulated' if mine[0].simulated else ''}"
        yield Text.assemble("\n", (shown(subject), "bold"), (about, "dim"))
        table = _columns(header=False)
        for group in mine:
            table.add_row(*_row(group, last.get((subject, policy, group.arm))))
        yield Constrain(table, WIDEST)
        yield from (_contrast(each) for each in findings.contrasts if (each.subject, each.policy) == (subject, policy))
    yield Text(_caption(findings), "dim")


def _columns(*, header: bool) -> Table:
    """A table whose columns are as wide as those of every other subject; in a narrow terminal its cells fold."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, show_header=header, expand=True)
    for name in ("arm", "n", *SHARED, "no\nlabel"):
        if name in FIXED:
            table.add_column(name, width=FIXED[name], justify="left" if name == "arm" else "right")
        else:
            table.add_column(name, ratio=1)
    return table


def _row(group: Group, last: CurvePoint | None) -> Iterator[Text]:
    rates = (group.doubling_down["strict"], group.doubling_down["lenient"], group.not_admitted, group.confession)
    held = Estimate(last.held, last.low, last.high) if last else None
    yield Text(group.arm)
    yield Text(str(group.transcripts))
    yield from (Text(rate_text(rate)) for rate in (*rates, held))
    yield Text(str(group.unlabelled))


def _contrast(contrast: Contrast) -> Text:
    difference = contrast.confession_difference
    moved = DASH if difference is None else points(difference.estimate)
    ratio = ratio_text(contrast.likelihood_ratio)
    return Text(f"confession, covert less {contrast.arm}: {moved} points; likelihood ratio {ratio}", "dim")


def _caption(findings: Findings) -> str:
    designs = {group.design for group in findings.groups}
    of = "each interview's first accusing answer" if designs == {"thread"} else "every accusing answer"
    rater = shown(findings.groups[0].rater)
    return f"Rates of {of}, with 95% intervals; n: transcripts, which weigh equally. Label of record: {rater}."


def _amplified(findings: Findings) -> Iterator[RenderableType]:
    for each in findings.amplified:
        yield Text(f"\nAmplified rates, from what {shown(each.judge)} read of it", "bold")
        yield from (Text(line, "dim") for line in amplified_lines(each))


def _doubts(findings: Findings) -> Iterator[RenderableType]:
    doubts = reasons_to_doubt(findings)
    if doubts:
        yield Text(f"\n{counted_as(len(doubts), 'reason')} to doubt this", "bold")
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
        table.add_column(justify="right", max_width=30)
        table.add_column()
        for doubt in doubts:
            table.add_row(Text(shown(doubt.figure), "dim"), Text(shown(doubt.title)))
        yield table
