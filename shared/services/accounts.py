"""Accounts: register, sign in, change, delete.

Called by ``auth`` with the system role, which sees everybody's rows: every statement here names its user. Always: no transaction is
open while a password is hashed, and what a password check allowed is done only if that password is still the account's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from shared import clock
from shared.db.direct import fetch_json
from shared.db.engine import transaction
from shared.domain.account import email_key, is_deliverable
from shared.errors import Conflict, InvalidInput, Unauthenticated
from shared.events.catalogue import AccountEvent, Change
from shared.events.outbox import NewEvent, record
from shared.logging import get_logger
from shared.services import account_mail, oauth_tokens, passwords, refresh_tokens, sessions, throttle
from shared.services.profile import DEFAULT_SETTINGS, account_is_gone, as_user, with_profile
from shared.services.sessions import Client, Session

log = get_logger(__name__)
Granted = TypeVar("Granted")

_CREDENTIALS = (
    "SELECT json_build_object('id', id, 'email', email, 'email_key', email_key, 'display_name', display_name,"
    " 'password_hash', password_hash)::text FROM users WHERE "
)
_BY_EMAIL = _CREDENTIALS + "email_key = $1"
_BY_ID = _CREDENTIALS + "id = $1"
_INSERT = with_profile(
    "INSERT INTO users AS u (id, email, email_key, password_hash, display_name, time_zone, locale)"
    " VALUES (:id, :email, :email_key, :password_hash, :display_name, :time_zone, :locale)"
    " ON CONFLICT (email_key) DO NOTHING RETURNING {profile}"
)
_LOCK_SIGNED_IN = with_profile(
    "SELECT {profile} FROM users u WHERE u.id = :id AND u.password_hash = :checked FOR NO KEY UPDATE"
)
_STRENGTHEN = "UPDATE users SET password_hash = :stronger WHERE id = :id"
_LOCK_PROFILE = with_profile(
    "SELECT display_name, time_zone, locale, week_start, settings, {profile} AS profile FROM users u WHERE id = :id FOR NO KEY UPDATE"
)
_UPDATE_PROFILE = with_profile(
    "UPDATE users u SET display_name = :display_name, time_zone = :time_zone, locale = :locale, week_start = :week_start,"
    " settings = CAST(:settings AS jsonb), version = version + 1 WHERE u.id = :id RETURNING u.version, {profile} AS profile"
)
_CHANGE_PASSWORD = with_profile(
    "UPDATE users u SET password_hash = :password_hash, password_changed_at = now(), version = version + 1"
    " WHERE u.id = :id AND u.password_hash = :checked RETURNING u.version, {profile} AS profile"
)
# FOR UPDATE also waits for whoever is inserting a row that belongs to the account.
_LOCK_TO_DELETE = "SELECT id FROM users WHERE id = :id AND password_hash = :checked FOR UPDATE"
# The first takes everything that refers to the account with it and waits for writers of those rows; only then can nobody add to the
# tables below, which refer to nothing so that they survive a failing consumer.
_DELETE = [
    "DELETE FROM users WHERE id = :id",
    "DELETE FROM inbox i USING event_log e WHERE e.user_id = :id AND i.event_id = e.event_id",
    "DELETE FROM consumer_attempts a USING event_log e WHERE e.user_id = :id AND a.event_id = e.event_id",
    "DELETE FROM dead_letters WHERE user_id = :id OR event_id IN (SELECT e.event_id::text FROM event_log e WHERE e.user_id = :id)",
    "DELETE FROM outbox_pending WHERE user_id = :id",
    "DELETE FROM event_log WHERE user_id = :id",
]


@dataclass(frozen=True)
class Registration:
    """What somebody registers with, each field already valid by itself."""

    email: str
    password: str
    display_name: str = ""
    time_zone: str = "UTC"
    locale: str = "en"


def register(new: Registration, client: Client) -> Session:
    """Make an account and sign in; a link that confirms the address is mailed.

    Raises:
        Conflict: the address has an account (told openly, and charged against the caller's address).
        InvalidInput: the password is too easy to guess.
        TooManyRequests: too many registrations from this address.
    """
    throttle.attempt_registration(client.address)
    passwords.check_new_password(new.password, email=new.email, display_name=new.display_name)
    key = email_key(new.email)
    if fetch_json(_BY_EMAIL, [key], user_id=None) is not None:
        raise _taken(client)
    user_id = clock.uuid7()
    values = {
        "id": user_id,
        "email": new.email,
        "email_key": key,
        "password_hash": passwords.hash_password(new.password),
        "display_name": new.display_name,
        "time_zone": new.time_zone,
        "locale": new.locale,
    }
    session = None
    with transaction(user_id) as connection:
        profile = connection.execute(text(_INSERT), values).scalar_one_or_none()
        if profile is not None:
            record_account_event(connection, "user.registered", user_id, 1, origin="web")
            account_mail.plan(connection, user_id, account_mail.CONFIRM_ADDRESS)
            session = sessions.start(connection, user_id, profile, client)
    if session is None:
        raise _taken(client)
    return session


def log_in(email: str, password: str, client: Client) -> Session:
    """Sign in with a session.

    Raises:
        Unauthenticated, TooManyRequests: see :func:`authorize`.
    """

    def start(connection: Connection, user_id: UUID, profile: str) -> Session:
        return sessions.start(connection, user_id, profile, client)

    return authorize(email, password, client, start)


def authorize(email: str, password: str, client: Client, begin: Callable[[Connection, UUID, str], Granted]) -> Granted:
    """Check address and password and return what ``begin`` makes of it, in the transaction that holds the person's row.

    Args:
        email: as typed.
        password: as typed.
        client: whose attempts are counted.
        begin: gets the connection, the person's id and the profile.

    Raises:
        Unauthenticated: no such account or another password; the two are never told apart, by text or by work done.
        TooManyRequests: too many wrong passwords, for this account or from this address.
    """
    key = email_key(email)
    throttle.attempt_sign_in(client.address)
    throttle.attempt_password(key)
    account = _find(_BY_EMAIL, key) if is_deliverable(key) else None
    if not passwords.verify_password(account["password_hash"] if account else None, password) or account is None:
        raise _wrong_password()
    checked, user_id = account["password_hash"], UUID(account["id"])
    stronger = passwords.hash_password(password) if passwords.needs_rehash(checked) else None
    with transaction(user_id) as connection:
        profile = connection.execute(text(_LOCK_SIGNED_IN), {"id": user_id, "checked": checked}).scalar_one_or_none()
        if profile is None:  # the password changed, or the account went, while this one was being checked
            raise _wrong_password()
        if stronger is not None:
            connection.execute(text(_STRENGTHEN), {"id": user_id, "stronger": stronger})
        granted = begin(connection, user_id, profile)
    throttle.forgive_password(key)
    throttle.forgive_sign_in(client.address)
    return granted


def change_profile(user_id: UUID, changes: dict[str, Any], origin: str) -> dict[str, Any]:
    """Change the given fields and return the account; ``settings`` are merged, absent fields stay.

    Raises:
        Unauthenticated: the account is gone.
    """
    with transaction(user_id) as connection:
        row = connection.execute(text(_LOCK_PROFILE), {"id": user_id}).one_or_none()
        if row is None:
            raise account_is_gone()
        before = {**row._asdict(), "settings": DEFAULT_SETTINGS | row.settings}
        before.pop("profile")
        after = {**before, **changes, "settings": before["settings"] | changes.get("settings", {})}
        differences = _differences(_flat(before), _flat(after))
        if not differences:
            return as_user(row.profile)
        values = {**after, "id": user_id, "settings": orjson.dumps(after["settings"]).decode()}
        changed = connection.execute(text(_UPDATE_PROFILE), values).one()
        record_account_event(connection, "user.updated", user_id, changed.version, origin=origin, **differences)
        if {"time_zone", "settings.all_day_reminder_time"} & differences.keys():
            from shared.services.task_reminders import replan_all

            replan_all(connection, user_id)
    return as_user(changed.profile)


def change_password(user_id: UUID, current: str, new: str, client: Client, origin: str) -> Session:
    """Change the password, end every session and connection, tell the person by mail, and return a new session for the caller.

    Personal API tokens go on.

    Raises:
        InvalidInput: ``current_password`` is wrong, or ``new_password`` is the same or too easy to guess.
        Conflict: somebody else changed it at this moment.
        TooManyRequests: too many wrong passwords.
    """
    account = confirm_password(user_id, current, "current_password")
    passwords.check_new_password(
        new, email=account["email"], display_name=account["display_name"], field="new_password"
    )
    if new == current:
        raise InvalidInput("The new password is the current one.", field="new_password")
    values = {"id": user_id, "checked": account["password_hash"], "password_hash": passwords.hash_password(new)}
    with transaction(user_id) as connection:
        changed = connection.execute(text(_CHANGE_PASSWORD), values).one_or_none()
        if changed is None:
            raise Conflict("The password was changed at this moment by another request.")
        ended = refresh_tokens.revoke_all(connection, user_id) + oauth_tokens.revoke_all(connection, user_id)
        record_account_event(connection, "user.password_changed", user_id, changed.version, origin=origin)
        account_mail.plan(connection, user_id, account_mail.PASSWORD_CHANGED)
        session = sessions.start(connection, user_id, changed.profile, client)
    log.info("account.password_changed", user_id=user_id, ended_count=ended)
    return session


def delete_account(user_id: UUID, password: str) -> None:
    """Delete an account and every row about it, its history included.

    No event tells of it: an event would be a row about the account. What a broker still holds runs out with its retention.

    Raises:
        InvalidInput: the password is wrong.
        TooManyRequests: too many wrong passwords.
    """
    account = confirm_password(user_id, password, "password")
    with transaction(user_id) as connection:
        values = {"id": user_id, "checked": account["password_hash"]}
        if connection.execute(text(_LOCK_TO_DELETE), values).scalar_one_or_none() is None:
            raise Conflict("The account was changed at this moment by another request.")
        for statement in _DELETE:
            connection.execute(text(statement), {"id": user_id})
    throttle.forgive_password(account["email_key"])
    from shared.services.delivery.mailbox import (
        forget_mails,
    )  # reads and writes mail: nothing for a sign-in's cold start

    forget_mails(user_id)
    log.info("account.deleted", user_id=user_id)


def confirm_password(user_id: UUID, password: str, field: str) -> dict[str, Any]:
    """Return the account's credentials if ``password`` is its password; guesses count as those of sign-in do.

    Raises:
        InvalidInput: it is not; names ``field``.
        TooManyRequests: too many wrong passwords.
        Unauthenticated: the account is gone.
    """
    account = _find(_BY_ID, str(user_id))
    if account is None:
        raise account_is_gone()
    throttle.attempt_password(account["email_key"])
    if not passwords.verify_password(account["password_hash"], password):
        raise InvalidInput("The password is wrong.", field=field)
    throttle.forgive_password(account["email_key"])
    return account


def _find(sql: str, value: str) -> dict[str, Any] | None:
    raw = fetch_json(sql, [value], user_id=None)
    return None if raw is None else dict(orjson.loads(raw))


def _flat(profile: dict[str, Any]) -> dict[str, Any]:
    settings = {f"settings.{name}": value for name, value in profile["settings"].items()}
    return {name: value for name, value in profile.items() if name != "settings"} | settings


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Change]:
    return {name: Change(before=before[name], after=value) for name, value in after.items() if before[name] != value}


def record_account_event(
    connection: Connection, event: str, user_id: UUID, version: int, *, origin: str, **changes: Change
) -> None:
    """Record an event of an account: its aggregate is the person, its version the one of the person's row."""
    payload = AccountEvent(user_id=user_id, version=version, changes=changes)
    record(connection, NewEvent(event, user_id, user_id, version, payload, origin=origin))


def _taken(client: Client) -> Conflict:
    throttle.charge_taken_address(client.address)
    detail = "This address already has an account."
    return Conflict(detail, errors=[{"field": "email", "detail": detail}])


def _wrong_password() -> Unauthenticated:
    return Unauthenticated("The e-mail address or the password is wrong.", headers={"WWW-Authenticate": "Bearer"})
