"""Changes of a series: this one, this and following, all.

Called by ``PATCH /api/recurring-tasks/{id}``.

- this: one instance alone; the series stays as it is. (An edit of the task itself is the same.)
- following: the series is cut in two at an occurrence. The first part keeps what was done; the second, a series of its own with the
  changes, takes the open instance along if that lies behind the cut.
- all: the series itself. What was done stays as it was done; the open instance gets what changed, and another occurrence only where its own
  is none any more: one of the same day if there is one, for whoever moves 9 to 10 o'clock means that day at 10.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.domain.recurrence import (
    Mode,
    Occurrence,
    RecurrenceRule,
    Series,
    Walk,
    anchor_day,
    create_series,
    find,
    key_of,
    split,
)
from shared.domain.recurrence.series import as_wall_time
from shared.domain.zone import parse_local, start_of_day, today
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services import recurring_rows
from shared.services.actor import Actor
from shared.services.recurring_documents import SeriesChange, TemplateChange
from shared.services.recurring_instances import (
    adopt,
    create_instance,
    create_subtasks,
    instance_of,
    newest_instances,
    open_instance,
    reschedule,
)
from shared.services.recurring_rows import SeriesRow, lock_known, schedule_columns
from shared.services.recurring_tasks import first_occurrence, read
from shared.services.task_documents import TaskChange
from shared.services.tasks import change_task, delete_task

_TIMING = frozenset({"rrule", "dtstart", "time_zone", "mode"})
_DAY = len("2026-01-31")
_CHILDREN = text(
    "SELECT id, title, status FROM tasks WHERE parent_id = :id AND user_id = :user_id AND deleted_at IS NULL ORDER BY rank, id"
)
_DEPTH = text("SELECT depth FROM tasks WHERE id = :id AND user_id = :user_id")


def change_recurring_task(
    actor: Actor, series_id: UUID, change: SeriesChange, if_version: int | None = None
) -> dict[str, Any]:
    """Apply a change to one, the following, or all instances, and return the series it now is about (after a cut, the second part).

    Raises:
        NotFound: there is no such series, or the occurrence has no instance yet (scope this).
        VersionConflict: ``if_version`` is not the series'.
        Conflict: the series has ended.
        InvalidInput: the scope cannot take a field.
        DomainError: rule, start, zone or occurrence key is wrong.
    """
    with transaction(actor.user_id) as connection:
        row = lock_known(connection, actor.user_id, series_id, if_version)
        if row.ended_at is not None:
            raise Conflict("The recurring task has ended.")
        if change.scope == "this":
            _change_this(connection, actor, row, change)
        elif change.scope == "following":
            row = _change_following(connection, actor, row, change)
        else:
            row = _change_all(connection, actor, row, change)
        return read(connection, row)


def _change_this(connection: Any, actor: Actor, row: SeriesRow, change: SeriesChange) -> None:
    for name in ("rrule", "time_zone", "mode"):
        if getattr(change, name) is not None:
            raise InvalidInput(f"{name} is of the whole series; use the scope following or all.", field=name)
    task_id = _instance(connection, row, change.occurrence_key)
    if change.dtstart is not None:
        local = parse_local(change.dtstart, "dtstart")
        timed = isinstance(local, datetime)
        due = {"due_at": local, "due_tz": row.tzid} if timed else {"due_on": local}
        change_task(actor, task_id, TaskChange.model_validate(due))
    if change.template is not None:
        _apply_template(connection, actor, task_id, change.template)


def _change_all(connection: Any, actor: Actor, row: SeriesRow, change: SeriesChange) -> SeriesRow:
    columns: dict[str, Any] = {}
    if _TIMING & _given(change):
        series, mode = _changed_series(row.series, row.mode, change)
        columns = schedule_columns(series, mode)
    if change.template is not None:
        columns["template"] = _changed_template(row.template, change.template)
    row = recurring_rows.update(connection, actor, row, "recurring_task.updated", columns)
    waiting = open_instance(connection, row)
    if waiting is not None:
        _bring_along(connection, actor, row, waiting.id, waiting.key, change)
    return row


def _change_following(connection: Any, actor: Actor, row: SeriesRow, change: SeriesChange) -> SeriesRow:
    waiting = open_instance(connection, row)
    key = change.occurrence_key or (waiting.key if waiting else None)
    if key is None:
        raise Conflict("No instance waits; name the occurrence to begin with (occurrence_key).")
    newest = newest_instances(connection, row, 2)
    if not any(instance.key < key for instance in newest) and (waiting is None or key <= waiting.key):
        return _change_all(connection, actor, row, change)  # nothing came before: this and following are all
    before, rest = _cut(row, key, waiting.key if waiting else None)
    series, mode = _changed_series(rest, row.mode, change) if _TIMING & _given(change) else (rest, row.mode)
    template = _changed_template(row.template, change.template) if change.template is not None else row.template
    second = recurring_rows.insert(connection, actor, series, mode, template)
    takes_along = waiting is not None and waiting.key >= key
    # With its instance gone the first part is over; else it goes on up to the cut.
    first = schedule_columns(before, row.mode) | ({"ended_at": clock.now()} if takes_along else {})
    recurring_rows.update(
        connection, actor, row, "recurring_task.ended" if takes_along else "recurring_task.updated", first
    )
    if waiting is not None and takes_along:
        _bring_along(connection, actor, second, waiting.id, waiting.key, change)
    else:
        create_instance(connection, actor, second, first_occurrence(series))
    return second


def _cut(row: SeriesRow, key: str, open_key: str | None) -> tuple[Series, Series]:
    if row.mode is Mode.COMPLETION:
        # No grid to cut: the second part counts on from its first instance.
        if key != open_key:
            raise InvalidInput("After completion only the open instance is known; cut there.", field="occurrence_key")
        return row.series, replace(row.series, start=datetime.fromisoformat(key))
    parts = split(row.series, key)
    return parts.before or row.series, parts.following


def _changed_series(series: Series, mode: Mode, change: SeriesChange) -> tuple[Series, Mode]:
    mode = Mode(change.mode) if change.mode is not None else mode
    dtstart = change.dtstart or series.dtstart
    rule = change.rrule or str(_movable(series.rule, series, dtstart))
    changed = create_series(rule, dtstart, change.time_zone or series.zone, mode=mode)
    return replace(changed, exdates=_moved_exceptions(series, changed)), mode


def _moved_exceptions(before: Series, after: Series) -> frozenset[str]:
    """Return the exceptions as times of the new grid: the day somebody left out stays left out when the time of day changes."""
    if before.all_day != after.all_day:
        return frozenset()
    old_time, new_time = before.dtstart[_DAY:], after.dtstart[_DAY:]
    return frozenset(key[:_DAY] + new_time if key[_DAY:] == old_time else key for key in before.exdates)


def _movable(rule: RecurrenceRule, series: Series, dtstart: str) -> RecurrenceRule:
    """Return the rule without the anchor day we wrote into it, where the start and so the anchor changes."""
    if anchor_day(rule) is None or as_wall_time(parse_local(dtstart, "dtstart")).day == series.start.day:
        return rule
    return replace(rule, by_month_day=(), by_set_pos=())


def _bring_along(connection: Any, actor: Actor, row: SeriesRow, task_id: UUID, key: str, change: SeriesChange) -> None:
    if _TIMING & _given(change):
        reschedule(actor, row, task_id, _place(connection, row, task_id, key))
    else:
        adopt(actor, row, task_id)
    if change.template is not None:
        _apply_template(connection, actor, task_id, change.template)


def _place(connection: Any, row: SeriesRow, task_id: UUID, key: str) -> Occurrence:
    """Return the occurrence an open instance stands for after the times changed.

    Its own if it still is one, else another of its day, else the next: never a day that is over, nor one of which an instance was done.

    Raises:
        InvalidInput: nothing of the rule is left to come.
    """
    own = find(row.series, _as_key(key, row))
    if own is not None and _is_free(connection, row, own, task_id):
        return own
    done = [instance.key for instance in newest_instances(connection, row, 2) if instance.id != task_id]
    for occurrence in _candidates(row, key, done):
        if _is_free(connection, row, occurrence, task_id):
            return occurrence
    raise InvalidInput("Nothing of this rule is left to come.", field="rrule")


def _candidates(row: SeriesRow, key: str, done: list[str]) -> Iterator[Occurrence]:
    """Yield what may stand for the occurrence ``key`` after a change, best first."""
    floor = start_of_day(today(clock.now(), row.tzid), row.tzid)
    earliest = max([floor, *(row.series.instant_of(each) for each in done)])
    same_day = max(earliest, start_of_day(datetime.fromisoformat(key).date(), row.tzid))
    yield from takewhile(lambda found: found.key[:_DAY] == key[:_DAY], Walk(row.series, same_day))
    yield from (found for found in Walk(row.series, earliest) if all(found.key[:_DAY] > each[:_DAY] for each in done))


def _as_key(key: str, row: SeriesRow) -> str:
    return key_of(datetime.fromisoformat(key), all_day=row.all_day)


def _is_free(connection: Any, row: SeriesRow, occurrence: Occurrence, task_id: UUID) -> bool:
    return instance_of(connection, row, occurrence.key) in {None, task_id}


def _changed_template(template: dict[str, Any], change: TemplateChange) -> dict[str, Any]:
    given: dict[str, Any] = orjson.loads(change.model_dump_json(include=change.model_fields_set))
    if "title" in given and not given["title"]:
        raise InvalidInput("title cannot be empty.", field="template.title")
    return {**template, **given}


def _apply_template(connection: Any, actor: Actor, task_id: UUID, change: TemplateChange) -> None:
    names = change.model_fields_set - {"subtasks"}
    if names:
        change_task(actor, task_id, TaskChange(**{name: getattr(change, name) for name in names}))
    if "subtasks" not in change.model_fields_set:
        return
    wanted: list[dict[str, Any]] = orjson.loads(change.model_dump_json(include={"subtasks"}))["subtasks"]
    key = {"id": task_id, "user_id": actor.user_id}
    children = connection.execute(_CHILDREN, key).all()
    titles = {subtask["title"] for subtask in wanted}
    for child in children:
        if child.status == "open" and child.title not in titles:
            delete_task(actor, child.id)
    known = {child.title for child in children}
    depth = connection.execute(_DEPTH, key).scalar_one()
    create_subtasks(actor, task_id, [subtask for subtask in wanted if subtask["title"] not in known], depth)


def _instance(connection: Any, row: SeriesRow, key: str | None) -> UUID:
    waiting = open_instance(connection, row)
    task_id = waiting.id if key is None and waiting is not None else instance_of(connection, row, key or "")
    if task_id is None:
        raise NotFound("This occurrence has no instance yet.")
    return task_id


def _given(change: SeriesChange) -> set[str]:
    return {name for name in _TIMING if getattr(change, name) is not None}
