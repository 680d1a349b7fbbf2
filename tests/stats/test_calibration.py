"""The calibration curve: what falls into which bin, and known distances from the diagonal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interrogate.stats.calibration import Calibration, Sure, calibration


def of(answers: list[Sure], bins: int = 10) -> Calibration:
    return calibration(answers, generator=np.random.default_rng(5), bins=bins)


def stated(confidence: float, right: int, answers: int) -> list[Sure]:
    """Answers of one confidence, dealt out to ten transcripts."""
    return [Sure(f"T{number % 10}", confidence, number < right) for number in range(answers)]


def test_the_expected_error_is_the_distance_weighed_by_answers() -> None:
    found = of(stated(0.9, 60, 100) + stated(0.6, 15, 25))

    assert [each.answers for each in found.bins] == [25, 100]
    assert [each.confidence for each in found.bins] == pytest.approx([0.6, 0.9])
    assert [each.right.estimate for each in found.bins] == pytest.approx([0.6, 0.6])
    assert found.expected_error.estimate == pytest.approx(0.3 * 100 / 125)


def test_bins_hold_equal_numbers_of_answers() -> None:
    found = of([Sure(f"T{number % 10}", number**2 / 10_000, right=True) for number in range(100)], bins=4)

    assert [each.answers for each in found.bins] == [25, 25, 25, 25]
    assert all(one.high < next_.low for one, next_ in zip(found.bins, found.bins[1:], strict=False))


def test_a_calibrated_rater_has_bins_whose_intervals_hold_the_diagonal() -> None:
    source = np.random.default_rng(8)
    confidence = source.uniform(0.5, 1, 4000)
    found = of([Sure(f"T{n % 40}", float(c), bool(source.random() < c)) for n, c in enumerate(confidence)])

    assert found.expected_error.estimate is not None
    assert found.expected_error.estimate < 0.03
    held = [each.right.low is not None and each.right.high is not None
            and each.right.low <= each.confidence <= each.right.high for each in found.bins]  # fmt: skip
    assert sum(held) >= 8


def test_few_transcripts_have_no_interval_and_no_answers_no_curve() -> None:
    few = of([Sure("A", 0.8, right=True), Sure("B", 0.8, right=False)])
    none = of([])

    assert few.expected_error.estimate == pytest.approx(0.3)
    assert few.expected_error.reason == "too_few_transcripts: 2 of at least 6"
    assert (none.bins, none.expected_error.reason) == ((), "nothing_to_compare")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.builds(Sure, st.sampled_from("ABCDEFGH"), st.floats(0, 1), st.booleans()), max_size=60))
def test_every_answer_is_in_one_bin(answers: list[Sure]) -> None:
    found = of(answers)

    assert sum(each.answers for each in found.bins) == len(answers)
    assert all(each.low <= each.confidence + 1e-12 and each.confidence <= each.high + 1e-12 for each in found.bins)


def test_a_confidence_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        of([Sure("A", 1.2, right=True)])
