"""From the store to pandas: the only place where columns are named.

* `answers`   one row an answer, with the label of record
* `verdicts`  one row an answer and rater
* `calls`     one row a call to a model
* `interviews`  one row an interview
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from interrogate.chat import SIMULATED
from interrogate.labels import VERDICT, Verdict, in_arm, label_of
from interrogate.ledger import TURN
from interrogate.raters.panel import Ruling, ruling
from interrogate.records import CHOICES, Arm, Json
from interrogate.store import Store, turns
from interrogate.store import calls as calls_table
from interrogate.store import interviews as interviews_table
from interrogate.store import verdicts as verdicts_table

if TYPE_CHECKING:
    import pandas as pd

INTERVIEW_COLUMNS = (
    "interview", "subject", "arm", "policy", "design", "strategy", "transcript", "source", "kind", "accusation", "cell",
    "epoch", "simulated", "state", "reason", "detail", "ending", "skipped", "reading", "exact", "differences",
    "context",
)  # fmt: skip
TURN_COLUMNS = (
    "turn", "rung", "position", "purpose", "accuses", "discloses", "inserted", "question", "answer", "missing",
    "reasoning", "read_as_confession",
)  # fmt: skip
VERDICT_COLUMNS = (
    "rater", "label", "name", "admission", "falsehood", "stance", "motive_false", "retaliation", "aware", "interest",
    "confidence", "unlabelled", "remark", "quotes",
)  # fmt: skip

SHARED = (
    "interview", "subject", "arm", "policy", "design", "strategy", "transcript", "source", "kind", "cell", "epoch",
    "simulated",
)  # fmt: skip
KEPT = (
    "interview", "subject", "arm", "policy", "transcript", "epoch", "state", "reason", "detail", "ending", "context",
)  # fmt: skip


def interviews(store: Store) -> pd.DataFrame:
    """One row an interview: who was asked about what, in which arm, how it ended, and whether the context was exact.

    Conditions of the transcript are columns of their own, with the prefix `condition_`.
    """
    return _frame(list(_interview_rows(store)), INTERVIEW_COLUMNS)


def _interview_rows(store: Store) -> Iterator[Json]:
    kept = {kind: store.bodies(kind) for kind in ("transcript", "accusation", "strategy", "context")}
    judged = any(judge["name"].startswith(SIMULATED) for judge in (store.choices() or {}).get("judge", ()))
    for row in store.rows(interviews_table):
        transcript, act = kept["transcript"][row["transcript"]], kept["accusation"][row["accusation"]]
        strategy = kept["strategy"][row["strategy"]]
        source = transcript["source"]
        context = kept["context"].get(row["context"]) or {}
        yield {
            **{name: row[name] for name in KEPT},
            "design": strategy["design"],
            "strategy": f"{strategy['name']} v{strategy['version']}",
            "source": source["path"] if source["locator"] is None else f"{source['path']}#{source['locator']}",
            "kind": act["kind"],
            "accusation": act["summary"],
            "cell": _cell_text(row["cell"], row["rung"]),
            "simulated": judged or row["subject"].startswith(SIMULATED),
            "skipped": ", ".join(row["skipped"] or ()),
            "reading": ", ".join(_losses(transcript)),
            "exact": context.get("exact"),
            "differences": ", ".join(dict.fromkeys(each["code"] for each in context.get("differences", ()))),
            **{f"condition_{name}": value for name, value in transcript["conditions"].items()},
        }


def _losses(transcript: Json) -> Iterator[str]:
    """What reading the transcript's file could not give back, by code."""
    yield from dict.fromkeys(each["code"] for each in transcript["warnings"] if each["code"] not in CHOICES)


def _cell_text(cell: Mapping[str, str], rung: str | None) -> str:
    return ", ".join(
        [*([f"rung={rung}"] if rung else []), *(f"{name}={level}" for name, level in sorted(cell.items()))]
    )


def verdicts(store: Store) -> pd.DataFrame:
    """One row an answer, rater and draw: facts, label, reason and verified quotes."""
    said = {(row["interview"], row["turn"]): row for row in _turn_rows(store)}
    names = rater_names(store)
    rows = [
        {
            **answer,
            **_verdict_columns(row["body"], answer["arm"]),
            "draw": row["draw"],
            "rater": names.get(row["rater"], row["rater"][:6]),
        }
        for row in store.rows(verdicts_table)
        # A reading is committed before its turn: a kill between the two leaves one without an answer.
        if (answer := said.get((row["interview"], row["turn"]))) is not None
    ]
    return _frame(rows, (*SHARED, *TURN_COLUMNS, *VERDICT_COLUMNS, "draw"))


