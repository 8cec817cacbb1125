"""What can be done to a task: create, change, complete, reopen, move, delete, restore, purge.

Used by the tasks function, bulk changes, chat, MCP, recurring tasks and notification actions. Always: each change raises the task's
version under its row lock and records one event with before and after in the same transaction; reminders are planned anew there too. What
is not yours is not found.
"""

from collections.abc import Iterable
from uuid import UUID

from shared import clock
from shared.db.direct import fetch_json
from shared.domain.task import MAX_DEPTH, TaskDue, plan_due
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.actor import Actor
from shared.services.task_creation import create_task, depth_below
from shared.services.task_documents import ONE_TASK, TaskChange
from shared.services.task_edit import Edit, changing

__all__ = [
    "Actor", "change_task", "complete_task", "create_task", "delete_task", "get_task", "move_task", "purge_task", "reopen_task", "restore_task",
]  # fmt: skip


def get_task(user_id: UUID, task_id: UUID) -> bytes:
    """Return the JSON of a task, also of one in the trash.

    Raises:
        NotFound: there is none of this user's.
    """
    document = fetch_json(ONE_TASK, [task_id, user_id], user_id=user_id)
    if document is None:
        raise NotFound("There is no such task.")
    return document


def change_task(actor: Actor, task_id: UUID, change: TaskChange, *, if_version: int | None = None) -> bytes:
    """Apply a JSON merge patch and return the task's JSON.

    Raises:
        NotFound: there is no such task.
        VersionConflict: ``if_version`` is not the task's; carries the current task.
        InvalidInput: a value breaks a rule.
        Conflict: the task is in the trash.
    """
    given = change.model_fields_set
    for name in ("title", "priority", "status"):
        if name in given and getattr(change, name) in {None, ""}:
            raise InvalidInput(f"{name} cannot be empty.", field=name)
    with changing(actor, task_id, if_version) as edit:
        edit.refuse_trash()
        _apply_fields(edit, change, given)
        if "tags" in given:
            edit.set_tags(change.tags or [])
        if "parent_id" in given and change.parent_id != edit.row.parent_id:
            _set_parent(edit, change.parent_id)
        _apply_due(edit, change, given)
        if "status" in given and change.status != edit.row.status:
            if change.status == "completed":
                _complete(edit)
            else:
                _reopen(edit)
        edit.save("task.updated")
    return edit.document


def complete_task(actor: Actor, task_id: UUID, *, if_version: int | None = None) -> bytes:
    """Complete a task and its open sub-tasks; completing it again changes nothing.

    Raises:
        NotFound, VersionConflict, Conflict: as :func:`change_task`.
    """
    with changing(actor, task_id, if_version) as edit:
        edit.refuse_trash()
        if edit.row.status == "open":
            _complete(edit)
            edit.save("task.completed")
    return edit.document


def reopen_task(actor: Actor, task_id: UUID, *, if_version: int | None = None) -> bytes:
    """Open a completed task again, and the completed tasks above it; reopening an open one changes nothing."""
    with changing(actor, task_id, if_version) as edit:
        edit.refuse_trash()
        if edit.row.status == "completed":
            _reopen(edit)
            edit.save("task.reopened")
    return edit.document


def delete_task(actor: Actor, task_id: UUID, *, if_version: int | None = None) -> None:
    """Put a task and its sub-tasks into the trash; deleting it again changes nothing."""
    with changing(actor, task_id, if_version) as edit:
        if edit.row.deleted_at is None:
            moment = clock.now()
            for other in edit.below(deleted=False):
                other.set("deleted_at", moment)
                other.save("task.deleted")
            edit.set("deleted_at", moment)
            edit.save("task.deleted")


def restore_task(actor: Actor, task_id: UUID, *, if_version: int | None = None) -> bytes:
    """Take a task out of the trash, with the sub-tasks that went there with it.

    Raises:
        Conflict: the task above it is still in the trash.
    """
    with changing(actor, task_id, if_version) as edit:
        if edit.row.deleted_at is not None:
            parent = edit.load(edit.row.parent_id) if edit.row.parent_id else None
            if parent is not None and parent.row.deleted_at is not None:
                raise Conflict("The task above is in the trash; restore that one.")
            together = edit.row.deleted_at
            edit.set("deleted_at", None)
            edit.save("task.restored")
            for other in edit.below(deleted=True):
                if other.row.deleted_at == together:
                    other.set("deleted_at", None)
                    other.save("task.restored")
    return edit.document


def purge_task(actor: Actor, task_id: UUID, *, if_version: int | None = None) -> None:
    """Delete a task and its sub-tasks for good; the trail keeps that it was there."""
    from sqlalchemy import text

    with changing(actor, task_id, if_version) as edit:
        for other in [*edit.below(deleted=None), edit]:
            other.purge()
        edit.connection.execute(text("DELETE FROM tasks WHERE id = :id AND user_id = :user_id"), edit.key)


