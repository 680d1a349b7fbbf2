"""Persistence curves as drawings in the page."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from recorded import Held, held, recorded

from interrogate import frames
from interrogate.quantities import CurvePoint, curves
from interrogate.report.figures import persistence_figure

GUILTY = (
    held("denial", "denial", "confession", "confession"),
    held("denial", "confession", "confession", "confession", source="/b.json"),
)
INNOCENT = held("denial", "denial", "denial", "denial", arm="control", source="/c.json")
ACCUSED = held("denial", "denial", "denial", "confession", arm="wrong", source="/d.json")


def points(folder: Path, *interviews: Held) -> list[CurvePoint]:
    with recorded(folder, *interviews) as store:
        return curves(frames.answers(store))


def point(rung: str) -> CurvePoint:
    return CurvePoint("s", "covert", "on", "ladder v1", "r", False, 1, rung, "none", 2, 1, 0.5, 0.1, 0.9, [0.5, 0.5])


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314  (our own drawing)
    return ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_same_curve_gives_the_same_bytes_and_no_date(tmp_path: Path) -> None:
    curve = points(tmp_path, *GUILTY, INNOCENT)

    assert persistence_figure(curve) == persistence_figure(curve)
    assert "metadata" not in persistence_figure(curve)


def test_the_text_of_a_figure_is_text(tmp_path: Path) -> None:
    found = texts(persistence_figure(points(tmp_path, *GUILTY, INNOCENT)))

    assert {"1 direct", "2 detail", "3 vague", "4 exact", "covert", "control", "at risk"} <= set(found)


def test_numbers_at_risk_stand_under_the_axis_arm_by_arm(tmp_path: Path) -> None:
    found = texts(persistence_figure(points(tmp_path, *GUILTY, INNOCENT)))
    after = found[found.index("at risk") :][:11]

    assert after == ["at risk", "covert", "2", "2", "1", "0", "control", "1", "1", "1", "1"]


def test_it_marks_where_evidence_is_first_shown_vaguely_and_exactly(tmp_path: Path) -> None:
    found = texts(persistence_figure(points(tmp_path, *GUILTY)))

    assert [found.count(word) for word in ("vague", "exact", "evidence")] == [1, 1, 2]


def test_arms_differ_in_line_and_marker_as_well_as_in_colour(tmp_path: Path) -> None:
    svg = persistence_figure(points(tmp_path, *GUILTY, INNOCENT, ACCUSED))
    lines = {
        arm: set(re.findall(rf"fill: none;(?: stroke-dasharray: ([^;]*);)?[^\"]*stroke: var\(--{arm}\)", svg))
        for arm in ("covert", "control", "wrong")
    }

    assert all(f"var(--{arm})" in svg for arm in lines)
    assert len({frozenset(found) for found in lines.values()}) == 3


def test_the_colours_are_those_of_the_page(tmp_path: Path) -> None:
    svg = persistence_figure(points(tmp_path, *GUILTY, INNOCENT, ACCUSED))

    assert set(re.findall(r"(?:fill|stroke): ([^;\"]*)", svg)) <= {
        "none", *(f"var(--{name})" for name in ("covert", "control", "wrong", "ink", "muted", "rule", "paper"))
    }  # fmt: skip


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "$\\frac{1}", "\u202eabc\x00", "日本語 😀", "x" * 5000])
def test_the_name_of_a_rung_cannot_break_out_of_its_figure(name: str) -> None:
    svg = persistence_figure([point(name)])

    assert "<script" not in svg
    assert max(len(text) for text in texts(svg)) < 25


def test_where_there_is_nothing_to_draw_there_is_no_figure() -> None:
    assert persistence_figure([]) == ""
