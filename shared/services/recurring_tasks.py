"""What can be done to a recurring task: create, list, preview, pause, resume, skip, end, delete.

Used by the recurring tasks function, chat and MCP; changes of a series are in ``shared.services.recurring_changes``, how it goes on after
a completion in ``shared.services.recurring_progress``. Always: one transaction with the series locked; a running series has its next
instance as an ordinary task; completing never ends a series, only its rule or a person does.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.domain.recurrence import (
    Mode,
    Occurrence,
    Series,
    Walk,
    create_series,
    describe,
    key_of,
    next_after,
    pin_anchor_day,
    skip,
)
from shared.domain.recurrence.series import as_wall_time
from shared.domain.zone import parse_local, start_of_day, to_instant, today
from shared.errors import Conflict, InvalidInput, Unauthenticated
from shared.services import recurring_rows
from shared.services.actor import Actor
from shared.services.recurring_documents import SeriesCreate, document, occurrence_time, template_json
from shared.services.recurring_instances import create_instance, instance_of, move_instance, open_instance, reschedule
from shared.services.recurring_progress import next_occurrence, settle
from shared.services.recurring_rows import COLUMNS, OPEN_INSTANCE, SeriesRow, lock_known
from shared.services.task_edit import Edit, changing
from shared.services.tasks import delete_task

_READ = f"SELECT {COLUMNS}, o.id AS open_id, o.occurrence_key AS open_key, u.locale FROM recurring_tasks s JOIN users u ON u.id = s.user_id {OPEN_INSTANCE}"  # noqa: S608 - our own columns
_ONE = text(f"{_READ} WHERE s.id = :id AND s.user_id = :user_id")
_USER = text("SELECT time_zone, locale FROM users WHERE id = :user_id")
_OPEN_IDS = text(
    "SELECT id FROM tasks WHERE recurring_task_id = :id AND user_id = :user_id AND status = 'open' AND deleted_at IS NULL"
)
_DELETE = text("DELETE FROM recurring_tasks WHERE id = :id AND user_id = :user_id")


def create_recurring_task(actor: Actor, new: SeriesCreate) -> dict[str, Any]:
    """Create a series with its first instance, and return its JSON.

    The first instance is of the first occurrence from today on: a rule that began in 1900 does not begin with a task due then. A task
    that becomes the first instance keeps its due time where that is the series' start.

    Raises:
        InvalidInput: not exactly one of template and task, or nothing of the rule is left to come.
        DomainError: the rule, its start or its zone is wrong.
        NotFound, Conflict: the task is not there, is done, or belongs to a series already.
    """
    if (new.template is None) == (new.task_id is None):
        raise InvalidInput(
            "Give a template, or the task_id of a task that becomes the first instance.", field="template"
        )
    with transaction(actor.user_id) as connection:
        zone = new.time_zone or person(connection, actor.user_id).time_zone
        if new.task_id is not None:
            with changing(actor, new.task_id, None) as edit:
                row = _create_from_task(connection, actor, new, zone, edit)
        else:
            series = _series(new, _required(new.dtstart), zone)
            row = recurring_rows.insert(connection, actor, series, Mode(new.mode), template_json(new.template))  # type: ignore[arg-type]
            create_instance(connection, actor, row, first_occurrence(series))
        return read(connection, row)


def get_recurring_task(user_id: UUID, series_id: UUID) -> dict[str, Any]:
    """Return the JSON of a recurring task.

    Raises:
        NotFound: there is none of this user's.
    """
    with transaction(user_id) as connection:
        return read(connection, lock_known(connection, user_id, series_id))


def preview(user_id: UUID, series_id: UUID, count: int, after: str | None) -> dict[str, Any]:
    """Return the next occurrences of a series, from the open instance or today on.

    After completion the dates are what they would be if each instance were done on its day.

    Args:
        user_id: whose series.
        series_id: the series.
        count: how many.
        after: a local date or time after which to begin instead.
    """
    with transaction(user_id) as connection:
        row = lock_known(connection, user_id, series_id)
        waiting = open_instance(connection, row)
    if row.ended_at is not None:
        return {"items": []}
    series = row.series
    if row.mode is Mode.COMPLETION and waiting is not None:
        start = datetime.fromisoformat(waiting.key)
        series = replace(series, start=start, rule=pin_anchor_day(series.rule, start))
    floor = _start_of_today(series)
    if waiting is not None:
        floor = (
            min(floor, series.instant_of(waiting.key))
            if row.mode is Mode.COMPLETION
            else max(floor, series.instant_of(waiting.key))
        )
    return {"items": [occurrence_time(found) for found in _window(series, count, floor, after)]}


def preview_rule(
    user_id: UUID, rrule: str, dtstart: str, zone: str | None, mode: Mode, count: int, after: str | None
) -> dict[str, Any]:
    """Return what a rule that is not saved means: its text as it would be saved, words, and its next occurrences.

    Raises:
        DomainError: the rule, its start or its zone is wrong.
    """
    with transaction(user_id) as connection:
        owner = person(connection, user_id)
    series = create_series(rrule, dtstart, zone or owner.time_zone, mode=mode)
    found = _window(series, count, _start_of_today(series), after)
    return {
        "rrule": str(series.rule),
        "description": describe(series.rule, owner.locale, None if series.all_day else series.start.time()),
        "items": [occurrence_time(occurrence) for occurrence in found],
    }


def pause(actor: Actor, series_id: UUID, if_version: int | None = None) -> dict[str, Any]:
    """Pause a series: its open instance stays, no other is made. Pausing it again changes nothing."""

    def act(connection: Any, row: SeriesRow) -> SeriesRow:
        if row.paused_at is not None:
            return row
        return recurring_rows.update(connection, actor, row, "recurring_task.paused", {"paused_at": clock.now()})

    return _on_living(actor, series_id, if_version, act)


def resume(actor: Actor, series_id: UUID, if_version: int | None = None) -> dict[str, Any]:
    """Resume a paused series: if its instance was done meanwhile, the next one is in the future; what lies between is not made up for."""

    def act(connection: Any, row: SeriesRow) -> SeriesRow:
        if row.paused_at is None:
            return row
        recurring_rows.update(connection, actor, row, "recurring_task.resumed", {"paused_at": None})
        settle(connection, actor, row.id, not_before=clock.now())
        return lock_known(connection, actor.user_id, row.id)

    return _on_living(actor, series_id, if_version, act)


def skip_occurrence(actor: Actor, series_id: UUID, key: str | None, if_version: int | None = None) -> dict[str, Any]:
    """Leave one occurrence out.

    Args:
        actor: whose series.
        series_id: the series.
        key: the occurrence; the open instance's when ``None``. That instance moves to the next occurrence in the future; if there is
            none, it goes to the trash and the series ends.
        if_version: the version the caller saw.

    Raises:
        Conflict: nothing waits, or the occurrence was done already.
        DomainError: the series has no such occurrence.
    """

    def act(connection: Any, row: SeriesRow) -> SeriesRow:
        waiting = open_instance(connection, row)
        if key is None and waiting is None:
            raise Conflict("No instance waits that could be skipped.")
        wanted = key or (waiting.key if waiting else "")
        if waiting is None or wanted != waiting.key:
            if instance_of(connection, row, wanted) is not None:
                raise Conflict("This occurrence is over.")
            exdates = sorted(skip(row.series, wanted).exdates)
            return recurring_rows.update(connection, actor, row, "recurring_task.skipped", {"exdates": exdates})
        exdates = sorted({*row.exdates, wanted})
        row = recurring_rows.update(connection, actor, row, "recurring_task.skipped", {"exdates": exdates})
        following = next_occurrence(connection, row, wanted, max(clock.now(), row.series.instant_of(wanted)), None)
        if following is not None:
            reschedule(actor, row, waiting.id, following)
            return row
        row = recurring_rows.update(connection, actor, row, "recurring_task.ended", {"ended_at": clock.now()})
        delete_task(actor, waiting.id)
        return row

    return _on_living(actor, series_id, if_version, act)


def end(actor: Actor, series_id: UUID, if_version: int | None = None) -> dict[str, Any]:
    """End a series for good: its open instance stays as the last one. Ending it again changes nothing."""
    with transaction(actor.user_id) as connection:
        row = lock_known(connection, actor.user_id, series_id, if_version)
        if row.ended_at is None:
            row = recurring_rows.update(connection, actor, row, "recurring_task.ended", {"ended_at": clock.now()})
        return read(connection, row)


def delete_recurring_task(actor: Actor, series_id: UUID, if_version: int | None = None) -> None:
    """Delete a series; its instances stay as ordinary tasks."""
    with transaction(actor.user_id) as connection:
        row = lock_known(connection, actor.user_id, series_id, if_version)
        for task_id in connection.execute(_OPEN_IDS, {"id": row.id, "user_id": actor.user_id}).scalars().all():
            with changing(actor, task_id, None) as edit:
                edit.set("recurring_task_id", None)
                edit.set("occurrence_key", None)
                edit.save("task.updated")
        if row.ended_at is None:
            recurring_rows.update(connection, actor, row, "recurring_task.ended", {"ended_at": clock.now()})
        connection.execute(_DELETE, {"id": row.id, "user_id": actor.user_id})


def person(connection: Any, user_id: UUID) -> Any:
    """Return zone and locale of a person.

    Raises:
        Unauthenticated: the account is gone.
    """
    row = connection.execute(_USER, {"user_id": user_id}).one_or_none()
    if row is None:
        raise Unauthenticated("This account no longer exists.")
    return row


def read(connection: Any, row: SeriesRow) -> dict[str, Any]:
    """Return the JSON of a series within its transaction."""
    return _document(connection.execute(_ONE, {"id": row.id, "user_id": row.user_id}).one())


def first_occurrence(series: Series, *, literal: bool = False) -> Occurrence:
    """Return the first occurrence from today on, or (``literal``) the very first.

    Raises:
        InvalidInput: nothing of the rule is left to come.
    """
    found = next(Walk(series, None if literal else _start_of_today(series)), None)
    if found is None:
        raise InvalidInput("Nothing of this rule is left to come.", field="rrule")
    return found


def _create_from_task(connection: Any, actor: Actor, new: SeriesCreate, zone: str, edit: Edit) -> SeriesRow:
    edit.refuse_trash()
    if edit.row.status != "open":
        raise Conflict("The task is completed; open it again first.")
    if edit.row.recurring_task_id is not None:
        raise Conflict("The task belongs to a recurring task already.")
    local = edit.row.due_on or edit.row.due_local
    due_text = key_of(as_wall_time(local), all_day=edit.row.due_on is not None) if local else None
    zone = new.time_zone or edit.row.due_tz or zone
    series = _series(new, _required(new.dtstart or due_text), zone)
    row = recurring_rows.insert(connection, actor, series, Mode(new.mode), _template_of(connection, actor, edit))
    move_instance(edit, row, first_occurrence(series, literal=series.dtstart == due_text))
    edit.save("task.updated")
    return row


def _template_of(connection: Any, actor: Actor, edit: Edit) -> dict[str, Any]:
    subtasks = connection.execute(
        text(
            "SELECT t.title, t.notes, t.priority, ARRAY(SELECT g.name FROM task_tags x JOIN tags g ON g.id = x.tag_id"
            " WHERE x.task_id = t.id ORDER BY g.name_key) AS tags FROM tasks t"
            " WHERE t.parent_id = :id AND t.user_id = :user_id AND t.deleted_at IS NULL ORDER BY t.rank, t.id LIMIT 100"
        ),
        {"id": edit.row.id, "user_id": actor.user_id},
    ).mappings()
    return {
        "title": edit.row.title, "notes": edit.row.notes, "priority": edit.row.priority, "tags": edit.row.tags,
        "reminders": [{"minutes_before": spec["minutes_before"], "at": spec["at"]} for spec in edit.row.reminders],
        "parent_id": str(edit.row.parent_id) if edit.row.parent_id else None,
        "subtasks": [{**subtask, "tags": list(subtask["tags"]), "subtasks": []} for subtask in subtasks],
    }  # fmt: skip


def _series(new: SeriesCreate, dtstart: str, zone: str) -> Series:
    series = create_series(new.rrule, dtstart, zone, mode=Mode(new.mode))
    for exdate in new.exdates:
        series = skip(series, key_of(as_wall_time(parse_local(exdate, "exdates")), all_day=series.all_day))
    return series


def _required(dtstart: str | None) -> str:
    if dtstart is None:
        raise InvalidInput("A recurring task needs its start: a local date, or a date and time.", field="dtstart")
    return dtstart


def _start_of_today(series: Series) -> datetime:
    return start_of_day(today(clock.now(), series.zone), series.zone)


def _window(series: Series, count: int, floor: datetime, after: str | None) -> list[Occurrence]:
    if after is None:
        return list(islice(Walk(series, floor), count))
    local = parse_local(after, "after")
    found: list[Occurrence] = []
    instant: Any = local if not isinstance(local, datetime) else to_instant(local, series.zone)
    occurrence = next_after(series, instant)
    if occurrence is not None:
        found = list(islice(Walk(series, occurrence.at), count))
    return found


def _on_living(
    actor: Actor, series_id: UUID, if_version: int | None, act: Callable[[Any, SeriesRow], SeriesRow]
) -> dict[str, Any]:
    with transaction(actor.user_id) as connection:
        row = lock_known(connection, actor.user_id, series_id, if_version)
        if row.ended_at is not None:
            raise Conflict("The recurring task has ended.")
        return read(connection, act(connection, row))


def _document(row: Any) -> dict[str, Any]:
    return document(SeriesRow.of(row), row.locale, row.open_key, row.open_id)
