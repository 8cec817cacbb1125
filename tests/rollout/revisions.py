"""Two revisions of the one-machine bundle's public group, and Knative's part between them: the traffic split and the drain.

A revision is the group's server from a folder of code, beside the bundle's own and on the same database, broker and system group. ``Split``
sends each request to one of them by percents, as the gateway does by ``spec.traffic``. ``drain`` is the end of a pod: no new requests are sent
to it, it serves until some time after the last one arrived, then SIGTERM, and what is in flight is finished.
"""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil

from knative.local.ports import free_port
from tests.support.bundle import Bundle

# Knative's is 30 s after the last arrival; what is drained here has been without traffic since the split changed.
DRAIN_SECONDS = 1.0
NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "date", "server", "content-length"}


@dataclass
class Revision:
    """A running revision and what it was asked."""

    name: str
    code: Path
    port: int = field(default_factory=free_port)
    answered: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self, bundle: Bundle, log: Path) -> None:
        """Start it with the bundle's own settings and wait until it says it is healthy."""
        environment = psutil.Process(bundle.pid("web")).environ()
        environment |= {"BIND": f"127.0.0.1:{self.port}", "PYTHONPATH": str(self.code), "K_REVISION": self.name}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "knative.local.server", "web"],
                env=environment, cwd=self.code, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self._healthy():
            assert self.process.poll() is None, f"{self.name} ended:\n{log.read_text()[-2000:]}"
            assert time.monotonic() < deadline, f"{self.name} does not get healthy:\n{log.read_text()[-2000:]}"
            time.sleep(0.05)

    def drain(self) -> int:
        """End it as Knative ends a pod without traffic; return its exit status."""
        assert self.process is not None
        time.sleep(DRAIN_SECONDS)
        self.process.terminate()
        return self.process.wait(90)

    def kill(self) -> None:
        """End it whatever it does."""
        if self.process is not None and self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
            self.process.kill()
            self.process.wait()

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


class Split:
    """The gateway: one address, each request to a revision by percents. It sends nothing twice."""

    def __init__(self) -> None:
        split = self
        self._shares: list[tuple[Revision, int]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                split.pass_on(self)

            do_GET = do_POST = do_PATCH = do_DELETE = pass_on  # noqa: N815 - http.server's names

            def finish(self) -> None:
                super().finish()
                for connection in split._local.__dict__.pop("connections", {}).values():
                    connection.close()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._local = threading.local()
        self._random = random.Random(os.environ.get("SEED", "rollout"))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def send(self, *shares: tuple[Revision, int]) -> None:
        """Set the percents of the requests from now on."""
        assert sum(percent for _, percent in shares) == 100
        for revision, _ in shares:
            revision.answered = 0
        self._shares = list(shares)

    def pass_on(self, request: Any) -> None:
        """Pass one request on and its answer back; a revision that does not answer is a 502."""
        shares = self._shares
        [revision] = self._random.choices([each for each, _ in shares], [percent for _, percent in shares])
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        connections = self._local.__dict__.setdefault("connections", {})
        key = (revision.name, revision.port)
        connection = connections.setdefault(key, http.client.HTTPConnection("127.0.0.1", revision.port, timeout=60))
        try:
            connection.request(request.command, request.path, body or None, dict(request.headers))
            reply = connection.getresponse()
            status, headers, answer = reply.status, reply.getheaders(), reply.read()
            revision.answered += 1
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            status, headers, answer = 502, [], f"{revision.name}: {error!r}".encode()
        request.send_response(status)
        for name, value in headers:
            if name.lower() not in NOT_PASSED_ON:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)
