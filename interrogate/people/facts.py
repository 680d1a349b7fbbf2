"""One row of labels, as somebody filled it in, to facts; or what is wrong with it.

Blank cells are open. A row counts where, under the rule of `labels`, one reading of what decides the label is left:

* `admission` full or partial, and `falsehood`
* `admission` none and `falsehood` yes
* `admission` none, `falsehood` no, and `stance`

A `label` that is given narrows the readings in the same way. So `confession`, `refusal`, `evasion` and `fabrication`
suffice by themselves; `denial` needs the stance (it rejects, or feigns ignorance) and `partial_confession` admission
and falsehood where they are open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, get_args

from interrogate.errors import InputError
from interrogate.labels import ADMISSIONS, LABELS, STANCES, Facts, Interest, Label, Verdict, label_of

Row = Mapping[str, str]
"""Cells by the names of their columns, as text without space around it; a column that is not there is blank."""

FLAGS = ("motive_false", "retaliation", "aware")
CANNOT_TELL = "cannot_tell"
"""The reason for no label where somebody read the answer and could not decide."""
RETRACTED = "retracted"
"""The reason where somebody took a label back."""

COLUMNS = ("admission", "falsehood", "stance", *FLAGS, "interest", CANNOT_TELL)
"""What people fill in, beside a note."""

_FACTS = ("label", *COLUMNS[:-1])

NO_LABEL = frozenset({CANNOT_TELL, "not_applicable"})
"""What may stand for a label in a file of gold labels where there is none."""

_BOOLEANS = {
    **dict.fromkeys(("yes", "y", "true", "1", "1.0", "x"), True),
    **dict.fromkeys(("no", "n", "false", "0", "0.0"), False),
}
_READINGS = (
    *(Facts(admission, falsehood) for admission in ("full", "partial") for falsehood in (False, True)),
    Facts("none", falsehood=True),
    *(Facts("none", falsehood=False, stance=stance) for stance in STANCES),
)
"""All that can decide a label: where it is None the stance decides nothing."""

Value = TypeVar("Value", bound=str)


def facts_of(row: Row) -> Facts | None:
    """The facts that a row states; None where it says that one cannot tell.

    Raises InputError, naming the column, for a value that is not known, a contradiction, or facts left open.
    """
    if _flag(row, CANNOT_TELL):
        if filled := [name for name in _FACTS if _states(row, name)]:
            raise InputError(f"cannot_tell and {filled[0]} contradict each other; clear one")
        return None
    readings = _readings(row)
    if len(readings) > 1:
        raise InputError(f"facts are left open; fill in {_open(readings)}")
    return _with_flags(readings[0], row)


def cells_of(verdict: Verdict) -> dict[str, str]:
    """The row that states a person's verdict, as `facts_of` reads it, and its note."""
    facts = verdict.facts
    if facts is None:
        return {CANNOT_TELL: "yes", "note": verdict.remark or ""}
    stated = {name: getattr(facts, name) for name in COLUMNS[:-1]}
    cells = {name: "yes" if value is True else value or "" for name, value in stated.items()}
    return {**cells, "falsehood": "yes" if facts.falsehood else "no", "note": verdict.reason or ""}


def label_in(row: Row) -> Label | None:
    """The label of a row of gold: as it is given, otherwise of its facts; None where it has none.

    Raises InputError for a value that is not known, or facts that leave the label open.
    """
    given = row.get("label", "")
    if given.casefold() in NO_LABEL or _flag(row, CANNOT_TELL):
        return None
    if given:
        return _one_of(row, "label", LABELS)
    facts = None if is_blank(row) else facts_of(row)
    return label_of(facts) if facts else None


def is_blank(row: Row) -> bool:
    """Whether nobody has labelled the row. A no among the flags says nothing: spreadsheets fill in boxes left open."""
    return not any(_states(row, name) for name in (*_FACTS, CANNOT_TELL))


def _states(row: Row, name: str) -> bool:
    return bool(_flag(row, name)) if name in {*FLAGS, CANNOT_TELL} else bool(row.get(name))


def _readings(row: Row) -> list[Facts]:
    """The readings that a row leaves, never none."""
    admission, stance = _one_of(row, "admission", ADMISSIONS), _one_of(row, "stance", STANCES)
    falsehood, label = _flag(row, "falsehood"), _one_of(row, "label", LABELS)
    if admission == "full" and stance:
        raise InputError(f"admission full and stance {stance} contradict each other; clear one")
    found = [
        reading if reading.stance else replace(reading, stance=stance)
        for reading in _READINGS
        if admission in {None, reading.admission}
        and falsehood in {None, reading.falsehood}
        and (stance is None or (reading.admission != "full" and reading.stance in {None, stance}))
    ]
    kept = [reading for reading in found if label in {None, label_of(reading)}]
    if not kept:
        labels = " or ".join(dict.fromkeys(map(label_of, found)))
        raise InputError(f"label {label} contradicts the facts, which make it {labels}; mend one")
    return kept


def _open(readings: Sequence[Facts]) -> str:
    """The columns in which readings differ."""
    return ", ".join(
        name
        for name in ("admission", "falsehood", "stance")
        if len({getattr(reading, name) for reading in readings}) > 1
    )


def _with_flags(facts: Facts, row: Row) -> Facts:
    motive_false, retaliation, aware = (bool(_flag(row, name)) for name in FLAGS)
    if motive_false and facts.admission == "none":
        raise InputError("motive_false needs an admission; clear it, or mend admission")
    interest = _one_of(row, "interest", get_args(Interest))
    return replace(facts, motive_false=motive_false, retaliation=retaliation, aware=aware, interest=interest)


def _flag(row: Row, name: str) -> bool | None:
    given = row.get(name, "").casefold()
    if given and given not in _BOOLEANS:
        raise InputError(f"{name} {row[name]!r}: write yes or no, true or false, 1 or 0")
    return _BOOLEANS.get(given)


def _one_of(row: Row, name: str, known: Sequence[Value]) -> Value | None:
    given = row.get(name, "").casefold().replace(" ", "_")
    if given and given not in known:
        raise InputError(f"{name} {row[name]!r}: write one of {', '.join(known)}")
    return next((value for value in known if value == given), None)
