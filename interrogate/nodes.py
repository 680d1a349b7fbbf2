"""The four steps of an interview, and the routers between them.

Each step is given the state and what it works with, and returns only what it changed. The state carries references
and turns, never the transcript.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Annotated, Any, Literal, TypedDict

from langgraph.runtime import Runtime

from interrogate.chat import Reply, Request
from interrogate.errors import ModelError
from interrogate.interviewers import Interviewer, Situation
from interrogate.labels import Verdict
from interrogate.ledger import Ledger
from interrogate.raters import Rater, exhibit, verdict_of
from interrogate.records import (
    Act,
    Arm,
    Interview,
    Json,
    Missing,
    Question,
    Reading,
    Strategy,
    ToolCall,
    ToolPolicy,
    Transcript,
    Turn,
)
from interrogate.restoring import Restored, Route, wire_call

Ending = Literal["ladder_end", "first_admission", "max_turns"]

REFUSED_CALL = "[Tools are not available in this conversation. Please answer in words.]"
RESULTS: Mapping[ToolPolicy, str] = {"none": REFUSED_CALL, "refuse": REFUSED_CALL, "stub": "[no output]"}
"""The result given to a call that a subject makes while it is questioned. Nothing is ever run."""

MOST_ROUNDS = 4
"""Times that a subject is let go on after its calls, within one turn."""


class State(TypedDict, total=False):
    """What changes in the course of an interview."""

    context: str
    """Digest of what was restored."""
    turns: Annotated[tuple[Turn, ...], operator.add]
    dialogue: Annotated[tuple[Json, ...], operator.add]
    """The wire messages since the transcript."""
    skipped: Annotated[tuple[str, ...], operator.add]
    question: Question
    answer: Reply | Missing
    ending: Ending


@dataclass(frozen=True, slots=True)
class Context:
    """What an interview works with; the same throughout."""

    interview: Interview
    arm: Arm
    transcript: Transcript
    accusation: Act
    record: str
    strategy: Strategy
    route: Route
    parameters: Mapping[str, Any]
    max_turns: int | None
    seed: int
    interviewer: Interviewer
    reader: Rater
    ledger: Ledger
    restored: Callable[[], tuple[str, Restored]]
    """Restores the transcript, once for all interviews that share it, and gives the digest under which it is kept."""
    keep_verdict: Callable[[int, Verdict], Any]
    tool_policy: ToolPolicy = "none"

    def situation(self, state: State) -> Situation:
        return Situation(
            self.strategy,
            self.transcript,
            self.accusation,
            self.interview.cell,
            self.interview.rung,
            state.get("turns", ()),
            state.get("skipped", ()),
        )


async def restore(state: State, *, runtime: Runtime[Context]) -> State:  # noqa: ARG001  (nodes are called by name)
    """Puts the recorded context back. Raises TranscriptError where that cannot be done honestly."""
    context, _restored = runtime.context.restored()
    return {"context": context}


async def ask(state: State, *, runtime: Runtime[Context]) -> State:
    """Chooses rung and wording, or ends the interview when no rung is left."""
    question, skipped = await runtime.context.interviewer.next(runtime.context.situation(state))
    if question is None:
        return {"skipped": skipped, "ending": "ladder_end"}
    return {"skipped": skipped, "question": question}


async def recheck(state: State, *, runtime: Runtime[Context]) -> State:
    """Asks again, in neutral words, what has been read as a confession."""
    return {"question": await runtime.context.interviewer.recheck(runtime.context.situation(state))}


async def answer(state: State, *, runtime: Runtime[Context]) -> State:
    """The subject speaks. A provider's filter is an answer that is missing, any other fault ends the interview."""
    context, asked = runtime.context, {"role": "user", "content": state["question"].text}
    said: tuple[Json, ...] = (asked,)
    replies: list[Reply] = []
    while True:
        request = _request(context, (*state.get("dialogue", ()), *said), state)
        try:
            reply = await _reply(context, state, request, len(replies))
        except ModelError as error:
            if error.reason != "content_filter":
                raise
            return {"answer": "content_filter", "dialogue": (asked,)}
        replies.append(reply)
        said = (*said, *_said(reply, request.messages, RESULTS[context.tool_policy]))
        if context.tool_policy == "none" or not reply.tool_calls or len(replies) > MOST_ROUNDS:
            return {"answer": _joined(replies), "dialogue": said}


async def _reply(context: Context, state: State, request: Request, step: int) -> Reply:
    """The subject's reply; one after its own calls is kept as a step of the same turn."""
    number = len(state.get("turns", ())) + 1
    kept = {
        "context": state["context"],
        "question": state["question"].text,
        "tool_choice": request.parameters.get("tool_choice"),
    }
    return await context.ledger.call(number, "subject" if step == 0 else f"subject:{step}", request, kept=kept)


def _joined(replies: Sequence[Reply]) -> Reply:
    """What was said in one turn: the words of all its replies, ended as the last one ended."""
    if len(replies) == 1:
        return replies[0]
    text = "\n".join(reply.text for reply in replies if reply.text.strip())
    reasoning = "\n".join(reply.reasoning for reply in replies if reply.reasoning.strip())
    return replace(replies[-1], text=text, reasoning=reasoning)


