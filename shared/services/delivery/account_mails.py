"""From a planned mail about an account to a sent one: claim, send outside any transaction, note the outcome under the fence.

Called by the notifier (``claim``, ``send_claimed``) and by the reminders function (``wake``); the guarantees are those of
``shared.services.delivery.dispatch``: at least once, a mail at most twice. The link is derived from the mail's id with ACTION_KEY, so a second
attempt mails the same link; the ledger gets its hash while the mail is claimed, before anybody can have the link. A mail whose link would be dead
on arrival is cancelled.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared import metrics
from shared.auth import hash_token
from shared.db.engine import transaction
from shared.logging import get_logger
from shared.services.account_mail import WAKE_SECONDS, WITH_LINK, requested, with_credentials
from shared.services.delivery.outcome import Outcome
from shared.services.delivery.settings import ActionSettings
from shared.services.reminder_sweep import DOUBT

log = get_logger(__name__)
LEASE_SECONDS = 120
MAX_ATTEMPTS = 8
PREFIX = "oll_"
# The first ones close together: somebody sits there and waits for the mail.
_RETRY_SECONDS = (10, 30, 120, 600, 1800, 3600, 7200)

_CLAIM = text(
    with_credentials(
        "UPDATE account_mails m SET state = 'sending', fence = m.fence + 1, attempts = m.attempts + 1,"
        " lease_until = now() + make_interval(secs => :lease), token_hash = CASE WHEN m.kind = ANY (:with_link) THEN CAST(:hash AS bytea) END"
        " FROM users u WHERE m.id = :id AND u.id = m.user_id AND m.state = 'planned' AND m.not_before <= now() AND m.expires_at > now()"
        " AND (m.kind <> ALL (:with_link) OR {holds})"
        " RETURNING m.id, m.user_id, m.kind, m.recipient, m.about, m.fence, m.attempts, u.locale, coalesce(m.last_error = :doubt, false)"
    )
)
_CANCEL = text(
    with_credentials(
        "UPDATE account_mails m SET state = 'cancelled', fence = m.fence + 1 FROM users u WHERE m.id = :id AND u.id = m.user_id"
        " AND m.state = 'planned' AND (m.expires_at <= now() OR (m.kind = ANY (:with_link) AND NOT {holds}))"
    )
)
_MARK = text(
    "UPDATE account_mails SET state = :state, provider_id = :provider_id, lease_until = NULL,"
    # The doubt of an earlier attempt stays until the end: it decides about the mail's repetition.
    " last_error = CASE WHEN :state = 'planned' AND last_error = :doubt THEN last_error ELSE :reason END,"
    " sent_at = CASE WHEN :state = 'sent' THEN now() END,"
    " not_before = CASE WHEN :state = 'planned' THEN now() + make_interval(secs => :wait) ELSE not_before END"
    " WHERE id = :id AND fence = :fence AND state = 'sending' RETURNING 1"
)
_STUCK = text(
    "WITH stuck AS (SELECT id, state, attempts, last_error, expires_at FROM account_mails WHERE not_before <= now()"
    " AND ((state = 'planned' AND (lease_until IS NULL OR lease_until < now())) OR (state = 'sending' AND lease_until < now()))"
    " ORDER BY not_before LIMIT :batch FOR UPDATE SKIP LOCKED)"
    " UPDATE account_mails m SET lease_until = now() + make_interval(secs => :wake), fence = m.fence + 1,"
    " state = CASE WHEN s.attempts >= :most OR s.expires_at <= now() OR (s.state = 'sending' AND s.last_error = :doubt)"
    " THEN 'failed' ELSE 'planned' END,"
    " last_error = CASE WHEN s.state = 'sending' THEN :doubt ELSE m.last_error END"
    " FROM stuck s WHERE m.id = s.id RETURNING m.id, m.user_id, m.kind, m.state, extract(epoch FROM clock_timestamp()) * 1000000 AS version"
)


@dataclass(frozen=True)
class Claim:
    """A mail that is this process's to send until its lease ends."""

    id: UUID
    user_id: UUID
    kind: str
    recipient: str
    about: str
    fence: int
    attempts: int
    locale: str
    is_doubtful: bool


