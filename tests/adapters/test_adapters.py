"""The table of adapters: what holds of every one of them, over every file that is there to try."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interrogate.adapters import ADAPTERS, Unread, claimants, read_paths, reader
from interrogate.adapters.files import SIDECARS, split_locator
from interrogate.adapters.formats import anthropic_messages, openai_chat
from interrogate.adapters.opening import open_file
from interrogate.errors import InputError, TranscriptError
from interrogate.records import Json, Message, Transcript

BUNDLED = Path(__file__).parents[2] / "transcripts"
REAL = Path(os.environ.get("INTERROGATE_TEST_DATA", "INTERROGATE_TEST_DATA is not set"))
NEEDS_REAL = pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL}; it names the folder of real transcripts")

CONVERSATION: list[Json] = [{"role": "user", "content": "Clean up."}, {"role": "assistant", "content": "Cleaned."}]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one file is known to hold."""

    path: str
    adapter: str
    messages: tuple[int, ...]
    """How many each of its first conversations has."""
    tools: int = 0
    model: str | None = None
    locator: str | None = None
    warnings: tuple[str, ...] = ()


SUBMIT = ("prompt_view",)
"""Of logs that took the agent's call of `submit` out of its last answer."""
KNOWN = [
    Sample("controlarena/bashbench2_attack_claude-opus-4-5_leak-secrets.eval", "inspect", (24,), 4, locator="40657182"),
    Sample("inspect_eval/inspect_ai_log_message_deduplication_v3pool.eval", "inspect", (12,), 2, locator="0"),
    Sample(
        "inspect_eval/lie-detector_ascii_sandbagging.eval",
        "inspect",
        (3,) * 12,
        model="openai/gpt-4o-mini",
        locator="ascii_harmful_people_1",
    ),
    Sample(
        "inspect_eval/lie-detector_tool-search-sandbagging_llama-3.1-8b.eval",
        "inspect",
        (4,) * 10,
        1,
        "openrouter/meta-llama/llama-3.1-8b-instruct",
        "tool_web_search_abstract_concepts_3",
        ("view_chosen",),
    ),
    Sample(
        "inspect_eval/scout_websearch_claude-sonnet-4-5_server-tools.eval",
        "inspect",
        (2,),
        1,
        "anthropic/claude-sonnet-4-5",
        "1",
    ),
    Sample("inspect_generated/derived_inprogress_no_header.eval", "inspect", (6, 10), 3, "openai/gpt-4o", "19"),
    Sample("inspect_generated/inspect-0.3.285_mockllm_insider.json", "inspect", (8, 8), 3, None, "a/b c?1", SUBMIT),
    Sample(
        "inspect_generated/inspect-0.3.285_mockllm_insider_zstd_pool.eval",
        "inspect",
        (8, 8),
        3,
        None,
        "a/b c?1",
        SUBMIT,
    ),
    Sample("inspect_json/2025-05-12_browser_agent_tools.json", "inspect", (10,), 8, "openai/gpt-4o-mini", "1"),
    Sample("inspect_json/log_images_tc.json", "inspect", (3,), 0, "openai/gpt-4o", "1"),
    Sample(
        "petri_v3_generated/inspect-petri-3.0.11_mockllm_audit_messages-are-auditor.eval",
        "inspect",
        (5,),
        1,
        locator="1",
        warnings=("view_chosen", "branch_chosen"),
    ),
    Sample(
        "petri_v3_generated/inspect-petri-3.1.1_mockllm_audit_rollback.eval",
        "inspect",
        (5,),
        1,
        locator="1",
        warnings=("view_chosen", "branch_chosen"),
    ),
    Sample("mini_swe_agent/github_issue.traj.json", "openai", (22,)),
    Sample(
        "openai_chat_derived/tau_airline_messages.jsonl", "openai", (32, 24, 62, 26, 26), 0, "gpt-4o", "task0_trial0"
    ),
    Sample("sleight_minimal/api-key-in-healthcheck.jsonl", "blocks", (62,), warnings=("system_missing",)),
    Sample("sleight_minimal/exfil-ssh.jsonl", "blocks", (68,), warnings=("system_missing",)),
]


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(SIDECARS))


