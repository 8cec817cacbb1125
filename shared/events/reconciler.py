"""The reconciler closes every hole of the transport: what a registered consumer never saw is published again, with the same id.

KafkaSource drops an event when sink and dead letter sink both fail; a broker may lose its log; the one-machine broker forgets on exit.
Outbox and inbox are in one database, so what is missing can be asked for. Consumers that did see an event recognise it.
"""

from datetime import timedelta
from typing import Any

from shared import metrics
from shared.config import EventSettings
from shared.events.catalogue import BY_NAME, types_of
from shared.logging import get_logger

log = get_logger(__name__)
_BATCH = 500

_MISSING = """
INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)
SELECT e.event_id, e.user_id, e.aggregate_id, e.aggregate_version, CAST(:topics AS jsonb) ->> e.type, e.created_at
  FROM event_log e
 WHERE e.created_at BETWEEN now() - CAST(:since AS interval) AND now() - CAST(:until AS interval)
   AND e.type = ANY (:types)
   AND NOT EXISTS (SELECT FROM inbox i WHERE i.consumer = :consumer AND i.event_id = e.event_id)
   AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.consumer = :consumer AND d.event_id = e.event_id::text)
   AND NOT EXISTS (SELECT FROM outbox_pending o WHERE o.event_id = e.event_id)
 ORDER BY e.created_at, e.event_id LIMIT :most
ON CONFLICT DO NOTHING
RETURNING aggregate_id
"""


def republish_missing(
    *, older_than_seconds: float = 300, within: timedelta = timedelta(hours=2), rounds: int = 1000
) -> dict[str, int]:
    """Publish again every event that a registered consumer has neither processed nor given up.

    Args:
        older_than_seconds: younger events may still be on their way; above the transport's whole retry budget in a cluster.
        within: how far to look back; bounded by the inbox's retention.
        rounds: the most batches of 500 events a consumer.

    Returns:
        How many events were put back, by consumer.
    """
    import orjson
    from sqlalchemy import text

    from shared.db.engine import transaction
    from shared.events.outbox import drain

    counts: dict[str, int] = {}
    topics = orjson.dumps({name: event_type.topic for name, event_type in BY_NAME.items()}).decode()
    for consumer, consumed in EventSettings.load().consumers.items():
        values: dict[str, Any] = {
            "consumer": consumer,
            "types": types_of(tuple(consumed)),
            "topics": topics,
            "since": f"{within.total_seconds()} seconds",
            "until": f"{older_than_seconds} seconds",
            "most": _BATCH,
        }
        for _ in range(rounds):
            with transaction(None) as connection:
                aggregates = list(connection.execute(text(_MISSING), values).scalars())
            if not aggregates:
                break
            drain(sorted(set(aggregates)))
            counts[consumer] = counts.get(consumer, 0) + len(aggregates)
            metrics.EVENTS_REPUBLISHED.add(consumer, amount=len(aggregates))
            log.warning("events.republished", consumer=consumer, count=len(aggregates))
            if len(aggregates) < _BATCH:
                break
    return counts
