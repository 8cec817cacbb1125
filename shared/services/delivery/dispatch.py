"""From a due reminder to a sent one: claim in the ledger, send outside any transaction, note the outcome under the fence.

Called by the notifier. ``claim`` runs in the consumer's transaction with the last look: task open and not deleted, reminder still due, all
under row locks. ``send_claimed`` runs after the commit. A process that dies between leaves a lease; when it runs out the sweep plans the
delivery anew with a higher fence, and a sender that was only slow can no longer write. So a reminder is sent at least once, a mail at most
twice, and a push a second time replaces itself on the device.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock, metrics
from shared.db.engine import transaction
from shared.domain.delivery import MAX_PUSH_TTL, Channel, push_ttl_seconds
from shared.events.catalogue import NotificationEvent
from shared.events.outbox import NewEvent, record
from shared.failpoints import failpoint
from shared.logging import get_logger
from shared.services import reminder_sweep
from shared.services.delivery.outcome import Outcome
from shared.services.delivery.wording import Subject, due_text, word
from shared.services.notification_preferences import wanted_channels, wants_email

log = get_logger(__name__)
LEASE_SECONDS = 120
BUDGET_SECONDS = 60.0
_RETRY_SECONDS = (30, 120, 600, 1800, 3600, 7200, 14400)

# The locks are taken in the order every edit takes them, task first; a completion under way is waited for.
_CONTEXT = text(
    "SELECT o.id, o.user_id, o.task_id, o.fire_at, o.late, o.state, t.title, t.status, t.deleted_at, t.priority, t.due_on, t.due_at, t.due_tz,"
    " u.email, u.email_confirmed_at IS NOT NULL AS email_confirmed, u.time_zone, u.locale, now() AS now,"
    " (SELECT p.preferences FROM notification_preferences p WHERE p.user_id = o.user_id) AS preferences,"
    " (SELECT p.email_suppressed_at IS NULL FROM notification_preferences p WHERE p.user_id = o.user_id) AS email_usable,"
    " (SELECT n.data FROM notifications n WHERE n.occurrence_id = o.id AND n.kind = 'digest' ORDER BY n.id DESC LIMIT 1) AS digest"
    " FROM tasks t JOIN reminder_occurrences o ON o.task_id = t.id JOIN users u ON u.id = o.user_id"
    " WHERE o.id = :id FOR SHARE OF t FOR NO KEY UPDATE OF o"
)
# What the app itself shows is sent by being written: it needs no lease and no second transaction.
_CLAIM = text(
    "WITH claimed AS (UPDATE deliveries d SET state = CASE d.channel WHEN 'in_app' THEN 'sent' ELSE 'sending' END,"
    " fence = d.fence + 1, attempts = d.attempts + 1, sent_at = CASE d.channel WHEN 'in_app' THEN now() END,"
    " lease_until = CASE WHEN d.channel <> 'in_app' THEN now() + make_interval(secs => :lease) END"
    " FROM reminder_occurrences o JOIN tasks t ON t.id = o.task_id"
    " WHERE d.occurrence_id = :id AND o.id = d.occurrence_id AND d.state = 'planned' AND d.not_before <= now()"
    " AND (o.state = 'expired_visible' OR (o.state = 'due' AND t.status = 'open' AND t.deleted_at IS NULL))"
    " RETURNING d.id, d.user_id, d.occurrence_id, d.channel, d.endpoint_id, d.fence, d.attempts, d.last_error),"
    " shown AS (INSERT INTO notifications (id, user_id, kind, title, body, task_id, occurrence_id, data)"
    " SELECT c.id, c.user_id, 'reminder', :title, :body, :task_id, c.occurrence_id, CAST(:data AS jsonb) FROM claimed c"
    " WHERE c.channel = 'in_app' ON CONFLICT (id) DO NOTHING)"
    " SELECT * FROM claimed ORDER BY id"
)
_DEVICES = text("SELECT id::text AS id, endpoint, p256dh, auth FROM push_subscriptions WHERE id = ANY (:ids)")
_DEFER = text(
    "UPDATE deliveries SET not_before = :until, lease_until = NULL WHERE occurrence_id = :id AND state = 'planned' AND channel <> 'in_app'"
)
_CANCEL = text(
    "UPDATE deliveries SET state = 'cancelled', fence = fence + 1 WHERE occurrence_id = :id AND state = 'planned'"
    " RETURNING id, user_id, occurrence_id, channel, fence"
)
_LOCK = text("SELECT id FROM reminder_occurrences WHERE id = :id FOR NO KEY UPDATE")
# The doubt of an earlier attempt stays until the end: it decides about a mail's repetition.
_MARK = text(
    "WITH marked AS (UPDATE deliveries SET state = :state, provider_id = :provider_id, lease_until = NULL,"
    " last_error = CASE WHEN :state = 'planned' AND last_error = :doubt THEN last_error ELSE :reason END,"
    " sent_at = CASE WHEN :state = 'sent' THEN now() END,"
    " not_before = CASE WHEN :state = 'planned' THEN now() + make_interval(secs => :wait) ELSE not_before END"
    " WHERE id = :id AND fence = :fence AND state = 'sending' RETURNING 1),"
    " ended AS (UPDATE reminder_occurrences SET state = 'done', updated_at = now() WHERE id = :occurrence_id AND state = 'due'"
    " AND :ends AND EXISTS (SELECT FROM marked)"
    " AND NOT EXISTS (SELECT FROM deliveries WHERE occurrence_id = :occurrence_id AND id <> :id AND state IN ('planned', 'sending')))"
    " SELECT 1 FROM marked"
)
_END = text(
    "UPDATE reminder_occurrences SET state = 'done', updated_at = now() WHERE id = :id AND state = 'due'"
    " AND NOT EXISTS (SELECT FROM deliveries WHERE occurrence_id = :id AND state IN ('planned', 'sending'))"
)
_DEVICE_OK = text("UPDATE push_subscriptions SET last_success_at = now(), failure_count = 0 WHERE id = :id")
# Only if nothing changed since it was read: a browser may have subscribed anew meanwhile.
_DEVICE_GONE = text(
    "DELETE FROM push_subscriptions WHERE id = :id AND endpoint = :endpoint AND p256dh = :p256dh AND auth = :auth"
)
_DEVICE_REFUSED = text("UPDATE push_subscriptions SET failure_count = failure_count + 1 WHERE id = :id")
_FALLBACK = text(
    "INSERT INTO deliveries (id, user_id, occurrence_id, channel, lease_until)"
    " SELECT :new, o.user_id, o.id, 'email', now() + make_interval(secs => :lease) FROM reminder_occurrences o WHERE o.id = :id"
    " AND o.state IN ('due', 'expired_visible') AND NOT EXISTS (SELECT FROM deliveries d WHERE d.occurrence_id = o.id"
    " AND (d.channel = 'email' OR (d.channel = 'push' AND d.state IN ('planned', 'sending', 'sent'))))"
    " AND NOT EXISTS (SELECT FROM notification_preferences p WHERE p.user_id = o.user_id"
    " AND (p.email_suppressed_at IS NOT NULL OR p.preferences ->> 'email_fallback' = 'false'))"
    " ON CONFLICT DO NOTHING RETURNING id"
)


@dataclass(frozen=True)
class Claim:
    """One delivery that is this process's to send until its lease ends; all that sending needs, read under the locks."""

    id: UUID
    user_id: UUID
    occurrence_id: UUID
    task_id: UUID
    channel: str
    fence: int
    attempts: int
    subject: Subject
    email: str
    email_usable: bool
    email_confirmed: bool
    is_wanted: bool
    is_doubtful: bool
    fire_at: datetime
    device_id: str = ""
    device: tuple[str, str, str] | None = None


