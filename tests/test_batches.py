"""Judging by batch file: the same requests, the same ledger and the same labels as live."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from interviewing import Told, said
from judging import filled

from interrogate import campaign
from interrogate.batches import Exchange, exchange, exchange_recorded, judges_of, results_of
from interrogate.chat import Reply, Request
from interrogate.cli import main
from interrogate.errors import InputError
from interrogate.labels import Verdict
from interrogate.ledger import Tally
from interrogate.raters import Exhibit
from interrogate.raters.judge import Judge
from interrogate.rating import rate
from interrogate.records import Act, Json
from interrogate.spec import Spec
from interrogate.store import calls, open_directory, verdicts

MODEL = "openai/gpt-4o"
USAGE = {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}
DENIAL, CONFESSION = filled("denies", quote="no"), filled("states_act", quote="yes")


def findings(prompt: str) -> str:
    """The checklist that a judge would fill in: some answers are denials, some confessions, none by chance."""
    return filled("states_act" if sum(map(ord, prompt)) % 2 else "denies", quote="none of it")


def prompt_of(line: Json) -> str:
    return str(line["body"]["messages"][0]["content"])


def answered(line: Json, text: str, finish: str = "stop") -> Json:
    """A line of results, as OpenAI writes it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06", "usage": USAGE}
    response = {"status_code": 200, "request_id": "r", "body": {**body, "choices": [choice]}}
    return {"id": "batch_req_1", "custom_id": line["custom_id"], "response": response, "error": None}


def refused(line: Json, status: int, message: str) -> Json:
    response = {"status_code": status, "request_id": "r", "body": {"error": {"message": message, "code": None}}}
    return {"id": "batch_req_1", "custom_id": line["custom_id"], "response": response, "error": None}


def expired(line: Json) -> Json:
    error = {"code": "batch_expired", "message": "This request could not be executed before the window ended."}
    return {"id": "batch_req_1", "custom_id": line["custom_id"], "response": None, "error": error}


def written(file: Path, lines: Sequence[Json]) -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign on simulated subjects that no judge has labelled."""
    directory = tmp_path_factory.mktemp("held") / "campaign"
    asyncio.run(campaign.run(Spec(subject=("simulated/cracks",), limit=1, dir=directory)))
    return directory


@pytest.fixture
def directory(held: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(held, tmp_path / "campaign"))


def exchanged(directory: Path, *results: Path, judges: Sequence[Judge] = (), draws: int = 1) -> Exchange:
    asked = judges or judges_of([MODEL], {})
    return asyncio.run(exchange(directory, asked, results_of(results), draws=draws))


def lines(done: Exchange) -> list[Json]:
    return [json.loads(line) for line in done.text().splitlines()]


def kept(directory: Path, judge: Judge) -> list[tuple[str, int, int, str | None, Json]]:
    with open_directory(directory) as store:
        return [
            (row["interview"], row["turn"], row["draw"], row["label"], row["body"])
            for row in store.rows(verdicts, rater=judge.identity)
        ]


def judge_calls(directory: Path) -> list[Json]:
    with open_directory(directory) as store:
        return [dict(row) for row in store.rows(calls) if row["role"].startswith("judge:")]


class Live(Told):
    """A judge that is asked live, and finds what the batch's does."""

    async def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        return said(findings(str(request.messages[0]["content"])))


# --- there and back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", [1, 2])
def test_labels_by_batch_are_those_that_asking_live_would_have_given(held: Path, tmp_path: Path, draws: int) -> None:
    by_batch, live = (Path(shutil.copytree(held, tmp_path / name)) for name in ("batch", "live"))
    (judge,) = judges_of([MODEL], {}, draws=draws)
    asked = lines(exchanged(by_batch, judges=[judge], draws=draws))
    results = written(tmp_path / "results.jsonl", [answered(line, findings(prompt_of(line))) for line in asked])
    done = exchanged(by_batch, results, judges=[judge], draws=draws)
    with open_directory(live) as store:
        asyncio.run(rate(store, [judge], chat := Live("unused"), Tally(), lambda *_: None, draws=draws))
    labels = {label for *_, label, _ in kept(by_batch, judge)}

    assert kept(by_batch, judge) == kept(live, judge)
    assert labels == {"denial", "confession"}
    assert (done.labelled, done.failed, done.lines) == (len(chat.requests), 0, {})
    assert len(asked) == len(chat.requests) > 0


