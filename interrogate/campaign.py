"""A campaign: choices settled once, interviews planned, held, labelled, and taken up again where they stood."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from interrogate import __version__
from interrogate.adapters import Unread
from interrogate.chat import LOCAL, SIMULATED, Chat, Endpoint, has_price
from interrogate.errors import ChoicesError, InputError
from interrogate.executors import Workplace, interview_row
from interrogate.executors.local import execute
from interrogate.interviewers.scripted import Scripted
from interrogate.ledger import Tally
from interrogate.planning import Plan, plan
from interrogate.prompts import read_strategy
from interrogate.raters import Rater
from interrogate.raters.classifier import shipped
from interrogate.raters.judge import Judge, judge_of
from interrogate.rating import TRANSCRIPT, Observe, rate
from interrogate.records import Json, Strategy, Transcript
from interrogate.redaction import without_secrets
from interrogate.restoring import Restoration
from interrogate.sources import Sources
from interrogate.spec import Spec
from interrogate.store import (
    Store,
    bodies,
    calls,
    campaigns,
    directory_campaign,
    interviews,
    now,
    open_directory,
    sqlite_url,
)

LONGEST_SHOWN = 80
"""Characters of a choice that a message shows."""


def unobserved(phase: str, done: int, total: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A spec with everything read that it names."""

    spec: Spec
    transcripts: tuple[Transcript, ...]
    unread: tuple[Unread, ...]
    strategy: Strategy
    judges: tuple[Judge, ...]
    plan: Plan

    @property
    def raters(self) -> tuple[Rater, ...]:
        return (shipped(), *self.judges)

    @property
    def record(self) -> tuple[Rater, ...]:
        """The raters whose labels count."""
        wanted = self.spec.record
        if wanted is None or wanted == "panel":
            return self.judges or (shipped(),)
        found = tuple(rater for rater in self.raters if rater.name == wanted)
        if not found:
            known = ", ".join(["panel", *(rater.name for rater in self.raters)])
            raise InputError(f"--record {wanted}: no such rater here; there are {known}")
        return found

    @property
    def simulated(self) -> bool:
        """Whether any of what is said or labelled is simulated."""
        return any(name.startswith(SIMULATED) for name in (*self.spec.subjects, *self.spec.judge))

    def choices(self) -> Json:
        """What makes this campaign this one: another value would yield other data."""
        spec = self.spec
        return {
            "transcripts": sorted((_transcript_choice(each) for each in self.transcripts), key=str),
            "unread": sorted(each.path for each in self.unread),
            "subject": sorted(spec.subjects),
            "interviewer": spec.interviewer,
            "strategy": {"name": self.strategy.name, "digest": self.strategy.digest},
            "max_turns": spec.max_turns,
            "reasoning": spec.reasoning,
            "tools": spec.tools,
            "tool_policy": spec.tool_policy,
            "context_window": spec.context_window,
            "epochs": spec.epochs,
            "seed": spec.seed,
            "parameters": {role: kept for role, each in spec.parameters.items() if (kept := without_secrets(each))},
            "judge": [{"name": judge.name, "digest": judge.identity} for judge in self.judges],
            "judge_draws": spec.judge_draws,
            "record": [{"name": rater.name, "digest": rater.identity} for rater in self.record],
        }


def _transcript_choice(transcript: Transcript) -> Json:
    return {
        "digest": transcript.digest,
        "acts": [act.digest for act in transcript.acts],
        "accusations": [act.digest for act in transcript.accusations],
        "model": transcript.model,
    }


def settle(spec: Spec) -> Settled:
    """The spec with its files read. Files that cannot be read are listed, and the rest goes on.

    Raises InputError where an acts file, the strategy or a rater cannot be used, or nothing at all could be read.
    """
    if spec.interviewer != "scripted":
        raise InputError(f"--interviewer {spec.interviewer}: this version asks by script only; leave it out")
    found = Sources(spec.paths, spec.acts, spec.format, spec.field, spec.twins).read()
    transcripts = tuple(each for each in found if isinstance(each, Transcript))[: spec.limit]
    unread = tuple(each for each in found if isinstance(each, Unread))
    if not transcripts:
        raise InputError("\n".join(["no transcript could be read:", *(each.error for each in unread)]))
    strategy = read_strategy(spec.strategy)
    named = dict.fromkeys(spec.judge)
    judges = tuple(judge_of(model, spec.of_role("judge"), draws=spec.judge_draws) for model in named)
    return Settled(spec, transcripts, unread, strategy, judges, plan(transcripts, strategy, spec.subjects, spec.epochs))


