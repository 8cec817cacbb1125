"""An HTTP sink on 127.0.0.1 that records requests and answers as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What the sink answers."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class FakeSink:
    """Records every request in order; ``answer`` decides what comes back (it may block)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answer: Callable[[Received], Answer] = lambda _request: Answer()
        self.received: list[Received] = []
        self._changed = threading.Condition()

    def handle(self, request: Received) -> Answer:
        """Record a request and return its answer."""
        with self._changed:
            self.received.append(request)
            self._changed.notify_all()
        return self.answer(request)

    def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """Return the requests once there are ``count``; fail after ``seconds``."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.received) >= count, seconds)
        assert arrived, f"{len(self.received)} of {count} requests arrived: {[r.headers for r in self.received]}"
        return self.received


@contextmanager
def fake_sink() -> Iterator[FakeSink]:
    """Serve a sink for the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = sink.handle(Received(self.path, headers, body))
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_arguments: Any) -> None:
            """Stay quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_arguments: Any) -> None:
            """A client that went away is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    sink = FakeSink(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
