"""The authorization request of OAuth 2.1: checked, carried through the consent page in a signed form, answered with a redirect.

Called by ``auth``. Always: nothing is sent to a redirect before client and redirect are known to belong together; PKCE with S256 on every
request; the one resource is /mcp. Source: OAuth 2.1 sections 4.1 and 7; RFC 8707 (resource), RFC 9207 (iss).
"""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from shared import clock
from shared.config import CursorSettings, HttpSettings
from shared.errors import InvalidInput, NotFound
from shared.services import oauth_clients
from shared.services.oauth_clients import OAuthClient

SCOPES = {"tasks:read": "See your tasks and tags", "tasks:write": "Add, change, complete and delete your tasks"}
FORM_SECONDS = 600
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_MAX_STATE = 2048


class RefusedRequest(Exception):
    """An authorization request that is answered with an error at the client's redirect.

    Attributes:
        location: where to send the browser.
    """

    def __init__(self, redirect_uri: str, state: str, error: str, description: str) -> None:
        super().__init__(error)
        self.location = _location(redirect_uri, state, error=error, error_description=description)


@dataclass(frozen=True)
class Wanted:
    """A valid authorization request."""

    client_id: str
    client_name: str
    client_host: str
    redirect_uri: str
    challenge: str
    resource: str
    scopes: tuple[str, ...]
    state: str


def issuer() -> str:
    """Return who we are as an authorization server."""
    return HttpSettings.load().public_url.rstrip("/")


def resource_url() -> str:
    """Return the only resource that tokens are issued for."""
    return f"{issuer()}/mcp"


def metadata() -> dict[str, Any]:
    """Return what clients discover (RFC 8414)."""
    origin = issuer()
    return {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/oauth/authorize",
        "token_endpoint": f"{origin}/oauth/token",
        "registration_endpoint": f"{origin}/oauth/register",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "jwks_uri": f"{origin}/.well-known/jwks.json",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
    }


def check_request(given: Mapping[str, list[str]], address: str) -> Wanted:
    """Return a valid authorization request.

    Raises:
        NotFound, InvalidInput: the client or its redirect is not known, so the person is told and nobody else.
        RefusedRequest: anything else is wrong.
    """
    client = oauth_clients.find(_one(given, "client_id"), address)
    redirect_uri = _redirect(given, client)
    state = given.get("state", [""])[0][:_MAX_STATE]

    def refuse(error: str, description: str) -> RefusedRequest:
        return RefusedRequest(redirect_uri, state, error, description)

    if any(len(values) > 1 for values in given.values()):
        raise refuse("invalid_request", "A parameter is given more than once.")
    one = {name: values[0] for name, values in given.items()}
    if one.get("response_type") != "code":
        raise refuse("unsupported_response_type", "Only response_type=code.")
    if one.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(one.get("code_challenge", "")):
        raise refuse("invalid_request", "PKCE with code_challenge_method=S256 is required.")
    # There is one resource, so a client that names none means it.
    if one.get("resource", resource_url()) != resource_url():
        raise refuse("invalid_target", f"The only resource is {resource_url()}.")
    scopes = tuple(dict.fromkeys(one.get("scope", "").split())) or tuple(SCOPES)
    if not set(scopes) <= SCOPES.keys() | {"offline_access"}:
        raise refuse("invalid_scope", f"The scopes are {' '.join(SCOPES)}.")
    kept = tuple(scope for scope in scopes if scope in SCOPES) or tuple(SCOPES)
    return Wanted(client.id, client.name, client.host, redirect_uri, one["code_challenge"], resource_url(), kept, state)


def success(wanted: Wanted, code: str) -> str:
    """Return where the browser goes with a code."""
    return _location(wanted.redirect_uri, wanted.state, code=code)


def denied(wanted: Wanted) -> str:
    """Return where the browser goes when the person said no."""
    return _location(wanted.redirect_uri, wanted.state, error="access_denied", error_description="The person said no.")


def redirect_source(wanted: Wanted) -> str:
    """Return the redirect as a source of a content policy: the form's answer leads there."""
    parts = urlsplit(wanted.redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"


def seal(wanted: Wanted, browser: str) -> str:
    """Return a request as a form field only we can make, for one browser and ten minutes."""
    payload = orjson.dumps([int(clock.epoch_seconds()) + FORM_SECONDS, browser, asdict(wanted)])
    return base64.urlsafe_b64encode(_mac(payload) + payload).decode()


def unseal(text: str, browser: str) -> Wanted:
    """Return the request of a form field.

    Raises:
        InvalidInput: not ours, over, or made for another browser.
    """
    try:
        raw = base64.urlsafe_b64decode(text.encode())
        signature, payload = raw[:32], raw[32:]
        if not hmac.compare_digest(signature, _mac(payload)):
            raise ValueError  # noqa: TRY301 - every way of being wrong has one answer
        expires, made_for, fields = orjson.loads(payload)
    except ValueError:
        raise InvalidInput("This form is not one of ours; start again in your app.", status=400) from None
    if expires < clock.epoch_seconds() or not browser or not hmac.compare_digest(made_for.encode(), browser.encode()):
        raise InvalidInput("This form is over; start again in your app.", status=400)
    return Wanted(**fields | {"scopes": tuple(fields["scopes"])})


def _one(given: Mapping[str, list[str]], name: str) -> str:
    values = given.get(name, [])
    if len(values) != 1 or not values[0]:
        raise InvalidInput(f"The app sent no {name}, or several.", field=name, status=400)
    return values[0]


def _redirect(given: Mapping[str, list[str]], client: OAuthClient) -> str:
    redirect_uri = _one(given, "redirect_uri")
    if not client.allows(redirect_uri):
        raise NotFound("The app wants the answer at an address that is not registered for it.")
    return redirect_uri


def _location(redirect_uri: str, state: str, **answer: str) -> str:
    values = {**answer, **({"state": state} if state else {}), "iss": issuer()}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(values)}"


def _mac(payload: bytes) -> bytes:
    return hmac.digest(CursorSettings.load().key, b"oauth-form|" + payload, "sha256")
