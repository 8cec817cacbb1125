"""What can be done to a task: create, change, complete, reopen, move, delete, restore, purge.

Used by the tasks function, bulk changes, chat, MCP, recurring tasks and notification actions. Always: each change raises the task's
version under its row lock and records one event with before and after in the same transaction; reminders are planned anew there too. What
is not yours is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.direct import fetch_json
from shared.domain.task import MAX_DEPTH, TaskDue, plan_due
from shared.errors import Conflict, InvalidInput, NotFound, VersionConflict
from shared.events.catalogue import TaskEvent, TaskSnapshot
from shared.events.outbox import NewEvent, publish_soon, record, shorten
from shared.failpoints import failpoint
from shared.services import task_tags
from shared.services.actor import Actor
from shared.services.task_documents import ONE_TASK, TaskChange, TaskCreate
from shared.services.task_writes import appended_rank, insert_task

_COLUMNS = (
    "id, user_id, title, notes, status, priority, due_on, due_local, due_tz, due_at, rank, parent_id, depth, recurring_task_id,"
    " occurrence_key, reminders, version, created_at, updated_at, completed_at, deleted_at"
)


@dataclass
class TaskRow:
    """A task as it is in the database, locked, with its tags."""

    values: dict[str, Any]
    tags: list[str]
    before: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def get_task(user_id: UUID, task_id: UUID) -> bytes:
    """Return the JSON of a task, also of one in the trash.

    Raises:
        NotFound: there is none of this user's.
    """
    document = fetch_json(ONE_TASK, [task_id, user_id], user_id=user_id)
    if document is None:
        raise NotFound("There is no such task.")
    return document


def create_task(
    actor: Actor,
    new: TaskCreate,
    *,
    task_id: UUID | None = None,
    recurring_task_id: UUID | None = None,
    occurrence_key: str | None = None,
    rank: str | None = None,
    rank_offset: int = 0,
) -> bytes:
    """Create a task and return its JSON.

    Args:
        actor: whose task, made how.
        new: its fields.
        task_id: a chosen id; a new one otherwise.
        recurring_task_id: the series it is an instance of.
        occurrence_key: which instance; unique within its series.
        rank: its place in the manual order; the end otherwise.
        rank_offset: keeps the order of several tasks made at one moment.

    Raises:
        InvalidInput: the parent does not exist or is too deep, or the due time is wrong.
    """
    identity = task_id or clock.uuid7()
    place = rank or appended_rank(clock.now(), rank_offset)
    needs_rules = new.parent_id or new.due_on or new.due_at or new.due_tz or new.reminders
    if not needs_rules:
        # The hot path: nothing to look up, so everything is one statement and one round trip.
        document = _insert(actor, new, identity, None, 0, [], recurring_task_id, occurrence_key, place)
        _publish_after_commit(identity)
        return document
    from shared.db.engine import transaction  # noqa: PLC0415
    from shared.services import task_reminders  # noqa: PLC0415

    with transaction(actor.user_id) as connection:
        settings = task_reminders.user_settings(connection, actor.user_id)
        due = plan_due(new.due_on, new.due_at, new.due_tz, settings.time_zone)
        depth = _depth_below(connection, actor.user_id, new.parent_id)
        specs = task_reminders.specifications(new.reminders, due, settings)
        _insert(actor, new, identity, due, depth, specs, recurring_task_id, occurrence_key, place)
        task_reminders.plan(connection, actor.user_id, identity, specs, due, settings, rule_version=1)
        failpoint("api.before_commit")
        document = fetch_json(ONE_TASK, [identity, actor.user_id], user_id=actor.user_id) or b""
        _publish_after_commit(identity)
    failpoint("api.commit_lost_reply")
    return document


def _publish_after_commit(task_id: UUID) -> None:
    from shared.db.ambient import joined  # noqa: PLC0415

    outer = joined.get()
    if outer is None:
        publish_soon([task_id])
        return
    from shared.db.engine import after_commit  # noqa: PLC0415

    after_commit(outer[0], lambda: publish_soon([task_id]))


def _insert(
    actor: Actor, new: TaskCreate, task_id: UUID, due: TaskDue | None, depth: int, reminders: list[dict[str, Any]],
    recurring_task_id: UUID | None, occurrence_key: str | None, rank: str,
) -> bytes:  # fmt: skip
    created_at = clock.now()
    fields = {
        "title": new.title, "notes": new.notes, "priority": new.priority, "tags": new.tags, "reminders": reminders,
        "due_on": due.on if due else None, "due_at": due.at if due else None, "due_tz": due.zone if due else None,
        "parent_id": new.parent_id, "recurring_task_id": recurring_task_id,
    }  # fmt: skip
    nothing: tuple[Any, ...] = (None, "", [], "none")
    changes = {name: {"before": None, "after": _plain(value)} for name, value in fields.items() if value not in nothing}
    short = shorten(changes)
    payload = TaskEvent(
        task_id=task_id, user_id=actor.user_id, version=1, changes=short,
        task=TaskSnapshot(
            title=new.title, status="open", priority=new.priority, due_on=fields["due_on"], due_at=fields["due_at"],
            parent_id=new.parent_id, recurring_task_id=recurring_task_id, occurrence_key=occurrence_key,
        ),
    )  # fmt: skip
    return insert_task(
        task_id=task_id, user_id=actor.user_id, title=new.title, notes=new.notes, priority=new.priority, due=due,
        rank=rank, parent_id=new.parent_id, depth=depth, reminders=reminders,
        recurring_task_id=recurring_task_id, occurrence_key=occurrence_key, tags=new.tags, created_at=created_at,
        event_id=clock.uuid7(), payload=payload.model_dump_json(),
        details=orjson.dumps({"changes": changes}).decode() if short != changes else "{}", origin=actor.origin,
    )  # fmt: skip


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
    from sqlalchemy import text  # noqa: PLC0415

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
    from shared.services.task_order import place  # noqa: PLC0415

    if before_id is not None and after_id is not None:
        raise InvalidInput("Give before_id or after_id, not both.", field="after_id")
    with changing(actor, task_id, if_version) as edit:
        edit.refuse_trash()
        if not keep_parent and parent_id != edit.row.parent_id:
            _set_parent(edit, parent_id)
        edit.set("rank", place(edit.connection, actor.user_id, task_id, before_id, after_id))
        edit.save("task.moved")
    return edit.document


def _apply_fields(edit: "Edit", change: TaskChange, given: Iterable[str]) -> None:
    for name in ("title", "notes", "priority"):
        if name in given:
            edit.set(name, getattr(change, name) if getattr(change, name) is not None else "")


def _apply_due(edit: "Edit", change: TaskChange, given: set[str]) -> None:
    from shared.services import task_reminders  # noqa: PLC0415

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


def _set_parent(edit: "Edit", parent_id: UUID | None) -> None:
    below = edit.below(deleted=None)
    if parent_id is not None and parent_id in {edit.row.id, *(other.row.id for other in below)}:
        raise InvalidInput("A task cannot be below itself.", field="parent_id")
    depth = _depth_below(edit.connection, edit.actor.user_id, parent_id)
    shift = depth - edit.row.depth
    if max([edit.row.depth, *(other.row.depth for other in below)]) + shift >= MAX_DEPTH:
        raise InvalidInput(f"Sub-tasks go {MAX_DEPTH} levels deep at most.", field="parent_id")
    edit.set("parent_id", parent_id)
    edit.set("depth", depth)
    if shift:
        from sqlalchemy import text  # noqa: PLC0415

        # Where a task hangs is its own business; how deep that is follows for those below, without an event of theirs.
        edit.connection.execute(
            text("UPDATE tasks SET depth = depth + :shift WHERE id = ANY (:ids) AND user_id = :user_id"),
            {"shift": shift, "ids": [other.row.id for other in below], "user_id": edit.actor.user_id},
        )


def _depth_below(connection: Any, user_id: UUID, parent_id: UUID | None) -> int:
    if parent_id is None:
        return 0
    from sqlalchemy import text  # noqa: PLC0415

    depth = connection.execute(
        # The lock keeps the parent from being deleted or moved before this commits.
        text("SELECT depth FROM tasks WHERE id = :id AND user_id = :user_id AND deleted_at IS NULL FOR SHARE"),
        {"id": parent_id, "user_id": user_id},
    ).scalar_one_or_none()
    if depth is None:
        raise InvalidInput("There is no such task to be below.", field="parent_id")
    if depth + 1 >= MAX_DEPTH:
        raise InvalidInput(f"Sub-tasks go {MAX_DEPTH} levels deep at most.", field="parent_id")
    return int(depth) + 1


def _complete(edit: "Edit") -> None:
    moment = clock.now()
    for other in edit.below(deleted=False):
        if other.row.status == "open":
            other.set("status", "completed")
            other.set("completed_at", moment)
            other.save("task.completed")
    edit.set("status", "completed")
    edit.set("completed_at", moment)


def _reopen(edit: "Edit") -> None:
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


class Edit:
    """One task under its row lock: collects changes, then writes row, event and reminders together."""

    def __init__(self, connection: Any, actor: Actor, row: TaskRow) -> None:
        self.connection = connection
        self.actor = actor
        self.row = row
        self.replan_reminders = False
        self._changes: dict[str, dict[str, Any]] = {}
        self._columns: dict[str, Any] = {}

    @property
    def key(self) -> dict[str, UUID]:
        """The task's id and user, as statement parameters."""
        return {"id": self.row.id, "user_id": self.actor.user_id}

    @property
    def document(self) -> bytes:
        """The task's JSON after the change."""
        return self._document

    _document: bytes = b""

    def read(self) -> None:
        """Read the task's JSON."""
        self._document = fetch_json(ONE_TASK, [self.row.id, self.actor.user_id], user_id=self.actor.user_id) or b""

    def due(self) -> TaskDue | None:
        """Return when the task is due now."""
        if self.row.due_on is not None:
            return TaskDue(on=self.row.due_on)
        return TaskDue(at=self.row.due_at, zone=self.row.due_tz) if self.row.due_at is not None else None

    def refuse_trash(self) -> None:
        """Refuse to change what is in the trash."""
        if self.row.deleted_at is not None:
            raise Conflict("The task is in the trash; restore it first.")

    def set(self, name: str, value: Any) -> None:
        """Set a column; a value that is already there is no change."""
        old = self.row.values[name]
        if old == value:
            return
        self.row.values[name] = value
        self._columns[name] = value
        if name not in {"depth", "due_local"}:
            self._changes[name] = {"before": self._changes.get(name, {"before": _plain(old)})["before"], "after": _plain(value)}

    def set_tags(self, names: list[str]) -> None:
        """Give the task exactly these tags."""
        after = task_tags.replace(self.connection, self.actor.user_id, self.row.id, names)
        if after != self.row.tags:
            self._changes["tags"] = {"before": self.row.tags, "after": after}
            self.row.tags = after

    def save(self, event_name: str) -> None:
        """Write what changed and record the event; with no change nothing happens."""
        if not self._changes:
            return
        if event_name == "task.updated" and set(self._changes) <= {"status", "completed_at"}:
            event_name = "task.completed" if self.row.status == "completed" else "task.reopened"
        self.row.values["version"] += 1
        self.row.values["updated_at"] = clock.now()
        _update(self.connection, self.key, {**self._columns, "version": self.row.version, "updated_at": self.row.updated_at})
        self._record(event_name)
        if self.replan_reminders or set(self._changes) & {"status", "deleted_at"}:
            from shared.services import task_reminders  # noqa: PLC0415

            task_reminders.replan(self.connection, self.actor.user_id, self.row.values)
        self._changes, self._columns = {}, {}

    def purge(self) -> None:
        """Record that the task is gone for good; the row goes with the topmost one."""
        self.row.values["version"] += 1
        self._changes = {"title": {"before": self.row.title, "after": None}}
        self._record("task.purged")

    def _record(self, event_name: str) -> None:
        short = shorten(self._changes)
        names = ("title", "status", "priority", "due_on", "due_at", "parent_id", "recurring_task_id", "occurrence_key",
                 "completed_at", "deleted_at")  # fmt: skip
        event = NewEvent(
            event_name,
            self.actor.user_id,
            self.row.id,
            self.row.version,
            TaskEvent(
                task_id=self.row.id, user_id=self.actor.user_id, version=self.row.version, changes=short,
                task=TaskSnapshot(**{name: self.row.values[name] for name in names}),
            ),
            details={"changes": self._changes} if short != self._changes else {},
            origin=self.actor.origin,
        )  # fmt: skip
        record(self.connection, event)

    def load(self, task_id: UUID) -> "Edit":
        """Lock and return another task of the same user."""
        return Edit(self.connection, self.actor, _lock(self.connection, self.actor.user_id, task_id))

    def below(self, *, deleted: bool | None) -> list["Edit"]:
        """Lock and return all tasks below, deepest first; ``deleted`` keeps only those in (or not in) the trash."""
        from sqlalchemy import text  # noqa: PLC0415

        ids = self.connection.execute(
            text(
                "WITH RECURSIVE below AS (SELECT id, depth, deleted_at FROM tasks WHERE parent_id = :id AND user_id = :user_id"
                " UNION ALL SELECT t.id, t.depth, t.deleted_at FROM tasks t JOIN below b ON t.parent_id = b.id)"
                " SELECT id, deleted_at FROM below ORDER BY depth DESC, id"
            ),
            self.key,
        ).all()
        return [self.load(row.id) for row in ids if deleted is None or deleted == (row.deleted_at is not None)]