def named(path: Path) -> str:
    return "/".join(path.parts[-2:])


def read_file(path: Path) -> list[Transcript]:
    """The transcripts of a file of which nothing is refused."""
    found = list(read_paths([str(path)]))
    assert [each.error for each in found if isinstance(each, Unread)] == []
    return [each for each in found if isinstance(each, Transcript)]


def refusal(path: Path) -> str:
    """Why a file is refused that holds nothing else."""
    (unread,) = read_paths([str(path)])
    assert isinstance(unread, Unread)
    return unread.error


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


# --- every bundled file -----------------------------------------------------------------------------------


def test_there_are_bundled_transcripts_of_three_formats() -> None:
    formats = {read_file(path)[0].source.format for path in files_in(BUNDLED)}

    assert formats == {"openai", "anthropic", "blocks"}


@pytest.mark.parametrize("path", files_in(BUNDLED), ids=named)
def test_a_bundled_file_is_claimed_by_exactly_one_adapter_and_read_whole(path: Path) -> None:
    (transcript,) = read_file(path)

    assert claiming(path) == [transcript.source.format]
    assert transcript.messages[-1].role == "assistant"
    assert transcript.messages[-1].text
    assert any(message.calls for message in transcript.messages)


@pytest.mark.parametrize("path", files_in(BUNDLED), ids=named)
def test_in_a_bundled_file_every_result_answers_a_call_and_every_call_has_one(path: Path) -> None:
    (transcript,) = read_file(path)
    calls = [call.id for message in transcript.messages for call in message.calls]
    results = [message.call_id for message in transcript.messages if message.role == "tool"]

    assert sorted(calls) == sorted(str(result) for result in results)


@pytest.mark.parametrize("path", files_in(BUNDLED), ids=named)
def test_the_canary_of_a_bundled_file_is_shown_to_nobody(path: Path) -> None:
    (transcript,) = read_file(path)

    assert "interrogate canary" in path.read_text()
    assert "interrogate canary" not in repr(transcript)


@pytest.mark.parametrize("path", files_in(BUNDLED), ids=named)
def test_reading_twice_gives_the_same_transcript(path: Path) -> None:
    assert [each.digest for each in read_file(path)] == [each.digest for each in read_file(path)]


# --- every real file --------------------------------------------------------------------------------------


@NEEDS_REAL
@pytest.mark.parametrize("path", files_in(REAL / "transcripts"), ids=named)
def test_a_real_file_is_claimed_by_at_most_one_adapter_and_read_or_refused_by_name(path: Path) -> None:
    found = list(read_paths([str(path)]))

    assert len(claiming(path)) <= 1
    assert all(str(path) in each.error for each in found if isinstance(each, Unread))
    assert all(isinstance(each, Transcript) for each in found) or len(found) == 1


def claiming(path: Path) -> list[str]:
    try:
        return [adapter.NAME for adapter in claimants(open_file(path))]
    except TranscriptError:
        return []


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.path)
def test_a_real_file_holds_what_it_is_known_to_hold(data: Path, known: Sample) -> None:
    _needs_reader(known.adapter)

    found = read_file(data / "transcripts" / known.path)

    assert tuple(len(each.messages) for each in found) == known.messages
    assert {each.source.format for each in found} == {known.adapter}
    assert len(found[0].tools) == known.tools
    assert found[0].model == known.model
    assert found[0].source.locator == known.locator
    assert tuple(notice.code for notice in found[0].warnings) == known.warnings


def test_a_real_log_in_which_nobody_answers_is_refused(data: Path) -> None:
    _needs_reader("inspect")

    assert "no assistant message" in refusal(data / "transcripts" / "inspect_json" / "log_tool_call_error.json")


def _needs_reader(adapter: str) -> None:
    if adapter == "inspect":
        pytest.importorskip("inspect_ai", reason="inspect_ai is not installed; it comes with the extra 'inspect'")


# --- damage -----------------------------------------------------------------------------------------------

