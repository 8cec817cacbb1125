"""Codes and refresh tokens of OAuth clients: opaque, stored as hashes, used once; a second use ends the whole connection.

Called by ``auth``. A connection is one consent: a family of one code and the refresh tokens that came of it. Always: whatever uses or revokes
locks the row of the person first, so that no successor is made beside a revocation. Access tokens live ten minutes and are not stored.
Source: OAuth 2.1, sections 4.1.3 and 4.3; RFC 9700, section 4.14.2.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from shared import clock
from shared.auth import ACCESS_TOKEN_SECONDS, hash_token, issue_access_token
from shared.db.engine import transaction
from shared.errors import NotFound
from shared.events.catalogue import AccountEvent
from shared.events.outbox import NewEvent, record
from shared.logging import get_logger

log = get_logger(__name__)
CODE_SECONDS = 60
IDLE_DAYS = 30

_INSERT_CODE = text(
    "INSERT INTO oauth_codes (code_hash, user_id, family_id, client_id, client_name, redirect_uri, challenge, resource, scopes, expires_at)"
    " VALUES (:hash, :user_id, :family_id, :client_id, :client_name, :redirect_uri, :challenge, :resource, :scopes,"
    " now() + make_interval(secs => :seconds))"
)
_LOCK_OF_CODE = text(
    "SELECT u.id FROM oauth_codes c JOIN users u ON u.id = c.user_id WHERE c.code_hash = :hash FOR NO KEY UPDATE OF u"
)
_USE_CODE = text(
    "UPDATE oauth_codes c SET used_at = coalesce(c.used_at, clock_timestamp()) FROM oauth_codes o WHERE o.code_hash = c.code_hash"
    " AND c.code_hash = :hash RETURNING c.*, o.used_at IS NOT NULL AS replayed, c.expires_at <= clock_timestamp() AS expired"
)
_LOCK_OF_TOKEN = text(
    "SELECT u.id FROM oauth_tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = :hash FOR NO KEY UPDATE OF u"
)
_TOKEN = text("SELECT t.*, t.expires_at <= clock_timestamp() AS expired FROM oauth_tokens t WHERE t.token_hash = :hash")
_USE_TOKEN = text("UPDATE oauth_tokens SET used_at = clock_timestamp() WHERE token_hash = :hash")
_INSERT_TOKEN = text(
    "INSERT INTO oauth_tokens (id, user_id, family_id, token_hash, client_id, client_name, resource, scopes, expires_at)"
    " VALUES (:id, :user_id, :family_id, :hash, :client_id, :client_name, :resource, :scopes, now() + make_interval(days => :days))"
)
_REVOKE_FAMILY = text(
    "UPDATE oauth_tokens SET revoked_at = now() WHERE family_id = :family_id AND user_id = :user_id AND revoked_at IS NULL"
    " RETURNING client_name"
)
_REVOKE_ALL = text("UPDATE oauth_tokens SET revoked_at = now() WHERE user_id = :user_id AND revoked_at IS NULL")
_USE_UP_CODES = text("UPDATE oauth_codes SET used_at = now() WHERE user_id = :user_id AND used_at IS NULL")
_LIST = text(
    "SELECT t.family_id AS id, t.client_id, t.client_name, t.scopes, c.since, t.created_at AS last_used_at FROM oauth_tokens t"
    " JOIN (SELECT family_id, min(created_at) AS since FROM oauth_tokens WHERE user_id = :user_id GROUP BY 1) c USING (family_id)"
    " WHERE t.user_id = :user_id AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now() ORDER BY t.family_id DESC"
)
_NEXT_VERSION = text("UPDATE users SET version = version + 1 WHERE id = :user_id RETURNING version")


class RefusedGrant(Exception):
    """The code or refresh token does not hold: ``invalid_grant``."""


@dataclass(frozen=True)
class Consent:
    """What a person allowed to a client."""

    client_id: str
    client_name: str
    redirect_uri: str
    challenge: str
    resource: str
    scopes: tuple[str, ...]


def issue_code(connection: Connection, user_id: UUID, consent: Consent) -> str:
    """Return a code for a consent; the caller's transaction holds the row of the person."""
    code = secrets.token_urlsafe(32)
    values = {**vars(consent), "scopes": list(consent.scopes), "hash": hash_token(code), "user_id": user_id}
    connection.execute(_INSERT_CODE, {**values, "family_id": clock.uuid7(), "seconds": CODE_SECONDS})
    _record(connection, "user.token_created", user_id, consent.client_name)
    return code


def redeem_code(code: str, client_id: str, redirect_uri: str, verifier: str, resource: str) -> dict[str, Any]:
    """Return the tokens for a code.

    Raises:
        RefusedGrant: unknown, expired, another client's, another redirect or verifier; or used before, which ends the connection.
    """
    digest, answer = hash_token(code), None
    with transaction(None) as connection:
        if connection.execute(_LOCK_OF_CODE, {"hash": digest}).one_or_none() is not None:
            row = connection.execute(_USE_CODE, {"hash": digest}).one()
            if row.replayed:
                _end_family(connection, row, "code.reused")
            elif (
                not row.expired
                and row.client_id == client_id
                and row.redirect_uri == redirect_uri
                and row.resource == resource
                and _matches(row.challenge, verifier)
            ):
                answer = _tokens(connection, row, row.scopes)
    # Raised after the commit: a code that was tried is used up.
    if answer is None:
        raise RefusedGrant
    return answer


