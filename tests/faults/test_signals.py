"""Signals to a function's server, idle and at work: requests in flight end well on TERM, and nothing is ever half done."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from knative.local.ports import free_port
from shared.auth import issue_access_token
from tests.faults.conftest import World
from tests.support.bundle import REPOSITORY, wait_until
from tests.support.environment import function_variables

pytestmark = [pytest.mark.timeout(120), pytest.mark.row(23)]
SESSION = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'obsidianlist_app' AND state = 'idle in transaction'"
# What the server is at when the signal comes: where it sleeps, and what the database shows once it does.
WORK = {
    "idle": ("", ""),
    "in the transaction": ("api.before_commit=sleep:2", SESSION),
    "after the commit": ("api.commit_lost_reply=sleep:2", "SELECT count(*) FROM tasks WHERE user_id = :who"),
    "while publishing": (
        "outbox.after_lock=sleep:2",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 190231",
    ),
}
SIGNALS = {
    "TERM": [signal.SIGTERM],
    "TERM x5": [signal.SIGTERM] * 5,
    "INT": [signal.SIGINT],
    "QUIT": [signal.SIGQUIT],
    "KILL": [signal.SIGKILL],
}


class Server:
    """The tasks function as its container runs it."""

    def __init__(self, world: World, failpoints: str) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            **function_variables(),
            "DATABASE_URL": world.database.app_url,
            "KAFKA_BOOTSTRAP_SERVERS": world.kafka,
            "FUNCTION": "tasks",
            "PORT": str(self.port),
            "TIMEOUT_SECONDS": "5",
            "FAILPOINTS": failpoints,
            "PYTHONPATH": str(REPOSITORY),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shared.http.server"], env=environment, cwd=REPOSITORY, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def wait(self) -> None:
        """Wait until the arbiter and its last worker have ended; a worker that outlives its arbiter notices and ends by itself."""
        self.process.wait(60)
        if self.process.stderr is not None and not self.process.stderr.closed:
            self.process.stderr.read()  # ends when the last worker has
            self.process.stderr.close()


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """Collect servers; whatever is left at the end is killed."""
    made: list[Server] = []
    yield made
    for server in made:
        if server.process.poll() is None:
            server.process.kill()
        server.wait()


@pytest.mark.parametrize("sent", SIGNALS, ids=str)
@pytest.mark.parametrize("work", WORK, ids=str)
def test_a_signal_leaves_nothing_half_done(world: World, servers: list[Server], work: str, sent: str) -> None:
    """Task and event are both there or both not; what was answered is there; after TERM the one in flight was answered, exit code 0."""
    failpoints, sign = WORK[work]
    server = Server(world, failpoints)
    servers.append(server)
    token = issue_access_token(world.user_id, ["tasks:read", "tasks:write"])
    answers: list[int] = []

    def create() -> None:
        with contextlib.suppress(httpx.TransportError):
            answer = httpx.post(
                f"http://127.0.0.1:{server.port}/api/tasks",
                json={"title": "a", "due_on": "2030-01-01"},
                headers={"Authorization": f"Bearer {token}"},
                timeout=30,
            )
            answers.append(answer.status_code)

    client = threading.Thread(target=create)
    if work != "idle":
        client.start()
        wait_until(lambda: world.sql(sign, who=world.user_id) != [[0]])
    for number in SIGNALS[sent]:
        server.process.send_signal(number)
        time.sleep(0.02)
    server.wait()
    if work != "idle":
        client.join(40)
    tasks = world.count("tasks", "user_id = :who", who=world.user_id)
    assert world.count("event_log", "user_id = :who", who=world.user_id) == tasks
    assert tasks >= len(answers)
    assert set(answers) <= {201}
    if sent == "TERM":
        assert server.process.returncode == 0
        assert len(answers) == tasks == (0 if work == "idle" else 1)
    if tasks:
        [[task_id]] = world.sql("SELECT id FROM tasks WHERE user_id = :who", who=world.user_id)
        world.age()
        world.child("drain", aggregates=[task_id])
        assert list(dict.fromkeys(world.versions(task_id))) == [1]
