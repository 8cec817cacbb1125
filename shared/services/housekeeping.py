"""What is thrown away and when, and the partitions of the event log.

Partitions are made by the owner's function ``ensure_event_partition`` because the functions' roles own nothing. A partition older than its
retention is dropped only when nothing pending and no open dead letter points into it.
"""

from datetime import date
from typing import Any

from sqlalchemy import text

from shared.db.engine import transaction
from shared.events.reconciler import republish_missing
from shared.logging import get_logger

log = get_logger(__name__)
_BATCH = 5000
_MONTHS_AHEAD = 3
EVENT_LOG_MONTHS = 13
TRASH_DAYS = 30
INBOX_DAYS = 32  # at least the longest topic retention

# What is deleted by age: name -> condition that its rows are over. The longest list of all is tidied in batches.
_EXPIRED = {
    "refresh_tokens": "expires_at < now() - interval '1 day'",
    "oauth_codes": "expires_at < now() - interval '1 day'",
    "oauth_tokens": "expires_at < now() - interval '1 day'",
    "oauth_clients": "last_used_at < now() - interval '90 days'",
    "idempotency_keys": "created_at < now() - interval '48 hours'",
    "rate_limits": "updated_at < now() - interval '1 day'",
    "used_action_tokens": "expires_at < now()",
    "account_mails": "expires_at < now() - interval '7 days'",
    "pending_actions": "expires_at < now() - interval '7 days'",
    "inbox": f"processed_at < now() - interval '{INBOX_DAYS} days'",
    "consumer_attempts": f"first_failed_at < now() - interval '{INBOX_DAYS} days'",
    "dead_letters": "state <> 'open' AND last_seen_at < now() - interval '90 days'",
    "reminder_occurrences": (
        "state IN ('done', 'cancelled', 'expired_visible') AND greatest(fire_at, snoozed_until) < now() - interval '90 days'"
    ),
    "notifications": "created_at < now() - interval '90 days'",
}


def tidy() -> dict[str, Any]:
    """Do the whole round and return how many of each were removed or made."""
    counts: dict[str, Any] = {"partitions_made": _make_partitions(), "partitions_dropped": _drop_partitions()}
    for table, condition in _EXPIRED.items():
        counts[table] = _delete(table, condition)
    counts["trash"] = _empty_trash()
    counts["republished"] = sum(republish_missing(within=_two_days(), rounds=100).values())
    return {name: count for name, count in counts.items() if count}


def _two_days() -> Any:
    from datetime import timedelta

    return timedelta(days=2)


def _make_partitions() -> int:
    with transaction(None) as connection:
        today = connection.execute(text("SELECT (now() AT TIME ZONE 'UTC')::date")).scalar_one()
        return sum(
            connection.execute(
                text("SELECT ensure_event_partition(:month)"), {"month": _month(today, offset)}
            ).scalar_one()
            for offset in range(_MONTHS_AHEAD + 1)
        )


def _drop_partitions() -> int:
    with transaction(None) as connection:
        today = connection.execute(text("SELECT (now() AT TIME ZONE 'UTC')::date")).scalar_one()
        limit = _month(today, -EVENT_LOG_MONTHS)
        return int(connection.execute(text("SELECT drop_event_partitions(:limit)"), {"limit": limit}).scalar_one())


def _month(day: date, offset: int) -> date:
    months = day.year * 12 + day.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)


def _delete(table: str, condition: str) -> int:
    total = 0
    while True:
        with transaction(None) as connection:
            oldest = f"SELECT ctid FROM {table} WHERE {condition} LIMIT {_BATCH}"  # noqa: S608 - the constants above
            count = connection.execute(text(f"DELETE FROM {table} WHERE ctid = ANY (ARRAY({oldest}))")).rowcount  # noqa: S608
        total += count
        if count < _BATCH:
            return total


def _empty_trash() -> int:
    from shared.services.actor import Actor
    from shared.services.tasks import purge_task

    total = 0
    while True:
        with transaction(None) as connection:
            rows = connection.execute(
                # Topmost first: what hangs below goes with it.
                text(
                    f"SELECT id, user_id FROM tasks WHERE deleted_at < now() - interval '{TRASH_DAYS} days'"  # noqa: S608 - a constant
                    " ORDER BY depth, id LIMIT 100"
                )
            ).all()
        if not rows:
            return total
        for row in rows:
            total += _purge(Actor(row.user_id, "system"), row.id, purge_task)


def _purge(actor: Any, task_id: Any, purge_task: Any) -> int:
    from shared.errors import NotFound

    try:
        purge_task(actor, task_id)
    except NotFound:
        return 0  # went with the task above it
    return 1
