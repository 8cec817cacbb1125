"""Everything due by the database's clock becomes deliveries and events; called by the reminders function every 30 seconds.

Level-triggered: whatever was missed while nothing ran is found by the next tick. A batch is one transaction: the occurrence leaves
``pending``, its rows in the delivery ledger and its event appear together. Rows another run holds are skipped, so overlapping runs
share the work. What is up to 12 hours late is sent and marked; what is older goes to :mod:`shared.services.reminder_digest`.
Success here says nothing about sending: the notifier does that, and ``wake`` reminds it of what it did not finish.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock, metrics
from shared.db.engine import transaction
from shared.domain.delivery import (
    Channel,
    DueReminder,
    Reach,
    choose_channels,
    combine_late,
    quiet_until,
    schedule_within_cap,
)
from shared.domain.reminder import SENT_LATE, Lateness, lateness
from shared.events.catalogue import NotificationEvent, ReminderEvent
from shared.events.outbox import NewEvent, record
from shared.services.notification_preferences import may_fall_back, quiet_hours, wanted_channels

BATCH = 200
# After downtime a person gets at most so many late reminders in ten minutes; the rest follow. On-time ones are never held back.
STORM_CAP = 20
STORM_WINDOW = timedelta(minutes=10)
STORM_JITTER_SECONDS = 20.0
# Jitter and the sweep's own period move a wave by so much: the one before it, a window ago, does not count against it.
STORM_SLACK = timedelta(minutes=1)
# How long the notifier has for a planned delivery before it is told again.
WAKE_SECONDS = 60
MAX_ATTEMPTS = 8
_random = SystemRandom()

Now = Callable[[Any], datetime]

_CONTEXT = (
    "SELECT o.id, o.user_id, o.task_id, o.fire_at, t.title, t.status, t.deleted_at, t.priority, u.time_zone, u.locale,"
    " (SELECT p.preferences FROM notification_preferences p WHERE p.user_id = o.user_id) AS preferences,"
    " (SELECT p.email_suppressed_at IS NULL FROM notification_preferences p WHERE p.user_id = o.user_id) AS email_usable,"
    " ARRAY(SELECT s.id::text FROM push_subscriptions s WHERE s.user_id = o.user_id AND s.failure_count < 3 ORDER BY s.id)"
    " AS subscriptions"
    " FROM reminder_occurrences o JOIN tasks t ON t.id = o.task_id JOIN users u ON u.id = o.user_id"
)
_TAKE = text(
    f"{_CONTEXT} WHERE o.state = 'pending' AND o.fire_at <= :now AND o.fire_at >= :oldest ORDER BY o.fire_at"
    " LIMIT :batch FOR UPDATE OF o SKIP LOCKED"
)
_SIBLINGS = text(
    f"{_CONTEXT} WHERE o.state = 'pending' AND o.task_id = ANY (:tasks) AND o.fire_at <= :now AND o.fire_at >= :oldest"
    " AND o.id <> ALL (:known) ORDER BY o.fire_at FOR UPDATE OF o SKIP LOCKED"
)
OLD = text(
    f"{_CONTEXT} WHERE o.state = 'pending' AND o.user_id = :user_id AND o.fire_at < :oldest ORDER BY o.fire_at"
    " FOR UPDATE OF o SKIP LOCKED"
)
_MOVE = text(
    "UPDATE reminder_occurrences o SET state = x.state, late = x.late, updated_at = now()"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(id uuid, state text, late boolean) WHERE o.id = x.id"
)
_PLAN = text(
    "INSERT INTO deliveries (id, user_id, occurrence_id, channel, endpoint_id, not_before, lease_until, state, last_error)"
    " SELECT x.id, x.user_id, x.occurrence_id, x.channel, x.endpoint_id, x.not_before, x.lease_until, coalesce(x.state, 'planned'), x.reason"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(id uuid, user_id uuid, occurrence_id uuid, channel text, endpoint_id text,"
    " not_before timestamptz, lease_until timestamptz, state text, reason text) ON CONFLICT (occurrence_id, channel, endpoint_id) DO NOTHING"
)
_RECENT = text(
    "SELECT d.user_id, count(DISTINCT d.occurrence_id) AS count FROM deliveries d JOIN reminder_occurrences o ON o.id = d.occurrence_id"
    " WHERE d.user_id = ANY (:users) AND o.late AND d.channel <> 'in_app'"
    " AND (d.state IN ('planned', 'sending') OR d.sent_at > :since) GROUP BY d.user_id"
)
_STORM_LOCK = text("SELECT pg_advisory_xact_lock(190234, hashtext(CAST(:user_id AS text)))")
_STORM = text(
    "SELECT count(DISTINCT o.id) FILTER (WHERE d.state = 'sending' OR d.sent_at > :since) AS came,"
    " count(DISTINCT o.id) FILTER (WHERE d.state = 'planned' AND d.not_before >= :start) AS waiting"
    " FROM deliveries d JOIN reminder_occurrences o ON o.id = d.occurrence_id"
    " WHERE d.user_id = :user_id AND o.late AND o.id <> :id AND d.channel <> 'in_app'"
)
_STUCK = text(
    "WITH stuck AS (SELECT id, state, attempts, last_error FROM deliveries WHERE not_before <= :now"
    " AND ((state = 'planned' AND (lease_until IS NULL OR lease_until < :now)) OR (state = 'sending' AND lease_until < :now))"
    " ORDER BY not_before LIMIT :batch FOR UPDATE SKIP LOCKED)"
    " UPDATE deliveries d SET lease_until = :lease, fence = d.fence + 1,"
    " state = CASE WHEN s.attempts >= :most OR (d.channel = 'email' AND s.state = 'sending' AND s.last_error = :doubt)"
    " THEN 'failed' ELSE 'planned' END,"
    " last_error = CASE WHEN s.state = 'sending' THEN :doubt ELSE d.last_error END"
    " FROM stuck s WHERE d.id = s.id RETURNING d.id, d.user_id, d.occurrence_id, d.channel, d.state, d.fence, d.last_error"
)
# Of a delivery whose sender ended, or got no answer, after it may have handed the message over. A mail gets one repetition after that.
DOUBT = "nobody knows whether it was sent"
_MERGED = "another reminder of this task stands for it"


def database_now(connection: Any) -> datetime:
    """Return the transaction's time on the database's clock: the only clock that decides what is due."""
    now: datetime = connection.execute(text("SELECT now()")).scalar_one()
    return now


def sweep_due(*, now: Now = database_now, batch: int = BATCH, rounds: int = 200) -> dict[str, int]:
    """Turn every due reminder of the last 12 hours into deliveries; return how many became due, were combined or cancelled."""
    counts: dict[str, int] = defaultdict(int)
    for _ in range(rounds):
        with transaction(None) as connection:
            moment = now(connection)
            key = {"now": moment, "oldest": moment - SENT_LATE}
            rows = list(connection.execute(_TAKE, {**key, "batch": batch}))
            if not rows:
                break
            others = {"tasks": list({row.task_id for row in rows}), "known": [row.id for row in rows]}
            rows += connection.execute(_SIBLINGS, {**key, **others}).all()
            for name, count in _process(connection, rows, moment).items():
                counts[name] += count
    return dict(counts)


def _process(connection: Any, rows: Sequence[Any], now: datetime) -> dict[str, int]:
    live = [row for row in rows if row.status == "open" and row.deleted_at is None]
    moves = [{"id": row.id, "state": "cancelled", "late": False} for row in rows if row not in live]
    cancelled = len(moves)
    by_id = {row.id: row for row in live}
    late = combine_late(_reminder(row) for row in live if lateness(row.fire_at, now) is Lateness.LATE)
    late_ids = {reminder.occurrence_id for reminder in late}
    combined = {stood_for.occurrence_id for others in late.values() for stood_for in others}
    combined |= _same_minute(row for row in live if lateness(row.fire_at, now) is Lateness.ON_TIME)
    chosen = [row for identity, row in by_id.items() if identity not in combined]
    starts = _start_times(connection, chosen, late_ids, now)
    deliveries: list[dict[str, Any]] = []
    events: list[NewEvent] = []
    for row in (by_id[identity] for identity in sorted(combined)):
        moves.append({"id": row.id, "state": "done", "late": lateness(row.fire_at, now) is Lateness.LATE})
        closed = {"state": "cancelled", "reason": _MERGED, "lease_until": None}
        deliveries += [planned | closed for planned in plan_deliveries(row, "reminder", now, now)]
    for row in chosen:
        is_late = row.id in late_ids
        planned = plan_deliveries(row, "reminder", now, starts[row.id])
        deliveries += planned
        moves.append({"id": row.id, "state": "due" if planned else "done", "late": is_late})
        events.append(due_event(row, late=is_late) if planned else _nothing_wanted(row))
    connection.execute(_MOVE, {"rows": orjson.dumps(moves).decode()})
    store_deliveries(connection, deliveries)
    record(connection, *events)
    return {"due": len(chosen), "late": len(late_ids), "combined": len(combined), "cancelled": cancelled}


def _same_minute(rows: Iterable[Any]) -> set[UUID]:
    """Return the reminders another one of the same task and minute stands for: one message, not one a reminder."""
    chosen: dict[tuple[UUID, datetime], UUID] = {}
    merged = set()
    for row in sorted(rows, key=lambda row: (row.fire_at, row.id)):
        minute = row.task_id, row.fire_at.replace(second=0, microsecond=0)
        if chosen.setdefault(minute, row.id) != row.id:
            merged.add(row.id)
    return merged


def plan_deliveries(row: Any, kind: str, now: datetime, not_before: datetime) -> list[dict[str, Any]]:
    """Return the ledger rows of an occurrence: one a channel, one a device for push; the app itself is never held back."""
    reach = Reach(len(row.subscriptions), row.email_usable is not False, may_fall_back(row.preferences))
    planned = []
    for channel in sorted(choose_channels(wanted_channels(row.preferences, kind), reach)):
        start = now if channel is Channel.IN_APP else not_before
        lease = now + timedelta(seconds=WAKE_SECONDS) if start <= now else None
        common = {
            "user_id": row.user_id,
            "occurrence_id": row.id,
            "channel": channel.value,
            "not_before": start,
            "lease_until": lease,
        }
        endpoints = row.subscriptions if channel is Channel.PUSH else [""]
        planned += [{**common, "id": clock.uuid7(), "endpoint_id": endpoint} for endpoint in endpoints]
    return planned


def store_deliveries(connection: Any, rows: list[dict[str, Any]]) -> None:
    """Write ledger rows; one that exists stays as it is."""
    if rows:
        connection.execute(_PLAN, {"rows": orjson.dumps(rows).decode()})


def due_event(row: Any, *, late: bool = False, version: int = 1) -> NewEvent:
    """Return the event that sends the notifier to an occurrence; the first is version 1, repeats carry the time in microseconds."""
    payload = ReminderEvent(occurrence_id=row.id, user_id=row.user_id, task_id=row.task_id, version=version, late=late)
    return NewEvent("reminder.due", row.user_id, row.id, version, payload, origin="system")


def quiet_end(row: Any, now: datetime) -> datetime:
    """Return when a person may be disturbed: now, or at the end of the quiet hours."""
    return quiet_until(quiet_hours(row.preferences, row.time_zone), now, priority=row.priority)


def wake(*, now: Now = database_now, batch: int = BATCH, rounds: int = 200) -> dict[str, int]:
    """Tell the notifier again of deliveries that wait: deferred ones whose time has come, retries, and leases of dead senders.

    The fence moves on with each, so a sender that was only slow can no longer write its outcome. A delivery is given up after
    eight attempts; an e-mail already when twice nobody knows whether it was sent, so that nobody gets a third copy.
    """
    woken = failed = 0
    for _ in range(rounds):
        with transaction(None) as connection:
            moment = now(connection)
            values = {
                "now": moment, "batch": batch, "lease": moment + timedelta(seconds=WAKE_SECONDS),
                "most": MAX_ATTEMPTS, "doubt": DOUBT,
            }  # fmt: skip
            rows = connection.execute(_STUCK, values).all()
            if not rows:
                break
            events = [
                failure_event(row, row.last_error or "too many attempts") for row in rows if row.state == "failed"
            ]
            failed += len(events)
            occurrences = {row.occurrence_id for row in rows if row.state == "planned"}
            woken += len(rows) - len(events)
            record(connection, *events, *again(connection, occurrences))
    return {"woken": woken, "given_up": failed}


def again(connection: Any, occurrences: Iterable[UUID]) -> list[NewEvent]:
    """Return events that send the notifier to occurrences it has heard of before."""
    rows = connection.execute(
        text("SELECT id, user_id, task_id, late FROM reminder_occurrences WHERE id = ANY (:ids) ORDER BY id"),
        {"ids": list(occurrences)},
    ).all()
    version = int(clock.epoch_seconds() * 1_000_000)
    return [due_event(row, late=row.late, version=version) for row in rows]


def failure_event(row: Any, reason: str) -> NewEvent:
    """Return the event of a delivery given up for good; counts it too."""
    metrics.DELIVERIES.add(row.channel, "failed")
    payload = NotificationEvent(
        notification_id=row.id, user_id=row.user_id, version=row.fence, occurrence_id=row.occurrence_id, channel=row.channel,
        reason=reason[:200],
    )  # fmt: skip
    return NewEvent("notification.failed", row.user_id, row.id, row.fence, payload, origin="system")


def disturb_at(connection: Any, row: Any, now: datetime) -> datetime:
    """Return when an occurrence that was planned for now may disturb: now, or after the quiet hours.

    A storm that quiet hours or another outage interrupt does not come at once when they end: what has no place within the cap goes
    behind those that wait already. Notifiers beside each other count one after the other.
    """
    end = quiet_end(row, now)
    if not row.late:
        return end
    key = {"user_id": row.user_id, "id": row.id}
    connection.execute(_STORM_LOCK, key)
    counts = connection.execute(_STORM, {**key, "start": end, "since": now - STORM_WINDOW + STORM_SLACK}).one()
    came = counts.came if end == now else 0
    if end == now and came < STORM_CAP:
        return now
    windows: int = (came + counts.waiting) // STORM_CAP
    return end + STORM_WINDOW * windows


def _start_times(connection: Any, rows: Sequence[Any], late_ids: set[UUID], now: datetime) -> dict[UUID, datetime]:
    """Return when each occurrence may disturb: after the quiet hours, and late ones spread within the cap with some jitter."""
    starts = {row.id: quiet_end(row, now) for row in rows}
    late = [row for row in rows if row.id in late_ids]
    if not late:
        return starts
    recent = connection.execute(
        _RECENT, {"users": list({row.user_id for row in late}), "since": now - STORM_WINDOW}
    ).all()
    sent_counts = {row.user_id: row.count for row in recent}
    by_start: dict[datetime, list[DueReminder]] = defaultdict(list)
    for row in late:
        by_start[starts[row.id]].append(_reminder(row))
    for start, reminders in by_start.items():
        for reminder, at in schedule_within_cap(
            reminders, now=start, cap=STORM_CAP, window=STORM_WINDOW, sent_counts=sent_counts
        ):
            # A few late ones go at once; a crowd of people does not hit mail and push services at one moment.
            seconds = _random.uniform(0, STORM_JITTER_SECONDS) if len(late) > STORM_CAP else 0.0
            starts[reminder.occurrence_id] = at + timedelta(seconds=seconds)
    return starts


def _reminder(row: Any) -> DueReminder:
    return DueReminder(row.id, row.user_id, row.task_id, row.fire_at)


def _nothing_wanted(row: Any) -> NewEvent:
    payload = NotificationEvent(
        notification_id=row.id, user_id=row.user_id, task_id=row.task_id, occurrence_id=row.id, title=row.title[:200],
        reason="no channel is switched on",
    )  # fmt: skip
    return NewEvent("notification.suppressed", row.user_id, row.id, 1, payload, origin="system")
