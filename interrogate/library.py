"""The same from Python: run a campaign, load one, label answers; in a script, or in a notebook's running loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from interrogate.chat import Chat, Reply, Request
from interrogate.errors import InputError, faults_of
from interrogate.labels import Facts, Verdict
from interrogate.raters import Exhibit, Rater
from interrogate.rating import rater_of, verdicts_on
from interrogate.records import Act, Json
from interrogate.spec import Spec
from interrogate.store import Store, open_directory

if TYPE_CHECKING:
    import pandas as pd

    from interrogate.batches import Exchange, Results
    from interrogate.campaign import Summary
    from interrogate.rating import Observe

Result = TypeVar("Result")


def blocking(work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of asynchronous work; where a loop is running already, as in Jupyter, from a thread of its own.

    An interrupt stops the work in either case.
    """

    begun: Future[asyncio.Task[Any]] = Future()
    ended = Event()

    async def whole() -> Result:
        begun.set_result(cast("asyncio.Task[Any]", asyncio.current_task()))
        try:
            return await work()
        finally:
            ended.set()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(whole())
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(asyncio.run, whole()).result()
        except KeyboardInterrupt:
            _stop(begun, ended)
            raise


def _stop(begun: Future[asyncio.Task[Any]], ended: Event) -> None:
    """Cancels work in another thread and lets it tidy up. An interrupt may come before the work has begun."""
    with suppress(TimeoutError):
        task = begun.result(timeout=1)
        task.get_loop().call_soon_threadsafe(task.cancel)
        ended.wait()


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign that was begun, and its results as frames."""

    directory: Path

    def _read(self, frame: Callable[[Store], Result]) -> Result:
        with open_directory(self.directory) as store:
            return frame(store)

    @property
    def summary(self) -> Summary:
        """How it stands."""
        from interrogate.campaign import summary

        return self._read(lambda store: summary(store, self.directory))

    @property
    def answers(self) -> pd.DataFrame:
        """One row an answer, with the label of record."""
        from interrogate import frames

        return self._read(frames.answers)

    @property
    def verdicts(self) -> pd.DataFrame:
        """One row an answer and rater."""
        from interrogate import frames

        return self._read(frames.verdicts)

    @property
    def interviews(self) -> pd.DataFrame:
        """One row an interview."""
        from interrogate import frames

        return self._read(frames.interviews)

    @property
    def calls(self) -> pd.DataFrame:
        """One row a call to a model."""
        from interrogate import frames

        return self._read(frames.calls)

    @property
    def rates(self) -> pd.DataFrame:
        """One row a group: the quantities of the report."""
        from interrogate.quantities import groups

        return _table(groups(self.answers))

    @property
    def persistence(self) -> pd.DataFrame:
        """One row a group and turn: the persistence curves."""
        from interrogate.quantities import curves

        return _table(curves(self.answers))

    def report(self) -> Json:
        """The document of `interrogate report --json`."""
        from interrogate.amplifying import amplified
        from interrogate.cascading import report_document
        from interrogate.correcting import gold_frame
        from interrogate.fitting import corrections
        from interrogate.frames import answers

        def document(store: Store) -> Json:
            rows = answers(store)
            return report_document(rows, corrections(store, rows, gold_frame(store)), amplified(store))

        return self._read(document)


def _table(records: Sequence[Any]) -> pd.DataFrame:
    from dataclasses import asdict

    import pandas as pd

    return pd.json_normalize([asdict(record) for record in records])


def load(directory: str | Path) -> Campaign:
    """The campaign in a directory.

    Raises StoreError where there is none, or it is newer than this program.
    """
    with open_directory(Path(directory)):
        return Campaign(Path(directory))


def run(spec: Spec | Json | None = None, *, observe: Observe | None = None, **options: Any) -> Campaign:
    """Holds what is owed of a campaign, and gives it. Options are the keys of `Spec`.

    Raises InputError where the spec cannot be used, ChoicesError where its directory was begun with others.
    """
    from interrogate import campaign

    settled = spec_of(spec, options)
    blocking(lambda: campaign.run(settled, observe or campaign.unobserved))
    return Campaign(settled.directory)


def spec_of(spec: Spec | Json | None, options: Json) -> Spec:
    """A spec from a spec or its keys, and keys that override it.

    Raises InputError, naming the key, for one that is not known or has a value that cannot be.
    """
    given = spec.model_dump(exclude_unset=True) if isinstance(spec, Spec) else dict(spec or {})
    try:
        return Spec.model_validate({**given, **options})
    except ValidationError as error:
        raise InputError(f"{faults_of(error)}; keys are {', '.join(Spec.model_fields)}") from error


class Recorded(BaseModel):
    """A recorded answer to be labelled."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str
    question: str
    answer: str
    facts: str
    """What is true: the act."""
    record: str = ""
    """An excerpt of what the model did, where it is at hand."""
    earlier: tuple[tuple[str, str], ...] = ()
    """Questions and answers that came before, oldest first."""

    def exhibit(self) -> Exhibit:
        return Exhibit(Act("", self.facts), self.record, self.earlier, self.question, self.answer)


