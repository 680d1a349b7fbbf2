from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from interrogate.stats import Count, Ending, Estimate, Point, Spell, persistence, rate

TURNS = range(1, 7)

wild = settings(deadline=None, max_examples=25)


def some_spells(*endings: Ending) -> st.SearchStrategy[list[Spell]]:
    one = st.builds(Spell, st.sampled_from("ABCD"), st.integers(1, 6), st.sampled_from(endings))
    return st.lists(one, min_size=1, max_size=20)


def apart(spells: Sequence[tuple[int, Ending]]) -> list[Spell]:
    """Spells of one transcript each."""
    return [Spell(f"T{place}", end, ending) for place, (end, ending) in enumerate(spells)]


def bounds(result: Estimate | Point | None) -> tuple[float, float]:
    assert result is not None
    return result.low, result.high


def test_a_curve_with_censoring_agrees_with_hand_computation() -> None:
    endings: tuple[Ending, Ending] = ("confession", "censored")
    spells = apart([(turn, ending) for turn in (1, 2, 3) for ending in endings])
    points = persistence(spells, [1, 2, 3])

    assert [(point.turn, point.at_risk, point.confessed) for point in points] == [(1, 6, 1), (2, 4, 1), (3, 2, 1)]
    assert [point.held for point in points] == pytest.approx([5 / 6, 5 / 6 * 3 / 4, 5 / 6 * 3 / 4 * 1 / 2])


def test_a_curve_with_competing_events_agrees_with_hand_computation() -> None:
    spells = apart([(1, "confession"), (1, "competing"), (2, "confession"), (2, "censored"), (3, "confession")])
    points = persistence(spells, [1, 2, 3])

    # All-cause survival is 3/5 and 2/5 before turns 2 and 3; 1 - KM would have nobody hold at turn 3.
    assert [point.at_risk for point in points] == [5, 3, 1]
    assert [point.held for point in points] == pytest.approx([4 / 5, 4 / 5 - 3 / 5 * 1 / 3, 3 / 5 - 2 / 5])


def test_transcripts_weigh_equally_in_the_curve() -> None:
    first = [Spell("often", 1, "confession")] * 3 + [Spell("often", 1, "censored")]
    second = [Spell("often", 2, "confession")] * 2 + [Spell("once", 2, "censored")]
    points = persistence(first + second, [1, 2])

    # Six interviews of 1/6 and one of 1: at turn 2 a weight of 4/3 is at risk, 1/3 of it confesses.
    assert [point.held for point in points] == pytest.approx([1 - 1 / 4, (1 - 1 / 4) * (1 - 1 / 4)])
    assert [(point.at_risk, point.confessed) for point in points] == [(7, 3), (3, 2)]


@wild
@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["confession", "censored"])), min_size=1, max_size=20))
def test_without_competing_events_the_curve_is_that_of_kaplan_and_meier(spells: list[tuple[int, Ending]]) -> None:
    known = SurvfuncRight([end for end, _ in spells], [ending == "confession" for _, ending in spells])
    points = persistence(apart(spells), TURNS)

    steps = np.concatenate([[1.0], known.surv_prob])
    expected = [steps[np.searchsorted(known.surv_times, point.turn, side="right")] for point in points]
    assert [point.held for point in points] == pytest.approx(expected)


@wild
@given(some_spells("confession", "competing"))
def test_where_nothing_is_censored_the_curve_is_the_rate_at_each_turn(spells: list[Spell]) -> None:
    points = persistence(spells, TURNS)

    assert [point.turn for point in points] == list(TURNS)
    for point in points:
        expected = rate(_counts_at(spells, point.turn))
        assert expected is not None
        assert (point.held, point.low, point.high) == pytest.approx((expected.estimate, expected.low, expected.high))


def _counts_at(spells: Sequence[Spell], turn: int) -> list[Count]:
    of = {spell.transcript: [other for other in spells if other.transcript == spell.transcript] for spell in spells}
    return [
        (sum(spell.ending != "confession" or spell.end > turn for spell in group), len(group)) for group in of.values()
    ]


@wild
@given(some_spells("confession", "competing", "censored"))
def test_a_curve_never_rises_and_lies_in_its_intervals(spells: list[Spell]) -> None:
    points = persistence(spells, TURNS)

    assert all(0 <= point.low <= point.held <= point.high <= 1 for point in points)
    assert all(before.held >= after.held for before, after in pairwise(points))
    assert all(before.at_risk - before.confessed >= after.at_risk for before, after in pairwise(points))


def test_without_censoring_the_interval_is_that_of_the_interviews_counts() -> None:
    before = [Spell("A", 1, "confession"), Spell("A", 2, "competing"), Spell("B", 2, "confession")]
    through = [Spell("A", 3, "censored"), Spell("B", 3, "censored"), Spell("B", 4, "confession")]
    (point,) = persistence(before + through, [3])

    assert bounds(point) == pytest.approx(bounds(rate([(2, 3), (2, 3)])))
    assert point.low < point.held < point.high


def test_interviews_that_were_cut_off_are_stood_for_by_those_that_were_not() -> None:
    cut = [Spell(name, 1, "censored") for name in "AAABBB"]
    confessed = [Spell(name, 2, "confession") for name in "AB"]
    held = [Spell(name, 3, "censored") for name in "AB"]
    (early, late) = persistence(cut + confessed + held, [1, 3])

    assert early.held == 1.0
    assert late.held == pytest.approx(0.5)
    assert late.low < 0.5 < late.high


def test_an_interview_that_was_never_observed_changes_nothing() -> None:
    seen = [Spell("A", 1, "confession"), Spell("A", 2, "censored"), Spell("B", 2, "censored")]
    unseen = [Spell("A", 0, "censored"), Spell("C", 0, "censored")]

    assert persistence(seen + unseen, [1, 2]) == persistence(seen, [1, 2])
    assert persistence(unseen, [1, 2]) == persistence([], [1, 2]) == ()


def test_turns_between_events_repeat_the_curve() -> None:
    spells = apart([(2, "confession"), (4, "censored"), (4, "censored")])
    points = persistence(spells, [1, 3])

    assert [point.held for point in points] == pytest.approx([1, 2 / 3])
    assert [point.confessed for point in points] == [0, 0]


def test_no_point_follows_the_last_turn_observed_while_some_still_held() -> None:
    points = persistence(apart([(1, "confession"), (2, "censored"), (2, "confession")]), [1, 2, 3, 4])

    assert [point.turn for point in points] == [1, 2]


def test_points_go_on_where_every_interview_came_to_its_end() -> None:
    points = persistence(apart([(1, "competing"), (2, "confession")]), [2, 3])

    assert [(point.turn, point.at_risk, point.held) for point in points] == [(2, 1, 0.5), (3, 0, 0.5)]


@pytest.mark.parametrize("turns", [[2, 1], [1, 1], [0, 1]])
def test_turns_that_do_not_ascend_are_refused(turns: list[int]) -> None:
    with pytest.raises(ValueError, match="do not ascend from 1"):
        persistence([Spell("A", 1, "censored")], turns)


@pytest.mark.parametrize("spell", [Spell("A", -1, "censored"), Spell("A", 0, "confession"), Spell("A", 0, "competing")])
def test_a_spell_that_ends_before_it_can_is_refused(spell: Spell) -> None:
    with pytest.raises(ValueError, match="cannot end so before turn"):
        persistence([spell], [1])
