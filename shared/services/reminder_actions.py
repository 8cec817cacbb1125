"""What a person does with a reminder that came: snooze it, or complete the task from the notification.

Called by the notifications function. A snooze is a child occurrence with a time of its own; the reminder it came from ends, and what was
still to be sent for it is cancelled in the same transaction. A missed one stays what it is: a digest may hang on it that tells of others too.
Buttons carry one-time tokens: pressed twice, they act once.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.domain.reminder import MAX_SNOOZE_MINUTES
from shared.domain.reminder import snooze as plan_snooze
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.delivery.tokens import Action

_LOCK_TASK = text(
    "SELECT t.id, t.status, t.deleted_at FROM tasks t JOIN reminder_occurrences o ON o.task_id = t.id"
    " WHERE o.id = :id AND o.user_id = :user_id FOR UPDATE OF t"
)
_LOCK = text(
    "SELECT id, task_id, rule_id, occurrence_key, state, now() AS now FROM reminder_occurrences WHERE id = :id AND user_id = :user_id FOR UPDATE"
)
_COUNT = text(
    "SELECT count(*) FROM reminder_occurrences WHERE rule_id = :rule_id AND occurrence_key LIKE split_part(:key, '|snooze ', 1) || '|snooze %'"
)
_END = text(
    "WITH ended AS (UPDATE reminder_occurrences SET"
    " state = CASE WHEN id <> :id THEN 'cancelled' WHEN state = 'expired_visible' THEN state ELSE 'snoozed' END,"
    " snoozed_until = CASE WHEN id = :id THEN CAST(:until AS timestamptz) END, updated_at = now()"
    " WHERE id = :id OR (rule_id = :rule_id AND parent_id IS NOT NULL AND state IN ('pending', 'due')) RETURNING id, state),"
    " read AS (UPDATE notifications n SET read_at = coalesce(n.read_at, now()) FROM ended WHERE n.occurrence_id = ended.id)"
    " UPDATE deliveries d SET state = 'cancelled' FROM ended WHERE d.occurrence_id = ended.id AND d.state = 'planned'"
    " AND ended.state <> 'expired_visible'"
)
_CHILD = text(
    "INSERT INTO reminder_occurrences (id, user_id, task_id, rule_id, parent_id, occurrence_key, fire_at)"
    " VALUES (:child, :user_id, :task_id, :rule_id, :id, :key, :until)"
)
_USE = text(
    "INSERT INTO used_action_tokens (token_hash, user_id, expires_at)"
    " VALUES (sha256(convert_to(:token, 'UTF8')), :user_id, to_timestamp(:expires)) ON CONFLICT DO NOTHING RETURNING 1"
)


def snooze(
    user_id: UUID, occurrence_id: UUID, *, minutes: int | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """Put a reminder off and return its next occurrence, ``{id, task_id, fire_at}``.

    Args:
        user_id: whose reminder.
        occurrence_id: the reminder as it came.
        minutes: from now; or
        until: an aware instant.

    Raises:
        NotFound: there is no such reminder.
        Conflict: the task is done or deleted, or the reminder was cancelled or is yet to come.
        InvalidInput: neither or both times, or one out of range.
    """
    if (minutes is None) == (until is None):
        raise InvalidInput("Give minutes or until.", field="minutes")
    key = {"id": occurrence_id, "user_id": user_id}
    with transaction(user_id) as connection:
        # The task first, as every edit locks: a snooze beside a completion waits instead of missing it.
        task = connection.execute(_LOCK_TASK, key).one_or_none()
        if task is None:
            raise NotFound("There is no such reminder.")
        row = connection.execute(_LOCK, key).one()
        if task.status != "open" or task.deleted_at is not None:
            raise Conflict("The task is done or deleted; there is nothing to be reminded of.")
        if row.state not in {"due", "done", "snoozed", "expired_visible"}:
            raise Conflict("This reminder was changed meanwhile.")
        count = connection.execute(_COUNT, {"rule_id": row.rule_id, "key": row.occurrence_key}).scalar_one()
        if until is not None:
            minutes = _minutes_until(until, row.now)
        planned = plan_snooze(row.occurrence_key, count, now=row.now, minutes=minutes or 0)
        child = clock.uuid7()
        values = {
            **key, "child": child, "task_id": row.task_id, "rule_id": row.rule_id, "key": planned.occurrence_key,
            "until": until or planned.fire_at,
        }  # fmt: skip
        connection.execute(_END, values)
        connection.execute(_CHILD, values)
    return {"id": child, "task_id": row.task_id, "fire_at": values["until"]}


def press(token: str, action: Action) -> dict[str, Any]:
    """Do what a notification's button says, once; return what it did, and whether this was a repetition.

    Raises:
        NotFound: the reminder is gone.
        Conflict: it can no longer be snoozed.
    """
    from shared.services import tasks

    with transaction(action.user_id) as connection:
        used = {"token": token, "user_id": action.user_id, "expires": action.expires_at}
        result = {"action": action.name, "repeated": connection.execute(_USE, used).one_or_none() is None}
        if result["repeated"]:
            return result
        if action.name == "snooze":
            snooze(action.user_id, action.occurrence_id, minutes=action.minutes)
            return result
        key = {"id": action.occurrence_id, "user_id": action.user_id}
        task_id = connection.execute(
            text("SELECT task_id FROM reminder_occurrences WHERE id = :id AND user_id = :user_id"), key
        ).scalar_one_or_none()
        if task_id is None:
            raise NotFound("There is no such reminder.")
        tasks.complete_task(tasks.Actor(action.user_id, "web"), task_id)
        connection.execute(
            text(
                "UPDATE notifications SET read_at = coalesce(read_at, now()) WHERE occurrence_id = :id AND user_id = :user_id"
            ),
            key,
        )
    return result


def _minutes_until(until: datetime, now: datetime) -> int:
    if until.tzinfo is None:
        raise InvalidInput("until needs an offset.", field="until")
    if not timedelta(0) < until - now <= timedelta(minutes=MAX_SNOOZE_MINUTES):
        raise InvalidInput("until is within the next 30 days.", field="until")
    return max(1, round((until - now).total_seconds() / 60))
