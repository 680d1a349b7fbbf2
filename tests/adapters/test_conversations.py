"""Locators: one name for each conversation of a file, and what is meant by one that a person writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interrogate.adapters.conversations import Conversation, chosen, encode, locator, numbered
from interrogate.errors import TranscriptError
from interrogate.records import Source, Transcript


def unread() -> Transcript:
    raise TranscriptError("not to be read")


def offered(*names: str | None, by_name: str | None = "") -> list[Conversation]:
    return [Conversation(Source("f", "x", name), unread, only_by_name=name == by_name) for name in names]


def found(conversations: list[Conversation], asked: str | None) -> list[str | None]:
    return [each.source.locator for each in chosen(conversations, asked)]


@pytest.mark.parametrize(
    ("name", "written"), [("a/b c?1", "a/b c?1"), ("x#1@2:3", "x%231%402%3A3"), ("50%", "50%25"), ("%23", "%2523")]
)
def test_a_locator_can_hold_any_name(name: str, written: str) -> None:
    assert encode(name) == written


@given(st.text(), st.none() | st.integers(1, 9), st.none() | st.text(min_size=1))
def test_a_conversation_is_found_by_its_own_locator_whatever_its_name(
    name: str, epoch: int | None, branch: str | None
) -> None:
    own = locator(name, epoch, branch)

    assert found(offered(own, "another"), own) == [own]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("a", ["a@1", "a@2"]),
        ("a@2", ["a@2"]),
        ("b", ["b"]),
        ("b@1", ["b"]),
        ("b@2", []),
        ("a:left", ["a@1:left"]),
        ("a@1:left", ["a@1:left"]),
        ("a@2:left", []),
        ("c d", ["c%20d"]),
        ("c%20d", ["c%20d"]),
        (":left", []),
        ("", []),
    ],
)
def test_an_epoch_may_be_left_out_and_a_branch_may_not(asked: str, names: list[str]) -> None:
    assert found(offered("a@1", "a@2", "a@1:left", "b", "c%20d"), asked) == names


def test_without_a_locator_all_are_meant_but_those_that_are_had_by_name() -> None:
    assert found(offered(None, ":left", "b", by_name=":left"), None) == [None, "b"]


def test_a_conversation_without_a_name_answers_to_none() -> None:
    assert found(offered(None, ":left"), "a") == []


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["a", "b#1"], ["a", "b%231"]),
        ([7, 8], ["7", "8"]),
        (["a", "a"], ["0", "1"]),
        (["a", None], ["0", "1"]),
        ([1, "1"], ["0", "1"]),
        (["a", ""], ["0", "1"]),
        ([["odd"], {}], ["0", "1"]),
    ],
)
def test_several_are_named_by_their_ids_or_else_by_their_numbers(names: list[object], numbers: list[str]) -> None:
    assert numbered(names) == numbers
