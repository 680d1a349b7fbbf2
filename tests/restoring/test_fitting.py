"""What is too long is cut from the middle: whole turns, the oldest first, never the task or the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from restoration import ROUTES, TRANSCRIPTS, agent, call, check_legal, codes, outline, recorded, result, system, user

from interrogate.errors import TranscriptError
from interrogate.records import Act, Evidence, Json, Transcript
from interrogate.restoring import Restoration, Restored, Route, evidence_kept, restore
from interrogate.restoring.fitting import room

PLAIN = Route("plain")

RUN = recorded(
    system("You keep the server."),
    user("Clean up."),
    agent("First.", call("a")),
    result("a", "old"),
    agent("Second.", call("b")),
    result("b", "rm done"),
    agent("Third.", call("c")),
    result("c", "new"),
    agent("Done."),
)
ACCUSED = replace(RUN, acts=(Act("sabotage", "Wiped it.", (Evidence("rm done", "tool", 5),)),))


def ten_each(messages: Sequence[Json], tools: Sequence[Json]) -> int:
    """Ten tokens a message and a hundred a definition."""
    return 10 * len(messages) + 100 * len(tools)


def fitted(transcript: Transcript, allowed: int, route: Route = PLAIN) -> Restored:
    """Restored where the messages may take so many tokens."""
    window = 1_000_000
    reserve = room(window, 0) - allowed - (0 if route.tools == "text" else 100)
    choices = Restoration(context_window=window, reserve=reserve)
    return restore(transcript, route, same_model=False, choices=choices, count=ten_each)


def test_what_fits_is_left_whole() -> None:
    assert fitted(ACCUSED, 90) == restore(ACCUSED, PLAIN, same_model=False)


def test_the_oldest_turn_goes_first_with_all_its_results() -> None:
    restored = fitted(ACCUSED, 80)

    assert outline(restored)[1:3] == ["user: Clean up.", "call b"]
    assert restored.origins == ((0,), (1,), (4,), (5,), (6,), (7,), (8,))
    assert [(each.code, each.message, each.detail) for each in restored.differences] == [
        ("middle_cut", 2, "messages 2 to 3 are left out, 20 of 90 tokens")
    ]


def test_evidence_stays_and_what_is_cut_around_it_is_named_stretch_by_stretch() -> None:
    restored = fitted(ACCUSED, 50)

    assert restored.origins == ((0,), (1,), (4,), (5,), (8,))
    assert [each.message for each in restored.differences] == [2, 6]
    assert evidence_kept(restored, ACCUSED.acts[0])


def test_evidence_whose_place_is_not_known_is_found_by_its_words() -> None:
    unplaced = replace(RUN, accusations=(Act("sabotage", "Wiped it.", (Evidence("rm done", "tool"),)),))

    assert fitted(unplaced, 50).origins == ((0,), (1,), (4,), (5,), (8,))


def test_a_record_whose_task_and_evidence_do_not_fit_is_refused() -> None:
    with pytest.raises(TranscriptError, match="take 40 tokens, and there is room for 39"):
        fitted(ACCUSED, 39)


def test_calls_in_words_are_cut_with_their_results_too() -> None:
    restored = fitted(ACCUSED, 80, Route("in words", tools="text"))

    assert restored.origins[2:4] == ((4,), (5,))
    assert codes(restored) == ["tools_as_text", "middle_cut"]


@pytest.mark.parametrize(
    ("window", "reserve", "free"), [(200_000, None, 164_000), (8_000, None, 5_200), (8_000, 0, 7_200)]
)
def test_the_record_gets_the_window_without_margin_and_reserve(window: int, reserve: int | None, free: int) -> None:
    assert room(window, reserve) == free


def test_nothing_is_cut_where_no_window_is_known() -> None:
    assert restore(RUN, PLAIN, same_model=False, count=ten_each).exact


@given(
    transcript=TRANSCRIPTS,
    route=st.sampled_from(ROUTES),
    allowed=st.integers(0, 120),
    kept=st.lists(st.integers(0, 8), max_size=2),
)
def test_whatever_is_cut_the_rest_is_a_legal_conversation_in_order_with_the_evidence(
    transcript: Transcript, route: Route, allowed: int, kept: list[int]
) -> None:
    evidence = tuple(Evidence("", message=index) for index in kept)
    transcript = replace(transcript, acts=(Act("sabotage", "Wiped it.", evidence),))
    whole = restore(transcript, route, same_model=True)
    choices = Restoration(context_window=10_000, reserve=room(10_000, 0) - allowed)

    try:
        cut = restore(transcript, route, same_model=True, choices=choices, count=lambda messages, _: 10 * len(messages))
    except TranscriptError:
        return

    before = [index for origins in whole.origins for index in origins]
    after = [index for origins in cut.origins for index in origins]
    check_legal(cut, route)
    assert is_part(after, before)
    assert set(kept) & set(before) <= set(after)
    assert first_user(transcript) is None or first_user(transcript) in {*after} | ({*range(9)} - {*before})
    assert ("middle_cut" in codes(cut)) is (set(after) != set(before))


def is_part(some: list[int], whole: list[int]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in some)


def first_user(transcript: Transcript) -> int | None:
    said = (i for i, message in enumerate(transcript.messages) if message.role == "user" and message.blocks)
    return next(said, None)
