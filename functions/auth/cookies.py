"""The refresh token's cookie, and the proof that our own page sent it.

A cookie is sent by the browser whoever made the page, so a request that relies on it must be JSON (no form can send that) and must
come from our own origin. A token in the body needs neither: whoever can put it there has it.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.config import HttpSettings
from shared.errors import Forbidden, UnsupportedMediaType
from shared.http.request import Request

if TYPE_CHECKING:
    from shared.services.sessions import Session


def _name() -> str:
    # Browsers refuse the prefix over plain http; on localhost there is no other host to be kept from it.
    return "__Host-refresh" if HttpSettings.load().secure else "refresh"


def read(request: Request, given: str | None) -> str | None:
    """Return the refresh token of the body, else of the cookie, else ``None``.

    Raises:
        UnsupportedMediaType: the cookie came without ``Content-Type: application/json``.
        Forbidden: the cookie came from another origin, or from who knows where.
    """
    if given is not None:
        return given
    cookie = sent(request, _name())
    if not cookie:
        return None
    if (request.header("Content-Type") or "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("With the cookie, send JSON: Content-Type: application/json.")
    if not _is_same_origin(request):
        raise Forbidden("The cookie counts only for requests of our own pages; others send refresh_token in the body.")
    return cookie


def peek(request: Request) -> str | None:
    """Return the cookie's refresh token to tell which session asks; whoever relies on it for anything else calls :func:`read`."""
    return sent(request, _name()) or None


def issue(request: Request, session: "Session") -> list[str]:
    """Return the ``Set-Cookie`` values of a session: none where another site's page asked, which has no use for the cookie."""
    if request.header("Sec-Fetch-Site") not in {None, "same-origin", "none"}:
        return []
    return [_cookie(session.refresh_token.token, session.refresh_token.seconds_left)]


def expire() -> list[str]:
    """Return the ``Set-Cookie`` value that removes the cookie."""
    return [_cookie("", 0)]


def sent(request: Request, name: str) -> str:
    """Return the value of a cookie, empty when the request has none."""
    given = request.header("Cookie")
    if not given:
        return ""
    from werkzeug.http import (
        parse_cookie,
    )  # here and below: it loads half a web framework, and most cold starts see no cookie

    return parse_cookie(given).get(name) or ""


def strict(name: str, value: str, max_age_seconds: int) -> str:
    """Return the ``Set-Cookie`` value of a cookie that no script and no other site sees."""
    from werkzeug.http import dump_cookie

    secure = HttpSettings.load().secure
    return dump_cookie(name, value, max_age=max_age_seconds, path="/", httponly=True, samesite="Strict", secure=secure)


def _cookie(value: str, max_age_seconds: int) -> str:
    return strict(_name(), value, max_age_seconds)


def _is_same_origin(request: Request) -> bool:
    """Whether every header of the browser that says where a request comes from says: from here; and at least one does."""
    site, origin = request.header("Sec-Fetch-Site"), request.header("Origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return True
    # The gateway ends TLS, so the scheme seen here may differ from the browser's; the host does not.
    ours = {urlsplit(HttpSettings.load().public_url).netloc, request.header("Host")}
    return urlsplit(origin).netloc in ours
