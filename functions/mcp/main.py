"""The MCP function: the assistant's tools for Claude, ChatGPT, editors and any other MCP client.

POST /mcp is stateless and speaks the revision of July 2026 and those of 2025 (``functions/mcp/protocol.py``). Tokens are personal API tokens, or
OAuth access tokens made for this resource; the session token of the web app is not for us and is refused.
"""

from urllib.parse import urlsplit

import orjson

from functions.mcp.protocol import Caller, answer
from shared.auth import API_TOKEN_PREFIX, Identity, authenticate, verify_access_token
from shared.config import HttpSettings
from shared.errors import Forbidden, Unauthenticated
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Output

router = Router("mcp", "Model Context Protocol: the same tools for any assistant.")
SCOPES = ("tasks:read", "tasks:write")


class ResourceMetadata(Output):
    """Where to get a token for this resource (RFC 9728)."""

    resource: str
    authorization_servers: list[str]
    scopes_supported: list[str]
    bearer_methods_supported: list[str]
    resource_name: str
    resource_documentation: str


@router.get("/.well-known/oauth-protected-resource", public=True, response=ResourceMetadata)
def protected_resource(_request: Request) -> Reply:
    """Say which authorization server issues tokens for /mcp (RFC 9728)."""
    return _metadata()


@router.get("/.well-known/oauth-protected-resource/mcp", public=True, response=ResourceMetadata)
def protected_resource_of_path(_request: Request) -> Reply:
    """Say the same at the path that clients derive from /mcp (RFC 9728, section 3.1)."""
    return _metadata()


@router.post("/mcp", public=True, idempotent=False, response=dict, errors=(401, 403, 404))
def serve(request: Request) -> Reply:
    """Answer one MCP message: a request, or a notification (202)."""
    _check_origin(request)
    identity = _identify(request)
    headers = {
        name[5:].lower().replace("_", "-"): value for name, value in request.environ.items() if name.startswith("HTTP_")
    }
    caller = Caller(identity, headers, resource_url(), request.request_id)
    try:
        status, document = answer(caller, request.body)
    except Forbidden as error:
        error.headers.setdefault("WWW-Authenticate", _challenge("insufficient_scope", error.extra.pop("scope", "")))
        raise
    return Reply(None if document is None else orjson.dumps(document), status, {"Cache-Control": "no-store"})


def resource_url() -> str:
    """Return the identifier of this resource: what a token's audience must be."""
    return HttpSettings.load().public_url.rstrip("/") + "/mcp"


def _metadata() -> Reply:
    origin = HttpSettings.load().public_url.rstrip("/")
    document = ResourceMetadata(
        resource=resource_url(),
        authorization_servers=[origin],
        scopes_supported=list(SCOPES),
        bearer_methods_supported=["header"],
        resource_name="ObsidianList",
        resource_documentation=f"{origin}/api/docs",
    )
    return Reply(document, headers={"Cache-Control": "public, max-age=3600"})


def _check_origin(request: Request) -> None:
    origin = request.header("Origin")
    if origin is None:
        return
    settings = HttpSettings.load()
    own = urlsplit(settings.public_url)
    given = urlsplit(origin)
    # A bundle on this machine takes other local pages (inspectors); a public one only its own origin and those configured.
    local = {"localhost", "127.0.0.1", "::1"}
    if (given.scheme, given.netloc) == (own.scheme, own.netloc) or origin in settings.cors_origins:
        return
    if own.hostname in local and given.hostname in local:
        return
    raise Forbidden("This origin may not call the MCP server.")


def _identify(request: Request) -> Identity:
    header = request.header("Authorization")
    try:
        _, _, token = (header or "").partition(" ")
        if token.strip().startswith(API_TOKEN_PREFIX) or not token.strip():
            identity = authenticate(header)
            if identity.audience not in {None, resource_url()}:
                raise Unauthenticated("The token is for another resource.")  # noqa: TRY301 - gets its challenge below
            return identity
        return verify_access_token(token.strip(), audience=resource_url())
    except Unauthenticated as error:
        error.headers["WWW-Authenticate"] = _challenge("" if header is None else "invalid_token", " ".join(SCOPES))
        raise


def _challenge(problem: str, scope: str) -> str:
    origin = HttpSettings.load().public_url.rstrip("/")
    parts = [f'resource_metadata="{origin}/.well-known/oauth-protected-resource/mcp"', f'scope="{scope}"']
    if problem:
        parts.insert(0, f'error="{problem}"')
    return "Bearer " + ", ".join(parts)


mcp = router.entry_point()
