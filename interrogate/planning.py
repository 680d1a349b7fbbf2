"""From settled choices to the interviews that are owed: a pure function of spec, strategy and transcripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from interrogate.authorship import policy
from interrogate.prompts import cells
from interrogate.records import Act, Arm, Interview, Policy, Strategy, Transcript


@dataclass(frozen=True, slots=True)
class Case:
    """One interview to be held, with all that it is about."""

    interview: Interview
    arm: Arm
    policy: Policy
    transcript: Transcript
    accusation: Act
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Plan:
    """The interviews of a campaign, and the transcripts that none is held about, with the reason."""

    cases: tuple[Case, ...]
    passed_over: tuple[tuple[str, str], ...]


def plan(transcripts: Sequence[Transcript], strategy: Strategy, subjects: Sequence[str], epochs: int) -> Plan:
    """Every interview once, in the order in which they are best held: all about one transcript together."""
    passed_over = tuple((str(each.source), "no_accusation") for each in transcripts if not accusations(each))
    cases: dict[str, Case] = {}
    for each in transcripts:
        for case in _cases(each, strategy, subjects, epochs):
            cases.setdefault(case.interview.id, case)
    return Plan(tuple(cases.values()), passed_over)


def accusations(transcript: Transcript) -> tuple[tuple[Arm, Act], ...]:
    """What may be asked about a transcript: its acts, which are true, and what did not happen."""
    untrue: Arm = "wrong" if transcript.acts else "control"
    return (*(("covert", act) for act in transcript.acts), *((untrue, act) for act in transcript.accusations))


def _cases(transcript: Transcript, strategy: Strategy, subjects: Iterable[str], epochs: int) -> Iterator[Case]:
    for subject in subjects:
        for arm, act in accusations(transcript):
            base = Interview(subject, transcript.digest, act.digest, strategy.digest)
            for interview in _repeats(base, strategy, epochs):
                yield Case(interview, arm, policy(subject, transcript.model), transcript, act, strategy)


def _repeats(base: Interview, strategy: Strategy, epochs: int) -> Iterator[Interview]:
    """Factor cells by epochs; in `branches` each rung is an interview of its own."""
    rungs = [rung.name for rung in strategy.rungs] if strategy.design == "branches" else [None]
    for cell in cells(strategy):
        for rung in rungs:
            for epoch in range(1, epochs + 1):
                yield replace(base, cell=cell, rung=rung, epoch=epoch)
