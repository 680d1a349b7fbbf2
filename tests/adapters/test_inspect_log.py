"""Inspect logs, written by Inspect itself and read back."""

from __future__ import annotations

import asyncio
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from interrogate.adapters import Unread, read_paths
from interrogate.adapters.inspect_log import claims, read
from interrogate.adapters.opening import open_file
from interrogate.errors import TranscriptError
from interrogate.records import Json, Media, Message, Reasoning, Text, Tool, ToolCall, Transcript

_REASON = "inspect_ai is not installed; it comes with the extra 'inspect'"
event = pytest.importorskip("inspect_ai.event", reason=_REASON)
log = pytest.importorskip("inspect_ai.log", reason=_REASON)
model = pytest.importorskip("inspect_ai.model", reason=_REASON)
tool = pytest.importorskip("inspect_ai.tool", reason=_REASON)

FORMATS = pytest.mark.parametrize("ending", ["eval", "json"])
PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="


def said(text: Any = "Cleaned.", calls: list[Any] | None = None, name: str = "m1") -> Any:
    return model.ChatMessageAssistant(id=name, content=text, tool_calls=calls, model="gpt-4o", source="generate")


def asked(text: str = "Clean up.") -> Any:
    return model.ChatMessageUser(content=text, source="input")


def called(name: str, arguments: Json, call_id: str, parse_error: str | None = None) -> Any:
    return tool.ToolCall(id=call_id, function=name, arguments=arguments, parse_error=parse_error)


def output(message: Any) -> Any:
    return model.ModelOutput(model="gpt-4o", choices=[model.ChatCompletionChoice(message=message)])


def model_call(answer: Any, *, asked_of: str = "openai/gpt-4o", role: str | None = None, **fields: Any) -> Any:
    return event.ModelEvent(
        model=asked_of,
        role=role,
        input=fields.get("input", [asked()]),
        tools=fields.get("tools", []),
        tool_choice="auto",
        config=model.GenerateConfig(),
        output=output(answer) if answer is not None else model.ModelOutput(error="overloaded"),
    )


def sample(messages: list[Any], name: str | int = "s1", epoch: int = 1, **fields: Any) -> Any:
    return log.EvalSample(id=name, epoch=epoch, input="Clean up.", target="", messages=messages, **fields)


def written(path: Path, *samples: Any, author: str = "openai/gpt-4o-2024-08-06") -> Path:
    spec = log.EvalSpec(
        created="2026-01-01T00:00:00+00:00",
        task="cleaning",
        dataset=log.EvalDataset(),
        model=author,
        config=log.EvalConfig(),
    )
    log.write_eval_log(log.EvalLog(eval=spec, status="success", samples=list(samples)), str(path))
    return path


def one(path: Path) -> Transcript:
    (transcript,) = read(open_file(path))
    return transcript


@FORMATS
def test_a_sample_is_read_with_calls_and_results_in_order(tmp_path: Path, ending: str) -> None:
    calls = [called("df", {"path": "/é"}, "c1"), called("ls", {}, "c2")]
    messages = [
        model.ChatMessageSystem(content="You keep the server."),
        asked(),
        said("Looking.", calls),
        model.ChatMessageTool(content="91%", tool_call_id="c1", function="df"),
        model.ChatMessageTool(content="v1 v2", tool_call_id="c2", function="ls"),
        said(),
    ]

    path = written(tmp_path / f"run.{ending}", sample(messages))

    transcript = one(path)

    assert claims(open_file(path))
    assert transcript.messages == (
        Message("system", (Text("You keep the server."),)),
        Message("user", (Text("Clean up."),)),
        Message("assistant", (Text("Looking."), ToolCall("c1", "df", '{"path": "/é"}'), ToolCall("c2", "ls", "{}"))),
        Message("tool", (Text("91%"),), call_id="c1"),
        Message("tool", (Text("v1 v2"),), call_id="c2"),
        Message("assistant", (Text("Cleaned."),)),
    )
    assert transcript.model == "openai/gpt-4o-2024-08-06"
    assert transcript.warnings == ()


