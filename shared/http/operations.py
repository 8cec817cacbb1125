"""What every function answers besides its product: health, metrics and its part of the OpenAPI document."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared import metrics
from shared.http.request import Reply, Request

if TYPE_CHECKING:
    from shared.http.router import Router


def built_in(router: "Router", request: Request) -> Callable[[], Reply] | None:
    """Return the handler of a built-in path, or ``None`` for a path of the product."""
    if request.method not in {"GET", "HEAD"}:
        return None
    if request.path == "/healthz":
        return health
    if request.path == "/metrics" and not _from_outside(request):
        return lambda: Reply(metrics.render().encode(), content_type="text/plain; version=0.0.4; charset=utf-8")
    if request.path == "/openapi.json":
        return lambda: Reply(_document(router))
    return None


def _from_outside(request: Request) -> bool:
    """Whether a request came through Knative's proxies: Prometheus asks the pod itself, everybody else is none of its business."""
    return "K_REVISION" in os.environ and request.header("X-Forwarded-For") is not None


def health() -> Reply:
    """Answer 200 when this process can do its work: its database answers a query.

    Raises:
        Unavailable: it cannot; Knative then sends requests elsewhere.
    """
    from shared.db.direct import fetch_json

    fetch_json("select 'ok'::text", user_id=None)
    return Reply(b'{"status":"ok"}')


def _document(router: "Router") -> bytes:
    from shared.http.openapi import document
    from shared.http.request import to_json

    parts: list[Any] = [router]
    return to_json(document(parts))
