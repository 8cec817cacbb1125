"""OAuth 2.1 for MCP clients: discovery, registration, consent, tokens, revocation, and the list of connected apps.

Mounted by ``functions/auth/main.py``. Errors are those of RFC 6749 and RFC 7591, not problem documents: clients of OAuth read nothing else.
The consent page asks for the password, so it needs no session of the web app and no cookie that could be ridden.
"""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
from pydantic import Field

from functions.auth import consent_page, cookies
from shared.config import HttpSettings
from shared.errors import Forbidden, InvalidInput, NotFound, PermanentError, TooManyRequests, Unauthenticated
from shared.http.request import Reply, Request, check_json
from shared.http.router import Router
from shared.http.schema import Instant, Output
from shared.services import oauth

_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Connection(Output):
    """An app that a person connected."""

    id: UUID
    client_id: str
    client_name: str
    scopes: list[str]
    since: Instant
    last_used_at: Instant = Field(description="when it last got an access token")


class ConnectionList(Output):
    """The connected apps."""

    items: list[Connection]
    next_cursor: str | None = None


def mount(router: Router) -> None:
    """Add the routes."""
    open_to_all: dict[str, Any] = {"public": True, "response": dict}
    post: dict[str, Any] = open_to_all | {"idempotent": False, "errors": (400, 429)}
    page = {"public": True, "content_type": "text/html; charset=utf-8"}
    router.get("/.well-known/oauth-authorization-server", **open_to_all)(show_metadata)
    router.get("/oauth/authorize", **page)(ask)
    router.post("/oauth/authorize", **page, idempotent=False, errors=(400, 401, 429))(decide)
    router.post("/oauth/token", **post)(token)
    # Where clients of 2025 look for it that kept their tokens and forgot the metadata: the official Python client after a restart.
    router.post("/token", **post)(token)
    router.post("/oauth/revoke", **post)(revoke)
    router.post("/oauth/register", **post, status=201)(register_client)
    router.get("/api/auth/connections", response=ConnectionList, scope="account")(list_connections)
    router.delete("/api/auth/connections/<uuid:connection_id>", scope="account", errors=(404,))(end_connection)


def show_metadata(_request: Request) -> Reply:
    """Describe the authorization server (RFC 8414)."""
    return Reply(oauth.metadata(), headers={"Cache-Control": "public, max-age=3600"})


def ask(request: Request) -> Reply:
    """Show the consent page for an authorization request."""
    try:
        wanted = oauth.check_request(request.query_args, request.client_ip)
    except oauth.RefusedRequest as error:
        return Reply(None, 302, {"Location": error.location, **_NO_STORE})
    except (NotFound, InvalidInput, TooManyRequests) as error:
        return _page(
            consent_page.failure(error.detail, _language(request)), 429 if isinstance(error, TooManyRequests) else 400
        )
    browser = _browser(request) or secrets.token_urlsafe(16)
    reply = _page(consent_page.consent(wanted, oauth.seal(wanted, browser), lang=_language(request)), 200, wanted)
    reply.cookies = [_cookie(browser)]
    return reply


def decide(request: Request) -> Reply:
    """Take the person's answer: sign in and send a code to the app, or tell it no."""
    from shared.services import accounts, oauth_tokens
    from shared.services.sessions import Client

    try:
        _check_own_page(request)
        form = _form(request)
        sealed, browser = form.get("request", ""), _browser(request)
        wanted = oauth.unseal(sealed, browser)
    except PermanentError as error:
        return _page(consent_page.failure(error.detail, _language(request)), 400)
    if form.get("decision") != "allow":
        return Reply(None, 303, {"Location": oauth.denied(wanted), **_NO_STORE})
    email, password = form.get("email", "")[:254], form.get("password", "")[:1024]
    consent = oauth_tokens.Consent(
        wanted.client_id, wanted.client_name, wanted.redirect_uri, wanted.challenge, wanted.resource, wanted.scopes
    )
    client = Client(request.client_ip, request.header("User-Agent") or "")
    try:
        code = accounts.authorize(
            email,
            password,
            client,
            lambda connection, user_id, _: oauth_tokens.issue_code(connection, user_id, consent),
        )
    except (Unauthenticated, InvalidInput, TooManyRequests) as error:
        status = 429 if isinstance(error, TooManyRequests) else 401
        return _page(
            consent_page.consent(wanted, sealed, email=email, problem=error.detail, lang=_language(request)),
            status,
            wanted,
        )
    return Reply(None, 303, {"Location": oauth.success(wanted, code), **_NO_STORE})


