"""JSON patches (RFC 6902), by which some harnesses record how a conversation was changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from interrogate.adapters.parsing import parse
from interrogate.records import Json


def patched(document: Any, patch: Sequence[Any]) -> Any:
    """A copy of the document with the changes made in their order.

    `copy` is not among them: no recorder writes it, and a few lines of it fill any memory. Raises ValueError for a
    change that is unknown, or that does not fit the document.
    """
    root = {"": copy.deepcopy(document)}
    for number, change in enumerate(patch):
        try:
            _apply(root, change)
        except (LookupError, ValueError) as error:
            raise ValueError(f"change {number} of a patch does not fit: {error}") from error
    if "" not in root:
        raise ValueError("a patch that leaves nothing")
    return _bounded(root[""])


def _bounded(value: Any) -> Any:
    """The value, read again: by moves, a patch can nest deeper than any file may."""
    try:
        return parse(json.dumps(value))[0]
    except RecursionError as error:
        raise ValueError("a patch that nests too deeply") from error


def _apply(root: Json, change: Any) -> None:
    match change:
        case {"op": "add", "path": str(path)}:
            _add(root, path, copy.deepcopy(change.get("value")))
        case {"op": "replace", "path": str(path)}:
            holder, key = _place(root, path)
            _taken(holder, key)
            holder[key] = copy.deepcopy(change.get("value"))
        case {"op": "remove", "path": str(path)}:
            _remove(root, path)
        case {"op": "move", "from": str(origin), "path": str(path)}:
            _add(root, path, _remove(root, origin))
        case {"op": "test", "path": str(path)}:
            if _taken(*_place(root, path)) != change.get("value"):
                raise ValueError(f"{path} is not what was recorded")
        case _:
            raise ValueError("of no kind that is known")


def _place(root: Json, path: str, *, beyond: bool = False) -> tuple[Any, Any]:
    """The object or list that a path ends in, and the key or position there."""
    if path and not path.startswith("/"):
        raise LookupError(f"{path!r} is no path")
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in path.split("/"))
    holder: Any = root
    for step in steps:
        holder = _taken(holder, _key(holder, step))
    return holder, _key(holder, last, beyond=beyond)


def _key(holder: Any, step: str, *, beyond: bool = False) -> str | int:
    match holder:
        case dict():
            return step
        case list():
            position = len(holder) if step == "-" and beyond else int(step)
            if 0 <= position < len(holder) + beyond:
                return position
    raise LookupError(f"there is no {step!r}")


def _taken(holder: Any, key: Any) -> Any:
    if isinstance(holder, dict) and key not in holder:
        raise LookupError(f"there is no {key!r}")
    return holder[key]


def _add(root: Json, path: str, value: Any) -> None:
    holder, key = _place(root, path, beyond=True)
    if isinstance(holder, list):
        holder.insert(key, value)
    else:
        holder[key] = value


def _remove(root: Json, path: str) -> Any:
    holder, key = _place(root, path)
    return holder.pop(key)
