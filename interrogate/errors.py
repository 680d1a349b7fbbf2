"""Everything that can go wrong in the world, as opposed to in our code.

* InterrogateError
  x InputError            a file, option or value from outside that cannot be used
    + TranscriptError     a transcript that cannot be read, or not honestly restored
    + PromptError         a strategy, question or rubric that cannot be used
    + ChoicesError        a campaign begun with other choices
  x MissingExtraError     a reader or server that an extra brings is not installed
  x ModelError            a model gave no usable response; `reason` says why, in one word
  x StoreError            the campaign's store cannot be opened or is newer than this program

Each message says what is wrong, where, and what to do. They are caught in four places: where a file is read,
where an interview runs, where a rater runs, and at the command line. Anything else is a bug and surfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pydantic import ValidationError

Fault = Literal[
    "bad_request",
    "budget_spent",
    "content_filter",
    "context_overflow",
    "rate_limited",
    "refused_key",
    "timeout",
    "unavailable",
    "unknown_model",
    "unreadable",
]
"""Why a model gave nothing usable. Recorded and counted, never turned into a label."""


class InterrogateError(Exception):
    """Base of all errors that a user can mend."""


class InputError(InterrogateError):
    """Something from outside cannot be used."""


class TranscriptError(InputError):
    """A transcript cannot be read, or cannot be restored honestly."""


class PromptError(InputError):
    """A strategy, question or rubric cannot be used."""


class ChoicesError(InputError):
    """The campaign was begun with other choices."""


class MissingExtraError(InterrogateError):
    """An optional part is needed and not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}'; install it with: pip install 'interrogate-llm[{extra}]'")


class ModelError(InterrogateError):
    """A model gave no usable response."""

    def __init__(self, reason: Fault, message: str) -> None:
        super().__init__(message)
        self.reason: Fault = reason


class StoreError(InterrogateError):
    """The campaign's store cannot be used."""


MOST_FAULTS = 5


def faults_of(error: ValidationError, of: str = "") -> str:
    """What is wrong, and where, in one line and without the values: there may be a key among them.

    `of` is the word for what the places are counted in, as in "entry ".
    """
    faults = error.errors()
    places = ((".".join(map(str, fault["loc"])), fault["msg"]) for fault in faults[:MOST_FAULTS])
    listed = "; ".join(f"{of}{place}: {message}" if place else message for place, message in places)
    return f"{listed}; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else listed
