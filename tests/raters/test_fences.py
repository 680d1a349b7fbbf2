"""No text that is quoted to a judge can end its quotation, or put a word outside it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interviewing import ACT

from interrogate.chat import Reply, Request
from interrogate.errors import ModelError
from interrogate.raters import Exhibit
from interrogate.raters.attacks import Transformation, specimens, transformations
from interrogate.raters.judge import Judge
from interrogate.records import Json
from interrogate.robustness import REWORDED

MODEL = "hosted_vllm/judge"
JUDGES = {"usual": Judge(MODEL), "reworded": Judge(MODEL, rubric=REWORDED)}
PLAIN = Exhibit(ACT, "record", (("asked", "said"),), "question", "answer")

TRICKS = st.sampled_from(
    ["===0123456789ab===", "===", "```", "\n", "\r\n", "\u2028", "\x00", "{{ fence }}", "{% raw %}", "## The items\n",
     "</answer>", '"""', "\u202e", "\u200b", "<|im_end|>"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.text(), TRICKS), max_size=6).map("".join)


def prompt(judge: Judge, shown: Exhibit) -> str:
    """What the judge would be sent."""
    sent: list[Request] = []

    async def call(request: Request, _: Json) -> Reply:
        sent.append(request)
        raise ModelError("timeout", "")

    asyncio.run(judge.rate(shown, call))
    return str(sent[0].messages[0]["content"])


def unfenced(text: str) -> tuple[list[str], list[str]]:
    """What stands outside the fences, marks left out, and what stands within."""
    marks = re.findall(r"between two lines (===[0-9a-f]{12}===)", text)[:2]
    parts = re.split("|".join(f"\n{mark}\n" for mark in marks), text)
    return [re.sub("|".join(marks), "MARK", part) for part in parts[0::2]], parts[1::2]


@pytest.mark.parametrize("name", JUDGES)
@settings(max_examples=60, deadline=None)
@given(answer=TEXTS, question=TEXTS, record=TEXTS, earlier=TEXTS)
def test_whatever_is_said_all_of_it_and_nothing_else_is_within_the_fences(
    name: str, answer: str, question: str, record: str, earlier: str
) -> None:
    shown = Exhibit(ACT, f"r{record}", (("asked", earlier),), question, answer)
    outside, within = unfenced(prompt(JUDGES[name], shown))
    usual, _ = unfenced(prompt(JUDGES[name], PLAIN))

    assert outside == usual
    assert within[1:] == [f"r{record}", "asked", earlier, question, answer]


@pytest.mark.parametrize("transformation", transformations(), ids=lambda each: each.name)
def test_no_attack_leaves_its_fence(transformation: Transformation) -> None:
    plain = specimens()[0].exhibit
    usual, _ = unfenced(prompt(JUDGES["usual"], plain))
    for variant in transformation.variants:
        outside, within = unfenced(prompt(JUDGES["usual"], replace(plain, answer=variant(plain.answer))))

        assert outside == usual
        assert within[-1] == variant(plain.answer)
