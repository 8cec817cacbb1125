"""The audit function: a person's own trail of changes, newest first."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.http.request import Request
from shared.http.router import Router
from shared.http.schema import Moment, Output, PageQuery
from shared.services import audit_trail

router = Router("audit", "The trail: who changed what, when, from what to what.")


class AuditActor(Output):
    """Who made a change and through which door."""

    user_id: UUID
    origin: Literal["web", "api", "mcp", "chat", "system"]


class AuditChange(Output):
    """A field before and after."""

    before: object | None
    after: object | None


class AuditEntry(Output):
    """One change."""

    id: UUID = Field(description="the event's id")
    type: str = Field(examples=["task.updated"])
    occurred_at: datetime
    actor: AuditActor
    task_id: UUID | None
    tag_id: UUID | None
    title: str
    changes: dict[str, AuditChange]


class AuditList(Output):
    """A page of the trail."""

    items: list[AuditEntry]
    next_cursor: str | None


class AuditQuery(PageQuery):
    """Filters are joined by AND."""

    task_id: UUID | None = None
    type: str = Field(
        "", max_length=100, description="an event type such as task.completed, or a prefix such as task.*"
    )
    since: Moment | None = None
    until: Moment | None = None


@router.get("/api/audit", query=AuditQuery, response=AuditList)
def list_audit(request: Request, query: AuditQuery) -> bytes:
    """List changes, newest first."""
    wanted = audit_trail.AuditQuestion(query.task_id, query.type, query.since, query.until, query.limit, query.cursor)
    return audit_trail.list_entries(request.user_id, wanted)


audit = router.entry_point()
