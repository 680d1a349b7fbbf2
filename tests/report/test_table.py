"""The table that a terminal shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from recorded import BRANCHES, LADDER, Held, Said, held, recorded
from rich.console import Console

from interrogate.records import Strategy
from interrogate.report import Findings, summary_table

CAMPAIGN = (
    held("denial", "confession"),
    held("fabrication", "denial", source="/b.json"),
    held("partial_confession", None, source="/c.json"),
    held("denial", "denial", arm="control", source="/d.json"),
)


def printed(folder: Path, *interviews: Held, width: int = 100, strategy: Strategy = LADDER) -> str:
    console = Console(
        width=width, force_terminal=False, record=True, file=(folder / "out.txt").open("w", encoding="utf-8")
    )
    with recorded(folder, *interviews, strategy=strategy) as store, console.file:
        console.print(summary_table(Findings.of(store)))
    return console.export_text()


def test_each_arm_has_its_rates_with_intervals_and_what_lacks_a_label(tmp_path: Path) -> None:
    lines = printed(tmp_path, *CAMPAIGN).splitlines()
    covert = next(line for line in lines if line.startswith("covert")).split()

    assert covert[:3] == ["covert", "3", "100%"]
    assert "67%" in covert
    assert re.fullmatch(r"\(\d+\u2013\d+\)", covert[3])
    assert any(line.startswith("confession, covert less control: 0 points; likelihood ratio") for line in lines)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_names_of_the_arms_survive_a_narrow_terminal_and_no_line_is_longer(tmp_path: Path, width: int) -> None:
    lines = printed(tmp_path, *CAMPAIGN, width=width).splitlines()

    assert max(map(len, lines)) <= width
    assert any(line.startswith("covert") for line in lines)


def test_simulated_figures_say_so_first(tmp_path: Path) -> None:
    text = printed(tmp_path, held("denial", subject="simulated/cracks"))

    assert text.lstrip().startswith("Simulated: these figures are about invented subjects.")


def test_the_reasons_to_doubt_close_it(tmp_path: Path) -> None:
    text = printed(tmp_path, *CAMPAIGN)

    assert "Fewer than 12 transcripts" in text
    assert "1 of 8 answers" in text


def test_in_branches_there_is_no_curve_and_every_answer_counts(tmp_path: Path) -> None:
    text = printed(tmp_path, held(Said("denial", rung="exact")), held(Said("denial", rung="direct")), strategy=BRANCHES)

    assert "Rates of every accusing answer" in text


def test_a_subject_cannot_speak_to_the_terminal_through_its_name(tmp_path: Path) -> None:
    text = printed(tmp_path, held("denial", subject="openai/\x1b[2J[bold red]x\u202e"))

    assert "openai/[bold red]x" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_without_answers_it_says_so(tmp_path: Path) -> None:
    assert "No answer to an accusing question yet." in printed(tmp_path, held(state="owed"))
