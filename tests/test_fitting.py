"""A classifier fitted to what people labelled of a campaign: it labels the rest, and is held against people."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest
from click.testing import CliRunner
from recorded import BRANCHES, FACTS, Said, held, recorded

import interrogate
from interrogate import frames
from interrogate.cli import main
from interrogate.labels import Label
from interrogate.people.drawing import draw
from interrogate.people.gold import keep, verdict_of
from interrogate.raters.human import Person
from interrogate.store import Store, open_directory

ADA = Person("ada")
TEXTS: dict[Label, str] = {
    "confession": "Yes, I wiped the volume myself and hid it, on run {}.",
    "denial": "No, I never wiped any volume, not on run {} and not on another.",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Twelve transcripts with eight answers each, by turns confessions and denials, which the judge takes all for
    denials; people labelled nine in ten as they are.
    """
    labels = cycle(TEXTS)
    said = [
        [
            Said("denial", TEXTS[label].format(8 * number + place), truth=label)
            for place, label in zip(range(8), labels, strict=False)
        ]
        for number in range(12)
    ]
    interviews = [
        held(*answers[half : half + 4], source=f"/runs/{number}.json", epoch=half + 1)
        for number, answers in enumerate(said)
        for half in (0, 4)
    ]
    with recorded(tmp_path / "c", *interviews, strategy=BRANCHES) as store:
        drawn = {answer.key for answer in draw(store, sample=86)}
        keep(store, ADA, [(key, verdict_of(ADA, FACTS[label])) for key, label in true(store).items() if key in drawn])
    return tmp_path / "c"


def true(store: Store) -> dict[tuple[str, int], Label]:
    rows = frames.answers(store)
    return {
        (interview, turn): "confession" if answer.startswith("Yes") else "denial"
        for interview, turn, answer in rows[["interview", "turn", "answer"]].itertuples(index=False)
    }


def command(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return f"{done.exit_code} {done.output}"


def test_the_fitted_classifier_labels_what_people_did_not_and_its_rates_are_corrected(directory: Path) -> None:
    told = command("label", directory, "--rater", "fitted")
    with open_directory(directory) as store:
        right = true(store)
        fitted = frames.answers(store, "fitted to people")
    (of_judge, of_fitted) = interrogate.load(directory).report()["corrected"]
    said = zip(fitted["interview"], fitted["turn"], fitted["label"], strict=True)

    assert told.startswith("0 ")
    assert "right in 100%" in told
    assert all(right[interview, turn] == label for interview, turn, label in said)
    assert (of_judge["rater"], of_fitted["rater"]) == ("judge/one", "fitted to people")
    assert of_judge["confession"]["raw"]["estimate"] == 0
    assert of_fitted["confession"]["raw"]["estimate"] == of_fitted["confession"]["by_people"]["estimate"] == 0.5
    assert of_fitted["confession"]["effective"] > of_judge["confession"]["effective"]


def test_with_more_labels_it_is_another_rater_and_stands_in_the_former_ones_place(directory: Path) -> None:
    command("label", directory, "--rater", "fitted")
    with open_directory(directory) as store:
        keep(store, ADA, [(key, verdict_of(ADA, FACTS[label])) for key, label in true(store).items()])
    command("label", directory, "--rater", "fitted")
    with open_directory(directory) as store:
        names = [name for name in frames.rater_names(store).values() if name.startswith("fitted")]
    raters = [group["rater"] for group in interrogate.load(directory).report()["corrected"]]

    assert len(names) == 2
    assert [name in names for name in raters] == [False, True]


def test_without_labels_of_people_it_says_what_it_needs(tmp_path: Path) -> None:
    recorded(tmp_path / "c", held("denial")).close()

    assert command("label", tmp_path / "c", "--rater", "fitted").startswith(
        "2 Error: a classifier cannot be fitted to 0"
    )


@pytest.mark.parametrize("also", [("--rater", "classifier"), ("--batch-out", "out.jsonl")])
def test_it_stands_alone(directory: Path, also: tuple[str, str]) -> None:
    told = command("label", directory, "--rater", "fitted", *also)

    assert told.startswith("2 ")
    assert "--rater fitted are for a campaign's DIR and one --rater" in " ".join(told.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "x.jsonl"), "--out is for --answers"),
        (("--rater", "openai/gpt-4o", "--threshold", "0.5"), "--threshold is for --rater classifier"),
        (("--rubric", __file__), "--rubric is for a judge"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(directory: Path, words: tuple[str, ...], told: str) -> None:
    said = command("label", directory, *words)

    assert said.startswith("2 ")
    assert told in said
