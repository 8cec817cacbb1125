"""How a series goes on: the next instance after one is done, and back again when that is undone.

Called by the recurrence consumer for every event that can matter, and by the services of recurring tasks. :func:`settle` looks only at
what is in the database, with the series locked, so it does the same however often, late or out of order it is called: the instance of the
latest occurrence drives the series, and the ones before it are history.

- It waits to be done: nothing is to be made. If the one before it was opened again and nobody touched the newer one, that one goes.
- It was completed, or thrown away undone (that leaves one occurrence out; the series goes on): the next one is made.
- It went to the trash with the task above it: nothing is made; it comes back with that task.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared import clock
from shared.domain.errors import DomainError
from shared.domain.recurrence import Mode, Occurrence, advance
from shared.domain.task import TaskDue
from shared.domain.zone import start_of_day
from shared.errors import NotFound, VersionConflict
from shared.logging import get_logger
from shared.services import recurring_rows
from shared.services.actor import Actor
from shared.services.recurring_instances import Instance, create_instance, newest_instances
from shared.services.recurring_rows import SeriesRow
from shared.services.tasks import purge_task

log = get_logger(__name__)
_COMPLETED = text(
    "SELECT count(*) FROM tasks WHERE recurring_task_id = :series_id AND user_id = :user_id AND status = 'completed'"
)
_PARENT_IN_TRASH = text("SELECT deleted_at IS NOT NULL FROM tasks WHERE id = :id AND user_id = :user_id")
# Sub-tasks made with their instance are as old as it is; one that is younger was added by somebody.
_TOUCHED_BELOW = text(
    "SELECT EXISTS (SELECT FROM tasks WHERE parent_id = :id AND user_id = :user_id"
    " AND (version > 1 OR created_at > CAST(:created_at AS timestamptz) + interval '5 seconds'))"
)


def settle(connection: Any, actor: Actor, series_id: UUID, *, not_before: datetime | None = None) -> None:
    """Make what the state of a series calls for: the next instance, none, or the removal of one that was undone.

    Args:
        connection: of a transaction of this user.
        actor: whose series.
        series_id: the series; one that is gone needs nothing.
        not_before: the next instance is later than this too (resume).
    """
    row = recurring_rows.lock(connection, actor.user_id, series_id)
    if row is None:
        return
    newest = newest_instances(connection, row, 2)
    if len(newest) > 1 and newest[0].is_waiting and newest[1].is_waiting:
        _take_back(connection, actor, newest[0])
        return
    if not newest or newest[0].is_waiting or not row.is_running:
        return
    last, finished_at = newest[0], newest[0].finished_at
    if finished_at is None or _went_with_parent(connection, last, row.user_id):
        return
    _go_on(connection, actor, row, last.key, max(finished_at, not_before or finished_at), last)


def settle_purged(
    connection: Any, actor: Actor, series_id: UUID, key: str, purged_at: datetime, parent_id: UUID | None
) -> None:
    """Go on after an instance that was deleted for good.

    Args:
        connection: of a transaction of this user.
        actor: whose series.
        series_id: the series.
        key: occurrence key of the purged instance.
        purged_at: when that was.
        parent_id: the task it was below; if that is gone too, the whole tree was deleted and nothing comes of it.
    """
    row = recurring_rows.lock(connection, actor.user_id, series_id)
    if row is None or not row.is_running:
        return
    newest = newest_instances(connection, row, 1)
    if newest and newest[0].key >= key:
        return
    parent = {"id": parent_id, "user_id": row.user_id}
    if parent_id is not None and connection.execute(_PARENT_IN_TRASH, parent).scalar_one_or_none() is not False:
        return
    _go_on(connection, actor, row, key, purged_at, None)


def next_occurrence(
    connection: Any, row: SeriesRow, key: str, finished_at: datetime, instance: Instance | None
) -> Occurrence | None:
    """Return the occurrence after a finished one: later than it, than when it was finished, and than when it was put off to."""
    moved_to = _due_instant(instance, row) if instance is not None and row.mode is Mode.SCHEDULE else None
    counted = {"series_id": row.id, "user_id": row.user_id}
    count = connection.execute(_COMPLETED, counted).scalar_one() if row.series.rule.count is not None else 0
    return advance(
        row.series,
        mode=row.mode,
        completed_key=key,
        completed_at=max(finished_at, moved_to or finished_at),
        completed_count=count,
    )


def _go_on(
    connection: Any, actor: Actor, row: SeriesRow, key: str, finished_at: datetime, instance: Instance | None
) -> None:
    occurrence = next_occurrence(connection, row, key, finished_at.astimezone(UTC), instance)
    if occurrence is not None:
        try:
            TaskDue(on=occurrence.on)
        except DomainError:
            occurrence = None  # beyond the last year a task can be due in
    if occurrence is None:
        recurring_rows.update(connection, actor, row, "recurring_task.ended", {"ended_at": clock.now()})
        return
    create_instance(connection, actor, row, occurrence, instance, gone_key=key)


def _take_back(connection: Any, actor: Actor, newer: Instance) -> None:
    key = {"id": newer.id, "user_id": actor.user_id, "created_at": newer.row.created_at}
    if newer.row.version > 1 or connection.execute(_TOUCHED_BELOW, key).scalar_one():
        return
    try:
        purge_task(actor, newer.id, if_version=1)
    except (VersionConflict, NotFound):
        log.info("recurrence.kept", task_id=str(newer.id))  # somebody touched it while we waited for its lock


def _went_with_parent(connection: Any, last: Instance, user_id: UUID) -> bool:
    if last.row.deleted_at is None or last.row.completed_at is not None or last.row.parent_id is None:
        return False
    return bool(
        connection.execute(_PARENT_IN_TRASH, {"id": last.row.parent_id, "user_id": user_id}).scalar_one_or_none()
    )


def _due_instant(instance: Instance, row: SeriesRow) -> datetime | None:
    if instance.row.due_at is not None:
        moment: datetime = instance.row.due_at
        return moment.astimezone(UTC)
    return start_of_day(instance.row.due_on, row.tzid) if instance.row.due_on is not None else None
