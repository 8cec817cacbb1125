"""The recurring tasks function: everything under /api/recurring-tasks.

Answers: create a series from a template or a task, list, get, change (this one, this and following, all), delete; pause, resume, skip and end
it; preview it or a rule that is not saved. The next instance after a completion is the business of the recurrence function.
"""

from uuid import UUID

from pydantic import Field

from shared.domain.recurrence import Mode
from shared.errors import InvalidInput
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, PageQuery, Query
from shared.services.actor import Actor
from shared.services.recurring_documents import (
    LocalText,
    ModeName,
    Preview,
    RecurringTask,
    RecurringTaskList,
    RulePreview,
    RuleText,
    SeriesChange,
    SeriesCreate,
    ZoneName,
)

router = Router("recurring-tasks", "Recurring tasks: series by RFC 5545 rules, and what becomes of their instances.")
_WRITE = "tasks:write"
_PATH = "/api/recurring-tasks/<uuid:series_id>"


class Window(Query):
    """How many occurrences, from when on."""

    count: int = Field(default=10, ge=1, le=100)
    after: LocalText | None = Field(
        default=None, description="local date or time after which to begin; today when left out"
    )


class RuleQuery(Window):
    """A rule that is not saved."""

    rrule: RuleText
    dtstart: LocalText
    time_zone: ZoneName | None = None
    mode: ModeName = "schedule"


class RuleInput(Input):
    """A rule that is not saved."""

    rrule: RuleText
    dtstart: LocalText
    time_zone: ZoneName | None = None
    mode: ModeName = "schedule"
    count: int = Field(default=10, ge=1, le=100)
    after: LocalText | None = None


class SkipQuery(Query):
    """Which occurrence."""

    occurrence_key: str | None = Field(default=None, max_length=19, description="the open instance's when left out")


@router.get("/api/recurring-tasks", query=PageQuery, response=RecurringTaskList)
def list_recurring_tasks(request: Request, query: PageQuery) -> Reply:
    """List recurring tasks, newest first."""
    from shared.services.recurring_lists import list_recurring_tasks as list_page

    return Reply(list_page(request.user_id, query.limit, query.cursor))


@router.post(
    "/api/recurring-tasks", body=SeriesCreate, response=RecurringTask, status=201, scope=_WRITE, errors=(404, 409, 422)
)
def create_recurring_task(request: Request, body: SeriesCreate) -> Reply:
    """Create a recurring task with its first instance, from a template or from a task that becomes it."""
    from shared.services import recurring_tasks as service

    return _with_etag(service.create_recurring_task(_actor(request), body), 201)


@router.get("/api/recurring-tasks/preview", query=RuleQuery, response=RulePreview)
def preview_rule(request: Request, query: RuleQuery) -> Reply:
    """Say what a rule means: in words, and by its next occurrences."""
    return _preview(request, query)


@router.post("/api/recurring-tasks/preview", body=RuleInput, response=RulePreview, idempotent=False, scope="tasks:read")
def preview_rule_in_body(request: Request, body: RuleInput) -> Reply:
    """Say what a rule means, for rules too long for a query."""
    return _preview(request, body)


@router.get(_PATH, response=RecurringTask, errors=(404,))
def get_recurring_task(request: Request, series_id: UUID) -> Reply:
    """Get a recurring task."""
    from shared.services import recurring_tasks as service

    return _with_etag(service.get_recurring_task(request.user_id, series_id))


# A cut makes a series: repeated after a lost answer it must not meet its own result as a conflict.
@router.patch(
    _PATH, body=SeriesChange, response=RecurringTask, scope=_WRITE, errors=(404, 409, 412, 422), idempotent=True
)
def change_recurring_task(request: Request, body: SeriesChange, series_id: UUID) -> Reply:
    """Change one instance (this), a series from an occurrence on (following: answers with the new series), or all of it."""
    from shared.services.recurring_changes import change_recurring_task as change

    return _with_etag(change(_actor(request), series_id, body, _if_match(request)))


@router.delete(_PATH, scope=_WRITE, errors=(404, 412))
def delete_recurring_task(request: Request, series_id: UUID) -> Reply:
    """Delete a recurring task; its instances stay as ordinary tasks."""
    from shared.services import recurring_tasks as service

    service.delete_recurring_task(_actor(request), series_id, _if_match(request))
    return Reply(None, 204)


@router.get(f"{_PATH}/preview", query=Window, response=Preview, errors=(404,))
def preview_recurring_task(request: Request, query: Window, series_id: UUID) -> Reply:
    """List the next occurrences."""
    from shared.services import recurring_tasks as service

    return Reply(service.preview(request.user_id, series_id, query.count, query.after))


@router.post(f"{_PATH}/pause", response=RecurringTask, scope=_WRITE, errors=(404, 409, 412))
def pause_recurring_task(request: Request, series_id: UUID) -> Reply:
    """Pause: the open instance stays, no other is made."""
    from shared.services import recurring_tasks as service

    return _with_etag(service.pause(_actor(request), series_id, _if_match(request)))


@router.post(f"{_PATH}/resume", response=RecurringTask, scope=_WRITE, errors=(404, 409, 412))
def resume_recurring_task(request: Request, series_id: UUID) -> Reply:
    """Resume with the next occurrence in the future."""
    from shared.services import recurring_tasks as service

    return _with_etag(service.resume(_actor(request), series_id, _if_match(request)))


@router.post(f"{_PATH}/skip", query=SkipQuery, response=RecurringTask, scope=_WRITE, errors=(404, 409, 412, 422))
def skip_occurrence(request: Request, query: SkipQuery, series_id: UUID) -> Reply:
    """Leave one occurrence out; the open instance moves to the next one."""
    from shared.services import recurring_tasks as service

    return _with_etag(service.skip_occurrence(_actor(request), series_id, query.occurrence_key, _if_match(request)))


@router.post(f"{_PATH}/end", response=RecurringTask, scope=_WRITE, errors=(404, 412))
def end_recurring_task(request: Request, series_id: UUID) -> Reply:
    """End it for good; the open instance stays as the last one."""
    from shared.services import recurring_tasks as service

    return _with_etag(service.end(_actor(request), series_id, _if_match(request)))


def _preview(request: Request, rule: RuleQuery | RuleInput) -> Reply:
    from shared.services import recurring_tasks as service

    mode = Mode(rule.mode)
    return Reply(
        service.preview_rule(request.user_id, rule.rrule, rule.dtstart, rule.time_zone, mode, rule.count, rule.after)
    )


def _actor(request: Request) -> Actor:
    return Actor(request.user_id, request.identity.origin)


def _if_match(request: Request) -> int | None:
    value = (request.header("If-Match") or "").strip()
    if value in {"", "*"}:
        return None
    number = value.removeprefix("W/").strip('"')
    if not number.isdigit() or len(number) > 18:  # noqa: PLR2004 - a bigint
        raise InvalidInput('If-Match takes an ETag, a version such as "3".', field="If-Match", status=400)
    return int(number)


def _with_etag(document: dict[str, object], status: int = 200) -> Reply:
    return Reply(document, status, {"ETag": f'"{document["version"]}"'})


recurring_tasks = router.entry_point()