def link_token(mail_id: UUID) -> str:
    """Return the secret of a mail's link: 256 bits that nobody can make without ACTION_KEY."""
    digest = hmac.digest(ActionSettings.load().key, b"account mail link:" + mail_id.bytes, "sha256")
    return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def claim(connection: Any, mail_id: UUID) -> Claim | None:
    """Claim a planned mail whose time has come, and let its link work from now on; nothing when it is done, under way or dead."""
    key = {"id": mail_id, "with_link": sorted(WITH_LINK)}
    values = {**key, "lease": LEASE_SECONDS, "doubt": DOUBT, "hash": hash_token(link_token(mail_id))}
    row = connection.execute(_CLAIM, values).one_or_none()
    if row is None:
        connection.execute(_CANCEL, key)
        return None
    return Claim(*row)


def send_claimed(claimed: Claim) -> None:
    """Send what was claimed and note the outcome; never raises: what is not noted, the lease brings back."""
    try:
        mark(claimed, _send(claimed))
    except Exception:
        log.exception("account_mail.failed", mail_id=str(claimed.id), kind=claimed.kind)


def mark(claimed: Claim, outcome: Outcome) -> bool:
    """Write an outcome if the claim still holds; return whether it did."""
    state, wait = _next_state(claimed, outcome)
    values = {
        "id": claimed.id, "fence": claimed.fence, "state": state, "wait": wait, "doubt": DOUBT,
        "reason": DOUBT if outcome.is_doubtful else outcome.reason[:300] or None,
        "provider_id": outcome.provider_id,
    }  # fmt: skip
    with transaction(claimed.user_id) as connection:
        marked = connection.execute(_MARK, values).one_or_none()
    counted = "stale" if marked is None else "retry" if state == "planned" else state
    metrics.DELIVERIES.add("email", counted)
    if state == "failed" and marked is not None:
        log.warning("account_mail.given_up", mail_id=str(claimed.id), kind=claimed.kind, reason=outcome.reason)
    return marked is not None


def _next_state(claimed: Claim, outcome: Outcome) -> tuple[str, float]:
    if outcome.state != "retry":
        return outcome.state, 0.0
    is_third_copy = outcome.is_doubtful and claimed.is_doubtful
    if claimed.attempts >= MAX_ATTEMPTS or is_third_copy:
        return "failed", 0.0
    usual = _RETRY_SECONDS[min(claimed.attempts, len(_RETRY_SECONDS)) - 1]
    return "planned", outcome.retry_after_seconds or float(usual)


def wake(*, batch: int = 200, rounds: int = 200) -> dict[str, int]:
    """Tell the notifier again of mails that wait: retries whose time has come, and leases of dead senders; old ones are given up."""
    from shared.events.outbox import record

    woken = failed = 0
    values = {"batch": batch, "wake": WAKE_SECONDS, "most": MAX_ATTEMPTS, "doubt": DOUBT}
    for _ in range(rounds):
        with transaction(None) as connection:
            rows = connection.execute(_STUCK, values).all()
            if not rows:
                break
            again = [row for row in rows if row.state == "planned"]
            record(connection, *(requested(row.id, row.user_id, row.kind, version=int(row.version)) for row in again))
        woken += len(again)
        failed += len(rows) - len(again)
    for _ in range(failed):
        metrics.DELIVERIES.add("email", "failed")
    return {
        name: count for name, count in (("account_mails_woken", woken), ("account_mails_given_up", failed)) if count
    }


def _send(claimed: Claim) -> Outcome:
    from shared.services.delivery.account_letters import compose
    from shared.services.delivery.transport import send_mail

    token = link_token(claimed.id) if claimed.kind in WITH_LINK else ""
    try:
        message = compose(
            claimed.kind, claimed.locale, to=claimed.recipient, mail_id=claimed.id, about=claimed.about, token=token
        )
    except ValueError:
        return Outcome("failed", "the address is none")
    return send_mail(claimed.user_id, claimed.id, message)
