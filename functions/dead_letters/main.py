"""The dead letters function: takes what the transport gave up, and lets an operator list, show, replay and discard.

POST /events is the sink of the dead-letters topic and is reachable inside the cluster only; everything else needs the scope operator.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, Output, PageQuery
from shared.services import dead_letters as service

router = Router("dead-letters", "Events that could not be processed: look at them, send them again, discard them.")


class DeadLetter(Output):
    """An event one consumer could not process."""

    id: UUID
    consumer: str
    event_id: str
    event_type: str
    user_id: UUID | None
    reason: str
    attempts: int
    topic: str
    first_seen_at: datetime
    last_seen_at: datetime
    state: Literal["open", "replayed", "discarded"]


class DeadLetterDetails(DeadLetter):
    """With its payload and headers."""

    payload: Any
    headers: dict[str, Any]


class DeadLetterList(Output):
    """A page of dead letters."""

    items: list[DeadLetter]
    next_cursor: str | None


class DeadLetterQuery(PageQuery):
    """Filters are joined by AND."""

    state: Literal["open", "replayed", "discarded", "all"] = "open"
    consumer: str = Field("", max_length=63)
    type: str = Field("", max_length=100)


class Replay(Input):
    """Which dead letters to send again, oldest first."""

    ids: list[UUID] = Field([], max_length=1000)
    consumer: str = Field("", max_length=63)
    type: str = Field("", max_length=100)
    reason: str = Field("", max_length=200, description="part of the reason")
    rate_per_second: float = Field(20.0, gt=0, le=500)
    limit: int = Field(100, ge=1, le=1000)
    dry_run: bool = False


class ReplayResult(Output):
    """What a replay did, or with dry_run would do."""

    matched: int
    replayed: int
    failed: list[dict[str, str]]
    dry_run: bool


@router.get("/api/dead-letters", query=DeadLetterQuery, response=DeadLetterList, scope="operator")
def list_dead_letters(_request: Request, query: DeadLetterQuery) -> bytes:
    """List dead letters, newest first."""
    return service.list_letters(query.state, query.consumer, query.type, query.limit, query.cursor)


@router.get("/api/dead-letters/<uuid:letter_id>", response=DeadLetterDetails, scope="operator", errors=(404,))
def get_dead_letter(_request: Request, letter_id: UUID) -> bytes:
    """Show a dead letter with its payload."""
    return service.get_letter(letter_id)


@router.post("/api/dead-letters/replay", body=Replay, response=ReplayResult, scope="operator", idempotent=False)
def replay(request: Request, body: Replay) -> dict[str, Any]:
    """Send dead letters again, to their consumer only, at a bounded rate."""
    return service.replay(
        request.user_id, ids=body.ids, consumer=body.consumer, event_type=body.type, reason=body.reason,
        rate_per_second=body.rate_per_second, limit=body.limit, dry_run=body.dry_run,
    )  # fmt: skip


@router.post(
    "/api/dead-letters/<uuid:letter_id>/replay",
    response=ReplayResult,
    scope="operator",
    errors=(404,),
    idempotent=False,
)
def replay_one(request: Request, letter_id: UUID) -> dict[str, Any]:
    """Send one dead letter again."""
    service.get_letter(letter_id)
    return service.replay(request.user_id, ids=[letter_id], limit=1)


@router.post(
    "/api/dead-letters/<uuid:letter_id>/discard",
    response=DeadLetterDetails,
    scope="operator",
    errors=(404,),
    idempotent=False,
)
def discard(request: Request, letter_id: UUID) -> bytes:
    """Mark a dead letter as not worth another try."""
    return service.discard(request.user_id, letter_id)


@router.post("/events", public=True, idempotent=False, status=200)
def take(request: Request) -> Reply:
    """Take an event the transport gave up; called by the dead-letters topic's own source."""
    headers = {
        name[8:].lower().replace("_", "-"): value
        for name, value in request.environ.items()
        if name.startswith("HTTP_CE_")
    }
    service.take(headers, request.body)
    return Reply({"outcome": "recorded"})


dead_letters = router.entry_point()
