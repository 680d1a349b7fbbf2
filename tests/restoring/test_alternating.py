"""What depends on a message's neighbours: turns that are merged, a first turn, images of results."""

from __future__ import annotations

from restoration import (
    ANTHROPIC,
    GEMINI,
    LOCAL,
    OPENAI,
    PICTURE,
    SEALED,
    agent,
    call,
    codes,
    outline,
    result,
    sent,
    user,
)

from interrogate.records import Json, Message, Text
from interrogate.restoring import Restored


def texts(wire: Json) -> list[str]:
    return [part["text"] for part in wire["content"]]


def noted(restored: Restored, code: str) -> list[int | None]:
    return [each.message for each in restored.differences if each.code == code]


def test_messages_of_one_role_in_a_row_are_one_turn_with_a_part_each() -> None:
    restored = sent(
        user("a"), user("b"), agent("c"), agent(SEALED, "d", call()), result("c1"), agent("e"), route=ANTHROPIC
    )

    assert [wire["role"] for wire in restored.messages] == ["user", "assistant", "tool", "assistant"]
    assert texts(restored.messages[0]) == ["a", "b"]
    assert texts(restored.messages[1]) == ["c", "d"]
    assert restored.origins == ((0, 1), (2, 3), (4,), (5,))
    assert noted(restored, "turns_merged") == [1, 3]


def test_reasoning_of_a_merged_turn_comes_first_and_that_is_said() -> None:
    restored = sent(user("a"), agent(SEALED, "c"), agent(SEALED, "d"), route=ANTHROPIC, same_model=True)

    assert len(restored.messages[1]["thinking_blocks"]) == 2
    assert texts(restored.messages[1]) == ["c", "d"]
    assert noted(restored, "blocks_reordered") == [2]


def test_turns_stay_apart_where_nobody_merges_them() -> None:
    assert sent(user("a"), user("b"), agent("c"), agent("d"), route=OPENAI).exact


def test_merged_text_has_a_blank_line_between_where_all_is_text() -> None:
    restored = sent(user("a"), agent(call()), result("c1"), user("b"), agent("c"), route=LOCAL)

    assert outline(restored)[2:] == ["user: [tool result]\ndone\n\nb", "assistant: c"]
    assert restored.origins == ((0,), (1,), (2, 3), (4,))


def test_a_users_turn_is_put_before_an_assistants_that_comes_first() -> None:
    restored = sent(Message("system", (Text("s"),)), agent("hello"), route=ANTHROPIC)

    assert outline(restored) == [
        "system: s",
        "user: [The record begins with the assistant.]",
        "assistant: hello",
    ]
    assert restored.origins == ((0,), (), (1,))
    assert codes(restored) == ["user_turn_added"]


def test_a_record_that_ends_with_the_user_says_that_the_question_joins_it() -> None:
    assert noted(sent(user("a"), agent("b"), user("c"), route=ANTHROPIC), "turns_merged") == [2]
    assert sent(user("a"), agent("b"), user("c"), route=OPENAI).exact


def test_images_of_results_come_after_all_of_them_where_results_are_text() -> None:
    restored = sent(
        user("hi"),
        agent(call("a"), call("b")),
        Message("tool", (Text("a.png:"), PICTURE), call_id="a"),
        Message("tool", (PICTURE,), call_id="b"),
        agent("ho"),
        route=OPENAI,
    )

    assert outline(restored)[2:4] == ["result a: a.png:", "result b: [image: see the next message]"]
    assert [part["type"] for part in restored.messages[4]["content"]] == ["text", "image_url", "image_url"]
    assert restored.messages[4]["content"][0]["text"] == "[images of the tool results above]"
    assert restored.origins == ((0,), (1,), (2,), (3,), (2, 3), (4,))
    assert noted(restored, "images_moved") == [2, 3]


def test_a_result_keeps_its_image_where_the_provider_has_it_so() -> None:
    shown = Message("tool", (Text("a.png:"), PICTURE), call_id="c1")

    restored = sent(user("hi"), agent(call()), shown, agent("ho"), route=ANTHROPIC)

    assert [part["type"] for part in restored.messages[2]["content"]] == ["text", "image_url"]
    assert restored.exact


def test_gemini_gets_a_text_beside_an_image_that_stands_alone() -> None:
    restored = sent(user(PICTURE), agent("ho"), route=GEMINI)

    assert restored.messages[0]["content"][1] == {"type": "text", "text": "[image]"}
    assert noted(restored, "text_added") == [0]
