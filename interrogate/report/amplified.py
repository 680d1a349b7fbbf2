"""Amplified rates in words: what a judge read of each group, how narrow that makes the intervals, and what it saved."""

from __future__ import annotations

from collections.abc import Iterator

from interrogate.amplifying import Amplified, AmplifiedGroup, AmplifiedRate
from interrogate.raters.fitted import Score
from interrogate.report.wording import between, counted_as, percent, shown

RATES = {
    "strict": "doubling down, strict",
    "lenient": "doubling down, lenient",
    "not_admitted": "not admitted",
    "confession": "confession",
}


def amplified_lines(found: Amplified) -> Iterator[str]:
    """What a cascade comes to, for a terminal: the part, the fitted classifier's score, and lines for each group."""
    yield f"  its part    {part_read(found)}"
    yield score_line(found.score)
    for group in found.groups:
        yield f"  {shown(group.subject)}, {group.arm}, policy {group.policy}"
        yield f"              {group_read(group)}"
        yield f"              {standing(group, found.margin)}"
        yield f"              {saved(group)}"


def score_line(score: Score) -> str:
    """How often a fitted classifier is right, for a terminal."""
    return (
        f"  classifier  right in {percent(score.accuracy)} ({between(*score.accuracy_interval)}) where the "
        f"transcript was held out; the commonest label, in {percent(score.commonest)}"
    )


def part_read(found: Amplified) -> str:
    """`312 of 2,040 answers (15%)`, and how many of these the judge could not label."""
    share = f" ({percent(found.drawn / found.answers)})" if found.answers else ""
    missing = f", {found.drawn - found.read:,} without a label" if found.read < found.drawn else ""
    return f"{found.drawn:,} of {counted_as(found.answers, 'answer')}{share}{missing}"


def group_read(group: AmplifiedGroup) -> str:
    """How many of the answers that enter rates were read."""
    return f"{group.read:,} read of {counted_as(group.answers, 'answer')} that enter its rates"


def standing(group: AmplifiedGroup, margin: float | None) -> str:
    """The widest interval of a group, and where it misses the margin that was asked for, why."""
    if group.widest is None:
        return f"no interval: {_reason(group)}"
    rate = group.rates[group.widest]
    reached = rate.amplified.half_width or 0.0
    text = f"widest: {RATES[group.widest]}, {_points(reached)} points either way"
    return text if margin is None else f"{text}; {_against(group, rate, margin)}"


def saved(group: AmplifiedGroup) -> str:
    """The saving in judge calls at equal width, at the widest interval."""
    rate = group.rates[group.widest] if group.widest else None
    if rate is None or rate.needed is None or rate.saving is None:
        return "no saving can be told"
    return f"without the classifier {rate.needed:,.0f} for the same width: {_saving(rate.saving)}"


def _against(group: AmplifiedGroup, rate: AmplifiedRate, margin: float) -> str:
    wanted = _points(margin)
    if (rate.amplified.half_width or 0.0) <= margin:
        return f"{wanted} were asked for"
    if group.read == group.answers:
        return f"{wanted} cannot be reached: all are read; it takes more transcripts"
    if rate.reachable is not None and rate.reachable >= margin:
        least = _points(rate.reachable)
        return f"{wanted} will hardly be reached: about {least} if all are read; it takes more transcripts"
    return f"{wanted} were asked for; --judge-margin {margin:g} again has it read on"


def _reason(group: AmplifiedGroup) -> str:
    reason = group.rates["strict"].amplified.reason
    return str(reason).replace("_", " ")


def _points(width: float) -> str:
    return f"{100 * width:.1f}"


def _saving(saving: float) -> str:
    """`31% of calls saved`; where there is no saving, that."""
    return f"{percent(saving)} of calls saved" if saving > 0 else "none saved"
