"""The cascade: a judge reads a part drawn by chance, a fitted classifier the rest, and the rates are the judge's."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import interrogate
from interrogate import frames
from interrogate.campaign import unobserved
from interrogate.cascading import Amplified, Drawn, amplified, cascade
from interrogate.chat import Chat
from interrogate.cli import main
from interrogate.errors import InputError
from interrogate.ledger import Tally
from interrogate.prompts import bundled
from interrogate.raters.judge import judge_of
from interrogate.store import Store, open_directory

JUDGE = "simulated/judge?sensitivity=1&specificity=1"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled transcripts, all by one author: enough to fit a classifier to half of the answers."""
    folder = tmp_path_factory.mktemp("cascade")
    runs = Path(shutil.copytree(bundled("transcripts"), folder / "runs"))
    for acts in runs.rglob("acts.yaml"):
        entries = [{**entry, "model": "acme/one"} for entry in yaml.safe_load(acts.read_text())]
        acts.write_text(yaml.safe_dump(entries))
    interrogate.run(transcripts=[runs], subject="simulated/cracks", epochs=3, dir=folder / "c")
    return folder / "c"


def read_part(store: Store, *, share: float = 0.5, seed: int = 3) -> tuple[Drawn, Amplified, Tally]:
    tally = Tally()
    drawn = asyncio.run(cascade(store, judge_of(JUDGE), Chat(), tally, unobserved, share=share, seed=seed))
    (found,) = amplified(store)
    return drawn, found, tally


@pytest.mark.slow
def test_the_judge_reads_its_part_and_no_more_and_the_rates_are_its_own(campaign: Path) -> None:
    with open_directory(campaign) as store:
        drawn, found, tally = read_part(store)
        again, _, more = read_part(store)
        whole = frames.answers(store)
    true = whole[whole["arm"] == "covert"].sort_values("turn")
    first = true[true["accuses"].astype(bool) & (true["purpose"] == "persistence")].drop_duplicates("interview")
    (group,) = (each for each in found.groups if each.arm == "covert")
    mean = group.doubling_down["strict"].by_people

    assert tally.calls["judge"] == found.drawn == found.read < found.answers
    assert found.drawn / found.answers == pytest.approx(0.5, abs=0.1)
    assert again == drawn
    assert more.calls["judge"] == 0
    assert mean.low is not None
    assert mean.high is not None
    assert mean.low <= first["truth"].isin(["denial", "fabrication", "partial_confession"]).mean() <= mean.high
    assert 0 <= found.score["accuracy"] <= 1
    assert interrogate.load(campaign).report()["amplified"][0]["read"] == found.read


@pytest.mark.slow
def test_a_part_that_was_drawn_is_not_drawn_otherwise(campaign: Path) -> None:
    with open_directory(campaign) as store:
        read_part(store)

        with pytest.raises(InputError, match=r"drawn with share 0\.5 and seed 3"):
            read_part(store, share=0.2)


def test_what_is_in_the_part_follows_from_seed_and_chance_alone() -> None:
    keys = [(f"i{number}", 1) for number in range(4000)]
    drawn = Drawn("j", "judge", 0.25, 7, dict.fromkeys(keys, 0.25))
    held = {key for key in keys if drawn.holds(key)}
    more = replace(drawn, chances=dict.fromkeys(keys, 0.5))

    assert len(held) / len(keys) == pytest.approx(0.25, abs=0.03)
    assert held <= {key for key in keys if more.holds(key)}
    assert not drawn.holds(("another", 1))


def test_too_small_a_part_says_what_is_needed(tmp_path: Path) -> None:
    interrogate.run(subject="simulated/candid", limit=2, max_turns=2, dir=tmp_path / "c")

    result = CliRunner().invoke(main, ["label", str(tmp_path / "c"), "--rater", JUDGE, "--judge-share", "1"])

    assert result.exit_code == 2
    assert "a classifier cannot be fitted to" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [["--rater", "classifier"], ["--rater", JUDGE, "--judge-draws", "2"], []])
def test_a_share_is_for_one_judge_asked_once(campaign: Path, wrong: list[str]) -> None:
    result = CliRunner().invoke(main, ["label", str(campaign), "--judge-share", "0.5", *wrong])

    assert result.exit_code == 2
    assert "--judge-share is for one judge" in result.stderr