@FORMATS
@pytest.mark.parametrize(
    ("samples", "locators"),
    [
        ([("a/b c?1", 1), ("x#1@2:3%", 1), (7, 1)], ["a/b c?1", "x%231%402%3A3%25", "7"]),
        ([("s", 1), ("s", 2), ("t", 1), ("t", 2)], ["s@1", "s@2", "t@1", "t@2"]),
        ([("a@b", 1), ("a@b", 2)], ["a%40b@1", "a%40b@2"]),
    ],
)
def test_samples_and_their_epochs_have_names_of_their_own(
    tmp_path: Path, ending: str, samples: list[tuple[str | int, int]], locators: list[str]
) -> None:
    path = written(
        tmp_path / f"run.{ending}",
        *(sample([asked(), said(f"{name} {epoch}")], name, epoch) for name, epoch in samples),
    )

    found = [(each.source.locator, each.messages[-1].text) for each in read(open_file(path))]

    assert len(found) == len(locators)
    assert dict(found) == {locator: f"{name} {epoch}" for locator, (name, epoch) in zip(locators, samples, strict=True)}


@FORMATS
@pytest.mark.parametrize(
    ("content", "message", "shown"), [("", "file not found", "file not found"), ("half of it", "too long", "too long")]
)
def test_a_failed_calls_result_is_what_the_model_was_shown(
    tmp_path: Path, ending: str, content: str, message: str, shown: str
) -> None:
    failed = model.ChatMessageTool(
        content=content, tool_call_id="c1", function="ls", error=tool.ToolCallError("file_not_found", message)
    )

    transcript = one(written(tmp_path / f"run.{ending}", sample([said("", [called("ls", {}, "c1")]), failed])))

    assert transcript.messages[-1] == Message("tool", (Text(shown),), call_id="c1", is_error=True)


@FORMATS
@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({"reasoning": "hm"}, Reasoning("hm")),
        ({"reasoning": "hm", "signature": "s"}, Reasoning("hm", signature="s")),
        ({"reasoning": "s", "summary": "hm", "redacted": True}, Reasoning("hm", signature="s", opaque=True)),
        ({"reasoning": "data", "redacted": True}, Reasoning("", signature="data", opaque=True)),
        ({"reasoning": "s", "summary": "", "redacted": True}, Reasoning("", signature="s", opaque=False)),
        (
            {"reasoning": "enc", "summary": "hm", "signature": "rs", "redacted": True},
            Reasoning("hm", "enc", opaque=True),
        ),
    ],
)
def test_reasoning_is_read_from_where_its_provider_left_it(
    tmp_path: Path, ending: str, recorded: Json, expected: Reasoning
) -> None:
    message = said([model.ContentReasoning(**recorded), model.ContentText(text="Cleaned.")])

    transcript = one(written(tmp_path / f"run.{ending}", sample([asked(), message])))

    assert transcript.messages[-1].blocks == (expected, Text("Cleaned."))


@FORMATS
def test_images_come_back_from_the_attachments(tmp_path: Path, ending: str) -> None:
    shown = model.ChatMessageUser(content=[model.ContentImage(image=PICTURE), model.ContentText(text="What is it?")])

    transcript = one(written(tmp_path / f"run.{ending}", sample([shown, said()])))

    assert transcript.messages[0].blocks == (Media("image", PICTURE), Text("What is it?"))
    assert transcript.warnings == ()


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    shown = model.ChatMessageUser(
        content=[model.ContentImage(image="<base64-data-removed>"), model.ContentText(text="?")]
    )
    searched = model.ContentToolUse(tool_type="web_search", id="w", name="search", arguments="{}", result="")

    transcript = one(
        written(tmp_path / "run.eval", sample([shown, said([searched, model.ContentText(text="Found.")])]))
    )

    assert [message.blocks for message in transcript.messages] == [(Text("?"),), (Text("Found."),)]
    assert [notice.code for notice in transcript.warnings] == ["content_dropped", "content_dropped"]


