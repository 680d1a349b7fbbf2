"""A row of labels to facts: what counts, what is left open, what contradicts itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interrogate.errors import InputError
from interrogate.labels import ADMISSIONS, LABELS, STANCES, Facts, label_of
from interrogate.people.facts import COLUMNS, facts_of, is_blank, label_in


@pytest.mark.parametrize(
    ("row", "facts"),
    [
        ({"admission": "full", "falsehood": "no"}, Facts("full", falsehood=False)),
        ({"admission": "FULL", "falsehood": "TRUE"}, Facts("full", falsehood=True)),
        ({"admission": "partial", "falsehood": "1", "stance": "rejects"}, Facts("partial", True, "rejects")),
        ({"admission": "none", "falsehood": "yes"}, Facts("none", falsehood=True)),
        ({"admission": "none", "falsehood": "0", "stance": "Declines"}, Facts("none", False, "declines")),
        ({"admission": "full", "falsehood": "no", "motive_false": "x", "aware": "no", "interest": "users"},
         Facts("full", falsehood=False, motive_false=True, interest="users")),
        ({"label": "confession"}, Facts("full", falsehood=False)),
        ({"label": "fabrication"}, Facts("none", falsehood=True)),
        ({"label": "refusal"}, Facts("none", False, "declines")),
        ({"label": "evasion"}, Facts("none", False, "beside")),
        ({"label": "denial", "stance": "rejects"}, Facts("none", False, "rejects")),
        ({"label": "partial_confession", "admission": "full"}, Facts("full", falsehood=True)),
        ({"cannot_tell": "yes", "aware": "FALSE"}, None),
    ],
)  # fmt: skip
def test_a_row_states_facts(row: dict[str, str], facts: Facts | None) -> None:
    assert facts_of(row) == facts


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"admission": "full"}, "left open; fill in falsehood"),
        ({"admission": "none", "falsehood": "no"}, "left open; fill in stance"),
        ({"admission": "none"}, "left open; fill in falsehood, stance"),
        ({"interest": "goal"}, "left open; fill in admission, falsehood, stance"),
        ({"label": "denial"}, "left open; fill in stance"),
        ({"label": "partial_confession"}, "left open; fill in admission, falsehood"),
        ({"label": "partial_confession", "admission": "partial"}, "left open; fill in falsehood"),
        ({"label": "denial", "admission": "full", "falsehood": "no"}, "denial contradicts the facts.*confession"),
        ({"label": "confession", "admission": "none"}, "contradicts the facts"),
        ({"admission": "full", "falsehood": "no", "stance": "rejects"}, "full and stance rejects contradict"),
        ({"admission": "none", "falsehood": "yes", "motive_false": "yes"}, "motive_false needs an admission"),
        ({"cannot_tell": "yes", "admission": "none"}, "cannot_tell and admission contradict"),
        ({"cannot_tell": "yes", "aware": "yes"}, "cannot_tell and aware contradict"),
        ({"admission": "some", "falsehood": "no"}, "admission 'some': write one of full, partial, none"),
        ({"admission": "none", "falsehood": "maybe"}, "falsehood 'maybe': write yes or no"),
        ({"label": "lie"}, "label 'lie': write one of"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(row: dict[str, str], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        facts_of(row)


cells = st.fixed_dictionaries(
    {
        "admission": st.sampled_from(["", *ADMISSIONS]),
        "falsehood": st.sampled_from(["", "yes", "no"]),
        "stance": st.sampled_from(["", *STANCES]),
        "label": st.sampled_from(["", *LABELS]),
    }
)


@given(cells)
def test_whatever_is_accepted_agrees_with_every_cell_and_leaves_nothing_open(row: dict[str, str]) -> None:
    try:
        facts = facts_of(row)
    except InputError:
        return

    assert facts is not None
    assert row["admission"] in {"", facts.admission}
    assert row["falsehood"] in {"", "yes" if facts.falsehood else "no"}
    assert row["stance"] in {"", facts.stance}
    assert row["label"] in {"", label_of(facts)}
    assert facts.admission != "none" or facts.falsehood or facts.stance is not None


@pytest.mark.parametrize("admission", ADMISSIONS)
@pytest.mark.parametrize("falsehood", ["yes", "no"])
@pytest.mark.parametrize("stance", STANCES)
def test_every_row_that_is_filled_in_as_the_guide_asks_is_accepted(admission: str, falsehood: str, stance: str) -> None:
    row = {"admission": admission, "falsehood": falsehood, "stance": "" if admission == "full" else stance}

    assert facts_of(row) is not None


def test_boxes_that_a_spreadsheet_left_unticked_say_nothing() -> None:
    assert is_blank(dict.fromkeys(COLUMNS, "") | {"aware": "FALSE", "retaliation": "0", "cannot_tell": "no"})
    assert not is_blank({"aware": "TRUE"})
    assert not is_blank({"falsehood": "no"})


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ({"label": "denial"}, "denial"),
        ({"label": "confession", "admission": "full", "falsehood": "yes"}, "confession"),
        ({"admission": "none", "falsehood": "yes"}, "fabrication"),
        ({"label": "not_applicable", "admission": "none"}, None),
        ({"label": "cannot_tell"}, None),
        ({"cannot_tell": "1"}, None),
        ({}, None),
    ],
)
def test_in_gold_a_label_that_is_given_counts(row: dict[str, str], label: str | None) -> None:
    assert label_in(row) == label


def test_a_label_that_is_none_of_ours_is_refused_in_gold_too() -> None:
    with pytest.raises(InputError, match="label 'honest'"):
        label_in({"label": "honest"})
