"""Amplified rates in words: on the page, in the table, and as a command's last lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn import half_read
from pages import Read
from recorded import BRANCHES, held, recorded
from rich.console import Console

from interrogate.amplifying import amplified
from interrogate.report import Findings, amplified_lines, summary_table, write_report


def lines(folder: Path, *, chance: float = 0.5, margin: float | None = None, transcripts: int = 8) -> str:
    with half_read(folder, chance=chance, margin=margin, transcripts=transcripts) as store:
        (found,) = amplified(store)
    return "\n".join(amplified_lines(found))


def test_the_page_shows_rates_part_score_and_saving_and_what_they_do_not_show(tmp_path: Path) -> None:
    with half_read(tmp_path) as store:
        (found,) = amplified(store)
        page = write_report(store, Findings.of(store), tmp_path).read_text(encoding="utf-8")
    section = Read(page).within("amplified")
    saving = found.groups[0].rates["strict"].saving
    assert saving is not None

    for expected in (
        f"It read {found.drawn} of 64 answers ({100 * found.drawn / 64:.0f}%)", "right in 80% (70\u201390%)",
        f"{found.groups[0].read} read of 64 answers that enter its rates", "doubling down, strict",
        f"{100 * saving:.0f}%", "The judge's own errors stay in these rates", "The curve of persistence",
    ):  # fmt: skip
        assert expected in section


def test_a_campaign_without_a_judges_part_has_no_such_section(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial"), strategy=BRANCHES) as store:
        page = write_report(store, Findings.of(store), tmp_path).read_text(encoding="utf-8")

    assert "amplified" not in page.split("</style>")[1].lower()


def test_the_table_of_a_terminal_has_them_too(tmp_path: Path) -> None:
    console = Console(width=100, record=True, file=(tmp_path / "out.txt").open("w", encoding="utf-8"))
    with half_read(tmp_path) as store, console.file:
        console.print(summary_table(Findings.of(store)))

    assert "Amplified rates" in console.export_text()


@pytest.mark.parametrize(
    ("margin", "chance", "expected"),
    [
        (None, 0.5, "points either way"),
        (0.4, 0.5, "40.0 were asked for"),
        (0.01, 0.5, "1.0 will hardly be reached: about"),
        (0.15, 0.3, "15.0 were asked for; --judge-margin 0.15 again has it read on"),
    ],
)
def test_a_margin_is_reached_or_it_is_said_why_not(
    tmp_path: Path, margin: float | None, chance: float, expected: str
) -> None:
    assert expected in lines(tmp_path, margin=margin, chance=chance)


def test_the_saving_is_told_in_calls_and_none_is_called_none(tmp_path: Path) -> None:
    assert "of calls saved" in lines(tmp_path / "a")
    assert "none saved" in lines(tmp_path / "b", chance=1.0)


def test_where_there_is_no_interval_the_reason_stands(tmp_path: Path) -> None:
    assert "no interval: too few transcripts: 5 of at least 6" in lines(tmp_path, transcripts=5)
