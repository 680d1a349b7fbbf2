"""Rates beside what people's labels make of them, group by group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from recorded import FACTS, Held, Said, held, recorded

from interrogate import frames
from interrogate.cascading import report_document
from interrogate.correcting import NO_GOLD, PICKED, GroupCorrected, corrected, gold_frame
from interrogate.labels import Facts, Label
from interrogate.people.drawing import draw
from interrogate.people.gold import keep, verdict_of
from interrogate.quantities import groups
from interrogate.raters.human import ADJUDICATED, Person
from interrogate.report import Findings, write_report
from interrogate.store import Store

TRANSCRIPTS, EPOCHS = 8, 10


def interviews(label: str = "denial", confessing: int = 3, **about: object) -> list[Held]:
    """Of each transcript ten interviews: so many confess, the others have the label."""
    return [
        held(
            "confession" if epoch <= confessing else label,  # type: ignore[arg-type]
            source=f"/runs/{number}.json",
            epoch=epoch,
            **about,
        )
        for number in range(TRANSCRIPTS)
        for epoch in range(1, EPOCHS + 1)
    ]


def people_of(answers: pd.DataFrame, labels: Sequence[Label | None]) -> pd.DataFrame:
    """People's labels of the answers in their order; None where they gave none."""
    keys = answers[["interview", "turn"]].itertuples(index=False)
    rows = [(*key, label, FACTS[label].admission) for key, label in zip(keys, labels, strict=True) if label is not None]
    return pd.DataFrame(rows, columns=["interview", "turn", "label", "admission"])


