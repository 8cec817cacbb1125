"""The whole bundle as a person starts it: ``python -m knative.local`` on free ports with a data directory of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import psutil
from pg8000.native import Connection

from knative.local.environments import module_path
from knative.local.ports import free_port

REPOSITORY = Path(__file__).parents[2]
READY_SECONDS = 90
STOP_SECONDS = 60
PASSWORD = "correct horse battery staple"
OPERATOR = "operator@example.com"

# What a component's process looks like in the process table.
MODULES = {
    "web": "knative.local.server web",
    "system": "knative.local.server system",
    "kafka-source": "knative.local.kafka_source",
    "ping-source": "knative.local.ping_source",
    "kafka": "kafka.brokers.",
}


@dataclass
class Bundle:
    """A running platform. ``start`` and ``stop`` may be called again: the data directory stays."""

    data_dir: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    output: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    _reader: threading.Thread | None = None
    _ready: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        """Where a browser would go."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until the platform says it is ready."""
        self.launch()
        assert self.process is not None
        if not self._ready.wait(READY_SECONDS) or self.process.poll() is not None:
            self.stop()
            raise AssertionError("the platform did not start:\n" + "".join(self.output))

    def launch(self) -> None:
        """Start it; it is not ready yet."""
        environment = os.environ | {
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            "WEB_BUILD": "0",
            "OPERATOR_EMAILS": OPERATOR,
            "PYTHONPATH": module_path(os.environ),
            **self.environment,
        }
        for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "EVENT_CONSUMERS", "THREADS"):
            if name not in self.environment:
                environment.pop(name, None)  # another fixture may have set it for this process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "knative.local"],
            env=environment,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read_output, args=(self.process, self._ready), daemon=True)
        self._reader.start()

    def stop(self, *, kill: bool = False) -> int:
        """Stop with Ctrl-C (or kill -9 of the supervisor alone) and return the exit status."""
        if self.process is None:
            return 0
        children = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGINT)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if not kill:
            for child in children:
                with contextlib.suppress(psutil.Error):
                    child.kill()
        self._forget()
        return status

    def _forget(self) -> None:
        assert self.process is not None
        self.process.wait(STOP_SECONDS)
        if self._reader is not None and self.process.stdout is not None:
            self._reader.join(10)
            self.process.stdout.close()
        self.process = None

    def pid(self, component: str) -> int:
        """Return the process id of a component (of gunicorn: the master), or of ``postgres``."""
        if component == "postgres":
            return int((self.data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if MODULES[component] in " ".join(child.cmdline()):
                    return child.pid
        raise AssertionError(f"{component} does not run")

    def workers(self, group: str) -> list[int]:
        """Return the process ids of a gunicorn group's workers."""
        return [worker.pid for worker in psutil.Process(self.pid(group)).children()]

    def kill(self, component: str) -> None:
        """Kill a component with -9, its workers included."""
        pid = self.pid(component)
        victims = [] if component == "postgres" else psutil.Process(pid).children(recursive=True)
        os.kill(pid, signal.SIGKILL)
        for victim in victims:
            with contextlib.suppress(psutil.Error):
                victim.kill()

    def crash(self) -> None:
        """Kill -9 everything at once, the database and what runs in sessions of its own included, as a power cut does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)  # so that nothing is started again while the rest dies
        for victim in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                victim.kill()
        self.process.kill()
        self._forget()

    def database(self) -> Connection:
        """Connect to the embedded server as the system's role."""
        url = urlsplit(psutil.Process(self.pid("system")).environ()["DATABASE_URL"])
        password = unquote(url.password or "")
        return Connection(
            url.username or "", host=url.hostname or "", port=url.port or 0, password=password, database=url.path[1:]
        )

    def log(self, name: str) -> str:
        """Return a component's log."""
        file = self.data_dir / "logs" / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def register(self, email: str | None = None, **fields: Any) -> "ApiUser":
        """Register a new account and return its client."""
        email = email or f"user-{uuid.uuid4().hex[:12]}@example.com"
        client = httpx.Client(base_url=self.base_url, timeout=30)
        answer = client.post("/api/auth/register", json={"email": email, "password": PASSWORD, **fields})
        assert answer.status_code == 201, answer.text
        tokens = answer.json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return ApiUser(client, email, tokens)

    def log_in(self, email: str, password: str = PASSWORD) -> "ApiUser":
        """Log in and return the account's client."""
        client = httpx.Client(base_url=self.base_url, timeout=30)
        answer = client.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return ApiUser(client, email, answer.json())

    def operator(self) -> "ApiUser":
        """Return the client of the operator's account, whose address counts as confirmed."""
        client = httpx.Client(base_url=self.base_url, timeout=30)
        login = client.post("/api/auth/login", json={"email": OPERATOR, "password": PASSWORD})
        client.close()
        if login.status_code != 200:
            self.register(OPERATOR).close()
        with contextlib.closing(self.database()) as database:
            database.run("UPDATE users SET email_confirmed_at = now() WHERE email = :email", email=OPERATOR)
        return self.log_in(OPERATOR)

    def _read_output(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for line in process.stdout:
                self.output.append(line)
                if line.startswith("Ready after"):
                    ready.set()
        ready.set()


@dataclass
class ApiUser:
    """One account's HTTP client."""

    client: httpx.Client
    email: str
    tokens: dict[str, Any]

    @property
    def user_id(self) -> str:
        """The account's id."""
        return str(self.tokens["user"]["id"])

    def create_task(self, title: str, **fields: Any) -> dict[str, Any]:
        """Create a task and return it."""
        answer = self.client.post("/api/tasks", json={"title": title, **fields})
        assert answer.status_code == 201, answer.text
        task: dict[str, Any] = answer.json()
        return task

    def audit(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the whole trail that matches, newest first."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.client.get("/api/audit", params={**filters, **({"cursor": cursor} if cursor else {})})
            assert page.status_code == 200, page.text
            items += page.json()["items"]
            cursor = page.json()["next_cursor"]
            if not cursor:
                return items

    def wait_for_audit(self, count: int, *, seconds: float = 30, **filters: Any) -> list[dict[str, Any]]:
        """Wait until the trail holds ``count`` matching entries and return them, newest first."""
        found: list[dict[str, Any]] = []

        def _arrived() -> bool:
            found[:] = self.audit(**filters)
            return len(found) >= count

        wait_until(_arrived, seconds=seconds, what=lambda: f"{len(found)} of {count} audit entries: {found}")
        return found

    def close(self) -> None:
        """Close the client's connections."""
        self.client.close()


def wait_until(
    condition: Callable[[], bool],
    *,
    seconds: float = 30,
    what: Callable[[], str] = lambda: "the condition did not come true",
) -> None:
    """Wait until ``condition`` holds, looking every 50 ms; fail with ``what()`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


@contextlib.contextmanager
def running_bundle(data_dir: Path, **environment: str) -> Iterator[Bundle]:
    """Run a bundle for the block."""
    bundle = Bundle(data_dir, environment)
    bundle.start()
    try:
        yield bundle
    finally:
        bundle.stop()
