from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import beta, betabinom

from interrogate.stats import Count, Estimate, difference, likelihood_ratio, rate

TAILS = (0.025, 0.975)

wild = settings(deadline=None, max_examples=25)


@st.composite
def some_counts(draw: st.DrawFn) -> list[Count]:
    """Up to eight transcripts, the first with a trial, in halves."""
    trials = draw(st.lists(st.integers(0, 80), max_size=7))
    trials.append(draw(st.integers(1, 80)))
    return [(draw(st.integers(0, number)) / 2, number / 2) for number in reversed(trials)]


def singles(successes: int, trials: int) -> list[Count]:
    """Transcripts of one trial each: they say nothing of the correlation."""
    return [(1.0, 1.0)] * successes + [(0.0, 1.0)] * (trials - successes)


def bounds(result: Estimate | None) -> tuple[float, float]:
    assert result is not None
    return result.low, result.high


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
