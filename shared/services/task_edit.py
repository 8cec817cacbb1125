"""One task under its row lock: what a change of a task consists of.

``changing`` opens the transaction, locks the row and checks the version; an :class:`Edit` collects changes and writes row, event and
reminders together. Only the use cases of ``shared.services`` work with it.
"""

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.direct import fetch_json
from shared.domain.task import TaskDue
from shared.errors import Conflict, NotFound, VersionConflict
from shared.events.catalogue import Change, TaskEvent, TaskSnapshot
from shared.events.outbox import NewEvent, record, shorten
from shared.failpoints import failpoint
from shared.services import task_tags
from shared.services.actor import Actor
from shared.services.task_documents import ONE_TASK

_COLUMNS = (
    "id, user_id, title, notes, status, priority, due_on, due_local, due_tz, due_at, rank, parent_id, depth, recurring_task_id,"
    " occurrence_key, reminders, version, created_at, updated_at, completed_at, deleted_at"
)


@dataclass
class TaskRow:
    """A task as it is in the database, locked, with its tags."""

    values: dict[str, Any]
    tags: list[str]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


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
            self._changes[name] = {
                "before": self._changes.get(name, {"before": plain(old)})["before"],
                "after": plain(value),
            }

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
        _update(
            self.connection, self.key, {**self._columns, "version": self.row.version, "updated_at": self.row.updated_at}
        )
        self._record(event_name)
        if self.replan_reminders or set(self._changes) & {"status", "deleted_at"}:
            from shared.services import task_reminders

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
                task_id=self.row.id, user_id=self.actor.user_id, version=self.row.version, changes=as_changes(short),
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
        from sqlalchemy import text

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
        from shared.db.engine import transaction

        self._transaction = transaction(self._actor.user_id)
        connection = self._transaction.__enter__()
        try:
            row = _lock(connection, self._actor.user_id, self._task_id)
            self._edit = Edit(connection, self._actor, row)
            if self._if_version is not None and self._if_version != row.version:
                self._edit.read()
                raise VersionConflict(  # noqa: TRY301 - the transaction must be left either way
                    f"The task is at version {row.version} now.", current=orjson.loads(self._edit.document)
                )
        except BaseException as error:
            self._leave(error)
            raise
        return self._edit

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._edit.read()
                failpoint("api.before_commit")
            except BaseException as failure:
                # Left open, the transaction would be joined by this thread's next request of the same person.
                self._leave(failure)
                raise
        self._leave(error)
        if error is None:
            failpoint("api.commit_lost_reply")

    def _leave(self, error: BaseException | None) -> None:
        self._transaction.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)


def _lock(connection: Any, user_id: UUID, task_id: UUID) -> TaskRow:
    from sqlalchemy import text

    row = connection.execute(
        text(f"SELECT {_COLUMNS} FROM tasks WHERE id = :id AND user_id = :user_id FOR UPDATE"),  # noqa: S608 - our own columns
        {"id": task_id, "user_id": user_id},
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFound("There is no such task.")
    return TaskRow(dict(row), task_tags.names_of(connection, task_id))


def _update(connection: Any, key: dict[str, UUID], columns: dict[str, Any]) -> None:
    from sqlalchemy import text

    values = {name: orjson.dumps(value).decode() if name == "reminders" else value for name, value in columns.items()}
    # Names come from our own calls of set(); sorted, so that one set of columns is one prepared statement.
    assignments = ", ".join(
        f"{name} = CAST(:{name} AS jsonb)" if name == "reminders" else f"{name} = :{name}" for name in sorted(values)
    )
    connection.execute(text(f"UPDATE tasks SET {assignments} WHERE id = :id AND user_id = :user_id"), {**values, **key})  # noqa: S608


def plain(value: Any) -> Any:
    """Return a column's value as the event log keeps it: JSON, instants as RFC 3339 text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, str | int | list | dict | bool):
        return value
    return str(value)


def as_changes(changes: dict[str, dict[str, Any]]) -> dict[str, Change]:
    """Return changes as the catalogue's models."""
    return {
        name: Change.model_construct(before=change["before"], after=change["after"]) for name, change in changes.items()
    }
