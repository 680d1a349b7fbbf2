"""ControlArena's recorded actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from interrogate.adapters import Unread, claimants, read_paths
from interrogate.adapters.opening import open_file

SAMPLE = Path(__file__).parent / "samples" / "controlarena-actions.jsonl"


def test_calls_alone_are_refused_for_the_true_reason() -> None:
    (unread,) = read_paths([str(SAMPLE)])

    assert isinstance(unread, Unread)
    assert "calls alone, without the task and without what they returned" in unread.error


@pytest.mark.parametrize("name", ["honest", "attack_SecretExfiltrationAWSCredentials"])
def test_the_real_files_are_known_for_what_they_are(data: Path, name: str) -> None:
    opened = open_file(data / f"transcripts/controlarena/{name}.jsonl")

    assert [adapter.NAME for adapter in claimants(opened)] == ["controlarena-actions"]