class changing:  # noqa: N801 - reads as the verb it is in a with statement
    """Open a transaction on one locked task; at the end its JSON is read within it."""

    def __init__(self, actor: Actor, task_id: UUID, if_version: int | None) -> None:
        self._actor, self._task_id, self._if_version = actor, task_id, if_version
        self._edit: Edit

    def __enter__(self) -> Edit:
        from shared.db.engine import transaction  # noqa: PLC0415

        self._transaction = transaction(self._actor.user_id)
        connection = self._transaction.__enter__()
        try:
            row = _lock(connection, self._actor.user_id, self._task_id)
            self._edit = Edit(connection, self._actor, row)
            if self._if_version is not None and self._if_version != row.version:
                self._edit.read()
                raise VersionConflict(
                    f"The task is at version {row.version} now.", current=orjson.loads(self._edit.document)
                )
        except BaseException as error:
            self._leave(error)
            raise
        return self._edit

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None:
            self._edit.read()
            failpoint("api.before_commit")
        self._leave(error)
        if error is None:
            failpoint("api.commit_lost_reply")

    def _leave(self, error: BaseException | None) -> None:
        self._transaction.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)


def _lock(connection: Any, user_id: UUID, task_id: UUID) -> TaskRow:
    from sqlalchemy import text  # noqa: PLC0415

    row = connection.execute(
        text(f"SELECT {_COLUMNS} FROM tasks WHERE id = :id AND user_id = :user_id FOR UPDATE"),  # noqa: S608 - our own columns
        {"id": task_id, "user_id": user_id},
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFound("There is no such task.")
    return TaskRow(dict(row), task_tags.names_of(connection, task_id))


def _update(connection: Any, key: dict[str, UUID], columns: dict[str, Any]) -> None:
    from sqlalchemy import text  # noqa: PLC0415

    values = {name: orjson.dumps(value).decode() if name == "reminders" else value for name, value in columns.items()}
    # Names come from our own calls of set(); sorted, so that one set of columns is one prepared statement.
    assignments = ", ".join(f"{name} = CAST(:{name} AS jsonb)" if name == "reminders" else f"{name} = :{name}" for name in sorted(values))
    connection.execute(text(f"UPDATE tasks SET {assignments} WHERE id = :id AND user_id = :user_id"), {**values, **key})  # noqa: S608


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, str | int | list | dict | bool):
        return value
    return str(value)


