"""People, tasks and reminders written straight into the ledger, and the questions tests ask of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from tests.support.client import make_user


def run(sql: str, **values: Any) -> list[Any]:
    """Run one statement as the system and return its rows."""
    with transaction(None) as connection:
        result = connection.execute(text(sql), values)
        return list(result.all()) if result.returns_rows else []


def person(*, zone: str = "UTC", locale: str = "en", confirmed: bool = True, **channels: bool) -> UUID:
    """Make a person whose address is confirmed and who wants reminders through exactly ``channels`` (all defaults when none is named)."""
    user_id = make_user(zone)
    run("UPDATE users SET locale = :locale WHERE id = :id", locale=locale, id=user_id)
    if confirmed:
        run("UPDATE users SET email_confirmed_at = now() WHERE id = :id", id=user_id)
    if channels:
        chosen = {name: channels.get(name, False) for name in ("push", "email", "in_app")}
        prefer(user_id, {"channels": {"reminder": chosen, "digest": chosen}})
    return user_id


def prefer(user_id: UUID, preferences: dict[str, Any]) -> None:
    """Store preferences."""
    run(
        "INSERT INTO notification_preferences (user_id, preferences) VALUES (:u, CAST(:p AS jsonb))"
        " ON CONFLICT (user_id) DO UPDATE SET preferences = excluded.preferences",
        u=user_id, p=orjson.dumps(preferences).decode(),
    )  # fmt: skip


def task(user_id: UUID, title: str = "Water the plants", **columns: Any) -> UUID:
    """Write an open task."""
    identity = clock.uuid7()
    values = {"id": identity, "user_id": user_id, "title": title, "rank": "a", **columns}
    names = ", ".join(values)
    run(f"INSERT INTO tasks ({names}) VALUES ({', '.join(':' + name for name in values)})", **values)
    return identity


def occurrence(user_id: UUID, task_id: UUID, *, ago: timedelta = timedelta(0)) -> UUID:
    """Write a waiting reminder whose time came ``ago``."""
    rule, identity = clock.uuid7(), clock.uuid7()
    run(
        "INSERT INTO reminder_rules (id, user_id, task_id, kind, local_wall, tzid, rule_version)"
        " VALUES (:rule, :u, :t, 'absolute', (now() - CAST(:ago AS interval)) AT TIME ZONE 'UTC', 'UTC', 1)",
        rule=rule, u=user_id, t=task_id, ago=f"{ago.total_seconds()} seconds",
    )  # fmt: skip
    run(
        "INSERT INTO reminder_occurrences (id, user_id, task_id, rule_id, occurrence_key, fire_at)"
        " VALUES (:id, :u, :t, :rule, :key, now() - CAST(:ago AS interval))",
        id=identity, u=user_id, t=task_id, rule=rule, key=f"1|{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", ago=f"{ago.total_seconds()} seconds",
    )  # fmt: skip
    return identity


def due_reminder(user_id: UUID, title: str = "Water the plants", *, ago: timedelta = timedelta(0)) -> UUID:
    """Write a task with a waiting reminder whose time came ``ago``; return the occurrence."""
    return occurrence(user_id, task(user_id, title), ago=ago)


def states(user_id: UUID) -> Counter[str]:
    """Count a person's occurrences by state."""
    return Counter(row.state for row in run("SELECT state FROM reminder_occurrences WHERE user_id = :u", u=user_id))


def deliveries(user_id: UUID, channel: str = "") -> list[Any]:
    """Return a person's ledger, oldest first."""
    return run(
        "SELECT * FROM deliveries WHERE user_id = :u AND (:c = '' OR channel = :c) ORDER BY not_before, id",
        u=user_id,
        c=channel,
    )


def events(user_id: UUID, name: str) -> list[Any]:
    """Return a person's logged events of a type."""
    return run("SELECT * FROM event_log WHERE user_id = :u AND type = :n ORDER BY created_at", u=user_id, n=name)


def notifications(user_id: UUID) -> list[Any]:
    """Return what stands in a person's inbox."""
    return run("SELECT * FROM notifications WHERE user_id = :u ORDER BY id", u=user_id)
