"""The reminders of a task: planned, replanned and cancelled in the transaction that changes the task.

A task keeps its reminders as specifications (``{id, minutes_before, at}``); each has a rule, and each rule one occurrence for each version
of the task's timing. The ``reminders`` function finds occurrences that are due. Called by ``shared.services.tasks`` and recurring tasks.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from shared import clock
from shared.db.statement import statement
from shared.domain.errors import DomainError
from shared.domain.reminder import AbsoluteReminder, Due, RelativeReminder
from shared.domain.reminder import plan as plan_reminder
from shared.domain.task import TaskDue
from shared.domain.zone import get_zone, to_instant, to_local, with_fold
from shared.errors import InvalidInput, Unauthenticated
from shared.services.task_documents import ReminderInput

_USER = statement("SELECT time_zone, settings FROM users WHERE id = :user_id")
_CANCEL = statement(
    "WITH gone AS (UPDATE reminder_occurrences SET state = 'cancelled', updated_at = now()"
    " WHERE task_id = :task_id AND user_id = :user_id AND state IN ('pending', 'due', 'snoozed') RETURNING id)"
    " UPDATE deliveries d SET state = 'cancelled' FROM gone WHERE d.occurrence_id = gone.id AND d.state = 'planned'"
)
_RULE = statement(
    "INSERT INTO reminder_rules (id, user_id, task_id, kind, minutes_before, local_wall, tzid, rule_version)"
    " VALUES (:id, :user_id, :task_id, :kind, :minutes_before, :local_wall, :tzid, :rule_version)"
    " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, minutes_before = excluded.minutes_before, tzid = excluded.tzid,"
    " local_wall = excluded.local_wall, rule_version = excluded.rule_version"
)
_OCCURRENCE = statement(
    "INSERT INTO reminder_occurrences (id, user_id, task_id, rule_id, occurrence_key, fire_at)"
    # PostgreSQL's clock decides what is over: a process whose clock is ahead must not lose a reminder.
    " SELECT :id, :user_id, :task_id, :rule_id, :occurrence_key, x.fire_at FROM (SELECT CAST(:fire_at AS timestamptz) AS fire_at) x"
    " WHERE x.fire_at > now() ON CONFLICT (rule_id, occurrence_key) DO UPDATE SET state = 'pending', fire_at = excluded.fire_at, updated_at = now()"
    " WHERE reminder_occurrences.state = 'cancelled'"
)
_WAITING = statement(
    "SELECT o.id, o.fire_at, r.kind, r.minutes_before, r.local_wall, r.tzid, r.rule_version, t.due_on, t.due_at, t.due_tz"
    " FROM reminder_occurrences o JOIN reminder_rules r ON r.id = o.rule_id JOIN tasks t ON t.id = o.task_id"
    " WHERE o.user_id = :user_id AND o.state = 'pending' AND o.parent_id IS NULL ORDER BY o.id FOR UPDATE OF o"
)
_SHIFT = statement(
    "UPDATE reminder_occurrences SET fire_at = :fire_at, occurrence_key = :occurrence_key, updated_at = now() WHERE id = :id"
)
Specification = dict[str, Any]


@dataclass(frozen=True)
class UserSettings:
    """What of a person's settings decides about reminders."""

    time_zone: str
    default_reminder_minutes: int | None
    all_day_reminder_time: time


def user_settings(connection: Any, user_id: UUID) -> UserSettings:
    """Return the settings.

    Raises:
        Unauthenticated: the account is gone.
    """
    row = connection.execute(_USER(), {"user_id": user_id}).one_or_none()
    if row is None:
        raise Unauthenticated("This account no longer exists.")
    return UserSettings(
        row.time_zone,
        row.settings.get("default_reminder_minutes"),
        time.fromisoformat(row.settings.get("all_day_reminder_time", "09:00")),
    )


def specifications(
    wanted: list[ReminderInput] | None, due: TaskDue | None, settings: UserSettings, *, explicit: bool = False
) -> list[Specification]:
    """Return what a task stores of its reminders.

    Args:
        wanted: the reminders asked for; ``None`` takes the person's default where the task is due.
        due: when the task is due.
        settings: of the person.
        explicit: take ``wanted`` as it is, without the default.

    Raises:
        InvalidInput: a reminder names neither or both of its fields, or counts from a due time that is not there.
    """
    if wanted is None:
        if explicit or due is None or settings.default_reminder_minutes is None:
            return []
        minutes = settings.default_reminder_minutes if due.at is not None else 0
        return [{"id": str(clock.uuid7()), "minutes_before": minutes, "at": None}]
    found: dict[tuple[Any, Any], Specification] = {}
    zone = due.zone if due is not None and due.zone else settings.time_zone
    for position, reminder in enumerate(wanted):
        name = f"reminders.{position}"
        if (reminder.minutes_before is None) == (reminder.at is None):
            raise InvalidInput("A reminder is {minutes_before} or {at}.", field=name)
        if reminder.minutes_before is not None and due is None:
            raise InvalidInput("A reminder before the due time needs one.", field=f"{name}.minutes_before")
        at = None if reminder.at is None else _instant(reminder.at, zone, f"{name}.at")
        found[reminder.minutes_before, at] = {
            "id": str(clock.uuid7()),
            "minutes_before": reminder.minutes_before,
            "at": at,
        }
    return list(found.values())


