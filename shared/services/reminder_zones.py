"""Reminders follow their wall clock when the rules of time zones change: a new time zone database, called by the reminders function.

The version last worked with is a row of ``cron_runs``. With another version every future due time is computed anew from its wall time
(a change of the task like any other, by the system), and every waiting reminder from its rule.
"""

from importlib.metadata import version as package_version
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.db.engine import transaction
from shared.domain.zone import to_instant, with_fold
from shared.services import task_reminders, tasks
from shared.services.task_documents import TaskChange

_NAME = "reminders/time-zones"
_KNOWN = text("SELECT result ->> 'tzdata' FROM cron_runs WHERE function = :name")
_REMEMBER = text(
    "INSERT INTO cron_runs AS c (function, started_at, finished_at, result) VALUES (:name, now(), now(), CAST(:result AS jsonb))"
    " ON CONFLICT (function) DO UPDATE SET finished_at = now(), result = excluded.result"
)
_PLANNED = text(
    "SELECT id, user_id, due_local, due_tz, due_at FROM tasks"
    " WHERE due_local IS NOT NULL AND status = 'open' AND deleted_at IS NULL AND due_at > now() - interval '1 day' ORDER BY id"
)
_USERS = text("SELECT DISTINCT user_id FROM reminder_occurrences WHERE state = 'pending' ORDER BY user_id")


def follow_zone_rules(version: str | None = None) -> dict[str, int]:
    """Compute due times and reminders anew when the time zone database is another than last time; return what moved."""
    version = version or package_version("tzdata")
    with transaction(None) as connection:
        known = connection.execute(_KNOWN, {"name": _NAME}).scalar_one_or_none()
        if known == version:
            return {}
        planned = [] if known is None else connection.execute(_PLANNED).all()
        users = [] if known is None else connection.execute(_USERS).scalars().all()
    moved_tasks = sum(map(_move_task, planned))
    moved_reminders = sum(map(_move_reminders, users))
    with transaction(None) as connection:
        connection.execute(_REMEMBER, {"name": _NAME, "result": f'{{"tzdata": "{version}"}}'})
    return {"moved_tasks": moved_tasks, "moved_reminders": moved_reminders}


def _move_task(row: Any) -> bool:
    due_at = to_instant(with_fold(row.due_local, row.due_at, row.due_tz), row.due_tz)
    if due_at == row.due_at:
        return False
    change = TaskChange.model_validate({"due_at": due_at, "due_tz": row.due_tz})
    tasks.change_task(tasks.Actor(row.user_id, "system"), row.id, change)
    return True


def _move_reminders(user_id: UUID) -> int:
    with transaction(user_id) as connection:
        return task_reminders.replan_all(connection, user_id)