def claim(connection: Any, occurrence_id: UUID) -> list[Claim]:
    """Claim what may be sent of a reminder now and return it; the app's own notification is written right here.

    What became pointless (task done, deleted, reminder moved) is cancelled and recorded; quiet hours defer.
    """
    row = connection.execute(_CONTEXT, {"id": occurrence_id}).one_or_none()
    if row is None:
        return []
    is_open = row.status == "open" and row.deleted_at is None
    if row.state != "expired_visible" and not (row.state == "due" and is_open):
        _cancel(connection, row, "the task is done or deleted" if not is_open else "the reminder was changed")
        return []
    until = reminder_sweep.disturb_at(connection, row, row.now)
    if until > row.now:
        connection.execute(_DEFER, {"id": occurrence_id, "until": until})
    subject = _subject(row)
    shown = {
        "title": subject.title, "body": subject.body, "task_id": row.task_id,
        "data": orjson.dumps({"late": subject.is_late}).decode(),
    }  # fmt: skip
    rows = connection.execute(_CLAIM, {**shown, "id": occurrence_id, "lease": LEASE_SECONDS}).all()
    devices = _devices(connection, [UUID(r.endpoint_id) for r in rows if r.channel == "push"])
    claims = [
        Claim(
            r.id, r.user_id, r.occurrence_id, row.task_id, r.channel, r.fence, r.attempts, subject, row.email,
            row.email_usable is not False, row.email_confirmed, _is_wanted(row, r.channel),
            r.last_error == reminder_sweep.DOUBT, row.fire_at, r.endpoint_id, devices.get(r.endpoint_id),
        ) for r in rows
    ]  # fmt: skip
    outside = [each for each in claims if each.channel != "in_app"]
    _note_shown(connection, [each for each in claims if each.channel == "in_app"])
    if not outside:
        connection.execute(_END, {"id": occurrence_id})
    return outside


