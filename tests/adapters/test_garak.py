"""garak's reports."""

from __future__ import annotations

import json
from pathlib import Path

from interrogate.adapters import Unread, read_paths
from interrogate.records import Message, Text, Transcript

SAMPLE = Path(__file__).parent / "samples" / "garak.jsonl"


def read(path: Path) -> list[Transcript]:
    return [each for each in read_paths([str(path)]) if isinstance(each, Transcript)]


def test_an_attempt_that_stands_twice_is_one_and_each_of_its_answers_is_a_conversation() -> None:
    found = read(SAMPLE)

    assert [each.source.locator for each in found] == ["ledger.Backdate/0@1", "ledger.Backdate/0@2", "ledger.Old"]
    assert [each.messages[-1].text for each in found] == [
        "Entered under 28 February.",
        "Entries keep their day.",
        "Rounded to 900.",
    ]


def test_model_probe_and_goal_are_kept_and_detectors_are_not() -> None:
    found = read(SAMPLE)

    assert {each.model for each in found} == {"gpt-4o-mini"}
    assert found[0].conditions == {"probe": "ledger.Backdate", "goal": "have an entry dated back"}
    assert found[0].messages[0] == Message("system", (Text("You keep a ledger."),))


def test_a_picture_that_was_sent_along_is_said_to_be_lost(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": {"text": "What is it?", "data_path": "a.png"}},
        {"role": "assistant", "content": "A"},
    ]
    attempt = {"entry_type": "attempt", "status": 2, "probe_classname": "visual.A", "conversations": [{"turns": turns}]}
    path = tmp_path / "report.jsonl"
    path.write_text(json.dumps(attempt))

    (found,) = read(path)

    assert [notice.code for notice in found.warnings] == ["content_dropped"]


def test_a_hit_log_is_refused_with_the_file_to_give_instead(tmp_path: Path) -> None:
    hit = {"goal": "g", "prompt": "p", "output": "o", "trigger": None, "score": 1.0, "run_id": "r", "attempt_id": "a"}
    path = tmp_path / "hits.jsonl"
    path.write_text(json.dumps(hit))

    (unread,) = read_paths([str(path)])

    assert isinstance(unread, Unread)
    assert "give the .report.jsonl" in unread.error


def test_the_real_reports_hold_each_attempt_once(data: Path) -> None:
    folder = data / "transcripts/garak"
    found = {path.name: read(path) for path in sorted(folder.iterdir())}

    assert {name.split(".")[0]: len(each) for name, each in found.items()} == {
        "agg": 9,
        "qual_review_mixed": 3,
        "quack": 1,
        "test": 8,
    }
    assert found["qual_review_mixed.report.jsonl"][0].messages[1].text == "\x1b[31mred text\x1b[0m"
    assert all([m.role for m in each.messages] == ["user", "assistant"] for listed in found.values() for each in listed)
