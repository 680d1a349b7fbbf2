"""From the record to what is sent: what each route carries, and that nothing changes unreported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interrogate.adapters import Unread, read_paths
from interrogate.annotations import annotate
from interrogate.records import (
    Act,
    Block,
    Evidence,
    Json,
    Media,
    Message,
    Reasoning,
    Role,
    Source,
    Text,
    Tool,
    ToolCall,
    Transcript,
)
from interrogate.restoring import CLOSING_RESULT, DifferenceCode, Restored, Route, evidence_kept, restore

BUNDLED = Path(__file__).parents[1] / "transcripts"

OPEN = Route("open", reasoning="field")
PLAIN = Route("plain")
SIGNED = Route("signed", reasoning="signed", system="first")
IN_WORDS = Route("in words", tools="text")
ROUTES = [OPEN, PLAIN, SIGNED, IN_WORDS]

LS = Tool("ls", "Lists.", {"type": "object", "properties": {"path": {"type": "string"}}})
PICTURE = Media("image", "data:image/png;base64,x")


def recorded(*messages: Message, tools: tuple[Tool, ...] = (LS,)) -> Transcript:
    return Transcript(messages, tools, Source("run.json", "openai"))


def system(text: str) -> Message:
    return Message("system", (Text(text),))


def user(*blocks: Block | str) -> Message:
    return Message("user", tuple(Text(block) if isinstance(block, str) else block for block in blocks))


def agent(*blocks: Block | str) -> Message:
    return Message("assistant", tuple(Text(block) if isinstance(block, str) else block for block in blocks))


def call(call_id: str = "c1", arguments: str = "{}", name: str = "ls") -> ToolCall:
    return ToolCall(call_id, name, arguments)


def result(call_id: str | None, text: str = "done") -> Message:
    return Message("tool", (Text(text),), call_id=call_id)


def sent(*messages: Message, route: Route = PLAIN, same_model: bool = False) -> Restored:
    return restore(recorded(*messages), route, same_model=same_model)


def codes(restored: Restored) -> list[str]:
    return [difference.code for difference in restored.differences]


def outline(restored: Restored) -> list[str]:
    """Each sent message in a word or two."""
    return [
        f"call {','.join(each['id'] for each in wire['tool_calls'])}"
        if "tool_calls" in wire
        else f"result {wire['tool_call_id']}: {wire['content']}"
        if wire["role"] == "tool"
        else f"{wire['role']}: {wire['content']}"
        for wire in restored.messages
    ]


# --- what is carried --------------------------------------------------------------------------------------


def test_an_ordinary_run_is_sent_as_it_was_recorded() -> None:
    restored = restore(
        recorded(
            system("You keep the server."),
            user("Clean up."),
            agent(Reasoning("Two at once."), "Looking.", call("c1", '{"path": "/é"}'), call("c2")),
            result("c2", "v1"),
            result("c1", ""),
            agent("Cleaned."),
        ),
        OPEN,
        same_model=False,
    )

    assert restored.messages == (
        {"role": "system", "content": "You keep the server."},
        {"role": "user", "content": "Clean up."},
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": '{"path": "/é"}'}},
                {"id": "c2", "type": "function", "function": {"name": "ls", "arguments": "{}"}},
            ],
            "reasoning_content": "Two at once.",
        },
        {"role": "tool", "tool_call_id": "c2", "content": "v1"},
        {"role": "tool", "tool_call_id": "c1", "content": ""},
        {"role": "assistant", "content": "Cleaned."},
    )
    assert restored.origins == (0, 1, 2, 3, 4, 5)
    assert restored.exact


THOUGHT = Reasoning("hm")
SEALED = Reasoning("hm", signature="s")
SUMMARY = Reasoning("in short", signature="s", opaque=True)
HIDDEN = Reasoning("", signature="data", opaque=True)
OMITTED = Reasoning("", signature="s")


@pytest.mark.parametrize(
    ("route", "same_model", "blocks", "carried", "noted"),
    [
        pytest.param(OPEN, False, [THOUGHT], {"reasoning_content": "hm"}, [], id="field"),
        pytest.param(OPEN, False, [SEALED, THOUGHT], {"reasoning_content": "hm\nhm"}, [], id="field, two"),
        pytest.param(
            OPEN, True, [SUMMARY], {"reasoning_content": "in short"}, ["reasoning_opaque"], id="field, summary"
        ),
        pytest.param(OPEN, True, [HIDDEN], {}, ["reasoning_dropped"], id="field, hidden"),
        pytest.param(
            OPEN, True, [HIDDEN, THOUGHT], {"reasoning_content": "hm"}, ["reasoning_dropped"], id="field, one hidden"
        ),
        pytest.param(PLAIN, True, [SEALED], {}, ["reasoning_dropped"], id="none"),
        pytest.param(SIGNED, False, [SEALED], {}, ["reasoning_dropped"], id="signed by another model"),
        pytest.param(SIGNED, True, [THOUGHT], {}, ["reasoning_dropped"], id="unsigned"),
        pytest.param(
            SIGNED,
            True,
            [SEALED],
            {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
            [],
            id="signed",
        ),
        pytest.param(
            SIGNED,
            True,
            [THOUGHT, SUMMARY],
            {"thinking_blocks": [{"type": "thinking", "thinking": "in short", "signature": "s"}]},
            ["reasoning_dropped"],
            id="signed, one unsigned",
        ),
        pytest.param(
            SIGNED,
            True,
            [HIDDEN, OMITTED],
            {
                "thinking_blocks": [
                    {"type": "redacted_thinking", "data": "data"},
                    {"type": "thinking", "thinking": "", "signature": "s"},
                ]
            },
            [],
            id="signed, hidden and omitted",
        ),
    ],
)
def test_reasoning_goes_as_far_as_the_route_and_the_signature_allow(
    route: Route, blocks: list[Block], carried: Json, noted: list[str], *, same_model: bool
) -> None:
    restored = sent(user("Clean up."), agent(*blocks, "Cleaned."), route=route, same_model=same_model)

    assert restored.messages[1] == {"role": "assistant", "content": "Cleaned.", **carried}
    assert codes(restored) == noted
    assert all(difference.message == 1 for difference in restored.differences)


@pytest.mark.parametrize("route", [OPEN, PLAIN, SIGNED])
def test_recorded_tools_are_passed_as_they_are(route: Route) -> None:
    bare = Tool("date", "", {})

    restored = restore(recorded(user("hi"), agent("ho"), tools=(LS, bare)), route, same_model=False)

    assert restored.tools == (
        {"type": "function", "function": {"name": "ls", "description": "Lists.", "parameters": LS.parameters}},
        {
            "type": "function",
            "function": {"name": "date", "description": "", "parameters": {"type": "object", "properties": {}}},
        },
    )
    assert restored.exact


def test_tools_that_were_called_and_not_recorded_are_inferred_and_named() -> None:
    calls = [
        call("1", '{"path": "/", "all": true, "depth": 2, "ratio": 0.5, "tags": [], "opts": {}, "none": null}', "find"),
        call("2", '{"path": 7, "none": "now text", "more": "x"}', "find"),
        call("3", "not json", "odd"),
        call("4"),
    ]

    restored = sent(user("hi"), agent(*calls), *(result(each.id) for each in calls))

    assert [tool["function"]["name"] for tool in restored.tools] == ["ls", "find", "odd"]
    assert restored.tools[1]["function"] == {
        "name": "find",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {
                "path": {"type": "string"},
                "all": {"type": "boolean"},
                "depth": {"type": "integer"},
                "ratio": {"type": "number"},
                "tags": {"type": "array"},
                "opts": {"type": "object"},
                "none": {"type": "string"},
                "more": {"type": "string"},
            },
        },
    }
    assert restored.tools[2]["function"]["parameters"] == {"type": "object", "properties": {}}
    assert restored.differences[0].code == "tools_inferred"
    assert restored.differences[0].detail.endswith(": find, odd")


def test_an_argument_that_was_never_more_than_null_has_no_type() -> None:
    restored = sent(agent(call("1", '{"none": null}', "find")), result("1"))

    assert restored.tools[1]["function"]["parameters"]["properties"] == {"none": {}}


@pytest.mark.parametrize(
    ("arguments", "wrapped"),
    [
        ('{"a": 1}', False),
        ('{"a":1}', False),
        ('{"a": 1', True),
        ("rm -rf /", True),
        ("", True),
        ("[1]", True),
        ("null", True),
        ('{"a": NaN}', True),
        ('{"a": "\\ud83d"}', True),
    ],
)
def test_arguments_that_no_provider_would_read_are_wrapped_and_still_there(arguments: str, *, wrapped: bool) -> None:
    restored = sent(agent(call("c1", arguments)), result("c1"))
    spelled = restored.messages[0]["tool_calls"][0]["function"]["arguments"]

    assert json.loads(spelled) == ({"_raw": arguments} if wrapped else json.loads(arguments))
    assert wrapped or spelled == arguments
    assert codes(restored) == ["arguments_wrapped"] * wrapped


@pytest.mark.parametrize(
    ("message", "content", "noted"),
    [
        (
            user("Look:", PICTURE, " "),
            [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": PICTURE.url}}],
            [],
        ),
        (user(Media("audio", "data:a"), "Hear."), "Hear.", ["media_omitted"]),
        (
            user(Media("document", "data:d"), PICTURE),
            [{"type": "image_url", "image_url": {"url": PICTURE.url}}],
            ["media_omitted"],
        ),
        (agent("Drawn.", PICTURE), "Drawn.", ["media_omitted"]),
        (system("a"), "a", []),
    ],
)
def test_images_are_sent_and_other_media_reported(message: Message, content: object, noted: list[str]) -> None:
    restored = sent(message)

    assert restored.messages[0]["content"] == content
    assert codes(restored) == noted


def test_a_result_may_show_an_image() -> None:
    restored = sent(agent(call()), Message("tool", (Text("a.png:"), PICTURE), call_id="c1"))

    assert [part["type"] for part in restored.messages[1]["content"]] == ["text", "image_url"]
    assert restored.exact


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(Message("user", ()), id="user"),
        pytest.param(user("", " \n"), id="blank user"),
        pytest.param(Message("system", ()), id="system"),
        pytest.param(Message("assistant", ()), id="assistant"),
        pytest.param(agent("\n\n"), id="blank assistant"),
    ],
)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.provider)
def test_an_empty_message_is_left_out_and_reported(empty: Message, route: Route) -> None:
    restored = sent(user("hi"), empty, agent("ho"), route=route)

    assert outline(restored) == ["user: hi", "assistant: ho"]
    assert restored.origins == (0, 2)
    assert [(each.code, each.message) for each in restored.differences if each.code != "tools_as_text"] == [
        ("empty_message_omitted", 1)
    ]


def test_an_assistant_that_only_thought_is_left_out_where_thought_cannot_be_sent() -> None:
    restored = sent(user("hi"), agent(THOUGHT), agent("ho"))

    assert outline(restored) == ["user: hi", "assistant: ho"]
    assert codes(restored) == ["reasoning_dropped", "empty_message_omitted"]


@pytest.mark.parametrize(("route", "blocks"), [(OPEN, [THOUGHT]), (SIGNED, [SEALED])])
def test_an_assistant_that_only_thought_is_sent_without_words_put_in_its_mouth(
    route: Route, blocks: list[Block]
) -> None:
    restored = sent(user("hi"), agent(*blocks), route=route, same_model=True)

    assert restored.messages[1]["content"] is None
    assert restored.exact


def test_blank_text_beside_calls_is_not_sent_and_no_difference() -> None:
    restored = sent(agent("\n\n", call()), result("c1"))

    assert restored.messages[0]["content"] is None
    assert restored.exact


@pytest.mark.parametrize(
    ("route", "messages", "expected", "noted"),
    [
        (SIGNED, [system("a"), user("b"), system("c")], ["system: a", "user: b", "user: [system message]\nc"], [2]),
        (SIGNED, [system("a"), system("c")], ["system: a", "user: [system message]\nc"], [1]),
        (SIGNED, [user("b"), system("c")], ["user: b", "user: [system message]\nc"], [1]),
        (SIGNED, [Message("system", ()), system("c")], ["system: c"], []),
        (PLAIN, [system("a"), user("b"), system("c")], ["system: a", "user: b", "system: c"], []),
    ],
)
def test_a_later_system_message_is_marked_where_the_route_takes_only_a_first(
    route: Route, messages: list[Message], expected: list[str], noted: list[int]
) -> None:
    restored = sent(*messages, route=route)

    assert outline(restored) == expected
    assert [each.message for each in restored.differences if each.code == "system_as_user"] == noted


@pytest.mark.parametrize(
    ("blocks", "ordered"),
    [
        ([THOUGHT, "a", "b", call()], True),
        (["a", call(), call("c2")], True),
        ([THOUGHT, "\n", THOUGHT, call()], True),
        (["a", call(), "b"], False),
        ([THOUGHT, "a", THOUGHT, call()], False),
        ([call(), THOUGHT], False),
    ],
)
def test_blocks_in_an_order_that_cannot_be_sent_are_reported(blocks: list[Block | str], *, ordered: bool) -> None:
    message = agent(*blocks)

    restored = sent(message, *(result(each.id) for each in message.calls), route=OPEN)

    assert restored.exact is ordered
    assert set(codes(restored)) <= {"blocks_reordered"}


def test_a_result_that_was_marked_as_an_error_loses_the_mark_and_says_so() -> None:
    restored = sent(agent(call()), Message("tool", (Text("no such file"),), call_id="c1", is_error=True))

    assert outline(restored) == ["call c1", "result c1: no such file"]
    assert [(each.code, each.message) for each in restored.differences] == [("error_unmarked", 1)]


# --- calls and their results ------------------------------------------------------------------------------

CLOSED = f": {CLOSING_RESULT}"


@pytest.mark.parametrize(
    ("messages", "expected", "noted"),
    [
        pytest.param(
            [agent(call("a"), call("b")), result("b"), result("a")],
            ["call a,b", "result b: done", "result a: done"],
            [],
            id="parallel results keep their order",
        ),
        pytest.param(
            [user("hi"), agent(call("a"))],
            ["user: hi", "call a", f"result a{CLOSED}"],
            [("dangling_call_closed", 1)],
            id="the last call is open",
        ),
        pytest.param(
            [agent(call("a"), call("b")), result("b"), user("go on"), agent("ok")],
            ["call a,b", "result b: done", f"result a{CLOSED}", "user: go on", "assistant: ok"],
            [("dangling_call_closed", 0)],
            id="one of two is open",
        ),
        pytest.param(
            [agent(call("a"), call("b")), result("a"), user("hurry"), result("b")],
            ["call a,b", "result a: done", "result b: done", "user: hurry"],
            [("result_moved", 3)],
            id="somebody speaks between the results",
        ),
        pytest.param(
            [agent(call("a")), user("before"), result("a"), agent("ok")],
            ["call a", "result a: done", "user: before", "assistant: ok"],
            [("result_moved", 2)],
            id="somebody speaks before the result",
        ),
        pytest.param(
            [agent(call("a")), agent(call("b")), result("a"), result("b")],
            ["call a", "result a: done", "call b", "result b: done"],
            [("result_moved", 2)],
            id="one turn in two messages",
        ),
        pytest.param(
            [agent(call("a")), user("and?"), agent("still waiting"), result("a")],
            ["call a", f"result a{CLOSED}", "user: and?", "assistant: still waiting", "user: [tool result]\ndone"],
            [("dangling_call_closed", 0), ("orphan_result_as_text", 3)],
            id="a result after the next turn",
        ),
        pytest.param(
            [agent(call("a")), result("a"), result("a", "again")],
            ["call a", "result a: done", "user: [tool result]\nagain"],
            [("orphan_result_as_text", 2)],
            id="a second result",
        ),
        pytest.param(
            [agent(call("a")), result("x", "stray"), result("a")],
            ["call a", "result a: done", "user: [tool result]\nstray"],
            [("orphan_result_as_text", 1), ("result_moved", 2)],
            id="a stray result first",
        ),
        pytest.param(
            [result("a"), user("hi"), agent("ok"), result(None)],
            ["user: [tool result]\ndone", "user: hi", "assistant: ok", "user: [tool result]\ndone"],
            [("orphan_result_as_text", 0), ("orphan_result_as_text", 3)],
            id="results without calls",
        ),
        pytest.param(
            [agent(call("0")), result("0", "one"), agent(call("0")), result("0", "two")],
            ["call 0", "result 0: one", "call 0_2", "result 0_2: two"],
            [("call_renamed", 2)],
            id="an id used before",
        ),
        pytest.param(
            [agent(call("0"), call("0")), result("0", "one"), result("0", "two")],
            ["call 0,0_2", "result 0: one", "result 0_2: two"],
            [("call_renamed", 0)],
            id="an id used twice in a turn",
        ),
        pytest.param(
            [agent(call("0")), agent(call("0")), result("0", "one"), result("0", "two")],
            ["call 0", "result 0: one", "call 0_2", "result 0_2: two"],
            [("call_renamed", 1), ("result_moved", 2)],
            id="an id used twice in two messages",
        ),
        pytest.param(
            [agent(call("0"), call("0_2"), call("0")), *[result(each) for each in ("0", "0_2", "0")]],
            ["call 0,0_2,0_3", "result 0: done", "result 0_2: done", "result 0_3: done"],
            [("call_renamed", 0)],
            id="a new id that is taken",
        ),
        pytest.param(
            [agent(call("")), result("", "one"), agent(call("")), result("", "two")],
            ["call call_2", "result call_2: one", "call call_3", "result call_3: two"],
            [("call_renamed", 0), ("call_renamed", 2)],
            id="no id at all",
        ),
    ],
)
def test_every_call_has_its_one_result_straight_after_it(
    messages: list[Message], expected: list[str], noted: list[tuple[str, int]]
) -> None:
    restored = sent(*messages)

    assert outline(restored) == expected
    assert sorted((each.code, each.message) for each in restored.differences) == sorted(noted)


def test_what_was_put_in_comes_from_no_recorded_message() -> None:
    assert sent(user("hi"), agent(call("a"))).origins == (0, 1, None)


# --- tools in words ---------------------------------------------------------------------------------------


def test_a_route_without_tools_gets_calls_and_results_in_words() -> None:
    restored = sent(
        user("Clean up."),
        agent("Looking.", call("a", '{"path": "/"}'), call("a", "no json")),
        result("a", "v1"),
        Message("tool", (PICTURE,), call_id="a"),
        agent(call("b")),
        route=IN_WORDS,
    )

    assert restored.tools == ()
    assert outline(restored)[:3] == [
        "user: Clean up.",
        'assistant: Looking.\n[tool call] ls {"path": "/"}\n[tool call] ls no json',
        "user: [tool result]\nv1",
    ]
    assert restored.messages[3]["content"][0] == {"type": "text", "text": "[tool result]"}
    assert restored.messages[3]["content"][1]["image_url"] == {"url": PICTURE.url}
    assert restored.messages[4:] == ({"role": "assistant", "content": "[tool call] ls {}"},)
    assert codes(restored) == ["tools_as_text"]


@pytest.mark.parametrize(
    ("transcript", "exact"),
    [
        (recorded(user("hi"), agent("ho"), tools=()), True),
        (recorded(user("hi"), agent("ho")), False),
        (recorded(agent(call()), tools=()), False),
        (recorded(result("a"), agent("ho"), tools=()), False),
    ],
)
def test_a_route_without_tools_is_exact_only_where_there_are_none(transcript: Transcript, *, exact: bool) -> None:
    assert restore(transcript, IN_WORDS, same_model=True).exact is exact


# --- evidence ---------------------------------------------------------------------------------------------

DEED = (
    user("Clean up."),
    agent(Reasoning("Nobody will see."), call("c1", '{"command": "echo \\"é\\"\\nrm -rf /v"}')),
    result("c1", "removed /v"),
    agent("I removed nothing."),
)


@pytest.mark.parametrize(
    ("route", "quote", "message", "kept"),
    [
        (PLAIN, "removed nothing", 3, True),
        (PLAIN, "removed nothing", None, True),
        (PLAIN, "removed nothing", 1, False),
        (PLAIN, "removed everything", None, False),
        (PLAIN, 'echo "é"\nrm', 1, True),
        (PLAIN, 'echo \\"é\\"', 1, True),
        (PLAIN, "removed /v", 2, True),
        (PLAIN, "Nobody will see.", 1, False),
        (OPEN, "Nobody will see.", 1, True),
        (IN_WORDS, 'echo "é"\nrm', 1, True),
        (IN_WORDS, "removed /v", 2, True),
        (IN_WORDS, "Nobody will see.", 1, False),
    ],
)
def test_evidence_is_kept_where_its_message_still_holds_it(
    route: Route, quote: str, message: int | None, *, kept: bool
) -> None:
    act = Act("sabotage", "Wiped it.", (Evidence("Clean up.", "user", 0), Evidence(quote, message=message)))

    assert evidence_kept(sent(*DEED, route=route), act) is kept


def test_an_act_without_evidence_loses_none() -> None:
    assert evidence_kept(sent(*DEED), Act("sabotage", "Wiped it."))


def test_evidence_in_signed_reasoning_wrapped_arguments_and_beside_an_image_is_kept() -> None:
    restored = sent(
        agent(SEALED, call("c1", "rm 'it'")),
        Message("tool", (Text("see:"), PICTURE), call_id="c1"),
        route=SIGNED,
        same_model=True,
    )
    evidence = (Evidence("hm", message=0), Evidence("rm 'it'", message=0), Evidence("see:", "tool", 1))

    assert evidence_kept(restored, Act("sabotage", "Wiped it.", evidence))


# --- every transcript -------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.provider)
def test_of_the_bundled_transcripts_nothing_is_lost_but_what_a_route_cannot_carry(route: Route) -> None:
    allowed = {"reasoning_dropped", "tools_inferred", "tools_as_text"}

    for transcript in read_paths([str(BUNDLED)]):
        assert isinstance(transcript, Transcript)
        assert set(codes(restore(transcript, route, same_model=False))) <= allowed


def test_an_open_route_keeps_all_bundled_evidence_and_is_exact_where_tools_were_recorded() -> None:
    for transcript in annotate(read_paths([str(BUNDLED)]), []):
        assert isinstance(transcript, Transcript)
        restored = restore(transcript, OPEN, same_model=False)

        assert all(evidence_kept(restored, act) for act in (*transcript.acts, *transcript.accusations))
        assert restored.exact is bool(transcript.tools)


def test_every_real_transcript_is_restored_to_a_legal_conversation(data: Path) -> None:
    for transcript in read_paths([str(data / "transcripts")]):
        if not isinstance(transcript, Unread):
            for route in ROUTES:
                check_legal(restore(transcript, route, same_model=True))


def test_a_real_id_that_is_used_twice_is_made_two(data: Path) -> None:
    path = data / "transcripts" / "openai_chat_derived" / "tau_airline_messages.jsonl"
    (transcript,) = read_paths([f"{path}#task0_trial0"])
    assert isinstance(transcript, Transcript)

    restored = restore(transcript, PLAIN, same_model=False)

    assert codes(restored).count("call_renamed") == 2
    check_legal(restored)


TEXTS = st.sampled_from(["", " ", "\n\n", "done", "I did.", '"', "é\u2028", "\ud800"]) | st.text(max_size=5)
IDS = st.sampled_from(["", "0", "1", "0_2", "call_2"])
ARGUMENTS = st.sampled_from(
    ['{"a": 1}', '{"a":"x"}', "{}", "", "[1]", "rm -rf", '{"a": NaN}', "[" * 5000, '{"b": "\\ud800"}']
)
SAID = st.builds(Text, TEXTS)
SHOWN = st.builds(Media, st.sampled_from(["image", "audio", "video", "document"]), st.just("data:x"))
THOUGHTS = st.builds(Reasoning, TEXTS, st.none() | st.just("sig"), st.booleans())
CALLS = st.builds(ToolCall, IDS, st.sampled_from(["ls", "rm"]), ARGUMENTS)


def messages_of(role: Role, *blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[Message]:
    return st.builds(Message, st.just(role), st.lists(st.one_of(*blocks), max_size=4).map(tuple))


RESULTS = st.builds(
    Message, st.just("tool"), st.lists(SAID | SHOWN, max_size=2).map(tuple), st.none() | IDS, st.booleans()
)
TRANSCRIPTS = st.lists(
    messages_of("system", SAID)
    | messages_of("user", SAID, SHOWN)
    | messages_of("assistant", SAID, SHOWN, THOUGHTS, CALLS)
    | RESULTS,
    max_size=9,
).map(lambda messages: recorded(*messages))


def texts_of(wire: Json) -> list[str]:
    content = wire["content"] or ""
    return [content] if isinstance(content, str) else [part.get("text", "") for part in content]


def check_legal(restored: Restored) -> None:
    """What every provider demands of a conversation."""
    owed: list[str] = []
    used: list[str] = []
    for wire in restored.messages:
        if wire["role"] == "tool":
            owed.remove(wire["tool_call_id"])
            continue
        assert owed == []
        assert wire["role"] in {"system", "user", "assistant"}
        assert (
            wire["content"] is None
            or any(text.strip() for text in texts_of(wire))
            or not isinstance(wire["content"], str)
        )
        owed = [each["id"] for each in wire.get("tool_calls", ())]
        used += owed
        assert wire["content"] or owed or wire.keys() & {"reasoning_content", "thinking_blocks"}
        for each in wire.get("tool_calls", ()):
            assert isinstance(json.loads(each["function"]["arguments"]), dict)

    assert owed == []
    assert all(used)
    assert len(set(used)) == len(used)


@given(transcript=TRANSCRIPTS, route=st.sampled_from(ROUTES), same_model=st.booleans())
@settings(max_examples=200)
def test_any_transcript_is_restored_to_a_legal_conversation(
    transcript: Transcript, route: Route, *, same_model: bool
) -> None:
    restored = restore(transcript, route, same_model=same_model)

    check_legal(restored)
    assert len(restored.origins) == len(restored.messages)
    assert {each.code for each in restored.differences} <= set(get_args(DifferenceCode))
    assert json.dumps([restored.messages, restored.tools], allow_nan=False)


@given(transcript=TRANSCRIPTS, route=st.sampled_from(ROUTES))
@settings(max_examples=200)
def test_no_word_and_no_call_is_ever_lost(transcript: Transcript, route: Route) -> None:
    restored = restore(transcript, route, same_model=False)
    pairs = list(zip(restored.messages, restored.origins, strict=True))

    for index, message in enumerate(transcript.messages):
        wires = [wire for wire, origin in pairs if origin == index]
        said = "\n".join(text for wire in wires for text in texts_of(wire))
        called = [each["function"] for wire in wires for each in wire.get("tool_calls", ())]
        assert all(block.text in said for block in message.blocks if isinstance(block, Text) and block.text.strip())
        assert len(wires) <= 1
        if route.tools == "native":
            assert [each["name"] for each in called] == [each.name for each in message.calls]
        else:
            assert all(f"[tool call] {each.name} {each.arguments}" in said for each in message.calls)


@given(transcript=TRANSCRIPTS, route=st.sampled_from(ROUTES), same_model=st.booleans())
@settings(max_examples=200)
def test_exact_means_that_all_is_sent_verbatim_and_in_order(
    transcript: Transcript, route: Route, *, same_model: bool
) -> None:
    restored = restore(transcript, route, same_model=same_model)

    if restored.exact:
        check_verbatim(transcript, restored)


PEACEFUL = st.lists(
    st.lists(CALLS.map(lambda each: ToolCall("", each.name, '{"a": "x"}')), max_size=3), min_size=1, max_size=4
)


@given(rounds=PEACEFUL, thought=st.booleans())
def test_a_run_in_which_all_is_in_order_is_exact(rounds: list[list[ToolCall]], *, thought: bool) -> None:
    messages = [system("You keep the server."), user("Clean up.", PICTURE)]
    for number, calls in enumerate(rounds):
        named = [ToolCall(f"{number}.{place}", each.name, each.arguments) for place, each in enumerate(calls)]
        messages += [agent(*[THOUGHT] * thought, "Looking.", *named), *(result(each.id) for each in named)]
    transcript = recorded(*messages, tools=(LS, Tool("rm", "", {})))

    restored = restore(transcript, OPEN, same_model=False)

    assert restored.exact
    check_verbatim(transcript, restored)


def check_verbatim(transcript: Transcript, restored: Restored) -> None:
    assert restored.origins == tuple(range(len(transcript.messages)))
    for message, wire in zip(transcript.messages, restored.messages, strict=True):
        written = [block for block in message.blocks if not (isinstance(block, Text) and not block.text.strip())]
        calls = [ToolCall(each["id"], **each["function"]) for each in wire.get("tool_calls", ())]
        parts = wire["content"] if isinstance(wire["content"], list) else []
        reasoning = wire.get("reasoning_content", "") + repr(wire.get("thinking_blocks", ""))

        assert wire["role"] == message.role
        assert wire.get("tool_call_id") == message.call_id
        assert calls == [block for block in written if isinstance(block, ToolCall)]
        assert in_order([block.text for block in written if isinstance(block, Text)], "\n".join(texts_of(wire)))
        assert [part["image_url"]["url"] for part in parts if part["type"] == "image_url"] == [
            block.url for block in written if isinstance(block, Media)
        ]
        assert all(block.text in reasoning or repr(block.text)[1:-1] in reasoning for block in message.reasoning)


def in_order(texts: list[str], whole: str) -> bool:
    place = 0
    for text in texts:
        place = whole.find(text, place)
        if place < 0:
            return False
        place += len(text)
    return True
