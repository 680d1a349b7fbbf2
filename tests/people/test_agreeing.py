"""Raters against people, people against each other, and recorded answers against a file of gold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import FACTS, Said, held, recorded

from interrogate.errors import InputError
from interrogate.labels import Label
from interrogate.people import answers
from interrogate.people.agreeing import Comparison, Findings, of_campaign, of_recorded
from interrogate.people.gold import keep, verdict_of
from interrogate.raters.human import ADJUDICATED, Person
from interrogate.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Eight transcripts, half of them controls; one rater is always right, another always says denial."""
    said: list[Label] = ["denial", "confession", "fabrication"]
    interviews = (
        held(
            *(Said(label, others={"poor": "denial"}) for label in said),
            source=f"/runs/{n}.json",
            arm="control" if n % 2 else "covert",
        )
        for n in range(8)
    )
    with recorded(tmp_path / "campaign", *interviews) as store:
        yield store


def right(turn: int) -> Label:
    truth: tuple[Label, ...] = ("denial", "confession", "fabrication")
    return truth[turn - 1]


def label_all(store: Store, name: str, wrong: tuple[int, ...] = ()) -> None:
    """Labels every answer as it is, but for those at the places given."""
    person = Person(name)
    keep(
        store,
        person,
        [
            (answer.key, verdict_of(person, FACTS["refusal" if place in wrong else right(answer.key[1])]))
            for place, answer in enumerate(answers(store))
        ],
    )


def of(found: Findings, rater: str, arm: str | None = None) -> Comparison:
    (each,) = (each for each in found.comparisons if each.rater == rater and each.arm == arm)
    return each


def test_each_rater_is_compared_with_the_people_over_all_and_by_arm(store: Store) -> None:
    label_all(store, "ada")

    found = of_campaign(store)

    assert {each.rater for each in found.comparisons} == {"judge/one", "poor"}
    assert of(found, "judge/one").agreement.raw.estimate == 1
    assert of(found, "poor").agreement.raw.estimate == pytest.approx(1 / 3)
    assert of(found, "poor").agreement.kappa.estimate == pytest.approx(0)
    assert of(found, "poor").agreement.classes["denial"].recall.estimate == 1
    assert of(found, "poor").agreement.classes["denial"].precision.estimate == pytest.approx(1 / 3)
    assert of(found, "poor", "covert").agreement.answers == 12
    assert of(found, "poor", "control").design == "thread"
    assert of(found, "poor").agreement.transcripts == 8
    assert found.settled == {"one": 24}


def test_people_are_compared_with_each_other_and_not_with_gold_that_is_their_own(store: Store) -> None:
    label_all(store, "ada")
    label_all(store, "ben", wrong=(0, 1, 2))
    label_all(store, ADJUDICATED)

    found = of_campaign(store)

    assert {(each.rater, each.against) for each in found.comparisons if each.rater.startswith("human:")} == {
        ("human:ada", "human:ben")
    }
    assert of(found, "human:ada").agreement.raw.estimate == pytest.approx(21 / 24)
    assert found.alpha is not None
    assert found.alpha.estimate == pytest.approx(of(found, "human:ada").agreement.alpha.estimate, abs=0.01)
    assert found.settled == {"adjudicated": 24}


def test_gold_that_is_missing_is_counted_and_not_compared(store: Store) -> None:
    label_all(store, "ada")
    label_all(store, "ben", wrong=(0, 1))

    agreement = of(of_campaign(store), "judge/one").agreement

    assert (agreement.answers, agreement.compared) == (24, 22)
    assert sum(agreement.confusion[-1]) == 2


def test_a_split_is_compared_by_itself_and_the_findings_say_which(store: Store) -> None:
    label_all(store, "ada")
    sizes = {split: sum(answer.split == split for answer in answers(store)) for split in ("dev", "test")}

    found = of_campaign(store, split="test")

    assert found.split == "test"
    assert found.answers == {"test": sizes["test"]}
    assert of(found, "judge/one").agreement.answers == sizes["test"]
    assert of_campaign(store).answers == sizes


def test_a_file_of_gold_counts_instead_of_the_people_in_the_store(store: Store, tmp_path: Path) -> None:
    label_all(store, "ada", wrong=(0,))
    rows = [{"id": answer.id, "label": right(answer.key[1])} for answer in answers(store)[:3]]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows))

    found = of_campaign(store, gold_file=gold)

    assert of(found, "human:ada").agreement.raw.estimate == pytest.approx(2 / 3)
    assert of(found, "judge/one").agreement.answers == 3
    assert found.gold == str(gold)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('{"id": "a0", "label": "denial"}', "line 1: id 'a0' is of no answer"),
        ('{"id": "ID", "label": "lie"}', "line 1: label 'lie'"),
        ('{"id": "ID", "label": "denial"}\n{"id": "ID", "label": "denial"}', "line 2: this id stands twice"),
    ],
)
def test_a_file_of_gold_that_cannot_be_used_says_why(store: Store, tmp_path: Path, lines: str, fault: str) -> None:
    (tmp_path / "gold.jsonl").write_text(lines.replace("ID", answers(store)[0].id))

    with pytest.raises(InputError, match=fault):
        of_campaign(store, gold_file=tmp_path / "gold.jsonl")


