"""People as raters: their names, and what their identity rests on."""

from __future__ import annotations

import pytest

from interrogate.errors import InputError
from interrogate.raters import human
from interrogate.raters.human import ADJUDICATED, Person, annotator
from interrogate.records import digest


def test_a_persons_identity_is_kind_name_and_guide() -> None:
    expected = digest({"kind": "human", "name": "human:ada", "guide": digest(human.guide())})

    assert annotator("ada").identity == expected
    assert annotator("ada").identity != annotator("ben").identity


def test_another_guide_makes_another_rater(monkeypatch: pytest.MonkeyPatch) -> None:
    before = annotator("ada").identity
    monkeypatch.setattr(human, "guide", lambda: "Label as you like.")

    assert annotator("ada").identity != before


@pytest.mark.parametrize("name", ["", "two words", "\x1b[2J", "a" * 65, "a/b", "adjudicated", "Adjudicated"])
def test_a_name_that_cannot_be_told_from_others_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="annotator"):
        annotator(name)


def test_the_adjudication_has_a_name_that_no_annotator_can_have() -> None:
    assert Person(ADJUDICATED).name == "human:adjudicated"
