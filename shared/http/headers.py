"""Headers every answer of a function carries, errors included."""

from functools import cache

from shared.config import HttpSettings
from shared.http.request import Request

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id"
_EXPOSED = "ETag, Retry-After, X-Request-Id, Idempotency-Replayed"


@cache
def security_headers() -> tuple[tuple[str, str], ...]:
    """Return what forbids a browser to do anything with an API answer but read it."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if HttpSettings.load().secure:
        headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    return (*headers, ("X-Frame-Options", "DENY"))


API_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"


def cors_headers(request: Request) -> list[tuple[str, str]]:
    """Return the CORS headers for an origin that was configured; none for any other."""
    origins = HttpSettings.load().cors_origins
    origin = request.header("Origin")
    if not origins or origin not in origins:
        return []
    headers = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin"), ("Access-Control-Expose-Headers", _EXPOSED)]
    if request.method == "OPTIONS":
        headers += [
            ("Access-Control-Allow-Methods", _METHODS),
            ("Access-Control-Allow-Headers", _REQUEST_HEADERS),
            ("Access-Control-Max-Age", "600"),
        ]
    return headers
