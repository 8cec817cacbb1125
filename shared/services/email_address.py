"""The address of an account: confirmed by a mailed link, and changed only when the new one is.

Called by ``auth``. Always: asking to change to an address answers the same, after the same time, whether that address has an account or
not; its owner is told by mail. Two people who wait for one address both may; whoever confirms first has it, and the other's link is dead.
"""

from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from shared.db.engine import transaction
from shared.db.failures import sqlstate
from shared.domain.account import email_key
from shared.errors import Conflict, InvalidInput
from shared.logging import get_logger
from shared.services import account_mail, throttle
from shared.services.accounts import confirm_password, record_account_event
from shared.services.even_time import even_time
from shared.services.profile import account_is_gone
from shared.services.sessions import Client

log = get_logger(__name__)
_TAKEN = "23505"

_LOCK = text(
    "UPDATE users SET version = version + 1 WHERE id = :id AND password_hash = :checked RETURNING version, email"
)
_OTHER_OWNER = text("SELECT id FROM users WHERE email_key = :key AND id <> :id")
_NEXT_VERSION = text("UPDATE users SET version = version + 1 WHERE id = :id RETURNING version")
_LOCK_PERSON = text("SELECT email_confirmed_at IS NOT NULL AS confirmed FROM users WHERE id = :id FOR NO KEY UPDATE")
_CONFIRM = text(
    "UPDATE users SET email_confirmed_at = coalesce(email_confirmed_at, now()), version = version + 1 WHERE id = :id RETURNING version"
)
_CHANGE = text(
    "UPDATE users SET email = :email, email_key = :key, email_confirmed_at = now(), version = version + 1 WHERE id = :id RETURNING version"
)
# What bounced was the old address.
_LIFT = text(
    "UPDATE notification_preferences SET email_suppressed_at = NULL, email_suppressed_reason = NULL WHERE user_id = :id"
)


def request_change(user_id: UUID, email: str, password: str, origin: str) -> None:
    """Mail a link to a new address and a notice to the present one; an earlier change that waits is replaced.

    Raises:
        InvalidInput: the password is wrong, or this is the address already.
        Conflict: the account was changed at this moment.
        TooManyRequests: too many wrong passwords, or too many changes asked for.
    """
    account = confirm_password(user_id, password, "password")
    key = email_key(email)
    if email == account["email"]:
        raise InvalidInput("This is your address already.", field="email")
    throttle.attempt_address_mail(user_id)
    with even_time():
        reachable = throttle.may_mail_address(key)
        with transaction(user_id) as connection:
            changed = connection.execute(_LOCK, {"id": user_id, "checked": account["password_hash"]}).one_or_none()
            if changed is None:
                raise Conflict("The account was changed at this moment by another request.")
            account_mail.cancel(connection, user_id, account_mail.CHANGE_ADDRESS)
            record_account_event(connection, "user.email_change_requested", user_id, changed.version, origin=origin)
            _plan_change(connection, user_id, email, reachable=reachable)
            account_mail.plan(connection, user_id, account_mail.CHANGE_NOTICE, about=email)


def cancel_change(user_id: UUID, origin: str) -> None:
    """Take back a change that waits; none waiting is no error."""
    with transaction(user_id) as connection:
        if connection.execute(_LOCK_PERSON, {"id": user_id}).one_or_none() is None:
            raise account_is_gone()
        if account_mail.cancel(connection, user_id, account_mail.CHANGE_ADDRESS):
            version = connection.execute(_NEXT_VERSION, {"id": user_id}).scalar_one()
            record_account_event(connection, "user.email_change_cancelled", user_id, version, origin=origin)


def request_confirmation(user_id: UUID) -> None:
    """Mail a link that confirms the present address; nothing happens where it is confirmed.

    Raises:
        TooManyRequests: too many were asked for.
    """
    throttle.attempt_address_mail(user_id)
    with transaction(user_id) as connection:
        person = connection.execute(_LOCK_PERSON, {"id": user_id}).one_or_none()
        if person is None:
            raise account_is_gone()
        if not person.confirmed:
            account_mail.plan(connection, user_id, account_mail.CONFIRM_ADDRESS)


def confirm(token: str, client: Client) -> str:
    """Confirm an address, or change to it, with a mailed link; return the address.

    Raises:
        InvalidInput: the link does not hold, or somebody else has the address by now; the two are not told apart.
        TooManyRequests: too many tries from this address.
    """
    throttle.attempt_link(client.address)
    try:
        with transaction(None) as connection:
            mail = account_mail.redeem(connection, token, [account_mail.CONFIRM_ADDRESS, account_mail.CHANGE_ADDRESS])
            if mail.kind == account_mail.CHANGE_ADDRESS:
                _change(connection, mail.user_id, mail.recipient, before=mail.email)
            else:
                version = connection.execute(_CONFIRM, {"id": mail.user_id}).scalar_one()
                record_account_event(connection, "user.email_confirmed", mail.user_id, version, origin="web")
    except DatabaseError as error:
        if sqlstate(error.orig or error) != _TAKEN:
            raise
        # Not chained: the database's message names the address.
        raise account_mail.link_is_dead() from None
    log.info("account.address_confirmed", user_id=mail.user_id, kind=mail.kind)
    return str(mail.recipient)


def _plan_change(connection: Connection, user_id: UUID, email: str, *, reachable: bool) -> None:
    owner = connection.execute(_OTHER_OWNER, {"key": email_key(email), "id": user_id}).scalar_one_or_none()
    if owner is None and reachable:
        account_mail.plan(connection, user_id, account_mail.CHANGE_ADDRESS, email)
        return
    account_mail.plan_silently(connection, user_id, account_mail.CHANGE_ADDRESS, email)
    if owner is not None and reachable:
        account_mail.plan(connection, owner, account_mail.ADDRESS_IN_USE)


def _change(connection: Connection, user_id: UUID, email: str, *, before: str) -> None:
    values = {"id": user_id, "email": email, "key": email_key(email)}
    version = connection.execute(_CHANGE, values).scalar_one()
    connection.execute(_LIFT, {"id": user_id})
    record_account_event(connection, "user.email_changed", user_id, version, origin="web")
    account_mail.plan(connection, user_id, account_mail.ADDRESS_CHANGED, before, about=email)