def token(request: Request) -> Reply:
    """Exchange a code or a refresh token (RFC 6749, sections 4.1.3 and 6)."""
    from shared.services import oauth_tokens, throttle

    throttle.attempt_refresh(request.client_ip)
    try:
        return Reply(_granted(_form(request)), headers=_NO_STORE)
    except oauth_tokens.RefusedGrant:
        return _error("invalid_grant", "It does not hold; ask the person to connect again.")
    except InvalidInput as error:
        return _error(error.field or "invalid_request", error.detail)


def _granted(form: dict[str, str]) -> dict[str, Any]:
    """Return the tokens of a request; a wrong one is an InvalidInput whose field is the error code of RFC 6749."""
    from shared.services import oauth_tokens

    resource = form.get("resource", oauth.resource_url())
    if resource != oauth.resource_url():
        raise InvalidInput(f"The only resource is {oauth.resource_url()}.", field="invalid_target")
    needed = {
        "authorization_code": ("client_id", "code", "redirect_uri", "code_verifier"),
        "refresh_token": ("client_id", "refresh_token"),
    }.get(form.get("grant_type", ""))
    if needed is None:
        raise InvalidInput("Grants: authorization_code and refresh_token.", field="unsupported_grant_type")
    if any(not form.get(name) for name in needed):
        raise InvalidInput(f"Send {', '.join(needed)}.", field="invalid_request")
    if form["grant_type"] == "authorization_code":
        return oauth_tokens.redeem_code(
            form["code"], form["client_id"], form["redirect_uri"], form["code_verifier"], resource
        )
    scopes = form["scope"].split() if form.get("scope") else None
    return oauth_tokens.rotate(form["refresh_token"], form["client_id"], resource, scopes)


def revoke(request: Request) -> Reply:
    """End a connection by its refresh token (RFC 7009)."""
    from shared.services import oauth_tokens

    try:
        form = _form(request)
    except InvalidInput as error:
        return _error("invalid_request", error.detail)
    if not form.get("token") or not form.get("client_id"):
        return _error("invalid_request", "Send token and client_id.")
    oauth_tokens.revoke(form["token"], form["client_id"])
    return Reply({}, headers=_NO_STORE)


def register_client(request: Request) -> Reply:
    """Register a client that describes itself (RFC 7591)."""
    from shared.services import oauth_clients

    try:
        check_json(request.body)
        described = orjson.loads(request.body)
        if not isinstance(described, dict):
            return _error("invalid_client_metadata", "Send an object.")
        return Reply(oauth_clients.register(described, request.client_ip), 201, _NO_STORE)
    except InvalidInput as error:
        kind = "invalid_redirect_uri" if error.field == "redirect_uris" else "invalid_client_metadata"
        return _error(kind, error.detail)


def list_connections(request: Request) -> dict[str, Any]:
    """List the connected apps, newest first."""
    from shared.services import oauth_tokens

    items = [Connection(**row) for row in oauth_tokens.list_connections(request.user_id)]
    return {"items": [item.model_dump(mode="json") for item in items], "next_cursor": None}


def end_connection(request: Request, connection_id: UUID) -> None:
    """Disconnect an app."""
    from shared.services import oauth_tokens

    oauth_tokens.end_connection(request.user_id, connection_id)


def _form(request: Request) -> dict[str, str]:
    if (request.header("Content-Type") or "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidInput(f"Send {_FORM}.", status=400)
    try:
        values = parse_qs(request.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise InvalidInput("The form cannot be read.", status=400) from None
    if any(len(given) > 1 for given in values.values()):
        raise InvalidInput("A parameter is given more than once.", status=400)
    return {name: given[0] for name, given in values.items()}


def _check_own_page(request: Request) -> None:
    """Refuse a form that another site sent. With our Referrer-Policy browsers name no origin ("null"), so Sec-Fetch-Site decides."""
    site, origin = request.header("Sec-Fetch-Site"), request.header("Origin")
    own = urlsplit(HttpSettings.load().public_url).netloc
    if site not in {None, "same-origin"} or (origin not in {None, "null"} and urlsplit(origin or "").netloc != own):
        raise Forbidden("This form was sent by another page; start again in your app.")


def _language(request: Request) -> str:
    return consent_page.language(request.header("Accept-Language"))


def _cookie_name() -> str:
    return "__Host-oauth" if HttpSettings.load().secure else "oauth"


def _browser(request: Request) -> str:
    return cookies.sent(request, _cookie_name())[:64]


def _cookie(value: str) -> str:
    return cookies.strict(_cookie_name(), value, oauth.FORM_SECONDS)


def _page(body: bytes, status: int, wanted: oauth.Wanted | None = None) -> Reply:
    headers = {
        "Content-Security-Policy": consent_page.policy(wanted),
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    return Reply(body, status, headers, content_type="text/html; charset=utf-8")


def _error(kind: str, description: str) -> Reply:
    return Reply({"error": kind, "error_description": description}, 400, dict(_NO_STORE))
