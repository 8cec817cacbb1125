"""The sweep of the outbox: everything pending for more than five seconds, and once a minute the reconciler."""

from typing import Any

from shared import clock, metrics
from shared.failpoints import failpoint

_BATCH = 200
_MOST_BATCHES = 50
_RECONCILE_EVERY_SECONDS = 60.0
_last_reconciled = 0.0

_LEFT = (
    "SELECT aggregate_id FROM outbox_pending WHERE created_at < now() - interval '5 seconds' AND next_attempt_at <= now()"
    " GROUP BY aggregate_id ORDER BY min(seq) LIMIT :most"
)
_STATE = "SELECT count(*) AS pending, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS oldest_seconds FROM outbox_pending"


def relay() -> dict[str, Any]:
    """Publish what was left behind and return ``{published, pending, oldest_seconds, republished}``."""
    global _last_reconciled  # noqa: PLW0603 - of this process; a fresh pod reconciles at once
    published = _sweep()
    republished = 0
    if clock.epoch_seconds() - _last_reconciled >= _RECONCILE_EVERY_SECONDS:
        from shared.events.reconciler import republish_missing

        republished = sum(republish_missing(rounds=4).values())
        _last_reconciled = clock.epoch_seconds()
    state = _state()
    return {"published": published, "republished": republished, **state}


def _sweep() -> int:
    from sqlalchemy import text

    from shared.db.engine import transaction
    from shared.events.outbox import drain

    published = 0
    for _ in range(_MOST_BATCHES):
        with transaction(None) as connection:
            aggregates = list(connection.execute(text(_LEFT), {"most": _BATCH}).scalars())
        if not aggregates:
            break
        done = drain(aggregates)
        failpoint("sweep.mid")
        published += done
        if done == 0:
            break  # the broker is away: the rows have their next attempt
    return published


def _state() -> dict[str, Any]:
    from sqlalchemy import text

    from shared.db.engine import transaction

    with transaction(None) as connection:
        row = connection.execute(text(_STATE)).one()
    metrics.OUTBOX_PENDING.set(value=float(row.pending))
    metrics.OUTBOX_OLDEST.set(value=float(row.oldest_seconds))
    return {"pending": row.pending, "oldest_seconds": round(float(row.oldest_seconds), 1)}
