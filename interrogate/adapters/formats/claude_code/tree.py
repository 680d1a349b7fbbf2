"""The lines of a Claude Code session as the tree that they are: which follow which, and which were one conversation.

Each line names the one that it follows (`parentUuid`), which may be a line that is no message. Rewinding makes
branches. Parallel calls make side arms: a result follows the line of its own call, and the next turn only one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from interrogate.records import Json

_LINKED = ("user", "assistant", "system", "attachment")


@dataclass
class Tree:
    """Lines by their place in the file, without those that a resumed session repeats."""

    lines: list[Json] = field(default_factory=list)
    threads: list[str | None] = field(default_factory=list)
    """The session of each line, or the sub-agent where it is a sub-agent's."""
    parents: list[int | None] = field(default_factory=list)
    gaps: set[int] = field(default_factory=set)
    """Lines that follow one that the file does not hold."""
    before: list[int | None] = field(default_factory=list)
    """The line that each follows whatever was compacted between them."""

    def path(self, leaf: int) -> list[int]:
        """The lines that lead to one, from the beginning or from the last compaction."""
        path = self._chain(leaf)
        summaries = [number for number, place in enumerate(path) if self.lines[place].get("isCompactSummary")]
        if summaries and not is_boundary(self.lines[path[0]]):
            del path[: summaries[-1]]
        return self._with_side_arms(path)

    def _chain(self, leaf: int) -> list[int]:
        chain: dict[int, None] = {}
        place: int | None = leaf
        while place is not None and place not in chain:
            chain[place] = None
            place = None if is_boundary(self.lines[place]) else self.parents[place]
        return [*reversed(chain)]

    def root(self, place: int) -> int:
        """The line that a line's own branch begins with."""
        return self._chain(place)[0]

    def _with_side_arms(self, path: list[int]) -> list[int]:
        """The path with the other lines of its turns, and the other results of its calls."""
        turns = {turn for place in path if (turn := turn_of(self.lines[place]))}
        also = {place for place, line in enumerate(self.lines) if turn_of(line) in turns}
        calls = {call for place in also for call in _calls(self.lines[place])}
        calls -= {call for place in path for call in answered(self.lines[place])}
        also |= {place for place, line in enumerate(self.lines) if calls.intersection(answered(line))}
        arms: dict[int, list[int]] = {}
        for place in sorted(also.difference(path), reverse=True):
            anchor = self._spoken_above(place)
            if anchor is not None and self.threads[place] == self.threads[path[-1]]:
                arms.setdefault(anchor, []).append(place)
        return [*_grown(path, arms)]

    def _spoken_above(self, place: int) -> int | None:
        above, seen = self.parents[place], {place}
        while above is not None and above not in seen and not is_spoken(self.lines[above]):
            seen.add(above)
            above = self.parents[above]
        return above

    def leaves(self, places: Iterable[int]) -> list[int]:
        """Those of the messages that no other follows, in the order of the file."""
        spoken = [place for place in places if is_spoken(self.lines[place])]
        followed = {self._spoken_above(place) for place in spoken}
        return [place for place in spoken if place not in followed] or spoken[-1:]

    def earlier(self, path: Sequence[int]) -> list[list[int]]:
        """What the model had before it each time that the context was compacted, from the first time on."""
        found: list[list[int]] = []
        start = self.before[path[0]]
        seen = {path[0]}
        while start is not None and start not in seen:
            found.append(self.path(start))
            seen |= {start, found[-1][0]}
            start = self.before[found[-1][0]]
        return [each for each in reversed(found) if any(is_spoken(self.lines[place]) for place in each)]


def _grown(path: Iterable[int], arms: dict[int, list[int]]) -> Iterator[int]:
    waiting = [*path][::-1]
    while waiting:
        place = waiting.pop()
        yield place
        waiting += arms.pop(place, [])


def tree_of(values: Iterable[Any]) -> Tree:
    """The tree of a file's lines. Those of files without links follow each other as they stand."""
    tree = Tree()
    for line in _distinct(values):
        tree.lines.append(line)
        tree.threads.append(_thread(line))
    _settle_threads(tree)
    places: dict[str, int] = {}
    for place, line in enumerate(tree.lines):
        if isinstance(line.get("uuid"), str):
            places.setdefault(line["uuid"], place)
    last: dict[str | None, int] = {}
    for place, thread in enumerate(tree.threads):
        _link(tree, place, places, last.get(thread))
        last[thread] = place
    for line in tree.lines:
        _keep_segment(tree, line, places)
    return tree