def _devices(connection: Any, ids: list[UUID]) -> dict[str, tuple[str, str, str]]:
    rows = connection.execute(_DEVICES, {"ids": ids}).all() if ids else []
    return {row.id: (row.endpoint, row.p256dh, row.auth) for row in rows}


def _is_wanted(row: Any, channel: str) -> bool:
    """Return whether a channel is still switched on: a storm takes a while, and its first mail may have made somebody stop them."""
    kind = "digest" if row.state == "expired_visible" else "reminder"
    if channel == "email":
        return wants_email(row.preferences, kind)
    return Channel(channel) in wanted_channels(row.preferences, kind)


def send_claimed(claims: Sequence[Claim]) -> None:
    """Send what was claimed and note each outcome; never raises: what is not noted, the lease brings back.

    Stops before the leases end; the rest is given back at once.
    """
    if claims:
        failpoint("reminder.claim_after")
    started = time.monotonic()
    for each in claims:
        try:
            late = time.monotonic() - started > BUDGET_SECONDS
            outcome = Outcome("retry", "no time left in this call") if late else _send(each)
            if not late:
                failpoint("reminder.after_send_before_mark")
            mark(each, outcome)
        except Exception:
            log.exception("delivery.failed", delivery_id=str(each.id), channel=each.channel)


def mark(claimed: Claim, outcome: Outcome) -> bool:
    """Write an outcome if the claim still holds; return whether it did."""
    state, wait = _next_state(claimed, outcome)
    with transaction(None) as connection:
        # A statement of its own: what the next one sees of the other deliveries must be later than the lock.
        connection.execute(_LOCK, {"id": claimed.occurrence_id})
        may_fall_back = claimed.channel == "push" and state not in {"planned", "sent", "suppressed"}
        values = {
            "id": claimed.id, "fence": claimed.fence, "occurrence_id": claimed.occurrence_id, "state": state, "wait": wait,
            "reason": reminder_sweep.DOUBT if outcome.is_doubtful else outcome.reason[:300] or None,
            "doubt": reminder_sweep.DOUBT, "provider_id": outcome.provider_id, "ends": state != "planned" and not may_fall_back,
        }  # fmt: skip
        if connection.execute(_MARK, values).one_or_none() is None:
            metrics.DELIVERIES.add(claimed.channel, "stale")
            return False
        _note_device(connection, claimed, outcome)
        if state != "planned":
            record(connection, _event(claimed, state, outcome.reason))
        if may_fall_back:
            _fall_back(connection, claimed.occurrence_id)
            connection.execute(_END, {"id": claimed.occurrence_id})
    metrics.DELIVERIES.add(claimed.channel, "retry" if state == "planned" else state)
    if state == "sent":
        lateness = clock.epoch_seconds() - claimed.fire_at.timestamp()
        metrics.REMINDER_LATENESS.observe(claimed.channel, value=max(0.0, lateness))
    return True


def _next_state(claimed: Claim, outcome: Outcome) -> tuple[str, float]:
    if outcome.state != "retry":
        return outcome.state, 0.0
    is_third_copy = claimed.channel == "email" and outcome.is_doubtful and claimed.is_doubtful
    if claimed.attempts >= reminder_sweep.MAX_ATTEMPTS or is_third_copy:
        return "failed", 0.0
    usual = _RETRY_SECONDS[min(claimed.attempts, len(_RETRY_SECONDS)) - 1]
    return "planned", outcome.retry_after_seconds or float(usual)


def _send(claimed: Claim) -> Outcome:
    if not claimed.is_wanted:
        return Outcome("suppressed", "switched off meanwhile")
    if claimed.channel == "email":
        return _send_mail(claimed)
    from shared.services.delivery import push

    if claimed.device is None:
        return Outcome("gone", "the device was removed")
    ttl = push_ttl_seconds(clock.now(), claimed.fire_at + MAX_PUSH_TTL)
    is_due_now = claimed.subject.kind == "reminder" and not claimed.subject.is_late
    return push.send_push(
        push.Device(*claimed.device),
        push.Message(_push_data(claimed), push.topic_of(claimed.occurrence_id), ttl, is_urgent=is_due_now),
    )


