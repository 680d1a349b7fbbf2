"""The classifier: its training data, and what it does with them."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import interrogate
from interrogate.adapters import read_paths
from interrogate.annotations import annotate
from interrogate.labels import ADMISSIONS, LABELS, STANCES, Label, label_of
from interrogate.prompts import bundled, read_strategy, render
from interrogate.raters import Exhibit, record_of
from interrogate.raters.classifier import Classifier, Example, examples, shipped
from interrogate.raters.judge import normalised
from interrogate.records import Act, Json, Transcript
from interrogate.simulated.personas import PERSONAS, speak

PHRASEBOOKS = sorted((Path(interrogate.__file__).parent / "simulated" / "phrasebooks").glob("*.yaml"))
SHORTEST = 20
"""Characters of a sentence that cannot be the same by chance."""


# The training data


def texts(value: object) -> Iterator[str]:
    """Every text in a YAML file."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for item in value.values() for text in texts(item))
        case list():
            yield from (text for item in value for text in texts(item))


def sentences(text: str) -> Iterator[str]:
    parts = map(normalised, re.split(r"[.!?\n]+(?:\s|$)|\{summary\}", text))
    return (part for part in parts if len(part) > SHORTEST)


@pytest.mark.parametrize("book", PHRASEBOOKS, ids=lambda book: book.stem)
def test_no_sentence_of_a_phrasebook_is_in_the_training_data(book: Path) -> None:
    spoken = {part for text in texts(yaml.safe_load(book.read_text(encoding="utf-8"))) for part in sentences(text)}
    learned = "\n".join(normalised(example.exhibit.answer) for example in examples())

    assert len(spoken) >= 8
    assert [sentence for sentence in sorted(spoken) if sentence in learned] == []


def test_a_sentence_of_the_training_data_would_be_found_there() -> None:
    first = next(sentence for example in examples() for sentence in sentences(example.exhibit.answer))

    assert first in "\n".join(normalised(example.exhibit.answer) for example in examples())


def test_every_row_of_the_training_data_is_whole_and_has_an_id_of_its_own() -> None:
    learned = examples()

    assert len({example.id for example in learned}) == len(learned) >= 300
    for example in learned:
        shown, facts = example.exhibit, example.facts
        assert all(text.strip() for text in (shown.accusation.kind, shown.accusation.summary, shown.question)), (
            example.id
        )
        assert shown.answer.strip(), example.id
        assert facts.admission in ADMISSIONS, example.id
        assert isinstance(facts.falsehood, bool), example.id
        assert isinstance(facts.motive_false, bool), example.id
        assert isinstance(facts.aware, bool), example.id
        assert facts.stance in (STANCES if facts.admission != "full" else {None}), example.id
        assert facts.admission != "none" or not facts.motive_false, example.id


def test_no_answer_is_there_twice_for_one_question_and_accusation() -> None:
    rows = [(e.exhibit.accusation.summary, e.exhibit.question, normalised(e.exhibit.answer)) for e in examples()]

    assert len(set(rows)) == len(rows)


def test_every_label_is_learned_from_many_examples() -> None:
    learned = [label_of(example.facts) for example in examples()]

    assert all(learned.count(label) >= 20 for label in LABELS)


# What it does


@cache
def few() -> tuple[Example, ...]:
    """Enough to learn from in a moment."""
    return tuple(islice(examples(), 0, None, 20))


SHOWN = [example.exhibit for example in examples()[1::20]]


def test_the_same_data_give_the_same_verdicts() -> None:
    first, second = Classifier(few()), Classifier(few())

    assert first.identity == second.identity
    assert first.verdicts(SHOWN) == second.verdicts(SHOWN)


def test_who_it_is_changes_with_what_it_learned() -> None:
    example = few()[0]
    changed = [
        replace(example, facts=replace(example.facts, admission="partial", stance="beside")),
        replace(example, exhibit=replace(example.exhibit, answer="Another answer.")),
        replace(example, exhibit=replace(example.exhibit, question="Another question?")),
        replace(example, exhibit=replace(example.exhibit, accusation=Act("kind", "Another accusation."))),
    ]
    identities = {Classifier((each, *few()[1:])).identity for each in (example, *changed)}

    assert len(identities) == 1 + len(changed)
    assert Classifier(few()[1:]).identity not in identities


def test_a_verdict_hangs_on_its_exhibit_and_not_on_those_beside_it() -> None:
    alone = [shipped().verdicts([exhibit])[0] for exhibit in SHOWN[:10]]

    assert alone == shipped().verdicts(SHOWN)[:10]
    assert asyncio.run(shipped().rate(SHOWN[0])) == alone[0]
    assert shipped().verdicts([]) == []


def test_every_verdict_has_facts_a_probability_and_the_label_that_follows() -> None:
    for verdict in shipped().verdicts(SHOWN):
        assert verdict.rater == shipped().identity
        assert verdict.facts is not None
        assert verdict.label == label_of(verdict.facts)
        assert verdict.confidence is not None
        assert 0 < verdict.confidence <= 1
        assert verdict.reason is None


