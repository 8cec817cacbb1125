"""Mails about an account itself, and the one-time links in them: planned here, sent by the notifier.

Called by the account services in ``auth``. The ledger ``account_mails`` has a row a mail. Always: the row, the change it tells of and the
event that wakes the notifier are one transaction, and the link's secret is in none of them. Only the notifier can make a link, with a key
``auth`` does not have (``shared.services.delivery.account_mails``); here its hash is looked up. A link works once, until it expires, and
only while the credentials it was made for are the account's: any other change of password or address kills it.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from shared import clock
from shared.auth import hash_token
from shared.errors import InvalidInput
from shared.events.catalogue import AccountMailEvent
from shared.events.outbox import NewEvent, record

CONFIRM_ADDRESS: Final = "confirm_address"
CHANGE_ADDRESS: Final = "change_address"
CHANGE_NOTICE: Final = "change_notice"
ADDRESS_IN_USE: Final = "address_in_use"
ADDRESS_CHANGED: Final = "address_changed"
RESET_PASSWORD: Final = "reset_password"  # noqa: S105 - a kind of mail
PASSWORD_CHANGED: Final = "password_changed"  # noqa: S105 - a kind of mail
SESSIONS_REVOKED: Final = "sessions_revoked"
WITH_LINK = frozenset({CONFIRM_ADDRESS, CHANGE_ADDRESS, RESET_PASSWORD})
# How long a link works; a mail without one is not worth sending after a day.
LIFETIME_SECONDS = {RESET_PASSWORD: 3600, CHANGE_ADDRESS: 24 * 3600, CONFIRM_ADDRESS: 7 * 24 * 3600}
_NOTICE_SECONDS = 24 * 3600
# How long the notifier has before the reminders function tells it again.
WAKE_SECONDS = 60

# Confirming an address proves only that address, so a new password does not spoil it. `u` is the person's row.
_CREDENTIALS = "sha256(convert_to(CASE {kind} WHEN 'confirm_address' THEN u.email_key ELSE u.password_hash || '|' || u.email_key END, 'UTF8'))"


def with_credentials(sql: str) -> str:
    """Return a constant statement with its ``{holds}`` filled in: whether mail ``m`` was made for what the account ``u`` has now."""
    filled = sql.replace("{holds}", "m.bound_to = " + _CREDENTIALS.replace("{kind}", "m.kind"))
    return filled.replace("{credentials}", _CREDENTIALS.replace("{kind}", "CAST(:kind AS text)"))


_PLAN = text(
    with_credentials(
        "INSERT INTO account_mails (id, user_id, kind, recipient, about, state, bound_to, expires_at, lease_until)"
        " SELECT :id, u.id, :kind, coalesce(:recipient, u.email), :about, :state, {credentials},"
        " now() + make_interval(secs => :lifetime), now() + make_interval(secs => :wake) FROM users u WHERE u.id = :user_id"
    )
)
_OPEN = with_credentials(
    "SELECT m.id, m.user_id, m.kind, m.recipient, u.email, u.email_key, u.display_name FROM account_mails m JOIN users u ON u.id = m.user_id"
    " WHERE m.token_hash = :hash AND m.kind = ANY (:kinds) AND m.used_at IS NULL AND m.state <> 'cancelled' AND m.expires_at > now() AND {holds}"
)
_FIND = text(_OPEN)
# The person's row first, as everything that changes credentials takes it: a second use waits here and then finds another credential.
_LOCK = text(_OPEN + " FOR NO KEY UPDATE OF u")
_USE = text("UPDATE account_mails SET used_at = now() WHERE id = :id AND used_at IS NULL RETURNING id")
_CANCEL = text(
    "UPDATE account_mails SET state = 'cancelled', fence = fence + 1 WHERE user_id = :user_id AND kind = :kind AND used_at IS NULL"
    " AND state <> 'cancelled' AND expires_at > now() RETURNING id"
)


def plan(connection: Connection, user_id: UUID, kind: str, recipient: str | None = None, *, about: str = "") -> None:
    """Put a mail to somebody into the ledger and wake the notifier once that is committed.

    Args:
        connection: the caller's transaction, after the change the mail tells of: its link is bound to the credentials of this moment.
        user_id: whose account it is about.
        kind: one of the constants above.
        recipient: the address; the account's own when absent.
        about: another address the mail names.
    """
    mail_id = _insert(connection, user_id, kind, recipient, about, state="planned")
    record(connection, requested(mail_id, user_id, kind))


def plan_silently(connection: Connection, user_id: UUID, kind: str, recipient: str) -> None:
    """Put a mail into the ledger that will never be sent: to its person all looks as if it were."""
    _insert(connection, user_id, kind, recipient, "", state="suppressed")


def requested(mail_id: UUID, user_id: UUID, kind: str, *, version: int = 1) -> NewEvent:
    """Return the event that sends the notifier to a mail; the first is version 1, repeats carry the time in microseconds."""
    payload = AccountMailEvent(mail_id=mail_id, user_id=user_id, version=version, kind=kind)
    return NewEvent("account_mail.requested", user_id, mail_id, version, payload, origin="system")


def find(connection: Connection, token: str, kinds: Sequence[str]) -> Any:
    """Return the mail whose link holds, with its person's address and name.

    Raises:
        InvalidInput: the link is unknown, used, expired, or made for credentials of before.
    """
    return _one(connection.execute(_FIND, {"hash": hash_token(token), "kinds": list(kinds)}).one_or_none())


def redeem(connection: Connection, token: str, kinds: Sequence[str]) -> Any:
    """Use a link up and return what :func:`find` does; the person's row stays locked until the transaction ends.

    Raises:
        InvalidInput: as in :func:`find`.
    """
    mail = _one(connection.execute(_LOCK, {"hash": hash_token(token), "kinds": list(kinds)}).one_or_none())
    _one(connection.execute(_USE, {"id": mail.id}).one_or_none())
    return mail


def cancel(connection: Connection, user_id: UUID, kind: str) -> int:
    """Make every open link of a kind useless; return how many that were."""
    return len(connection.execute(_CANCEL, {"user_id": user_id, "kind": kind}).all())


def link_is_dead() -> InvalidInput:
    """Return the one error of a link that does not work; why it does not is nobody's business who only has the link."""
    return InvalidInput("This link no longer works: it was used, is too old or was replaced.", field="token")


def _one(row: Any) -> Any:
    if row is None:
        raise link_is_dead()
    return row


def _insert(connection: Connection, user_id: UUID, kind: str, recipient: str | None, about: str, *, state: str) -> UUID:
    mail_id = clock.uuid7()
    values = {
        "id": mail_id, "user_id": user_id, "kind": kind, "recipient": recipient, "about": about, "state": state,
        "lifetime": LIFETIME_SECONDS.get(kind, _NOTICE_SECONDS), "wake": WAKE_SECONDS,
    }  # fmt: skip
    connection.execute(_PLAN, values)
    return mail_id