def label(
    answers: Iterable[Json],
    *,
    rater: str = "classifier",
    parameters: Json | None = None,
    rubric: Path | None = None,
    threshold: float = 0.0,
    max_connections: int = 10,
) -> list[Json]:
    """Labels recorded answers, no campaign needed: rows of `id`, `question`, `answer`, `facts` to rows of labels.

    A row may have a `record` besides, and `earlier`, a list of [question, answer]. Each row of labels has `id`,
    `label`, the facts (`admission`, `falsehood`, `stance` and the flags), `confidence`, `rater` and its `identity`,
    `reason`, and the `quotes` that a judge gave. Label and facts are None, with the reason, where the rater gave none;
    the classifier gives none below the `threshold`, a probability. Nothing is kept: to resume, label a campaign.
    Raises InputError, naming the row, where one lacks a field.
    """
    rows = [_recorded(row, number) for number, row in enumerate(answers, start=1)]
    exhibits = [row.exhibit() for row in rows if row.answer.strip()]
    chosen = rater_of(rater, parameters, rubric=rubric, threshold=threshold)
    verdicts = blocking(lambda: _verdicts(chosen, exhibits, max_connections))
    return list(_labelled(rows, iter(verdicts), chosen))


def label_by_batch(
    answers: Iterable[Json],
    results: Results,
    *,
    rater: str,
    parameters: Json | None = None,
    rubric: Path | None = None,
) -> tuple[list[Json], Exchange]:
    """The same by batch file: the rows of labels as far as the results go, and the requests for the rest.

    A row that is owed still has no label, and the reason `not_rated`.
    Raises InputError as `label` does, and where the results are of another rater.
    """
    from interrogate.batches import exchange_recorded, judges_of

    rows = [_recorded(row, number) for number, row in enumerate(answers, start=1)]
    (judge,) = judges_of([rater], parameters or {}, rubric=rubric)
    exhibits = [row.exhibit() for row in rows if row.answer.strip()]
    verdicts, exchange = blocking(lambda: exchange_recorded(judge, exhibits, results))
    return list(_labelled(rows, iter(verdicts), judge)), exchange


def _recorded(row: Json, number: int) -> Recorded:
    try:
        return Recorded.model_validate(row)
    except ValidationError as error:
        raise InputError(f"answer {number}: {faults_of(error)}; needs id, question, answer, facts") from error


async def _verdicts(rater: Rater, exhibits: Sequence[Exhibit], max_connections: int) -> list[Verdict]:
    from interrogate.campaign import serving_local

    with serving_local([rater.name]) as endpoints:
        chat = Chat(max_connections=max_connections, endpoints=endpoints)

        async def call(request: Request, _: Json) -> Reply:
            return await chat.complete(request)

        return await verdicts_on(rater, exhibits, call)


def _labelled(rows: Sequence[Recorded], verdicts: Iterator[Verdict], rater: Rater) -> Iterator[Json]:
    for row in rows:
        verdict = next(verdicts) if row.answer.strip() else Verdict(rater.identity, None, reason="empty")
        yield {
            "id": row.id,
            "label": verdict.label,
            **{field.name: getattr(verdict.facts, field.name, None) for field in fields(Facts)},
            "confidence": verdict.confidence,
            "rater": rater.name,
            "identity": verdict.rater,
            "reason": verdict.reason,
            "quotes": [asdict(quote) for quote in verdict.quotes],
        }