def move_task(
    actor: Actor,
    task_id: UUID,
    *,
    parent_id: UUID | None = None,
    keep_parent: bool = True,
    before_id: UUID | None = None,
    after_id: UUID | None = None,
    if_version: int | None = None,
) -> bytes:
    """Put a task somewhere else in the manual order, and below another parent unless ``keep_parent``.

    Args:
        actor: whose task.
        task_id: the task.
        parent_id: the new parent, ``None`` for the top.
        keep_parent: leave the parent as it is.
        before_id: the task that comes right after it.
        after_id: the task that comes right before it. With neither, the task goes to the end.
        if_version: see :func:`change_task`.

    Raises:
        InvalidInput: a neighbour does not exist, or both are given, or the parent cannot take it.
    """
    from shared.services.task_order import place

    if before_id is not None and after_id is not None:
        raise InvalidInput("Give before_id or after_id, not both.", field="after_id")
    with changing(actor, task_id, if_version) as edit:
        edit.refuse_trash()
        if not keep_parent and parent_id != edit.row.parent_id:
            _set_parent(edit, parent_id)
        edit.set("rank", place(edit, before_id, after_id))
        edit.save("task.moved")
    return edit.document


def _apply_fields(edit: Edit, change: TaskChange, given: Iterable[str]) -> None:
    for name in ("title", "notes", "priority"):
        if name in given:
            edit.set(name, getattr(change, name) if getattr(change, name) is not None else "")


def _apply_due(edit: Edit, change: TaskChange, given: set[str]) -> None:
    from shared.services import task_reminders

    timing = given & {"due_on", "due_at", "due_tz"}
    if not timing and "reminders" not in given:
        return
    settings = task_reminders.user_settings(edit.connection, edit.actor.user_id)
    due = edit.due()
    if timing:
        due = _changed_due(change, given, due, settings.time_zone)
        for name, value in (
            ("due_on", due.on if due else None), ("due_at", due.at if due else None),
            ("due_local", due.local if due else None), ("due_tz", due.zone if due else None),
        ):  # fmt: skip
            edit.set(name, value)
    if "reminders" in given:
        edit.set("reminders", task_reminders.specifications(change.reminders or [], due, settings, explicit=True))
    elif due is None:
        edit.set("reminders", [spec for spec in edit.row.reminders if spec.get("at")])
    edit.replan_reminders = True


def _changed_due(change: TaskChange, given: set[str], due: TaskDue | None, default_zone: str) -> TaskDue | None:
    on, at, zone = change.due_on, change.due_at, change.due_tz
    if on is not None and at is not None:
        raise InvalidInput("A task is due on a day (due_on) or at a time (due_at), not both.", field="due_on")
    if "due_on" not in given and "due_at" not in given:
        # Only the zone changes: the wall time stays, the instant moves.
        if due is None or due.local is None:
            raise InvalidInput("A time zone needs a due time (due_at).", field="due_tz")
        return plan_due(None, due.local, zone, default_zone)
    if "due_on" not in given and at is None and due is not None and due.on is not None:
        on = due.on  # clearing a time leaves a whole day alone
    if "due_at" not in given and on is None and due is not None and due.at is not None:
        return due
    if at is not None and zone is None and due is not None and "due_tz" not in given:
        zone = due.zone
    return plan_due(on, at, zone if at is not None else None, default_zone)


def _set_parent(edit: Edit, parent_id: UUID | None) -> None:
    below = edit.below(deleted=None)
    if parent_id is not None and parent_id in {edit.row.id, *(other.row.id for other in below)}:
        raise InvalidInput("A task cannot be below itself.", field="parent_id")
    depth = depth_below(edit.connection, edit.actor.user_id, parent_id)
    shift = depth - edit.row.depth
    if max([edit.row.depth, *(other.row.depth for other in below)]) + shift >= MAX_DEPTH:
        raise InvalidInput(f"Sub-tasks go {MAX_DEPTH} levels deep at most.", field="parent_id")
    edit.set("parent_id", parent_id)
    edit.set("depth", depth)
    if shift:
        from sqlalchemy import text

        # Where a task hangs is its own business; how deep that is follows for those below, without an event of theirs.
        edit.connection.execute(
            text("UPDATE tasks SET depth = depth + :shift WHERE id = ANY (:ids) AND user_id = :user_id"),
            {"shift": shift, "ids": [other.row.id for other in below], "user_id": edit.actor.user_id},
        )


def _complete(edit: Edit) -> None:
    moment = clock.now()
    for other in edit.below(deleted=False):
        if other.row.status == "open":
            other.set("status", "completed")
            other.set("completed_at", moment)
            other.save("task.completed")
    edit.set("status", "completed")
    edit.set("completed_at", moment)


def _reopen(edit: Edit) -> None:
    edit.set("status", "open")
    edit.set("completed_at", None)
    parent_id = edit.row.parent_id
    while parent_id is not None:
        parent = edit.load(parent_id)
        if parent.row.status == "completed":
            parent.set("status", "open")
            parent.set("completed_at", None)
            parent.save("task.reopened")
        parent_id = parent.row.parent_id
