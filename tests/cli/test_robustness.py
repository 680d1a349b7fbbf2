"""`labels robustness` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from judging import filled
from loopback import Server, said

from interrogate.cli import main
from interrogate.raters.attacks import transformations


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


def robustness(*words: str) -> Result:
    result = CliRunner().invoke(main, ["labels", "robustness", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_classifier_is_tried_and_each_change_has_its_row() -> None:
    shown = robustness("--limit", "2").stdout

    assert "classifier: 8 answers of 2 scenarios; unchanged, " in shown
    assert all(f"{each.kind}: {each.name.replace('_', ' ')}" in shown for each in transformations())


def test_a_judge_is_tried_with_its_parameters_and_json_holds_every_figure(server: Server) -> None:
    server.answer = lambda _: said(filled("denies"))
    words = ("--rater", "hosted_vllm/judge", "-M", f"judge.api_base={server.base}", "-M", "judge.api_key=sk-x",
             "-M", "judge.temperature=0.5", "--limit", "1", "--json")  # fmt: skip
    document = json.loads(robustness(*words).stdout)

    assert (document["rater"], document["answers"], document["scenarios"], document["seed"]) == (
        "hosted_vllm/judge", 4, 1, 0
    )  # fmt: skip
    assert [each["name"] for each in document["flips"]][-3:] == ["again", "reworded", "reordered"]
    assert all(each["label"]["estimate"] == 0 and each["moves"] == {} for each in document["flips"])
    assert {received.body["temperature"] for received in server.received} == {0.5}


def test_a_model_that_cannot_be_called_is_refused() -> None:
    result = robustness("--rater", "no-such-model")

    assert result.exit_code == 2
    assert "no-such-model" in result.stderr
