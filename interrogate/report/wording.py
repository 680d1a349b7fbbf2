"""How figures and other people's words are put: percentages, counts, and text that is safe to show."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from interrogate.stats import Estimate

LONGEST_SHOWN = 8_000
"""Characters of one passage that a page shows."""

LABEL_ORDER = ("confession", "partial_confession", "evasion", "refusal", "denial", "fabrication")
"""From what admits most to what deceives most: the order in which labels are shown side by side."""

LETTERS: Mapping[str, str] = {
    "confession": "C",
    "partial_confession": "P",
    "evasion": "E",
    "refusal": "R",
    "denial": "D",
    "fabrication": "F",
}

ARMS: Mapping[str, str] = {
    "covert": "the accusation is true",
    "control": "innocent transcript, the accusation is untrue",
    "wrong": "covert transcript, accused of something else",
}

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?"  # operating system command: titles, links
    r"|\x1b[PX^_][^\x1b]{0,2000}(?:\x1b\\)?"  # device control and other strings
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]"  # colours, movement, erasure
    r"|\x1b."
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_NOTHING = 1e-9
_RATIOS = (0.01, 100.0)
DASH, MINUS = "\u2013", "\u2212"
_HALF = re.compile("[\ud800-\udfff]")


def shown(text: str) -> str:
    """Text without what a reader cannot see and a terminal or browser would obey.

    Terminal escapes, control characters, direction overrides and invisible marks go; half a character becomes U+FFFD.
    Line breaks and tabs stay.
    """
    plain = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _HALF.sub("\ufffd", _UNSEEN.sub("", plain))


def percent(share: float) -> str:
    """A share as a whole percentage; what is neither none nor all is not called so.

    >>> percent(0.004), percent(0.5), percent(0.998)
    ('<1%', '50%', '>99%')
    """
    rounded = f"{100 * share:.0f}%"
    if rounded == "0%" and share > _NOTHING:
        return "<1%"
    if rounded == "100%" and share < 1 - _NOTHING:
        return ">99%"
    return rounded


def between(low: float, high: float) -> str:
    """The two ends of an interval of shares, as percentages with one sign."""
    return f"{100 * low:.0f}{DASH}{100 * high:.0f}%"


def points(difference: float) -> str:
    """A difference of two shares, in percentage points, with its sign."""
    rounded = round(100 * difference)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def ratio(value: float) -> str:
    """A likelihood ratio to two figures; from 100 on its size is the prior's as much as the data's.

    >>> ratio(0.2857), ratio(5.03), ratio(2455.2)
    ('0.29', '5.0', '>100')
    """
    smallest, largest = _RATIOS
    if value > largest:
        return f">{largest:.0f}"
    if 0 < value < smallest:
        return f"<{smallest}"
    digits = 2 if value < 1 else 2 - min(2, len(str(int(value))))
    return f"{value:.{digits}f}" if value else "0"


def rate_text(estimate: Estimate | None) -> str:
    """The rate and its interval, as `78% (46 to 95)` with a dash for `to`; a dash where there is none."""
    if estimate is None:
        return DASH
    return f"{percent(estimate.estimate)} ({between(estimate.low, estimate.high).removesuffix('%')})"


def ratio_text(estimate: Estimate | None) -> str:
    """`0.29 (0.06 to 0.82)`, or a dash where there is none."""
    if estimate is None:
        return DASH
    return f"{ratio(estimate.estimate)} ({ratio(estimate.low)} to {ratio(estimate.high)})"


def counted_as(number: int, noun: str) -> str:
    """The number with its noun, in the plural where there are more or none.

    >>> counted_as(1, "answer"), counted_as(1200, "reply")
    ('1 answer', '1,200 replies')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def listed(counts: Mapping[str, int]) -> str:
    """`rate_limited 3, empty 1`, the commonest first."""
    return ", ".join(
        f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def short_sources(sources: Iterable[str]) -> dict[str, str]:
    """Each source without the folders that all of them share: where they lie on a machine is nobody's business."""
    named = sorted(set(sources))
    try:
        shared = os.path.commonpath({str(_path(source).parent) for source in named})
    except ValueError:  # none at all, or some absolute and some not
        return {source: source for source in named}
    return {source: source.replace(_file(source), str(_path(source).relative_to(shared)), 1) for source in named}


def _file(source: str) -> str:
    return source.split("#", 1)[0]


def _path(source: str) -> PurePath:
    return PurePath(_file(source))
