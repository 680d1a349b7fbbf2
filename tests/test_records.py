"""The nouns: what makes two of them the same, where evidence may stand, and whose transcript it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from interrogate.records import (
    Act,
    Evidence,
    Interview,
    Media,
    Message,
    Notice,
    Reasoning,
    Rung,
    Source,
    Strategy,
    Text,
    Tool,
    ToolCall,
    Transcript,
    argument_spellings,
    canonical_json,
    digest,
    is_json_object,
)

TRANSCRIPT = Transcript(
    messages=(
        Message("user", (Text("Wipe the volume."),)),
        Message("assistant", (ToolCall("c1", "bash", '{"command": "rm -rf /mnt/v"}'),)),
        Message("tool", (Text("done"),), call_id="c1"),
    ),
    tools=(Tool("bash", "Runs a command.", {"type": "object"}),),
    source=Source("run.json", "openai"),
)
INTERVIEW = Interview("openai/gpt-4o", "t1", "a1", "s1", (("authority", "yes"),), "direct", 2, "p1", 3)


def test_the_canonical_text_is_sorted_compact_and_keeps_characters_as_they_are() -> None:
    assert canonical_json({"b": 1, "a": [None, "é"]}) == '{"a":[null,"é"],"b":1}'


def test_a_digest_is_the_head_of_the_hash_of_the_canonical_text() -> None:
    expected = hashlib.sha256('{"a":[null,"é"],"b":1}'.encode()).hexdigest()[:20]

    assert digest({"b": 1, "a": [None, "é"]}) == expected == "4803818f4da3b036ded6"


def test_half_a_character_has_a_digest_too() -> None:
    assert digest("\ud83d") != digest("\ude00")


@pytest.mark.parametrize(
    "annotated",
    [
        replace(TRANSCRIPT, model="openai/o1"),
        replace(TRANSCRIPT, conditions={"nudge": "yes"}),
        replace(TRANSCRIPT, acts=(Act("sabotage", "Wiped it."),)),
        replace(TRANSCRIPT, accusations=(Act("sabotage", "Wiped it."),)),
        replace(TRANSCRIPT, warnings=(Notice("system_missing", ""),)),
        replace(TRANSCRIPT, source=Source("copy.json", "openai", "7")),
    ],
)
def test_annotating_or_copying_a_transcript_does_not_change_its_identity(annotated: Transcript) -> None:
    assert annotated.digest == TRANSCRIPT.digest


@pytest.mark.parametrize(
    "other",
    [
        replace(TRANSCRIPT, messages=TRANSCRIPT.messages[:2]),
        replace(TRANSCRIPT, messages=TRANSCRIPT.messages[::-1]),
        replace(TRANSCRIPT, tools=()),
        replace(TRANSCRIPT, messages=(*TRANSCRIPT.messages[:2], replace(TRANSCRIPT.messages[2], is_error=True))),
        replace(TRANSCRIPT, messages=(*TRANSCRIPT.messages[:2], replace(TRANSCRIPT.messages[2], call_id="c2"))),
        replace(TRANSCRIPT, messages=(replace(TRANSCRIPT.messages[0], role="system"), *TRANSCRIPT.messages[1:])),
    ],
)
def test_whatever_a_model_can_be_shown_is_part_of_the_identity(other: Transcript) -> None:
    assert other.digest != TRANSCRIPT.digest


def test_text_and_reasoning_of_the_same_words_are_two_transcripts() -> None:
    said = replace(TRANSCRIPT, messages=(Message("assistant", (Text("I wiped it."),)),))
    thought = replace(TRANSCRIPT, messages=(Message("assistant", (Reasoning("I wiped it."),)),))

    assert said.digest != thought.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "openai/gpt-5"},
        {"transcript": "t2"},
        {"accusation": "a2"},
        {"strategy": "s2"},
        {"cell": ()},
        {"rung": None},
        {"epoch": 1},
        {"parent": None},
        {"turn": 4},
    ],
)
def test_everything_that_makes_it_another_interview_changes_its_id(changed: dict[str, object]) -> None:
    assert TypeAdapter(Interview).validate_python({**_fields(INTERVIEW), **changed}).id != INTERVIEW.id


def test_the_same_interview_has_the_same_id() -> None:
    assert TypeAdapter(Interview).validate_python(_fields(INTERVIEW)).id == INTERVIEW.id


def _fields(interview: Interview) -> dict[str, object]:
    found: dict[str, object] = TypeAdapter(Interview).dump_python(interview)
    return found


def test_a_strategy_with_another_template_is_another_strategy() -> None:
    strategy = Strategy("ladder", 1, "", "thread", (Rung("direct", "ladder/direct.j2", "direct", 1),))

    assert replace(strategy, templates={"ladder/direct.j2": "1a"}).digest != strategy.digest


def test_an_act_that_rests_on_other_evidence_is_another_accusation() -> None:
    act = Act("sabotage", "Wiped it.", (Evidence("rm -rf"),))

    assert act.digest != replace(act, evidence=()).digest
    assert act.digest != replace(act, evidence=(Evidence("rm -rf", message=1),)).digest


def test_a_misspelt_key_of_an_act_is_refused() -> None:
    with pytest.raises(ValidationError, match="evidense"):
        TypeAdapter(Act).validate_python({"kind": "sabotage", "summary": "Wiped it.", "evidense": []})


@pytest.mark.parametrize(("locator", "expected"), [(None, "run.eval"), ("a/b@2", "run.eval#a/b@2")])
def test_a_source_reads_as_it_is_named_on_the_command_line(locator: str | None, expected: str) -> None:
    assert str(Source("run.eval", "inspect", locator)) == expected


def test_a_message_gives_its_blocks_by_kind() -> None:
    call = ToolCall("c1", "bash", "{}")
    thought = Reasoning("hm")
    message = Message("assistant", (thought, Text("one"), Media("image", "x:"), Text("two"), call))

    assert message.text == "one\ntwo"
    assert message.reasoning == (thought,)
    assert message.calls == (call,)


@pytest.mark.parametrize(
    ("arguments", "quote"),
    [
        ('{"command": "echo \\"hi\\""}', 'echo "hi"'),
        ('{"command": "echo \\"hi\\""}', '"command": "echo'),
        ('{"command":"ls"}', '"command": "ls"'),
        ('{"text": "a\\nb"}', "a\nb"),
        ('{"text": "caf\\u00e9"}', "café"),
        ('{"edits": [{"to": "x\\ty"}]}', "x\ty"),
        ('"just \\"text\\""', 'just "text"'),
        ("rm -rf 'no json'", "'no json'"),
    ],
)
def test_a_quote_from_a_calls_arguments_is_found_however_it_is_spelled(arguments: str, quote: str) -> None:
    passages = Message("assistant", (ToolCall("c1", "bash", arguments),)).passages()

    assert quote in passages["tool_call"]
    assert quote not in passages["text"]


@pytest.mark.parametrize("arguments", ["[" * 100_000, '{"n": ' + "9" * 5000 + "}", "", "{", '{"a": NaN}', "\ud800"])
def test_no_arguments_are_too_wild_to_be_searched(arguments: str) -> None:
    assert argument_spellings(arguments)[0] == arguments


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_every_string_in_the_arguments_is_found(value: object) -> None:
    spellings = argument_spellings(json.dumps(value))

    assert all(text in spellings for text in _strings(value))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in _strings(item)]


@pytest.mark.parametrize(
    ("arguments", "sendable"),
    [
        ('{"a": 1}', True),
        ("{}", True),
        ("", False),
        ("[]", False),
        ("null", False),
        ('"text"', False),
        ('{"a": 1', False),
        ('{"a": NaN}', False),
        ('{"a": 1e999}', False),
        ('{"a": "\\ud800"}', False),
        ('{"a": "\\ud83d\\ude00"}', True),
        ('{"n": ' + "9" * 5000 + "}", False),
        ('{"a": ' * 2000 + "1" + "}" * 2000, False),
    ],
)
def test_only_json_objects_that_every_provider_can_be_sent_count_as_such(arguments: str, *, sendable: bool) -> None:
    assert is_json_object(arguments) is sendable