def judged(folder: Path, wrong: int, every: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers, and people's labels of one in `every`, who call the first denials of a transcript confessions."""
    with recorded(folder, *interviews()) as store:
        answers = frames.answers(store)
    counts: dict[str, int] = {}
    labels: list[Label | None] = []
    for place, (transcript, label) in enumerate(zip(answers["transcript"], answers["label"], strict=True)):
        counts[transcript] = counts.get(transcript, 0) + (label == "denial")
        told: Label = "confession" if label == "denial" and counts[transcript] <= wrong else label
        labels.append(told if place % every == 0 else None)
    return answers, people_of(answers, labels)


def only(found: list[GroupCorrected]) -> GroupCorrected:
    (group,) = found
    return group


def test_the_raw_rate_is_that_of_the_report_and_the_others_are_what_people_say(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=2)
    group = only(corrected(answers, people))
    strict = group.doubling_down["strict"]

    assert (group.answers, group.people) == (80, 80)
    assert strict.raw == groups(answers)[0].doubling_down["strict"]
    assert strict.raw is not None
    assert strict.raw.estimate == pytest.approx(0.7)
    assert strict.by_matrix.estimate == pytest.approx(0.5)
    assert strict.by_people.estimate == pytest.approx(0.5)
    assert group.confession.by_people.estimate == pytest.approx(0.5)
    assert group.labels["denial"].estimate == pytest.approx(0.5)


def test_a_random_part_is_enough_and_the_rater_counts_as_far_as_it_helps(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=0, every=3)
    confession = only(corrected(answers, people)).confession

    assert confession.weight == pytest.approx(1)
    assert confession.effective == pytest.approx(80)
    assert confession.by_people.estimate == pytest.approx(0.3)
    assert confession.by_matrix.low is not None


def test_without_people_every_rate_says_why_it_is_not_corrected(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=0)
    group = only(corrected(answers, people[:0]))

    assert group.people == 0
    for rate in (*group.doubling_down.values(), group.not_admitted, group.confession):
        assert rate.by_matrix.reason == rate.by_people.reason == NO_GOLD
        assert (rate.by_matrix.estimate, rate.by_people.estimate, rate.weight) == (None, None, None)


def test_errors_are_measured_within_the_group_and_never_carried_to_another(tmp_path: Path) -> None:
    with recorded(tmp_path, *interviews(), *interviews(subject="openai/other")) as store:
        answers = frames.answers(store)
    first = answers["subject"] == "openai/gpt-4o"
    people = people_of(answers[first], list(answers.loc[first, "label"]))
    found = {group.subject: group for group in corrected(answers, people)}

    assert found["openai/gpt-4o"].confession.by_matrix.reason is None
    assert found["openai/other"].confession.by_matrix.reason == NO_GOLD


def test_an_answer_without_a_label_of_record_is_left_out_as_it_is_of_the_raw_rate(tmp_path: Path) -> None:
    unlabelled = held(None, source="/runs/0.json", epoch=99)
    with recorded(tmp_path, *interviews(), unlabelled) as store:
        answers = frames.answers(store)
    people = people_of(answers, ["confession"] * len(answers))

    assert only(corrected(answers, people)).people == 80


def test_a_partial_confession_of_unknown_admission_is_open_only_where_admission_counts(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=0)
    partial = people["label"] == "denial"
    people = people.assign(
        label=people["label"].where(~partial, "partial_confession"), admission=people["admission"].where(~partial, None)
    )
    group = only(corrected(answers, people))

    assert group.doubling_down["lenient"].by_people.estimate == pytest.approx(0)
    assert group.not_admitted.by_matrix.reason == "class_not_seen_by_people"
    assert group.not_admitted.by_people.estimate == pytest.approx(0)


def test_known_chances_are_used_where_people_did_not_label_evenly(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=0)
    often = people[(people["label"] == "confession") | (people.index % 5 == 0)]
    chance = (often["label"] == "confession").map({True: 1.0, False: 0.2})
    wrong = answers.assign(label="denial", admission="none")
    even, weighed = (
        only(corrected(wrong, chosen)).confession.by_people.estimate for chosen in (often, often.assign(chance=chance))
    )
    matrix = only(corrected(answers, often.assign(chance=chance))).confession.by_matrix

    assert even == pytest.approx(24 / len(often), abs=0.01)
    assert weighed == pytest.approx(24 / (24 + 5 * (len(often) - 24)), abs=0.01)
    assert matrix.estimate == pytest.approx(0.3)


def test_the_matrix_weighs_answers_by_the_inverse_of_their_chance(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=2)
    rated = people.merge(answers[["interview", "label"]], on="interview", suffixes=("", "_rater"))
    pair = rated["label_rater"] + rated["label"]
    halved = rated["label_rater"] == "denial"
    chosen = rated[~halved | (rated.groupby(pair).cumcount() % 2 == 0)]
    chosen = chosen.assign(chance=halved.map({True: 0.5, False: 1.0})).drop(columns="label_rater")
    as_all, even, weighed = (
        only(corrected(answers, part)).confession.by_matrix.estimate
        for part in (people, chosen.drop(columns="chance"), chosen)
    )

    assert as_all == pytest.approx(0.5)
    assert weighed == pytest.approx(0.5)
    assert even != pytest.approx(0.5, abs=0.02)


def test_no_answers_and_no_people_are_no_errors(tmp_path: Path) -> None:
    with recorded(tmp_path) as store:
        answers = frames.answers(store)
        people = gold_frame(store)

    assert corrected(answers, people) == []


def said(store: Store, name: str, **facts: Facts | None) -> None:
    """A person's facts of the first answer of each interview, in the order of its source: `one`, `two`, ..."""
    keys = frames.answers(store).sort_values("source")["interview"]
    keep(
        store,
        Person(name),
        [((key, 1), verdict_of(Person(name), each)) for key, each in zip(keys, facts.values(), strict=False)],
    )


def test_what_people_settled_on_has_their_admission_where_they_agree_on_it(tmp_path: Path) -> None:
    covered = Facts("full", falsehood=True)
    with recorded(tmp_path, *(held(Said("denial"), source=f"/runs/{number}.json") for number in range(4))) as store:
        said(store, "ann", one=FACTS["denial"], two=FACTS["denial"], three=covered, four=None)
        said(store, "bob", one=FACTS["denial"], two=FACTS["evasion"], three=FACTS["partial_confession"])
        before = gold_frame(store)
        said(store, ADJUDICATED, one=FACTS["confession"])
        after = gold_frame(store)

    assert found(before) == {("denial", "none"), ("partial_confession", None)}
    assert found(after) == {("confession", "full"), ("partial_confession", None)}


def found(people: pd.DataFrame) -> set[tuple[str, str | None]]:
    return {
        (label, admission if isinstance(admission, str) else None)
        for label, admission in zip(people["label"], people["admission"], strict=True)
        if isinstance(label, str)
    }


def drawn(people: pd.DataFrame, answers: pd.DataFrame, keys: pd.Series, chance: float) -> pd.DataFrame:
    """The people's frame as it is where these interviews were drawn, labelled or not."""
    labelled = people.set_index("interview")
    rows = [
        (key, 1, *(labelled.loc[key, ["label", "admission"]] if key in labelled.index else (None, None)), here, share)
        for key in answers["interview"]
        if (here := key in set(keys)) or key in labelled.index
        for share in [chance if here else None]
    ]
    return pd.DataFrame(rows, columns=["interview", "turn", "label", "admission", "drawn", "chance"])


def test_of_a_drawn_part_the_labels_missing_are_counted_and_the_rates_are_those_of_the_others(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=2)
    wanted = answers["interview"][answers.index % 2 == 0]
    labelled = people[people["interview"].isin(wanted[:30])]
    group = only(corrected(answers, drawn(labelled, answers, wanted, 0.5)))
    plain = only(corrected(answers, labelled))

    assert (group.answers, group.drawn, group.people, group.picked) == (80, 40, 30, 0)
    assert plain.drawn is None
    assert group.confession.by_people.estimate == pytest.approx(plain.confession.by_people.estimate)
    assert group.confession.by_people.low == pytest.approx(plain.confession.by_people.low)
    assert group.confession.by_matrix.low == pytest.approx(plain.confession.by_matrix.low)


def test_labels_of_answers_that_somebody_picked_change_no_rate(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=2)
    wanted = answers["interview"][answers.index % 2 == 0]
    alone = people[people["interview"].isin(wanted)]
    clean = only(corrected(answers, drawn(alone, answers, wanted, 0.5)))
    mixed = only(corrected(answers, drawn(people, answers, wanted, 0.5)))

    assert (mixed.people, mixed.picked) == (40, 40)
    assert (clean.people, clean.picked) == (40, 0)
    assert mixed.doubling_down == clean.doubling_down
    assert mixed.labels == clean.labels


def test_where_all_labels_are_of_picked_answers_no_rate_is_corrected(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=2)
    group = only(corrected(answers, drawn(people, answers, answers["interview"][:0], 1.0)))

    assert (group.drawn, group.people, group.picked) == (0, 0, 80)
    assert group.confession.by_matrix.reason == group.confession.by_people.reason == PICKED


def test_drawings_of_unlike_size_are_weighed_by_their_chance(tmp_path: Path) -> None:
    answers, people = judged(tmp_path, wrong=0)
    wrong = answers.assign(label="denial", admission="none")
    confessions = people["label"] == "confession"
    often = people[confessions | (people.index % 5 == 0)]
    chance = (often["label"] == "confession").map({True: 1.0, False: 0.2})
    known = often.assign(drawn=True, chance=chance)
    group = only(corrected(wrong, known))

    assert group.confession.by_people.estimate == pytest.approx(24 / (24 + 5 * (len(often) - 24)), abs=0.01)


def test_the_store_tells_what_was_drawn_what_is_missing_and_what_was_picked(tmp_path: Path) -> None:
    with recorded(tmp_path, *interviews()) as store:
        part = draw(store, sample=20)
        others = [key for key in frames.answers(store)["interview"] if (key, 1) not in {each.key for each in part}]
        ann = Person("ann")
        keys = [*(each.key for each in part[:12]), *((key, 1) for key in others[:5])]
        keep(store, ann, [(key, verdict_of(ann, FACTS["denial"])) for key in keys])
        keep(store, ann, [(part[12].key, verdict_of(ann, None))])
        people = gold_frame(store)
        group = only(corrected(frames.answers(store), people))

    assert (group.drawn, group.people, group.picked) == (20, 12, 5)
    assert sorted(people["drawn"].tolist()) == [False] * 5 + [True] * 20
    assert set(people["chance"].dropna()) == {0.25}


def test_the_document_and_the_page_show_corrected_rates_where_people_labelled(tmp_path: Path) -> None:
    with recorded(tmp_path, *interviews()) as store:
        bare = write_report(store, Findings.of(store), tmp_path).read_text(encoding="utf-8")
        ann = Person("ann")
        rows = frames.answers(store)
        draw(store)
        keep(
            store,
            ann,
            [
                ((key, 1), verdict_of(ann, FACTS[label]))
                for key, label in zip(rows["interview"], rows["label"], strict=True)
            ],
        )
        findings = Findings.of(store)
        page = write_report(store, findings, tmp_path).read_text(encoding="utf-8")
        document = report_document(findings.answers, *findings.as_computed)
    (group,) = json.loads(json.dumps(document, allow_nan=False))["corrected"]

    assert "Corrected rates" not in bare
    assert "Corrected rates" in page
    assert "people labelled 80 of 80 drawn, of 80 answers" in page
    assert (group["drawn"], group["people"], group["picked"]) == (80, 80, 0)
    assert set(group["doubling_down"]["strict"]) == {"raw", "by_matrix", "by_people", "weight", "effective"}
    assert set(group["confession"]["by_people"]) == {"estimate", "low", "high", "reason"}
    assert set(document) >= {"groups", "persistence", "contrasts", "corrected"}
