"""The calendar feed's routes: make its secret address, revoke it, and the feed itself, which calendar programs read without signing in."""

from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Output

_CONTENT_TYPE = "text/calendar; charset=utf-8"


class CalendarAddress(Output):
    """The secret address, shown this once."""

    url: str


class CalendarState(Output):
    """Whether there is an address; it cannot be shown again."""

    active: bool


def add_routes(router: Router) -> None:
    """Add everything under /api/calendar."""
    router.get("/api/calendar", response=CalendarState)(get_calendar)
    # Not kept for an Idempotency-Key: the answer is a secret.
    router.post("/api/calendar", response=CalendarAddress, status=201, scope="tasks:write", idempotent=False)(
        create_calendar
    )
    router.delete("/api/calendar", scope="tasks:write")(revoke_calendar)
    router.get("/api/calendar/<token>.ics", public=True, response=str, content_type=_CONTENT_TYPE, errors=(304, 404))(
        read_calendar
    )


def get_calendar(request: Request) -> dict[str, bool]:
    """Say whether the calendar feed has an address."""
    from shared.services.calendar_feed import has_address

    return {"active": has_address(request.user_id)}


def create_calendar(request: Request) -> dict[str, str]:
    """Make a secret address of the calendar feed; the one before stops working."""
    from shared.services.calendar_feed import create_address

    return {"url": create_address(request.user_id)}


def revoke_calendar(request: Request) -> Reply:
    """Revoke the address of the calendar feed."""
    from shared.services.calendar_feed import revoke_address

    revoke_address(request.user_id)
    return Reply(None, 204)


def read_calendar(request: Request, token: str) -> Reply:
    """Read dated tasks as iCalendar; send the ETag back as If-None-Match."""
    from shared.services.calendar_feed import feed

    content, etag = feed(token)
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    if request.holds(etag):
        return Reply(None, 304, headers)
    return Reply(content, 200, headers, content_type=_CONTENT_TYPE)
