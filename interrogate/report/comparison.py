"""A comparison as text in a terminal, or the same as a page: what differs, rates side by side, answers that flipped."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.console import Group as Together
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from interrogate.comparing import Change, Compared, Comparison, Flip, Side
from interrogate.report.wording import DASH, counted_as, listed, points, rate_text, short_sources, shown
from interrogate.stats import Estimate

WIDTH = 100
MOST_FLIPS = 20
"""Flips that a terminal shows; a page shows all."""
LONGEST = 400
"""Characters of a question, an answer or a choice that is shown."""


def comparison_page(found: Comparison) -> str:
    """The comparison as an HTML page that needs nothing else, with every flip."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(comparison_table(found, len(found.flips)))
    return console.export_html(inline_styles=True)


def comparison_table(found: Comparison, most: int = MOST_FLIPS) -> Together:
    """What differs first, then the rates of each group, then the flips, as many as are asked for."""
    return Together(*_sides(found), *(part for group in found.groups for part in _group(group)), *_flips(found, most))


def _sides(found: Comparison) -> Iterator[RenderableType]:
    if any(group.simulated for group in found.groups):
        yield Text(" Simulated: figures so marked are about invented subjects. ", "bold reverse")
    yield _side("A", found.a)
    yield _side("B", found.b)
    if found.differing:
        yield Text("\nWhat differs", "bold")
        table = _plain_table()
        for each in found.differing:
            table.add_row(Text(each.name, "dim"), *(Text(_cut(side)) for side in (each.a, each.b)))
        yield table
    for name, alone in zip("AB", found.alone, strict=True):
        for part in alone:
            yield Text(f"Only in {name}, compared with nothing: {shown(part)}", "dim")
    if not found.groups:
        yield Text("\nNothing on the two sides is the same quantity: no rates are set side by side.", "bold")


def _side(name: str, side: Side) -> Text:
    return Text.assemble((f"{name}  ", "bold"), f"labels of {shown(side.rater)} in {shown(side.campaign)}")


def _group(group: Compared) -> Iterator[RenderableType]:
    about = "  ".join((group.arm, f"policy {group.policy}", group.design, group.strategy))
    yield Text.assemble("\n", (shown(group.subjects), "bold"), (f"  {shown(about)}{_simulated(group)}", "dim"))
    yield Text(_denominator(group), "dim")
    table = _plain_table(header=True)
    for column in ("", "A", "B", "B less A, points"):
        table.add_column(column)
    for name, change in group.changes.items():
        table.add_row(Text(name.replace("_", " ")), *_change(change))
    yield table
    if group.moves:
        yield Text(f"labels that changed: {listed(group.moves)}", "dim")


def _simulated(group: Compared) -> str:
    return "  simulated" if group.simulated else ""


def _denominator(group: Compared) -> str:
    lacking = f"no label: {group.unlabelled[0]} of {group.answers[0]} and {group.unlabelled[1]} of {group.answers[1]}"
    if group.paired:
        of = (
            f"{counted_as(group.paired, 'answer')} that both label, of {counted_as(group.transcripts[0], 'transcript')}"
        )
    else:
        own = " and ".join(str(number) for number in group.transcripts)
        of = f"each side's own answers, of {own} transcripts; none are shared"
    return f"{of}; {lacking}"


def _change(change: Change) -> Iterator[Text]:
    yield Text(rate_text(change.a))
    yield Text(rate_text(change.b))
    yield Text(_points(change.difference))


def _points(found: Estimate | None) -> str:
    if found is None:
        return DASH
    return f"{points(found.estimate)} ({points(found.low)} to {points(found.high)})"


def _flips(found: Comparison, most: int) -> Iterator[RenderableType]:
    what = "answer" if found.same_answers else "pair of answers"
    named = f"{counted_as(len(found.flips), what)}".replace("pair of answerss", "pairs of answers")
    yield Text(f"\n{named} with another label", "bold")
    sources = short_sources(flip.source for flip in found.flips)
    for flip in found.flips[:most]:
        yield from _flip(flip, sources[flip.source], same=found.same_answers)
    if len(found.flips) > most:
        yield Text(f"… and {len(found.flips) - most} more: see them all with --json or --out", "dim")


def _flip(flip: Flip, source: str, *, same: bool) -> Iterator[RenderableType]:
    place = f"{source}  {flip.arm}  {flip.subjects}  {flip.rung}{'' if flip.counts else '  (enters no rate)'}"
    yield Text.assemble("\n", (" → ".join(flip.labels), "bold"), (f"  {shown(place)}", "dim"))
    yield _said("asked", flip.questions[0])
    for name, answer, quotes in zip("AB", flip.answers, flip.quotes, strict=True):
        if name == "A" or not same:
            yield _said("answer" if same else name, answer)
        for quote in quotes if isinstance(quotes, list) else ():
            yield _said(f"{name}: {quote['item']}{'' if quote['verified'] else ', not found there'}", quote["text"])


def _said(who: str, text: str) -> Padding:
    return Padding(Text.assemble((f"{who}  ", "dim"), _cut(text)), (0, 0, 0, 2))


def _cut(text: str) -> str:
    plain = " ".join(shown(text).split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def _plain_table(*, header: bool = False) -> Table:
    return Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, show_header=header, header_style="dim")
