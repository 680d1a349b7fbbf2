"""Correction by the confusion matrix: known answers, refusals, and coverage over simulated campaigns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import Judged, judged

from interrogate.stats.correction import Checked, corrected_rate, corrected_shares
from interrogate.stats.measured import Measured

wild = settings(deadline=None, max_examples=50)


def alike(observed: list[float], confusion: list[list[float]], transcripts: int = 8) -> list[Checked]:
    return [Checked(observed, confusion)] * transcripts


def checked(campaign: Judged) -> list[Checked]:
    return [
        Checked(
            [(~label).sum(), label.sum()],
            [[(people & (truth == row) & (label == column)).sum() for column in (0, 1)] for row in (0, 1)],
        )
        for truth, label, people in zip(campaign.truth, campaign.label, campaign.people, strict=True)
    ]


@pytest.mark.parametrize(
    ("judged_rate", "sensitivity", "specificity", "true_rate"),
    [(0.20, 0.90, 0.90, 0.125), (0.20, 0.90, 0.80, 0.0), (0.5, 1.0, 1.0, 0.5), (0.62, 0.7, 0.6, 0.22 / 0.3)],
)
def test_two_classes_are_corrected_as_rogan_and_gladen_do(
    judged_rate: float, sensitivity: float, specificity: float, true_rate: float
) -> None:
    confusion = [[100 * specificity, 100 * (1 - specificity)], [100 * (1 - sensitivity), 100 * sensitivity]]
    found = corrected_rate(alike([100 * (1 - judged_rate), 100 * judged_rate], confusion))

    assert found.estimate == pytest.approx(true_rate)


def test_three_classes_come_back_through_their_matrix() -> None:
    matrix = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.05, 0.05, 0.9]])
    truth = np.array([0.5, 0.3, 0.2])
    found = corrected_shares(alike(list(1000 * truth @ matrix), (100 * matrix).tolist()), [[0], [1], [2], [0, 2]])

    assert [each.estimate for each in found] == pytest.approx([0.5, 0.3, 0.2, 0.7])


def test_a_share_that_comes_back_below_zero_is_zero_and_the_others_still_come_to_one() -> None:
    matrix = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.05, 0.05, 0.9]])
    found = corrected_shares(alike([0.0, 100.0, 0.0], (100 * matrix).tolist()), [[0], [1], [2]])
    estimates = [each.estimate for each in found]

    assert estimates == pytest.approx([0, 1, 0])


def test_a_rater_that_makes_no_errors_changes_nothing_but_still_is_not_certain() -> None:
    rows = [Checked([40 - hits, hits], [[10, 0], [0, 10]]) for hits in (10, 20, 30, 15, 25, 20)]
    found = corrected_rate(rows)

    assert found.estimate == pytest.approx(0.5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high


def test_the_less_is_known_of_the_rater_the_wider_the_interval() -> None:
    source = np.random.default_rng(2)
    campaign = judged(source, transcripts=24, rate=0.6, sensitivity=0.85, specificity=0.75, share=1.0)
    few = Judged(campaign.truth, campaign.label, source.random(campaign.truth.shape) < 0.1)
    much, little = corrected_rate(checked(campaign)), corrected_rate(checked(few))

    assert width(little) > 1.2 * width(much)


def width(found: Measured) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (alike([5, 5], [[0, 0], [0, 0]]), "no_labels_of_people"),
        (alike([5, 5], [[0, 0], [2, 8]]), "class_not_seen_by_people"),
        (alike([5, 5], [[5, 5], [5, 5]]), "no_better_than_chance"),
        (alike([5, 5], [[2, 8], [8, 2]]), "no_better_than_chance"),
        (alike([50, 50], [[52, 48], [48, 52]]), "near_singular: 0.04"),
        (alike([5, 5], [[9, 1], [1, 9]], transcripts=5), "too_few_transcripts: 5 of at least 6"),
        ([*alike([5, 5], [[0, 0], [0, 0]]), Checked([0, 0], [[9, 1], [1, 9]])], "too_few_transcripts: 1 of at least 6"),
    ],
)
def test_what_the_matrix_does_not_allow_is_refused(rows: list[Checked], reason: str) -> None:
    assert corrected_rate(rows) == Measured(reason=reason)


def test_numbers_of_classes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="give the same"):
        corrected_rate(alike([1, 2, 3], [[1, 0], [0, 1]]))


cells = st.lists(st.integers(0, 12), min_size=2, max_size=2)


@wild
@given(st.lists(st.builds(Checked, cells, st.lists(cells, min_size=2, max_size=2)), min_size=1, max_size=12))
def test_a_corrected_rate_lies_in_its_interval_or_has_a_reason(rows: list[Checked]) -> None:
    found = corrected_rate(rows)

    if found.low is None or found.estimate is None or found.high is None:
        assert found.reason
    else:
        assert 0 <= found.low <= found.estimate <= found.high <= 1


@wild
@given(st.lists(st.builds(Checked, cells, st.lists(cells, min_size=2, max_size=2)), min_size=6, max_size=12))
def test_two_classes_share_what_there_is(rows: list[Checked]) -> None:
    first, second = corrected_shares(rows, [[0], [1]])

    if first.estimate is None or second.estimate is None:
        assert first.reason == second.reason
    else:
        assert first.estimate + second.estimate == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("transcripts", [6, 12, 24])
@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.9, 0.8), (0.95, 0.95), (0.7, 0.6)])
@pytest.mark.parametrize("rate", [0.7, 0.85])
def test_corrected_rates_are_right_on_average_and_their_intervals_cover(
    transcripts: int, sensitivity: float, specificity: float, rate: float
) -> None:
    campaigns = 1000
    source = np.random.default_rng(11)
    found = [
        corrected_rate(
            checked(
                judged(source, transcripts=transcripts, rate=rate, sensitivity=sensitivity, specificity=specificity)
            )
        )
        for _ in range(campaigns)
    ]
    intervals = [(each.estimate, each.low, each.high) for each in found if each.low is not None]
    estimates, lows, highs = np.array(intervals, dtype=float).T
    bias, error = estimates.mean() - rate, estimates.std() / len(estimates) ** 0.5
    coverage = ((lows <= rate) & (rate <= highs)).mean()

    print(
        f"rate {rate}, {transcripts} transcripts, {sensitivity}/{specificity}: bias {bias:+.4f} (error {error:.4f}), "
        f"coverage {coverage:.3f}, width {(highs - lows).mean():.2f}, refused {campaigns - len(intervals)}"
    )
    assert abs(bias) < 3 * error
    assert 0.92 <= coverage <= 0.985


@pytest.mark.slow
def test_shares_of_four_classes_are_right_on_average_and_their_intervals_cover() -> None:
    matrix = np.array(
        [[0.85, 0.05, 0.05, 0.05], [0.15, 0.7, 0.1, 0.05], [0.05, 0.05, 0.8, 0.1], [0.05, 0.05, 0.15, 0.75]]
    )
    truth, transcripts, campaigns = np.array([0.25, 0.15, 0.4, 0.2]), 16, 600
    source = np.random.default_rng(12)
    found = []
    for _ in range(campaigns):
        rows = []
        for shares in source.dirichlet(truth * 6, transcripts):
            classes = source.choice(4, 40, p=shares)
            labels = (source.random(40)[:, None] > matrix[classes].cumsum(axis=1)).sum(axis=1)
            confusion = np.zeros((4, 4))
            np.add.at(confusion, (classes[:20], labels[:20]), 1)
            rows.append(Checked(np.bincount(labels, minlength=4).tolist(), confusion.tolist()))
        found.append(corrected_shares(rows, [[0], [1], [2], [3]]))
    intervals = np.array([[(each.estimate, each.low, each.high) for each in row] for row in found], dtype=float)
    bias = intervals[..., 0].mean(axis=0) - truth
    coverage = ((intervals[..., 1] <= truth) & (truth <= intervals[..., 2])).mean(axis=0)

    print(f"four classes: bias {bias.round(4)}, coverage {coverage.round(3)}")
    assert (np.abs(bias) < 0.006).all()
    assert ((coverage >= 0.92) & (coverage <= 0.985)).all()
