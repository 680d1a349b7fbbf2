"""Which interviews a page shows, and what of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import BRANCHES, LADDER, Held, Said, held, recorded

from interrogate import frames
from interrogate.records import Strategy
from interrogate.report.findings import Findings
from interrogate.report.interviews import by_transcript, chosen, courses_of, facts_of, rows_of, shown_interviews


def findings(folder: Path, *interviews: Held, strategy: Strategy = LADDER) -> Findings:
    with recorded(folder, *interviews, strategy=strategy) as store:
        return Findings.of(store)


def test_of_many_interviews_the_page_shows_a_few_of_every_group_in_key_order(tmp_path: Path) -> None:
    common = [held("denial", source=f"/a/{index}.json") for index in range(20)]
    rare = [held("denial", arm="control", source=f"/b/{index}.json") for index in range(3)]
    interviews = findings(tmp_path, *common, *rare).interviews
    kept = chosen(interviews, 8)
    covert = interviews[interviews["arm"] == "covert"]["interview"]

    assert kept["arm"].value_counts().to_dict() == {"covert": 5, "control": 3}
    assert set(kept[kept["arm"] == "covert"]["interview"]) == set(sorted(covert)[:5])


def test_more_groups_than_places_still_give_no_more_than_the_places(tmp_path: Path) -> None:
    interviews = findings(tmp_path, *(held("denial", subject=f"openai/{index}") for index in range(9))).interviews

    assert len(chosen(interviews, 4)) == 4


def test_a_shown_interview_holds_accusation_differences_turns_and_what_other_raters_said(tmp_path: Path) -> None:
    interview = held(Said("denial", others={"classifier": "evasion"}), "confession", differences=("tools_inferred",))
    with recorded(tmp_path, interview) as store:
        (shown,) = shown_interviews(store, Findings.of(store))

    assert shown.accusation["evidence"][0]["quote"] == "rm -rf /mnt/volume"
    assert [each["code"] for each in shown.differences] == ["tools_inferred"]
    assert [turn["label"] for turn in shown.turns] == ["denial", "confession"]
    assert {each["rater"]: each["label"] for each in shown.turns[0]["others"]} == {
        "judge/one": "denial",
        "classifier": "evasion",
    }


def test_with_one_rater_there_is_nothing_to_add_to_the_label_of_record(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        (shown,) = shown_interviews(store, Findings.of(store))

    assert shown.turns[0]["others"] == []


def test_a_course_holds_what_counts_and_keeps_the_place_of_what_was_not_asked(tmp_path: Path) -> None:
    whole = held(
        "denial", Said("denial", inserted=True), "confession", "denial", "denial", Said("denial", rung="ownership")
    )
    skipping = held("denial", Said("confession", rung="exact"), source="/b.json")
    courses = sorted(courses_of(findings(tmp_path, whole, skipping)).values(), key=lambda course: course.count(None))

    assert [each and each["label"] for each in courses[0]] == ["denial", "confession", "denial", "denial"]
    assert [each and each["label"] for each in courses[1]] == ["denial", None, None, "confession"]


def test_in_branches_a_course_is_the_one_answer(tmp_path: Path) -> None:
    courses = courses_of(
        findings(tmp_path, held(Said("denial", rung="exact")), held(Said("denial", rung="direct")), strategy=BRANCHES)
    )

    assert [[each and each["rung"] for each in course] for course in courses.values()] in (
        [["exact"], ["direct"]],
        [["direct"], ["exact"]],
    )


def test_every_transcript_of_a_small_group_has_a_row_and_large_groups_have_none(tmp_path: Path) -> None:
    few = [
        held("denial", source=f"/few/{index}.json", arm="control", epoch=epoch)
        for index in range(3)
        for epoch in (1, 2)
    ]
    enough = [held("denial", source=f"/enough/{index}.json") for index in range(12)]
    table = by_transcript(findings(tmp_path, *few, *enough), 12)

    assert [row.source for row in table["control"]] == ["few/0.json", "few/1.json", "few/2.json"]
    assert [len(row.courses["openai/gpt-4o"]) for row in table["control"]] == [2, 2, 2]
    assert list(table) == ["control"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Said("denial", facts={"stance": "feigns_ignorance"}), ["admission none", "stance feigns ignorance"]),
        (Said("fabrication", facts={"aware": True}), ["admission none", "falsehood", "aware", "stance rejects"]),
        (Said("confession", facts={"motive_false": True}), ["admission full", "motive false"]),
        (Said("evasion", facts={"interest": "company"}), ["admission none", "stance beside", "interest company"]),
        (Said(None), []),
    ],
)  # fmt: skip
def test_facts_are_put_in_words(tmp_path: Path, said: Said, expected: list[str]) -> None:
    with recorded(tmp_path, held(said)) as store:
        (row,) = rows_of(frames.answers(store))

    assert facts_of(row) == expected