def rotate(token: str, client_id: str, resource: str, scopes: list[str] | None) -> dict[str, Any]:
    """Return an access token and the next refresh token.

    Args:
        token: the refresh token.
        client_id: who sends it.
        resource: for what; the one it was made for.
        scopes: a part of those consented to for this access token; ``None`` for all.

    Raises:
        RefusedGrant: it does not hold; used before, it ends the connection.
    """
    digest, answer = hash_token(token), None
    with transaction(None) as connection:
        if connection.execute(_LOCK_OF_TOKEN, {"hash": digest}).one_or_none() is not None:
            row = connection.execute(_TOKEN, {"hash": digest}).one()
            if row.used_at is not None and row.revoked_at is None:
                _end_family(connection, row, "refresh.reused")
            elif (
                row.revoked_at is None
                and not row.expired
                and row.client_id == client_id
                and row.resource == resource
                and set(scopes or ()) <= set(row.scopes)
            ):
                connection.execute(_USE_TOKEN, {"hash": digest})
                answer = _tokens(connection, row, scopes or row.scopes)
    if answer is None:
        raise RefusedGrant
    return answer


def revoke(token: str, client_id: str) -> None:
    """End the connection of a refresh token; one that is unknown, or another client's, is no error (RFC 7009)."""
    digest = hash_token(token)
    with transaction(None) as connection:
        if connection.execute(_LOCK_OF_TOKEN, {"hash": digest}).one_or_none() is not None:
            row = connection.execute(_TOKEN, {"hash": digest}).one()
            if row.client_id == client_id:
                _end_family(connection, row, "connection.ended")


def revoke_all(connection: Connection, user_id: UUID) -> int:
    """End every connection of a person and return how many tokens that were. The caller holds the row lock of the person."""
    connection.execute(_USE_UP_CODES, {"user_id": user_id})
    return connection.execute(_REVOKE_ALL, {"user_id": user_id}).rowcount


def list_connections(user_id: UUID) -> list[dict[str, Any]]:
    """Return the clients a person connected and did not disconnect, newest first."""
    with transaction(user_id) as connection:
        return [dict(row._mapping) for row in connection.execute(_LIST, {"user_id": user_id})]  # noqa: SLF001 - SQLAlchemy's public API


def end_connection(user_id: UUID, family_id: UUID) -> None:
    """Disconnect a client; its access token runs out within ten minutes.

    Raises:
        NotFound: there is no such connection of this person's.
    """
    with transaction(user_id) as connection:
        version = connection.execute(_NEXT_VERSION, {"user_id": user_id}).scalar_one_or_none()
        names = connection.execute(_REVOKE_FAMILY, {"family_id": family_id, "user_id": user_id}).scalars().all()
        if version is None or not names:
            raise NotFound("There is no such connection.")
        payload = AccountEvent(user_id=user_id, version=version, subject=names[0])
        record(connection, NewEvent("user.token_revoked", user_id, user_id, version, payload, origin="web"))


def _tokens(connection: Connection, row: Any, scopes: list[str]) -> dict[str, Any]:
    token = "olc_" + secrets.token_urlsafe(32)
    values = {
        "id": clock.uuid7(),
        "user_id": row.user_id,
        "family_id": row.family_id,
        "hash": hash_token(token),
        "client_id": row.client_id,
        "client_name": row.client_name,
        "resource": row.resource,
        "scopes": row.scopes,
        "days": IDLE_DAYS,
    }
    connection.execute(_INSERT_TOKEN, values)
    access = issue_access_token(row.user_id, scopes, audience=row.resource, origin="mcp", client_id=row.client_id)
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_SECONDS,
        "refresh_token": token,
        "scope": " ".join(scopes),
    }


def _matches(challenge: str, verifier: str) -> bool:
    digest = hashlib.sha256(verifier.encode(errors="replace")).digest()
    return hmac.compare_digest(challenge.encode(), base64.urlsafe_b64encode(digest).rstrip(b"="))


def _end_family(connection: Connection, row: Any, why: str) -> None:
    ended = connection.execute(_REVOKE_FAMILY, {"family_id": row.family_id, "user_id": row.user_id}).scalars().all()
    if ended:
        log.warning("oauth.connection_ended", reason=why, user_id=row.user_id, family_id=row.family_id)
        _record(connection, "user.token_revoked", row.user_id, row.client_name)


def _record(connection: Connection, event: str, user_id: UUID, name: str) -> None:
    version = connection.execute(_NEXT_VERSION, {"user_id": user_id}).scalar_one()
    payload = AccountEvent(user_id=user_id, version=version, subject=name)
    record(connection, NewEvent(event, user_id, user_id, version, payload, origin="web"))