def _distinct(values: Iterable[Any]) -> Iterator[Json]:
    seen: dict[str, Any] = {}
    for line in values:
        if not isinstance(line, dict) or (line.get("type") not in _LINKED and not isinstance(line.get("uuid"), str)):
            continue
        uuid = line.get("uuid")
        if isinstance(uuid, str):
            if uuid in seen and seen[uuid] == line.get("message"):
                continue
            seen[uuid] = line.get("message")
        yield line


def _thread(line: Json) -> str | None:
    names = ("agentId", "parent_tool_use_id") if is_sidechain(line) else ("sessionId", "session_id")
    return next((line[name] for name in names if isinstance(line.get(name), str) and line[name]), None)


def _settle_threads(tree: Tree) -> None:
    """Lines that name no session, as some of a stream do, are of the one before them, or of the first."""
    named = zip(tree.lines, tree.threads, strict=True)
    session = next((thread for line, thread in named if thread and not is_sidechain(line)), None)
    for place, line in enumerate(tree.lines):
        if not is_sidechain(line):
            session = tree.threads[place] or session
            tree.threads[place] = session


def _link(tree: Tree, place: int, places: dict[str, int], last: int | None) -> None:
    line = tree.lines[place]
    parent = line.get("parentUuid")
    known = places.get(parent) if isinstance(parent, str) else None
    begins = "parentUuid" in line and parent is None and _begins(line)
    logical = line.get("logicalParentUuid")
    earlier = places.get(logical) if isinstance(logical, str) else None
    tree.parents.append(None if begins else last if known is None else known)
    tree.before.append(next((each for each in (earlier, known) if each is not None), last) if _compacts(line) else None)
    if isinstance(parent, str) and known is None:
        tree.gaps.add(place)


def _begins(line: Json) -> bool:
    """Whether a line without a parent begins anew: a prompt does, an answer or a result cannot."""
    return _compacts(line) or (line.get("type") == "user" and not any(answered(line)))


def _keep_segment(tree: Tree, boundary: Json, places: dict[str, int]) -> None:
    """Puts the messages that a compaction kept word for word after its summary, as the harness does."""
    match boundary:
        case {"compactMetadata": {"preservedSegment": {"headUuid": str(head), "anchorUuid": str(anchor), **rest}}} if (
            head in places and anchor in places
        ):
            tail = places.get(str(rest.get("tailUuid")), places[head])
            for place, parent in enumerate(tree.parents):
                if parent == places[anchor] and place != places[head]:
                    tree.parents[place] = tail
            tree.parents[places[head]] = places[anchor]


def _compacts(line: Json) -> bool:
    return is_boundary(line) or bool(line.get("isCompactSummary"))


def is_boundary(line: Json) -> bool:
    """Whether what stands before this line was replaced in the model's context."""
    return line.get("type") == "system" and line.get("subtype") == "compact_boundary"


def is_sidechain(line: Json) -> bool:
    """Whether this is a sub-agent's line."""
    return bool(line.get("isSidechain") or line.get("parent_tool_use_id"))


def is_spoken(line: Json) -> bool:
    """Whether this is a message that was sent to the model or came from it: not a client's error."""
    message = line.get("message")
    if line.get("type") not in ("user", "assistant") or not isinstance(message, dict):
        return False
    return message.get("model") != "<synthetic>" and not line.get("isApiErrorMessage")


def turn_of(line: Json) -> str | None:
    """The id that the lines of one assistant turn share."""
    message = line.get("message")
    turn = message.get("id") if line.get("type") == "assistant" and isinstance(message, dict) else None
    return turn if isinstance(turn, str) and turn else None


def parts_of(line: Json) -> list[Any]:
    message = line.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if content in (None, ""):
        return []
    return content if isinstance(content, list) else [content]


def answered(line: Json) -> Iterator[str]:
    """The ids of the calls whose results a line holds."""
    for part in parts_of(line):
        if isinstance(part, dict) and part.get("type") == "tool_result" and isinstance(part.get("tool_use_id"), str):
            yield part["tool_use_id"]


def _calls(line: Json) -> Iterator[str]:
    for part in parts_of(line):
        if isinstance(part, dict) and part.get("type") == "tool_use" and isinstance(part.get("id"), str):
            yield part["id"]
