"""The reconciler closes every hole of the transport: what a registered consumer never saw is published again, with the same id.

KafkaSource drops an event when sink and dead letter sink both fail; a broker may lose its log; the one-machine broker forgets on exit.
Outbox and inbox are in one database, so what is missing can be asked for. Consumers that did see an event recognise it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared import metrics
from shared.config import EventSettings
from shared.events.catalogue import BY_NAME, types_of
from shared.logging import get_logger

log = get_logger(__name__)
_BATCH = 500
Run = Callable[[str, dict[str, Any]], list[UUID]]

_MISSING = """
INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)
SELECT e.event_id, e.user_id, e.aggregate_id, e.aggregate_version, CAST(:topics AS jsonb) ->> e.type, e.created_at
  FROM event_log e
 WHERE e.created_at BETWEEN now() - CAST(:since AS interval) AND now() - CAST(:until AS interval)
   AND e.type = ANY (:names)
   AND NOT EXISTS (SELECT FROM inbox i WHERE i.consumer = :consumer AND i.event_id = e.event_id)
   AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.consumer = :consumer AND d.event_id = e.event_id::text)
   AND NOT EXISTS (SELECT FROM outbox_pending o WHERE o.event_id = e.event_id)
 ORDER BY e.created_at, e.event_id LIMIT :most
ON CONFLICT DO NOTHING
RETURNING aggregate_id
"""


def put_back(
    run: Run,
    consumers: Mapping[str, Sequence[str]],
    *,
    older_than_seconds: float,
    within: timedelta,
    rounds: int = 1000,
) -> dict[str, list[UUID]]:
    """Put every event that a consumer has neither processed nor given up back into the outbox; publish nothing yet.

    All of them before the first is published: one sent while an older one of its aggregate is not back yet would overtake it.

    Args:
        run: runs a statement with ``:name`` parameters in a transaction of its own and returns its one column.
        consumers: the topics each consumer reads.
        older_than_seconds: as for :func:`republish_missing`.
        within: as there.
        rounds: as there.

    Returns:
        The aggregate of each event put back, by the consumer that missed it; an event that two missed counts for the first.
    """
    import orjson

    topics = orjson.dumps({name: event_type.topic for name, event_type in BY_NAME.items()}).decode()
    found: dict[str, list[UUID]] = {}
    for consumer, consumed in consumers.items():
        values: dict[str, Any] = {
            "consumer": consumer,
            "names": types_of(tuple(consumed)),
            "topics": topics,
            "since": f"{within.total_seconds()} seconds",
            "until": f"{older_than_seconds} seconds",
            "most": _BATCH,
        }
        for _ in range(rounds):
            aggregates = run(_MISSING, values)
            if aggregates:
                found.setdefault(consumer, []).extend(aggregates)
            if len(aggregates) < _BATCH:
                break
    return found


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
    from shared.events.outbox import drain

    consumers = EventSettings.load().consumers
    found = put_back(_run, consumers, older_than_seconds=older_than_seconds, within=within, rounds=rounds)
    aggregates = list(dict.fromkeys(aggregate for missed in found.values() for aggregate in missed))
    for start in range(0, len(aggregates), _BATCH):
        while drain(aggregates[start : start + _BATCH]):
            pass
    for consumer, missed in found.items():
        metrics.EVENTS_REPUBLISHED.add(consumer, amount=len(missed))
        log.warning("events.republished", consumer=consumer, count=len(missed))
    return {consumer: len(missed) for consumer, missed in found.items()}


def _run(sql: str, values: dict[str, Any]) -> list[UUID]:
    from sqlalchemy import text

    from shared.db.engine import transaction

    with transaction(None) as connection:
        return list(connection.execute(text(sql), values).scalars())
