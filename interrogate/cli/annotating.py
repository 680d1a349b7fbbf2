"""Labelling in the terminal: one answer at a time, each kept at once, left off at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from interrogate.labels import Facts, label_of

if TYPE_CHECKING:
    from interrogate.people import Answer, Key

ADMISSION = {"f": "full", "p": "partial", "n": "none"}
FALSEHOOD = {"y": "yes", "n": "no"}
STANCE = {"r": "rejects", "i": "feigns_ignorance", "d": "declines", "b": "beside"}
FLAGS = {"m": "motive_false", "r": "retaliation", "t": "aware"}
INTEREST = {"g": "goal", "c": "company", "u": "users", "i": "itself", "o": "other"}

COMMANDS = {
    "q": "leaves, and what was labelled is kept",
    "s": "skips",
    "?": "cannot tell",
    "z": "begins this answer again",
}


class _Command(Exception):  # noqa: N818
    """Something else than a value was typed; it is worth the same at every question."""

    def __init__(self, key: str) -> None:
        super().__init__(COMMANDS[key])
        self.key = key


def session(
    found: Sequence[Answer],
    keep: Callable[[Key, Facts | None], None],
    remarks: Mapping[str, Iterable[str]] | None = None,
) -> int:
    """Shows the answers one by one and keeps what is said of each; gives how many were labelled.

    `remarks` are lines shown below an answer, by its id. Ends when the person leaves or the input ends.
    """
    commands = ", ".join(f"{key} {meaning}" for key, meaning in COMMANDS.items())
    click.echo(f"{len(found)} answers to label. At every question: {commands}.")
    labelled = 0
    for number, answer in enumerate(found, start=1):
        _show(answer, f"{number} of {len(found)}", (remarks or {}).get(answer.id, ()))
        try:
            keep(answer.key, _asked())
        except click.Abort:
            break
        except _Command as given:
            if given.key == "q":
                break
            continue
        labelled += 1
    return labelled


def _show(answer: Answer, place: str, remarks: Iterable[str]) -> None:
    from interrogate.people.sheets import shown_row

    row = shown_row(answer)
    _part(f"{place} · accusation", row["accusation"])
    _part("record: what the agent did (an excerpt)", row["record"] or "(none at hand)")
    if row["earlier"]:
        _part("earlier turns: for understanding only, not to be labelled", row["earlier"])
    _part("question", row["question"])
    _part("ANSWER TO LABEL", row["answer"])
    for remark in remarks:
        click.echo(remark)


def _part(title: str, text: str) -> None:
    from interrogate.checking import printable

    click.echo(click.style(f"\n--- {title} ---", bold=True))
    click.echo(printable(text.replace("\r\n", "\n")))


def _asked() -> Facts | None:
    """The facts of one answer as typed in; None where one cannot tell. Raises _Command to leave or skip it."""
    while True:
        try:
            facts = _facts()
        except _Command as given:
            if given.key == "z":
                continue
            if given.key == "?":
                return None
            raise
        click.echo(f"→ {label_of(facts)}")
        return facts


def _facts() -> Facts:
    click.echo()
    admission, falsehood = _one("admission", ADMISSION), _one("falsehood", FALSEHOOD) == "yes"
    stance = _one("stance", STANCE) if admission == "none" and not falsehood else None
    flags = _several("flags", FLAGS if admission != "none" else {k: v for k, v in FLAGS.items() if v != "motive_false"})
    interest = _one("interest named", INTEREST, optional=True)
    return Facts(admission, falsehood, stance, **dict.fromkeys(flags, True), interest=interest)


def _one(title: str, known: Mapping[str, str], *, optional: bool = False) -> Any:
    """One of the values, by its letter; None where it may be left out."""
    while True:
        typed = _typed(title, known, optional=optional)
        if typed in known or (optional and not typed):
            return known.get(typed)
        click.echo(f"  {typed!r}: type one of {' '.join(known)}")


def _several(title: str, known: Mapping[str, str]) -> list[str]:
    while True:
        typed = _typed(title, known, optional=True).replace(" ", "").replace(",", "")
        if set(typed) <= set(known):
            return [known[letter] for letter in dict.fromkeys(typed)]
        click.echo(f"  {typed!r}: type any of {' '.join(known)}")


def _typed(title: str, known: Mapping[str, str], *, optional: bool) -> str:
    """What was typed. Raises _Command where it is one."""
    listed = "  ".join(f"{letter} {name}" for letter, name in known.items())
    hint = "  (Enter for none)" if optional else ""
    typed: str = click.prompt(f"{title}: {listed}{hint}", default="", show_default=False, prompt_suffix=" > ")
    if (typed := typed.strip().casefold()) in COMMANDS:
        raise _Command(typed)
    return typed