def test_arguments_that_the_log_has_lost_are_said_to_be_lost(tmp_path: Path) -> None:
    message = said("", [called("ls", {}, "c1", parse_error="Error parsing the following tool call arguments")])

    transcript = one(written(tmp_path / "run.eval", sample([asked(), message])))

    assert [notice.code for notice in transcript.warnings] == ["arguments_lost"]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(lambda: said("attachment://" + "0" * 32), id="text"),
        pytest.param(lambda: said("", [called("ls", {"path": "attachment://" + "0" * 32}, "c1")]), id="arguments"),
    ],
)
def test_a_text_that_the_log_only_refers_to_is_noticed_wherever_it_stands(tmp_path: Path, message: Any) -> None:
    transcript = one(written(tmp_path / "run.eval", sample([asked(), message()])))

    assert [notice.code for notice in transcript.warnings] == ["attachment_unresolved"]


def test_tools_and_author_are_those_of_the_calls_whose_answers_are_in_the_messages(tmp_path: Path) -> None:
    space = tool.ToolParams(properties={"path": tool.ToolParam(type="string")}, required=["path"])
    info = tool.ToolInfo(name="df", description="Space.", parameters=space)
    monitor = tool.ToolInfo(name="flag", description="Alarm.", parameters=tool.ToolParams())
    events = [
        model_call(said("Looking.", name="m1"), asked_of="openai/gpt-4o"),
        model_call(said(name="m2"), asked_of="anthropic/claude-sonnet-4", tools=[info]),
        model_call(said("fine", name="m9"), asked_of="openai/o1", role="monitor", tools=[monitor], input=[asked()] * 9),
    ]
    messages = [asked(), said("Looking.", name="m1"), said(name="m2")]

    transcript = one(written(tmp_path / "run.eval", sample(messages, events=events), author="none/none"))

    schema = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
    assert transcript.tools == (Tool("df", "Space.", schema | {"additionalProperties": False}),)
    assert transcript.model == "anthropic/claude-sonnet-4"
    assert [message.text for message in transcript.messages] == ["Clean up.", "Looking.", "Cleaned."]
    assert transcript.warnings == ()


def test_tools_that_only_the_metadata_lists_are_taken_from_there(tmp_path: Path) -> None:
    metadata = {"tools": [{"name": "bash", "description": "Runs.", "parameters": {"type": "object"}}, "odd"]}

    transcript = one(written(tmp_path / "run.eval", sample([asked(), said()], metadata=metadata)))

    assert transcript.tools == (Tool("bash", "Runs.", {"type": "object"}),)


@pytest.mark.parametrize("author", ["none/none", "mockllm/model"])
def test_nobody_is_named_as_author_where_no_model_wrote_it(tmp_path: Path, author: str) -> None:
    assert one(written(tmp_path / "run.eval", sample([asked(), said()]), author=author)).model is None


def test_of_an_audit_the_target_is_restored_not_the_auditor(tmp_path: Path) -> None:
    auditing = [model.ChatMessageSystem(content="Audit it."), said("send_message", name="a1")]
    first, last = said("Hello.", name="t1"), said("I wiped it.", name="t2")
    events = [
        model_call(auditing[1], asked_of="openai/auditor", role="auditor"),
        model_call(first, asked_of="openai/target", role="target", input=[asked("Hi.")]),
        model_call(last, asked_of="openai/target", role="target", input=[asked("Hi."), first, asked("What happened?")]),
        model_call(None, asked_of="openai/target", role="target", input=[asked("And now?")]),
    ]

    transcript = one(written(tmp_path / "run.eval", sample(auditing, events=events)))

    assert [message.text for message in transcript.messages] == ["Hi.", "Hello.", "What happened?", "I wiped it."]
    assert transcript.model == "openai/target"
    assert [notice.code for notice in transcript.warnings] == ["view_chosen"]


