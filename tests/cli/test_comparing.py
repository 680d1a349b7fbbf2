"""`compare`, and `label` with another rubric, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interrogate.cli import main
from interrogate.prompts import bundled
from interrogate.robustness import REWORDED

COVERT = bundled("transcripts") / "volume_wipe"
JUDGE, BLIND = "simulated/judge", "simulated/judge?sensitivity=0"


def interrogate(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.stderr
    return result


@pytest.fixture
def directory(tmp_path: Path) -> str:
    folder = str(tmp_path / "c")
    interrogate("run", "-T", str(COVERT), "--subject", "simulated/stonewaller", "--judge", JUDGE, "--max-turns", "3",
                "--dir", folder)  # fmt: skip
    return folder


def test_two_raters_are_shown_side_by_side_with_what_differs_first_and_the_flips_last(directory: str) -> None:
    interrogate("label", directory, "--rater", BLIND)
    shown = interrogate("compare", directory, "--raters", JUDGE, BLIND).stdout
    parts = ("Simulated", f"labels of {JUDGE} in ", "What differs", "doubling down strict", "with another label", " → ")
    places = [shown.index(part) for part in parts]

    assert places == sorted(places)
    assert "B less A, points" in shown
    assert "simulated/stonewaller  covert" in shown
    assert str(COVERT) not in shown


def test_json_is_one_document_and_a_page_may_be_written_beside_it(directory: str, tmp_path: Path) -> None:
    interrogate("label", directory, "--rater", BLIND)
    page = tmp_path / "page.html"
    result = interrogate("compare", directory, "--raters", JUDGE, BLIND, "--json", "--out", str(page))
    document = json.loads(result.stdout)

    assert document["a"]["rater"] == JUDGE
    assert document["flips"]
    assert f"Written: {page}" in result.stderr
    assert page.read_text().count(" → confession") == len(document["flips"])


def test_a_campaign_labelled_with_another_rubric_has_a_rater_more_and_asks_no_subject(directory: str) -> None:
    result = interrogate("label", directory, "--rater", JUDGE, "--rubric", str(REWORDED))
    again = interrogate("label", directory, "--rater", JUDGE, "--rubric", str(REWORDED))
    refused = interrogate("compare", directory, status=2)

    assert "0 subject, 0 interviewer, 6 judge" in result.stdout
    assert "0 subject, 0 interviewer, 0 judge" in again.stdout
    assert refused.stderr.count(f"{JUDGE} ") == 2


def test_a_rubric_that_cannot_be_used_is_refused_before_anything_is_asked(directory: str, tmp_path: Path) -> None:
    rubric = tmp_path / "mine.j2"
    rubric.write_text("{{ exhibit.arm }}")

    assert "mine.j2" in interrogate("label", directory, "--rater", JUDGE, "--rubric", str(rubric), status=2).stderr


def test_two_campaigns_are_compared_by_their_directories(directory: str, tmp_path: Path) -> None:
    other = str(tmp_path / "d")
    interrogate("run", "-T", str(COVERT), "--subject", "simulated/candid", "--judge", JUDGE, "--max-turns", "3",
                "--dir", other)  # fmt: skip
    shown = interrogate("compare", directory, other).stdout

    assert "['simulated/candid']" in shown
    assert "simulated/stonewaller | simulated/candid" in shown
    assert "pairs of answers with another label" in shown


def test_only_two_raters_can_be_named_and_only_where_there_is_a_campaign(directory: str, tmp_path: Path) -> None:
    assert "no such rater" in interrogate("compare", directory, "--raters", JUDGE, "gpt", status=2).stderr
    assert "no campaign here" in interrogate("compare", str(tmp_path / "none"), status=1).stderr
    assert "requires 2 arguments" in interrogate("compare", directory, "--raters", JUDGE, status=2).stderr
