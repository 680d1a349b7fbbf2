"""A model on this machine: its weights are put together once, its server is reached, and never outlives its owner."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import httpx
import pytest

from interrogate.errors import InputError, MissingExtraError, ModelError
from interrogate.local import ENGINE, MODELS, Served, assembled, serving
from interrogate.records import Json

NAME = "local/gemma-3-270m"
PARTS = (b"GGUF", b" and ", b"weights")
WHOLE = b"".join(PARTS)
ROOT = Path(__file__).parents[1]

SPEAKS_ON = 'root ::= "Yes.\\nuser: And then?\\nassistant: Nothing."'
"""A grammar that makes the model write the next turns itself, as base models do."""


class Package(ModuleType):
    """A package of weights in parts, as the extra brings them, only smaller."""

    MODEL_NAME = "small.gguf"
    EXPECTED_SHA256 = sha256(WHOLE).hexdigest()

    def __init__(self, folder: Path) -> None:
        super().__init__("small_gguf")
        self.made = 0
        self.before_writing: Callable[[], object] = lambda: None
        self.parts = [folder / f"part{number}" for number in range(len(PARTS))]
        for path, content in zip(self.parts, PARTS, strict=True):
            path.write_bytes(content)

    def chunk_paths(self) -> list[Path]:
        return self.parts

    def assemble(self, path: Path) -> Path:
        self.made += 1
        self.before_writing()
        path.write_bytes(b"".join(part.read_bytes() for part in self.parts))
        if sha256(path.read_bytes()).hexdigest() != self.EXPECTED_SHA256:
            raise ValueError("Assembled file sha256 did not match expected value")
        return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache directory, for this test."""
    place = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(place))
    return place


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match=r"local/gemma-9: no such local model; name one of local/gemma-3-270m"):
        serving("local/gemma-9").__enter__()


@pytest.mark.parametrize("absent", [ENGINE, MODELS["gemma-3-270m"].weights])
def test_a_missing_package_is_answered_with_the_extra_that_brings_it(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, absent, None)

    with pytest.raises(MissingExtraError, match=r"interrogate-llm\[local\]"):
        serving(NAME).__enter__()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_that_would_get_the_transcript_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.setenv(variable, "http://proxy.example:3128")

    with pytest.raises(InputError, match=r"add 127\.0\.0\.1 to NO_PROXY"):
        serving(NAME).__enter__()


def test_weights_are_put_together_once(cache: Path, package: Package) -> None:
    first = assembled(package)
    second = assembled(package)

    assert first.read_bytes() == WHOLE
    assert first == second
    assert package.made == 1
    assert [first] == list((cache / "interrogate").iterdir())


