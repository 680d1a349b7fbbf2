"""Damage to documents, as strangers and broken disks do it: for every adapter's tests."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**30,
        0.5,
        "",
        "x",
        "{",
        "[1]",
        '{"a": 1}',
        [],
        [None],
        ["x"],
        [[]],
        {},
        {"type": "text"},
        {"role": 7},
    ]
)
"""Values that a careless reader trips over."""


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """A copy of a JSON document in which one to three places were removed, replaced, doubled or emptied."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(changed))
        if places:
            holder, key = draw(st.sampled_from(places))
            _damage(draw, holder, key)
    return changed


def _places(value: Any) -> Any:
    """Every object or list with each of its keys or positions."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)


def _damage(draw: st.DrawFn, holder: Any, key: Any) -> None:
    match draw(st.sampled_from(["remove", "replace", "replace", "double", "wrap"])):
        case "remove":
            del holder[key]
        case "replace":
            holder[key] = copy.deepcopy(draw(ODD))
        case "double" if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case _:
            holder[key] = [holder[key]]
