"""Where a person is signed in: the families of refresh tokens that go on, and ending them from elsewhere.

Called by ``auth``. Always: ending locks the row of the person first, as everything that makes or revokes refresh tokens does
(see :mod:`shared.services.refresh_tokens`). An access token that was issued already runs out by itself, within ten minutes.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from shared.auth import hash_token
from shared.db.engine import transaction
from shared.errors import NotFound
from shared.services.profile import account_is_gone

_LIST = text(
    "SELECT t.family_id AS id, t.user_agent, f.started_at, t.created_at AS last_used_at, t.expires_at,"
    " t.family_id IS NOT DISTINCT FROM (SELECT family_id FROM refresh_tokens WHERE token_hash = :hash) AS current"
    " FROM refresh_tokens t"
    " JOIN (SELECT family_id, min(created_at) AS started_at FROM refresh_tokens WHERE user_id = :user_id GROUP BY 1) f USING (family_id)"
    " WHERE t.user_id = :user_id AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()"
    " ORDER BY current DESC, t.created_at DESC, t.family_id DESC"
)
_LOCK_OWNER = text("SELECT id FROM users WHERE id = :user_id FOR NO KEY UPDATE")
_END = text(
    "UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = :user_id AND family_id = :family_id AND revoked_at IS NULL"
)
_END_OTHERS = text(
    "WITH ended AS (UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = :user_id AND revoked_at IS NULL"
    " AND family_id IS DISTINCT FROM (SELECT family_id FROM refresh_tokens WHERE token_hash = :hash) RETURNING family_id)"
    " SELECT count(DISTINCT family_id) FROM ended"
)


def list_sessions(user_id: UUID, token: str | None) -> list[dict[str, Any]]:
    """Return the sign-ins that go on, the one of ``token`` first, then by last use.

    A sign-in is used when it refreshes, so its time is up to ten minutes behind what the person did last.
    """
    with transaction(user_id) as connection:
        rows = connection.execute(_LIST, {"user_id": user_id, "hash": _digest(token)})
        return [dict(row) for row in rows.mappings()]


def end_session(user_id: UUID, session_id: UUID) -> None:
    """End one sign-in.

    Raises:
        NotFound: there is no such sign-in, it is somebody else's, or it is over.
    """
    with transaction(user_id) as connection:
        _lock(connection, user_id)
        if connection.execute(_END, {"user_id": user_id, "family_id": session_id}).rowcount == 0:
            raise NotFound("There is no such session.")


def end_other_sessions(user_id: UUID, token: str | None) -> int:
    """End every sign-in but the one of ``token``, all of them without one; return how many there were."""
    with transaction(user_id) as connection:
        _lock(connection, user_id)
        return int(connection.execute(_END_OTHERS, {"user_id": user_id, "hash": _digest(token)}).scalar_one())


def _lock(connection: Connection, user_id: UUID) -> None:
    if connection.execute(_LOCK_OWNER, {"user_id": user_id}).one_or_none() is None:
        raise account_is_gone()


def _digest(token: str | None) -> bytes | None:
    return hash_token(token) if token else None
