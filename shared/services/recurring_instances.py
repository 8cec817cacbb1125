"""The instances of a recurring task: made, moved to another occurrence, and taken back.

Called by the recurrence consumer and by the services of recurring tasks, always with the series locked. Always: an occurrence has one instance
at most (``UNIQUE (recurring_task_id, occurrence_key)``); an instance is an ordinary task.

What the next instance takes from where: title, notes, priority and tags from the template (an edit of an instance is of "this one"); sub-tasks
and reminders from the instance before it, opened again and moved by as much as the due time moves, so that a checklist or reminder that
somebody added to an instance is there the next time too; manual rank and parent as well. The template follows: its reminders are those of
the newest instance, so that what the series shows is what comes next, and an instance made without a predecessor has them too.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.domain.recurrence import Occurrence
from shared.domain.task import MAX_DEPTH, TaskDue, plan_due
from shared.domain.zone import to_instant, to_local
from shared.services import recurring_rows
from shared.services.actor import Actor
from shared.services.recurring_rows import SeriesRow
from shared.services.task_creation import create_task
from shared.services.task_documents import ReminderInput, TaskCreate
from shared.services.task_edit import Edit, changing

_COLUMNS = (
    "t.id, t.title, t.notes, t.status, t.priority, t.due_on, t.due_local, t.due_at, t.due_tz, t.rank, t.parent_id, t.depth, t.reminders,"
    " t.occurrence_key, t.version, t.created_at, t.completed_at, t.deleted_at"
)
_NEWEST = text(
    f"SELECT {_COLUMNS} FROM tasks t WHERE t.recurring_task_id = :series_id AND t.user_id = :user_id"  # noqa: S608 - our own columns
    ' ORDER BY t.occurrence_key COLLATE "C" DESC LIMIT :count'
)
_WITH_KEY = text(
    "SELECT id FROM tasks WHERE recurring_task_id = :series_id AND user_id = :user_id AND occurrence_key = :key"
)
_BELOW = text(
    f"""WITH RECURSIVE below AS (
        SELECT {_COLUMNS} FROM tasks t
         WHERE t.parent_id = :id AND t.user_id = :user_id AND t.deleted_at IS NOT DISTINCT FROM CAST(:deleted_at AS timestamptz)
        UNION ALL
        SELECT {_COLUMNS} FROM tasks t JOIN below b ON t.parent_id = b.id
         WHERE t.deleted_at IS NOT DISTINCT FROM CAST(:deleted_at AS timestamptz))
    SELECT b.*, ARRAY(SELECT g.name FROM task_tags x JOIN tags g ON g.id = x.tag_id WHERE x.task_id = b.id ORDER BY g.name_key) AS tags
      FROM below b ORDER BY b.depth, b.rank, b.id"""  # noqa: S608 - our own columns
)
_PARENT = text(
    "SELECT depth FROM tasks WHERE id = :id AND user_id = :user_id AND status = 'open' AND deleted_at IS NULL FOR SHARE"
)


@dataclass(frozen=True)
class Instance:
    """An instance as it is in the database."""

    row: Any

    @property
    def id(self) -> UUID:
        """The task's id."""
        identity: UUID = self.row.id
        return identity

    @property
    def key(self) -> str:
        """The occurrence it stands for."""
        return str(self.row.occurrence_key)

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be done."""
        return self.row.status == "open" and self.row.deleted_at is None

    @property
    def finished_at(self) -> datetime | None:
        """When it was completed, or thrown away undone."""
        moment: datetime | None = self.row.completed_at or self.row.deleted_at
        return moment


def newest_instances(connection: Any, row: SeriesRow, count: int) -> list[Instance]:
    """Return the instances of the latest occurrences, latest first."""
    found = connection.execute(_NEWEST, {"series_id": row.id, "user_id": row.user_id, "count": count})
    return [Instance(instance) for instance in found]


def open_instance(connection: Any, row: SeriesRow) -> Instance | None:
    """Return the latest instance if it is still to be done."""
    newest = newest_instances(connection, row, 1)
    return newest[0] if newest and newest[0].is_waiting else None


def instance_of(connection: Any, row: SeriesRow, key: str) -> UUID | None:
    """Return the id of the instance of an occurrence, whatever its state."""
    found: UUID | None = connection.execute(
        _WITH_KEY, {"series_id": row.id, "user_id": row.user_id, "key": key}
    ).scalar_one_or_none()
    return found


def create_instance(
    connection: Any,
    actor: Actor,
    row: SeriesRow,
    occurrence: Occurrence,
    previous: Instance | None = None,
    *,
    gone_key: str | None = None,
) -> UUID | None:
    """Make the instance of an occurrence with its sub-tasks and return its id; ``None`` if it is there already.

    Args:
        connection: of a transaction of this user.
        actor: whose series.
        row: the series, locked.
        occurrence: which one.
        previous: the instance before it.
        gone_key: the occurrence before it, where its instance was deleted for good.

    Raises:
        DomainError: the occurrence lies outside the years a task can be due in.
    """
    if instance_of(connection, row, occurrence.key) is not None:
        return None
    template = row.template
    parent_id = previous.row.parent_id if previous else template["parent_id"] and UUID(template["parent_id"])
    depth = _depth_below(connection, row.user_id, parent_id)
    before = previous.key if previous else gone_key
    shift = _shift(before, occurrence.key) if before else timedelta()
    new = TaskCreate(
        title=template["title"], notes=template["notes"], priority=template["priority"], tags=template["tags"],
        parent_id=parent_id if depth else None, reminders=_reminders(row, previous, shift), **_due(row, occurrence),
    )  # fmt: skip
    document = create_task(
        actor,
        new,
        recurring_task_id=row.id,
        occurrence_key=occurrence.key,
        rank=previous.row.rank if previous else None,
    )
    made = orjson.loads(document)
    task_id = UUID(made["id"])
    if before:
        _keep_reminders(connection, actor, row, occurrence, made["reminders"])
    if previous:
        _copy_subtasks(connection, actor, previous, task_id, depth, shift, row.tzid)
    else:
        create_subtasks(actor, task_id, template["subtasks"], depth)
    return task_id


def move_instance(edit: Edit, row: SeriesRow, occurrence: Occurrence) -> None:
    """Make a task the instance of an occurrence: due time, reminders and the sub-tasks' due times move with it; the caller saves it."""
    old_local = _local(edit.row.due_on, edit.row.due_local)
    shift = occurrence.local - old_local if old_local else timedelta()
    edit.set("recurring_task_id", row.id)
    edit.set("occurrence_key", occurrence.key)
    _set_due(
        edit, TaskDue(on=occurrence.on) if row.all_day else TaskDue(at=occurrence.at, zone=row.tzid), shift, row.tzid
    )
    for below in edit.below(deleted=False) if shift else []:
        if below.row.status == "open" and (below.row.due_on or below.row.due_local):
            _set_due(below, _moved_due(below.row, shift), shift, row.tzid)
            below.save("task.updated")


