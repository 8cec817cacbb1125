"""RFC 9457 problem documents: the one shape of every error an HTTP function answers."""

from typing import Any

import orjson

from shared.errors import InvalidInput, ObsidianListError, VersionConflict

CONTENT_TYPE = "application/problem+json"


def problem(error: ObsidianListError, instance: str) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers of an error.

    Args:
        error: the typed error; its detail is meant for the person who asked.
        instance: the request's path; with the request id in the headers it finds the log lines.
    """
    document: dict[str, Any] = {
        "type": f"/api/docs#{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail or error.title,
        "instance": instance,
    }
    if isinstance(error, InvalidInput):
        document["errors"] = error.errors
    if isinstance(error, VersionConflict):
        document["current"] = error.current
    document.update(error.extra)
    return error.status, orjson.dumps(document, default=str), {"Content-Type": CONTENT_TYPE, **error.headers}
