"""Refresh tokens: opaque, stored as hashes, used once, revoked as a family when one is used twice.

Called by the session service. A family is one sign-in on one device; each refresh replaces its token by a successor. Always: whatever
makes, uses or revokes tokens of a person first locks the row of that person, so a revocation never misses a successor that
is being made at the same moment, and of twenty refreshes sent at once all get the same one successor.

Times are the database's. A family lives 30 days at most and 14 days unused.
Source: RFC 9700 section 4.14.2 (rotation, reuse detection).
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from shared import clock
from shared.auth import hash_token
from shared.db.engine import transaction
from shared.errors import Unauthenticated
from shared.events.catalogue import AccountEvent
from shared.events.outbox import NewEvent, record
from shared.failpoints import failpoint
from shared.logging import get_logger
from shared.services import account_mail
from shared.services.profile import with_profile

log = get_logger(__name__)

PREFIX = "olr_"
GRACE_SECONDS = 10
IDLE_DAYS = 14
ABSOLUTE_DAYS = 30
_NONCE_BYTES = 12

_LOCK_OWNER = text(
    with_profile(
        "SELECT u.id, {profile} AS profile FROM refresh_tokens t JOIN users u ON u.id = t.user_id"
        " WHERE t.token_hash = :hash FOR NO KEY UPDATE OF u"
    )
)
_USE = text(
    "UPDATE refresh_tokens SET used_at = clock_timestamp(), successor_id = :successor_id, sealed_successor = :sealed"
    " WHERE token_hash = :hash AND used_at IS NULL AND revoked_at IS NULL AND expires_at > clock_timestamp()"
    " RETURNING family_id, family_expires_at"
)
_INSERT = text(
    "INSERT INTO refresh_tokens (id, user_id, family_id, token_hash, expires_at, family_expires_at, user_agent)"
    " SELECT :id, :user_id, :family_id, :hash, least(now() + make_interval(days => :idle), f.ends_at), f.ends_at, :user_agent"
    " FROM (SELECT coalesce(:family_expires_at, now() + make_interval(days => :absolute)) AS ends_at) f"
    " RETURNING extract(epoch FROM expires_at - now())::integer"
)
_STATE = text(
    "SELECT t.family_id, t.revoked_at IS NOT NULL AS revoked, t.used_at IS NOT NULL AS used, t.sealed_successor,"
    " coalesce(t.used_at > clock_timestamp() - make_interval(secs => :grace), false) AS in_grace,"
    " s.id AS successor_id, extract(epoch FROM s.expires_at - now())::integer AS seconds_left, s.revoked_at IS NOT NULL AS successor_revoked"
    " FROM refresh_tokens t LEFT JOIN refresh_tokens s ON s.id = t.successor_id WHERE t.token_hash = :hash"
)
_REVOKE_FAMILY = text(
    "UPDATE refresh_tokens SET revoked_at = now() WHERE family_id = :family_id AND revoked_at IS NULL"
)
_REVOKE_FAMILY_OF = text(
    "UPDATE refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL"
    " AND family_id = (SELECT family_id FROM refresh_tokens WHERE token_hash = :hash)"
)
_REVOKE_ALL = text("UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = :user_id AND revoked_at IS NULL")
_NEXT_VERSION = text("UPDATE users SET version = version + 1 WHERE id = :user_id RETURNING version")


@dataclass(frozen=True)
class RefreshToken:
    """A token as its holder gets it, once, and for how long it can be used."""

    token: str
    seconds_left: int

    def __repr__(self) -> str:
        return f"RefreshToken(seconds_left={self.seconds_left})"


@dataclass(frozen=True)
class Rotation:
    """A refresh that went through: whose it is (:data:`~shared.services.profile.PROFILE`) and the token to use next."""

    user_id: UUID
    profile: str
    successor: RefreshToken


def issue(connection: Connection, user_id: UUID, user_agent: str) -> RefreshToken:
    """Start a family. The caller holds the row lock of the person (see the module)."""
    token = _new_token()
    return RefreshToken(
        token, _insert(connection, user_id, token, user_agent, id=clock.uuid7(), family_id=clock.uuid7())
    )


def rotate(token: str, user_agent: str) -> Rotation:
    """Use a refresh token and return its successor; the same successor again within 10 seconds.

    The grace is for answers lost on the way and for tabs that refresh at once. The successor waits encrypted under a key made of the
    old token, so neither the database nor its backups can give it to anyone else.

    Raises:
        Unauthenticated: unknown, expired or revoked; or used before, which ends the whole family: either the caller or the one
            who used it first is not its owner.
    """
    digest = hash_token(token)
    with transaction(None) as connection:
        owner = connection.execute(_LOCK_OWNER, {"hash": digest}).one_or_none()
        successor = None
        if owner is not None:
            successor = _use(connection, owner.id, token, user_agent) or _after_use(connection, owner.id, token)
    failpoint("refresh.commit_lost_reply")
    # Raised after the commit: the revocation must stay.
    if owner is None or successor is None:
        raise Unauthenticated("The refresh token does not hold; sign in again.", headers={"WWW-Authenticate": "Bearer"})
    return Rotation(owner.id, owner.profile, successor)


def revoke_family(token: str) -> None:
    """End the sign-in a token belongs to; a token that is not known is no error: it is over either way."""
    digest = hash_token(token)
    with transaction(None) as connection:
        if connection.execute(_LOCK_OWNER, {"hash": digest}).one_or_none() is not None:
            connection.execute(_REVOKE_FAMILY_OF, {"hash": digest})


def revoke_all(connection: Connection, user_id: UUID) -> int:
    """End every sign-in of a person and return how many tokens that were. The caller holds the row lock of the person."""
    return connection.execute(_REVOKE_ALL, {"user_id": user_id}).rowcount


def _use(connection: Connection, user_id: UUID, token: str, user_agent: str) -> RefreshToken | None:
    successor, successor_id = _new_token(), clock.uuid7()
    values = {"hash": hash_token(token), "successor_id": successor_id, "sealed": _seal(token, successor)}
    used = connection.execute(_USE, values).one_or_none()
    if used is None:
        return None
    family = {"id": successor_id, "family_id": used.family_id, "family_expires_at": used.family_expires_at}
    return RefreshToken(successor, _insert(connection, user_id, successor, user_agent, **family))


def _after_use(connection: Connection, user_id: UUID, token: str) -> RefreshToken | None:
    """Return the successor of a token just used; end the family of one used long ago; nothing for any other."""
    state = connection.execute(_STATE, {"hash": hash_token(token), "grace": GRACE_SECONDS}).one()
    if state.revoked or not state.used:
        return None
    if state.in_grace and state.successor_id is not None and not state.successor_revoked:
        return RefreshToken(_unseal(token, bytes(state.sealed_successor)), state.seconds_left)
    revoked = connection.execute(_REVOKE_FAMILY, {"family_id": state.family_id}).rowcount
    log.warning("refresh.reused", user_id=user_id, family_id=state.family_id, revoked_count=revoked)
    version = connection.execute(_NEXT_VERSION, {"user_id": user_id}).scalar_one()
    payload = AccountEvent(user_id=user_id, version=version)
    record(connection, NewEvent("user.sessions_revoked", user_id, user_id, version, payload, origin="system"))
    account_mail.plan(connection, user_id, account_mail.SESSIONS_REVOKED)
    return None


def _insert(connection: Connection, user_id: UUID, token: str, user_agent: str, **family: Any) -> int:
    """Store a token and return the seconds it can be used; without ``family_expires_at`` its family begins now."""
    values = {
        "user_id": user_id,
        "hash": hash_token(token),
        "user_agent": user_agent,
        "idle": IDLE_DAYS,
        "absolute": ABSOLUTE_DAYS,
    }
    return int(connection.execute(_INSERT, {"family_expires_at": None, **values, **family}).scalar_one())


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _seal(token: str, successor: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + bytes(_cipher(token).encrypt(nonce, successor.encode(), None))


def _unseal(token: str, sealed: bytes) -> str:
    return str(_cipher(token).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode())


def _cipher(token: str) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    # Another function of the token than the stored hash: who reads the table cannot make the key.
    return AESGCM(hmac.digest(token.encode(), b"refresh token successor", "sha256"))