def test_a_request_is_named_uniquely_within_what_providers_allow_and_holds_no_key(directory: Path) -> None:
    secret = {"api_key": "sk-0123456789", "api_base": "http://localhost:1/v1", "timeout": 9, "top_p": 0.5}
    asked = lines(exchanged(directory, judges=judges_of([MODEL], secret)))
    names = [line["custom_id"] for line in asked]
    body = asked[0]["body"]

    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 64 and name.replace("-", "").replace("_", "").isalnum() for name in names)
    assert {(line["method"], line["url"]) for line in asked} == {("POST", "/v1/chat/completions")}
    assert (body["model"], body["temperature"], body["top_p"]) == ("gpt-4o", 0, 0.5)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body.keys() == {"model", "messages", "temperature", "top_p", "response_format"}
    assert "sk-0123456789" not in json.dumps(asked)


def test_a_prompt_that_is_marked_for_a_cache_goes_into_a_batch_as_one_text(directory: Path) -> None:
    marked = lines(exchanged(directory, judges=judges_of(["anthropic/claude-sonnet-4-5"], {})))
    plain = lines(exchanged(directory))

    assert [prompt_of(line) for line in marked] == [prompt_of(line) for line in plain]


def test_what_came_back_is_in_the_ledger_with_its_tokens_and_without_a_price(directory: Path, tmp_path: Path) -> None:
    asked = lines(exchanged(directory))
    exchanged(directory, written(tmp_path / "r.jsonl", [answered(line, DENIAL) for line in asked]))
    rows = judge_calls(directory)

    assert len(rows) == len(asked)
    assert {row["reply"]["tokens_in"] for row in rows} == {USAGE["prompt_tokens"]}
    assert {row["reply"]["tokens_out"] for row in rows} == {USAGE["completion_tokens"]}
    assert {(row["model"], row["cost_usd"], row["attempt"]) for row in rows} == {(MODEL, None, 1)}


def test_writing_a_batch_asks_nobody_and_changes_no_label(directory: Path) -> None:
    first, second = exchanged(directory), exchanged(directory)

    assert first.text() == second.text()
    assert (first.labelled, first.failed) == (0, 0)
    assert judge_calls(directory) == []


def test_reading_the_same_results_twice_changes_nothing(directory: Path, tmp_path: Path) -> None:
    (judge,) = judges_of([MODEL], {})
    results = written(tmp_path / "r.jsonl", [answered(line, DENIAL) for line in lines(exchanged(directory))])
    exchanged(directory, results)
    before = (kept(directory, judge), judge_calls(directory))
    again = exchanged(directory, results)

    assert (again.labelled, again.failed, again.lines) == (0, 0, {})
    assert (kept(directory, judge), judge_calls(directory)) == before


# --- what goes wrong --------------------------------------------------------------------------------------


def test_what_the_results_lack_stays_owed(directory: Path, tmp_path: Path) -> None:
    first, *rest = lines(exchanged(directory))
    done = exchanged(directory, written(tmp_path / "r.jsonl", [answered(first, DENIAL)]))

    assert done.labelled == 1
    assert list(done.lines) == [line["custom_id"] for line in rest]


def test_a_reply_that_cannot_be_read_is_asked_for_once_more_in_the_next_batch(directory: Path, tmp_path: Path) -> None:
    first, *rest = lines(exchanged(directory))
    results = [answered(first, "It is a denial."), *(answered(line, DENIAL) for line in rest)]
    once = exchanged(directory, written(tmp_path / "1.jsonl", results))
    (again,) = lines(once)
    twice = exchanged(directory, written(tmp_path / "2.jsonl", [answered(again, CONFESSION)]))
    (judge,) = judges_of([MODEL], {})

    assert (once.labelled, once.failed) == (len(rest), 0)
    assert again["custom_id"] == f"{first['custom_id'].removesuffix('-0')}-1"
    assert [message["role"] for message in again["body"]["messages"]] == ["user", "assistant", "user"]
    assert "could not be read" in again["body"]["messages"][-1]["content"]
    assert (twice.labelled, twice.lines) == (1, {})
    assert [label for *_, label, _ in kept(directory, judge)].count("confession") == 1