def test_below_its_threshold_it_gives_no_label_and_says_so() -> None:
    bold = Classifier(few())
    chances = [float(verdict.confidence or 0) for verdict in bold.verdicts(SHOWN)]
    threshold = (min(chances) + max(chances)) / 2
    careful = Classifier(few(), threshold=threshold)
    for sure, unsure, chance in zip(bold.verdicts(SHOWN), careful.verdicts(SHOWN), chances, strict=True):
        assert unsure.confidence == chance
        assert unsure.facts == (sure.facts if chance >= threshold else None)
        assert (unsure.reason is None) == (unsure.facts is not None)

    assert {verdict.facts is None for verdict in careful.verdicts(SHOWN)} == {True, False}
    assert careful.identity != bold.identity


def test_its_probabilities_are_those_with_which_it_is_right_on_files_held_out() -> None:
    pairs = zip(shipped().learned.held_out, examples(), strict=True)
    rows = [(chance, label_of(facts) == label_of(example.facts)) for (facts, chance), example in pairs]
    surer = [right for chance, right in rows if chance >= 0.8]
    less_sure = [right for chance, right in rows if chance < 0.6]

    assert np.mean([chance for chance, _ in rows]) == pytest.approx(np.mean([right for _, right in rows]), abs=0.02)
    assert np.mean(surer) > 0.8
    assert np.mean(less_sure) < 0.6


@pytest.mark.parametrize("answer", ["", " ", "No.", "…", "\ud800", "é" * 5000, "{{ x }} <b>", "0" * 500])
def test_no_answer_is_too_odd_to_be_labelled(answer: str) -> None:
    exhibit = Exhibit(Act("kind", answer or "Did it."), answer, ((answer, answer),), answer, answer)

    assert shipped().verdicts([exhibit])[0].label in LABELS


def test_a_confession_is_one_to_its_own_accusation_more_often_than_to_another() -> None:
    chance = random.Random(1)  # noqa: S311
    confessions = [example.exhibit for example in examples() if label_of(example.facts) == "confession"]
    accusations = sorted({example.exhibit.accusation for example in examples()}, key=lambda act: act.summary)
    swapped = [
        replace(shown, accusation=chance.choice([act for act in accusations if act.kind != shown.accusation.kind]))
        for shown in confessions
    ]
    own, other = shipped().verdicts(confessions), shipped().verdicts(swapped)

    assert sum(verdict.label == "confession" for verdict in own) > sum(
        verdict.label == "confession" for verdict in other
    )
    assert any(one.label != another.label for one, another in zip(own, other, strict=True))


# Against the truth of simulated subjects


@cache
def cases() -> tuple[tuple[Transcript, Act], ...]:
    """The bundled transcripts in which something was done, with what."""
    found = annotate(read_paths([str(bundled("transcripts"))]), [])
    return tuple((each, act) for each in found if isinstance(each, Transcript) for act in each.acts)


def answers(persona: str, *, each: int) -> Iterator[tuple[Exhibit, Label]]:
    """What a persona answers to the ladder's plain questions, with the truth."""
    ladder = read_strategy("ladder")
    rungs = [rung for rung in ladder.rungs if rung.name in {"direct", "closing", "detail"}]
    for transcript, act in cases():
        variables = {"accusation": {"kind": act.kind, "summary": act.summary}, "factors": {}}
        record = record_of(transcript, act)
        for number in range(each):
            rung = rungs[number % len(rungs)]
            stage = {"accuses": True, "discloses": "none", "purpose": rung.purpose}
            of_it = {"interview": transcript.digest, "arm": "covert", "summary": act.summary}
            aside: Json = {"seed": number, "stages": [stage], **of_it}
            said = speak(persona, aside)
            asked = render(rung.question, ladder.templates[rung.question], variables)
            yield Exhibit(act, record, (), asked, said.text), said.label


def labelled(personas: Sequence[str], *, each: int) -> tuple[list[str], list[str]]:
    """The truth, and what the classifier says."""
    spoken = [answer for persona in personas for answer in answers(persona, each=each)]
    return [label for _, label in spoken], [str(v.label) for v in shipped().verdicts([shown for shown, _ in spoken])]


def macro_f1(truth: Sequence[Any], found: Sequence[Any]) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(truth, found, labels=sorted(set(truth)), average="macro", zero_division=0.0))


def test_candid_and_stonewalling_subjects_are_told_apart_better_than_by_chance() -> None:
    truth, found = labelled(["candid", "stonewaller"], each=6)
    generator = np.random.default_rng(1)
    by_chance = [macro_f1(truth, generator.permutation(found).tolist()) for _ in range(50)]

    assert {"confession", "denial"} <= set(truth)
    assert macro_f1(truth, found) > max(by_chance)


def test_the_confusion_with_the_truth_of_simulated_subjects_is_printed() -> None:
    from sklearn.metrics import confusion_matrix

    truth, found = labelled([name for name in PERSONAS if name != "innocent"], each=6)
    matrix = confusion_matrix(truth, found, labels=LABELS)
    lines = [
        "truth \\ label".ljust(20) + "".join(label[:9].rjust(11) for label in LABELS),
        *(label.ljust(20) + "".join(f"{n:11}" for n in row) for label, row in zip(LABELS, matrix, strict=True)),
        f"macro-F1 {macro_f1(truth, found):.2f} over {len(truth)} answers",
    ]
    print("", *lines, sep="\n")

    assert matrix.sum() == len(truth) == len(found)
    assert macro_f1(truth, found) > 1 / len(set(truth))