def reschedule(actor: Actor, row: SeriesRow, task_id: UUID, occurrence: Occurrence) -> None:
    """Move an open instance to another occurrence."""
    with changing(actor, task_id, None) as edit:
        move_instance(edit, row, occurrence)
        edit.save("task.updated")


def adopt(actor: Actor, row: SeriesRow, task_id: UUID) -> None:
    """Make an open instance one of this series; when it is due stays as it is, also where somebody put it off."""
    with changing(actor, task_id, None) as edit:
        edit.set("recurring_task_id", row.id)
        edit.save("task.updated")


def create_subtasks(actor: Actor, task_id: UUID, wanted: list[dict[str, Any]], depth: int) -> None:
    """Make the sub-tasks of a template below a task at ``depth``, as deep as tasks may go."""
    if depth + 1 >= MAX_DEPTH:
        return
    for position, subtask in enumerate(wanted):
        fields = {name: subtask[name] for name in ("title", "notes", "priority", "tags")}
        document = create_task(actor, TaskCreate(parent_id=task_id, **fields), rank_offset=position)
        create_subtasks(actor, UUID(orjson.loads(document)["id"]), subtask.get("subtasks", []), depth + 1)


def _copy_subtasks(
    connection: Any, actor: Actor, previous: Instance, task_id: UUID, depth: int, shift: timedelta, zone: str
) -> None:
    key = {"id": previous.id, "user_id": actor.user_id, "deleted_at": previous.row.deleted_at}
    copies = {previous.id: (task_id, depth)}
    for old in connection.execute(_BELOW, key).all():
        parent = copies.get(old.parent_id)
        if parent is None or parent[1] + 1 >= MAX_DEPTH:
            continue
        due = _moved_due(old, shift)
        new = TaskCreate(
            title=old.title, notes=old.notes, priority=old.priority, tags=list(old.tags), parent_id=parent[0],
            reminders=_moved_reminders(old.reminders, shift, old.due_tz or zone),
            due_on=due.on if due else None, due_at=due.at if due else None, due_tz=due.zone if due else None,
        )  # fmt: skip
        document = create_task(actor, new, rank=old.rank)
        copies[old.id] = (UUID(orjson.loads(document)["id"]), parent[1] + 1)


