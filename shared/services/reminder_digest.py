"""Reminders more than 12 hours late: one list a person, in the app and through the channels wanted for digests.

Called by the reminders function before it looks at what is due. Nothing is dropped silently: each such occurrence becomes
``expired_visible``, is counted, and stands in the digest. Two runs at once do not make two digests: a person's lock decides.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock, metrics
from shared.db.engine import transaction
from shared.domain.reminder import SENT_LATE
from shared.events.catalogue import NotificationEvent
from shared.events.outbox import NewEvent, record
from shared.services.delivery.wording import digest_title
from shared.services.reminder_sweep import (
    OLD,
    Now,
    database_now,
    due_event,
    plan_deliveries,
    quiet_end,
    store_deliveries,
)

LISTED = 50
_USERS_A_ROUND = 200
_USERS = text(
    "SELECT DISTINCT user_id FROM reminder_occurrences WHERE state = 'pending' AND fire_at < :oldest ORDER BY user_id LIMIT :most"
)
_LOCK = text("SELECT pg_try_advisory_xact_lock(190233, hashtext(CAST(:user_id AS text)))")
_MOVE = text("UPDATE reminder_occurrences SET state = :state, late = true, updated_at = now() WHERE id = ANY (:ids)")
_INSERT = text(
    "INSERT INTO notifications (id, user_id, kind, title, body, occurrence_id, data, created_at)"
    " VALUES (:id, :user_id, 'digest', :title, :body, :occurrence_id, CAST(:data AS jsonb), :now)"
)


def write_digests(*, now: Now = database_now, older_than: timedelta = SENT_LATE) -> dict[str, int]:
    """Write one digest for every person with reminders that are too late to send.

    Args:
        now: the clock that decides.
        older_than: how late is too late; 12 hours, but after a restore whatever may have been sent before.

    Returns:
        How many people and reminders.
    """
    done: set[UUID] = set()
    digests = expired = 0
    while True:
        with transaction(None) as connection:
            moment = now(connection)
            found = connection.execute(_USERS, {"oldest": moment - older_than, "most": _USERS_A_ROUND}).scalars().all()
        users = [user for user in found if user not in done]
        for user_id in users:
            count = _write(user_id, now, older_than)
            digests += count > 0
            expired += count
            done.add(user_id)
        if not users:
            return {"digests": digests, "expired": expired}


def _write(user_id: UUID, now: Now, older_than: timedelta) -> int:
    with transaction(None) as connection:
        if not connection.execute(_LOCK, {"user_id": str(user_id)}).scalar_one():
            return 0
        moment = now(connection)
        rows = connection.execute(OLD, {"user_id": user_id, "oldest": moment - older_than}).all()
        live = [row for row in rows if row.status == "open" and row.deleted_at is None]
        gone = [row.id for row in rows if row not in live]
        if gone:
            connection.execute(_MOVE, {"state": "cancelled", "ids": gone})
        if not live:
            return 0
        connection.execute(_MOVE, {"state": "expired_visible", "ids": [row.id for row in live]})
        _notify(connection, live, moment)
        metrics.REMINDERS_EXPIRED.add(amount=len(live))
        return len(live)


def _notify(connection: Any, rows: list[Any], now: datetime) -> None:
    anchor = rows[-1]
    identity = clock.uuid7()
    tasks = {row.task_id: row for row in rows}
    items = [{"task_id": row.task_id, "title": row.title, "fire_at": row.fire_at} for row in tasks.values()]
    title = digest_title(len(tasks), anchor.locale)
    values = {
        "id": identity, "user_id": anchor.user_id, "title": title, "body": "\n".join(item["title"] for item in items[:LISTED]),
        "occurrence_id": anchor.id, "now": now,
        "data": orjson.dumps({"items": items[:LISTED], "count": len(tasks)}).decode(),
    }  # fmt: skip
    connection.execute(_INSERT, values)
    payload = NotificationEvent(
        notification_id=identity, user_id=anchor.user_id, occurrence_id=anchor.id, channel="in_app", title=title
    )
    events = [NewEvent("notification.created", anchor.user_id, identity, 1, payload, origin="system")]
    planned = [
        row for row in plan_deliveries(anchor, "digest", now, quiet_end(anchor, now)) if row["channel"] != "in_app"
    ]
    store_deliveries(connection, planned)
    if planned:
        events.append(due_event(anchor, late=True))
    record(connection, *events)
