"""What several test files share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Lets interrupts through. A process that was started in the background inherits that they are ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real transcripts and labelled answers, which is no part of the project."""
    place = os.environ.get("INTERROGATE_TEST_DATA")
    if not place:
        pytest.skip("INTERROGATE_TEST_DATA is not set; it names the folder of real transcripts and labelled answers")
    return Path(place)