def test_without_a_named_cache_directory_the_usual_one_is_taken(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert assembled(package).parent == tmp_path / ".cache" / "interrogate"


def test_other_weights_of_the_same_name_are_another_file(cache: Path, package: Package) -> None:
    old = assembled(package)
    package.parts[1].write_bytes(b" or. ")
    package.EXPECTED_SHA256 = sha256(b"GGUF or. weights").hexdigest()

    assert assembled(package).read_bytes() == b"GGUF or. weights"
    assert old.read_bytes() == WHOLE


def test_a_shortened_file_is_put_together_anew(cache: Path, package: Package) -> None:
    path = assembled(package)
    path.write_bytes(WHOLE[:-1])

    assert assembled(package).read_bytes() == WHOLE


def test_two_who_ask_at_once_both_find_the_whole_file(cache: Path, package: Package) -> None:
    package.before_writing = threading.Barrier(2, timeout=60).wait
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(assembled(package).read_bytes())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [WHOLE, WHOLE]
    assert len(list((cache / "interrogate").iterdir())) == 1


def test_a_damaged_part_is_an_error_and_leaves_nothing_behind(cache: Path, package: Package) -> None:
    package.parts[2].write_bytes(b"weighed")

    with pytest.raises(InputError, match=r"small.gguf: the weights cannot be put together \(.*sha256.*anew"):
        assembled(package)
    assert list((cache / "interrogate").iterdir()) == []


def test_a_missing_part_is_an_error(cache: Path, package: Package) -> None:
    package.parts[0].unlink()

    with pytest.raises(InputError, match="part0"):
        assembled(package)


def test_a_cache_directory_that_cannot_be_made_is_an_error(cache: Path, package: Package) -> None:
    cache.write_text("a file where the directory should be")

    with pytest.raises(InputError, match="name another cache directory in XDG_CACHE_HOME"):
        assembled(package)


# --- with a server ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights() -> Iterator[Path]:
    """The real weights, in a cache directory that is gone afterwards."""
    for name in (ENGINE, MODELS["gemma-3-270m"].weights):
        pytest.importorskip(name, reason="the extra 'local' is not installed")
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", folder)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield Path(folder)


@pytest.fixture(scope="module")
def served(weights: Path) -> Iterator[Served]:
    with serving(NAME) as server:
        yield server


def request(server: Served, question: str, **parameters: Any) -> Json:
    return {"messages": [{"role": "user", "content": question}], **server.parameters, **parameters}


def ask(server: Served, question: str, **parameters: Any) -> Json:
    """The body of the server's response."""
    response = httpx.post(
        f"{server.api_base}/chat/completions", json=request(server, question, **parameters), timeout=600
    )
    answer: Json = response.json()
    return answer


def is_up(api_base: str) -> bool:
    try:
        return httpx.get(f"{api_base}/models", timeout=60).is_success
    except httpx.TransportError:
        return False


def program(body: str) -> subprocess.Popen[str]:
    """A program that serves the model as `server`, does what `body` says, and reads no input."""
    source = f"""
import signal, time
import httpx
from interrogate.local import serving
with serving({NAME!r}) as server:
    {body}
"""
    return subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.local
def test_the_server_answers_and_counts_tokens(served: Served) -> None:
    response = ask(served, "Where do you live?")

    assert response["model"] == "gemma-3-270m"
    assert response["choices"][0]["message"]["role"] == "assistant"
    assert 0 < response["usage"]["completion_tokens"] <= 200
    assert response["usage"]["prompt_tokens"] > 5


@pytest.mark.local
def test_an_answer_ends_where_the_next_turn_would_begin(served: Served) -> None:
    choice = ask(served, "Did you?", grammar=SPEAKS_ON)["choices"][0]

    assert choice["message"]["content"] == "Yes."
    assert choice["finish_reason"] == "stop"


@pytest.mark.local
def test_each_call_has_the_whole_context(served: Served) -> None:
    properties = httpx.get(served.api_base.replace("/v1", "/props"), timeout=60).json()

    assert properties["total_slots"] == 2
    assert properties["default_generation_settings"]["n_ctx"] == served.context_tokens


@pytest.mark.local
def test_a_second_question_after_the_same_transcript_reads_the_question_only(served: Served) -> None:
    transcript = {"role": "user", "content": "The agent copied a file to another host.\n" * 20}
    questions = ("Was it you?", "Why was it done, and on whose permission?")
    first, second = (
        ask(served, "", messages=[transcript, {"role": "user", "content": question}], max_tokens=1)["usage"]
        for question in questions
    )

    assert first["prompt_tokens_details"]["cached_tokens"] < 10
    assert second["prompt_tokens_details"]["cached_tokens"] > 200


@pytest.mark.local
def test_too_long_a_prompt_is_refused_not_cut(served: Served) -> None:
    answer = ask(served, "word " * served.context_tokens)

    assert answer["error"]["code"] == 400
    assert answer["error"]["type"] == "exceed_context_size_error"


@pytest.mark.local
def test_no_web_page_may_read_an_answer(served: Served) -> None:
    response = httpx.get(f"{served.api_base}/models", headers={"Origin": "https://page.example"}, timeout=60)

    assert response.headers["access-control-allow-origin"] not in {"*", "https://page.example"}


@pytest.mark.local
def test_litellm_reaches_it_with_stop_strings_and_tokens(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    async def complete(question: str) -> Any:
        return await litellm.acompletion(
            model=served.model,
            api_base=served.api_base,
            messages=[{"role": "user", "content": question}],
            extra_body={"grammar": SPEAKS_ON},
            **served.parameters,
        )

    response = asyncio.run(complete("Did you?"))

    assert response.choices[0].message.content == "Yes."
    assert response.choices[0].finish_reason == "stop"
    assert response.usage.prompt_tokens > 5
    assert response.usage.completion_tokens > 1
    with pytest.raises(litellm.ContextWindowExceededError):
        asyncio.run(complete("word " * served.context_tokens))


@pytest.mark.local
def test_the_server_stops_on_the_way_out_also_on_an_exception(weights: Path) -> None:
    def fail(server: Served) -> None:
        assert is_up(server.api_base)
        places.append(server.api_base)
        raise ZeroDivisionError

    places: list[str] = []
    with pytest.raises(ZeroDivisionError), serving("gemma-3-270m", slots=1) as server:
        fail(server)

    assert not is_up(places[0])


@pytest.mark.local
def test_an_answer_in_the_making_does_not_hold_up_the_end(weights: Path) -> None:
    with ExitStack() as stack:
        with serving(NAME, slots=1) as server:
            story = request(server, "Tell me a story.", stream=True, max_tokens=30_000, ignore_eos=True, stop=[])
            address = f"{server.api_base}/chat/completions"
            response = stack.enter_context(httpx.stream("POST", address, json=story, timeout=600))
            lines = response.iter_lines()
            begun = next(lines)

        assert begun.startswith("data: ")
        with pytest.raises(httpx.TransportError):
            list(lines)


@pytest.mark.local
def test_it_can_be_used_from_another_thread(weights: Path) -> None:
    said: list[Any] = []

    def interview() -> None:
        with serving(NAME, slots=1) as server:
            said.append(ask(server, "Did you?", grammar=SPEAKS_ON)["choices"][0]["message"]["content"])

    thread = threading.Thread(target=interview)
    thread.start()
    thread.join()

    assert said == ["Yes."]


@pytest.mark.local
def test_nothing_of_the_server_reaches_the_terminal(weights: Path) -> None:
    """Not even what llama.cpp prints of a grammar that it cannot parse, however quiet it was told to be."""
    body = (
        "question = {'messages': [{'role': 'user', 'content': 'Did you?'}], 'grammar': 'root ::= ('}; "
        "print(httpx.post(server.api_base + '/chat/completions', json=question, timeout=600).status_code)"
    )
    with program(body) as process:
        output, errors = process.communicate()

    assert output == "400\n"
    assert errors == ""
    assert process.returncode == 0


@pytest.mark.local
def test_the_server_does_not_outlive_a_process_that_is_killed(weights: Path) -> None:
    with program("print(server.api_base, flush=True); time.sleep(600)") as process:
        api_base = process.stdout.readline().strip() if process.stdout else ""
        begun = is_up(api_base)
        process.kill()
    deadline = time.monotonic() + 60
    while is_up(api_base) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert begun
    assert not is_up(api_base)


@pytest.mark.local
@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
def test_an_interrupt_at_the_terminal_is_left_to_the_program(weights: Path) -> None:
    """It may still want its answers: the server ends when the program says so."""
    body = (
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}); print('ready', flush=True); "
        "signal.sigwait({signal.SIGINT}); time.sleep(1); httpx.get(server.api_base + '/models'); print('answered')"
    )
    with program(body) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate()

    assert output == "answered\n"
    assert errors == ""


@pytest.mark.local
def test_an_unhandled_interrupt_stops_program_and_server(weights: Path) -> None:
    with program("print(server.api_base, flush=True); time.sleep(600)") as process:
        assert process.stdout is not None
        api_base = process.stdout.readline().strip()
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate()

    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not is_up(api_base)


@pytest.mark.local
def test_weights_that_cannot_be_loaded_are_an_error_that_says_what_to_do(cache: Path, weights: Path) -> None:
    del weights
    module = pytest.importorskip(MODELS["gemma-3-270m"].weights)
    length = sum(part.stat().st_size for part in module.chunk_paths())
    path = cache / "interrogate" / f"{module.EXPECTED_SHA256[:12]}-{module.MODEL_NAME}"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(length)

    with pytest.raises(ModelError, match=r"no server starts on it \(.*Failed.*\); .* delete it") as caught:
        serving(NAME).__enter__()
    assert caught.value.reason == "unavailable"
