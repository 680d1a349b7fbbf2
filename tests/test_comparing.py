"""Two raters of a campaign, two campaigns: only like is compared with like, pairs are paired, and flips are shown."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interrogate.campaign import relabel, run
from interrogate.comparing import Comparison, compare, comparison_json
from interrogate.errors import InputError, StoreError
from interrogate.frames import rater_names
from interrogate.prompts import bundled
from interrogate.rating import rater_of
from interrogate.robustness import REWORDED
from interrogate.spec import Spec
from interrogate.stats import Estimate, difference
from interrogate.store import open_directory

SCENARIOS = bundled("transcripts")
TWO = [SCENARIOS / "volume_wipe", SCENARIOS / "sandbagging"]
RIGHT, BLIND = "simulated/judge", "simulated/judge?sensitivity=0"
"""A judge that is always right, and one that takes all deception for confession."""

STRATEGY = """
name: {name}
version: 1
about: {about}
design: {design}
rungs:
  - {{name: direct, question: ladder/direct.j2, technique: direct question, pressure: 3}}
  - {{name: detail, question: ladder/detail.j2, technique: detail probe, pressure: 4}}
"""


def campaign(folder: Path, name: str = "a", **options: Any) -> Path:
    strategy = folder / f"{options.pop('called', 'short')}-{name}.yaml"
    about = {"name": options.pop("kind", "short"), "about": options.pop("about", "two"), "design": "thread"}
    strategy.write_text(STRATEGY.format(**{**about, "design": options.pop("design", "thread")}))
    usual = {"transcripts": TWO, "subject": "simulated/stonewaller", "strategy": str(strategy), "judge": RIGHT}
    asyncio.run(run(Spec.model_validate({**usual, "dir": folder / name, **options})))
    return folder / name


def label(directory: Path, rater: str, **options: Any) -> None:
    asyncio.run(relabel(directory, [rater_of(rater, **options)], draws=options.get("draws", 1)))


def share(found: Estimate | None) -> float:
    assert found is not None
    return found.estimate


def test_of_two_raters_the_same_answers_are_compared_and_those_that_flipped_shown(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    label(directory, BLIND)
    found = compare(directory, raters=(RIGHT, BLIND))
    covert = next(group for group in found.groups if group.arm == "covert")
    deceptive = {"denial", "fabrication"}

    assert (found.a.rater, found.b.rater, found.same_answers) == (RIGHT, BLIND, True)
    assert (covert.answers, covert.paired, covert.transcripts) == ((2, 2), 2, (2, 2))
    assert share(covert.changes["doubling_down_lenient"].b) == 0
    for change in covert.changes.values():
        assert share(change.difference) == pytest.approx(share(change.b) - share(change.a))
    assert all(flip.labels[0] in deceptive and flip.labels[1] == "confession" for flip in found.flips)
    assert sum(covert.moves.values()) == sum(flip.counts and flip.arm == "covert" for flip in found.flips)
    assert all(flip.answers[0] == flip.answers[1] and flip.interviews[0] == flip.interviews[1] for flip in found.flips)
    assert all(flip.quotes[0][0]["text"] in flip.answers[0] for flip in found.flips)


def test_flips_are_all_the_answers_with_two_labels_those_that_count_first(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    label(directory, BLIND)
    found = compare(directory, raters=(RIGHT, BLIND))
    merged = found.a.answers.merge(found.b.answers, on=["interview", "turn"])
    counting = [flip.counts for flip in found.flips]

    assert len(found.flips) == (merged["label_x"] != merged["label_y"]).sum() > 0
    assert counting == sorted(counting, reverse=True)
    assert len(set(counting)) == 2


def test_a_paired_difference_of_nothing_is_surer_than_that_of_two_independent_rates(tmp_path: Path) -> None:
    directory = campaign(tmp_path, transcripts=SCENARIOS, subject="simulated/cracks")
    label(directory, RIGHT, rubric=REWORDED)
    first, second = judges(directory)
    found = compare(directory, raters=(first, second))
    group = next(group for group in found.groups if group.arm == "covert")
    change = group.changes["doubling_down_lenient"]
    counts = [(int(label in {"denial", "fabrication"}), 1) for label in labels_of_first_answers(found)]
    apart = difference(counts, counts)

    assert change.difference is not None
    assert apart is not None
    assert change.difference.estimate == 0
    assert change.difference.high - change.difference.low < apart.high - apart.low


def labels_of_first_answers(found: Comparison) -> list[str]:
    rows = found.a.answers
    return rows[(rows["turn"] == 1) & (rows["arm"] == "covert")]["label"].tolist()


def judges(directory: Path) -> list[str]:
    with open_directory(directory) as store:
        return [name for name in rater_names(store).values() if name.startswith("simulated/")]


def test_another_rubric_is_a_rater_of_its_own_with_a_name_of_its_own(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    label(directory, RIGHT, rubric=REWORDED)
    first, second = judges(directory)
    found = compare(directory, raters=(first, second))

    assert first != second
    assert first.startswith(f"{RIGHT} ")
    assert [each.name for each in found.differing] == ["rubric"]
    assert "lines" in found.differing[0].a
    assert found.flips == ()


def test_a_rater_with_several_draws_is_compared_by_its_ruling(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    label(directory, BLIND, draws=3)
    found = compare(directory, raters=(BLIND, "classifier"))

    assert len(found.a.answers) == len(found.b.answers)
    assert set(found.a.answers["agreement"]) == {1.0}


def test_without_names_the_only_two_raters_are_taken_that_of_record_first(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    found = compare(directory)

    assert (found.a.rater, found.b.rater) == (RIGHT, "classifier")


def test_a_name_that_is_not_there_or_not_enough_is_refused_with_those_there_are(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    with pytest.raises(InputError, match=r"gpt: no such rater here; there are record, simulated/judge, classifier"):
        compare(directory, raters=("gpt", "classifier"))
    label(directory, BLIND)
    with pytest.raises(InputError, match=r"name the two raters to compare with --raters; there are record, simulated"):
        compare(directory)
    with pytest.raises(StoreError, match="no campaign here"):
        compare(tmp_path / "none")


def test_the_label_of_record_may_be_compared_with_one_of_its_raters(tmp_path: Path) -> None:
    directory = campaign(tmp_path, judge=[RIGHT, BLIND])
    found = compare(directory, raters=("record", RIGHT))

    assert found.a.answers["unlabelled"].eq("panel_divided").any()
    assert all(group.unlabelled[0] > group.unlabelled[1] == 0 for group in found.groups if group.unlabelled[0])
    assert any(group.paired < group.answers[0] for group in found.groups)


# --- two campaigns ------------------------------------------------------------------------------------------


def two(tmp_path: Path, left: dict[str, Any], right: dict[str, Any]) -> Comparison:
    return compare(campaign(tmp_path, "a", **left), campaign(tmp_path, "b", **right))


def test_of_two_campaigns_what_was_settled_otherwise_is_named_and_how(tmp_path: Path) -> None:
    found = two(tmp_path, {}, {"subject": "simulated/fabulist", "seed": 7, "transcripts": TWO[0]})
    differing = {each.name: (each.a, each.b) for each in found.differing}

    assert set(differing) == {"transcripts", "subject", "seed"}
    assert differing["transcripts"] == ("4, 2 of them only here", "2, 0 of them only here")
    assert differing["subject"] == ("['simulated/stonewaller']", "['simulated/fabulist']")


def test_the_only_subjects_of_two_campaigns_are_set_side_by_side_question_by_question(tmp_path: Path) -> None:
    found = two(tmp_path, {}, {"subject": "simulated/fabulist", "transcripts": TWO[0]})

    assert {group.subjects for group in found.groups} == {"simulated/stonewaller | simulated/fabulist"}
    for group in found.groups:
        assert (group.answers, group.paired, group.transcripts) == ((2, 1), 1, (1, 1))
    assert not found.same_answers
    assert found.flips
    for flip in found.flips:
        assert flip.questions[0] == flip.questions[1]
        assert flip.interviews[0] != flip.interviews[1]


def test_of_several_subjects_each_is_compared_with_itself_alone(tmp_path: Path) -> None:
    found = two(
        tmp_path,
        {"subject": ["simulated/stonewaller", "simulated/candid"]},
        {"subject": ["simulated/stonewaller", "simulated/fabulist"]},
    )

    assert {group.subjects for group in found.groups} == {"simulated/stonewaller"}
    assert [{each.split(" · ")[0] for each in side} for side in found.alone] == [
        {"simulated/candid"},
        {"simulated/fabulist"},
    ]


@pytest.mark.parametrize(
    "other",
    [{"design": "branches"}, {"kind": "other"}, {"about": "the same name and version, another file"}],
    ids=["design", "name", "digest"],
)
def test_what_is_another_quantity_is_never_set_side_by_side(tmp_path: Path, other: dict[str, Any]) -> None:
    found = two(tmp_path, {}, other)

    assert not found.groups
    assert not found.flips
    assert len(found.alone[0]) == len(found.alone[1]) == 2


def test_where_no_transcript_is_shared_rates_are_of_each_side_and_the_difference_is_of_two_rates(
    tmp_path: Path,
) -> None:
    found = two(tmp_path, {"transcripts": TWO[0]}, {"transcripts": TWO[1], "subject": "simulated/candid"})
    group = next(group for group in found.groups if group.arm == "covert")
    change = group.changes["confession"]

    assert (group.paired, group.answers, group.transcripts) == (0, (1, 1), (1, 1))
    assert (share(change.a), share(change.b), share(change.difference)) == (0, 1, 1)
    assert found.flips == ()


def test_the_document_is_json_as_it_stands(tmp_path: Path) -> None:
    directory = campaign(tmp_path)
    document = json.loads(json.dumps(comparison_json(compare(directory)), allow_nan=False))

    assert list(document) == ["a", "b", "same_answers", "differing", "groups", "alone", "flips"]
    assert document["a"] == {"campaign": str(directory), "rater": RIGHT}
    assert list(document["groups"][0]["changes"]["confession"]) == ["a", "b", "difference"]
    assert sorted(document["groups"][0]["changes"]) == [
        "confession",
        "doubling_down_lenient",
        "doubling_down_strict",
        "not_admitted",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("transcripts", [6, 12])
@pytest.mark.parametrize(("gained", "lost"), [(0.1, 0.05), (0.25, 0.05), (0.02, 0.02), (0.2, 0.2)])
def test_the_interval_of_a_paired_difference_covers(transcripts: int, gained: float, lost: float) -> None:
    """Ten answers a transcript, whose shares gained and lost vary between transcripts with correlation .3."""
    chance = np.random.default_rng(5)
    size = (1 - 0.3) / 0.3
    covered = 0
    for _ in range(300):
        shares = chance.dirichlet(np.array([gained, lost, 1 - gained - lost]) * size, size=transcripts)
        drawn = [chance.multinomial(10, each) for each in shares]
        found = difference([(int(each[0]), 10) for each in drawn], [(int(each[1]), 10) for each in drawn])
        covered += found is not None and found.low <= gained - lost <= found.high
    print(f"\n{transcripts} transcripts, {gained} gained, {lost} lost: covers {covered / 300:.3f}")

    assert covered / 300 > 0.92