def _send_mail(claimed: Claim) -> Outcome:
    from shared.services.delivery.mail import compose
    from shared.services.delivery.transport import leaves_this_machine, send_mail

    if not claimed.email_usable:
        return Outcome("suppressed", "mail to this address bounced or was complained about")
    # Anybody can register with anybody's address: what a task says goes to nobody who did not ask for it.
    if not claimed.email_confirmed and leaves_this_machine():
        return Outcome("suppressed", "the address is not confirmed")
    try:
        message = compose(claimed.subject, claimed.user_id, claimed.email, claimed.id, claimed.task_id)
    except ValueError:
        return Outcome("failed", "the address is none")
    return send_mail(claimed.user_id, claimed.id, message)


def _push_data(claimed: Claim) -> dict[str, Any]:
    from shared.services.delivery.tokens import action_token

    locale, user, occurrence = claimed.subject.locale, claimed.user_id, claimed.occurrence_id
    is_reminder = claimed.subject.kind == "reminder"
    buttons = [
        {"action": "done", "title": word("done", locale), "token": action_token("done", user, occurrence)},
        {
            "action": "snooze10",
            "title": word("snooze10", locale),
            "token": action_token("snooze", user, occurrence, 10),
        },
        {
            "action": "snooze60",
            "title": word("snooze60", locale),
            "token": action_token("snooze", user, occurrence, 60),
        },
    ]
    return {
        "kind": claimed.subject.kind, "title": claimed.subject.title, "body": claimed.subject.body, "tag": str(occurrence),
        "task_id": str(claimed.task_id), "occurrence_id": str(occurrence), "late": claimed.subject.is_late,
        "url": f"/today/?task={claimed.task_id}" if is_reminder else "/notifications/", "actions": buttons if is_reminder else [],
    }  # fmt: skip


def _subject(row: Any) -> Subject:
    if row.state == "expired_visible":
        from shared.services.delivery.wording import digest_title

        data = row.digest or {"items": [{"title": row.title}], "count": 1}
        titles = [item["title"] for item in data["items"][:20]]
        return Subject(
            "digest", digest_title(data["count"], row.locale), "\n".join(titles), is_late=True, locale=row.locale,
            more_count=data["count"] - len(titles),
        )  # fmt: skip
    body = due_text(row.due_on, row.due_at, row.time_zone, row.locale, row.now)
    return Subject("reminder", row.title, body, is_late=row.late, locale=row.locale)


def _note_shown(connection: Any, shown: list[Claim]) -> None:
    for each in shown:
        record(connection, _event(each, "created", ""))
        metrics.DELIVERIES.add("in_app", "sent")


def _note_device(connection: Any, claimed: Claim, outcome: Outcome) -> None:
    if claimed.channel != "push" or claimed.device is None:
        return
    key = {"id": UUID(claimed.device_id)}
    if outcome.state == "sent":
        connection.execute(_DEVICE_OK, key)
    elif outcome.state == "gone":
        endpoint, p256dh, auth = claimed.device
        connection.execute(_DEVICE_GONE, {**key, "endpoint": endpoint, "p256dh": p256dh, "auth": auth})
    elif outcome.is_refusal:
        connection.execute(_DEVICE_REFUSED, key)


def _fall_back(connection: Any, occurrence_id: UUID) -> None:
    """Send by e-mail what reached no device at all."""
    values = {"id": occurrence_id, "new": clock.uuid7(), "lease": reminder_sweep.WAKE_SECONDS}
    if connection.execute(_FALLBACK, values).one_or_none() is not None:
        record(connection, *reminder_sweep.again(connection, [occurrence_id]))


def _cancel(connection: Any, row: Any, reason: str) -> None:
    for gone in connection.execute(_CANCEL, {"id": row.id}).all():
        payload = NotificationEvent(
            notification_id=gone.id, user_id=gone.user_id, version=gone.fence, task_id=row.task_id, occurrence_id=row.id,
            channel=gone.channel, title=row.title[:200], reason=reason,
        )  # fmt: skip
        record(
            connection, NewEvent("notification.suppressed", gone.user_id, gone.id, gone.fence, payload, origin="system")
        )
        metrics.DELIVERIES.add(gone.channel, "suppressed")


_EVENTS = {"sent": "delivered", "created": "created", "suppressed": "suppressed"}


def _event(claimed: Claim, state: str, reason: str) -> NewEvent:
    payload = NotificationEvent(
        notification_id=claimed.id, user_id=claimed.user_id, version=claimed.fence, task_id=claimed.task_id,
        occurrence_id=claimed.occurrence_id, channel=claimed.channel, title=claimed.subject.title[:200], reason=reason[:200],
    )  # fmt: skip
    name = f"notification.{_EVENTS.get(state, 'failed')}"
    return NewEvent(name, claimed.user_id, claimed.id, claimed.fence, payload, origin="system")
