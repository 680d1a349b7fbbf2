"""JSON patches: the cases of RFC 6902's appendix that recorders write, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from interrogate.adapters.formats.petri.json_patch import patched


@pytest.mark.parametrize(
    ("document", "change", "expected"),
    [
        ({"foo": "bar"}, {"op": "add", "path": "/baz", "value": "qux"}, {"foo": "bar", "baz": "qux"}),
        ({"foo": ["bar", "baz"]}, {"op": "add", "path": "/foo/1", "value": "qux"}, {"foo": ["bar", "qux", "baz"]}),
        ({"foo": ["bar"]}, {"op": "add", "path": "/foo/-", "value": ["abc"]}, {"foo": ["bar", ["abc"]]}),
        ({"foo": ["bar", "qux", "baz"]}, {"op": "remove", "path": "/foo/1"}, {"foo": ["bar", "baz"]}),
        ({"baz": "qux"}, {"op": "replace", "path": "/baz", "value": "boo", "replaced": "qux"}, {"baz": "boo"}),
        ({"foo": [1, 2, 3]}, {"op": "move", "from": "/foo/0", "path": "/foo/2"}, {"foo": [2, 3, 1]}),
        ({"a": {"b": 1}, "c": {}}, {"op": "move", "from": "/a/b", "path": "/c/d"}, {"a": {}, "c": {"d": 1}}),
        ({"/": 9, "~1": 10}, {"op": "replace", "path": "/~01", "value": 0}, {"/": 9, "~1": 0}),
        ({"a/b": 1}, {"op": "test", "path": "/a~1b", "value": 1}, {"a/b": 1}),
        ([1], {"op": "replace", "path": "", "value": [2]}, [2]),
    ],
)
def test_a_change_is_made_as_the_standard_says(document: Any, change: Any, expected: Any) -> None:
    assert patched(document, [change]) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"op": "remove", "path": "/3"},
        {"op": "remove", "path": "/-"},
        {"op": "remove", "path": "/-1"},
        {"op": "remove", "path": ""},
        {"op": "replace", "path": "/0/role", "value": 1},
        {"op": "add", "path": "/one", "value": 1},
        {"op": "add", "path": "0", "value": 1},
        {"op": "add", "path": "/0/text/0", "value": 1},
        {"op": "test", "path": "/0/text", "value": "other"},
        {"op": "copy", "from": "/0", "path": "/1"},
        {"op": "add", "path": 7},
        "remove",
    ],
)
def test_a_change_that_does_not_fit_is_refused(change: Any) -> None:
    with pytest.raises(ValueError, match=r"patch"):
        patched([{"text": "a"}, 2], [change])


def test_the_document_itself_is_left_as_it_was() -> None:
    document = [{"content": ["a"]}]

    after = patched(document, [{"op": "add", "path": "/0/content/-", "value": "b"}])

    assert (document, after) == ([{"content": ["a"]}], [{"content": ["a", "b"]}])


def test_a_patch_cannot_nest_deeper_than_a_file_may() -> None:
    moves = [{"op": "move", "from": f"/{place}", "path": f"/{place - 1}/0"} for place in range(299, 0, -1)]

    with pytest.raises(ValueError, match="nested"):
        patched([[] for _ in range(300)], moves)
