"""`interrogate labels`: a whole round as people go through it, by files and in the terminal."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from recorded import Said, held, recorded

from interrogate.cli import main
from interrogate.people import answer_id, answers
from interrogate.people.drawing import chances
from interrogate.people.gold import gold, opinions
from interrogate.store import open_directory

HOSTILE = "\x1b[2J\x1b]0;owned\x07I did \u202eit."


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """Three transcripts with two answers each, one of which tries to steer the terminal."""
    directory = tmp_path / "campaign"
    interviews = (
        held("denial", Said("confession", answer=HOSTILE), subject="vendor/named-subject", source=f"/runs/{n}.json")
        for n in range(3)
    )
    recorded(directory, *interviews).close()
    return directory


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["labels", *map(str, arguments)], input=typed)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened))


def fill(file: Path, label: str) -> None:
    """Labels every row of an exported sheet, as a spreadsheet would save it."""
    found = [{**row, "admission": "none" if label == "denial" else "full", "falsehood": "FALSE",
              "stance": "rejects" if label == "denial" else ""} for row in rows(file)]  # fmt: skip
    with file.open("w", newline="", encoding="cp1252", errors="replace") as opened:
        table = csv.DictWriter(opened, list(found[0]), delimiter=";")
        table.writeheader()
        table.writerows(found)
        opened.write(";;;\r\n")


def test_an_export_is_blind(campaign: Path, tmp_path: Path) -> None:
    for form in ("csv", "jsonl", "label-studio"):
        done = run("export", campaign, "--to", form, "--out", tmp_path / "out.json")
        text = (tmp_path / "out.json").read_text(encoding="utf-8")

        assert done.exit_code == 0, done.output
        assert text.count("It was not me.") >= 6
        assert not [word for word in ("named-subject", "covert", "exact", "judge/one", "confession") if word in text]


def test_an_export_brings_the_guide_and_label_studios_interface(campaign: Path, tmp_path: Path) -> None:
    done = run(
        "export", campaign, "--to", "label-studio", "--out", tmp_path / "tasks.json", "--guide", tmp_path / "guide.md"
    )

    assert done.exit_code == 0, done.output
    assert "<Choices" in (tmp_path / "tasks.xml").read_text()
    assert (tmp_path / "guide.md").read_text() == run("guide").stdout.removesuffix("\n")
    assert run("export", campaign, "--to", "label-studio").exit_code == 2


def test_a_whole_round_by_spreadsheet(campaign: Path, tmp_path: Path) -> None:
    for name, label in (("ada", "denial"), ("ben", "confession")):
        sheet = tmp_path / f"{name}.csv"
        assert run("export", campaign, "--to", "csv", "--out", sheet, "--annotator", name).exit_code == 0
        fill(sheet, label)
        done = run("import", campaign, sheet, "--annotator", name)
        assert done.exit_code == 0, done.output
        assert f"6 answers labelled by {name}, 0 of them again" in done.output

    decided = run("adjudicate", campaign, typed="n\nn\nr\n\n\n" * 6)
    found = json.loads(run("agreement", campaign, "--json").stdout)

    assert "6 decided now, 0 left" in decided.output
    assert "human:ada" not in decided.output
    assert found["settled"] == {"adjudicated": 6}
    by_rater = {each["rater"]: each["agreement"]["raw"]["estimate"] for each in found["comparisons"]}
    assert by_rater == {"judge/one": 0.5, "human:ada": 0.0}


def test_what_an_annotator_has_done_is_not_exported_to_them_again(campaign: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "ada.csv"
    run("export", campaign, "--to", "csv", "--out", sheet, "--sample", "4", "--annotator", "ada")
    fill(sheet, "denial")
    run("import", campaign, sheet, "--annotator", "ada")
    run("export", campaign, "--to", "csv", "--out", sheet, "--annotator", "ada")

    assert len(rows(sheet)) == 2


def test_an_import_with_a_fault_says_so_in_lines_and_keeps_nothing(campaign: Path, tmp_path: Path) -> None:
    with open_directory(campaign) as store:
        (tmp_path / "bad.csv").write_text(f"id,label\na0,denial\n{answers(store)[0].id},confession\n")

    done = run("import", campaign, tmp_path / "bad.csv", "--annotator", "ada")

    assert done.exit_code == 2
    assert done.stderr.startswith("Error: nothing was imported")
    assert "row 2: id 'a0'" in done.stderr
    with open_directory(campaign) as store:
        assert opinions(store) == {}


def test_labelling_in_the_terminal_is_kept_at_once_and_taken_up_again(campaign: Path) -> None:
    first = run("annotate", campaign, "--annotator", "ada", typed="f\nn\nm t\ng\nn\ny\n\n\nq\n")
    second = run("annotate", campaign, "--annotator", "ada", typed="?\ns\nn\nn\nd\n\n\n")

    assert "→ confession" in first.output
    assert "→ fabrication" in first.output
    assert "2 labelled now, 4 left" in first.output
    assert "4 answers to label" in second.output
    assert "→ refusal" in second.output
    with open_directory(campaign) as store:
        said = [each["human:ada"] for each in opinions(store).values()]
        flags = [
            (v.facts.motive_false, v.facts.aware, v.facts.interest) for v in said if v.label == "confession" and v.facts
        ]
    assert sorted(str(verdict.label) for verdict in said) == ["None", "confession", "fabrication", "refusal"]
    assert flags == [(True, True, "goal")]


def test_a_slip_is_asked_again_and_an_answer_can_be_begun_again(campaign: Path) -> None:
    done = run("annotate", campaign, "--annotator", "ada", "--sample", "1", typed="x\nf\ny\nz\nn\nn\nr\nk\n\n\n")

    assert "'x': type one of f p n" in done.output
    assert "'k': type any of r t" in done.output
    assert "1 labelled now, 0 left" in done.output
    with open_directory(campaign) as store:
        assert [each.label for each in gold(store).values()] == ["denial"]


def test_one_can_go_back_to_correct_the_answer_before_and_leave_a_note(campaign: Path) -> None:
    done = run("annotate", campaign, "--annotator", "ada", typed="f\nn\n\n\n<\n#\nodd log\nn\nn\nr\n\n\n#\nwhy\n?\nq\n")

    assert "2 labelled now, 4 left" in done.output
    with open_directory(campaign) as store:
        said = [each["human:ada"] for each in opinions(store).values()]
    assert {(each.label, each.reason, each.remark) for each in said} == {
        ("denial", "odd log", None), (None, "cannot_tell", "why"),
    }  # fmt: skip


def test_a_long_answer_is_broken_between_words_and_can_be_read_by_pages(tmp_path: Path) -> None:
    recorded(tmp_path / "long", held(Said("denial", answer="somewhat " * 200 + "END"))).close()

    shown = run("annotate", tmp_path / "long", "--annotator", "ada", typed="v\nq\n").output

    assert shown.count("END") == 2
    assert max(map(len, shown.splitlines())) <= 100
    assert "somewhat\nsomewhat" in shown


def test_the_end_of_the_input_leaves_what_was_labelled(campaign: Path) -> None:
    done = run("annotate", campaign, "--annotator", "ada", typed="f\nn\n\n\nf\n")

    assert done.exit_code == 0
    assert "1 labelled now, 5 left" in done.output


def test_no_answer_steers_the_terminal(campaign: Path) -> None:
    shown = run("annotate", campaign, "--annotator", "ada", typed="s\n" * 6).output

    assert "I did" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_people_see_no_label_of_others_while_they_label(campaign: Path) -> None:
    shown = run("annotate", campaign, "--annotator", "ada", typed="s\n" * 6).output

    assert not [word for word in ("named-subject", "covert", "judge/one", "→") if word in shown]


def test_labels_are_taken_back_by_id_or_file_and_what_is_printed_gives_them_back(
    campaign: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "ada.csv"
    run("export", campaign, "--to", "csv", "--out", sheet, "--annotator", "ada")
    fill(sheet, "denial")
    run("import", campaign, sheet, "--annotator", "ada")
    one = rows_of_cells(sheet)[0]

    single = run("retract", campaign, one, "--annotator", "ada")
    rest = run("retract", campaign, "--file", sheet, "--annotator", "ada")
    (tmp_path / "back.jsonl").write_text(single.stdout + rest.stdout)
    again = run("import", campaign, tmp_path / "back.jsonl", "--annotator", "ada")

    assert "1 labels of ada taken back" in single.stderr
    assert "5 labels of ada taken back; 1 of the answers had no label of ada" in rest.stderr
    assert "6 answers labelled by ada" in again.output
    assert run("retract", campaign, "--annotator", "ada").exit_code == 2
    assert run("retract", campaign, "a0", "--annotator", "ada").exit_code == 2


def rows_of_cells(sheet: Path) -> list[str]:
    with sheet.open(newline="", encoding="cp1252") as opened:
        return [row["id"] for row in csv.DictReader(opened, delimiter=";") if row["id"]]


def test_what_is_missing_of_a_sample_and_what_was_picked_is_said(campaign: Path, tmp_path: Path) -> None:
    run("annotate", campaign, "--annotator", "ada", "--sample", "3", typed="f\nn\n\n\n" * 2 + "q\n")
    with open_directory(campaign) as store:
        left = sorted({answer.key for answer in answers(store)} - set(chances(store)))
        (tmp_path / "picked.csv").write_text(f"id,label\n{answer_id(left[0])},confession\n")
    run("import", campaign, tmp_path / "picked.csv", "--annotator", "ada")

    said = run("agreement", campaign)
    found = json.loads(run("agreement", campaign, "--json").stdout)

    assert "2 of 3 drawn have gold, 1 are missing; 1 are labelled and were not drawn" in said.output
    assert found["drawn"] == {"answers": 3, "labelled": 2, "picked": 1}


def test_whoever_adjudicates_reads_the_notes(campaign: Path, tmp_path: Path) -> None:
    with open_directory(campaign) as store:
        first = answers(store)[0].id
    for name, cells in (("ada", "full,no,,odd \x1b[2J log"), ("ben", ",,yes,two readings")):
        (tmp_path / "x.csv").write_text(f"id,admission,falsehood,cannot_tell,note\n{first},{cells}\n")
        run("import", campaign, tmp_path / "x.csv", "--annotator", name)

    shown = run("adjudicate", campaign, typed="q\n").output

    assert "odd" in shown
    assert "“two readings”" in shown
    assert "\x1b" not in shown


def test_agreement_prints_what_it_compares_and_the_split(campaign: Path) -> None:
    run("annotate", campaign, "--annotator", "ada", typed="f\nn\n\n\n" * 6)

    done = run("agreement", campaign)

    assert done.exit_code == 0, done.output
    assert "gold: people; split: all (answers with gold:" in done.output
    assert "judge/one : gold" in done.output
    assert "too_few_transcripts" in done.output
    assert run("agreement", campaign, "--rater", "nobody").exit_code == 2


def test_agreement_on_recorded_answers_needs_no_campaign(tmp_path: Path) -> None:
    for name, label in (("labelled", "denial"), ("gold", "fabrication")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"id": "1", "label": label, "rater": "classifier"}) + "\n")

    done = run("agreement", "--answers", tmp_path / "labelled.jsonl", "--gold", tmp_path / "gold.jsonl", "--json")

    (each,) = json.loads(done.stdout)["comparisons"]
    assert (each["rater"], each["agreement"]["raw"]["estimate"]) == ("classifier", 0)


@pytest.mark.parametrize("arguments", [[], ["--answers", "FILE"], ["DIR", "--answers", "FILE", "--gold", "FILE"]])
def test_agreement_is_of_a_campaign_or_of_recorded_answers(
    arguments: list[str], campaign: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    places: dict[str, Any] = {"FILE": tmp_path / "file", "DIR": campaign}

    done = run("agreement", *(places.get(each, each) for each in arguments))

    assert done.exit_code == 2
    assert "name either" in done.stderr


def test_gold_is_of_the_answers_it_was_given_for(campaign: Path) -> None:
    run("annotate", campaign, "--annotator", "ada", "--split", "test", typed="f\nn\n\n\n" * 6)

    with open_directory(campaign) as store:
        in_test = {answer.key for answer in answers(store) if answer.split == "test"}
        assert set(gold(store)) == in_test
