"""The live function: a person's own changes and notifications as they happen, as server-sent events.

Browsers read it with fetch (an EventSource cannot send the access token). It ends itself before the revision's timeout and with the token;
with nobody listening the function scales to zero.
"""

import base64
import json

from pydantic import Field

from shared import clock
from shared.auth import API_TOKEN_PREFIX
from shared.config import Settings
from shared.http.request import Reply, Request
from shared.http.router import Router

router = Router("live", "Live updates: own changes and notifications as server-sent events.")


class LiveSettings(Settings):
    """How long one stream lasts; below the revision's timeout, so that we end it and not the proxy."""

    stream_seconds: float = Field(240.0, alias="STREAM_SECONDS", gt=0, le=590)


@router.get("/api/live", stream=True, response=str, content_type="text/event-stream")
def listen(request: Request) -> Reply:
    """Stream own changes and notifications.

    Events: ready, reset, task, tag, recurring_task, user, notification, ping, end. Send the last id back as Last-Event-ID to get what was missed;
    reset says that this cannot be told: ask for everything again.
    """
    from shared.services.live import stream

    seconds = min(LiveSettings.load().stream_seconds, _left(request))
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    body = stream(request.user_id, request.header("Last-Event-ID"), seconds=seconds)
    return Reply(body, headers=headers, content_type="text/event-stream; charset=utf-8")


def _left(request: Request) -> float:
    """Return the seconds until the access token ends; it was verified before, so its claims can be read."""
    token = (request.header("Authorization") or "").partition(" ")[2].strip()
    if token.startswith(API_TOKEN_PREFIX):
        return LiveSettings.load().stream_seconds
    claims = token.split(".")[1]
    expires = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    return max(1.0, float(expires) - clock.epoch_seconds())


live = router.entry_point()
