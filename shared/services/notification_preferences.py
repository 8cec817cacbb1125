"""What a person wants to be told, through which channel, and when not to be disturbed.

Read by the reminders job and the notifier, changed by the notifications function and by unsubscribe links. What is stored is only what
differs from the defaults' shape; readers always see every kind, every channel and the quiet hours.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import time
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.db.engine import transaction
from shared.domain.delivery import Channel, QuietHours

DEFAULTS: dict[str, Any] = {
    "channels": {
        "reminder": {"push": True, "email": True, "in_app": True},
        "digest": {"push": False, "email": True, "in_app": True},
    },
    # What is wanted as push and reaches no device goes by e-mail, although e-mail is off.
    "email_fallback": True,
    "quiet_hours": {"enabled": False, "start": "22:00", "end": "07:00"},
}
KINDS = tuple(DEFAULTS["channels"])

_READ = text(
    "SELECT preferences, email_suppressed_at, email_suppressed_reason FROM notification_preferences WHERE user_id = :user_id FOR UPDATE"
)
_WRITE = text(
    "INSERT INTO notification_preferences AS p (user_id, preferences) VALUES (:user_id, CAST(:preferences AS jsonb))"
    " ON CONFLICT (user_id) DO UPDATE SET preferences = excluded.preferences, version = p.version + 1, updated_at = now()"
)
_SUPPRESS = text(
    "INSERT INTO notification_preferences AS p (user_id, email_suppressed_at, email_suppressed_reason)"
    " VALUES (:user_id, now(), :reason) ON CONFLICT (user_id) DO UPDATE SET email_suppressed_at = now(),"
    " email_suppressed_reason = excluded.email_suppressed_reason, version = p.version + 1, updated_at = now()"
)
_LIFT = text(
    "UPDATE notification_preferences SET email_suppressed_at = NULL, email_suppressed_reason = NULL WHERE user_id = :user_id"
)


def merged(changes: Mapping[str, Any] | None, base: Mapping[str, Any] = DEFAULTS) -> dict[str, Any]:
    """Return ``base`` with the given values put over it, by their path; names ``base`` does not know are left out."""
    result = deepcopy(dict(base))
    for name, value in (changes or {}).items():
        if isinstance(result.get(name), dict) and isinstance(value, Mapping):
            result[name] = merged(value, result[name])
        elif name in result and not isinstance(result[name], dict) and value is not None:
            result[name] = value
    return result


def wanted_channels(stored: Mapping[str, Any] | None, kind: str) -> frozenset[Channel]:
    """Return the channels a person wants for a kind of notification."""
    chosen = merged(stored)["channels"][kind]
    return frozenset(channel for channel in Channel if chosen[channel.value])


def may_fall_back(stored: Mapping[str, Any] | None) -> bool:
    """Return whether a push that reaches no device may go by e-mail."""
    return bool(merged(stored)["email_fallback"])


def wants_email(stored: Mapping[str, Any] | None, kind: str) -> bool:
    """Return whether a mail of a kind is wanted at all: as such, or in place of a push."""
    wanted = wanted_channels(stored, kind)
    return Channel.EMAIL in wanted or (Channel.PUSH in wanted and may_fall_back(stored))


def quiet_hours(stored: Mapping[str, Any] | None, zone: str) -> QuietHours | None:
    """Return the quiet hours in the person's zone, ``None`` when they are off."""
    hours = merged(stored)["quiet_hours"]
    if not hours["enabled"]:
        return None
    return QuietHours(time.fromisoformat(hours["start"]), time.fromisoformat(hours["end"]), zone)


def get_preferences(user_id: UUID) -> dict[str, Any]:
    """Return everything a person chose, defaults filled in, and why e-mail is off if a bounce switched it off."""
    with transaction(user_id) as connection:
        return _document(_read(connection, user_id))


def change_preferences(user_id: UUID, changes: Mapping[str, Any], *, replace: bool = False) -> dict[str, Any]:
    """Put ``changes`` over what is stored, or over the defaults; return the result.

    Wanting e-mail for a kind again lifts a suppression: the person says the address works.
    """
    with transaction(user_id) as connection:
        row = _read(connection, user_id)
        after = merged(changes, DEFAULTS if replace else merged(row.preferences if row else None))
        connection.execute(_WRITE, {"user_id": user_id, "preferences": orjson.dumps(after).decode()})
        asked = changes.get("channels") or {}
        if any((asked.get(kind) or {}).get("email") for kind in KINDS):
            connection.execute(_LIFT, {"user_id": user_id})
        return _document(_read(connection, user_id))


def stop_email(user_id: UUID, kind: str) -> None:
    """Switch e-mail off for a kind: the unsubscribe link. Doing it twice changes nothing.

    E-mail in place of a push ends with it: who wants no more mails means those as well.
    """
    change_preferences(user_id, {"channels": {kind: {"email": False}}, "email_fallback": False})


def suppress_email(user_id: UUID, reason: str) -> None:
    """Send no e-mail at all until the person asks for it again: the address bounced, or somebody complained."""
    with transaction(user_id) as connection:
        connection.execute(_SUPPRESS, {"user_id": user_id, "reason": reason})


def _read(connection: Any, user_id: UUID) -> Any:
    return connection.execute(_READ, {"user_id": user_id}).one_or_none()


def _document(row: Any) -> dict[str, Any]:
    suppressed = None
    if row is not None and row.email_suppressed_at is not None:
        since = row.email_suppressed_at.isoformat().replace("+00:00", "Z")
        suppressed = {"since": since, "reason": row.email_suppressed_reason}
    return {**merged(row.preferences if row else None), "email_suppressed": suppressed}
