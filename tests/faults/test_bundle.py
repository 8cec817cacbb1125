"""The whole bundle as a person starts it, killed at once while people write: what was acknowledged is there when it starts again.

On Apache Kafka as well (``make test-kafka``). Only processes of the bundle started here are touched, by id.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.bundle import ApiUser, Bundle, wait_until

pytestmark = [pytest.mark.timeout(300), pytest.mark.kafka]
PEOPLE = 5
WRITES = 60  # acknowledged before the first crash
QUIET_SECONDS = 120


class Person(threading.Thread):
    """Somebody who creates tasks and renames each, and remembers what was acknowledged."""

    def __init__(self, user: ApiUser) -> None:
        super().__init__(daemon=True)
        self.user = user
        self.acknowledged: dict[tuple[str, int], str] = {}  # (task, version) -> title

    def run(self) -> None:
        """Write until the bundle is gone."""
        number = 0
        with contextlib.suppress(httpx.TransportError):
            while True:
                number += 1
                self._note(self.user.client.post("/api/tasks", json={"title": f"task {number}", "tags": ["crash"]}))
                path = f"/api/tasks/{list(self.acknowledged)[-1][0]}"
                self._note(self.user.client.patch(path, json={"title": f"task {number} renamed"}))

    def _note(self, answer: httpx.Response) -> None:
        assert answer.status_code in {200, 201}, answer.text
        task = answer.json()
        self.acknowledged[task["id"], task["version"]] = task["title"]

    def check(self) -> None:
        """Every acknowledged write shows in its task, and in the trail once."""
        titles: dict[str, str] = {}
        for (task_id, _), title in sorted(self.acknowledged.items(), key=lambda write: write[0][1]):
            titles[task_id] = title
        for task_id, title in titles.items():
            # The last change may have been committed without its answer.
            assert self.user.client.get(f"/api/tasks/{task_id}").json()["title"].startswith(title)
        seen = [(entry["task_id"], entry["changes"]["title"]["after"]) for entry in self.user.audit(type="task.*")]
        assert len(seen) == len(set(seen))
        assert {(task_id, title) for (task_id, _), title in self.acknowledged.items()} <= set(seen)


@pytest.fixture
def bundle(tmp_path: Path) -> Iterator[Bundle]:
    """A bundle on a fresh data directory, not started yet."""
    made = Bundle(tmp_path / "data", {"KAFKA": "apache" if os.environ.get("TEST_KAFKA") == "apache" else "memory"})
    yield made
    made.stop()


@pytest.mark.row(20)
def test_a_power_cut_while_people_write_loses_nothing(bundle: Bundle) -> None:
    """Killed in the middle of writes, killed again while it starts: then every write is there, each event in the trail exactly once."""
    bundle.start()
    people = [Person(bundle.register()) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    wait_until(lambda: sum(len(person.acknowledged) for person in people) >= WRITES, seconds=60)
    bundle.crash()
    for person in people:
        person.join(60)
    _crash_while_starting(bundle)
    began = time.monotonic()
    bundle.start()
    ready = time.monotonic() - began
    connection = bundle.database()
    # The mails that confirm their addresses are the notifier's and no part of the trail.
    trail = "SELECT count(*) FROM event_log WHERE type <> 'account_mail.requested'"
    left = f"SELECT (SELECT count(*) FROM outbox_pending) + ({trail}) - (SELECT count(*) FROM audit_logs)"
    wait_until(lambda: connection.run(left) == [[0]], seconds=QUIET_SECONDS, what=lambda: str(connection.run(left)))
    for person in people:
        person.check()
        person.user.close()
    [[events, effects, letters]] = connection.run(
        f"SELECT ({trail}), (SELECT count(DISTINCT id) FROM audit_logs), (SELECT count(*) FROM dead_letters)"
    )
    connection.close()
    writes = sum(len(person.acknowledged) for person in people)
    sys.stdout.write(f"bundle: {writes} writes, {events} events, {effects} effects; ready again after {ready:.1f} s\n")
    assert (events, letters) == (effects, 0)


def _crash_while_starting(bundle: Bundle) -> None:
    """Kill the bundle when its database is up and the rest is not yet."""
    lines = len(bundle.output)
    bundle.launch()
    wait_until(lambda: any("PostgreSQL" in line for line in bundle.output[lines:]), seconds=60)
    bundle.crash()


def test_a_stop_is_bounded_whatever_hangs(bundle: Bundle) -> None:
    """A component that does not even notice the request is killed; the others end in order and nothing is left behind."""
    bundle.start()
    assert bundle.process is not None
    family = psutil.Process(bundle.process.pid).children(recursive=True)
    os.kill(bundle.pid("kafka-source"), signal.SIGSTOP)
    assert bundle.stop() == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive


def test_a_stop_while_it_starts_waits_for_nothing(bundle: Bundle) -> None:
    """Ctrl-C before it is ready ends it with status 0, and nothing is left behind."""
    bundle.launch()
    wait_until(lambda: any("data and logs" in line for line in bundle.output))
    assert bundle.process is not None
    supervisor = psutil.Process(bundle.process.pid)
    wait_until(lambda: bool(supervisor.children()))
    family = supervisor.children(recursive=True)
    assert bundle.stop() == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive
    assert "the data is kept" in bundle.output[-1]
