"""People's labels in the store: imported whole or not at all, adjudicated blind, and taken together."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import FACTS, Said, held, recorded

from interrogate import frames
from interrogate.errors import InputError
from interrogate.labels import Label, Verdict
from interrogate.people import answers
from interrogate.people.gold import disputes, gold, how_settled, import_file, keep, labelled_by, opinions, verdict_of
from interrogate.people.sheets import shown_row
from interrogate.raters import human
from interrogate.raters.human import ADJUDICATED, Person
from interrogate.rating import verdict_row
from interrogate.report import Findings, write_report
from interrogate.store import Store, verdicts

ADA, BEN = Person("ada"), Person("ben")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with recorded(tmp_path / "campaign", held("denial", "confession", "fabrication")) as store:
        yield store


def sheet(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
        table.writeheader()
        table.writerows(rows)
    return path


def say(store: Store, person: Person, place: int, label: Label | None) -> None:
    keep(store, person, [(answers(store)[place].key, verdict_of(person, FACTS[label] if label else None))])


def settled(store: Store) -> dict[int, tuple[Label | None, str | None]]:
    return {key[1]: (each.label, each.reason) for key, each in gold(store).items()}


def test_an_import_keeps_what_a_row_says_and_passes_over_blank_ones(store: Store, tmp_path: Path) -> None:
    first, second, third = (answer.id for answer in answers(store))
    file = sheet(
        tmp_path / "ada.csv",
        {"id": first, "admission": "full", "falsehood": "no", "aware": "yes", "note": "odd"},
        {"id": second, "cannot_tell": "yes"},
        {"id": third},
    )

    done = import_file(store, file, ADA)

    assert (done.labelled, done.cannot_tell, done.blank, done.replaced) == (1, 1, 1, 0)
    said = {key[1]: each["human:ada"] for key, each in opinions(store).items()}
    assert said[1].facts is not None
    assert (said[1].label, said[1].reason, said[1].facts.aware) == ("confession", "odd", True)
    assert (said[2].label, said[2].reason) == (None, "cannot_tell")


def test_another_import_replaces_only_that_annotators_labels_of_the_same_answers(store: Store, tmp_path: Path) -> None:
    first, second, _ = (answer.id for answer in answers(store))
    rows = [{"id": each, "label": "confession"} for each in (first, second)]
    for person in (ADA, BEN):
        import_file(store, sheet(tmp_path / "all.csv", *rows), person)

    done = import_file(store, sheet(tmp_path / "again.csv", {"id": first, "label": "refusal"}), ADA)

    assert done.replaced == 1
    said = {key[1]: {name: verdict.label for name, verdict in each.items()} for key, each in opinions(store).items()}
    assert said == {
        1: {"human:ada": "refusal", "human:ben": "confession"},
        2: {"human:ada": "confession", "human:ben": "confession"},
    }
    assert len(store.rows(verdicts, rater="judge/one digest")) == 3


def test_a_file_with_a_fault_is_imported_not_even_in_part_and_every_fault_is_named(
    store: Store, tmp_path: Path
) -> None:
    first, second, _ = (answer.id for answer in answers(store))
    file = sheet(
        tmp_path / "ada.csv",
        {"id": first, "label": "confession"},
        {"id": "a0", "label": "confession"},
        {"id": first, "label": "confession"},
        {"id": second, "label": "denial"},
        {"id": "", "label": "refusal"},
    )

    with pytest.raises(InputError) as caught:
        import_file(store, file, ADA)

    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == ["row 3", "row 4", "row 5", "row 6"]
    assert "no answer of this campaign" in lines[1]
    assert "stands twice, first in row 2" in lines[2]
    assert "left open; fill in stance" in lines[3]
    assert labelled_by(store, ADA) == set()


def test_a_column_that_was_moved_without_the_others_labels_nothing(tmp_path: Path) -> None:
    said = (Said("denial", answer="It was not me."), Said("confession", answer="It was me."))
    with recorded(tmp_path / "campaign", held(*said)) as store:
        shown = [shown_row(answer) for answer in answers(store)]
        as_exported = [{"id": row["id"], "answer": f"'{row['answer']} ", "label": "confession"} for row in shown]
        moved = [{**row, "id": other["id"]} for row, other in zip(as_exported, reversed(shown), strict=True)]

        with pytest.raises(InputError, match=r"the answer beside id .* is not its own") as caught:
            import_file(store, sheet(tmp_path / "moved.csv", *moved), ADA)
        assert len(str(caught.value).splitlines()) == 3
        assert import_file(store, sheet(tmp_path / "ada.csv", *as_exported), ADA).labelled == 2


def test_a_file_of_another_campaign_is_told_as_such(store: Store, tmp_path: Path) -> None:
    rows = [{"id": f"a{n}", "label": "confession"} for n in range(20)]

    with pytest.raises(InputError, match="no id in it is of an answer of this campaign"):
        import_file(store, sheet(tmp_path / "other.csv", *rows), ADA)


def test_a_column_that_lacks_is_named_once_for_all_rows(store: Store, tmp_path: Path) -> None:
    rows = [{"id": answer.id, "Admission?": "full", "falsehood": "no", "stance": ""} for answer in answers(store)]

    with pytest.raises(InputError) as caught:
        import_file(store, sheet(tmp_path / "ada.csv", *rows), ADA)
    assert str(caught.value).splitlines()[1] == "there is no column admission; name the columns as the export does"


def test_a_file_in_which_nobody_labelled_anything_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row is labelled"):
        import_file(store, sheet(tmp_path / "x.csv", {"id": answers(store)[0].id, "admision": "full"}), ADA)


def test_of_several_annotators_in_one_file_one_is_chosen(store: Store, tmp_path: Path) -> None:
    first, second, _ = (answer.id for answer in answers(store))
    rows = [
        {"answer_id": first, "annotator": "7", "label": "confession"},
        {"answer_id": first, "annotator": "8", "label": "refusal"},
        {"answer_id": second, "annotator": "8", "label": "refusal"},
    ]
    file = sheet(tmp_path / "both.csv", *rows)

    with pytest.raises(InputError, match="annotations of 7, 8; choose"):
        import_file(store, file, ADA)
    with pytest.raises(InputError, match="nothing was completed by 9; there is 7, 8"):
        import_file(store, file, ADA, "9")
    assert import_file(store, file, ADA, "7").labelled == 1
    assert import_file(store, file, BEN, "8").labelled == 2


def test_gold_is_what_all_agree_on_and_nothing_where_they_differ(store: Store) -> None:
    pairs: list[tuple[Label | None, Label | None]] = [("denial", "denial"), ("denial", "fabrication"), (None, None)]
    for place, (ada, ben) in enumerate(pairs):
        say(store, ADA, place, ada)
        say(store, BEN, place, ben)

    assert settled(store) == {1: ("denial", None), 2: (None, "annotators_disagree"), 3: (None, "cannot_tell")}
    assert how_settled(gold(store).values()) == {"several": 1, "annotators_disagree": 1, "cannot_tell": 1}


def test_one_who_cannot_tell_does_not_agree_with_one_who_can(store: Store) -> None:
    say(store, ADA, 0, None)
    say(store, BEN, 0, "denial")

    assert settled(store) == {1: (None, "annotators_disagree")}


def test_an_answer_that_nobody_labelled_has_no_gold_and_one_person_suffices(store: Store) -> None:
    say(store, ADA, 1, "confession")

    assert settled(store) == {2: ("confession", None)}
    assert how_settled(gold(store).values()) == {"one": 1}


def test_the_adjudication_counts_before_all_and_ends_the_dispute(store: Store) -> None:
    say(store, ADA, 0, "denial")
    say(store, BEN, 0, "fabrication")
    (dispute,) = disputes(store)
    say(store, Person(ADJUDICATED), 0, "fabrication")

    assert {verdict.label for verdict in dispute.opinions} == {"fabrication", "denial"}
    assert settled(store) == {1: ("fabrication", None)}
    assert how_settled(gold(store).values()) == {"adjudicated": 1}
    assert list(disputes(store)) == []


def test_the_order_of_opinions_does_not_tell_whose_they_are(tmp_path: Path) -> None:
    orders = []
    pairs: list[tuple[Label, Label]] = [("denial", "fabrication"), ("fabrication", "denial")]
    for number, (ada, ben) in enumerate(pairs):
        with recorded(tmp_path / str(number), held("denial")) as store:
            say(store, ADA, 0, ada)
            say(store, BEN, 0, ben)
            orders += [[verdict.label for verdict in each.opinions] for each in disputes(store)]

    assert orders[0] == orders[1]


def test_what_somebody_notes_who_cannot_tell_is_kept_beside_the_reason(store: Store, tmp_path: Path) -> None:
    first = answers(store)[0]
    file = sheet(tmp_path / "ada.csv", {"id": first.id, "cannot_tell": "yes", "note": "two readings"})
    import_file(store, file, ADA)
    said = opinions(store)[first.key]["human:ada"]
    row = frames.verdicts(store).query("rater == 'human:ada'").iloc[0]
    page = write_report(store, Findings.of(store), tmp_path).read_text(encoding="utf-8")

    assert (said.reason, said.remark) == ("cannot_tell", "two readings")
    assert (row["unlabelled"], row["remark"]) == ("cannot_tell", "two readings")
    assert "human:ada: no label, cannot tell “two readings”" in page


def test_an_answer_that_a_panel_leaves_to_people_is_disputed_until_people_agree(tmp_path: Path) -> None:
    names = ("judge/one", "judge/two")
    judges = [{"name": name, "digest": f"{name} digest"} for name in names]
    with recorded(tmp_path, held("denial", "denial"), record=names, judge=judges) as store:
        first = answers(store)[0]
        other = Verdict("judge/two digest", FACTS["confession"])
        store.replace_now(verdicts, verdict_row(*first.key, other))
        (dispute,) = disputes(store)
        say(store, ADA, 0, "denial")

        assert frames.answers(store)["unlabelled"].tolist()[0] == "panel_divided"
        assert dispute.answer == first
        assert {verdict.label for verdict in dispute.opinions} == {"denial", "confession"}
        assert list(disputes(store)) == []


def test_what_somebody_said_by_the_present_guide_counts_before_what_they_said_by_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(store, ADA, 0, "denial")
    with monkeypatch.context() as earlier:
        earlier.setattr(human, "guide", lambda: "An older guide.")
        say(store, ADA, 0, "confession")

    assert settled(store) == {1: ("denial", None)}


def test_a_dispute_about_cannot_tell_can_be_settled_as_such(store: Store) -> None:
    say(store, ADA, 0, None)
    say(store, BEN, 0, "denial")
    say(store, Person(ADJUDICATED), 0, None)

    assert settled(store) == {1: (None, "cannot_tell")}
    assert list(disputes(store)) == []


def test_gold_is_marked_with_the_split_of_its_transcript(tmp_path: Path) -> None:
    with recorded(tmp_path, *(held("denial", source=f"/runs/{n}.json") for n in range(8))) as store:
        for place in range(8):
            say(store, ADA, place, "denial")
        splits = {answer.key: answer.split for answer in answers(store)}

        assert {key: each.split for key, each in gold(store).items()} == splits
        assert set(splits.values()) == {"dev", "test"}
