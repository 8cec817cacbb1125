"""What the API says of a recurring task: the models that come in, the document that goes out.

Used by the recurring tasks function and its services. A template is stored as the JSON of :class:`Template`, so what was accepted once
is what later instances are made from.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import Field

from shared import clock
from shared.domain.recurrence import Mode, Occurrence, describe, next_after
from shared.domain.zone import real_wall_time, to_instant
from shared.http.schema import Input, Output
from shared.services.recurring_rows import SeriesRow
from shared.services.task_documents import MAX_REMINDERS, Notes, PriorityName, ReminderInput, TagNames, Title
from shared.services.task_reminders import to_utc_text

_MAX_SUBTASKS = 100
_MAX_EXDATES = 500
ModeName = Literal["schedule", "completion"]
Scope = Literal["this", "following", "all"]
RuleText = Annotated[
    str, Field(min_length=1, max_length=1000, examples=["FREQ=WEEKLY;BYDAY=MO,TH"], description="RFC 5545 RRULE")
]
LocalText = Annotated[
    str,
    Field(
        max_length=19,
        examples=["2026-01-31T09:00"],
        description="wall time in time_zone; a date alone means whole days",
    ),
]
ZoneName = Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])]


class InnerSubtask(Input):
    """A sub-task of a template's sub-task."""

    title: Title
    notes: Notes = ""
    priority: PriorityName = "none"
    tags: TagNames = Field(default_factory=list)


class Subtask(InnerSubtask):
    """A sub-task that each instance starts with."""

    subtasks: list[InnerSubtask] = Field(default=[], max_length=_MAX_SUBTASKS)


class Template(Input):
    """What each instance starts as; reminders that are left out follow the person's default."""

    title: Title
    notes: Notes = ""
    priority: PriorityName = "none"
    tags: TagNames = Field(default_factory=list)
    reminders: list[ReminderInput] | None = Field(default=None, max_length=MAX_REMINDERS)
    parent_id: UUID | None = None
    subtasks: list[Subtask] = Field(default=[], max_length=_MAX_SUBTASKS)


class TemplateChange(Input):
    """A merge patch of the template."""

    title: Title | None = None
    notes: Notes = ""
    priority: PriorityName = "none"
    tags: TagNames = Field(default_factory=list)
    reminders: list[ReminderInput] | None = Field(default=None, max_length=MAX_REMINDERS)
    subtasks: list[Subtask] = Field(default=[], max_length=_MAX_SUBTASKS)


class SeriesCreate(Input):
    """A new recurring task: from a template, or from a task that becomes its first instance."""

    rrule: RuleText
    dtstart: LocalText | None = Field(default=None, description="left out with task_id: when that task is due")
    time_zone: ZoneName | None = Field(default=None, description="the person's own when left out")
    mode: ModeName = "schedule"
    exdates: list[LocalText] = Field(default=[], max_length=_MAX_EXDATES)
    template: Template | None = None
    task_id: UUID | None = None


class SeriesChange(Input):
    """What to change, and for which instances; what is left out stays.

    ``this`` changes one instance (``dtstart`` is its new due time), ``following`` cuts the series in two at ``occurrence_key``, ``all``
    changes the series itself. Without ``occurrence_key`` the open instance is meant.
    """

    scope: Scope = "all"
    occurrence_key: Annotated[str, Field(max_length=19)] | None = None
    rrule: RuleText | None = None
    dtstart: LocalText | None = None
    time_zone: ZoneName | None = None
    mode: ModeName | None = None
    template: TemplateChange | None = None


class OccurrenceTime(Output):
    """When an occurrence is: what clocks in the zone show, and the instant."""

    local: str = Field(examples=["2026-02-28T09:00:00"])
    utc: str = Field(examples=["2026-02-28T08:00:00Z"])


class StoredReminder(Output):
    """A reminder of a template."""

    minutes_before: int | None = None
    at: str | None = None


class StoredSubtask(Output):
    """A sub-task of a template."""

    title: str
    notes: str = ""
    priority: PriorityName = "none"
    tags: list[str] = Field(default_factory=list)
    subtasks: list[dict[str, Any]] = Field(default_factory=list)


class StoredTemplate(Output):
    """A template as it is stored."""

    title: str
    notes: str = ""
    priority: PriorityName = "none"
    tags: list[str] = Field(default_factory=list)
    reminders: list[StoredReminder] | None = None
    parent_id: UUID | None = None
    subtasks: list[StoredSubtask] = Field(default_factory=list)


class RecurringTask(Output):
    """A recurring task."""

    id: UUID
    rrule: str
    dtstart: str
    time_zone: str
    mode: ModeName
    exdates: list[str]
    template: StoredTemplate
    description: str = Field(
        description="the rule in words of the person's language", examples=["every 2 weeks on Mon and Thu"]
    )
    paused_at: datetime | None
    ended_at: datetime | None
    next_occurrence: OccurrenceTime | None = Field(description="of the open instance, or the one to come")
    task_id: UUID | None = Field(description="the open instance")
    version: int
    created_at: datetime
    updated_at: datetime


class RecurringTaskList(Output):
    """A page of recurring tasks, newest first."""

    items: list[RecurringTask]
    next_cursor: str | None


class Preview(Output):
    """The next occurrences of a recurring task."""

    items: list[OccurrenceTime]


class RulePreview(Preview):
    """What a rule means, in words and by its next occurrences."""

    rrule: str
    description: str


def template_json(template: Template) -> dict[str, Any]:
    """Return a template as it is stored."""
    stored: dict[str, Any] = orjson.loads(template.model_dump_json())
    return stored


def occurrence_time(occurrence: Occurrence) -> dict[str, str]:
    """Return an occurrence as the API writes it."""
    return {"local": occurrence.local_text, "utc": to_utc_text(occurrence.at)}


def words(row: SeriesRow, locale: str) -> str:
    """Return the rule in words, with the time of day where there is one."""
    return describe(row.series.rule, locale, None if row.all_day else row.dtstart.time())


def document(row: SeriesRow, locale: str, open_key: str | None, open_id: UUID | None) -> dict[str, Any]:
    """Return the JSON of a recurring task.

    Args:
        row: its row.
        locale: of the person.
        open_key: occurrence key of the open instance.
        open_id: its id.
    """
    return {
        "id": row.id, "rrule": row.rrule, "dtstart": row.series.dtstart, "time_zone": row.tzid, "mode": row.mode.value,
        "exdates": list(row.exdates), "template": row.template, "description": words(row, locale),
        "paused_at": row.paused_at and to_utc_text(row.paused_at), "ended_at": row.ended_at and to_utc_text(row.ended_at),
        "next_occurrence": _next(row, open_key), "task_id": open_id, "version": row.version,
        "created_at": to_utc_text(row.created_at), "updated_at": to_utc_text(row.updated_at),
    }  # fmt: skip


def _next(row: SeriesRow, open_key: str | None) -> dict[str, str] | None:
    if row.ended_at is not None:
        return None
    if open_key is not None:
        planned = datetime.fromisoformat(open_key)
        local = open_key if row.all_day else real_wall_time(planned, row.tzid).isoformat(timespec="seconds")
        return {"local": local, "utc": to_utc_text(to_instant(planned, row.tzid))}
    if row.paused_at is not None or row.mode is Mode.COMPLETION:
        return None
    coming = next_after(row.series, clock.now())
    return occurrence_time(coming) if coming else None
