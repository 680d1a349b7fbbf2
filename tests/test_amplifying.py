"""Rates from a judge's part and a classifier's labels of all: what they rest on, what they leave out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from drawn import FITTED, JUDGE, half_read

from interrogate.amplifying import Amplified, Drawn, _answered, amplified, kept, read_by_judge
from interrogate.labels import Verdict
from interrogate.rating import verdict_row
from interrogate.records import Json
from interrogate.store import Store, verdicts


def only(store: Store) -> Amplified:
    (found,) = amplified(store)
    return found


def test_what_is_in_the_part_follows_from_seed_and_chance_alone_and_the_part_grows_with_the_chances() -> None:
    keys = [(f"i{number}", 1) for number in range(4000)]
    drawn = Drawn("j", "judge", 0.25, None, 7, dict.fromkeys(keys, 0.25))
    held = {key for key in keys if drawn.holds(key)}
    more = replace(drawn, chances=dict.fromkeys(keys, 0.5))

    assert len(held) / len(keys) == pytest.approx(0.25, abs=0.03)
    assert held <= {key for key in keys if more.holds(key)}
    assert not drawn.holds(("another", 1))


def test_a_rate_says_what_it_rests_on(tmp_path: Path) -> None:
    with half_read(tmp_path) as store:
        found = only(store)
    (group,) = found.groups
    rate = group.rates["strict"]

    assert (found.judge, found.answers, found.score.accuracy) == (JUDGE, 64, 0.8)
    assert (group.transcripts, group.answers, group.rater) == (8, 64, FITTED)
    assert group.read == found.read == found.drawn == pytest.approx(32, abs=10)
    assert rate.amplified.low is not None
    assert rate.amplified.high is not None
    assert rate.amplified.low <= 42 / 64 <= rate.amplified.high
    assert group.widest in group.rates


def test_what_the_judge_said_of_answers_that_were_not_drawn_does_not_count(tmp_path: Path) -> None:
    with half_read(tmp_path) as store:
        ((drawn, _),) = kept(store)
        labelled = [(row["interview"], row["turn"]) for row in store.rows(verdicts, rater=drawn.judge)]
        read = read_by_judge(store, drawn)

    assert len(labelled) == 64
    assert set(read) == {key for key in labelled if drawn.holds(key)} != set(labelled)


def test_a_better_classifier_saves_more_of_the_judge(tmp_path: Path) -> None:
    savings: list[float] = []
    for wrong in (2, 5, 50):
        with half_read(tmp_path / str(wrong), wrong=wrong) as store:
            (group,) = only(store).groups
        rate = group.rates["strict"]
        assert rate.needed is not None
        assert rate.saving is not None
        assert rate.saving == pytest.approx(1 - group.read / rate.needed)
        savings.append(rate.saving)

    assert savings == sorted(savings)
    assert savings[0] < 0.1
    assert savings[-1] > 0.4


def test_everything_read_is_the_judges_own_rate_and_the_least_width(tmp_path: Path) -> None:
    with half_read(tmp_path, chance=1.0) as store:
        (group,) = only(store).groups
    rate = group.rates["strict"]

    assert rate.amplified.estimate == pytest.approx(42 / 64)
    assert rate.amplified == rate.by_judge
    assert rate.amplified.half_width == pytest.approx(rate.reachable)
    assert rate.saving == pytest.approx(0)


def test_too_few_transcripts_are_said_to_be(tmp_path: Path) -> None:
    with half_read(tmp_path, transcripts=5) as store:
        (group,) = only(store).groups

    assert group.rates["strict"].amplified.reason == "too_few_transcripts: 5 of at least 6"
    assert group.widest is None
    assert group.rates["strict"].saving is None


def test_answers_that_the_judge_could_not_label_make_the_others_weigh_more() -> None:
    asked: list[Json] = [
        {"chance": 0.5, "drawn": True, "label_judge": label} for label in ("denial", None, "denial", None)
    ]
    others: list[Json] = [{"chance": 0.8, "drawn": False, "label_judge": None}]

    assert [row["chance"] for row in _answered(asked + others)] == [0.25] * 4 + [0.4]
    assert _answered(others) == others


def test_what_the_judge_was_asked_about_and_could_not_label_is_no_call_saved(tmp_path: Path) -> None:
    with half_read(tmp_path, chance=1.0) as store:
        whole = amplified(store)[0].groups[0].rates["strict"]
        judged = [row for row in store.rows(verdicts) if row["rater"] == f"{JUDGE} digest"]
        mute = [verdict_row(row["interview"], row["turn"], Verdict(row["rater"], None, "unreadable")) for row in judged]
        store.replace_now(verdicts, *mute[::3])
        part = amplified(store)[0].groups[0].rates["strict"]

    assert whole.saving == pytest.approx(0)
    assert part.saving is not None
    assert part.saving < 0.05
