"""Labels are taken back by name, of the answers named, and of nothing else; and can be given back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import FACTS, held, recorded

from interrogate import frames
from interrogate.errors import InputError
from interrogate.labels import ADMISSIONS, STANCES, Facts
from interrogate.people import answers
from interrogate.people.drawing import draw
from interrogate.people.facts import FLAGS, cells_of, facts_of
from interrogate.people.gold import disputes, gold, import_file, keep, labelled_by, opinions, verdict_of
from interrogate.people.retracting import ids_imported, retract
from interrogate.raters import human
from interrogate.raters.human import ADJUDICATED, Person
from interrogate.store import Store

ADA, BEN = Person("ada"), Person("ben")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three answers that Ada and Ben labelled, differing on the first."""
    with recorded(tmp_path / "campaign", held("denial", "confession", "fabrication")) as store:
        keys = [answer.key for answer in answers(store)]
        for person, label in ((ADA, "denial"), (BEN, "evasion")):
            keep(store, person, [(keys[0], verdict_of(person, FACTS[label], "a note"))])  # type: ignore[index]
            keep(store, person, [(key, verdict_of(person, None, "two readings")) for key in keys[1:]])
        yield store


def test_a_label_taken_back_counts_nowhere_and_its_answer_is_given_out_again(store: Store) -> None:
    first = answers(store)[0]
    assert len(list(disputes(store))) == 1

    done = retract(store, ADA, [first.id])

    assert (len(done.rows), done.without) == (1, 0)
    assert set(opinions(store)[first.key]) == {"human:ben"}
    assert gold(store)[first.key].label == "evasion"
    assert list(disputes(store)) == []
    assert labelled_by(store, ADA) == {answer.key for answer in answers(store)[1:]}
    assert draw(store, annotator=ADA) == (first,)
    kept = frames.verdicts(store).query("rater == 'human:ada'")
    assert kept["unlabelled"].tolist() == ["retracted", "cannot_tell", "cannot_tell"]


def test_an_answer_whose_labels_are_all_taken_back_has_no_gold(store: Store) -> None:
    first = answers(store)[0]
    for person in (ADA, BEN):
        retract(store, person, [first.id])

    assert first.key not in opinions(store)
    assert first.key not in gold(store)


def test_what_is_taken_back_can_be_imported_again(store: Store, tmp_path: Path) -> None:
    before = opinions(store)
    done = retract(store, ADA, [answer.id for answer in answers(store)])
    (tmp_path / "back.jsonl").write_text("".join(json.dumps(row) + "\n" for row in done.rows))

    import_file(store, tmp_path / "back.jsonl", ADA)

    assert opinions(store) == before


def test_the_answers_of_an_imported_file_are_those_that_were_filled_in(store: Store, tmp_path: Path) -> None:
    first, second, third = (answer.id for answer in answers(store))
    (tmp_path / "ada.csv").write_text(f"id,admission,cannot_tell\n{first},full,\n{second},,yes\n{third},,\n")

    assert ids_imported(tmp_path / "ada.csv") == [first, second]


@pytest.mark.parametrize(("ids", "fault"), [(["a0"], "no answer of this campaign"), ([], "no label of cyd among")])
def test_what_cannot_be_taken_back_is_said_and_nothing_is_changed(store: Store, ids: list[str], fault: str) -> None:
    first = answers(store)[0].id
    person = ADA if ids else Person("cyd")
    before = opinions(store)

    with pytest.raises(InputError, match=fault):
        retract(store, person, [first, *ids])
    assert opinions(store) == before


def test_answers_without_a_label_of_the_annotator_are_counted(store: Store) -> None:
    first, second, _ = (answer.id for answer in answers(store))
    retract(store, ADA, [first])

    assert retract(store, ADA, [first, second, second]).without == 1


def test_the_adjudication_can_be_taken_back_and_the_dispute_is_open_again(store: Store) -> None:
    first = answers(store)[0]
    keep(store, Person(ADJUDICATED), [(first.key, verdict_of(Person(ADJUDICATED), FACTS["denial"]))])
    assert list(disputes(store)) == []

    retract(store, Person(ADJUDICATED), [first.id])

    assert [each.answer for each in disputes(store)] == [first]


def test_a_label_by_an_older_guide_is_taken_back_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = answers(store)[0]
    with monkeypatch.context() as later:
        later.setattr(human, "guide", lambda: "A later guide.")
        retract(store, ADA, [first.id])

    assert set(opinions(store)[first.key]) == {"human:ben"}


@given(
    st.sampled_from(ADMISSIONS), st.booleans(), st.sampled_from(STANCES), st.sets(st.sampled_from(FLAGS)), st.booleans()
)
def test_a_verdict_written_as_a_row_is_read_as_the_same(
    admission: str, falsehood: bool, stance: str, flags: set[str], self_interest: bool
) -> None:
    facts = Facts(
        admission,  # type: ignore[arg-type]
        falsehood,
        stance if admission == "none" and not falsehood else None,  # type: ignore[arg-type]
        **dict.fromkeys(flags - ({"motive_false"} if admission == "none" else set()), True),
        interest="itself" if self_interest else None,
    )

    assert facts_of(cells_of(verdict_of(ADA, facts))) == facts
