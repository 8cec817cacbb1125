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
from shared.domain.delivery import push_ttl_seconds
from shared.events.catalogue import NotificationEvent
from shared.events.outbox import NewEvent, record
from shared.failpoints import failpoint
from shared.logging import get_logger
from shared.services import reminder_sweep
from shared.services.delivery.outcome import Outcome
from shared.services.delivery.wording import Subject, due_text, word

log = get_logger(__name__)
LEASE_SECONDS = 120
BUDGET_SECONDS = 60.0
_RETRY_SECONDS = (30, 120, 600, 1800, 3600, 7200, 14400)

# The locks are taken in the order every edit takes them, task first; a completion under way is waited for.
_CONTEXT = text(
    "SELECT o.id, o.user_id, o.task_id, o.fire_at, o.late, o.state, t.title, t.status, t.deleted_at, t.priority, t.due_on, t.due_at, t.due_tz,"
    " u.email, u.time_zone, u.locale, now() AS now,"
    " (SELECT p.preferences FROM notification_preferences p WHERE p.user_id = o.user_id) AS preferences,"
    " (SELECT p.email_suppressed_at IS NULL FROM notification_preferences p WHERE p.user_id = o.user_id) AS email_usable,"
    " (SELECT n.data FROM notifications n WHERE n.occurrence_id = o.id AND n.kind = 'digest' ORDER BY n.id DESC LIMIT 1) AS digest"
    " FROM tasks t JOIN reminder_occurrences o ON o.task_id = t.id JOIN users u ON u.id = o.user_id"
    " WHERE o.id = :id FOR SHARE OF t, o"
)
_CLAIM = text(
    "UPDATE deliveries d SET state = 'sending', fence = d.fence + 1, attempts = d.attempts + 1,"
    " lease_until = now() + make_interval(secs => :lease)"
    " FROM reminder_occurrences o JOIN tasks t ON t.id = o.task_id"
    " WHERE d.occurrence_id = :id AND o.id = d.occurrence_id AND d.state = 'planned' AND d.not_before <= now()"
    " AND (o.state = 'expired_visible' OR (o.state = 'due' AND t.status = 'open' AND t.deleted_at IS NULL))"
    " RETURNING d.id, d.user_id, d.occurrence_id, d.channel, d.endpoint_id, d.fence, d.attempts"
)
_DEVICES = text("SELECT id::text AS id, endpoint, p256dh, auth FROM push_subscriptions WHERE id::text = ANY (:ids)")
_DEFER = text(
    "UPDATE deliveries SET not_before = :until, lease_until = NULL WHERE occurrence_id = :id AND state = 'planned' AND channel <> 'in_app'"
)
_CANCEL = text(
    "UPDATE deliveries SET state = 'cancelled', fence = fence + 1 WHERE occurrence_id = :id AND state = 'planned'"
    " RETURNING id, user_id, occurrence_id, channel, fence"
)
_NOTIFY = text(
    "INSERT INTO notifications (id, user_id, kind, title, body, task_id, occurrence_id, data)"
    " VALUES (:id, :user_id, 'reminder', :title, :body, :task_id, :occurrence_id, CAST(:data AS jsonb)) ON CONFLICT (id) DO NOTHING"
)
_LOCK = text("SELECT id FROM reminder_occurrences WHERE id = :id FOR UPDATE")
_MARK = text(
    "UPDATE deliveries SET state = :state, last_error = :reason, provider_id = :provider_id, lease_until = NULL,"
    " sent_at = CASE WHEN :state = 'sent' THEN now() END,"
    " not_before = CASE WHEN :state = 'planned' THEN now() + make_interval(secs => :wait) ELSE not_before END"
    " WHERE id = :id AND fence = :fence AND state = 'sending' RETURNING 1"
)
_END = text(
    "UPDATE reminder_occurrences SET state = 'done', updated_at = now() WHERE id = :id AND state = 'due'"
    " AND NOT EXISTS (SELECT FROM deliveries WHERE occurrence_id = :id AND state IN ('planned', 'sending'))"
)
_DEVICE_OK = text("UPDATE push_subscriptions SET last_success_at = now(), failure_count = 0 WHERE id::text = :id")
# Only if nothing changed since it was read: a browser may have subscribed anew meanwhile.
_DEVICE_GONE = text(
    "DELETE FROM push_subscriptions WHERE id::text = :id AND endpoint = :endpoint AND p256dh = :p256dh AND auth = :auth"
)
_DEVICE_REFUSED = text("UPDATE push_subscriptions SET failure_count = failure_count + 1 WHERE id::text = :id")
_FALLBACK = text(
    "INSERT INTO deliveries (id, user_id, occurrence_id, channel, lease_until)"
    " SELECT :new, o.user_id, o.id, 'email', now() + make_interval(secs => :lease) FROM reminder_occurrences o WHERE o.id = :id"
    " AND o.state IN ('due', 'expired_visible') AND NOT EXISTS (SELECT FROM deliveries d WHERE d.occurrence_id = o.id"
    " AND (d.channel = 'email' OR (d.channel = 'push' AND d.state IN ('planned', 'sending', 'sent'))))"
    " AND NOT EXISTS (SELECT FROM notification_preferences p WHERE p.user_id = o.user_id AND p.email_suppressed_at IS NOT NULL)"
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
    until = reminder_sweep.quiet_end(row, row.now)
    if until > row.now:
        connection.execute(_DEFER, {"id": occurrence_id, "until": until})
    rows = connection.execute(_CLAIM, {"id": occurrence_id, "lease": LEASE_SECONDS}).all()
    devices = {
        found.id: (found.endpoint, found.p256dh, found.auth)
        for found in connection.execute(_DEVICES, {"ids": [r.endpoint_id for r in rows if r.channel == "push"]}).all()
    }  # fmt: skip
    subject = _subject(row)
    claims = [
        Claim(
            r.id, r.user_id, r.occurrence_id, row.task_id, r.channel, r.fence, r.attempts, subject, row.email,
            row.email_usable is not False, row.fire_at, r.endpoint_id, devices.get(r.endpoint_id),
        ) for r in rows
    ]  # fmt: skip
    for inside in (each for each in claims if each.channel == "in_app"):
        _show_in_app(connection, inside)
    return [each for each in claims if each.channel != "in_app"]


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
        connection.execute(_LOCK, {"id": claimed.occurrence_id})
        values = {"id": claimed.id, "fence": claimed.fence, "state": state, "reason": outcome.reason[:300] or None}
        marked = connection.execute(_MARK, {**values, "wait": wait, "provider_id": outcome.provider_id}).one_or_none()
        if marked is None:
            metrics.DELIVERIES.add(claimed.channel, "stale")
            return False
        _note_device(connection, claimed, outcome)
        if state != "planned":
            record(connection, _event(claimed, state, outcome.reason))
            if claimed.channel == "push" and state != "sent":
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
    if claimed.attempts >= reminder_sweep.MAX_ATTEMPTS:
        return "failed", 0.0
    usual = _RETRY_SECONDS[min(claimed.attempts, len(_RETRY_SECONDS)) - 1]
    return "planned", outcome.retry_after_seconds or float(usual)


def _send(claimed: Claim) -> Outcome:
    if claimed.channel == "email":
        from shared.services.delivery.mail import compose
        from shared.services.delivery.transport import send_mail

        if not claimed.email_usable:
            return Outcome("suppressed", "mail to this address bounced or was complained about")
        try:
            message = compose(claimed.subject, claimed.user_id, claimed.email, claimed.id, claimed.task_id)
        except ValueError:
            return Outcome("failed", "the address is none")
        return send_mail(claimed.user_id, claimed.id, message)
    from shared.services.delivery import push

    if claimed.device is None:
        return Outcome("gone", "the device was removed")
    ttl = push_ttl_seconds(clock.now(), None)
    message_data = _push_data(claimed)
    return push.send_push(
        push.Device(*claimed.device), push.Message(message_data, push.topic_of(claimed.occurrence_id), ttl)
    )


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


def _show_in_app(connection: Any, claimed: Claim) -> None:
    values = {
        "id": claimed.id, "user_id": claimed.user_id, "title": claimed.subject.title, "body": claimed.subject.body,
        "task_id": claimed.task_id, "occurrence_id": claimed.occurrence_id,
        "data": orjson.dumps({"late": claimed.subject.is_late}).decode(),
    }  # fmt: skip
    connection.execute(_NOTIFY, values)
    done = {"id": claimed.id, "fence": claimed.fence, "state": "sent", "reason": None, "wait": 0.0, "provider_id": None}
    connection.execute(_MARK, done)
    connection.execute(_END, {"id": claimed.occurrence_id})
    record(connection, _event(claimed, "created", ""))
    metrics.DELIVERIES.add("in_app", "sent")


def _note_device(connection: Any, claimed: Claim, outcome: Outcome) -> None:
    if claimed.channel != "push" or claimed.device is None:
        return
    key = {"id": claimed.device_id}
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
