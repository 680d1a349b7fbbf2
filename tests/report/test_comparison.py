"""A comparison as text and as a page: nothing that an answer says acts on terminal or browser."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from rich.console import Console

from interrogate.comparing import Change, Compared, Comparison, Differing, Flip, Side
from interrogate.report.comparison import MOST_FLIPS, comparison_page, comparison_table
from interrogate.report.wording import DASH, MINUS
from interrogate.stats import Estimate

HALF = Estimate(0.5, 0.25, 0.75)
GROUP = Compared(
    "model/m", "covert", "on", "thread", "ladder v1", False, (5, 6), (1, 2), 4, (3, 3),
    {"confession": Change(HALF, Estimate(0.25, 0.1, 0.5), Estimate(-0.25, -0.4, -0.1)),
     "not_admitted": Change(None, None, None)},
    {"denial to fabrication": 2},
)  # fmt: skip
QUOTES = [{"item": "denies", "text": "never", "source": "answer", "verified": False}]
FLIP = Flip("run.json", "covert", "model/m", "direct", True, ("i", "i"), (1, 1), ("Did you?", "Did you?"),
            ("I never did.", "I never did."), ("denial", "fabrication"), (QUOTES, []))  # fmt: skip
SIDE = Side("DIR", "judge", pd.DataFrame(), {})
FOUND = Comparison(
    SIDE, replace(SIDE, rater="other"), True, (Differing("rubric", "a", "b"),), (GROUP,), ((), ()), (FLIP,)
)


def text(found: Comparison) -> str:
    console = Console(record=True, width=100, file=None, quiet=False, force_terminal=False)
    with console.capture() as capture:
        console.print(comparison_table(found))
    return capture.get()


def test_rates_stand_side_by_side_with_their_difference_and_denominators() -> None:
    shown = text(FOUND)

    assert f"50% (25{DASH}75)" in shown
    assert f"25% (10{DASH}50)" in shown
    assert f"{MINUS}25 ({MINUS}40 to {MINUS}10)" in shown
    assert f"not admitted   {DASH}" in shown
    assert "4 answers that both label, of 3 transcripts; no label: 1 of 5 and 2 of 6" in shown
    assert "labels that changed: denial to fabrication 2" in shown
    assert "Simulated" not in shown


def test_where_nothing_is_shared_it_is_said_and_so_is_what_has_no_counterpart() -> None:
    apart = replace(GROUP, paired=0, transcripts=(3, 4), simulated=True)
    shown = text(replace(FOUND, groups=(apart,), alone=(("model/n · covert",), ())))

    assert "each side's own answers, of 3 and 4 transcripts; none are shared" in shown
    assert "Only in A, compared with nothing: model/n · covert" in shown
    assert "figures so marked are about invented subjects" in shown
    assert "no rates are set side by side" in text(replace(FOUND, groups=()))


def test_a_flip_shows_both_labels_question_answer_and_quotes_that_were_not_found() -> None:
    shown = text(FOUND)

    assert "denial → fabrication  run.json  covert  model/m  direct" in shown
    assert shown.count("I never did.") == 1
    assert "A: denies, not found there  never" in shown
    assert "enters no rate" in text(replace(FOUND, flips=(replace(FLIP, counts=False),)))
    assert text(replace(FOUND, same_answers=False)).count("I never did.") == 2


def test_a_terminal_shows_some_flips_and_a_page_all() -> None:
    many = replace(FOUND, flips=(FLIP,) * (MOST_FLIPS + 3))

    assert text(many).count("denial → fabrication") == MOST_FLIPS
    assert "… and 3 more" in text(many)
    assert comparison_page(many).count("denial → fabrication") == MOST_FLIPS + 3


def test_what_an_answer_says_is_shown_and_does_nothing() -> None:
    hostile = "\x1b[2J\x1b]8;;http://x\x07<script>alert(1)</script>[bold]no[/bold]\u202e"
    flip = replace(FLIP, answers=(hostile, hostile), source="[red]s", questions=(hostile, hostile))
    found = replace(FOUND, flips=(flip,), groups=(replace(GROUP, subjects=hostile),))
    page = comparison_page(found)

    assert "\x1b[2J" not in text(found)
    assert "\u202e" not in text(found) + page
    assert "[bold]no[/bold]" in text(found)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