DAMAGED: dict[str, tuple[object, str]] = {
    "openai": ([*CONVERSATION, {"role": "user", "content": [7]}], "message 2: .*int"),
    "openai, a conversation of several": (
        [{"id": "b", "messages": [{"role": "assistant", "content": 7}]}],
        "#b, message 0: .*int",
    ),
    "anthropic": (
        {"system": "s", "messages": [*CONVERSATION, {"role": "assistant", "tool_calls": [{}]}]},
        "message 3: a tool call without a name",
    ),
    "anthropic, system": ({"system": [7], "messages": CONVERSATION}, "message 0: .*int"),
}


@pytest.mark.parametrize(("document", "place"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_named_with_its_place_and_the_others_go_on(
    tmp_path: Path, document: object, place: str
) -> None:
    write(tmp_path / "a.json", CONVERSATION)
    write(tmp_path / "b.json", document)
    write(tmp_path / "c.json", CONVERSATION)

    first, damaged, last = read_paths([str(tmp_path)])

    assert isinstance(first, Transcript)
    assert isinstance(last, Transcript)
    assert isinstance(damaged, Unread)
    assert re.match(rf"{tmp_path}/b\.json.*{place}", damaged.error)


def test_a_damaged_block_line_is_named_with_its_turn(tmp_path: Path) -> None:
    rows = [
        {"role": "assistant", "content": {"type": "tool_use", "id": "t", "name": "ls", "input": {}}},
        {"role": "user", "content": 7},
    ]
    path = tmp_path / "run.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    assert re.search(r"run\.jsonl, message 1: .*int", refusal(path))


@pytest.mark.parametrize("path", files_in(BUNDLED), ids=named)
def test_a_torn_bundled_file_is_named_with_its_place(path: Path, tmp_path: Path) -> None:
    torn = tmp_path / path.name
    torn.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    (unread,) = read_paths([str(torn)])

    assert isinstance(unread, Unread)
    assert unread.error.startswith(f"{torn}:")
    assert unread.error.removeprefix(f"{torn}:").split(":")[0].isdigit()


@pytest.mark.parametrize("name", [known.path for known in KNOWN if known.path.endswith(".eval")])
def test_a_torn_or_changed_log_is_refused_or_read_but_never_a_crash(data: Path, tmp_path: Path, name: str) -> None:
    _needs_reader("inspect")
    content = (data / "transcripts" / name).read_bytes()
    chance = random.Random(name)  # noqa: S311
    path = tmp_path / "run.eval"
    for _ in range(6):
        changed = bytearray(content[: chance.randrange(8, len(content))] if chance.random() < 0.3 else content)
        for _ in range(chance.choice([1, 3, 30])):
            changed[chance.randrange(4, len(changed))] = chance.randrange(256)
        path.write_bytes(changed)

        assert all(isinstance(each, Transcript) or str(path) in each.error for each in read_paths([str(path)]))


NAMES = st.sampled_from(
    [
        "arguments content data document eval function function_call id image_url input messages model name parameters",
        "reasoning_content refusal role signature source status system text thinking thinking_blocks tool_call_id",
        "tool_calls tools tool_use_id type url version",
    ]
).flatmap(lambda names: st.sampled_from(names.split()))
WORDS = st.sampled_from(
    "user assistant tool function system text tool_use tool_result thinking redacted_thinking image image_url x".split()
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": WORDS},
        optional={
            "content": VALUES
            | st.lists(st.fixed_dictionaries({"type": WORDS}, optional={"text": VALUES, "id": VALUES})),
            "tool_calls": VALUES,
            "tool_call_id": VALUES,
            "function_call": VALUES,
            "thinking_blocks": VALUES,
            "reasoning_content": VALUES,
        },
    ),
    max_size=4,
)
DOCUMENTS = (
    VALUES | MESSAGES | st.fixed_dictionaries({"messages": MESSAGES}, optional={"system": VALUES, "tools": VALUES})
)


@given(document=DOCUMENTS, lines=st.booleans())
@settings(max_examples=200)
def test_whatever_json_a_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, document: Any, *, lines: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "wild.json"
    rows = document if lines and isinstance(document, list) else [document]
    path.write_text("\n".join(json.dumps(row) for row in rows))

    found = list(read_paths([str(path)]))

    assert all(isinstance(each, Unread) or all(valid(message) for message in each.messages) for each in found)
    assert len(claiming(path)) <= 1


def valid(message: Message) -> bool:
    named_calls = all(isinstance(call.name, str) and isinstance(call.arguments, str) for call in message.calls)
    return isinstance(message.text, str) and named_calls and message.role in {"system", "user", "assistant", "tool"}


# --- the doors --------------------------------------------------------------------------------------------


def test_an_unknown_file_lists_what_is_known(tmp_path: Path) -> None:
    path = write(tmp_path / "other.json", {"trajectory": []})

    error = refusal(path)

    assert "other.json: no adapter knows this file (" in error
    assert "--field" in error
    assert all(adapter.NAME in error for adapter in ADAPTERS)


def test_a_folder_is_read_in_order_without_sidecars_and_hidden_files(tmp_path: Path) -> None:
    for name in [
        "b.json",
        "a/z.json",
        "a/y.jsonl",
        ".hidden.json",
        ".cache/x.json",
        "acts.yaml",
        "b.meta.json",
        "README.md",
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, CONVERSATION)
    (tmp_path / "link.json").symlink_to(tmp_path / "b.json")

    found = [Path(each.source.path) for each in read_paths([str(tmp_path)]) if isinstance(each, Transcript)]

    assert [str(path.relative_to(tmp_path)) for path in found] == ["a/y.jsonl", "a/z.json", "b.json"]


def test_a_folder_under_a_hidden_one_is_read_when_it_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "runs"
    folder.mkdir(parents=True)
    write(folder / "a.json", CONVERSATION)

    assert [type(each) for each in read_paths([str(folder)])] == [Transcript]


def test_a_file_that_is_named_is_tried_whatever_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "notes.txt", CONVERSATION)

    assert [type(each) for each in read_paths([str(path)])] == [Transcript]


