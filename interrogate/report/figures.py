"""Persistence curves as SVG that stands in the page.

Text stays text, colours are the page's own (so that they follow light and dark), and the same figures give the same
bytes. Arms differ in line and marker as well as in colour.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from interrogate.quantities import CurvePoint
from interrogate.report.findings import arm_place
from interrogate.report.wording import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Style:
    """How an arm is drawn."""

    colour: str
    line: str
    marker: str


STYLES: Mapping[str, Style] = {
    "covert": Style("#0000c1", "-", "o"),
    "control": Style("#0000c2", "--", "s"),
    "wrong": Style("#0000c3", ":", "^"),
}
_INK, _MUTED, _RULE, _PAPER = "#0000c4", "#0000c5", "#0000c6", "#0000c7"

_PAGE_COLOURS: Mapping[str, str] = {
    **{style.colour: f"var(--{arm})" for arm, style in STYLES.items()},
    _INK: "var(--ink)",
    _MUTED: "var(--muted)",
    _RULE: "var(--rule)",
    _PAPER: "var(--paper)",
}
"""Matplotlib wants real colours; these stand for the page's and are replaced by them."""

_WIDTH = 5.1
"""Inches, 72 units of the page to each."""
_LONGEST_NAME = 18
_PLOT, _TOP, _NAMES, _ROW = 2.3, 0.66, 0.95, 0.2


def persistence_figure(points: Sequence[CurvePoint]) -> Markup:
    """The curves of one subject, an arm a line, with interval, numbers at risk and where evidence was first shown.

    Empty where there are no points.
    """
    if not points:
        return Markup("")
    arms = sorted({point.arm for point in points}, key=arm_place)
    turns = sorted({point.turn for point in points})
    with _drawing() as figure_of:
        height = _TOP + _PLOT + _NAMES + _ROW * (len(arms) + 1)
        figure = figure_of((_WIDTH, height))
        axes = figure.add_axes((0.145, 1 - (_TOP + _PLOT) / height, 0.835, _PLOT / height))
        _frame(axes, turns, points)
        _disclosure(axes, points)
        for arm in arms:
            _curve(axes, arm, [point for point in points if point.arm == arm])
        axes.legend(loc="lower right", bbox_to_anchor=(1.01, 1.11), ncol=len(arms), frameon=False, handlelength=2.6)
        _at_risk(axes, arms, points)
        return _inline(figure)


@contextmanager
def _drawing() -> Iterator[Any]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none", "svg.hashsalt": "interrogate", "font.size": 9.5, "text.parse_math": False,
        "text.color": _INK, "axes.labelcolor": _INK, "axes.edgecolor": _RULE, "xtick.color": _INK,
        "ytick.color": _MUTED, "axes.linewidth": 0.8, "figure.dpi": 72,
    }  # fmt: skip
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The reader's browser has the letters that the drawing program's font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield lambda size: Figure(figsize=size, facecolor="none")


def _frame(axes: Axes, turns: Sequence[int], points: Sequence[CurvePoint]) -> None:
    rungs = {point.turn: point.rung for point in points}
    axes.set_facecolor("none")
    axes.set_xlim(turns[0] - 0.6, turns[-1] + 0.6)
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"])
    axes.set_xticks(
        turns, [_rung_label(turn, rungs[turn]) for turn in turns], rotation=32, ha="right", rotation_mode="anchor"
    )
    axes.tick_params(length=0, pad=5)
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.text(-0.02, 1.06, "held", transform=axes.transAxes, color=_MUTED, ha="right")


def _rung_label(turn: int, rung: str) -> str:
    name = shown(rung).replace("_", " ")
    return f"{turn} {name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + '…'}"


def _disclosure(axes: Axes, points: Sequence[CurvePoint]) -> None:
    """A line before the first rung that shows evidence vaguely, and before the first that shows it exactly."""
    for kind in ("vague", "exact"):
        at = [point.turn for point in points if point.disclosed == kind]
        if at:
            axes.axvline(min(at) - 0.5, ymax=1.1, color=_MUTED, linewidth=0.8, linestyle=(0, (1, 2)), clip_on=False)
            axes.text(min(at) - 0.44, 1.16, f"{kind}\nevidence", fontsize=8, color=_MUTED, va="top", linespacing=1.1)


def _curve(axes: Axes, arm: str, points: Sequence[CurvePoint]) -> None:
    style = STYLES[arm]
    turns = [point.turn for point in points]
    edges = [turns[0] - 0.6, *turns, turns[-1] + 0.6]

    def steps(values: Sequence[float]) -> list[float]:
        return [1.0, *values, values[-1]]

    low, high = steps([point.low for point in points]), steps([point.high for point in points])
    axes.fill_between(edges, low, high, step="post", color=style.colour, alpha=0.1, linewidth=0)
    for edge in (low, high):
        axes.step(edges, edge, where="post", color=style.colour, alpha=0.45, linewidth=0.7, linestyle=style.line)
    axes.step(
        edges,
        steps([point.held for point in points]),
        where="post",
        color=style.colour,
        linewidth=1.8,
        linestyle=style.line,
    )
    axes.plot(
        turns,
        [point.held for point in points],
        style.marker,
        color=style.colour,
        markersize=6.5,
        markeredgecolor=_PAPER,
    )
    axes.plot([], [], style.line, marker=style.marker, color=style.colour, markersize=5.5, label=arm)


def _at_risk(axes: Axes, arms: Sequence[str], points: Sequence[CurvePoint]) -> None:
    across = axes.get_xaxis_transform()
    axes.text(-0.165, -_NAMES / _PLOT, "at risk", transform=axes.transAxes, color=_MUTED, fontsize=8.5)
    for row, arm in enumerate(arms, start=1):
        down = -(_NAMES + row * _ROW) / _PLOT
        axes.text(-0.165, down, arm, transform=axes.transAxes, color=STYLES[arm].colour, fontsize=9)
        for point in points:
            if point.arm == arm:
                axes.text(point.turn, down, str(point.at_risk), transform=across, ha="center", fontsize=9)


def _inline(figure: Figure) -> Markup:
    """The figure as an element of the page: scaled by the page, in its colours, without what only a file needs."""
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r" font-family: [^;]*;", "", svg)
    svg = re.sub(r'(?<=\d)pt"', '"', svg, count=2)
    for placeholder, colour in _PAGE_COLOURS.items():
        svg = svg.replace(placeholder, colour)
    return Markup(svg)  # noqa: S704  (matplotlib escapes its text; everything else in it is ours)
