"""Agreement: published examples, scikit-learn as a second opinion, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score, precision_recall_fscore_support

from interrogate.labels import LABELS
from interrogate.stats.agreement import Agreement, Rated, agreement, krippendorff_alpha

wild = settings(deadline=None, max_examples=25)


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def of_table(table: Sequence[Sequence[int]], labels: Sequence[str], transcripts: int = 10) -> list[Rated]:
    """Answers that make up the table, dealt out to transcripts in turn."""
    pairs = [
        (first, second)
        for first, row in zip(labels, table, strict=True)
        for second, count in zip(labels, row, strict=True)
        for _ in range(count)
    ]
    names = cycle(f"T{number}" for number in range(transcripts))
    return [Rated(name, pair) for name, pair in zip(names, pairs, strict=False)]


def of(rated: Sequence[Rated], labels: Sequence[str] = LABELS) -> Agreement:
    return agreement(rated, generator=generator(), labels=labels)


answers = st.lists(
    st.builds(
        Rated,
        st.sampled_from("ABCDEFGH"),
        st.tuples(st.sampled_from([*LABELS, None]), st.sampled_from([*LABELS, None])),
    ),
    max_size=60,
)


def test_two_abstractors_of_ectopic_pregnancies_agree_as_gwet_published() -> None:
    # cont3x3abstractors, in Gwet's package irrCAC for R, vignette "overview".
    found = of(of_table([[13, 0, 0], [0, 20, 7], [0, 4, 56]], "EAN"), "EAN")

    assert found.raw.estimate == pytest.approx(0.89)
    assert found.kappa.estimate == pytest.approx(0.7964094, abs=1e-7)
    assert found.ac1.estimate == pytest.approx(0.8493305, abs=1e-7)
    assert found.alpha.estimate == pytest.approx(0.7972585, abs=1e-7)


def test_where_nearly_all_is_of_one_class_kappa_falls_and_ac1_does_not() -> None:
    found = of(of_table([[118, 5], [2, 0]], "+-"), "+-")

    assert found.raw.estimate == pytest.approx(0.944)
    assert found.kappa.estimate == pytest.approx(-0.0234, abs=1e-4)
    assert found.ac1.estimate == pytest.approx(0.9408, abs=1e-4)


def test_alpha_of_four_observers_with_missing_labels_is_as_krippendorff_published() -> None:
    # Example C of "Computing Krippendorff's Alpha-Reliability" (2011): nominal alpha .743.
    rows = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    units = [tuple(None if row[unit] == "." else row[unit] for row in rows) for unit in range(12)]
    found = krippendorff_alpha(
        [Rated(str(unit), labels) for unit, labels in enumerate(units)], generator=generator(), labels="12345"
    )

    assert found.estimate == pytest.approx(0.743, abs=5e-4)


@wild
@given(answers)
def test_figures_are_those_of_scikit_learn(rated: list[Rated]) -> None:
    found = of(rated)
    both = [each.labels for each in rated if None not in each.labels]
    first, second = [pair[0] for pair in both], [pair[1] for pair in both]

    assert found.compared == len(both)
    if not both:
        assert found.raw.reason == "nothing_to_compare"
        return
    assert found.macro_f1.estimate == pytest.approx(f1_score(first, second, average="macro", zero_division=0))
    if found.kappa.estimate is not None:
        assert found.kappa.estimate == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    precision, recall, _, _ = precision_recall_fscore_support(
        first, second, labels=list(found.classes), zero_division=np.nan
    )
    assert [np.nan if each.recall.estimate is None else each.recall.estimate for each in found.classes.values()] == (
        pytest.approx(recall, nan_ok=True)
    )
    assert [
        np.nan if each.precision.estimate is None else each.precision.estimate for each in found.classes.values()
    ] == pytest.approx(precision, nan_ok=True)


@wild
@given(answers)
def test_every_answer_is_in_the_matrix_and_every_figure_in_its_interval(rated: list[Rated]) -> None:
    found = of(rated)
    figures = [found.raw, found.kappa, found.ac1, found.alpha, found.macro_f1]
    figures += [figure for each in found.classes.values() for figure in (each.precision, each.recall, each.f1)]

    assert sum(map(sum, found.confusion)) == found.answers == len(rated)
    for figure in figures:
        if figure.low is None:
            assert figure.reason
        else:
            assert figure.estimate is not None
            assert figure.high is not None
            assert -1 <= figure.low <= figure.estimate <= figure.high <= 1


@wild
@given(answers)
def test_alpha_of_two_raters_is_the_same_by_both_ways(rated: list[Rated]) -> None:
    alone, among = krippendorff_alpha(rated, generator=generator()).estimate, of(rated).alpha.estimate

    assert alone == pytest.approx(among) if among is not None else alone is None


def test_an_answer_without_a_label_has_its_own_row_and_column_and_no_part_in_the_coefficients() -> None:
    pairs: list[tuple[str | None, str | None]] = [("denial", "denial"), ("denial", None), (None, "refusal")]
    found = of([Rated("A", pair) for pair in pairs])

    assert found.labels == LABELS
    assert len(found.confusion) == len(LABELS) + 1
    assert found.confusion[LABELS.index("denial")][-1] == 1
    assert found.confusion[-1][LABELS.index("refusal")] == 1
    assert (found.answers, found.compared) == (3, 1)
    assert found.raw.estimate == 1
    assert (found.classes["denial"].answers, found.classes["denial"].unlabelled) == (2, 1)


def test_few_transcripts_have_no_interval_and_say_so() -> None:
    found = of(of_table([[20, 3], [4, 20]], "ab", transcripts=5), "ab")

    assert found.raw.estimate == pytest.approx(40 / 47)
    assert (found.raw.low, found.raw.reason) == (None, "too_few_transcripts: 5 of at least 6")


def test_perfect_agreement_is_no_proof_of_it_and_one_label_none_at_all() -> None:
    perfect = of(of_table([[20, 0], [0, 20]], "ab"), "ab")
    one = of(of_table([[20, 0], [0, 0]], "ab"), "ab")

    assert (perfect.kappa.estimate, perfect.kappa.low, perfect.kappa.reason) == (1, None, "no_spread")
    assert (one.kappa.estimate, one.kappa.reason) == (None, "one_label_only")


def test_transcripts_of_one_mind_widen_the_interval() -> None:
    table = [[50, 10], [10, 50]]
    mixed = of(of_table(table, "ab", transcripts=12), "ab").raw
    alike = of([Rated(f"T{place // 10}", each.labels) for place, each in enumerate(of_table(table, "ab"))], "ab").raw

    assert mixed.estimate == alike.estimate
    assert mixed.low is not None
    assert mixed.high is not None
    assert alike.low is not None
    assert alike.high is not None
    assert alike.high - alike.low > 2 * (mixed.high - mixed.low)


@pytest.mark.parametrize(
    ("labels", "message"), [(("denial", "lie"), "'lie' is not among"), (("denial",), "those of two raters")]
)
def test_labels_that_cannot_be_compared_are_refused(labels: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        of([Rated("A", labels)])


@pytest.mark.slow
@pytest.mark.parametrize("transcripts", [6, 12, 24])
def test_intervals_of_agreement_contain_the_truth_as_often_as_they_say(transcripts: int) -> None:
    """Agreement differs between transcripts with a correlation of .1; 20 answers each."""
    campaigns, truth, size = 400, 0.85, 9
    source = np.random.default_rng(3)
    hits = {"raw": 0, "kappa": 0}
    for _ in range(campaigns):
        rated = []
        for transcript, share in enumerate(source.beta(truth * size, (1 - truth) * size, transcripts)):
            first = source.random(20) < 0.5
            second = np.where(source.random(20) < share, first, ~first)
            rated += [
                Rated(str(transcript), ("ab"[a], "ab"[b]))
                for a, b in zip(first.astype(int), second.astype(int), strict=True)
            ]
        found = agreement(rated, generator=source, labels="ab", draws=1000)
        for name, figure, true in (("raw", found.raw, truth), ("kappa", found.kappa, 2 * truth - 1)):
            assert figure.low is not None
            assert figure.high is not None
            hits[name] += figure.low <= true <= figure.high
    coverage = {name: hit / campaigns for name, hit in hits.items()}

    print(f"{transcripts} transcripts: coverage {coverage}")
    assert all(0.90 <= share <= 0.985 for share in coverage.values())
