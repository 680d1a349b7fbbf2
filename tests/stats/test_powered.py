"""Prediction-powered inference: known answers, what the predictions save, and coverage whatever they are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import judged

from interrogate.stats import rate
from interrogate.stats.powered import Plan, Powered, Predicted, chances, powered_mean, reachable, share_to_label

wild = settings(deadline=None, max_examples=50)


def campaign(
    source: np.random.Generator, worth: tuple[float, float], *, transcripts: int = 12, true_rate: float = 0.7,
    share: float = 0.2, answers: int = 40,
) -> list[Predicted]:  # fmt: skip
    """Predictions of the given sensitivity and specificity, and a random part with gold labels."""
    drawn = judged(
        source, transcripts=transcripts, rate=true_rate, sensitivity=worth[0], specificity=worth[1], share=share,
        answers=answers,
    )  # fmt: skip
    return [
        Predicted(
            f"T{row}", float(drawn.label[row, column]), float(truth) if drawn.people[row, column] else None, share
        )
        for (row, column), truth in np.ndenumerate(drawn.truth)
    ]


def estimated(answers: list[Predicted]) -> Powered:
    found = powered_mean(answers)
    assert isinstance(found, Powered), found
    return found


def width(found: Powered) -> float:
    assert found.mean.low is not None
    assert found.mean.high is not None
    return found.mean.high - found.mean.low


def test_with_equal_chances_it_is_the_power_tuned_estimator_of_the_paper() -> None:
    # arXiv 2311.01453: θ = λ f(all others) + mean(Y - λ f) with λ = cov(Y, f) / ((1 + n/N) var f); one answer each.
    source = np.random.default_rng(1)
    predicted = source.random(200)
    gold = (source.random(200) < predicted).astype(float)
    known = np.arange(200) < 50
    found = estimated([Predicted(str(n), predicted[n], gold[n] if known[n] else None, 0.25) for n in range(200)])
    slope = np.cov(gold[known], predicted[known])[0, 1] / predicted[known].var(ddof=1)
    weight = slope / (1 + 50 / 150)
    theta = weight * predicted[~known].mean() + (gold[known] - weight * predicted[known]).mean()

    assert found.weight == pytest.approx(slope)
    assert found.mean.estimate == pytest.approx(theta)


def test_perfect_predictions_give_the_mean_of_all_answers() -> None:
    answers = campaign(np.random.default_rng(2), (1.0, 1.0))
    found = estimated(answers)

    assert found.weight == pytest.approx(1)
    assert found.mean.estimate == pytest.approx(np.mean([answer.prediction for answer in answers]))
    assert found.effective == pytest.approx(len(answers))


@pytest.mark.parametrize("worth", [(0.5, 0.5), (0.1, 0.1)])
def test_predictions_that_do_not_help_leave_the_classical_estimate(worth: tuple[float, float]) -> None:
    found = estimated(campaign(np.random.default_rng(4), worth))

    assert found.weight < 0.1
    assert found.mean.estimate == pytest.approx(found.classical.estimate, abs=0.02)
    assert found.effective == pytest.approx(found.labelled, rel=0.02)
    if not found.weight:
        assert found.mean == found.classical


def test_everything_labelled_leaves_the_predictions_without_a_say() -> None:
    answers = [Predicted(f"T{n % 8}", 0.0, float(n % 3 == 0), 1.0) for n in range(80)]
    found = estimated(answers)

    assert found.mean.estimate == pytest.approx(np.mean([answer.gold for answer in answers]))
    assert found.effective == pytest.approx(80)


def test_transcripts_weigh_equally_however_many_answers_they_have() -> None:
    sizes = {"A": 2, "B": 50, "C": 4, "D": 4, "E": 4, "F": 4}
    answers = [Predicted(name, 0.5, float(name in "AC"), 1.0) for name, size in sizes.items() for _ in range(size)]

    assert estimated(answers).mean.estimate == pytest.approx(2 / 6)


def test_labels_that_are_all_alike_have_the_interval_of_a_rate_of_them() -> None:
    answers = [Predicted(f"T{n % 6}", 1.0, 1.0 if n < 24 else None, 0.4) for n in range(60)]
    found, plain = estimated(answers).mean, rate([(4, 4)] * 6)

    assert plain is not None
    assert (found.estimate, found.low, found.high) == (1.0, plain.low, plain.high)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([], "too_few_labels"),
        ([Predicted("A", 1, 1, 0.5), Predicted("B", 1, None, 0.5)], "too_few_labels"),
        ([Predicted(name, 1, 1, 0.5) for name in "ABCDE"], "too_few_transcripts: 5 of at least 6"),
        (
            [Predicted(name, 1, 1 if name in "AB" else None, 0.5) for name in "ABCDEFGH"],
            "too_few_transcripts: 2 of at least 6",
        ),
    ],
)
def test_too_little_is_refused(answers: list[Predicted], reason: str) -> None:
    assert powered_mean(answers) == reason


@pytest.mark.parametrize("chance", [0.0, 1.5, float("nan")])
def test_a_chance_that_cannot_be_is_refused(chance: float) -> None:
    with pytest.raises(ValueError, match=r"answers\[0\]: chance"):
        powered_mean([Predicted("A", 1, 1, chance)])


@wild
@given(
    st.lists(
        st.builds(
            Predicted,
            st.sampled_from("ABCDEFGH"),
            st.floats(0, 1),
            st.sampled_from([0.0, 1.0, None]),
            st.floats(0.05, 1),
        ),
        max_size=60,
    )
)
def test_a_mean_lies_in_its_interval_and_the_weight_in_zero_to_one(answers: list[Predicted]) -> None:
    found = powered_mean(answers)

    if isinstance(found, Powered):
        assert 0 <= found.weight <= 1
        assert found.effective <= found.answers * (1 + 1e-9)
        for each in (found.mean, found.classical):
            assert each.low is not None
            assert each.estimate is not None
            assert each.high is not None
            assert 0 <= each.low <= each.estimate <= each.high <= 1


def test_the_planned_share_gives_the_width_that_was_asked_for() -> None:
    source = np.random.default_rng(6)
    pilot = estimated(campaign(source, (0.85, 0.85), transcripts=40, share=0.15))
    wanted = 0.085
    plan = share_to_label(pilot, half_width=wanted)
    assert plan.share is not None
    widths = [width(estimated(campaign(source, (0.85, 0.85), transcripts=40, share=plan.share))) / 2 for _ in range(60)]

    assert 0.01 < plan.share < 0.9
    assert plan.reachable < wanted
    assert np.mean(widths) == pytest.approx(wanted, rel=0.15)


def test_better_predictions_need_fewer_labels_and_a_width_out_of_reach_is_said_to_be() -> None:
    pilots = [
        estimated(campaign(np.random.default_rng(7), (worth, worth), transcripts=40)) for worth in (0.6, 0.75, 0.9)
    ]
    savings = [share_to_label(pilot, half_width=0.09).saving for pilot in pilots]
    hopeless = share_to_label(pilots[0], half_width=0.01)

    assert savings == sorted(savings, key=lambda saving: saving or 0)
    assert savings[-1] is not None
    assert savings[-1] > 0.4
    assert (hopeless.share, hopeless.saving) == (None, None)
    assert hopeless.reason is not None
    assert hopeless.reason.startswith("more_transcripts_needed")


def test_without_help_labels_are_worth_themselves_however_unequal_the_transcripts() -> None:
    source = np.random.default_rng(5)
    worth = []
    for _ in range(40):
        sizes = source.integers(2, 40, 20)
        answers = [
            Predicted(f"T{n}", 0.0, float(source.random() < 0.6) if source.random() < 0.5 else None, 0.5)
            for n, size in enumerate(sizes)
            for _ in range(size)
        ]
        found = estimated(answers)
        worth.append(found.effective / found.labelled)

    assert np.mean(worth) == pytest.approx(1, abs=0.04)


def test_labels_that_are_all_alike_need_transcripts_more_than_answers() -> None:
    pilot = estimated([Predicted(f"T{n % 9}", 1.0, 1.0 if n < 90 else None, 0.1) for n in range(900)])
    within, beyond = (share_to_label(pilot, half_width=width) for width in (0.068, 0.05))

    assert within.share is not None
    assert 0.1 < within.share < 0.3
    assert beyond.share is None
    assert reachable(pilot) == beyond.reachable == pytest.approx(0.062, abs=0.001)


def test_a_half_width_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="over 0"):
        share_to_label(estimated(campaign(np.random.default_rng(2), (0.9, 0.9))), half_width=0)


def test_a_plan_without_figures_saves_nothing_that_can_be_said() -> None:
    assert Plan(None, None, 0.2).saving is None
    assert Plan(0.1, 0.4, 0.2).saving == pytest.approx(0.75)


@wild
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.01, 1))
def test_chances_come_to_the_share_and_grow_with_doubt(doubts: list[float], share: float) -> None:
    found = chances(doubts, share=share)

    assert found.mean() == pytest.approx(share, rel=1e-6)
    assert ((found > 0) & (found <= 1)).all()
    assert (np.diff(found[np.argsort(doubts)]) >= -1e-12).all()


@pytest.mark.parametrize("share", [0.0, 1.1])
def test_a_share_that_cannot_be_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="give one over 0"):
        chances([0.5], share=share)


def summarised(found: list[Powered], truth: float) -> tuple[float, float, float]:
    """Bias, its Monte Carlo error, coverage."""
    rows = np.array([(each.mean.estimate, each.mean.low, each.mean.high) for each in found], dtype=float)
    bias, error = rows[:, 0].mean() - truth, rows[:, 0].std() / len(rows) ** 0.5
    return float(bias), float(error), float(((rows[:, 1] <= truth) & (truth <= rows[:, 2])).mean())


@pytest.mark.slow
@pytest.mark.parametrize("transcripts", [6, 12, 24])
@pytest.mark.parametrize(
    "worth", [pytest.param((0.9, 0.9), id="good"), pytest.param((0.5, 0.5), id="useless"),
              pytest.param((0.1, 0.1), id="adversarial")],
)  # fmt: skip
@pytest.mark.parametrize("truth", [0.7, 0.85])
def test_whatever_the_predictions_are_worth_the_mean_is_right_and_its_interval_covers(
    transcripts: int, worth: tuple[float, float], truth: float
) -> None:
    source = np.random.default_rng(13)
    found = [estimated(campaign(source, worth, transcripts=transcripts, true_rate=truth)) for _ in range(800)]
    bias, error, coverage = summarised(found, truth)

    print(
        f"rate {truth}, {transcripts} transcripts, predictions {worth}: bias {bias:+.4f} (error {error:.4f}), "
        f"coverage {coverage:.3f}, half width {np.mean([width(each) for each in found]) / 2:.3f}, "
        f"weight {np.mean([each.weight for each in found]):.2f}"
    )
    assert abs(bias) < 3 * error
    assert 0.925 <= coverage <= 0.985


@pytest.mark.slow
def test_labelling_where_the_predictions_are_in_doubt_is_right_too_and_no_less_narrow() -> None:
    truth, widths = 0.7, {}
    for way in ("even", "by doubt"):
        source = np.random.default_rng(14)
        found = []
        for _ in range(500):
            size = 4.0
            rates = np.repeat(source.beta(truth * size, (1 - truth) * size, 20), 40)
            gold = source.random(800) < rates
            sharp = source.random(800) < 0.6
            predicted = np.where(sharp, np.where(gold, 0.97, 0.03), np.where(gold, 0.6, 0.4))
            chance = (
                chances(np.sqrt(predicted * (1 - predicted)), share=0.1) if way == "by doubt" else np.full(800, 0.1)
            )
            known = source.random(800) < chance
            found.append(
                estimated(
                    [
                        Predicted(
                            str(n // 40), float(predicted[n]), float(gold[n]) if known[n] else None, float(chance[n])
                        )
                        for n in range(800)
                    ]
                )
            )
        bias, error, coverage = summarised(found, truth)
        widths[way] = np.mean([width(each) for each in found])
        print(f"labelled {way}: bias {bias:+.4f} (error {error:.4f}), coverage {coverage:.3f}, width {widths[way]:.3f}")

        assert abs(bias) < 3 * error
        assert 0.925 <= coverage <= 0.985
    assert widths["by doubt"] <= widths["even"]


@pytest.mark.slow
@pytest.mark.parametrize("worth", [0.6, 0.75, 0.9])
def test_labels_saved_at_equal_width(worth: float) -> None:
    """24 transcripts of 40 answers, a tenth labelled: how many labels would be needed without the predictions."""
    source = np.random.default_rng(15)
    found = [estimated(campaign(source, (worth, worth), transcripts=24, share=0.1)) for _ in range(300)]
    saving = [1 - each.labelled / each.effective for each in found]
    with_them = np.mean([width(each) for each in found])
    classical = [
        width(
            estimated(
                campaign(source, (0.5, 0.5), transcripts=24, share=float(np.mean([e.effective for e in found])) / 960)
            )
        )
        for _ in range(300)
    ]

    print(
        f"predictions right in {worth:.0%}: {np.mean(saving):.0%} of labels saved; widths {with_them:.3f} with, "
        f"{np.mean(classical):.3f} from as many labels as they are said to be worth"
    )
    assert np.mean(classical) == pytest.approx(with_them, rel=0.05)
    assert np.mean(saving) > {0.6: 0.0, 0.75: 0.1, 0.9: 0.35}[worth]


def test_no_answers_have_no_chances() -> None:
    assert len(chances([], share=0.5)) == 0
