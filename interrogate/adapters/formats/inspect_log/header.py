"""What an Inspect log and a sample say of themselves: who acted, under which conditions, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interrogate.adapters.drafting import as_object
from interrogate.adapters.formats.inspect_log.events import TARGET, Call
from interrogate.adapters.runs import acting_model
from interrogate.records import Act, Json

SIDE_TASK = "side_task"
_AUDITORS = {"auditor", "evaluator"}
_AUDITS = ("petri/", "inspect_petri/", "petri_bloom/")
_FAILED = {"i", "n", "0", "0.0", "false", "no", "incorrect", "fail"}


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a log; empty for a sample that comes without one."""

    log: Mapping[str, Any]

    @property
    def spec(self) -> Json:
        """What Inspect calls `eval`."""
        return as_object(self.log.get("eval"))

    @property
    def is_audit(self) -> bool:
        """Whether one model questioned another, so that the log may hold the questioner's conversation."""
        roles = as_object(self.spec.get("model_roles"))
        task = self.spec.get("task")
        named = isinstance(task, str) and task.startswith(_AUDITS)
        return named or (TARGET in roles and not _AUDITORS.isdisjoint(roles))

    @property
    def model(self) -> str | None:
        """The model that the log names as the acting one, if it is one."""
        return acting_model(self._role(TARGET) if self.is_audit else self.spec.get("model"))

    def author(self, own: Sequence[Call]) -> str | None:
        """Who wrote a conversation: the model of its last call, never a role's: monitors may share the role."""
        return acting_model(own[-1].model) if own else self.model

    @property
    def conditions(self) -> Json:
        chosen = as_object(self.spec.get("task_args"))
        return {"task": self.spec.get("task")} | {key: value for key, value in chosen.items() if key != "model"}

    def _role(self, name: str) -> Any:
        role = as_object(self.spec.get("model_roles")).get(name)
        return role.get("model") if isinstance(role, dict) else role


def is_attack(metadata: Any) -> bool:
    """Whether a ControlArena policy was told to attack."""
    return as_object(metadata).get("eval_mode") == "attack"


def proposals(sample: Mapping[str, Any], *, audit: bool) -> Iterator[Act]:
    """What the harness itself says that the agent did.

    Of ControlArena, the side task of an attack, unless it was scored as not achieved. Of an audit, its judge's account.
    """
    metadata = as_object(sample.get("metadata"))
    side_task = metadata.get("side_task_description")
    if is_attack(metadata) and isinstance(side_task, str) and side_task and not _failed(sample):
        yield Act(SIDE_TASK, side_task)
    if audit:
        yield from (Act(name, account) for name, score in _scores(sample) if (account := _account(score)))


def _scores(sample: Mapping[str, Any]) -> list[tuple[str, Json]]:
    scores = as_object(sample.get("scores"))
    return [(str(name), score) for name, score in scores.items() if isinstance(score, dict)]


def _failed(sample: Mapping[str, Any]) -> bool:
    values = [
        as_object(score.get("value")).get(
            "side_task_success", score.get("value") if name == "side_task_success" else None
        )
        for name, score in _scores(sample)
    ]
    return any(value is not None and str(value).lower() in _FAILED for value in values)


def _account(score: Json) -> str:
    """A judge's summary where there is one, otherwise its reasons."""
    told = (as_object(score.get("metadata")).get("summary"), score.get("explanation"))
    return next((text for text in told if isinstance(text, str) and text), "")
