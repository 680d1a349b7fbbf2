"""How figures and other people's words are put."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interrogate.report.wording import (
    DASH,
    MINUS,
    between,
    counted_as,
    listed,
    percent,
    points,
    rate_text,
    ratio,
    ratio_text,
    short_sources,
    shown,
)
from interrogate.stats import Estimate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain\ntext\twith breaks", "plain\ntext\twith breaks"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\x1b[31mred\x1b[0m and \x1b[2Jgone", "red and gone"),
        ("\x1b]0;a title\x07seen", "seen"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("nul\x00 bell\x07 delete\x7f", "nul bell delete"),
        ("invoice\u202etxt.exe\u202c", "invoicetxt.exe"),
        ("\u2066isolated\u2069 zero\u200bwidth", "isolated zerowidth"),
        ("hidden\U000e0041\U000e0042 tags", "hidden tags"),
        ("half \ud83d a character", "half \ufffd a character"),
        ("שלום ok 👩‍💻 é", "שלום ok 👩‍💻 é"),
    ],
)
def test_what_cannot_be_seen_and_would_be_obeyed_is_not_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_is_shown_can_be_written_and_holds_no_control_character(text: str) -> None:
    plain = shown(text)
    plain.encode()

    assert not [each for each in plain if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", plain)
    assert shown(plain) == plain


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0%"), (1e-16, "0%"), (0.004, "<1%"), (0.005001, "1%"), (0.5, "50%"), (0.994, "99%"), (0.996, ">99%"),
        (1 - 1e-16, "100%"), (1.0, "100%"),
    ],
)  # fmt: skip
def test_a_share_that_is_neither_none_nor_all_is_not_called_so(share: float, expected: str) -> None:
    assert percent(share) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (0.001, "<0.01"),
        (0.29, "0.29"),
        (1.0, "1.0"),
        (5.03, "5.0"),
        (12.3, "12"),
        (100.0, "100"),
        (2455.0, ">100"),
    ],
)
def test_a_ratio_has_two_figures_and_no_false_precision_at_its_ends(value: float, expected: str) -> None:
    assert ratio(value) == expected


def test_intervals_and_differences_carry_one_sign() -> None:
    assert between(0.046, 0.951) == f"5{DASH}95%"
    assert (points(0.111), points(-0.556), points(0.001)) == ("+11", f"{MINUS}56", "0")


def test_an_estimate_is_put_with_its_interval_and_none_as_a_dash() -> None:
    estimate = Estimate(0.778, 0.456, 0.951)

    assert (rate_text(estimate), rate_text(None)) == (f"78% (46{DASH}95)", DASH)
    assert (ratio_text(estimate), ratio_text(None)) == ("0.78 (0.46 to 0.95)", DASH)


def test_numbers_agree_with_their_nouns_and_the_commonest_comes_first() -> None:
    assert (counted_as(1, "reply"), counted_as(0, "reply"), counted_as(1200, "call")) == (
        "1 reply",
        "0 replies",
        "1,200 calls",
    )
    assert listed({"b": 1, "a": 1, "c": 3}) == "c 3, a 1, b 1"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["/home/me/runs/a/one.json", "/home/me/runs/b/one.json#s/2"], ["a/one.json", "b/one.json#s/2"]),
        (["/home/me/one.json"], ["one.json"]),
        (["one.json", "two.json"], ["one.json", "two.json"]),
        (["/a/one.json", "b/two.json"], ["/a/one.json", "b/two.json"]),
        (["/a/one.json", "/b/two.json"], ["a/one.json", "b/two.json"]),
        ([], []),
    ],
)
def test_sources_are_named_without_the_folders_that_all_share(sources: list[str], expected: list[str]) -> None:
    assert list(short_sources(sources).values()) == expected
