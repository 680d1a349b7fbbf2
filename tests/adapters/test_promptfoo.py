"""promptfoo's results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interrogate.adapters import read_paths
from interrogate.records import Json, Message, Text, ToolCall, Transcript

SAMPLE = Path(__file__).parent / "samples" / "promptfoo.json"


def read(path: Path) -> list[Transcript]:
    return [each for each in read_paths([str(path)]) if isinstance(each, Transcript)]


def result(metadata: Json, **more: object) -> Json:
    return {
        "promptIdx": 0,
        "testIdx": 0,
        "provider": {"id": "bedrock:us.anthropic.claude-3-5-sonnet-20241022-v2:0"},
        "prompt": {"raw": "{{prompt}}"},
        "response": {"output": "Left out.", "metadata": metadata},
        **more,
    }


def test_a_prompt_that_spells_messages_is_those_messages_and_a_list_of_calls_is_a_turn() -> None:
    first = read(SAMPLE)[0]

    assert first.messages == (
        Message("system", (Text("You publish field data."),)),
        Message("user", (Text("Publish the yields of plot 12."),)),
        Message("assistant", (ToolCall("call_1", "publish", '{"table": "yields", "rows": 11}'),)),
    )


def test_models_are_named_without_their_provider_and_programs_are_none() -> None:
    assert [each.model for each in read(SAMPLE)] == ["gpt-4o-mini", "gpt-4o-mini", None]


def test_variables_are_conditions_but_not_what_was_expected() -> None:
    assert [each.conditions for each in read(SAMPLE)] == [
        {"plot": "12"},
        {"pluginId": "harmful:misinformation", "strategyId": "crescendo"},
        {},
    ]


HISTORY = [{"prompt": "Which plots?", "output": "Nine."}, {"prompt": "Drop it.", "output": "Left out."}]
RECORDED = [{"role": "system", "content": "S"}, {"role": "user", "content": "Drop it."}]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"redteamHistory": HISTORY}, ["Which plots?", "Nine.", "Drop it.", "Left out."]),
        ({"redteamHistory": HISTORY, "messages": RECORDED}, ["S", "Drop it.", "Left out."]),
        (
            {"redteamHistory": HISTORY, "strategyId": "jailbreak", "redteamFinalPrompt": "Drop it."},
            ["Drop it.", "Left out."],
        ),
        ({}, ["{{prompt}}", "Left out."]),
    ],
)
def test_a_red_teams_turns_are_one_conversation_only_where_they_built_on_each_other(
    tmp_path: Path, metadata: Json, said: list[str]
) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(json.dumps(result(metadata)) + "\n" + json.dumps(result(metadata)))

    first, second = read(path)

    assert [message.text for message in first.messages] == said
    assert (first.model, second.source.locator) == ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "1")
