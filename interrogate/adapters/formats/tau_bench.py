"""tau-bench and tau2-bench results: customer service by an agent with tools, a simulated user, a reward.

tau-bench: a list of `{task_id, trial, reward, info, traj}`, of which `traj` is the agent's conversation in Chat
Completions messages; the model stands in the file's name only. tau2: `{info, tasks, simulations: [{task_id, trial,
messages}]}`; there the user has tools too, whose calls and results the agent never met: they are left out. It does not
record the system prompt, only the policy in it. Rewards and expected actions are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, locator
from interrogate.adapters.dialects.shapes import is_message, read_messages, tools_of
from interrogate.adapters.drafting import Draft, as_list, as_object
from interrogate.adapters.opening import Opened
from interrogate.records import Json, Source, Transcript

NAME = "tau-bench"


def claims(opened: Opened) -> bool:
    """Whether every row has a `traj` with its task or reward, or an object has `simulations` of messages."""
    if "simulations" in opened.keys:
        return all(isinstance(each, dict) and "messages" in each for each in as_list(opened.document["simulations"]))
    return bool(opened.values) and all(_is_row(value) for value in opened.values)


def _is_row(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("traj"), list) and not value.keys().isdisjoint(_MARKS)


_MARKS = {"reward", "task_id", "trial"}


def conversations(opened: Opened) -> Iterator[Conversation]:
    """Each run, named by its task, or `task@trial` where a task was run more than once."""
    results = opened.document if "simulations" in opened.keys else {}
    runs = as_list(results.get("simulations")) or list(opened.values)
    read = _read_simulation if results else _read_row
    for name, run in zip(_names(runs), runs, strict=True):
        source = Source(opened.name, NAME, name)
        yield Conversation(source, partial(read, run, results, source))


def _names(runs: Sequence[Json]) -> list[str]:
    tasks = [str(run.get("task_id")) for run in runs]
    trials = [locator(task, _trial(run)) for task, run in zip(tasks, runs, strict=True)]
    for names in ([locator(task) for task in tasks], trials):
        if len(set(names)) == len(runs):
            return names
    return [str(number) for number in range(len(runs))]


def _trial(run: Json) -> int:
    trial = run.get("trial")
    return trial if isinstance(trial, int) else 0


def _read_row(run: Json, _: Json, source: Source) -> Transcript:
    draft = Draft(source)
    read_messages(run["traj"], draft)
    if not any(message.calls for message in draft.messages) and any(
        "Action:" in message.text for message in draft.messages if message.role == "assistant"
    ):
        draft.note("calls_as_text", "the agent wrote its calls into its text; their results are the user's messages")
    return draft.transcript(conditions={key: run.get(key) for key in ("task_id", "trial")})


def _read_simulation(run: Json, results: Json, source: Source) -> Transcript:
    info = as_object(results.get("info"))
    agent, world = as_object(info.get("agent_info")), as_object(info.get("environment_info"))
    draft = Draft(source)
    messages = [each for message in as_list(run.get("messages")) for each in _apart(message)]
    _read_policy(world, messages, draft)
    read_messages([each for each in messages if not _is_the_users(each)], draft)
    if any(_is_the_users(each) for each in messages):
        draft.note(
            "view_chosen", "what the simulated user did with tools of its own is left out: the agent never met it"
        )
    draft.define(_tools(world.get("tool_defs")))
    return draft.transcript(
        model=agent.get("llm"),
        conditions={
            "domain": world.get("domain_name"),
            "agent": agent.get("implementation"),
            "task_id": run.get("task_id"),
            "trial": run.get("trial"),
        },
    )


def _read_policy(world: Json, messages: Sequence[Any], draft: Draft) -> None:
    if any(is_message(each) and each["role"] == "system" for each in messages):
        return
    policy = world.get("policy")
    draft.say("system", policy if isinstance(policy, str) else "")
    kept = "; the domain's policy, which it held, stands in its place" if draft.messages else ""
    draft.note("system_missing", f"the file does not record the system prompt{kept}")


def _apart(message: Any) -> list[Any]:
    """A message in Chat Completions' form; several for the results of parallel calls, which tau2 keeps together."""
    match message:
        case {"role": "tool", "tool_messages": list(inner)}:
            return [each for result in inner for each in _apart(result)]
        case {"role": "tool", "id": known}:
            return [{"tool_call_id": known, **message}]
    return [message]


def _is_the_users(message: Any) -> bool:
    """Whether it is a call of the simulated user's, or the result of one."""
    match message:
        case {"role": "tool", "requestor": "user"} | {"role": "user", "tool_calls": [_, *_]}:
            return True
    return False


def _tools(recorded: object) -> list[Any]:
    return tools_of(list(recorded.values()) if isinstance(recorded, dict) else recorded)
