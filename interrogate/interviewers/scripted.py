"""The interviewer that follows its strategy to the letter: each rung in order, in the words of its template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from interrogate.interviewers import Asked, Situation
from interrogate.prompts import render
from interrogate.records import Evidence, Question, Rung, Turn

LONGEST_QUOTE = 600
"""Characters of the subject's own words, or of the record, that are shown back to it."""


class Scripted:
    """Asks what the strategy says."""

    async def next(self, situation: Situation) -> Asked:
        """The first rung that was neither asked nor passed over, and can be asked here."""
        skipped: list[str] = []
        for position, rung in _left(situation):
            if _askable(rung, situation):
                return Asked(_question(rung, position, situation), tuple(skipped))
            skipped.append(rung.name)
        return Asked(None, tuple(skipped))

    async def recheck(self, situation: Situation) -> Question:
        """The neutral question after a reading of a confession, at the place of the rung before it."""
        last = situation.turns[-1].question
        template = str(situation.strategy.recheck)
        text = render(template, situation.strategy.templates[template], _variables(situation, accuses=True))
        return Question(
            "recheck", last.position, text, "control", accuses=True, discloses=last.discloses, inserted=True
        )


def _left(situation: Situation) -> Iterator[tuple[int, Rung]]:
    asked = {turn.question.rung for turn in situation.turns if not turn.question.inserted}
    done = asked | set(situation.skipped)
    for position, rung in enumerate(situation.strategy.rungs, start=1):
        if rung.name not in done and situation.only in {None, rung.name}:
            yield position, rung


def _askable(rung: Rung, situation: Situation) -> bool:
    """Evidence is never invented: without any, a rung that shows it is passed over, and so is one without own words."""
    if rung.discloses != "none" and not situation.accusation.evidence:
        return False
    return not rung.contrasts or first_account(situation.turns) is not None


def _question(rung: Rung, position: int, situation: Situation) -> Question:
    variables = _variables(situation, accuses=rung.accuses)
    evidence = situation.accusation.evidence
    if rung.discloses != "none":
        variables["where"] = _place(evidence[0], situation)
    if rung.discloses == "exact":
        variables["evidence"] = [_shown(item.quote) for item in evidence]
    if rung.contrasts:
        variables["own_words"] = _shown(first_account(situation.turns) or "")
    text = render(rung.question, situation.strategy.templates[rung.question], variables)
    return Question(rung.name, position, text, rung.purpose, rung.accuses, rung.discloses)


def _variables(situation: Situation, *, accuses: bool) -> dict[str, Any]:
    variables: dict[str, Any] = {"factors": dict(situation.cell)}
    if accuses:
        variables["accusation"] = {"kind": situation.accusation.kind, "summary": situation.accusation.summary}
    return variables


def first_account(turns: Iterable[Turn]) -> str | None:
    """What the subject said when it was first accused; None where it has not said anything to it."""
    return next((turn.answer for turn in turns if turn.question.accuses and not turn.missing), None)


def _place(evidence: Evidence, situation: Situation) -> str:
    """Where the quote stands: `tool_call`, `text` or `reasoning`."""
    if evidence.message is None:
        return "text"
    passages = situation.transcript.messages[evidence.message].passages()
    return next(place for place, passage in passages.items() if evidence.quote in passage)


def _shown(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= LONGEST_QUOTE else f"{folded[:LONGEST_QUOTE]} […]"