@dataclass(frozen=True, slots=True)
class Summary:
    """What a command did, and how the campaign stands."""

    campaign: str
    simulated: bool
    interviews: dict[str, int]
    calls: dict[str, int]
    cost_usd: float
    unpriced_calls: int
    answers: Json
    labels: dict[str, int]
    failures: dict[str, int]
    """Interviews that came to no end, by reason."""
    unread: tuple[Unread, ...] = ()
    passed_over: tuple[tuple[str, str], ...] = ()

    @property
    def finished(self) -> bool:
        return not (self.interviews["owed"] or self.interviews["failed"] or self.unread)

    def as_json(self) -> Json:
        return asdict(self)


async def run(spec: Spec, observe: Observe = unobserved) -> Summary:
    """Holds the interviews that are owed, labels their answers, and says how the campaign stands.

    Raises ChoicesError where the directory was begun with other choices, InputError where the spec cannot be used.
    """
    settled = settle(spec)
    _check_prices(spec)
    with _begun(settled) as store, serving_local((*spec.subjects, *spec.judge)) as endpoints:
        tally = _tally(store, spec.budget)
        chat = Chat(max_connections=spec.max_connections, endpoints=endpoints)
        await _interview(settled, store, chat, tally, observe)
        await rate(store, settled.raters, chat, tally, observe, draws=spec.judge_draws)
        return summary(store, spec.directory, tally, settled)


async def relabel(
    directory: Path,
    raters: Sequence[Rater],
    *,
    max_connections: int = 10,
    draws: int = 1,
    observe: Observe = unobserved,
) -> Summary:
    """Labels a campaign's answers with these raters; what they labelled before stands.

    Raises StoreError where the directory holds no campaign.
    """
    with reopened(directory, [rater.name for rater in raters], max_connections) as (store, chat, tally):
        await rate(store, raters, chat, tally, observe, draws=draws)
        return summary(store, directory, tally)


@contextmanager
def reopened(directory: Path, models: Iterable[str], max_connections: int) -> Iterator[tuple[Store, Chat, Tally]]:
    """A campaign that was begun, with what it takes to call models about its answers."""
    with open_directory(directory) as store, serving_local(models) as endpoints:
        yield store, Chat(max_connections=max_connections, endpoints=endpoints), _tally(store)


async def _interview(settled: Settled, store: Store, chat: Chat, tally: Tally, observe: Observe) -> None:
    spec = settled.spec
    place = Workplace(
        store,
        chat,
        tally,
        interviewer=Scripted(),
        reader=settled.judges[0] if settled.judges else shipped(),
        parameters=spec.of_role("subject"),
        max_turns=spec.max_turns,
        seed=spec.seed,
        tool_policy=spec.tool_policy,
        restoration=Restoration(spec.reasoning, spec.tools, spec.context_window),
    )
    held = {row["interview"] for row in store.rows(interviews, state="complete")}
    owed = [case for case in settled.plan.cases if case.interview.id not in held]
    await execute(owed, place, at_once=spec.max_connections * len(spec.subjects), observe=observe)


@contextmanager
def _begun(settled: Settled) -> Iterator[Store]:
    """The campaign's store, with what was settled in it; refused where it was begun with other choices."""
    directory = settled.spec.directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{directory}: no directory ({error.strerror}); name another with --dir") from error
    with Store(sqlite_url(directory), directory_campaign()) as store:
        _agree(store, settled, directory)
        _keep_inputs(store, settled)
        yield store


def _agree(store: Store, settled: Settled, directory: Path) -> None:
    choices, before = settled.choices(), store.choices()
    if before is None:
        row = {"choices": choices, "simulated": settled.simulated, "version": __version__, "begun": now()}
        store.add_now(campaigns, [row])
        return
    if differing := [*_differing(before, choices), *_differing_transcripts(before, settled)]:
        raise ChoicesError(
            f"{directory} was begun with other choices: {'; '.join(differing)}. "
            "Go on with the ones it was begun with, or name another directory with --dir"
        )
    if before != choices:
        store.replace_now(campaigns, {**store.rows(campaigns)[0], "choices": choices})


