"""The prober: numbered edits by many people while everything is killed or stopped; nothing acknowledged is lost, every effect is there once.

``SEED`` chooses the faults (printed; several, with commas, make several runs), ``PROBER_SECONDS`` (60) how long. Only processes of the bundle started here are touched, by id.
"""

import contextlib
import os
import random
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.bundle import ApiUser, Bundle, wait_until

USERS = 20
SECONDS = float(os.environ.get("PROBER_SECONDS", "60"))
SEEDS = [int(seed) for seed in os.environ.get("SEED", "20261123").split(",")]
FULL_SECONDS = 60  # long enough for every kind of fault at least once
FAULTS = (
    *("kill web", "kill system", "kill kafka-source", "kill ping-source", "kill kafka", "restart postgres"),
    *("stop web", "stop system", "stop kafka-source", "stop kafka"),
)
QUIET_SECONDS = 240
# The mails that confirm the writers' addresses are the notifier's and no part of the trail.
MISSING = (
    "SELECT (SELECT count(*) FROM outbox_pending) + (SELECT count(*) FROM event_log e WHERE NOT EXISTS"
    " (SELECT FROM inbox i WHERE i.event_id = e.event_id"
    " AND i.consumer = CASE e.type WHEN 'account_mail.requested' THEN 'notifier' ELSE 'audit-writer' END))"
)


class Writer(threading.Thread):
    """One person who edits one task again and again and remembers what was acknowledged."""

    def __init__(self, user: ApiUser, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.user, self.stop_event = user, stop
        self.task_id = user.create_task("edit 0")["id"]
        self.acknowledged: dict[int, int] = {1: 0}  # version -> edit
        self.attempted = 0
        self.unexpected: list[str] = []

    def run(self) -> None:
        """Edit until told to stop; a failed edit is left open and the next one follows."""
        client = httpx.Client(
            base_url=str(self.user.client.base_url),
            headers={"Authorization": self.user.client.headers["Authorization"]},
            timeout=15,
        )
        while not self.stop_event.is_set():
            self.attempted += 1
            with contextlib.suppress(httpx.TransportError):
                answer = client.patch(f"/api/tasks/{self.task_id}", json={"title": f"edit {self.attempted}"})
                if answer.status_code == 200:
                    self.acknowledged[answer.json()["version"]] = self.attempted
                elif answer.status_code not in (409, 502, 503, 504):
                    self.unexpected.append(f"{answer.status_code} {answer.text[:200]}")
            self.stop_event.wait(0.2)
        client.close()


class Nemesis:
    """Breaks one part of the bundle at a time."""

    def __init__(self, bundle: Bundle, seed: int) -> None:
        self._bundle, self._random = bundle, random.Random(seed)
        self.done: Counter[str] = Counter()

    def strike(self, name: str) -> None:
        """Break one part; one that is just being restarted is waited for, so that no kind of fault is left out."""
        deadline = time.monotonic() + 15
        while not self._struck(name) and time.monotonic() < deadline:
            time.sleep(0.1)

    def _struck(self, name: str) -> bool:
        action, _, part = name.partition(" ")
        try:
            if action == "restart":
                os.kill(
                    self._bundle.pid("postgres"), signal.SIGQUIT
                )  # immediate shutdown; the supervisor starts it again
            elif action == "stop":
                pid = self._bundle.workers(part)[0] if part in ("web", "system") else self._bundle.pid(part)
                os.kill(pid, signal.SIGSTOP)
                time.sleep(self._random.uniform(1, 4))
                os.kill(pid, signal.SIGCONT)
            elif part in ("web", "system"):
                os.kill(self._random.choice(self._bundle.workers(part)), signal.SIGKILL)
            else:
                self._bundle.kill(part)
        except (AssertionError, psutil.Error, OSError, IndexError):
            return False
        self.done[name] += 1
        return True

    def rage(self, seconds: float) -> None:
        """Strike for a while: every fault once in a random order, then again."""
        faults = list(FAULTS)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._random.shuffle(faults)
            for fault in faults:
                if time.monotonic() >= end:
                    return
                self.strike(fault)
                time.sleep(self._random.uniform(1.5, 3.5))


@pytest.mark.timeout(600)
@pytest.mark.row(9, 20)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_acknowledged_is_lost_while_everything_falls(tmp_path: Path, seed: int) -> None:
    """0 lost, 0 out of order per task, every effect once, no dead letter."""
    sys.stdout.write(f"prober: SEED={seed} PROBER_SECONDS={SECONDS:g}\n")
    bundle = Bundle(tmp_path / uuid.uuid4().hex[:8], {"KAFKA": "memory"})
    bundle.start()
    try:
        stop = threading.Event()
        writers = [Writer(bundle.register(), stop) for _ in range(USERS)]
        nemesis = Nemesis(bundle, seed)
        for writer in writers:
            writer.start()
        nemesis.rage(SECONDS)
        time.sleep(2)
        stop.set()
        for writer in writers:
            writer.join(30)
        wait_until(lambda: runs(bundle), seconds=60)
        connection = bundle.database()
        left = [-1]

        def quiet() -> bool:
            left[0] = connection.run(MISSING)[0][0]
            return left[0] == 0

        wait_until(quiet, seconds=QUIET_SECONDS, what=lambda: f"{left[0]} events still under way")
        assert [message for writer in writers for message in writer.unexpected] == []
        lost = 0
        for writer in writers:
            rows = connection.run(
                "SELECT e.aggregate_version, a.changes -> 'title' ->> 'after' FROM event_log e JOIN audit_logs a ON a.id = e.event_id"
                " WHERE e.aggregate_id = :id",
                id=writer.task_id,
            )
            seen = dict(map(tuple, rows))
            lost += sum(seen.get(version) != f"edit {edit}" for version, edit in writer.acknowledged.items())
        acknowledged = sum(len(writer.acknowledged) for writer in writers)
        out_of_order = connection.run(
            "SELECT count(*) FROM (SELECT e.aggregate_version - lag(e.aggregate_version) OVER"
            " (PARTITION BY e.aggregate_id ORDER BY a.recorded_at, e.aggregate_version) AS step"
            " FROM event_log e JOIN audit_logs a ON a.id = e.event_id WHERE e.type LIKE 'task.%') s WHERE step <> 1"
        )[0][0]
        trail = "SELECT count(*) FROM event_log WHERE type <> 'account_mail.requested'"
        events, effects = connection.run(f"SELECT ({trail}), (SELECT count(*) FROM audit_logs)")[0]
        letters = connection.run("SELECT count(*) FROM dead_letters")[0][0]
        connection.close()
        sys.stdout.write(
            f"prober: {acknowledged} acknowledged, {lost} lost, {out_of_order} out of order, {events} events, {effects} effects,"
            f" {letters} dead letters; {sum(nemesis.done.values())} faults {dict(nemesis.done)}\n"
        )
        assert (lost, out_of_order, letters) == (0, 0, 0)
        assert events == effects
        assert SECONDS < FULL_SECONDS or len(nemesis.done) == len(FAULTS)
        for writer in writers:
            writer.user.close()
    finally:
        bundle.stop()
        sys.stdout.write("".join(bundle.output) + bundle.log("events"))  # shown where it failed


def runs(bundle: Bundle) -> bool:
    """Whether the API and the system group answer."""
    with contextlib.suppress(httpx.TransportError, AssertionError):
        bundle.pid("system")
        return httpx.get(f"{bundle.base_url}/healthz", timeout=5).status_code == 200
    return False
