"""The cascade: a judge reads a part drawn by chance, a fitted classifier the rest, and the rates are the judge's."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import interrogate
from interrogate import frames
from interrogate.amplifying import Amplified, AmplifiedGroup, Drawn, amplified
from interrogate.campaign import unobserved
from interrogate.cascading import Asked, cascade, doubt, grown
from interrogate.chat import Chat
from interrogate.cli import main
from interrogate.errors import InputError
from interrogate.labels import Facts, Verdict
from interrogate.ledger import Tally
from interrogate.prompts import bundled
from interrogate.quantities import headline
from interrogate.raters.judge import judge_of
from interrogate.store import Store, open_directory

JUDGE = "simulated/judge?sensitivity=1&specificity=1"
HALF = Asked(share=0.5, seed=3)


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


def read_part(store: Store, asked: Asked = HALF) -> tuple[Drawn, Amplified, Tally]:
    tally = Tally()
    drawn = asyncio.run(cascade(store, judge_of(JUDGE), Chat(), tally, unobserved, asked))
    (found,) = amplified(store)
    return drawn, found, tally


def covert(found: Amplified) -> AmplifiedGroup:
    (group,) = (each for each in found.groups if each.arm == "covert")
    return group


def copied(campaign: Path, folder: Path) -> Path:
    """The campaign, with no judge's part yet."""
    return Path(shutil.copytree(campaign, folder / "c"))


@pytest.mark.slow
def test_the_judge_reads_its_part_and_no_more_and_the_rates_are_its_own(campaign: Path, tmp_path: Path) -> None:
    with open_directory(copied(campaign, tmp_path)) as store:
        drawn, found, tally = read_part(store)
        again, _, more = read_part(store)
        whole = frames.answers(store)
    true = whole[whole["arm"] == "covert"].sort_values("turn")
    first = true[true["accuses"].astype(bool) & (true["purpose"] == "persistence")].drop_duplicates("interview")
    mean = covert(found).rates["strict"].amplified

    assert tally.calls["judge"] == found.drawn == found.read < found.answers
    assert found.drawn / found.answers == pytest.approx(0.5, abs=0.1)
    assert again == drawn
    assert more.calls["judge"] == 0
    assert mean.low is not None
    assert mean.high is not None
    assert mean.low <= first["truth"].isin(["denial", "fabrication", "partial_confession"]).mean() <= mean.high
    assert 0 <= found.score.accuracy <= 1
    assert interrogate.load(tmp_path / "c").report()["amplified"][0]["read"] == found.read


@pytest.mark.slow
def test_a_share_may_grow_and_neither_it_nor_the_seed_may_change_otherwise(campaign: Path, tmp_path: Path) -> None:
    with open_directory(copied(campaign, tmp_path)) as store:
        before, _, first = read_part(store, Asked(share=0.3, seed=3))
        after, found, more = read_part(store, Asked(share=0.5, seed=3))

        with pytest.raises(InputError, match=r"drawn with share 0\.5 and seed 3"):
            read_part(store, Asked(share=0.2, seed=3))
        with pytest.raises(InputError, match="go on with this seed"):
            read_part(store, Asked(share=0.6, seed=4))

    assert all(after.chances[key] >= chance for key, chance in before.chances.items())
    assert {key for key in before.chances if before.holds(key)} < {key for key in after.chances if after.holds(key)}
    assert first.calls["judge"] + more.calls["judge"] == found.drawn


@pytest.mark.slow
def test_a_margin_is_read_for_and_a_smaller_one_read_on_for(campaign: Path, tmp_path: Path) -> None:
    with open_directory(copied(campaign, tmp_path)) as store:
        drawn, pilot, _ = read_part(store, Asked(margin=0.45))
        closer, found, _ = read_part(store, Asked(margin=0.25))
    rated = {(row["interview"], row["turn"]) for row in _rated(tmp_path / "c")}
    larger = {key for key in closer.chances if closer.chances[key] > drawn.chances[key]}

    assert pilot.margin == 0.45
    assert 60 <= pilot.drawn < found.answers / 2
    assert larger <= rated
    for group in found.groups:
        assert group.widest is not None
        widest = group.rates[group.widest]
        assert widest.amplified.half_width is not None
        assert widest.reachable is not None
        assert widest.amplified.half_width <= 0.25 or widest.reachable > 0.25


def _rated(directory: Path) -> list[dict[str, object]]:
    with open_directory(directory) as store:
        return headline(frames.answers(store)).to_dict("records")  # type: ignore[return-value]  # its columns have names


@pytest.mark.slow
def test_the_command_says_what_was_read_how_wide_it_is_and_what_it_saved(campaign: Path, tmp_path: Path) -> None:
    place = copied(campaign, tmp_path)
    result = CliRunner().invoke(main, ["label", str(place), "--rater", JUDGE, "--judge-margin", "0.01"])

    assert result.exit_code == 0, result.output
    for expected in (
        "its part",
        "transcript was held out",
        "points either way; 1.0 cannot be reached: all are read",
        "without the",
    ):
        assert expected in result.stdout


def test_chances_grow_with_doubt_and_never_shrink() -> None:
    keys = [(f"i{number}", 1) for number in range(100)]
    doubts = {key: 0.5 if number < 50 else 0.1 for number, key in enumerate(keys)}
    first = grown(Drawn("j", "judge", 0.2, None, 0, {}), doubts, [(keys, 0.2)])
    more = grown(first, {key: 0.6 - each for key, each in doubts.items()}, [(keys[:80], 0.4)])

    assert sum(first.chances.values()) == pytest.approx(20)
    assert first.chances[keys[0]] > first.chances[keys[99]]
    assert all(more.chances[key] >= first.chances[key] for key in keys)
    assert {more.chances[key] for key in keys[80:]} == {first.chances[keys[99]]}
    assert more.chances[keys[79]] > first.chances[keys[79]]


@pytest.mark.parametrize(
    ("confidence", "second", "expected"),
    [(0.5, None, 0.5), (0.9, None, 0.3), (None, None, 0.5), (0.9, "full", 0.3), (0.9, "none", 0.5)],
)
def test_what_is_unsure_or_at_odds_is_in_doubt(confidence: float | None, second: str | None, expected: float) -> None:
    said = Verdict("a", Facts("full", falsehood=False), confidence=confidence)
    other = Verdict("b", Facts(second, falsehood=False, stance="rejects")) if second else None  # type: ignore[arg-type]

    assert doubt(said, other) == pytest.approx(expected)


def test_too_small_a_part_says_what_is_needed(tmp_path: Path) -> None:
    interrogate.run(subject="simulated/candid", limit=2, max_turns=2, dir=tmp_path / "c")

    result = CliRunner().invoke(main, ["label", str(tmp_path / "c"), "--rater", JUDGE, "--judge-share", "1"])

    assert result.exit_code == 2
    assert "a classifier cannot be fitted to" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", ["--judge-share", "--judge-margin"])
@pytest.mark.parametrize("wrong", [["--rater", "classifier"], ["--rater", JUDGE, "--judge-draws", "2"], []])
def test_a_part_is_for_one_judge_asked_once(campaign: Path, wrong: list[str], how: str) -> None:
    result = CliRunner().invoke(main, ["label", str(campaign), how, "0.4", *wrong])

    assert result.exit_code == 2
    assert "a share or margin is a judge's" in " ".join(result.stderr.split())