def plan(
    connection: Any,
    user_id: UUID,
    task_id: UUID,
    specs: list[Specification],
    due: TaskDue | None,
    settings: UserSettings,
    *,
    rule_version: int,
) -> None:
    """Write rules and coming occurrences of ``specs``; a time that is over already is not reminded of."""
    for spec in specs:
        rule, zone, local = _rule(spec, due, settings)
        planned = plan_reminder(
            rule, _due(due, settings), rule_version=rule_version, all_day_time=settings.all_day_reminder_time
        )
        values = {
            "id": UUID(spec["id"]),
            "user_id": user_id,
            "task_id": task_id,
            "kind": "relative" if spec["minutes_before"] is not None else "absolute",
            "minutes_before": spec["minutes_before"],
            "local_wall": local,
            "tzid": zone,
            "rule_version": rule_version,
        }
        connection.execute(_RULE(), values)
        if planned is None:
            continue
        connection.execute(
            _OCCURRENCE(),
            {
                "id": clock.uuid7(),
                "user_id": user_id,
                "task_id": task_id,
                "rule_id": UUID(spec["id"]),
                "occurrence_key": planned.occurrence_key,
                "fire_at": planned.fire_at,
            },
        )


def replan(connection: Any, user_id: UUID, task: dict[str, Any]) -> None:
    """Cancel what was planned for a task and, while it is open and not in the trash, plan anew from its row."""
    connection.execute(_CANCEL(), {"task_id": task["id"], "user_id": user_id})
    if task["status"] != "open" or task["deleted_at"] is not None or not task["reminders"]:
        return
    if task["due_on"] is not None:
        due: TaskDue | None = TaskDue(on=task["due_on"])
    elif task["due_at"] is not None:
        due = TaskDue(at=task["due_at"], zone=task["due_tz"])
    else:
        due = None
    settings = user_settings(connection, user_id)
    plan(connection, user_id, task["id"], task["reminders"], due, settings, rule_version=task["version"])


def replan_all(connection: Any, user_id: UUID) -> int:
    """Compute every waiting reminder of a person anew and return how many moved.

    Called when the person's zone or settings change and when the time zone database does. Snoozed ones stay where they were put. A time
    that has passed in the new zone is kept all the same: the next sweep sends it as late.
    """
    settings = user_settings(connection, user_id)
    moved = 0
    for row in connection.execute(_WAITING(), {"user_id": user_id}).all():
        due = TaskDue(on=row.due_on) if row.due_on else TaskDue(at=row.due_at, zone=row.due_tz) if row.due_at else None
        rule = (
            RelativeReminder(row.minutes_before)
            if row.kind == "relative"
            else AbsoluteReminder(with_fold(row.local_wall, row.fire_at, row.tzid), row.tzid)
        )
        planned = plan_reminder(
            rule, _due(due, settings), rule_version=row.rule_version, all_day_time=settings.all_day_reminder_time
        )
        if planned is not None and planned.fire_at != row.fire_at:
            connection.execute(
                _SHIFT(), {"id": row.id, "fire_at": planned.fire_at, "occurrence_key": planned.occurrence_key}
            )
            moved += 1
    return moved


def _rule(
    spec: Specification, due: TaskDue | None, settings: UserSettings
) -> tuple[AbsoluteReminder | RelativeReminder, str, datetime | None]:
    zone = due.zone if due is not None and due.zone else settings.time_zone
    if spec["minutes_before"] is not None:
        return RelativeReminder(spec["minutes_before"]), zone, None
    local = to_local(datetime.fromisoformat(spec["at"]), zone)
    return AbsoluteReminder(local, zone), zone, local


def _due(due: TaskDue | None, settings: UserSettings) -> Due | None:
    if due is None:
        return None
    return (
        Due(zone=settings.time_zone, on=due.on)
        if due.on is not None
        else Due(zone=due.zone or settings.time_zone, local=due.local)
    )


def _instant(at: datetime, zone: str, field: str) -> str:
    get_zone(zone, "due_tz")
    try:
        instant = to_instant(at, zone) if at.tzinfo is None else at
        return to_utc_text(instant)
    except (DomainError, OverflowError) as error:
        raise InvalidInput("The time is out of range.", field=field) from error


def to_utc_text(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with Z."""
    from datetime import UTC

    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
