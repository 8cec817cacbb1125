"""The gunicorn worker: streams never take the place of requests, and a stop cuts them and nothing else."""

import http.client
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knative.local.ports import free_port

APPLICATION = textwrap.dedent("""
    import sys, time
    from knative.local.parent import end_with_parent
    from knative.local.server import PlatformServer

    class Server(PlatformServer):
        def load(self):
            self.stream_prefixes = (b"/api/live",)
            return application

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"].startswith("/api/live"):
            return stream()
        if environ["PATH_INFO"] == "/slow":
            time.sleep(1.5)
        return [environ["PATH_INFO"].encode()]

    def stream():
        yield b"first"
        while True:
            time.sleep(30)
            yield b"ping"

    end_with_parent()
    Server("web", {"bind": f"127.0.0.1:{sys.argv[1]}", "workers": 1, "threads": 2}).run()
""")


@pytest.fixture
def server() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A worker with two request threads; yields port and process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", APPLICATION, str(port)], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if get(port, "/up") == b"/up":
                break
        except OSError:
            time.sleep(0.05)
    yield port, process
    process.kill()
    process.wait()


def get(port: int, path: str) -> bytes:
    """Request a path on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def open_stream(port: int) -> http.client.HTTPConnection:
    """Open a stream and read its first event."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/api/live?since=1")
    response = connection.getresponse()
    assert response.read1(5) == b"first"
    connection.response = response  # type: ignore[attr-defined] # kept open
    return connection


def test_twenty_open_streams_leave_two_request_threads_free(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """Each request is answered at once, on new and on kept-alive connections."""
    port, _ = server
    streams = [open_stream(port) for _ in range(20)]
    began = time.monotonic()
    for number in range(10):
        assert get(port, f"/{number}") == f"/{number}".encode()
    kept_alive = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(3):
        kept_alive.request("GET", f"/k{number}")
        assert kept_alive.getresponse().read() == f"/k{number}".encode()
    kept_alive.request("GET", "/api/live")
    response = kept_alive.getresponse()
    assert response.read1(5) == b"first"
    assert time.monotonic() - began < 2
    for connection in [*streams, kept_alive]:
        connection.close()
    response.close()


def test_a_stop_finishes_requests_and_cuts_streams(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """A stream that waits half a minute for its next event does not hold the process."""
    port, process = server
    stream = open_stream(port)
    answers: list[bytes] = []
    request = threading.Thread(target=lambda: answers.append(get(port, "/slow")))
    request.start()
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert time.monotonic() - began < 8
    request.join(5)
    assert answers == [b"/slow"]
    stream.close()


def test_a_stream_that_ends_gives_its_place_back(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """Clients that come and go do not use the worker up."""
    port, _ = server
    for _ in range(30):
        open_stream(port).close()
    assert get(port, "/after") == b"/after"
