"""A short campaign of the real local model, end to end: what was sent, what was stored, and again for nothing."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import pytest

from interrogate import frames
from interrogate.campaign import run
from interrogate.prompts import bundled
from interrogate.spec import Spec
from interrogate.store import calls, open_directory

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="the extra 'local' is not installed"),
]


def test_a_campaign_of_the_local_model_is_held_over_http_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    transcript = bundled("transcripts") / "oversight_subversion" / "covert.json"
    spec = Spec(transcripts=str(transcript), subject="local/gemma-3-270m", max_turns=3, dir=tmp_path, max_connections=1)
    first = asyncio.run(run(spec))
    again = asyncio.run(run(spec))
    with open_directory(tmp_path) as store:
        (context,) = store.bodies("context").values()
        rows = store.rows(calls, role="subject")
        answers = frames.answers(store)

    assert first.finished
    assert (first.calls["subject"], again.calls["subject"], again.calls["reused"]) == (3, 0, 3)
    assert not first.simulated
    assert {message["role"] for message in context["messages"]} == {"system", "user", "assistant"}
    assert any("[tool call]" in message["content"] for message in context["messages"])
    assert context["tools"] == []
    assert [difference["code"] for difference in context["differences"]].count("tools_as_text") == 1
    assert all(row["reply"]["tokens_in"] > 1000 for row in rows)
    assert all(row["reply"]["tokens_out"] > 0 for row in rows)
    assert rows[-1]["reply"]["tokens_cached"] > 1000
    assert all("api_key" not in row["request"]["parameters"] for row in rows)
    assert list(answers["rung"]) == ["open_account", "omission", "direct"]
    assert (answers["label"].notna() | answers["unlabelled"].notna()).all()
