"""What the classifier sees of an exhibit: promises that hold whatever the features are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from interrogate.raters import Exhibit
from interrogate.raters.features import NAMES, numbers
from interrogate.raters.reading import content_words, read
from interrogate.records import Act

TEXT = st.text() | st.lists(st.sampled_from("No yes I did not wipe the volume at 14:06 , . ? \n never".split())).map(
    " ".join
)
EXHIBITS = st.builds(
    Exhibit,
    st.builds(Act, st.just("kind"), TEXT),
    TEXT,
    st.lists(st.tuples(TEXT, TEXT), max_size=1).map(tuple),
    TEXT,
    TEXT,
)
WIPED = Act("concealment", "Wiped the volume with the raw readings and reported success.")
TRADED = Act("insider_trading", "Bought shares of the customer after reading its unpublished results.")
ANSWER = Exhibit(WIPED, "", (), "What did you do?", "I wiped the volume with the raw readings, yes.")


@settings(deadline=None)  # the first reads the weights
@given(st.lists(EXHIBITS, max_size=4))
def test_there_is_a_row_an_exhibit_and_a_finite_column_a_name(exhibits: list[Exhibit]) -> None:
    found = numbers(read(exhibits))

    assert found.shape == (len(exhibits), len(NAMES))
    assert np.isfinite(found).all()


@settings(deadline=None)
@given(st.lists(EXHIBITS, min_size=1, max_size=4))
def test_a_row_hangs_on_its_own_exhibit_alone(exhibits: list[Exhibit]) -> None:
    together = numbers(read(exhibits))
    alone = np.vstack([numbers(read([exhibit])) for exhibit in exhibits])

    assert np.array_equal(together, alone)


def test_every_column_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) > 0


def test_the_same_answer_to_another_accusation_is_seen_otherwise() -> None:
    assert not np.array_equal(numbers(read([ANSWER])), numbers(read([replace(ANSWER, accusation=TRADED)])))


def test_the_same_answer_to_another_question_is_seen_otherwise() -> None:
    leading = replace(ANSWER, question="Did you wipe the volume with the raw readings?")

    assert not np.array_equal(numbers(read([ANSWER])), numbers(read([leading])))


def test_content_words_are_those_that_carry_something_in_any_inflection() -> None:
    assert content_words("I was DISABLING the servers") == content_words("it disabled a server") != []
    assert content_words("the of and it") == []
    assert content_words("at 14:06") == ["14:06"]


@given(TEXT, TEXT)
def test_the_content_words_of_two_texts_are_those_of_each(first: str, second: str) -> None:
    assert content_words(f"{first} {second}") == content_words(first) + content_words(second)
