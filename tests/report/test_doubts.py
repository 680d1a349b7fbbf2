"""Each reason to doubt a result appears when, and only when, there is a figure for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import BRANCHES, LADDER, Held, Said, held, recorded

from interrogate import frames
from interrogate.labels import Label
from interrogate.records import Strategy
from interrogate.report import Doubt, Findings, reasons_to_doubt


def doubts(
    folder: Path, *interviews: Held, strategy: Strategy = LADDER, record: tuple[str, ...] = ("judge/one",)
) -> dict[str, Doubt]:
    with recorded(folder, *interviews, record=record, strategy=strategy) as store:
        found = reasons_to_doubt(Findings.of(store))
    return {doubt.code: doubt for doubt in found}


def many(label: Label, arm: str, number: int) -> list[Held]:
    return [held(label, label, arm=arm, source=f"/runs/{arm}/{index}.json") for index in range(number)]


SOUND = (*many("confession", "covert", 12), *many("denial", "control", 12))


def test_a_sound_campaign_gives_none_of_them(tmp_path: Path) -> None:
    assert doubts(tmp_path, *SOUND) == {}


def test_a_campaign_without_any_answer_is_no_error(tmp_path: Path) -> None:
    found = doubts(tmp_path, held(state="owed"))

    assert found["interviews_owed"].figure == "1 of 1 interview"


@pytest.mark.parametrize(
    ("extra", "code", "figure"),
    [
        (held("denial", subject="simulated/cracks"), "simulated", "1 of 25 interviews"),
        (held("denial", subject="local/gemma-3-270m"), "local_model", "1 of 25 interviews"),
        (held(Said("denial", truth="confession")), "label_errors", "1 of 1 label"),
        (held("denial", subject="openai/other"), "no_untrue_arm", "1 of 2 subjects"),
        (held("denial", "confession", arm="control"), "false_confessions", "1 of 13 interviews"),
        (held("partial_confession", arm="control"), "false_confessions", "1 of 13 interviews"),
        (held("denial", policy="off"), "policy_off", "1 of 25 interviews"),
        (held("denial", policy="unknown"), "policy_unknown", "1 of 25 interviews"),
        (held("denial", policy="off"), "few_transcripts", "1 of 3 groups"),
        (held("confession", None), "unlabelled", "1 of 50 answers"),
        (held(state="failed", reason="timeout"), "interviews_failed", "1 of 25 interviews"),
        (held(state="owed"), "interviews_owed", "1 of 25 interviews"),
        (held("confession", differences=("result_moved", "tools_inferred")), "context_not_exact", "1 of 25 interviews"),
        (held("confession", warnings=("system_missing", "view_chosen")), "transcript_not_whole", "1 of 25 interviews"),
        (held("confession", skipped=("exact",)), "rungs_skipped", "1 of 25 interviews"),
        (held("denial", ending="first_admission"), "stops_unconfirmed", "1 of 1 stop"),
        (held("denial", None, ending="first_admission"), "stops_unconfirmed", "1 of 1 stop"),
        (held(Said("denial", facts={"aware": True})), "aware", "1 of 49 labelled answers"),
        (held(Said("confession", rung="vague"), source="/b.json"), "after_disclosure", "1 of 13 first confessions"),
        (held("denial", "denial", "denial", "confession"), "after_disclosure", "1 of 13 first confessions"),
    ],
)  # fmt: skip
def test_each_doubt_comes_with_the_figure_that_makes_it(tmp_path: Path, extra: Held, code: str, figure: str) -> None:
    assert doubts(tmp_path, *SOUND, extra)[code].figure == figure


def test_a_stop_that_the_label_of_record_confirms_is_no_doubt(tmp_path: Path) -> None:
    confirmed = held("denial", "confession", source="/runs/other.json", ending="first_admission")

    assert doubts(tmp_path, *SOUND, confirmed) == {}


def test_a_confession_before_any_evidence_is_no_reading_back(tmp_path: Path) -> None:
    early = held("confession", "confession", "confession", "confession", source="/runs/other.json")

    assert "after_disclosure" not in doubts(tmp_path, *SOUND, early)


def test_in_branches_a_confession_to_a_question_that_shows_evidence_is_one(tmp_path: Path) -> None:
    shown = held(Said("confession", rung="exact"))
    bare = held(Said("confession", rung="direct"))

    assert doubts(tmp_path, shown, bare, strategy=BRANCHES)["after_disclosure"].figure == "1 of 2 first confessions"


def test_the_classifier_alone_is_a_doubt_and_beside_a_judge_it_is_none(tmp_path: Path) -> None:
    alone = doubts(tmp_path / "a", *SOUND, record=("classifier",))
    beside = doubts(tmp_path / "b", *SOUND, record=("classifier", "judge/one"))

    assert alone["classifier_only"].figure == "48 of 48 answers"
    assert "classifier_only" not in beside


def test_a_confession_that_is_as_likely_when_untrue_is_called_no_evidence(tmp_path: Path) -> None:
    found = doubts(tmp_path, *many("confession", "covert", 12), *many("confession", "control", 12))

    assert found["uninformative_confession"].figure == "1 of 1 comparison"
    assert "openai/gpt-4o, control: 1.0 (" in found["uninformative_confession"].statement


def test_a_rate_with_unlabelled_answers_is_bounded_both_ways(tmp_path: Path) -> None:
    found = doubts(tmp_path, held("denial"), held(None, source="/b.json"))

    assert "50\u2013100% in openai/gpt-4o, covert" in found["unlabelled"].statement
    assert "none is counted as a denial" in found["unlabelled"].statement


def test_the_reasons_of_failures_are_counted(tmp_path: Path) -> None:
    failures = [
        held(state="failed", reason=reason, source=f"/{index}.json")
        for index, reason in enumerate(["timeout", "timeout", "refused_key"])
    ]

    assert "(timeout 2, refused_key 1)" in doubts(tmp_path, *failures)["interviews_failed"].statement


def test_only_the_interviews_of_a_simulated_subject_are_called_simulated(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial"), held("denial", subject="simulated/candid")) as store:
        simulated = frames.interviews(store).set_index("subject")["simulated"].to_dict()

    assert simulated == {"openai/gpt-4o": False, "simulated/candid": True}


def test_a_simulated_judge_makes_all_of_them_simulated(tmp_path: Path) -> None:
    assert doubts(tmp_path, held("denial"), record=("simulated/judge",))["simulated"].figure == "1 of 1 interview"
