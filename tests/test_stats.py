from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import beta, betabinom
from statsmodels.duration.survfunc import SurvfuncRight

from interrogate.stats import (
    Count,
    Ending,
    Estimate,
    Point,
    Spell,
    difference,
    likelihood_ratio,
    persistence,
    rate,
)

TAILS = (0.025, 0.975)
TURNS = range(1, 7)

wild = settings(deadline=None, max_examples=25)


@st.composite
def some_counts(draw: st.DrawFn) -> list[Count]:
    """Up to eight transcripts, the first with a trial, in halves."""
    trials = draw(st.lists(st.integers(0, 80), max_size=7))
    trials.append(draw(st.integers(1, 80)))
    return [(draw(st.integers(0, number)) / 2, number / 2) for number in reversed(trials)]


def some_spells(*endings: Ending) -> st.SearchStrategy[list[Spell]]:
    one = st.builds(Spell, st.sampled_from("ABCD"), st.integers(1, 6), st.sampled_from(endings))
    return st.lists(one, min_size=1, max_size=20)


def singles(successes: int, trials: int) -> list[Count]:
    """Transcripts of one trial each: they say nothing of the correlation."""
    return [(1.0, 1.0)] * successes + [(0.0, 1.0)] * (trials - successes)


def apart(spells: Sequence[tuple[int, Ending]]) -> list[Spell]:
    """Spells of one transcript each."""
    return [Spell(f"T{place}", end, ending) for place, (end, ending) in enumerate(spells)]


def bounds(result: Estimate | Point | None) -> tuple[float, float]:
    assert result is not None
    return result.low, result.high


# Rates


@pytest.mark.parametrize(("successes", "trials"), [(3, 10), (1, 40), (30, 60), (199, 200), (1700, 2000)])
def test_one_trial_a_transcript_gives_the_beta_posterior(successes: int, trials: int) -> None:
    exact = beta.ppf(TAILS, successes + 0.5, trials - successes + 0.5)

    assert bounds(rate(singles(successes, trials))) == pytest.approx(exact, abs=1e-3)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([(17, 20)], id="one transcript"),
        pytest.param([(9, 10), (4, 10), (10, 10)], id="differing"),
        pytest.param([(8, 10)] * 4, id="alike"),
        pytest.param([(1, 1), (30, 40), (2, 9)], id="of differing size"),
        pytest.param([(0, 12), (1, 12), (0, 12)], id="near zero"),
    ],
)
def test_the_interval_is_that_of_the_beta_binomial_summed_directly(counts: list[Count]) -> None:
    rates, correlations = np.meshgrid((np.arange(1500) + 0.5) / 1500, (np.arange(400) + 0.5) / 400)
    size = (1 - correlations) / correlations
    parts = [betabinom.logpmf(successes, trials, rates * size, (1 - rates) * size) for successes, trials in counts]
    density = (np.exp(sum(parts)) * beta.pdf(rates, 0.5, 0.5)).sum(axis=0)
    direct = np.interp(TAILS, np.cumsum(density) / density.sum(), rates[0] + 0.5 / 1500)

    assert bounds(rate(counts)) == pytest.approx(direct, abs=3e-3)


def test_transcripts_that_agree_count_almost_like_pooled_answers() -> None:
    low, high = bounds(rate([(136, 160)] * 40))
    pooled_low, pooled_high = beta.ppf(TAILS, 40 * 136 + 0.5, 40 * 24 + 0.5)

    assert pooled_high - pooled_low < high - low < 1.1 * (pooled_high - pooled_low)


def test_transcripts_of_one_mind_count_like_single_answers() -> None:
    of_one_mind = [(160, 160)] * 34 + [(0, 160)] * 6

    assert bounds(rate(of_one_mind)) == pytest.approx(beta.ppf(TAILS, 34.5, 6.5), abs=0.02)


def test_one_transcript_of_many_answers_says_little() -> None:
    low, high = bounds(rate([(136, 160)]))

    assert high - low > 0.5


def test_transcripts_weigh_equally_in_the_estimate() -> None:
    result = rate([(1, 1), (0, 99), (15, 20)])

    assert result is not None
    assert result.estimate == pytest.approx((1 + 0 + 0.75) / 3)


@pytest.mark.parametrize(("successes", "closed"), [(0, "low"), (160, "high")])
def test_an_interval_reaches_the_end_at_which_the_estimate_stands(successes: int, closed: str) -> None:
    result = rate([(successes, 160)] * 6)

    assert result is not None
    assert getattr(result, closed) == result.estimate == successes / 160
    assert 0.1 < result.high - result.low < 0.3


@wild
@given(some_counts())
def test_a_rate_lies_in_its_interval_and_the_interval_in_zero_to_one(counts: list[Count]) -> None:
    result = rate(counts)

    assert result is not None
    assert 0 <= result.low <= result.estimate <= result.high <= 1
    assert result.low < result.high


@wild
@given(some_counts())
def test_failures_mirror_successes(counts: list[Count]) -> None:
    successes, failures = rate(counts), rate([(trials - wins, trials) for wins, trials in counts])

    assert successes is not None
    assert failures is not None
    assert failures.estimate == pytest.approx(1 - successes.estimate)
    assert (failures.low, failures.high) == pytest.approx((1 - successes.high, 1 - successes.low), abs=1e-6)


