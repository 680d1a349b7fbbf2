"""Interviews in this process, so many at a time."""

from __future__ import annotations

from collections.abc import Sequence

from interrogate.executors import Workplace, conduct
from interrogate.planning import Case
from interrogate.rating import Observe, together


async def execute(cases: Sequence[Case], place: Workplace, *, at_once: int, observe: Observe) -> None:
    """Conducts all the interviews. A fault of the world stops only its own; a bug, or the store's fault, stops all."""
    waiting = iter(cases)
    done = 0

    async def work() -> None:
        nonlocal done
        for case in waiting:
            await conduct(case, place)
            done += 1
            observe("interviews", done, len(cases))

    observe("interviews", 0, len(cases))
    await together(work() for _ in range(min(at_once, len(cases))))
