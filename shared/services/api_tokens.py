"""Personal API tokens: made by a person for a script, shown once, kept as a hash.

Called by ``auth``. Always: a token never allows more than the session that made it, and a token cannot make tokens, so revoking one
ends everything that came of it. Looking one up at a request is ``shared.auth``'s business.
"""

import secrets
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.auth import API_TOKEN_PREFIX, Identity, hash_token
from shared.db.direct import fetch_json
from shared.errors import Conflict, Forbidden, NotFound
from shared.services.profile import account_is_gone

MAX_TOKENS = 50
_INSTANT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_TOKEN = (
    "json_build_object('id', t.id, 'name', t.name, 'scopes', t.scopes,"
    f" 'created_at', {_INSTANT.format('t.created_at')}, 'expires_at', {_INSTANT.format('t.expires_at')},"
    f" 'last_used_at', {_INSTANT.format('t.last_used_at')})"
)
_LIST = (
    "SELECT json_build_object('items', coalesce(json_agg({token} ORDER BY t.id DESC), '[]'), 'next_cursor', null)::text"
    " FROM api_tokens t WHERE t.user_id = $1 AND t.revoked_at IS NULL"
).replace("{token}", _TOKEN)
_NEXT_VERSION = "UPDATE users SET version = version + 1 WHERE id = :user_id RETURNING version"
_COUNT = "SELECT count(*) FROM api_tokens WHERE user_id = :user_id AND revoked_at IS NULL"
_INSERT = (
    "INSERT INTO api_tokens AS t (id, user_id, name, token_hash, scopes, expires_at)"
    " VALUES (:id, :user_id, :name, :hash, :scopes, now() + make_interval(days => :days)) RETURNING {token}::text"
).replace("{token}", _TOKEN)
_REVOKE = "UPDATE api_tokens SET revoked_at = now() WHERE id = :id AND user_id = :user_id AND revoked_at IS NULL RETURNING name"


def list_tokens(user_id: UUID) -> bytes:
    """Return the tokens that were not revoked, newest first, as the JSON of a page (there are never more than one page)."""
    return fetch_json(_LIST, [str(user_id)], user_id=user_id) or b'{"items":[],"next_cursor":null}'


def create_token(owner: Identity, name: str, scopes: list[str], expires_in_days: int | None) -> dict[str, Any]:
    """Make a token and return it with its secret, which nobody can show again.

    Args:
        owner: who makes it; by signing in, not with another token.
        name: what it is for.
        scopes: what it allows; a part of what the owner may do.
        expires_in_days: ``None`` for a token that holds until it is revoked.

    Raises:
        Forbidden: made with a token, or a scope the owner does not have.
        Conflict: 50 tokens exist already.
        Unauthenticated: the account is gone.
    """
    if owner.token_id is not None:
        raise Forbidden("An API token cannot make another; sign in with your password.")
    missing = sorted(set(scopes) - owner.scopes)
    if missing:
        raise Forbidden(f"You do not have the scope {', '.join(missing)} yourself.")
    from sqlalchemy import text

    from shared.db.engine import transaction

    token = API_TOKEN_PREFIX + secrets.token_urlsafe(32)
    values = {
        "id": clock.uuid7(),
        "user_id": owner.user_id,
        "name": name,
        "hash": hash_token(token),
        "scopes": sorted(set(scopes)),
        "days": expires_in_days,
    }
    with transaction(owner.user_id) as connection:
        # Locks the account, so that two requests at once cannot both make the fiftieth.
        version = connection.execute(text(_NEXT_VERSION), {"user_id": owner.user_id}).scalar_one_or_none()
        if version is None:
            raise account_is_gone()
        if connection.execute(text(_COUNT), {"user_id": owner.user_id}).scalar_one() >= MAX_TOKENS:
            raise Conflict(f"You have {MAX_TOKENS} API tokens; revoke one first.")
        created: dict[str, Any] = orjson.loads(connection.execute(text(_INSERT), values).scalar_one())
        _record(connection, "user.token_created", owner, version, name)
    return {**created, "token": token}


def revoke_token(owner: Identity, token_id: UUID) -> None:
    """End a token at once.

    Raises:
        NotFound: there is no such token, it is somebody else's, or it was revoked before.
    """
    from sqlalchemy import text

    from shared.db.engine import transaction

    with transaction(owner.user_id) as connection:
        version = connection.execute(text(_NEXT_VERSION), {"user_id": owner.user_id}).scalar_one_or_none()
        name = connection.execute(text(_REVOKE), {"id": token_id, "user_id": owner.user_id}).scalar_one_or_none()
        if version is None or name is None:
            raise NotFound("There is no such API token.")
        _record(connection, "user.token_revoked", owner, version, name)


def _record(connection: Any, event: str, owner: Identity, version: int, name: str) -> None:
    from shared.events.catalogue import AccountEvent
    from shared.events.outbox import NewEvent, record

    payload = AccountEvent(user_id=owner.user_id, version=version, subject=name)
    record(connection, NewEvent(event, owner.user_id, owner.user_id, version, payload, origin=owner.origin))
