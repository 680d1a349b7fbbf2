"""What a judge's prompts take, one call a turn against one call an interview, on the bundled campaign."""

from __future__ import annotations

import asyncio
from itertools import groupby, takewhile
from pathlib import Path

import pytest

from interrogate import campaign
from interrogate.chat import count_tokens
from interrogate.raters.judge import Judge
from interrogate.rating import owed
from interrogate.spec import Spec
from interrogate.store import open_directory

MODEL = "openai/gpt-4o"


def tokens(text: str) -> int:
    return count_tokens(MODEL, [{"role": "user", "content": text}])


def shared(one: str, other: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in pairs)


@pytest.mark.slow
def test_most_of_what_is_sent_turn_by_turn_is_a_prefix_that_caches_hold(tmp_path: Path) -> None:
    asyncio.run(campaign.run(Spec(subject=("simulated/cracks",), dir=tmp_path / "c")))
    judge = Judge(MODEL)
    with open_directory(tmp_path / "c") as store:
        items = sorted(owed(store, judge), key=lambda item: (item.interview, item.turn))
    interviews = [
        [judge._prompt(item.exhibit) for item in of] for _, of in groupby(items, key=lambda item: item.interview)
    ]
    by_turn = sum(tokens(prompt) for prompts in interviews for prompt in prompts)
    at_once = sum(tokens(prompts[-1]) for prompts in interviews)
    cached = sum(tokens(shared(prompts[0], prompt)) for prompts in interviews for prompt in prompts[1:])
    print(f"{len(items)} answers: {by_turn / len(items):.0f} prompt tokens an answer, {cached / by_turn:.0%} of them a")
    print(f"prefix sent before; in one call an interview {at_once / len(items):.0f}")

    assert cached > by_turn / 2
    assert at_once < by_turn
