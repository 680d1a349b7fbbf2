"""Judges asked by batch file in place of live: requests out, results in, by the same way to the same labels.

A judge labels as it always does, but its calls go to a file of results. What that holds, the ledger commits; what it
does not hold is written as a request. So a reply that cannot be read is asked for once more in the next batch, with the
fault shown, and an error becomes the reason that there is no label.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import ValidationError

from interrogate.chat import SIMULATED, Chat, Reply, Request
from interrogate.chat.batch import Result, line_of, reply_of
from interrogate.errors import InputError, faults_of
from interrogate.labels import Verdict
from interrogate.ledger import Ledger, Tally
from interrogate.lines import numbered_lines
from interrogate.raters import Exhibit, verdict_of
from interrogate.raters.judge import Judge, judge_of
from interrogate.rating import keep_rater, owed, verdict_row
from interrogate.records import Json, digest
from interrogate.store import Store, open_directory, verdicts

Results = Mapping[str, Result]
"""Results by the name of what they answer: interview, turn, rater, draw, and which call about it."""


class AwaitedError(Exception):
    """The file of results does not answer a request. Not an error of the user's: never leaves this module."""

    def __init__(self, name: str, request: Request) -> None:
        super().__init__(name)
        self.line = line_of(name, request)


class Post(Chat):
    """Answers a judge's requests about one exhibit from a file of results. Raises AwaitedError where it holds none."""

    def __init__(self, results: Results, key: str) -> None:
        super().__init__()
        self._results = results
        self._key = key

    async def complete(self, request: Request) -> Reply:
        name = f"{self._key}-{len(request.messages) // 2}"
        if name not in self._results:
            raise AwaitedError(name, request)
        return reply_of(self._results[name], request.model)


@dataclass(slots=True)
class Exchange:
    """What came of results, and what is still to be asked."""

    labelled: int = 0
    failed: int = 0
    """Answers that have no label now, for a reason that the results gave."""
    lines: dict[str, Json] = field(default_factory=dict)
    """Requests by name."""

    def settled(self, verdict: Verdict) -> None:
        self.labelled += verdict.facts is not None
        self.failed += verdict.facts is None

    def awaits(self, error: AwaitedError) -> None:
        self.lines[error.line["custom_id"]] = error.line

    def text(self) -> str:
        """The requests as a batch file."""
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines.values())


def results_of(files: Iterable[Path]) -> Results:
    """The results in the files, whose lines may stand in any order.

    Raises InputError, naming the line, where one is not a result.
    """
    return {result.custom_id: result for file in files for result in _results(file)}


def _results(file: Path) -> Iterator[Result]:
    for number, line in numbered_lines(file):
        try:
            yield Result.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"{file}:{number}: not a line of batch results ({faults_of(error)})") from error


def judges_of(
    names: Sequence[str], parameters: Json, *, draws: int = 1, rubric: Path | None = None
) -> tuple[Judge, ...]:
    """The judges of these names.

    Raises InputError where one is no model that a batch can ask.
    """
    if unfit := [name for name in names if name == "classifier" or name.startswith(SIMULATED)]:
        raise InputError(f"{', '.join(unfit)}: nobody to send a batch to; name a model with --rater")
    return tuple(judge_of(name, parameters, draws=draws, rubric=rubric) for name in names)


async def exchange(directory: Path, judges: Sequence[Judge], results: Results, *, draws: int = 1) -> Exchange:
    """Labels a campaign's answers by the results, and gives the requests for those that are owed still.

    Raises StoreError where the directory holds no campaign, InputError where none of the results is of these judges.
    """
    _check(results, judges)
    done = Exchange()
    with open_directory(directory) as store:
        for judge in judges:
            await keep_rater(store, judge)
            await _exchange(store, judge, results, draws, done)
    return done


async def _exchange(store: Store, judge: Judge, results: Results, draws: int, done: Exchange) -> None:
    for item in owed(store, judge, draws):
        post = Post(results, f"{item.interview}-{item.turn}-{judge.identity}-{item.draw}")
        ledger = Ledger(store, post, Tally(), item.interview)
        try:
            verdict = await verdict_of(judge, item.exhibit, ledger, item.turn, item.truth, item.draw)
        except AwaitedError as error:
            done.awaits(error)
        else:
            await store.replace(verdicts, verdict_row(item.interview, item.turn, verdict))
            done.settled(verdict)


async def exchange_recorded(
    judge: Judge, exhibits: Sequence[Exhibit], results: Results
) -> tuple[list[Verdict], Exchange]:
    """The verdicts on recorded answers, without facts and with the reason `not_rated` where they are owed still."""
    _check(results, [judge])
    done, found = Exchange(), []
    for exhibit in exhibits:
        post = Post(results, f"{digest(asdict(exhibit))}-1-{judge.identity}-0")

        async def call(request: Request, _: Json, post: Post = post) -> Reply:
            return await post.complete(request)

        try:
            verdict = await judge.rate(exhibit, call)
        except AwaitedError as error:
            verdict = Verdict(judge.identity, None, reason="not_rated")
            done.awaits(error)
        else:
            done.settled(verdict)
        found.append(verdict)
    return found, done


def _check(results: Results, judges: Sequence[Judge]) -> None:
    """Results of another rubric, model or version are of another rater."""
    if results and not any(f"-{judge.identity}-" in name for judge in judges for name in results):
        names = ", ".join(judge.name for judge in judges)
        raise InputError(
            f"none of the {len(results)} results is of {names} as it is now; "
            "give the --rater and -M that the batch was written with, and use the version that wrote it"
        )