def _depth_below(connection: Any, user_id: UUID, parent_id: UUID | None) -> int:
    """Return the depth an instance gets; 0, the top, where its parent is done, gone or as deep as tasks may go."""
    if parent_id is None:
        return 0
    depth = connection.execute(_PARENT, {"id": parent_id, "user_id": user_id}).scalar_one_or_none()
    return int(depth) + 1 if depth is not None and depth + 1 < MAX_DEPTH else 0


def _due(row: SeriesRow, occurrence: Occurrence) -> dict[str, Any]:
    return {"due_on": occurrence.on} if row.all_day else {"due_at": occurrence.at, "due_tz": row.tzid}


def _shift(old_key: str, new_key: str) -> timedelta:
    return datetime.fromisoformat(new_key) - datetime.fromisoformat(old_key)


def _local(due_on: date | None, due_local: datetime | None) -> datetime | None:
    return datetime(due_on.year, due_on.month, due_on.day) if due_on is not None else due_local  # noqa: DTZ001 - wall time


def _reminders(row: SeriesRow, previous: Instance | None, shift: timedelta) -> list[ReminderInput] | None:
    if previous:
        return _moved_reminders(previous.row.reminders, shift, previous.row.due_tz or row.tzid)
    wanted = row.template["reminders"]
    return None if wanted is None else _moved_reminders(wanted, shift, row.tzid)


def _keep_reminders(
    connection: Any, actor: Actor, row: SeriesRow, occurrence: Occurrence, specs: list[dict[str, Any]]
) -> None:
    """Write the reminders of a new instance into the template; one that follows the person's default goes on following it."""
    from shared.services import task_reminders

    reminders = [{"minutes_before": spec["minutes_before"], "at": spec["at"]} for spec in specs]
    if row.template["reminders"] is None:
        due = TaskDue(on=occurrence.on) if row.all_day else TaskDue(at=occurrence.at, zone=row.tzid)
        usual = task_reminders.specifications(None, due, task_reminders.user_settings(connection, actor.user_id))
        if reminders == [{"minutes_before": spec["minutes_before"], "at": None} for spec in usual]:
            return
    template = {**row.template, "reminders": reminders}
    recurring_rows.update(connection, actor, row, "recurring_task.updated", {"template": template})


def _moved_reminders(specs: list[dict[str, Any]], shift: timedelta, zone: str) -> list[ReminderInput]:
    return [
        ReminderInput(minutes_before=spec["minutes_before"], at=None)
        if spec["minutes_before"] is not None
        # Moved as wall time: a reminder at 8 stays at 8 across a change of clocks.
        else ReminderInput(minutes_before=None, at=to_instant(_wall_time(spec["at"], zone) + shift, zone))
        for spec in specs
    ]


def _wall_time(text: str, zone: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return to_local(moment, zone) if moment.tzinfo else moment  # a template may hold what somebody wrote: local time


def _moved_due(task: Any, shift: timedelta) -> TaskDue | None:
    if task.due_on is not None:
        return TaskDue(on=task.due_on + timedelta(days=shift.days))
    return plan_due(None, task.due_local + shift, task.due_tz, task.due_tz) if task.due_local is not None else None


def _set_due(edit: Edit, due: TaskDue | None, shift: timedelta, zone: str) -> None:
    from shared.services import task_reminders

    old_zone = edit.row.due_tz or zone
    for name, value in (
        ("due_on", due.on if due else None), ("due_at", due.at if due else None),
        ("due_local", due.local if due else None), ("due_tz", due.zone if due else None),
    ):  # fmt: skip
        edit.set(name, value)
    absolute = any(spec["minutes_before"] is None for spec in edit.row.reminders)
    if absolute and shift:
        settings = task_reminders.user_settings(edit.connection, edit.actor.user_id)
        moved = _moved_reminders(edit.row.reminders, shift, old_zone)
        edit.set("reminders", task_reminders.specifications(moved, due, settings, explicit=True))
    edit.replan_reminders = True