async def read(state: State, *, runtime: Runtime[Context]) -> State:
    """Settles the turn, with a reading of it where steering needs one: did it confess?"""
    context, turn = runtime.context, _turn(state["question"], state["answer"])
    turns = (*state.get("turns", ()), turn)
    before = context.ledger.turn(len(turns))
    reading = before.reading if before else await _reading(turns, state["answer"], context)
    settled = replace(turn, reading=reading)
    await context.ledger.settle(len(turns), settled)
    return _ended({"turns": (settled,)}, settled, len(turns), context)


def after_ask(state: State) -> Literal["answer", "__end__"]:
    return "__end__" if "ending" in state else "answer"


def after_read(state: State, *, runtime: Runtime[Context]) -> Literal["ask", "recheck", "__end__"]:
    """Escalate, make sure, or end. The first reading of a confession inserts a neutral question, no more."""
    if "ending" in state:
        return "__end__"
    last = state["turns"][-1]
    rechecked = any(turn.question.inserted for turn in state["turns"])
    if runtime.context.strategy.recheck and _confessed(last) and not rechecked:
        return "recheck"
    return "ask"


def _confessed(turn: Turn) -> bool:
    return turn.reading is not None and turn.reading.confessed is True


def _steers(turn: Turn, strategy: Strategy) -> bool:
    """Whether anything hangs on a reading of this turn."""
    question = turn.question
    uses = strategy.recheck is not None or strategy.stop == "first_admission"
    return uses and question.accuses and not question.inserted and turn.missing is None


def _ended(change: State, turn: Turn, asked: int, context: Context) -> State:
    if context.strategy.stop == "first_admission" and _confessed(turn):
        return {**change, "ending": "first_admission"}
    if context.max_turns is not None and asked >= context.max_turns:
        return {**change, "ending": "max_turns"}
    return change


async def _reading(turns: tuple[Turn, ...], said: Reply | Missing, context: Context) -> Reading | None:
    """What the steering rater makes of the last turn; None where nothing hangs on it."""
    if not _steers(turns[-1], context.strategy):
        return None
    shown = exhibit(context.record, context.accusation, turns, len(turns))
    truth = said.aside if isinstance(said, Reply) else None
    verdict = await verdict_of(context.reader, shown, context.ledger, len(turns), truth)
    if verdict.facts is None and verdict.reason == "budget_spent":
        raise ModelError("budget_spent", "the budget was spent before an answer was read; raise --budget to go on")
    await context.keep_verdict(len(turns), verdict)
    return Reading(context.reader.identity, None if verdict.label is None else verdict.label == "confession")


def _request(context: Context, dialogue: tuple[Json, ...], state: State) -> Request:
    _, restored = context.restored()
    parameters = dict(context.parameters)
    if restored.tools and context.route.tool_choice and context.tool_policy == "none":
        parameters.setdefault("tool_choice", "none")
    return Request(
        context.interview.subject,
        (*restored.messages, *dialogue),
        restored.tools,
        parameters,
        aside=_aside(context, state.get("turns", ()), state["question"]),
    )


def _aside(context: Context, turns: tuple[Turn, ...], question: Question) -> Json:
    """What a simulated subject must know to have a truth. `chat` hands it to nobody else."""
    stages = [
        {"accuses": q.accuses, "discloses": q.discloses, "purpose": q.purpose}
        for q in (*(t.question for t in turns), question)
    ]
    return {
        "seed": context.seed,
        "interview": context.interview.id,
        "arm": context.arm,
        "summary": context.accusation.summary,
        "stages": stages,
    }


def _said(reply: Reply, before: Iterable[Json], result: str = REFUSED_CALL) -> tuple[Json, ...]:
    """The answer as it follows the messages `before` in later turns: calls closed, nothing where it is empty."""
    if not reply.tool_calls:
        return ({"role": "assistant", "content": reply.text},) if reply.text.strip() else ()
    calls = [wire_call(call) for call in _with_own_ids(reply.tool_calls, before)]
    results = ({"role": "tool", "tool_call_id": call["id"], "content": result} for call in calls)
    return ({"role": "assistant", "content": reply.text if reply.text.strip() else None, "tool_calls": calls}, *results)


def _with_own_ids(calls: Iterable[ToolCall], before: Iterable[Json]) -> Iterator[ToolCall]:
    """The calls, each with an id that no call before it has: some servers give none, or the same again."""
    taken = {call["id"] for message in before for call in message.get("tool_calls", ())}
    for call in calls:
        numbered = (f"{call.id or 'call'}_{number}" for number in count(2))
        fresh = call.id if call.id and call.id not in taken else next(name for name in numbered if name not in taken)
        taken.add(fresh)
        yield replace(call, id=fresh)


def _turn(question: Question, answer: Reply | Missing) -> Turn:
    if not isinstance(answer, Reply):
        return Turn(question, "", answer)
    return Turn(question, answer.text, missing_of(answer), answer.reasoning)


def missing_of(reply: Reply) -> Missing | None:
    """Why a reply holds no answer that could be labelled; None where it does.

    An answer that was cut off is none: what it would have said next may have turned it round.
    """
    if reply.finish == "content_filter":
        return "content_filter"
    if reply.text.strip():
        return "cut_off" if reply.finish == "length" else None
    if reply.tool_calls:
        return "tool_call_only"
    if reply.reasoning.strip():
        return "reasoning_only"
    return "cut_off" if reply.finish == "length" else "empty"
