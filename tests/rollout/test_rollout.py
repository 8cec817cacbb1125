"""A rollout and a rollback under load, without one failed request and without one lost change."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rollout.load import Load
from tests.rollout.previous import ROOT, previous_code, previous_commit
from tests.rollout.revisions import Revision, Split
from tests.support.bundle import Bundle, running_bundle

pytestmark = [
    pytest.mark.timeout(420),
    pytest.mark.skipif(not previous_commit(), reason="this checkout has no earlier commit to roll out from"),
]
REQUESTS = 150  # of each step


@pytest.fixture
def bundle(tmp_path: Path) -> Iterator[Bundle]:
    """Database, broker, system group and sources, all of this commit: the schema is the new one."""
    with running_bundle(tmp_path / "data") as running:
        yield running


def half_sent(revision: Revision, token: str) -> http.client.HTTPConnection:
    """Begin a request whose body is still on its way."""
    body = json.dumps({"title": "Began before the end"}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", revision.port, timeout=60)
    connection.putrequest("POST", "/api/tasks")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Length": str(len(body))}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body[:10])
    connection.rest = body[10:]  # type: ignore[attr-defined]
    return connection


def drain_with_a_request_in_flight(revision: Revision, token: str) -> int:
    """End the revision while a request's body arrives; return the status of that request."""
    connection = half_sent(revision, token)
    ending = threading.Thread(target=revision.drain)
    ending.start()
    time.sleep(2.5)  # SIGTERM came in between
    connection.send(connection.rest)  # type: ignore[attr-defined]
    status = connection.getresponse().status
    connection.close()
    ending.join(90)
    assert revision.process is not None
    assert revision.process.returncode == 0
    return status


def test_rollout_and_rollback_lose_no_request(bundle: Bundle, tmp_path: Path) -> None:
    """Old and new code side by side on the new schema: 0, 10, 50, 100 percent, the old one drained; then all the way back."""
    split, load = Split(), None
    with previous_code(tmp_path / "previous") as old_code:
        old, new = Revision("web-00001", old_code), Revision("web-00002", ROOT)
        again = Revision("web-00003", old_code)
        try:
            old.start(bundle, tmp_path / "old.log")
            split.send((old, 100))
            load = Load(split.url)
            load.start()
            load.wait_for(REQUESTS)
            new.start(bundle, tmp_path / "new.log")
            for percent in (10, 50, 100):
                split.send((old, 100 - percent), (new, percent))
                load.wait_for(REQUESTS)
                share = new.answered / max(1, new.answered + old.answered)
                print(
                    f"rollout: {percent} % to the new revision: it answered {share:.0%} of {new.answered + old.answered}"
                )
                assert abs(share - percent / 100) < 0.15
            assert drain_with_a_request_in_flight(old, load.token) == 201
            load.wait_for(REQUESTS)
            again.start(bundle, tmp_path / "again.log")
            split.send((again, 100), (new, 0))
            load.wait_for(REQUESTS)
            assert drain_with_a_request_in_flight(new, load.token) == 201
            load.wait_for(REQUESTS)
            assert again.answered >= REQUESTS
        finally:
            if load is not None:
                load.stop()
            for revision in (old, new, again):
                revision.kill()
            split.close()
    print(f"rollout: {load.answered} requests answered, {len(load.failures)} failed")
    assert load.failures == []
    nothing_was_lost(bundle, load)


def nothing_was_lost(bundle: Bundle, load: Load) -> None:
    """Every task is there as it was answered last, and its three events were processed exactly once."""
    connection = http.client.HTTPConnection("127.0.0.1", bundle.port, timeout=60)
    for task_id, title in load.titles.items():
        connection.request("GET", f"/api/tasks/{task_id}", headers={"Authorization": f"Bearer {load.token}"})
        task = json.loads(connection.getresponse().read())
        assert (task["title"], task["status"]) == (title, "completed")
    for task_id in list(load.titles)[:: max(1, len(load.titles) // 30)]:
        seen = trail(connection, task_id, load.token)
        assert sorted(seen) == ["task.completed", "task.created", "task.updated"], seen
    connection.close()


def trail(connection: http.client.HTTPConnection, task_id: str, token: str) -> list[str]:
    """Return the types in a task's audit trail, waiting until there are three."""
    deadline = time.monotonic() + 60
    while True:
        connection.request("GET", f"/api/audit?task_id={task_id}", headers={"Authorization": f"Bearer {token}"})
        items = json.loads(connection.getresponse().read())["items"]
        if len(items) >= 3 or time.monotonic() > deadline:
            return [item["type"].removeprefix("app.").removesuffix(".v1") for item in items]
        time.sleep(0.2)