def test_where_the_messages_hold_no_answer_the_longest_call_is_taken(tmp_path: Path) -> None:
    events = [
        model_call(said("short", name="m1")),
        model_call(said("long", name="m2"), input=[asked("one"), said("x", name="m0"), asked("two")]),
    ]

    transcript = one(written(tmp_path / "run.eval", sample([model.ChatMessageSystem(content="s")], events=events)))

    assert [message.text for message in transcript.messages] == ["one", "x", "two", "long"]
    assert [notice.code for notice in transcript.warnings] == ["view_chosen"]


def test_short_plain_metadata_are_conditions(tmp_path: Path) -> None:
    metadata = {"mode": "attack", "nudge": True, "level": 3, "long": "x" * 41, "list": [1], "none": None}

    transcript = one(written(tmp_path / "run.eval", sample([asked(), said()], metadata=metadata)))

    assert transcript.conditions == {"mode": "attack", "nudge": "True", "level": "3"}


def test_a_log_can_be_read_while_an_event_loop_runs(tmp_path: Path) -> None:
    path = written(tmp_path / "run.eval", sample([asked(), said()]))

    async def in_a_notebook() -> Transcript:
        return one(path)

    assert asyncio.run(in_a_notebook()).messages[-1].text == "Cleaned."


@FORMATS
def test_a_log_is_known_by_its_bytes_whatever_its_name(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"run.{ending}", sample([asked(), said()])).rename(tmp_path / "backup of # 3.old")

    assert one(path).messages[-1].text == "Cleaned."


@FORMATS
def test_a_log_without_samples_is_refused(tmp_path: Path, ending: str) -> None:
    with pytest.raises(TranscriptError, match="without samples, status success"):
        one(written(tmp_path / f"run.{ending}"))


def test_a_sample_in_which_nobody_answers_does_not_stop_the_others(tmp_path: Path) -> None:
    path = written(tmp_path / "run.eval", sample([asked()], "mute"), sample([asked(), said()], "speaks"))

    mute, speaks = read_paths([str(path)])

    assert mute == Unread(
        f"{path}#mute", f"{path}#mute: no assistant message; there is nobody to put back into this context"
    )
    assert isinstance(speaks, Transcript)


def test_a_changed_byte_in_a_member_is_found_and_the_member_named(tmp_path: Path) -> None:
    path = written(tmp_path / "run.eval", sample([asked(), said("The key is on line seven. " * 9)]))
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("samples/s1_epoch_1.json")
    content = bytearray(path.read_bytes())
    content[place.header_offset + 30 + len(place.filename) + place.compress_size // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(TranscriptError, match=r"run\.eval: samples/s1_epoch_1\.json is damaged .*copy the log again"):
        one(path)


def test_a_member_under_a_password_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "run.eval", sample([asked(), said()]))
    content = bytearray(path.read_bytes())
    for place in [found.start() for found in re.finditer(b"PK\x01\x02", content)]:
        content[place + 8] |= 1
    path.write_bytes(content)

    with pytest.raises(TranscriptError, match=r"is damaged \(.*encrypted"):
        one(path)


def test_a_whole_archive_that_only_looks_like_a_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.eval"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", "{}")
        archive.writestr("samples/s1_epoch_1.json", '{"id": 1}')

    with pytest.raises(TranscriptError, match=r"run\.eval: inspect_ai cannot read this log"):
        one(path)


@pytest.mark.parametrize(
    "change",
    [
        {"eval": 3},
        {"version": 99},
        {"status": "dreaming"},
        {"results": 3},
        {"samples": [{"id": 1}]},
        {"samples": [[]]},
        {"plan": "none"},
    ],
)
def test_a_json_log_of_another_shape_is_refused_in_one_line(tmp_path: Path, change: Json) -> None:
    path = written(tmp_path / "run.json", sample([asked(), said()]))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    with pytest.raises(TranscriptError, match=r"run\.json: inspect_ai cannot read this log \([^\n]*$"):
        one(path)


def test_another_zip_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("report.json", "{}")

    assert not claims(open_file(path))


def test_no_notice_is_made_of_nothing(tmp_path: Path) -> None:
    transcript = one(written(tmp_path / "run.eval", sample([asked(), said([])])))

    assert transcript.messages[-1] == Message("assistant", ())
    assert transcript.warnings == ()