def test_a_folder_without_transcripts_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()

    (unread,) = read_paths([str(tmp_path)])

    assert isinstance(unread, Unread)
    assert "without transcripts" in unread.error


def test_a_file_that_is_not_there_does_not_stop_the_next(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", CONVERSATION)

    missing, found = read_paths([str(tmp_path / "b.json"), str(path)])

    assert isinstance(missing, Unread)
    assert isinstance(found, Transcript)


@pytest.mark.parametrize(("asked", "found"), [("a", ["a"]), ("b/c", ["b/c"]), ("d%231", ["d%231"])])
def test_one_conversation_is_had_by_its_locator(tmp_path: Path, asked: str, found: list[str]) -> None:
    path = write(tmp_path / "run.json", [{"id": name, "messages": CONVERSATION} for name in ["a", "b/c", "d#1"]])

    assert [_locator(each) for each in read_paths([f"{path}#{asked}"])] == found


def _locator(found: Transcript | Unread) -> str | None:
    assert isinstance(found, Transcript)
    return found.source.locator


@pytest.mark.parametrize(
    ("document", "holds"),
    [
        ([{"id": name, "messages": CONVERSATION} for name in "ab"], "a, b"),
        (CONVERSATION, "one conversation without a name"),
    ],
)
def test_a_locator_that_is_not_there_is_answered_with_those_that_are(
    tmp_path: Path, document: object, holds: str
) -> None:
    path = write(tmp_path / "run.json", document)

    assert list(read_paths([f"{path}#c"])) == [Unread(str(path), f"{path}#c: not in this file; it holds {holds}")]


def test_of_several_conversations_those_in_which_somebody_answers_are_read(tmp_path: Path) -> None:
    requests = [{"id": "mute", "messages": CONVERSATION[:1]}, {"id": "speaks", "messages": CONVERSATION}]
    path = write(tmp_path / "run.json", requests)

    mute, speaks = read_paths([str(path)])

    assert isinstance(mute, Unread)
    assert mute.path == f"{path}#mute"
    assert isinstance(speaks, Transcript)


def test_a_conversation_in_which_nobody_answers_is_refused(tmp_path: Path) -> None:
    assert "no assistant message; there is nobody" in refusal(write(tmp_path / "run.json", CONVERSATION[:1]))


@pytest.mark.parametrize("name", ["run.json", "run#1.json"])
def test_a_name_is_split_at_the_mark_unless_there_is_such_a_file(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, CONVERSATION)

    assert split_locator(str(path)) == (path, None)
    assert split_locator(f"{path}#a/b@2") == (path, "a/b@2")


def test_what_opening_had_to_mend_is_a_warning_of_the_transcript(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(CONVERSATION).replace("Cleaned.", "Cleaned \\ud83d"))

    (transcript,) = read_file(path)

    assert transcript.messages[1].text == "Cleaned \ufffd"
    assert [notice.code for notice in transcript.warnings] == ["text_mended"]


def test_a_packed_file_reads_as_the_file_itself(tmp_path: Path) -> None:
    path = files_in(BUNDLED)[0]
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert read_file(packed)[0].digest == read_file(path)[0].digest


def test_moving_a_file_does_not_change_its_transcript(tmp_path: Path) -> None:
    path = files_in(BUNDLED)[0]

    assert read_file(Path(shutil.copy(path, tmp_path / "moved")))[0].digest == read_file(path)[0].digest


def test_of_two_formats_that_could_be_meant_the_one_that_is_named_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "run.json", {"messages": CONVERSATION})
    monkeypatch.setattr(anthropic_messages, "claims", openai_chat.claims)

    (found,) = read_paths([str(path)], reader("anthropic"))

    assert "openai and anthropic could both read this file; name one with --format" in refusal(path)
    assert isinstance(found, Transcript)
    assert found.source.format == "anthropic"