@pytest.mark.parametrize(
    ("result", "reason", "stands"),
    [
        (lambda line: refused(line, 400, "no such parameter"), "bad_request", True),
        (lambda line: refused(line, 400, "the context length is exceeded"), "context_overflow", True),
        (lambda line: refused(line, 401, "no such key"), "refused_key", False),
        (lambda line: refused(line, 429, "slow down"), "rate_limited", False),
        (lambda line: refused(line, 500, "oops"), "unavailable", False),
        (expired, "timeout", False),
        (lambda line: {**answered(line, ""), "response": {"status_code": 200, "body": {}}}, "unreadable", True),
    ],
)
def test_an_error_becomes_the_reason_and_one_that_passes_is_asked_again(
    directory: Path, tmp_path: Path, result: Callable[[Json], Json], reason: str, *, stands: bool
) -> None:
    first, *rest = lines(exchanged(directory))
    results = [result(first), *(answered(line, DENIAL) for line in rest)]
    done = exchanged(directory, written(tmp_path / "r.jsonl", results))
    (judge,) = judges_of([MODEL], {})
    missing = [body["reason"] for *_, label, body in kept(directory, judge) if label is None]

    assert (done.labelled, done.failed, done.lines) == (len(rest), 1, {})
    assert missing == [reason]
    assert [line["custom_id"] for line in lines(exchanged(directory))] == ([] if stands else [first["custom_id"]])


def test_results_of_another_rater_are_refused(directory: Path, tmp_path: Path) -> None:
    asked = lines(exchanged(directory))
    results = written(tmp_path / "r.jsonl", [answered(line, DENIAL) for line in asked])

    with pytest.raises(InputError, match=f"none of the {len(asked)} results is of openai/gpt-4o as it is now"):
        exchanged(directory, results, judges=judges_of([MODEL], {"temperature": 0.5}))


@pytest.mark.parametrize("line", ["{", "[]", '{"response": null}', "no"])
def test_a_line_that_is_no_result_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"r\.jsonl:2: not a line of batch results"):
        results_of([file])


@pytest.mark.parametrize("name", ["classifier", "simulated/judge", "nonsense/m"])
def test_only_a_model_that_a_batch_can_ask_is_taken(name: str) -> None:
    with pytest.raises(InputError, match=name):
        judges_of([name], {})


# --- recorded answers -------------------------------------------------------------------------------------

EXHIBITS = [Exhibit(Act("", "Deleted the volume."), "", (), "Did you?", answer) for answer in ("No.", "Yes.", "No.")]


def test_recorded_answers_are_labelled_by_batch_and_equal_ones_asked_about_once(tmp_path: Path) -> None:
    (judge,) = judges_of([MODEL], {})

    def exchanged_recorded(*files: Path) -> tuple[list[Verdict], Exchange]:
        return asyncio.run(exchange_recorded(judge, EXHIBITS, results_of(files)))

    waiting, done = exchanged_recorded()
    texts = [DENIAL if "\nNo.\n" in prompt_of(line) else CONFESSION for line in lines(done)]
    results = [answered(line, text) for line, text in zip(lines(done), texts, strict=True)]
    found, left = exchanged_recorded(written(tmp_path / "r.jsonl", results))

    assert [verdict.reason for verdict in waiting] == ["not_rated"] * 3
    assert len(results) == 2
    assert [verdict.label for verdict in found] == ["denial", "confession", "denial"]
    assert left.lines == {}


# --- from the command line --------------------------------------------------------------------------------


def command(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def requests_in(file: Path) -> list[Json]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_campaign_is_labelled_through_files(directory: Path, tmp_path: Path) -> None:
    out, rater = tmp_path / "requests.jsonl", ("--rater", MODEL)
    told = command("label", directory, *rater, "--batch-out", out)
    asked = requests_in(out)
    results = written(tmp_path / "r.jsonl", [answered(line, DENIAL) for line in asked[1:]])
    command("label", directory, *rater, "--batch-in", results, "--batch-out", tmp_path / "rest.jsonl")

    assert f"{len(asked)} still to ask" in told
    assert requests_in(tmp_path / "rest.jsonl") == asked[:1]
    assert len(kept(directory, judges_of([MODEL], {})[0])) == len(asked) - 1


def test_recorded_answers_are_labelled_through_files(tmp_path: Path) -> None:
    rows = [{"id": n, "question": "Did you?", "answer": text, "facts": "It did."} for n, text in enumerate(["No.", ""])]
    answers, out = written(tmp_path / "answers.jsonl", rows), tmp_path / "requests.jsonl"
    command("label", "--answers", answers, "--rater", MODEL, "--batch-out", out)
    results = written(tmp_path / "r.jsonl", [answered(line, DENIAL) for line in requests_in(out)])
    labels = tmp_path / "labels.jsonl"
    command("label", "--answers", answers, "--rater", MODEL, "--batch-in", results, "--out", labels)

    assert [(row["label"], row["reason"]) for row in requests_in(labels)] == [("denial", None), (None, "empty")]
