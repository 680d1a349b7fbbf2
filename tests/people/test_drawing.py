"""What was drawn for people is kept: how likely each answer was to be drawn, and what nobody drew."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import held, recorded

from interrogate.people import answers
from interrogate.people.drawing import chances, draw, drawings
from interrogate.people.gold import keep, verdict_of
from interrogate.raters.human import Person
from interrogate.store import Store

ADA = Person("ada")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Twelve transcripts with two answers each."""
    return recorded(tmp_path, *(held("denial", "confession", source=f"/runs/{n}.json") for n in range(12)))


def in_split(store: Store, split: str) -> int:
    return sum(answer.split == split for answer in answers(store))


def test_a_sample_is_kept_once_with_what_it_was_drawn_from(store: Store) -> None:
    found = draw(store, split="dev", sample=3, seed=7, annotator=ADA)
    again = draw(store, split="dev", sample=3, seed=7, annotator=Person("ben"))
    (kept,) = drawings(store)

    assert kept.drawn == {answer.key for answer in found} == {answer.key for answer in again}
    assert (kept.seed, len(kept.pool)) == (7, in_split(store, "dev"))
    assert {answer.split for answer in found} == {"dev"}


def test_what_an_annotator_has_labelled_is_drawn_and_not_given_out_again(store: Store) -> None:
    first, *rest = draw(store, sample=5, annotator=ADA)
    keep(store, ADA, [(first.key, verdict_of(ADA, None))])

    assert list(draw(store, sample=5, annotator=ADA)) == rest
    assert len(chances(store)) == 5
    assert len(drawings(store)) == 1


def test_the_chance_is_the_share_that_was_drawn(store: Store) -> None:
    found = draw(store, sample=6)

    assert chances(store) == {answer.key: pytest.approx(6 / 24) for answer in found}


def test_drawings_with_one_seed_hold_each_other_and_with_another_seed_are_independent(store: Store) -> None:
    draw(store, sample=6, seed=1)
    draw(store, sample=12, seed=1)
    one_seed = chances(store)
    draw(store, sample=6, seed=2)

    assert len(one_seed) == 12
    assert set(one_seed.values()) == {0.5}
    assert set(chances(store).values()) == {1 - 0.5 * 0.75}


def test_a_drawing_from_one_split_gives_the_other_no_chance(store: Store) -> None:
    draw(store, split="test", sample=4, seed=1)
    draw(store, split="dev", sample=2, seed=2)
    by_key = chances(store)
    split_of = {answer.key: answer.split for answer in answers(store)}
    expected = {"test": 4 / in_split(store, "test"), "dev": 2 / in_split(store, "dev")}

    assert len(by_key) == 6
    assert by_key == {key: pytest.approx(expected[split_of[key]]) for key in by_key}


def test_of_the_headline_answers_alone_each_thread_gives_its_first(store: Store) -> None:
    draw(store, headline=True, sample=6, seed=1)
    draw(store, sample=6, seed=2)
    (kept,) = (each for each in drawings(store) if each.seed == 1)
    by_key = chances(store)

    assert len(kept.pool) == 12
    assert {turn for _, turn in kept.drawn} == {1}
    assert {by_key[key] for key in by_key if key[1] == 1} == {1 - 0.5 * 0.75}
    assert {by_key[key] for key in by_key if key[1] == 2} == {0.25}


def test_a_drawing_gives_no_chance_to_answers_that_came_after_it(tmp_path: Path) -> None:
    with recorded(tmp_path, *(held("denial", source=f"/runs/{n}.json") for n in range(4))) as before:
        first = {answer.key for answer in draw(before, sample=3)}
    with recorded(tmp_path, *(held("denial", source=f"/runs/{n}.json") for n in range(4, 20))) as after:
        later = {answer.key for answer in draw(after, sample=10)} - first
        by_key = chances(after)
        old = {answer.key for answer in answers(after)} & drawings(after)[0].pool & drawings(after)[1].pool

    assert len(old) == 4
    assert {by_key[key] for key in later - old} == {0.5}
    assert {by_key[key] for key in first} == {0.75}


def test_without_a_size_all_answers_are_drawn(store: Store) -> None:
    assert len(draw(store)) == 24
    assert set(chances(store).values()) == {1.0}


def test_where_nothing_was_drawn_there_are_no_chances(tmp_path: Path) -> None:
    with recorded(tmp_path / "empty") as store:
        assert draw(store) == ()
        assert drawings(store) == []
        assert chances(store) == {}
