"""Where interviews run. `conduct` holds one and settles its state; an executor decides how many at once, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from interrogate.chat import HOPELESS, Chat, restored_for, route_of
from interrogate.errors import InterrogateError, ModelError, StoreError, TranscriptError
from interrogate.interviewers import Interviewer
from interrogate.labels import Verdict
from interrogate.ledger import Ledger, Tally
from interrogate.planning import Case
from interrogate.raters import Rater, record_of
from interrogate.rating import verdict_row
from interrogate.records import Act, Json, ToolPolicy, digest
from interrogate.restoring import AS_RECORDED, Restoration, Restored, Route, evidence_kept
from interrogate.store import Store, bodies, interviews, verdicts


@dataclass
class Workplace:
    """What all interviews of a run share."""

    store: Store
    chat: Chat
    tally: Tally
    interviewer: Interviewer
    reader: Rater
    parameters: Mapping[str, Any]
    max_turns: int | None
    seed: int
    tool_policy: ToolPolicy = "none"
    restoration: Restoration = AS_RECORDED
    given_up: dict[str, ModelError] = field(default_factory=dict)
    """Subjects that no interview can be held with, and why."""
    _restored: dict[tuple[str, str], tuple[str, Restored]] = field(default_factory=dict)

    def restored(self, case: Case, route: Route) -> tuple[str, Restored]:
        """What the subject is sent before the first question, made once and kept in the store under its digest."""
        key = (case.interview.transcript, case.interview.subject)
        if key not in self._restored:
            made = restored_for(
                case.interview.subject,
                case.transcript,
                same_model=case.policy == "on",
                choices=self.restoration,
                parameters=self.parameters,
            )
            body = _context_body(made, case, route, self.restoration)
            self.store.add_now(bodies, [{"kind": "context", "digest": digest(body), "body": body}])
            self._restored[key] = (digest(body), made)
        return self._restored[key]


def _context_body(made: Restored, case: Case, route: Route, choices: Restoration) -> Json:
    return {
        "transcript": case.interview.transcript,
        "subject": case.interview.subject,
        "route": asdict(route),
        "choices": asdict(choices),
        "exact": made.exact,
        "differences": [asdict(difference) for difference in made.differences],
        "messages": list(made.messages),
        "tools": list(made.tools),
    }


async def conduct(case: Case, place: Workplace) -> None:
    """Holds one interview to its end, or records why it came to none. What was said by then is in the ledger."""
    subject = case.interview.subject
    if subject in place.given_up:
        await _settle(case, place, "failed", place.given_up[subject])
        return
    try:
        ending = await _interview(case, place)
    except StoreError:
        raise
    except ModelError as error:
        if error.reason in HOPELESS:
            place.given_up[subject] = error
        await _settle(case, place, "owed" if error.reason == "budget_spent" else "failed", error)
    except InterrogateError as error:
        await _settle(case, place, "failed", error)
    else:
        await place.store.replace(interviews, {**interview_row(case), **ending, "state": "complete"})


async def _interview(case: Case, place: Workplace) -> Json:
    from interrogate.graph import interview
    from interrogate.nodes import Context

    route = route_of(case.interview.subject, place.parameters)
    context_digest, restored = place.restored(case, route)
    accusation = _as_it_reaches(restored, case)
    ledger = Ledger(place.store, place.chat, place.tally, case.interview.id)

    async def keep_verdict(turn: int, verdict: Verdict) -> None:
        await place.store.replace(verdicts, verdict_row(case.interview.id, turn, verdict))

    context = Context(
        interview=case.interview,
        arm=case.arm,
        transcript=case.transcript,
        accusation=accusation,
        record=record_of(case.transcript, case.accusation),
        strategy=case.strategy,
        route=route,
        parameters=place.parameters,
        tool_policy=place.tool_policy,
        max_turns=place.max_turns,
        seed=place.seed,
        interviewer=place.interviewer,
        reader=place.reader,
        ledger=ledger,
        restored=lambda: (context_digest, restored),
        keep_verdict=keep_verdict,
    )
    state = await interview(context)
    return {"ending": state["ending"], "skipped": list(state.get("skipped", ())), "context": context_digest}


def _as_it_reaches(restored: Restored, case: Case) -> Act:
    """The accusation with that evidence only which the subject has before it: the rest must not be shown to it."""
    accusation = case.accusation
    kept = tuple(item for item in accusation.evidence if evidence_kept(restored, replace(accusation, evidence=(item,))))
    if accusation.evidence and not kept:
        raise TranscriptError(
            f"{case.transcript.source}: no evidence of the act reaches {case.interview.subject} (it stands in "
            "what this route cannot carry); interview a subject that can be sent it"
        )
    return replace(accusation, evidence=kept)


async def _settle(case: Case, place: Workplace, state: str, error: InterrogateError) -> None:
    row = {**interview_row(case), "state": state, "reason": _reason(error), "detail": str(error)}
    await place.store.replace(interviews, row)


def _reason(error: InterrogateError) -> str:
    if isinstance(error, ModelError):
        return error.reason
    return "not_restorable" if isinstance(error, TranscriptError) else "not_askable"


def interview_row(case: Case) -> Json:
    """The row of an interview that is yet to be held."""
    identity = {**asdict(case.interview), "cell": dict(case.interview.cell)}
    return {
        "interview": case.interview.id,
        **identity,
        "arm": case.arm,
        "policy": case.policy,
        "state": "owed",
        **dict.fromkeys(("reason", "detail", "ending", "skipped", "context")),
    }
