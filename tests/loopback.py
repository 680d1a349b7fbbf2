"""A server on loopback that speaks Chat Completions and answers as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Canned:
    """One answer of the server."""

    body: Json | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    held: bool = False
    """Whether it is held back until the test is over."""


def said(text: str | None = "I did.", *, finish: str = "stop", usage: Json | None = None, **message: Any) -> Canned:
    """A completion; `message` holds further fields of the message, as `tool_calls`."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    counted = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110, **(usage or {})}
    envelope = {"id": "c1", "object": "chat.completion", "created": 1, "model": "served"}
    return Canned({**envelope, "choices": [choice], "usage": counted})


def fault(status: int, message: str = "no", *, code: str | None = None, **headers: str) -> Canned:
    """An error, as servers write it."""
    return Canned({"error": {"message": message, "type": "error", "code": code}}, status, headers)


@dataclass(frozen=True, slots=True)
class Received:
    """What came over the wire."""

    path: str
    headers: Mapping[str, str]
    """With names in small letters."""
    body: Json

    @property
    def question(self) -> str:
        """The last thing that was said."""
        return str(self.body["messages"][-1]["content"])


class Server:
    """Answers each request with what `answer` makes of it, and keeps what it received."""

    def __init__(self) -> None:
        self.answer: Callable[[Received], Canned] = lambda _: said()
        self.received: list[Received] = []
        self.most_at_once = 0
        self.over = threading.Event()
        self._at_once = 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.base = f"http://127.0.0.1:{self._http.server_port}/v1"

    def script(self, *answers: Canned) -> None:
        """The answers in turn, the last of them for good."""
        left = list(answers)

        def next_one(_: Received) -> Canned:
            with self._lock:
                return left.pop(0) if len(left) > 1 else left[0]

        self.answer = next_one

    @contextmanager
    def running(self) -> Iterator[Server]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            self._http.shutdown()
            thread.join()
            self._http.server_close()

    def respond(self, received: Received) -> Canned:
        with self._lock:
            self.received.append(received)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        canned = self.answer(received)
        if canned.held:
            self.over.wait()
        with self._lock:
            self._at_once -= 1
        return canned


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = self.rfile.read(int(headers["content-length"]))
            self._send(server.respond(Received(self.path, headers, json.loads(sent))))

        def _send(self, canned: Canned) -> None:
            text = canned.body if isinstance(canned.body, str) else json.dumps(canned.body)
            # A client that has given up waiting is what some tests are about.
            with suppress(ConnectionError):
                self.send_response(canned.status)
                for name, value in {"Content-Type": "application/json", **canned.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None: ...

    return Handler
