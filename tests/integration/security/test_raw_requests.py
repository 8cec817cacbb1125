"""What no HTTP client sends: bytes on the socket of a real server (``python -m shared.http.server``)."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from knative.local.ports import free_port
from tests.support.bundle import REPOSITORY
from tests.support.client import Person

LIMIT = 256 * 1024


@dataclass
class Answer:
    """Status and everything the server sent."""

    status: int
    raw: bytes


@dataclass
class Server:
    """A running function and somebody who may use it."""

    port: int
    token: str

    def send(self, raw: bytes) -> Answer:
        """Send bytes, read until the server closes or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.settimeout(10)
            try:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server answered and closed before it had read everything
            received = b""
            try:
                while part := connection.recv(65536):
                    received += part
            except OSError:
                pass
        return Answer(int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else 0, received)

    def post(self, body: bytes, *headers: str, path: str = "/api/tasks") -> Answer:
        """Send a POST with the token, the headers given, and a body as it is."""
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self.token}", "Connection: close"]
        lines += headers or [f"Content-Length: {len(body)}"]
        if not any(line.lower().startswith("content-type") for line in lines):
            lines.append("Content-Type: application/json")
        return self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


@pytest.fixture(scope="module")
def server(system_env: pytest.MonkeyPatch) -> Iterator[Server]:
    """The tasks function under gunicorn, as in its container."""
    from functions.tasks.main import tasks

    person, port = Person(tasks.wsgi), free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "shared.http.server"],
        cwd=REPOSITORY,
        env=os.environ | {"FUNCTION": "tasks", "PORT": str(port), "THREADS": "4", "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield Server(port, person.token)
    process.terminate()
    process.wait(15)


def _chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_chunked_body_without_length_is_read(server: Server) -> None:
    """Two chunks are one body."""
    answer = server.post(_chunked(b'{"title":', b' "in chunks"}'), "Transfer-Encoding: chunked")
    assert answer.status == 201
    assert b"in chunks" in answer.raw


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * 10_000_000, ()),
        (_chunked(*[b" " * 65536] * 8), ("Transfer-Encoding: chunked",)),
        (b"", (f"Content-Length: {10**15}",)),
    ],
    ids=["10 MB", "chunks beyond the limit", "a claimed petabyte"],
)
def test_a_body_beyond_the_limit_is_refused(server: Server, body: bytes, headers: tuple[str, ...]) -> None:
    """Whatever length is claimed, at most 256 KiB are read."""
    answer = server.post(body, *headers)
    assert answer.status in {413, 0}  # 0: the reset came before the answer was read
    assert b"Traceback" not in answer.raw


@pytest.mark.parametrize(("token", "status"), [("", 401), (None, 413)], ids=["nobody", "too large"])
def test_a_refused_body_does_not_cost_the_connection(server: Server, token: str | None, status: int) -> None:
    """What is refused unread is read away: the next request on the connection is answered."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        headers = {
            "Authorization": f"Bearer {server.token if token is None else token}",
            "Content-Type": "application/json",
        }
        connection.request("POST", "/api/tasks", body=b" " * 300_000, headers=headers)
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 0) == (status, True)
        socket_before = connection.sock
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        assert connection.sock is socket_before


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\nabc",
        b"5\r\nab",
        b"-1\r\n\r\n",
        b"5\r\nabcdefgh\r\n0\r\n\r\n",
        b"",
    ],
)
def test_a_broken_chunk_is_the_callers_fault(server: Server, body: bytes) -> None:
    """A chunk size that is none, or a stream that ends too early, answers 400 and never 500."""
    assert server.post(body, "Transfer-Encoding: chunked").status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"title":' * 25_000,
        b'{"title":"x","priority":' + b"9" * 5000 + b"}",
        b'{"title":"a","title":"b"}',
        b'{"title":"x","notes":1e999}',
        b'{"title":"x","notes":NaN}',
        b'{"title":"\\ud800"}',
        b'{"title":"\xed\xa0\x80"}',
        b'{"title":"a\\u0000b"}',
        b'{"title":"a\x00b"}',
        b"\xff\xfe{\x00}\x00",
        b'{"title":"x"}{"title":"y"}',
        b"",
        b"   ",
    ],
    ids=[
        "100k brackets", "25k objects", "5000 digits", "a name twice", "1e999", "NaN", "surrogate escape", "surrogate bytes", "NUL escape",
        "NUL", "UTF-16", "two documents", "nothing", "blanks",
    ],
)  # fmt: skip
def test_hostile_json_is_named(server: Server, body: bytes) -> None:
    """400 or 422 with a problem document, at once."""
    started = time.monotonic()
    answer = server.post(body)
    assert answer.status in {400, 422}
    assert b"application/problem+json" in answer.raw
    assert time.monotonic() - started < 5


def test_compressed_bodies_are_refused(server: Server) -> None:
    """Nothing is unpacked, so nothing can be a bomb."""
    answer = server.post(b"\x1f\x8b", "Content-Encoding: gzip", "Content-Length: 2")
    assert answer.status == 415


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 13", "Transfer-Encoding: chunked"),
        ("Content-Length: 13", "Content-Length: 14"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding : chunked",),
        ("Content-Length: +13",),
        ("Content-Length: 1_3",),
        (" Content-Length: 13",),
    ],
)
def test_a_body_whose_end_is_doubtful_is_refused(server: Server, headers: tuple[str, ...]) -> None:
    """Two servers that disagree about a body's end are how requests are smuggled: one answer at most, and it is a refusal."""
    smuggled = b"0\r\n\r\nGET /api/docs HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = server.post(smuggled, *headers)
    assert answer.status in {400, 501, 0}
    assert answer.raw.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"TRACE /api/tasks HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/tasks HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /api/tasks/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/tasks?q=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=[
        "1 MB line",
        "200 headers",
        "100 KB header",
        "TRACE",
        "CONNECT",
        "HTTP/9.9",
        "TLS",
        "NUL path",
        "not UTF-8",
        "dots",
    ],
)
def test_strange_requests_get_a_4xx_without_a_trace(server: Server, raw: bytes) -> None:
    """Refused by the server or by us; nothing of the inside is shown."""
    answer = server.send(raw)
    assert 400 <= answer.status < 500 or answer.status in {0, 501, 505}
    for word in (b"Traceback", b"site-packages", b'File "'):
        assert word not in answer.raw


def test_the_server_still_works(server: Server) -> None:
    """After all that, an ordinary request is an ordinary request."""
    assert server.post(b'{"title":"alive"}').status == 201