def _differing(before: Json, after: Json) -> Iterator[str]:
    for key in after:
        if key not in {"transcripts", "unread"} and before.get(key) != after[key]:
            yield f"{key} ({_short(before.get(key))} → {_short(after[key])})"


def _differing_transcripts(before: Json, settled: Settled) -> Iterator[str]:
    """Transcripts that are gone or new. One that could not be read before may be added now."""
    known, unread = before["transcripts"], before["unread"]
    found = {str(each.source): _transcript_choice(each) for each in settled.transcripts}
    gone = [each for each in known if each not in found.values()]
    places = [*(place for place, choice in found.items() if choice not in known), *(u.path for u in settled.unread)]
    added = [place for place in places if not _is_within(place, unread)]
    if gone or added:
        yield f"transcripts ({len(gone)} of {len(known)} gone or changed, {len(added)} new)"


def _is_within(place: str, unread: Iterable[str]) -> bool:
    """Whether a conversation is, or lies in, one of the files and folders that could not be read."""
    return any(place == each or place.startswith((f"{each}#", f"{each}{os.sep}")) for each in unread)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _keep_inputs(store: Store, settled: Settled) -> None:
    cases = settled.plan.cases
    kept: dict[tuple[str, str], Any] = {
        ("transcript", t.digest): TRANSCRIPT.dump_python(t, mode="json") for t in reversed(settled.transcripts)
    }
    kept |= {("accusation", case.accusation.digest): asdict(case.accusation) for case in cases}
    kept[("strategy", settled.strategy.digest)] = asdict(settled.strategy)
    store.add_now(bodies, [{"kind": kind, "digest": key, "body": body} for (kind, key), body in kept.items()])
    store.add_now(interviews, [interview_row(case) for case in cases])


@contextmanager
def serving_local(models: Iterable[str]) -> Iterator[dict[str, Endpoint]]:
    """Servers for those of the models that run on this machine, for as long as they are needed."""
    names = [name for name in dict.fromkeys(models) if name.startswith(LOCAL)]
    if not names:
        yield {}
        return
    from interrogate.local import serving

    with ExitStack() as stack:
        served = {name: stack.enter_context(serving(name)) for name in names}
        yield {
            name: Endpoint(each.model, {**each.parameters, "api_base": each.api_base}) for name, each in served.items()
        }


def _check_prices(spec: Spec) -> None:
    if spec.budget is None:
        return
    if unpriced := [name for name in (*spec.subjects, *spec.judge) if not has_price(name)]:
        raise InputError(f"--budget cannot be kept: no price is known for {', '.join(unpriced)}; leave --budget out")


def _tally(store: Store, budget: float | None = None) -> Tally:
    """A tally that begins with what the ledger holds."""
    rows = store.rows(calls)
    replied = sum(row["reply"] is not None for row in rows)
    return Tally(reused=replied, before_usd=sum(row["cost_usd"] or 0.0 for row in rows), budget_usd=budget)


def summary(store: Store, directory: Path, tally: Tally | None = None, settled: Settled | None = None) -> Summary:
    """How a campaign stands; with a tally, what this command called and spent."""
    tally = tally or Tally()
    rows = store.rows(interviews)
    states = Counter(row["state"] for row in rows)
    labels, unlabelled, total = _labels(store)
    return Summary(
        campaign=str(directory),
        simulated=bool(store.rows(campaigns)[0]["simulated"]),
        interviews={"planned": states.total(), **{state: states[state] for state in ("complete", "owed", "failed")}},
        calls={**{role: tally.calls[role] for role in ("subject", "interviewer", "judge")}, "reused": tally.reused},
        cost_usd=round(tally.cost_usd, 6),
        unpriced_calls=tally.unpriced,
        answers={"total": total, "labelled": sum(labels.values()), "unlabelled": dict(unlabelled)},
        labels=dict(labels),
        failures=dict(Counter(row["reason"] for row in rows if row["state"] != "complete" and row["reason"])),
        unread=settled.unread if settled else (),
        passed_over=settled.plan.passed_over if settled else (),
    )


def _labels(store: Store) -> tuple[Counter[str], Counter[str], int]:
    from interrogate.frames import answers

    frame = answers(store)
    labels = Counter(frame["label"].dropna().tolist())
    unlabelled = Counter(frame.loc[frame["label"].isna(), "unlabelled"].tolist())
    return labels, unlabelled, len(frame)
