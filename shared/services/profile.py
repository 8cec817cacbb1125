"""The account as its owner sees it: one SQL expression, read on the hot path without SQLAlchemy.

Called by ``auth`` for ``GET /api/auth/me`` and by the services that answer with the user.
"""

from typing import Any
from uuid import UUID

import orjson

from shared.auth import is_operator
from shared.db.direct import fetch_json
from shared.errors import Unauthenticated

DEFAULT_SETTINGS = {"default_reminder_minutes": None, "all_day_reminder_time": "09:00"}
USER_SCOPES = ("tasks:read", "tasks:write", "account")

# Text of a JSON object; `u` is the row of users. A constant: the statements made with it are constants too.
PROFILE = (
    "json_build_object('id', u.id, 'email', u.email, 'display_name', u.display_name, 'time_zone', u.time_zone,"
    " 'locale', u.locale, 'week_start', u.week_start, 'settings', u.settings, 'email_confirmed', u.email_confirmed_at IS NOT NULL,"
    # A change of address that waits; one made for an older password or address is dead (see shared.services.account_mail).
    " 'pending_email', (SELECT m.recipient FROM account_mails m WHERE m.user_id = u.id AND m.kind = 'change_address' AND m.used_at IS NULL"
    " AND m.state <> 'cancelled' AND m.expires_at > now()"
    " AND m.bound_to = sha256(convert_to(u.password_hash || '|' || u.email_key, 'UTF8')) ORDER BY m.id DESC LIMIT 1),"
    """ 'created_at', to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text"""
)


def with_profile(sql: str) -> str:
    """Return a constant statement with its ``{profile}`` filled in: the account as JSON text, ``u`` being its row."""
    return sql.replace("{profile}", PROFILE)


_FETCH = with_profile("SELECT {profile} FROM users u WHERE u.id = $1")


def fetch_profile(user_id: UUID) -> dict[str, Any]:
    """Return the account in the shape of the API.

    Raises:
        Unauthenticated: the account is gone; its access tokens live a few minutes longer than it.
    """
    raw = fetch_json(_FETCH, [str(user_id)], user_id=user_id)
    if raw is None:
        raise account_is_gone()
    return as_user(raw)


def as_user(profile: bytes | str) -> dict[str, Any]:
    """Return what :data:`PROFILE` gave in the shape of the API: defaults filled in, operators named."""
    user: dict[str, Any] = orjson.loads(profile)
    user["settings"] = DEFAULT_SETTINGS | user["settings"]
    # Registering proves no address: whoever takes an operator's before its owner does is none until the mailed link was opened.
    user["operator"] = user["email_confirmed"] and is_operator(user["email"])
    return user


def scopes_of(user: dict[str, Any]) -> list[str]:
    """Return what somebody who signed in may do; ``user`` is what :func:`as_user` gave."""
    return [*USER_SCOPES, *(("operator",) if user["operator"] else ())]


def account_is_gone() -> Unauthenticated:
    """Return the error of a token whose account was deleted."""
    return Unauthenticated(
        "This account no longer exists.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )
