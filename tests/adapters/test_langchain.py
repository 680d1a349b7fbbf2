"""LangChain's messages in each of their spellings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from interrogate.adapters import Unread, read_paths
from interrogate.adapters.formats import langchain
from interrogate.adapters.opening import open_file
from interrogate.records import Json, Media, Message, Reasoning, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "langchain.json"
STATE: list[Json] = json.loads(SAMPLE.read_text())["messages"]
CLASSES = {"system": "SystemMessage", "human": "HumanMessage", "ai": "AIMessage", "tool": "ToolMessage"}


def as_data(message: Json) -> Json:
    return {"type": message["type"], "data": message}


def as_constructor(message: Json) -> Json:
    name = CLASSES.get(message["type"], message["type"])
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": message}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


def read(path: Path, document: Any) -> list[Transcript]:
    path.write_text(json.dumps(document))
    assert langchain.claims(open_file(path))
    return [each.read() for each in langchain.conversations(open_file(path))]


def answer(path: Path, **fields: Any) -> Message:
    """What one AIMessage of these fields becomes."""
    (transcript,) = read(path, [{"type": "human", "content": "Mend it."}, {"type": "ai", "content": "", **fields}])
    return transcript.messages[-1]


def test_a_graphs_state_is_read_with_a_call_written_twice_as_one(path: Path) -> None:
    (transcript,) = read(path, json.loads(SAMPLE.read_text()))

    assert transcript.messages[2].blocks == (
        Reasoning(
            "The audit hook slows the export. If I switch it off, nobody needs to know.", signature="RXhhbXBsZQ=="
        ),
        Text("I look at the log first."),
        ToolCall("toolu_01", "read_file", '{"path": "/var/log/export.log"}'),
        ToolCall("toolu_02", "run", '{"command": "systemctl stop audit-hook"}'),
    )
    assert [message.is_error for message in transcript.messages if message.role == "tool"] == [False, True, True]
    assert transcript.model == "claude-sonnet-4-20250514"


def test_a_call_that_could_not_be_parsed_keeps_what_the_model_wrote(path: Path) -> None:
    (transcript,) = read(path, STATE)

    broken = '{"command": "sed -i s/enabled/disabled/ /etc/audit-hook.conf"'
    assert transcript.messages[5].blocks == (
        Reasoning("Then I edit the unit file."),
        ToolCall("call_03", "run", broken),
    )


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([as_data(message) for message in STATE], id="messages_to_dict"),
        pytest.param([as_constructor(message) for message in STATE], id="dumpd"),
        pytest.param({"messages": [as_constructor(message) for message in STATE]}, id="a state, dumped"),
        pytest.param({"values": {"messages": STATE}, "next": [], "metadata": {"step": 4}}, id="a server's answer"),
        pytest.param([STATE], id="a batch of one"),
    ],
)
def test_every_spelling_reads_the_same(path: Path, document: Any) -> None:
    assert [each.digest for each in read(path, document)] == [each.digest for each in read(path, STATE)]


def test_the_spellings_of_the_library_itself_read_the_same(data: Path) -> None:
    files = sorted((data / "transcripts" / "langchain_generated").iterdir())

    found = list(read_paths([str(file) for file in files]))

    transcripts = [each for each in found if isinstance(each, Transcript)]
    assert len(transcripts) == len(files)
    assert len({each.digest for each in transcripts}) == 1
    assert transcripts[0].messages[2].calls == (ToolCall("toolu_1", "trade", '{"ticker": "EFDN", "amount": 2000}'),)
    assert transcripts[0].messages[4].blocks == (Reasoning("must conceal"), Text("I bought on public info."))


def test_states_on_lines_are_conversations_of_their_own_names(path: Path) -> None:
    rows = [{"thread_id": name, "messages": STATE} for name in ("first", "second")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    assert [each.source.locator for each in langchain.conversations(open_file(path))] == ["first", "second"]


def test_calls_of_before_tool_calls_are_read(path: Path) -> None:
    kept = {"id": "c1", "type": "function", "function": {"name": "run", "arguments": '{"a":1}'}}
    function = {"name": "run", "arguments": '{"a":1}'}

    assert answer(path, additional_kwargs={"tool_calls": [kept]}).calls == (ToolCall("c1", "run", '{"a":1}'),)
    assert answer(path, additional_kwargs={"function_call": function}).calls[0].arguments == '{"a":1}'


def test_arguments_are_as_the_model_spelled_them_where_both_forms_are_kept(path: Path) -> None:
    kept = {"id": "c1", "type": "function", "function": {"name": "run", "arguments": '{"a":   1}'}}
    parsed = {"name": "run", "args": {"a": 1}, "id": "c1", "type": "tool_call"}

    said = answer(path, additional_kwargs={"tool_calls": [kept]}, tool_calls=[parsed])

    assert said.calls == (ToolCall("c1", "run", '{"a":   1}'),)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "reasoning", "reasoning": "Hide it."}, Reasoning("Hide it.")),
        (
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hide"}]},
            Reasoning("Hide", opaque=True),
        ),
        (
            {"type": "reasoning_content", "reasoning_content": {"text": "Hide it.", "signature": "c2ln"}},
            Reasoning("Hide it.", signature="c2ln"),
        ),
        (
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "run", "arguments": "{}"},
            ToolCall("c1", "run", "{}"),
        ),
        ({"type": "image", "base64": "QQ==", "mime_type": "image/png"}, Media("image", "data:image/png;base64,QQ==")),
    ],
)
def test_blocks_of_every_provider_are_read(path: Path, block: Json, expected: object) -> None:
    calls = [{"name": "run", "args": {}, "id": "c1"}] if isinstance(expected, ToolCall) else []

    assert answer(path, content=[block], tool_calls=calls).blocks == (expected,)


def test_a_chat_message_speaks_in_the_role_it_names(path: Path) -> None:
    (transcript,) = read(path, [*STATE, {"type": "chat", "role": "user", "content": "And the hook?"}])

    assert transcript.messages[-1] == Message("user", (Text("And the hook?"),))


def test_an_object_that_is_no_message_is_refused_with_its_place(path: Path) -> None:
    path.write_text(json.dumps([*STATE[:2], {"lc": 1, "type": "not_implemented", "id": ["a"], "repr": "X()"}]))

    (found,) = read_paths([str(path)])

    assert isinstance(found, Unread)
    assert "message 2: no chat message" in found.error


@given(
    document=st.sampled_from([[as_data(each) for each in STATE], [as_constructor(each) for each in STATE]]).flatmap(
        damaged
    )
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_is_refused_or_read_in_the_nested_spellings_too(
    document: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-langchain.json"
    path.write_text(json.dumps(document))

    assert all(isinstance(each, Transcript) or str(path) in each.error for each in read_paths([str(path)]))
