"""A task as JSON: the SQL that builds it and the models that say what it looks like.

Lists, single reads and writes all answer with :func:`document_sql`, so there is one spelling of a task; contract tests hold its output
against :class:`Task`.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.domain.task import MAX_TAGS, Priority, clean_notes, clean_tag_names, clean_title
from shared.http.schema import Input, Output

_EXAMPLE_ID = "01937b2e-8f40-7c1a-9d3e-5a6b7c8d9e0f"
MAX_REMINDERS = 10
MAX_MINUTES_BEFORE = 40_320  # four weeks

Title = Annotated[str, Field(min_length=1, max_length=2000, examples=["Pay the rent"]), AfterValidator(clean_title)]
Notes = Annotated[str, Field(max_length=70_000, examples=["Account ends in *42*."]), AfterValidator(clean_notes)]
TagNames = Annotated[list[str], Field(max_length=MAX_TAGS * 2, examples=[["home"]]), AfterValidator(clean_tag_names)]
PriorityName = Literal["none", "low", "medium", "high", "urgent"]


class ReminderInput(Input):
    """When to remind: minutes before the due time, or at a wall time in the task's zone; exactly one of them."""

    minutes_before: int | None = Field(None, ge=0, le=MAX_MINUTES_BEFORE)
    at: datetime | None = Field(None, description="RFC 3339 instant, or wall time in the task's zone")


class Reminder(Output):
    """A reminder of a task."""

    id: UUID
    minutes_before: int | None
    at: str | None


class SubtaskCounts(Output):
    """How many direct sub-tasks there are and how many are completed."""

    total: int
    completed: int


class Task(Output):
    """A task."""

    id: UUID = Field(examples=[_EXAMPLE_ID])
    title: str
    notes: str
    status: Literal["open", "completed"]
    priority: PriorityName
    tags: list[str]
    due_on: date | None = Field(description="due on this whole day")
    due_at: datetime | None = Field(description="due at this instant, UTC")
    due_local: datetime | None = Field(description="the same as wall time in due_tz, without offset")
    due_tz: str | None = Field(description="IANA zone the due time was planned in")
    parent_id: UUID | None
    rank: str = Field(description="manual order; compare as bytes")
    recurring_task_id: UUID | None
    occurrence_key: str | None
    reminders: list[Reminder]
    subtasks: SubtaskCounts
    version: int = Field(ge=1, description="also the ETag")
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    deleted_at: datetime | None


class TaskList(Output):
    """A page of tasks."""

    items: list[Task]
    next_cursor: str | None
    total: int | None = None


class TaskCreate(Input):
    """A new task."""

    title: Title
    notes: Notes = ""
    priority: PriorityName = "none"
    tags: TagNames = Field(default_factory=list)
    due_on: date | None = None
    due_at: datetime | None = Field(None, description="with offset, or wall time in due_tz")
    due_tz: str | None = Field(None, max_length=64, examples=["Europe/Berlin"])
    parent_id: UUID | None = None
    reminders: list[ReminderInput] | None = Field(None, max_length=MAX_REMINDERS)


class TaskChange(Input):
    """A JSON merge patch (RFC 7396): what is left out stays, null clears."""

    title: Title | None = None
    notes: Annotated[str, Field(max_length=70_000), AfterValidator(clean_notes)] | None = None
    priority: PriorityName | None = None
    tags: TagNames | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    due_tz: str | None = Field(None, max_length=64)
    parent_id: UUID | None = None
    reminders: list[ReminderInput] | None = Field(None, max_length=MAX_REMINDERS)
    status: Literal["open", "completed"] | None = None


def instant_sql(expression: str) -> str:
    """Return SQL that writes a timestamptz as RFC 3339 in UTC with Z, null as null."""
    return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def document_sql(task: str, tags: str, subtasks: str) -> str:
    """Return the SQL expression of a task's JSON.

    Args:
        task: alias of a row of ``tasks``.
        tags: expression of the JSON array of tag names, may be null.
        subtasks: expression of the JSON object of sub-task counts, may be null.
    """
    t = task
    return f"""json_build_object(
    'id', {t}.id, 'title', {t}.title, 'notes', {t}.notes, 'status', {t}.status, 'priority', {t}.priority,
    'tags', coalesce({tags}, '[]'::json), 'due_on', {t}.due_on, 'due_at', {instant_sql(f"{t}.due_at")},
    'due_local', to_char({t}.due_local, 'YYYY-MM-DD"T"HH24:MI:SS'), 'due_tz', {t}.due_tz, 'parent_id', {t}.parent_id,
    'rank', {t}.rank, 'recurring_task_id', {t}.recurring_task_id, 'occurrence_key', {t}.occurrence_key,
    'reminders', {t}.reminders, 'subtasks', coalesce({subtasks}, '{{"total":0,"completed":0}}'::json),
    'version', {t}.version, 'created_at', {instant_sql(f"{t}.created_at")}, 'updated_at', {instant_sql(f"{t}.updated_at")},
    'completed_at', {instant_sql(f"{t}.completed_at")}, 'deleted_at', {instant_sql(f"{t}.deleted_at")})"""


TAGS_OF_ONE = "(SELECT json_agg(g.name ORDER BY g.name_key) FROM task_tags x JOIN tags g ON g.id = x.tag_id WHERE x.task_id = t.id)"
SUBTASKS_OF_ONE = (
    "(SELECT json_build_object('total', count(*), 'completed', count(*) FILTER (WHERE c.status = 'completed'))"
    " FROM tasks c WHERE c.parent_id = t.id AND c.deleted_at IS NULL)"
)
ONE_TASK = f"SELECT {document_sql('t', TAGS_OF_ONE, SUBTASKS_OF_ONE)} FROM tasks t WHERE t.id = $1 AND t.user_id = $2"  # noqa: S608
"""The JSON of one task by id and user, also from the trash."""

PRIORITIES = tuple(priority.value for priority in Priority)
Json = dict[str, Any]
