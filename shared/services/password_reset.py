"""A forgotten password: a link by mail, and the new password set with it.

Called by ``auth`` for people who are not signed in. Always: asking answers the same, after the same time, whether the address has an
account or not; what the mail says goes to nobody but the address's owner.
"""

from sqlalchemy import Connection, text

from shared.db.engine import transaction
from shared.domain.account import email_key, is_deliverable
from shared.logging import get_logger
from shared.services import account_mail, oauth_tokens, passwords, refresh_tokens, throttle
from shared.services.accounts import record_account_event
from shared.services.even_time import even_time
from shared.services.sessions import Client

log = get_logger(__name__)

_NOTE_REQUEST = text("UPDATE users SET version = version + 1 WHERE email_key = :key RETURNING id, version")
# Whoever has the link reads mail at this address: it is confirmed as well.
_SET = text(
    "UPDATE users SET password_hash = :password_hash, password_changed_at = now(), version = version + 1,"
    " email_confirmed_at = coalesce(email_confirmed_at, now()) WHERE id = :id RETURNING version"
)


def request_link(email: str, client: Client) -> None:
    """Mail a link to the owner of an address, if it has an account; three an hour, and silently no more.

    Raises:
        TooManyRequests: too many requests from this address.
    """
    throttle.attempt_reset_request(client.address)
    key = email_key(email)
    with even_time():
        if throttle.may_mail_reset(key) and is_deliverable(key):
            with transaction(None) as connection:
                _plan_link(connection, key)


def set_password(token: str, new: str, client: Client) -> None:
    """Set a new password with a mailed link, end every session and connection, and tell the person by mail.

    Raises:
        InvalidInput: the link does not hold, or ``new_password`` is too easy to guess; the link then still works.
        TooManyRequests: too many tries from this address.
    """
    throttle.attempt_link(client.address)
    kinds = [account_mail.RESET_PASSWORD]
    with transaction(None) as connection:
        found = account_mail.find(connection, token, kinds)
    passwords.check_new_password(new, email=found.email, display_name=found.display_name, field="new_password")
    values = {"id": found.user_id, "password_hash": passwords.hash_password(new)}
    with transaction(found.user_id) as connection:
        account_mail.redeem(connection, token, kinds)
        version = connection.execute(_SET, values).scalar_one()
        ended = refresh_tokens.revoke_all(connection, found.user_id) + oauth_tokens.revoke_all(
            connection, found.user_id
        )
        record_account_event(connection, "user.password_reset", found.user_id, version, origin="web")
        account_mail.plan(connection, found.user_id, account_mail.PASSWORD_CHANGED)
    throttle.forgive_password(found.email_key)
    log.info("account.password_reset", user_id=found.user_id, ended_count=ended)


def _plan_link(connection: Connection, key: str) -> None:
    person = connection.execute(_NOTE_REQUEST, {"key": key}).one_or_none()
    if person is not None:
        record_account_event(connection, "user.password_reset_requested", person.id, person.version, origin="web")
        account_mail.plan(connection, person.id, account_mail.RESET_PASSWORD)