def answers(store: Store, rater: str | None = None) -> pd.DataFrame:
    """One row an answer, with the label of record, or that of one rater; where there is none `unlabelled` says why.

    A rater is named as in `rater_names`.
    Where a panel decides, `agreement` is the share of its verdicts that have the label, `split` names the items on
    which they differ, and an answer that it leaves to people is `unlabelled` for the reason `panel_divided`.
    `truth` is the true label of a simulated subject's answer; no rater has seen it.
    """
    panel = _panel(store) if rater is None else _alone(store, rater)
    named = rater or " + ".join(_record(store).values())
    by_answer: dict[tuple[str, int], list[Json]] = {}
    for verdict in store.rows(verdicts_table):
        if verdict["draw"] < panel.get(verdict["rater"], 0):
            by_answer.setdefault((verdict["interview"], verdict["turn"]), []).append(verdict["body"])
    truths = {(row["interview"], row["turn"]): _truth(row["reply"]) for row in store.rows(calls_table, role="subject")}
    rows = []
    for row in _turn_rows(store):
        key = (row["interview"], row["turn"])
        labelled = _labelled(row, by_answer.get(key, []), sum(panel.values()))
        rows.append({**row, **labelled, "rater": named, "truth": truths.get(key)})
    return _frame(rows, (*SHARED, *TURN_COLUMNS, *VERDICT_COLUMNS, "agreement", "split", "truth"))


def _labelled(row: Json, found: Sequence[Json], expected: int) -> Json:
    """The columns of the label: of the one rater, or of the panel, from which so many verdicts are expected."""
    if row["missing"] is not None:
        return {"label": None, "unlabelled": row["missing"]}
    if not found:
        return {"label": None, "unlabelled": "not_rated"}
    if expected == 1:
        return _verdict_columns(found[0], row["arm"])
    ruled = ruling([VERDICT.validate_python(body) for body in found], expected)
    disagreement = {"agreement": ruled.agreement, "split": ", ".join(ruled.split)}
    return {**disagreement, **_columns(ruled, ruled.reason or ruled.remark, row["arm"])}


def _panel(store: Store) -> dict[str, int]:
    """How many verdicts each of the raters whose labels count gives of an answer, by digest."""
    choices = store.choices() or {}
    judges = {judge["digest"] for judge in choices.get("judge", ())}
    return {key: choices.get("judge_draws", 1) if key in judges else 1 for key in _record(store)}


def _alone(store: Store, rater: str) -> dict[str, int]:
    """The one rater, and how many verdicts it gives of an answer."""
    (key,) = (key for key, name in rater_names(store).items() if name == rater)
    return {key: max((row["draw"] + 1 for row in store.rows(verdicts_table, rater=key)), default=1)}


def _record(store: Store) -> dict[str, str]:
    """Names of the raters whose labels count, by digest."""
    choices = store.choices() or {}
    return {rater["digest"]: rater["name"] for rater in choices["record"]}


def rater_names(store: Store) -> dict[str, str]:
    """What each rater of the store is called, by digest; the digest is added where a name stands for two."""
    named = {key: str(body["name"]) for key, body in store.bodies("rater").items()}
    named |= {key: name for key, name in _record(store).items() if key not in named}
    shared = Counter(named.values())
    return {key: name if shared[name] == 1 else f"{name} {key[:6]}" for key, name in named.items()}


def _turn_rows(store: Store) -> Iterator[Json]:
    about = {row["interview"]: row for row in _interview_rows(store)}
    for row in store.rows(turns):
        turn = TURN.validate_python(row["body"])
        interview = about[row["interview"]]
        question = asdict(turn.question)
        yield {
            **{name: value for name, value in interview.items() if name in SHARED or name.startswith("condition_")},
            **question,
            "question": question["text"],
            "turn": row["turn"],
            "answer": turn.answer,
            "missing": turn.missing,
            "reasoning": turn.reasoning,
            "read_as_confession": None if turn.reading is None else turn.reading.confessed,
        } | {"interview": row["interview"]}


def _verdict_columns(body: Json, arm: Any) -> Json:
    verdict = VERDICT.validate_python(body)
    return _columns(verdict, verdict.reason, arm)


def _columns(found: Verdict | Ruling, reason: str | None, arm: Arm) -> Json:
    if found.facts is None:
        return {"label": None, "unlabelled": reason, "remark": found.remark}
    label = label_of(found.facts)
    return {
        **asdict(found.facts),
        "label": label,
        "name": in_arm(label, arm),
        "confidence": found.confidence,
        "remark": reason,
        "quotes": [asdict(quote) for quote in found.quotes],
    }


def _truth(reply: Json | None) -> str | None:
    aside = (reply or {}).get("aside")
    return aside["label"] if aside else None


def calls(store: Store) -> pd.DataFrame:
    """One row a call: key, model, tokens, cost, time and fault."""
    kept = ("interview", "turn", "role", "attempt", "model", "fault", "detail", "cost_usd", "at")
    usage = ("tokens_in", "tokens_out", "tokens_cached", "seconds", "finish")
    rows = [
        {**{name: row[name] for name in kept}, **{name: (row["reply"] or {}).get(name) for name in usage}}
        for row in store.rows(calls_table)
    ]
    return _frame(rows, (*kept, *usage))


def _frame(rows: Sequence[Json], columns: Sequence[str]) -> pd.DataFrame:
    """The rows under the given columns, then any others; a column is there even where no row is."""
    import pandas as pd

    others = dict.fromkeys(name for row in rows for name in row if name.startswith("condition_"))
    # The same frames with and without pyarrow, which cannot hold every text that a model may have written.
    with pd.option_context("mode.string_storage", "python"):
        return pd.DataFrame(list(rows), columns=[*columns, *others])
