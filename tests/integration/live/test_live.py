"""Live updates: what happens arrives, what was missed is made up for, and only what is one's own."""

import json
import threading
from collections.abc import Iterator

import pytest

from shared.events import outbox
from shared.events.broadcast import get_broadcast
from shared.services.live import stream
from tests.support.bundle import wait_until
from tests.support.client import Person


@pytest.fixture
def people(system_env) -> tuple[Person, Person]:
    """Two people who do not know each other."""
    from functions.live.main import live
    from functions.tasks.main import tasks

    return Person(tasks.wsgi, live.wsgi), Person(tasks.wsgi, live.wsgi)


def _frames(raw: Iterator[bytes]) -> Iterator[dict[str, str]]:
    for block in raw:
        yield dict(line.split(": ", 1) for line in block.decode().strip().split("\n"))


def _of_kind(frames: Iterator[dict[str, str]], kind: str, count: int) -> list[dict]:
    found = []
    for frame in frames:
        if frame.get("event") == kind:
            found.append(json.loads(frame["data"]) | {"id": frame.get("id", "")})
            if len(found) == count:
                break
        if frame.get("event") == "end":
            break
    return found


def test_own_changes_arrive_and_nobody_elses(people):
    """A listener gets its own events in order; another person's never."""
    ada, eve = people
    frames = _frames(stream(ada.user_id, None, seconds=20, heartbeat_seconds=0.5))
    assert next(frames)["event"] == "ready"
    eve.post("/api/tasks", {"title": "not for Ada"})
    task = ada.post("/api/tasks", {"title": "mine"}).json
    ada.post(f"/api/tasks/{task['id']}/complete")
    found = _of_kind(frames, "task", 2)
    assert [(each["type"], each["version"], each["task_id"]) for each in found] == [
        ("task.created", 1, task["id"]), ("task.completed", 2, task["id"]),
    ]  # fmt: skip


def test_what_was_missed_comes_first_and_once(people):
    """With the last id seen, a new stream begins where the old one ended."""
    ada, _ = people
    frames = _frames(stream(ada.user_id, None, seconds=20, heartbeat_seconds=0.5))
    next(frames)
    first = ada.post("/api/tasks", {"title": "seen"}).json
    last_id = _of_kind(frames, "task", 1)[0]["id"]
    frames.close() if hasattr(frames, "close") else None
    missed = ada.post("/api/tasks", {"title": "missed"}).json
    outbox.finish(5)
    again = _frames(stream(ada.user_id, last_id, seconds=3, heartbeat_seconds=0.5))
    found = _of_kind(again, "task", 5)
    assert [each["task_id"] for each in found] == [missed["id"]]
    assert first["id"] not in {each["task_id"] for each in found}


def test_silence_has_a_heartbeat_and_an_end(people):
    """A stream pings, and ends by itself."""
    ada, _ = people
    events = [frame["event"] for frame in _frames(stream(ada.user_id, None, seconds=1, heartbeat_seconds=0.3))]
    assert events[0] == "ready"
    assert "ping" in events
    assert events[-1] == "end"


def test_the_reader_ends_with_its_last_listener(people):
    """With nobody listening no thread and no Kafka client is left, so the function can scale to zero."""
    ada, _ = people
    list(stream(ada.user_id, None, seconds=0.5, heartbeat_seconds=0.2))
    reader = next((thread for thread in threading.enumerate() if thread.name == "broadcast-reader"), None)
    if reader is not None:
        reader.join(10)
        assert not reader.is_alive()


def test_a_listener_too_slow_is_told_to_ask_again(people, monkeypatch):
    """Its queue is full: what was in it is given up for one reset, and what happens after that arrives."""
    ada, _ = people
    monkeypatch.setattr("shared.events.broadcast._WAITING_EVENTS", 2)
    listener = get_broadcast().listen(ada.user_id)
    task = ada.post("/api/tasks", {"title": "0"}).json
    for number in range(1, 4):
        ada.patch(f"/api/tasks/{task['id']}", {"title": str(number)})
    # The third of four finds it full; nobody takes anything out meanwhile.
    wait_until(lambda: [each and each.sequence for each in listener.queue] == [None, 4])
    get_broadcast().leave(ada.user_id, listener)


def test_the_function_wants_a_token(people):
    """Anonymous is 401."""
    ada, _ = people
    assert ada.call("GET", "/api/live", app=1, headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize(
    "last_id",
    [
        "nonsense",
        "0",
        "_",
        "2026-11-27T10:00:00Z_no-uuid",
        "9999-12-31T23:59:59-23:59_0190f3c2-7b1e-7000-8000-000000abcdef",
    ],
)
def test_a_position_nobody_made_starts_afresh(people, last_id):
    """A browser sends its last id with every try, so it is told to ask for everything again, and gets what happens from now on."""
    ada, _ = people
    answer = ada.get("/api/live", app=1, headers={"Last-Event-ID": last_id})
    frames = _frames(answer.response)
    assert (answer.status_code, next(frames)["event"], next(frames)["event"]) == (200, "ready", "reset")
    task = ada.post("/api/tasks", {"title": "from now on"}).json
    assert [each["task_id"] for each in _of_kind(frames, "task", 1)] == [task["id"]]
    answer.close()


def test_more_than_can_be_made_up_for_starts_afresh(people, monkeypatch):
    """No gap between the log's answer and what happens: all of what was missed, or none and a reset."""
    ada, _ = people
    frames = _frames(stream(ada.user_id, None, seconds=20, heartbeat_seconds=0.5))
    next(frames)
    task = ada.post("/api/tasks", {"title": "0"}).json
    for number in range(1, 4):
        ada.patch(f"/api/tasks/{task['id']}", {"title": str(number)})
    first_id = _of_kind(frames, "task", 1)[0]["id"]
    for most, expected in ((3, ["ready", "task", "task", "task"]), (2, ["ready", "reset"])):
        monkeypatch.setattr("shared.services.live._MOST_MISSED", most)
        again = _frames(stream(ada.user_id, first_id, seconds=20, heartbeat_seconds=0.5))
        assert [next(again)["event"] for _ in expected] == expected
