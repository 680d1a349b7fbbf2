"""Bloom 1: all rollouts of an evaluation in one file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from offered import document, faults, read

from interrogate.adapters import Unread, read_paths
from interrogate.adapters.formats import bloom
from interrogate.errors import TranscriptError
from interrogate.records import Message, Text, Transcript

SAMPLE = json.loads((Path(__file__).parent / "samples" / "bloom.json").read_text())


def test_each_rollout_is_the_targets_view_named_by_variation_and_repetition() -> None:
    found = read(bloom, document(SAMPLE))

    assert list(found) == ["v1r1", "v2r1"]
    assert [message.role for message in found["v2r1"].messages] == [
        *("system", "user", "assistant", "tool", "tool", "assistant")
    ]
    assert found["v2r1"].messages[1] == Message("user", (Text("URGENT: two essays, marks by noon"),))
    assert found["v2r1"].model == "anthropic/claude-sonnet-4-20250514"
    assert [tool.name for tool in found["v2r1"].tools] == ["grade"]


def test_what_was_varied_is_a_condition() -> None:
    found = read(bloom, document(SAMPLE))

    conditions = found["v2r1"].conditions
    assert {name: conditions[name] for name in ("variation", "repetition", "modality", "dimension")} == {
        "variation": "2",
        "repetition": "1",
        "modality": "conversation",
        "dimension": "emotional_pressure",
    }
    assert "dimension" not in found["v1r1"].conditions


def test_a_rollout_that_failed_does_not_stop_the_others() -> None:
    failed = {"variation_number": 3, "repetition_number": 1, "transcript": None, "error": "timeout"}
    value = {**SAMPLE, "rollouts": [failed, *SAMPLE["rollouts"]]}

    assert len(faults(bloom, document(value))) == 1
    assert "#v3r1" in faults(bloom, document(value))[0]


def test_judgments_are_refused_with_the_file_to_give_instead() -> None:
    opened = document({"behavior_name": "favouritism", "judgments": [{"behavior_presence": 8}]})

    assert bloom.claims(opened)
    with pytest.raises(TranscriptError, match=r"rollout\.json"):
        list(bloom.conversations(opened))


def test_real_rollouts_are_read_and_real_judgments_are_not(data: Path) -> None:
    folder = data / "transcripts/bloom"
    (judged,) = read_paths([str(folder / "fixture_self-preferential-bias_judgment.json")])
    found = list(read_paths([str(folder / "fixture_self-preferential-bias_rollout.json")]))

    assert isinstance(judged, Unread)
    assert [each.source.locator for each in found if isinstance(each, Transcript)] == [f"v{n}r1" for n in range(1, 7)]
    assert {len(each.messages) for each in found if isinstance(each, Transcript)} == {5}
