"""A second process for a test: a fresh interpreter. A fork inherits locks that other threads hold, and may hang."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cloudpickle

_TESTS = Path(__file__).parent
_CODE = "import pickle, sys; sys.path.insert(0, sys.argv[1]); pickle.load(sys.stdin.buffer)()"


def elsewhere(work: Callable[[], object], *, output: Path | None = None) -> subprocess.Popen[bytes]:
    """A process that does the work and is under way; what it prints goes to a file."""
    cloudpickle.register_pickle_by_value(sys.modules[work.__module__])
    with (output or Path("/dev/null")).open("wb") as printed:
        command = [sys.executable, "-u", "-c", _CODE, str(_TESTS)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=printed, stderr=printed)
    assert process.stdin is not None
    with process.stdin as given:
        given.write(cloudpickle.dumps(work))
    return process


def exit_code(process: subprocess.Popen[bytes]) -> int:
    """How the process ended, once it has."""
    return process.wait()
