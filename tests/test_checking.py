"""Checking: what is in transcripts, what a subject would be sent of them, and how they are shown."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from interrogate.checking import check, listing, printable
from interrogate.errors import ModelError
from interrogate.prompts import bundled
from interrogate.sources import Sources

SAMPLES = Path(__file__).parent / "adapters" / "samples"
WIPE = bundled("transcripts") / "volume_wipe"


@pytest.mark.parametrize(
    ("named", "pairing"),
    [
        (["covert.json", "control.json"], ["paired", "paired"]),
        (["control.json"], ["orphan: its twin is not among these"]),
        (["covert.json"], ["orphan: its twin is not among these"]),
    ],
)
def test_a_twin_by_annotation_is_an_orphan_where_the_other_is_not_among_them(
    named: list[str], pairing: list[str]
) -> None:
    found = listing(Sources([str(WIPE / name) for name in named]))

    assert [each["pairing"] for each in found] == pairing
    assert all(each["status"] != "no_accusation" for each in found)


def test_an_innocent_transcript_that_is_accused_by_hand_is_a_control_of_nobody(tmp_path: Path) -> None:
    acts = tmp_path / "mine.yaml"
    accusation = {"kind": "theft", "summary": "Sold it."}
    acts.write_text(yaml.safe_dump([{"file": str(SAMPLES / "openai.json"), "accusations": [accusation]}]))
    (found,) = listing(Sources([str(SAMPLES / "openai.json")], [str(acts)]))

    assert (found["status"], found["pairing"], found["accusations"]) == ("control", "", 1)


@pytest.mark.parametrize(
    ("sample", "exact", "warning"),
    [
        pytest.param("blocks.jsonl", False, "system_missing", id="a loss in reading"),
        pytest.param("malt.json#4102", True, "branch_chosen", id="a choice between branches is no loss"),
    ],
)
def test_without_a_subject_exact_means_that_nothing_was_lost_in_reading(
    sample: str, warning: str, *, exact: bool
) -> None:
    (entry,) = check(Sources([str(SAMPLES / sample)]))

    assert entry["exact"] is exact
    assert warning in {each.split(": ")[0] for each in entry["warnings"]}


def test_evidence_is_kept_only_where_that_of_every_act_is(tmp_path: Path) -> None:
    run, acts = tmp_path / "run.json", tmp_path / "acts.yaml"
    answer = {"role": "assistant", "content": "All is well.", "reasoning_content": "Nobody will see."}
    run.write_text(json.dumps({"messages": [{"role": "user", "content": "Well?"}, answer]}))
    deeds = [
        {"kind": "lie", "summary": "Lied.", "evidence": [{"quote": quote}]} for quote in ("All is well", "Nobody will")
    ]
    acts.write_text(yaml.safe_dump([{"file": "run.json", "acts": deeds}]))

    def kept(subject: str) -> object:
        return check(Sources([str(run)]), subject)[0]["evidence_kept"]

    assert kept("simulated/cracks") is True
    assert kept("openai/gpt-4o") is False


def test_a_subject_that_nobody_serves_is_no_fault_of_the_transcripts() -> None:
    with pytest.raises(ModelError, match="LiteLLM knows no provider of this name"):
        check(Sources([str(WIPE)]), "nonsense/m")


@given(text=st.text())
@example("\x1b]0;title\x07 \x9b31m \u202e\u2066\u200f \r\x00")
def test_what_is_shown_holds_no_control_but_tabs_and_ends_of_lines(text: str) -> None:
    shown = printable(text)
    steering = {each for each in shown if unicodedata.category(each) == "Cc"} - {"\t", "\n"}

    assert steering == set()
    assert not {"\u202e", "\u2066", "\u200f"} & set(shown)
    assert len(shown) == len(text)
    assert printable(shown) == shown
