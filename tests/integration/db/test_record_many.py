"""Events recorded by the hundred in one statement are the events recorded one by one."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.events import outbox
from shared.events.catalogue import TaskEvent, TaskSnapshot
from shared.events.outbox import NewEvent, record
from tests.support.client import make_user

pytestmark = pytest.mark.usefixtures("system_env")
LOGGED = text(
    "SELECT aggregate_id, aggregate_version, type, schema_version, payload::text, details::text, origin, traceparent, created_at"
    " FROM event_log WHERE user_id = :u ORDER BY aggregate_id, aggregate_version"
)
WAITING = text(
    "SELECT aggregate_id, aggregate_version, topic, created_at FROM outbox_pending WHERE user_id = :u ORDER BY seq"
)


def event(user_id: UUID, task_id: UUID, version: int) -> NewEvent:
    """Return an event with a text that JSON has to escape and details of its own."""
    title = f'v{version} "\\ gießen \u2028 \U0001f331'
    task = TaskSnapshot(title=title, status="open")
    payload = TaskEvent(task_id=task_id, user_id=user_id, version=version, task=task)
    details: dict[str, Any] = {"changes": {"notes": {"before": None, "after": title * 50}}} if version % 2 else {}
    return NewEvent("task.updated", user_id, task_id, version, payload, details=details, origin="system")


def test_many_at_once_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows in the log, and the same order in the outbox."""
    monkeypatch.setattr(outbox, "publish_soon", lambda _aggregates: None)  # or they are gone before anyone looks
    user_id = make_user()
    tasks = [clock.uuid7() for _ in range(4)]
    events = [event(user_id, task_id, version) for version in range(1, 6) for task_id in tasks]
    seen = []
    for most in (len(events), len(events) + 1):
        monkeypatch.setattr(outbox, "_MANY", most)
        with transaction(user_id) as connection:
            record(connection, *events)
        with transaction(None) as connection:
            seen.append([connection.execute(query, {"u": user_id}).all() for query in (LOGGED, WAITING)])
            connection.execute(text("DELETE FROM outbox_pending WHERE user_id = :u"), {"u": user_id})
            connection.execute(text("DELETE FROM event_log WHERE user_id = :u"), {"u": user_id})
    assert seen[0] == seen[1]
    assert [(row.aggregate_id, row.aggregate_version) for row in seen[0][1]] == [
        (e.aggregate_id, e.version) for e in events
    ]
