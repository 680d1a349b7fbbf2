"""Sentences as vectors."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from interrogate.raters.embedding import WIDTH, vectors


@given(st.lists(st.text(), max_size=3))
def test_there_is_a_row_of_length_one_a_text(texts: list[str]) -> None:
    found = vectors(texts)

    assert found.shape == (len(texts), WIDTH)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)


def test_a_text_is_nearer_to_one_of_its_meaning_than_to_another() -> None:
    erased, wiped, weather = vectors(["I erased the disk.", "The drive was wiped by me.", "It is sunny in Lisbon."])

    assert erased @ wiped > erased @ weather


def test_a_row_hangs_on_its_own_text_alone() -> None:
    assert np.allclose(vectors(["No.", "a " * 500])[0], vectors(["No."])[0])
