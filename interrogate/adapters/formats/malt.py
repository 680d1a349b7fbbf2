"""METR's MALT: runs as trees of messages, in JSON, a line each, or the rows of a table.

The path from a root to the last leaf of the first branch is the conversation. Other leaves with answers of their own
(alternatives, raters, helpers) are had by name only: `:branch-2`, or `:branch-2-19` with the leaf's node where a
branch has several. Nearly all tool use is text, `<bash>` in a reply and `<bash-output>` in a user's turn, and stays
text. Labels are ground truth and are not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.dialects.shapes import read_messages
from interrogate.adapters.drafting import Draft
from interrogate.adapters.opening import Opened
from interrogate.adapters.runs import acting_model
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source, Transcript

NAME = "malt"

_CONDITIONS = ("task_id", "run_source")
_CALL_IN_TEXT = "<bash>"

_Id = str | int


@dataclass(frozen=True, slots=True)
class _Node:
    id: _Id
    parent: _Id | None
    branch: int
    message: Any


@dataclass(frozen=True, slots=True)
class _Path:
    """The nodes from a root to a leaf."""

    nodes: tuple[_Node, ...]

    @property
    def leaf(self) -> _Node:
        return self.nodes[-1]

    def answers(self) -> set[_Id]:
        return {node.id for node in self.nodes if _role(node) == "assistant"}


def claims(opened: Opened) -> bool:
    """Whether every value of the file is a run with a tree of messages."""
    return bool(opened.values) and all(_is_run(value) for value in opened.values)


def _is_run(value: object) -> bool:
    match value:
        case {"run_id": _, "nodes": [*nodes]}:
            return any(isinstance(node, dict) and "node_data" in node for node in nodes)
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The first branch of each run, named by the run, and its other branches."""
    values = opened.values
    names = numbered(value.get("run_id") for value in values) if len(values) > 1 else [None]
    for name, value in zip(names, values, strict=True):
        yield from _offered(value, Source(opened.name, NAME, name))


def _offered(run: Json, source: Source) -> Iterator[Conversation]:
    model = acting_model(run.get("model"))
    yield Conversation(source, partial(_first, run, source), model=model)
    for name, path in _others(run, source).items():
        named = replace(source, locator=f"{source.locator or ''}:{name}")
        about = f"another branch of the run: it ends at node {path.leaf.id}"
        read = partial(_transcript, run, path, named, f"not the run's first branch: it ends at node {path.leaf.id}")
        yield Conversation(named, read, only_by_name=True, about=about, model=model)


def _first(run: Json, source: Source) -> Transcript:
    nodes = _nodes(run, Draft(source))
    first = _chosen(_paths(nodes, Draft(source)))
    aside = len(nodes) - len(first.nodes)
    return _transcript(
        run,
        first,
        source,
        f"{aside} of {len(nodes)} messages stand on other branches, had by name only" if aside else None,
    )


def _transcript(run: Json, path: _Path, source: Source, choice: str | None) -> Transcript:
    draft = Draft(source)
    if choice:
        draft.note("branch_chosen", choice)
    read_messages([node.message for node in path.nodes], draft)
    if any(message.role == "assistant" and _CALL_IN_TEXT in message.text for message in draft.messages):
        draft.note("calls_as_text", "calls stand in the replies as <bash>, their results in the user's turns")
    return draft.transcript(
        model=acting_model(run.get("model")), conditions={name: run.get(name) for name in _CONDITIONS}
    )


# --- the tree ---------------------------------------------------------------------------------------------


def _nodes(run: Json, draft: Draft) -> dict[_Id, _Node]:
    nodes: dict[_Id, _Node] = {}
    for number, recorded in enumerate(run["nodes"]):
        node = _node(recorded, draft, f"nodes[{number}]")
        if nodes.setdefault(node.id, node) != node:
            raise draft.fault(f"a second node {node.id}", f"nodes[{number}]")
    return nodes


def _node(recorded: Any, draft: Draft, place: str) -> _Node:
    match recorded:
        case {"node_id": str() | int() as name, "node_data": {"message": dict(message)}}:
            branch, parent = recorded.get("branch_id"), recorded.get("parent_node_id")
            if isinstance(parent, str | int | None):
                return _Node(name, parent, branch if isinstance(branch, int) else 0, message)
    raise draft.fault("no node with an id and a message", place)


def _paths(nodes: Mapping[_Id, _Node], draft: Draft) -> list[_Path]:
    """The path to each leaf. Raises TranscriptError where a parent is missing, or a node is its own ancestor."""
    parents = {node.parent for node in nodes.values()}
    leaves = [node for node in nodes.values() if node.id not in parents]
    if not leaves:
        raise draft.fault("a tree without leaves", "nodes")
    return [_path(leaf, nodes, draft) for leaf in leaves]


def _path(leaf: _Node, nodes: Mapping[_Id, _Node], draft: Draft) -> _Path:
    path = [leaf]
    while (parent := path[-1].parent) is not None:
        if parent not in nodes or len(path) > len(nodes):
            raise draft.fault(f"its parent {parent!r} is not there, or descends from it", f"node {path[-1].id}")
        path.append(nodes[parent])
    return _Path(tuple(reversed(path)))


def _chosen(paths: Sequence[_Path]) -> _Path:
    """The longest path of the first branch; of several as long, the last."""
    first = min(path.leaf.branch for path in paths)
    return max((path for path in reversed(paths) if path.leaf.branch == first), key=lambda path: len(path.nodes))


def _others(run: Json, source: Source) -> dict[str, _Path]:
    """The other paths that hold an answer of their own, by name; none of a damaged tree, which says so when read."""
    try:
        paths = _paths(_nodes(run, Draft(source)), Draft(source))
    except TranscriptError:
        return {}
    first = _chosen(paths)
    others = [path for path in paths if path.answers() - first.answers()]
    on_branch = Counter(path.leaf.branch for path in (*others, first))
    return {_name(path, alone=on_branch[path.leaf.branch] == 1): path for path in others}


def _name(path: _Path, *, alone: bool) -> str:
    return f"branch-{path.leaf.branch}" if alone else f"branch-{path.leaf.branch}-{path.leaf.id}"


def _role(node: _Node) -> object:
    return node.message.get("role")