def test_one_rater_alone_or_the_names_of_those_there_are(store: Store) -> None:
    label_all(store, "ada")

    assert {each.rater for each in of_campaign(store, rater="poor").comparisons} == {"poor"}
    with pytest.raises(InputError, match="nobody: nothing to compare; there are judge/one, poor"):
        of_campaign(store, rater="nobody")


def test_without_any_labels_of_people_there_is_nothing_to_compare(store: Store) -> None:
    with pytest.raises(InputError, match="nobody has labelled"):
        of_campaign(store)


def test_the_rater_that_says_how_sure_it_is_has_a_calibration_curve(store: Store) -> None:
    label_all(store, "ada")
    calibration = of(of_campaign(store), "poor").calibration

    assert calibration is not None
    (part,) = calibration.bins
    assert (part.confidence, part.answers) == (0.75, 24)
    assert part.right.estimate == pytest.approx(1 / 3)


def test_the_label_of_record_of_a_panel_is_compared_as_a_rater_of_its_own(tmp_path: Path) -> None:
    names = ("judge/one", "judge/two", "judge/three")
    judges = [{"name": name, "digest": f"{name} digest"} for name in names]
    with recorded(tmp_path, held("denial", "confession"), record=names, judge=judges) as store:
        label_all(store, "ada")
        found = of_campaign(store)

    assert of(found, "label of record").agreement.compared == 2
    assert of(found, "label of record").agreement.raw.estimate == 1


def test_the_same_seed_gives_the_same_intervals(store: Store) -> None:
    label_all(store, "ada", wrong=(0, 5, 9))

    assert of_campaign(store, seed=1) == of_campaign(store, seed=1)
    assert of(of_campaign(store, seed=1), "poor").agreement.raw.low is not None


def lines(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_recorded_answers_are_compared_by_id_and_their_groups_are_the_clusters(tmp_path: Path) -> None:
    labelled = lines(
        tmp_path / "labelled.jsonl",
        {
            "id": "1",
            "label": "denial",
            "admission": "none",
            "falsehood": False,
            "confidence": 0.9,
            "rater": "classifier",
        },
        {"id": "2", "label": "fabrication", "confidence": 0.8, "rater": "classifier"},
        {"id": "3", "label": None, "reason": "empty", "rater": "classifier"},
        {"id": "9", "label": "denial", "rater": "classifier"},
    )
    gold = lines(
        tmp_path / "gold.jsonl",
        {"id": 1, "label": "denial", "group": "g1"},
        {"id": 2, "label": "denial", "group": "g1"},
        {"id": 3, "label": "refusal", "group": "g2"},
        {"id": 4, "label": "not_applicable", "group": "g3"},
    )

    (each,) = of_recorded(labelled, gold).comparisons

    assert (each.rater, each.agreement.answers, each.agreement.compared) == ("classifier", 3, 2)
    assert each.agreement.transcripts == 2
    assert each.agreement.raw.estimate == 0.5


def test_files_without_an_id_in_common_are_an_error(tmp_path: Path) -> None:
    labelled = lines(tmp_path / "labelled.jsonl", {"id": "1", "label": "denial"})

    with pytest.raises(InputError, match="no id in common"):
        of_recorded(labelled, lines(tmp_path / "gold.jsonl", {"id": "2", "label": "denial"}))


@pytest.mark.parametrize("confidence", ["high", 1.5, "nan"])
def test_a_confidence_that_is_none_is_refused_with_its_line(tmp_path: Path, confidence: object) -> None:
    labelled = lines(tmp_path / "labelled.jsonl", {"id": "1", "label": "denial", "confidence": confidence})

    with pytest.raises(InputError, match=r"labelled\.jsonl: line 1: "):
        of_recorded(labelled, lines(tmp_path / "gold.jsonl", {"id": "1", "label": "denial"}))


def test_a_split_without_gold_is_compared_on_nothing_and_says_so(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        label_all(store, "ada")
        (in_split,) = {answer.split for answer in answers(store)}
        found = of_campaign(store, split="dev" if in_split == "test" else "test")

    assert found.answers == {}
    assert of(found, "judge/one").agreement.raw.estimate is None
