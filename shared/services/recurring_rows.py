"""Rows of ``recurring_tasks``: read, locked, written with their event.

Used by the services of recurring tasks only. Always: the row is locked before any of its instances, and every change raises its version and
records one event in the same transaction. The lock is what makes two deliveries of one event take turns.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.statement import statement
from shared.domain.recurrence import Mode, Series, key_of
from shared.errors import NotFound, VersionConflict
from shared.events.catalogue import Change, SeriesEvent
from shared.events.outbox import NewEvent, record, shorten
from shared.services.actor import Actor

COLUMNS = (
    "s.id, s.user_id, s.template, s.rrule, s.exdates, s.dtstart, s.all_day, s.tzid, s.mode, s.paused_at, s.ended_at, s.version,"
    " s.created_at, s.updated_at"
)
OPEN_INSTANCE = """LEFT JOIN LATERAL (
    SELECT t.id, t.occurrence_key FROM tasks t
     WHERE t.recurring_task_id = s.id AND t.user_id = s.user_id AND t.status = 'open' AND t.deleted_at IS NULL
     ORDER BY t.occurrence_key COLLATE "C" DESC LIMIT 1) o ON true"""
_LOCK = statement(f"SELECT {COLUMNS} FROM recurring_tasks s WHERE s.id = :id AND s.user_id = :user_id FOR UPDATE")  # noqa: S608
_INSERT = statement(
    "INSERT INTO recurring_tasks (id, user_id, template, rrule, exdates, dtstart, all_day, tzid, mode, created_at, updated_at)"
    " VALUES (:id, :user_id, CAST(:template AS jsonb), :rrule, :exdates, :dtstart, :all_day, :tzid, :mode, :created_at, :created_at)"
)
_TOUCH = statement(
    "UPDATE recurring_tasks SET version = version + 1, updated_at = :now WHERE id = :id AND user_id = :user_id"
)
_JSON = frozenset({"template"})
_TITLE_LENGTH = 500


@dataclass
class SeriesRow:
    """A recurring task as it is in the database."""

    id: UUID
    user_id: UUID
    template: dict[str, Any]
    rrule: str
    exdates: tuple[str, ...]
    dtstart: datetime
    all_day: bool
    tzid: str
    mode: Mode
    paused_at: datetime | None
    ended_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Any) -> "SeriesRow":
        """Return a row of :data:`COLUMNS`, whatever columns follow."""
        values = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**{**values, "exdates": tuple(row.exdates), "mode": Mode(row.mode)})

    @cached_property
    def series(self) -> Series:
        """The rule over its start."""
        return Series.from_text(self.rrule, key_of(self.dtstart, all_day=self.all_day), self.tzid, self.exdates)

    @property
    def is_running(self) -> bool:
        """Whether it makes instances."""
        return self.paused_at is None and self.ended_at is None


def schedule_columns(series: Series, mode: Mode) -> dict[str, Any]:
    """Return the columns that hold a series."""
    return {
        "rrule": str(series.rule),
        "exdates": sorted(series.exdates),
        "dtstart": series.start,
        "all_day": series.all_day,
        "tzid": series.zone,
        "mode": mode.value,
    }


def lock(connection: Any, user_id: UUID, series_id: UUID) -> SeriesRow | None:
    """Lock and return a recurring task, or ``None``."""
    row = connection.execute(_LOCK(), {"id": series_id, "user_id": user_id}).one_or_none()
    return SeriesRow.of(row) if row is not None else None


def lock_known(connection: Any, user_id: UUID, series_id: UUID, if_version: int | None = None) -> SeriesRow:
    """Lock and return a recurring task.

    Raises:
        NotFound: there is none of this user's.
        VersionConflict: it is at another version.
    """
    row = lock(connection, user_id, series_id)
    if row is None:
        raise NotFound("There is no such recurring task.")
    if if_version is not None and if_version != row.version:
        raise VersionConflict(f"The recurring task is at version {row.version} now.", current={"version": row.version})
    return row


def insert(connection: Any, actor: Actor, series: Series, mode: Mode, template: dict[str, Any]) -> SeriesRow:
    """Write a new recurring task with its event, and return it locked."""
    moment = clock.now()
    columns = schedule_columns(series, mode)
    series_id = clock.uuid7()
    connection.execute(
        _INSERT(),
        {
            **columns,
            "id": series_id,
            "user_id": actor.user_id,
            "template": orjson.dumps(template).decode(),
            "created_at": moment,
        },
    )
    row = lock_known(connection, actor.user_id, series_id)
    _record(
        connection,
        actor,
        row,
        "recurring_task.created",
        {name: {"before": None, "after": columns[name]} for name in ("rrule", "mode", "tzid")},
    )
    return row


def update(connection: Any, actor: Actor, row: SeriesRow, event_name: str, columns: dict[str, Any]) -> SeriesRow:
    """Write columns of a locked row and the event; return the row anew, or as it is when nothing changes."""
    changed = {name: value for name, value in columns.items() if _plain(getattr(row, name)) != _plain(value)}
    if not changed:
        return row
    values = {name: orjson.dumps(value).decode() if name in _JSON else value for name, value in changed.items()}
    # Names come from our own calls; sorted, so that one set of columns is one prepared statement.
    assignments = ", ".join(
        f"{name} = CAST(:{name} AS jsonb)" if name in _JSON else f"{name} = :{name}" for name in sorted(values)
    )
    from sqlalchemy import text

    update_sql = f"UPDATE recurring_tasks SET {assignments}, version = version + 1, updated_at = :now"  # noqa: S608 - our names
    connection.execute(
        text(f"{update_sql} WHERE id = :id AND user_id = :user_id"),
        {**values, "now": clock.now(), "id": row.id, "user_id": actor.user_id},
    )
    after = lock_known(connection, actor.user_id, row.id)
    changes = {name: {"before": _plain(getattr(row, name)), "after": _plain(value)} for name, value in changed.items()}
    _record(connection, actor, after, event_name, changes)
    return after


def note(
    connection: Any, actor: Actor, row: SeriesRow, event_name: str, changes: dict[str, dict[str, Any]]
) -> SeriesRow:
    """Record an event that changes no column but the version."""
    connection.execute(
        _TOUCH(),
        {"now": clock.now(), "id": row.id, "user_id": actor.user_id},
    )
    after = lock_known(connection, actor.user_id, row.id)
    _record(connection, actor, after, event_name, changes)
    return after


def _record(connection: Any, actor: Actor, row: SeriesRow, event_name: str, changes: dict[str, dict[str, Any]]) -> None:
    # A template can be as large as its notes: the event says that it changed, the log keeps it.
    short = {
        name: {"before": None, "after": None} if name == "template" else change
        for name, change in shorten(changes).items()
    }
    payload = SeriesEvent(
        recurring_task_id=row.id, user_id=row.user_id, version=row.version, title=str(row.template["title"])[:_TITLE_LENGTH],
        changes={name: Change(**change) for name, change in short.items()},
    )  # fmt: skip
    details = {"changes": changes} if short != changes else {}
    record(
        connection,
        NewEvent(event_name, row.user_id, row.id, row.version, payload, details=details, origin=actor.origin),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mode):
        return value.value
    return list(value) if isinstance(value, tuple) else value