@wild
@given(some_counts())
def test_order_and_transcripts_without_trials_do_not_matter(counts: list[Count]) -> None:
    assert rate([(0, 0), *reversed(counts), (0, 0)]) == rate(counts)


@wild
@given(st.integers(1, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials - 1), st.just(trials))))
def test_one_more_success_raises_the_rate_and_its_interval(counts: tuple[int, int]) -> None:
    successes, trials = counts
    before, after = rate(singles(successes, trials)), rate(singles(successes + 1, trials))

    assert before is not None
    assert after is not None
    assert before.low < after.low
    assert before.estimate < after.estimate
    assert before.high < after.high


@pytest.mark.parametrize("count", [(-1, 3), (4, 3), (float("nan"), 3), (1, float("inf"))])
def test_counts_that_cannot_be_are_refused_by_place(count: Count) -> None:
    with pytest.raises(ValueError, match=r"counts\[1\]: .* trials"):
        rate([(1, 2), count])


# Comparisons


@pytest.mark.parametrize("counts", [[], [(0, 0), (0, 0)]])
def test_nothing_tried_is_none_and_not_zero(counts: list[Count]) -> None:
    assert rate(counts) is None
    assert difference(counts, [(1, 2)]) is difference([(1, 2)], counts) is None
    assert likelihood_ratio(counts, [(1, 2)]) is likelihood_ratio([(1, 2)], counts) is None


def test_a_difference_has_a_fortieth_of_the_exact_posterior_beyond_each_end() -> None:
    a, b = beta(24.5, 6.5), beta(8.5, 12.5)
    result = difference(singles(24, 30), singles(8, 20))

    assert result is not None
    assert result.estimate == pytest.approx(24 / 30 - 8 / 20)
    for end, level in zip(bounds(result), TAILS, strict=True):
        assert quad(lambda y, end=end: b.pdf(y) * a.cdf(y + end), 0, 1)[0] == pytest.approx(level, abs=2e-3)


def test_a_ratio_has_a_fortieth_of_the_exact_posterior_beyond_each_end() -> None:
    a, b = beta(24.5, 6.5), beta(8.5, 12.5)
    result = likelihood_ratio(singles(24, 30), singles(8, 20))

    assert result is not None
    assert result.estimate == pytest.approx((24 / 30) / (8 / 20))
    for end, level in zip(bounds(result), TAILS, strict=True):
        assert quad(lambda y, end=end: b.pdf(y) * a.cdf(y * end), 0, 1)[0] == pytest.approx(level, abs=2e-3)


@wild
@given(some_counts(), some_counts())
def test_a_difference_turns_its_sign_when_the_sides_change(a: list[Count], b: list[Count]) -> None:
    there, back = difference(a, b), difference(b, a)

    assert there is not None
    assert back is not None
    assert -1 <= there.low <= there.estimate <= there.high <= 1
    assert (back.low, back.estimate, back.high) == pytest.approx((-there.high, -there.estimate, -there.low), abs=1e-9)


@wild
@given(some_counts(), some_counts())
def test_a_ratio_is_finite_and_lies_in_its_interval(a: list[Count], b: list[Count]) -> None:
    result = likelihood_ratio(a, b)

    assert result is not None
    assert 0 <= result.low <= result.estimate <= result.high < float("inf")


def test_a_ratio_over_a_rate_of_zero_is_the_posterior_median() -> None:
    never = [(0.0, 20.0)] * 6
    level, large = likelihood_ratio(never, never), likelihood_ratio([(10, 20)] * 6, never)

    assert level is not None
    assert large is not None
    assert level.estimate == pytest.approx(1)
    assert level.low * level.high == pytest.approx(1, rel=1e-2)
    assert 10 < large.estimate < 1000
    assert large.low > 1


def test_a_ratio_of_a_rate_of_zero_is_zero_and_begins_there() -> None:
    result = likelihood_ratio([(0, 20)] * 6, [(10, 20)] * 6)

    assert result is not None
    assert result.estimate == result.low == 0
    assert 0 < result.high < 1


# Persistence


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


# Coverage


@pytest.mark.slow
@pytest.mark.parametrize("transcripts", [6, 12])
@pytest.mark.parametrize("correlation", [0.1, 0.3, 0.5])
def test_intervals_contain_the_truth_as_often_as_they_say(transcripts: int, correlation: float) -> None:
    truth, answers, draws = 0.85, 160, 1000
    size = (1 - correlation) / correlation
    generator = np.random.default_rng(20)
    successes: NDArray[np.int64] = generator.binomial(
        answers, generator.beta(truth * size, (1 - truth) * size, (draws, transcripts))
    )
    intervals = [bounds(rate([(number, answers) for number in drawn])) for drawn in successes.tolist()]
    coverage = sum(low <= truth <= high for low, high in intervals) / draws

    print(f"{transcripts} transcripts, correlation {correlation}: coverage {coverage:.3f}")
    assert coverage >= 0.93
