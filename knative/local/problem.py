"""Problem details (RFC 9457) for the platform's own answers; functions make theirs in ``shared.http``."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


def problem(
    start_response: "StartResponse", status: int, title: str, detail: str, headers: list[tuple[str, str]] | None = None
) -> Iterable[bytes]:
    """Answer with a problem document."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
    fixed = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]
    start_response(f"{status} {title}", fixed + (headers or []))
    return [body]
