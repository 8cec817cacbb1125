"""Accounts, sign-in, tokens and settings: everything under ``/api/auth`` and the public keys of access tokens.

Runs with the system role of the database. Handlers load their service when they are called: reading the own account or the keys
needs neither SQLAlchemy nor Argon2, and a cold start pays only for the route that was asked.
"""

from typing import Any
from uuid import UUID

from functions.auth import oauth, recovery
from functions.auth.schemas import (
    ApiTokenList,
    ChangePassword,
    CreatedApiToken,
    DeleteAccount,
    EndedSessions,
    KeySet,
    LogIn,
    NewApiToken,
    ProfileChange,
    Refresh,
    Register,
    Session,
    SessionList,
    SignedIn,
    User,
)
from shared.config import TokenSettings
from shared.errors import Unauthenticated
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.services import api_tokens, profile

router = Router("auth", "Accounts, sign-in, tokens and settings.")
oauth.mount(router)
recovery.mount(router)


@router.post("/api/auth/register", public=True, body=Register, response=Session, status=201, errors=(409, 429))
def register(request: Request, body: Register) -> Reply:
    """Make an account and sign in."""
    from shared.services import accounts

    session = accounts.register(accounts.Registration(**body.model_dump()), _client(request))
    return _signed_in(request, session, status=201)


@router.post("/api/auth/login", public=True, body=LogIn, response=Session, errors=(401, 429))
def log_in(request: Request, body: LogIn) -> Reply:
    """Sign in with address and password."""
    from shared.services import accounts

    return _signed_in(request, accounts.log_in(body.email, body.password, _client(request)))


@router.post("/api/auth/refresh", public=True, body=Refresh, response=Session, errors=(401, 403, 429))
def refresh(request: Request, body: Refresh) -> Reply:
    """Get the next access and refresh token for a refresh token, from the body or the cookie."""
    from functions.auth import cookies
    from shared.services import sessions

    token = cookies.read(request, body.refresh_token)
    if token is None:
        raise Unauthenticated("Send refresh_token, or the cookie of a sign-in.", headers={"WWW-Authenticate": "Bearer"})
    return _signed_in(request, sessions.refresh(token, _client(request)))


@router.post("/api/auth/logout", public=True, body=Refresh, status=204, errors=(403,))
def log_out(request: Request, body: Refresh) -> Reply:
    """End the session of a refresh token and remove the cookie; a session already over is no error."""
    from functions.auth import cookies
    from shared.services import sessions

    token = cookies.read(request, body.refresh_token)
    if token is not None:
        sessions.end(token)
    return Reply(None, 204, cookies=cookies.expire())


@router.get("/api/auth/me", response=User, scope="account")
def show_account(request: Request) -> dict[str, Any]:
    """Show the own account."""
    return profile.fetch_profile(request.user_id)


@router.patch("/api/auth/me", body=ProfileChange, response=User, scope="account")
def change_account(request: Request, body: ProfileChange) -> dict[str, Any]:
    """Change name, time zone, locale, first day of the week or settings."""
    from shared.services import accounts

    return accounts.change_profile(request.user_id, body.model_dump(exclude_unset=True), request.identity.origin)


@router.delete("/api/auth/me", body=DeleteAccount, scope="account", errors=(422, 429))
def delete_account(request: Request, body: DeleteAccount) -> Reply:
    """Delete the own account with everything in it, for good."""
    from functions.auth import cookies
    from shared.services import accounts

    accounts.delete_account(request.user_id, body.password)
    return Reply(None, 204, cookies=cookies.expire())


@router.put("/api/auth/password", body=ChangePassword, response=Session, scope="account", errors=(422, 429))
def change_password(request: Request, body: ChangePassword) -> Reply:
    """Change the password; every session ends but the one answered here."""
    from shared.services import accounts

    client, origin = _client(request), request.identity.origin
    session = accounts.change_password(request.user_id, body.current_password, body.new_password, client, origin)
    return _signed_in(request, session)


@router.get("/api/auth/sessions", response=SessionList, scope="account")
def list_sessions(request: Request) -> dict[str, Any]:
    """List where the account is signed in; the session that asks comes first."""
    from functions.auth import cookies
    from shared.services import session_list

    items = session_list.list_sessions(request.user_id, cookies.peek(request))
    return {"items": [SignedIn(**item).model_dump(mode="json") for item in items], "next_cursor": None}


@router.delete("/api/auth/sessions/<uuid:session_id>", scope="account", errors=(404,))
def end_session(request: Request, session_id: UUID) -> None:
    """Sign out one session from elsewhere; its access token runs out within ten minutes."""
    from shared.services import session_list

    session_list.end_session(request.user_id, session_id)


# Not idempotent: the body may hold the refresh token.
@router.post("/api/auth/sessions/end-others", body=Refresh, response=EndedSessions, scope="account", idempotent=False)
def end_other_sessions(request: Request, body: Refresh) -> dict[str, int]:
    """Sign out every session but the one of the refresh token, given in the body or the cookie."""
    from functions.auth import cookies
    from shared.services import session_list

    token = body.refresh_token or cookies.peek(request)
    return {"ended": session_list.end_other_sessions(request.user_id, token)}


@router.get("/api/auth/tokens", response=ApiTokenList, scope="account")
def list_api_tokens(request: Request) -> bytes:
    """List the own API tokens, newest first."""
    return api_tokens.list_tokens(request.user_id)


# Not idempotent: the stored answer would be the token in clear.
@router.post(
    "/api/auth/tokens",
    body=NewApiToken,
    response=CreatedApiToken,
    status=201,
    scope="account",
    idempotent=False,
    errors=(403, 409),
)
def create_api_token(request: Request, body: NewApiToken) -> dict[str, Any]:
    """Make an API token; its secret is shown in this answer only."""
    return api_tokens.create_token(request.identity, body.name, list(body.scopes), body.expires_in_days)


@router.delete("/api/auth/tokens/<uuid:token_id>", scope="account", errors=(404,))
def revoke_api_token(request: Request, token_id: UUID) -> None:
    """Revoke an API token at once."""
    api_tokens.revoke_token(request.identity, token_id)


@router.get("/.well-known/jwks.json", public=True, response=KeySet)
def show_keys(_request: Request) -> Reply:
    """Show the keys that verify access tokens."""
    # Named members only: should a private key ever be configured by mistake, its secret part stays here.
    members = ("kty", "crv", "kid", "x", "alg", "use")
    keys = [{name: key[name] for name in members if name in key} for key in TokenSettings.load().public_keys["keys"]]
    return Reply({"keys": keys}, headers={"Cache-Control": "public, max-age=300"})


def _client(request: Request) -> Any:
    from shared.services.sessions import Client

    return Client(request.client_ip, request.header("User-Agent") or "")


def _signed_in(request: Request, session: Any, status: int = 200) -> Reply:
    from functions.auth import cookies

    return Reply(session.body(), status, cookies=cookies.issue(request, session))


auth = router.entry_point()
