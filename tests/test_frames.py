"""From the store to frames: every row there, nothing unlabelled lost, and the label of record as it was settled."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from recorded import FACTS, Said, held, recorded

from interrogate import frames
from interrogate.labels import Label
from interrogate.store import bodies, calls, interviews, verdicts


def test_an_answer_has_the_label_of_record_with_its_facts_and_its_name_in_the_arm(tmp_path: Path) -> None:
    with recorded(tmp_path, held("confession", arm="control", policy="off")) as store:
        (row,) = frames.answers(store).to_dict("records")

    assert (row["label"], row["name"], row["admission"]) == ("confession", "false_confession", "full")
    assert (row["arm"], row["policy"], row["rung"], row["position"], row["rater"]) == (
        "control",
        "off",
        "direct",
        1,
        "judge/one",
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said(None, unlabelled="unreadable"), "unreadable"),
        (Said(None, missing="cut_off"), "cut_off"),
        (Said("denial", missing="content_filter"), "content_filter"),
    ],
)
def test_an_answer_without_a_label_stays_with_its_reason(tmp_path: Path, said: Said, reason: str) -> None:
    with recorded(tmp_path, held(said)) as store:
        (row,) = frames.answers(store).to_dict("records")

    assert (row["label"], row["unlabelled"]) == (None, reason)


@pytest.mark.parametrize(
    ("labels", "label", "unlabelled"),
    [
        (("denial", "denial", "evasion"), "denial", None),
        (("denial", "evasion", "refusal"), None, "panel_divided"),
        (("denial", "evasion", None), None, "panel_divided"),
        ((None, None, "denial"), None, "panel_failed"),
        (("denial", "denial", None), "denial", None),
    ],
)
def test_a_panel_decides_by_the_majority_of_all_its_members(
    tmp_path: Path, labels: tuple[Label | None, ...], label: Label | None, unlabelled: str | None
) -> None:
    said = Said(None, others=dict(zip(("a", "b", "c"), labels, strict=True)))
    with recorded(tmp_path, held(said), record=("a", "b", "c")) as store:
        (row,) = frames.answers(store).to_dict("records")

    assert row["label"] == label
    assert unlabelled is None or row["unlabelled"] == unlabelled


def test_a_panels_disagreement_is_kept_beside_its_label(tmp_path: Path) -> None:
    said = Said(None, others={"a": "denial", "b": "denial", "c": "fabrication"}, confidence=0.9)
    with recorded(tmp_path, held(said), record=("a", "b", "c")) as store:
        (row,) = frames.answers(store).to_dict("records")

    assert (row["label"], row["agreement"], row["split"]) == ("denial", 0.667, "falsehood")
    assert row["confidence"] == pytest.approx(0.6)
    assert (row["admission"], row["stance"], row["falsehood"]) == ("none", "rejects", False)


def test_what_a_panel_leaves_to_people_says_on_what_it_split(tmp_path: Path) -> None:
    said = Said(None, others={"a": "denial", "b": "confession"})
    with recorded(tmp_path, held(said), record=("a", "b")) as store:
        (row,) = frames.answers(store).to_dict("records")

    assert (row["label"], row["unlabelled"], row["split"]) == (None, "panel_divided", "admission, stance")


def test_one_rater_alone_agrees_with_nobody(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        (row,) = frames.answers(store).astype(object).to_dict("records")

    assert row["agreement"] != row["agreement"]


@pytest.mark.parametrize(
    ("draws", "drawn", "label"),
    [(3, ["denial", "evasion", "evasion"], "evasion"), (1, ["denial", "evasion", "evasion"], "denial"),
     (3, ["denial"], None)],
)  # fmt: skip
def test_the_draws_that_a_campaign_settled_are_a_panel(
    tmp_path: Path, draws: int, drawn: list[Label], label: Label | None
) -> None:
    with recorded(tmp_path, held(drawn[0]), judge_draws=draws) as store:
        (first,) = store.rows(verdicts)
        for number, said in enumerate(drawn[1:], start=1):
            body = {**first["body"], "facts": asdict(FACTS[said]), "draw": number}
            store.add_now(verdicts, [{**first, "draw": number, "label": said, "body": body}])
        (row,) = frames.answers(store).to_dict("records")
        listed = frames.verdicts(store)["draw"].tolist()

    assert row["label"] == label
    assert label is not None or row["unlabelled"] == "panel_failed"
    assert listed == list(range(len(drawn)))


def test_every_raters_verdict_is_a_row_of_its_own(tmp_path: Path) -> None:
    with recorded(tmp_path, held(Said("denial", others={"classifier": "evasion"}))) as store:
        found = frames.verdicts(store).set_index("rater")["label"].to_dict()

    assert found == {"judge/one": "denial", "classifier": "evasion"}


def test_a_reading_whose_turn_was_cut_off_is_no_verdict_on_an_answer_yet(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        (first,) = store.rows(verdicts)
        store.add_now(verdicts, [{**first, "turn": 2, "rater": "another that is not described yet"}])
        found = frames.verdicts(store)

    assert found["turn"].tolist() == [1]


def test_a_rater_that_is_not_described_yet_goes_by_its_digest(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        (first,) = store.rows(verdicts)
        store.add_now(verdicts, [{**first, "rater": "0123456789"}])
        found = set(frames.verdicts(store)["rater"])

    assert found == {"judge/one", "012345"}


def test_two_raters_of_one_name_are_told_apart(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        store.add_now(bodies, [{"kind": "rater", "digest": "9f9f9f9f", "body": {"name": "judge/one"}}])
        names = frames.rater_names(store)

    assert names == {"judge/one digest": "judge/one judge/", "9f9f9f9f": "judge/one 9f9f9f"}


def test_an_interview_says_how_it_ended_and_whether_its_context_was_exact(tmp_path: Path) -> None:
    changed = held("denial", differences=("tools_inferred", "tools_inferred", "result_moved"), skipped=("exact",))
    failed = held(state="failed", reason="timeout", detail="no reply", source="/b.json")
    with recorded(tmp_path, changed, failed) as store:
        rows = frames.interviews(store).set_index("state").to_dict("index")

    assert rows["complete"]["exact"] is False
    assert rows["complete"]["differences"] == "tools_inferred, result_moved"
    assert rows["complete"]["skipped"] == "exact"
    assert (rows["failed"]["reason"], rows["failed"]["exact"]) == ("timeout", None)


def test_conditions_of_the_transcript_are_columns(tmp_path: Path) -> None:
    with recorded(tmp_path, held("denial")) as store:
        (row,) = store.rows(interviews)
        (body,) = store.bodies("transcript").values()
        store.replace_now(
            bodies,
            {"kind": "transcript", "digest": row["transcript"], "body": {**body, "conditions": {"nudge": "yes"}}},
        )
        found = frames.answers(store)

    assert found["condition_nudge"].tolist() == ["yes"]


def test_a_call_that_failed_is_a_row_with_its_fault(tmp_path: Path) -> None:
    with recorded(tmp_path, held(Said("denial", truth="fabrication"))) as store:
        (call,) = store.rows(calls)
        store.add_now(
            calls, [{**call, "turn": 2, "reply": None, "cost_usd": None, "fault": "timeout", "detail": "slow"}]
        )
        found, answers = frames.calls(store), frames.answers(store)

    assert found["fault"].dropna().tolist() == ["timeout"]
    assert found["tokens_in"].tolist()[0] == 10
    assert answers["truth"].tolist() == ["fabrication"]


def test_frames_of_an_empty_campaign_have_their_columns(tmp_path: Path) -> None:
    with recorded(tmp_path) as store:
        found = [frames.answers(store), frames.verdicts(store), frames.interviews(store), frames.calls(store)]

    assert [len(frame) for frame in found] == [0, 0, 0, 0]
    assert all({"interview"} <= set(frame.columns) for frame in found)
