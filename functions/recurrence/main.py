"""The recurrence function: sees to it that a recurring task goes on.

Takes every event of task-events; those that finish, bring back or remove an instance of a series have it settled from what the database
says at that moment (``shared.services.recurring_progress``). Completing makes the next instance, taking that back removes it again.
"""

from typing import Any
from uuid import UUID

from shared.events.consumer import Consumer
from shared.events.envelope import Event

consumer = Consumer("recurrence")


@consumer.on("task.completed", "task.reopened", "task.deleted", "task.restored")
def settle_series(connection: Any, event: Event) -> None:
    """Settle the series of a task, if it has one."""
    from shared.services.actor import Actor
    from shared.services.recurring_progress import settle

    series_id = _series_of(connection, event)
    if series_id is not None:
        settle(connection, Actor(event.user_id, "system"), series_id)


@consumer.on("task.updated")
def settle_if_status_changed(connection: Any, event: Event) -> None:
    """A PATCH can complete a task among other changes."""
    if "status" in event.payload.changes:
        settle_series(connection, event)


@consumer.on("task.purged")
def go_on_without(connection: Any, event: Event) -> None:
    """An instance that a person deleted for good is followed by the next; our own removals and housekeeping's are not."""
    from sqlalchemy import text

    from shared.services.actor import Actor
    from shared.services.recurring_progress import settle_purged

    task = event.payload.task
    if task.recurring_task_id is None or task.occurrence_key is None:
        return
    origin = connection.execute(
        text("SELECT origin FROM event_log WHERE event_id = :id AND created_at = :time"),
        {"id": event.id, "time": event.time},
    ).scalar_one_or_none()
    if origin != "system":
        actor = Actor(event.user_id, "system")
        settle_purged(connection, actor, task.recurring_task_id, task.occurrence_key, event.time, task.parent_id)


def _series_of(connection: Any, event: Event) -> UUID | None:
    """Return the series a task belongs to now: a split may have moved it since the event."""
    from sqlalchemy import text

    if event.payload.task.recurring_task_id is None:
        return None
    series_id: UUID | None = connection.execute(
        text("SELECT recurring_task_id FROM tasks WHERE id = :id AND user_id = :user_id"),
        {"id": event.payload.task_id, "user_id": event.user_id},
    ).scalar_one_or_none()
    return series_id


recurrence = consumer.entry_point()
