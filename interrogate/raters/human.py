"""A person who labels answers by the guide that is shipped for people; and what several people settled together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from interrogate.errors import InputError
from interrogate.prompts import bundled, read_text
from interrogate.records import Json, digest

PREFIX = "human:"
ADJUDICATED = "adjudicated"
"""Instead of a name: the decision on answers about which labels differed."""

_NAME = re.compile(r"[\w.@+-]{1,64}")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who labels answers. Another guide makes another rater of the same person.

    Raises InputError for a name that cannot be told from others when it is printed.
    """

    annotator: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.annotator):
            raise InputError(
                f"annotator {self.annotator!r}: take up to 64 letters, digits and . _ @ + -, without spaces"
            )

    @property
    def name(self) -> str:
        return PREFIX + self.annotator

    @property
    def description(self) -> Json:
        """Everything that shapes their verdicts, as far as it can be known."""
        return {"kind": "human", "name": self.name, "guide": digest(guide())}

    @property
    def identity(self) -> str:
        return digest(self.description)


def annotator(name: str) -> Person:
    """The person of a name that somebody gave.

    Raises InputError for a name that cannot be used, or that stands for the adjudication.
    """
    if name.casefold() == ADJUDICATED:
        raise InputError(f"annotator {name}: this name stands for the adjudication; give the person's own")
    return Person(name)


def guide() -> str:
    """What people read before they label: Markdown."""
    return read_text(bundled("prompts") / "rubrics" / "people.md")
