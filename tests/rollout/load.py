"""People at work while revisions change: creates, edits, completes and lists tasks without a pause, and counts every answer that failed.

Used by test_rollout.py and, against a cluster, by .ci/deploy/rollout-under-load.sh: ``python -m tests.rollout.load URL SECONDS``. Standard
library only. A request is sent once: whatever a client could repeat counts as failed here.
"""

import http.client
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PASSWORD = "correct horse battery staple"


@dataclass
class Load:
    """Some people, each with a connection of their own. ``start``, then ``stop``; ``failures`` must be empty."""

    url: str
    people: int = 6
    failures: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    answered: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Register one account and let its people work in threads."""
        account = {"email": f"rollout-{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        connection = self._connect()
        self.token = json.loads(self._ask(connection, "POST", "/api/auth/register", account))["access_token"]
        connection.close()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.people)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the work and wait for the last answers."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, requests: int) -> None:
        """Return when that many further requests were answered or failed."""
        goal = self.answered + len(self.failures) + requests
        deadline = time.monotonic() + 120
        while self.answered + len(self.failures) < goal and time.monotonic() < deadline:
            time.sleep(0.02)

    def _work(self) -> None:
        connection = self._connect()
        while not self._stop.is_set():
            title = f"Task {secrets.token_hex(4)}"
            created = self._try(connection, "POST", "/api/tasks", {"title": title})
            if created is None:
                connection.close()
                continue
            task = json.loads(created)
            self.titles[task["id"]] = title
            steps: list[tuple[str, str, Any]] = [
                ("PATCH", f"/api/tasks/{task['id']}", {"title": f"{title} edited"}),
                ("GET", "/api/tasks?limit=20", None),
                ("POST", f"/api/tasks/{task['id']}/complete", {}),
            ]
            for method, path, body in steps:
                if self._try(connection, method, path, body) is None:
                    connection.close()
                elif method == "PATCH":
                    self.titles[task["id"]] = f"{title} edited"
        connection.close()

    def _try(self, connection: http.client.HTTPConnection, method: str, path: str, body: Any) -> bytes | None:
        try:
            answer = self._ask(connection, method, path, body)
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"{method} {path.partition('?')[0]}: {error!r}")
            return None
        with self._lock:
            self.answered += 1
        return answer

    def _ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: Any) -> bytes:
        headers = {"Content-Type": "application/json"}
        if token := getattr(self, "token", ""):
            headers["Authorization"] = f"Bearer {token}"
        if method == "PATCH":
            headers["If-Match"] = "*"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = connection.getresponse()
        answer = reply.read()
        if reply.status >= http.client.BAD_REQUEST:
            raise http.client.HTTPException(f"{reply.status} {answer[:200]!r}")
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        kind: Callable[..., http.client.HTTPConnection] = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        return kind(parts.hostname or "127.0.0.1", parts.port, timeout=60)


def main() -> int:
    """Work for some seconds; the exit status tells whether every request was answered."""
    load = Load(sys.argv[1])
    load.start()
    time.sleep(min(float(sys.argv[2]), 3600))
    load.stop()
    print(f"load: {load.answered} requests answered, {len(load.failures)} failed")
    for failure in load.failures[:20]:
        print(f"load: {failure}")
    return 1 if load.failures or not load.answered else 0


if __name__ == "__main__":
    raise SystemExit(main())
