"""A second process for a test: forked, since importing everything anew would take longer than the test."""

from __future__ import annotations

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path

_FORK = multiprocessing.get_context("fork")


def forked(work: Callable[[], object], *, output: Path = Path(os.devnull)) -> ForkProcess:
    """A process that does the work and is under way; what it prints goes to a file."""

    def run() -> None:
        sys.stdout = sys.stderr = output.open("w", buffering=1)
        work()

    process = _FORK.Process(target=run)
    with warnings.catch_warnings():
        # From Python 3.12 on, where a library keeps idle threads. The child calls none of them.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        process.start()
    return process


def exit_code(process: ForkProcess) -> int | None:
    """How the process ended, once it has."""
    process.join()
    return process.exitcode
