"""What several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real transcripts and labelled answers, which is no part of the project."""
    place = os.environ.get("INTERROGATE_TEST_DATA")
    if not place:
        pytest.skip("INTERROGATE_TEST_DATA is not set; it names the folder of real transcripts and labelled answers")
    return Path(place)