def test_a_format_that_is_named_and_is_not_the_files_is_refused(tmp_path: Path) -> None:
    (found,) = read_paths([str(write(tmp_path / "run.json", {"messages": CONVERSATION}))], reader("atif"))

    assert isinstance(found, Unread)
    assert "run.json: not of the format atif" in found.error


def test_a_format_that_is_not_known_is_wrong_use() -> None:
    with pytest.raises(InputError, match=r"--format petrie: no such format; there are inspect, "):
        reader("petrie")


HOME_MADE = {
    "run": {"turns": [{"who": "human", "said": "Clean up."}, {"who": "bot", "said": "Cleaned."}], "by": "our-model"},
    "rules": "Be tidy.",
}
FIELDS = {
    "messages": "run.turns", "role": "who", "content": "said", "assistant": "bot", "user": "human",
    "system": "rules", "model": "run.by",
}  # fmt: skip


def test_home_made_json_is_read_as_its_user_says(tmp_path: Path) -> None:
    path = write(tmp_path / "run.json", HOME_MADE)

    (found,) = read_paths([str(path)], reader(fields=FIELDS))

    assert isinstance(found, Transcript)
    assert [(message.role, message.text) for message in found.messages] == [
        ("system", "Be tidy."),
        ("user", "Clean up."),
        ("assistant", "Cleaned."),
    ]
    assert found.model == "our-model"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (FIELDS | {"messages": "run.talk"}, "run.talk: no list there; say with --field messages=PATH"),
        (FIELDS | {"assistant": "robot"}, "message 1: the role 'bot' is not known; say with --field assistant=bot"),
        (FIELDS | {"messages": "run.turns.0"}, "no list there"),
        (FIELDS | {"messages": "run.turns.7.said"}, "no list there"),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_what_to_say(tmp_path: Path, fields: Json, fault: str) -> None:
    path = write(tmp_path / "run.json", HOME_MADE)

    (found,) = read_paths([str(path)], reader(fields=fields))

    assert isinstance(found, Unread)
    assert fault in found.error


def test_a_field_that_is_not_known_is_wrong_use() -> None:
    with pytest.raises(InputError, match=r"--field speaker: no such field; there are messages, role, content"):
        reader(fields={"speaker": "who"})
