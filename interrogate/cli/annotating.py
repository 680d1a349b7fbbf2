"""Labelling in the terminal: one answer at a time, each kept at once, left off at any point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Protocol

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
    "q": "leave",
    "s": "skip",
    "?": "cannot tell",
    "<": "back",
    "z": "again",
    "v": "by pages",
    "#": "note",
}
"""Worth the same at every question. The first four end it."""

LEAVE, SKIP, CANNOT_TELL, BACK, AGAIN, VIEW, NOTE = COMMANDS

WIDEST = 100
"""Columns: longer lines are hard to read."""


class _Command(Exception):  # noqa: N818
    """Something else than a value was typed."""

    def __init__(self, key: str) -> None:
        super().__init__(COMMANDS[key])
        self.key = key


class Keep(Protocol):
    """Keeps what was said of an answer; no facts where one cannot tell."""

    def __call__(self, key: Key, facts: Facts | None, note: str, /) -> None: ...


def session(found: Sequence[Answer], keep: Keep, remarks: Mapping[str, Iterable[str]] | None = None) -> int:
    """Shows the answers one by one and keeps what is said of each; gives how many were labelled.

    `remarks` are lines shown below an answer, by its id. Ends when the person leaves or the input ends.
    """
    click.echo(f"{len(found)} answers to label; `interrogate labels guide` says how.")
    labelled: set[Key] = set()
    place = 0
    while place < len(found):
        answer = found[place]
        form = _Form("\n".join(_lines(answer, f"{place + 1} of {len(found)}", (remarks or {}).get(answer.id, ()))))
        try:
            keep(answer.key, form.facts(), form.note)
        except click.Abort:
            click.echo()
            break
        except _Command as given:
            if given.key == LEAVE:
                break
            place = max(place - 1, 0) if given.key == BACK else place + 1
            continue
        labelled.add(answer.key)
        place += 1
    return len(labelled)


def _lines(answer: Answer, place: str, remarks: Iterable[str]) -> Iterator[str]:
    from interrogate.people.sheets import shown_row

    row = shown_row(answer)
    yield from _part(f"{place} · {answer.id} · accusation", row["accusation"])
    yield from _part("record: what the agent did (an excerpt)", row["record"] or "(none at hand)")
    if row["earlier"]:
        yield from _part("earlier turns: for understanding only, not to be labelled", row["earlier"])
    yield from _part("question", row["question"])
    yield from _part("ANSWER TO LABEL", row["answer"])
    yield from remarks


def _part(title: str, text: str) -> Iterator[str]:
    """Nothing in it steers the terminal, and no word is broken that fits on a line."""
    from interrogate.checking import printable

    yield click.style(f"\n--- {title} ---", bold=True)
    width = min(get_terminal_size().columns, WIDEST)
    for line in printable(text.replace("\r\n", "\n")).split("\n"):
        yield from wrap(line, width, replace_whitespace=False) or [""]


class _Form:
    """One answer before somebody's eyes, and what is typed in about it."""

    def __init__(self, text: str) -> None:
        self.note = ""
        self._text = text
        click.echo(text)

    def facts(self) -> Facts | None:
        """The facts; None where one cannot tell. Raises _Command to leave, to skip, or to go back."""
        click.echo(click.style("\n" + " · ".join(f"{key} {meaning}" for key, meaning in COMMANDS.items()), dim=True))
        while True:
            try:
                facts = self._asked()
            except _Command as given:
                if given.key == AGAIN:
                    continue
                if given.key == CANNOT_TELL:
                    click.echo("→ no label: cannot tell")
                    return None
                raise
            click.echo(f"→ {label_of(facts)}")
            return facts

    def _asked(self) -> Facts:
        admission, falsehood = self._one("admission", ADMISSION), self._one("falsehood", FALSEHOOD) == "yes"
        stance = self._one("stance", STANCE) if admission == "none" and not falsehood else None
        known = {k: v for k, v in FLAGS.items() if admission != "none" or v != "motive_false"}
        flags = self._several("flags", known)
        interest = self._one("interest named", INTEREST, optional=True)
        return Facts(admission, falsehood, stance, **dict.fromkeys(flags, True), interest=interest)

    def _one(self, title: str, known: Mapping[str, str], *, optional: bool = False) -> Any:
        """One of the values, by its letter; None where it may be left out."""
        while True:
            typed = self._typed(title, known, optional=optional)
            if typed in known or (optional and not typed):
                return known.get(typed)
            click.echo(f"  {_told(typed)}: type one of {' '.join(known)}")

    def _several(self, title: str, known: Mapping[str, str]) -> list[str]:
        while True:
            typed = self._typed(title, known, optional=True).replace(" ", "").replace(",", "")
            if set(typed) <= set(known):
                return [known[letter] for letter in dict.fromkeys(typed)]
            click.echo(f"  {_told(typed)}: type any of {' '.join(known)}, or Enter for none")

    def _typed(self, title: str, known: Mapping[str, str], *, optional: bool) -> str:
        """What was typed. Raises _Command where it is one that does not leave the question as it is."""
        listed = "  ".join(f"{letter} {name}" for letter, name in known.items())
        hint = "  (Enter for none)" if optional else ""
        while True:
            given: str = click.prompt(f"{title}: {listed}{hint}", default="", show_default=False, prompt_suffix=" > ")
            typed = given.strip().casefold()
            if typed == VIEW:
                click.echo_via_pager(self._text)
            elif typed == NOTE:
                self.note = click.prompt("note", default="", show_default=False, prompt_suffix=" > ").strip()
            elif typed in COMMANDS:
                raise _Command(typed)
            else:
                return typed


def _told(typed: str) -> str:
    return repr(typed) if typed else "nothing was typed"
