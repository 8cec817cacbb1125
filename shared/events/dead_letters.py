"""The store of events that were given up, by a consumer itself or by the transport, and their replay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared import clock
from shared.events.catalogue import BY_NAME
from shared.events.envelope import attributes, kafka_headers

_STORE = text(
    "INSERT INTO dead_letters AS d (id, consumer, event_id, event_type, user_id, reason, attempts, topic, payload, headers)"
    " VALUES (:id, :consumer, :event_id, :event_type, :user_id, :reason, :attempts, :topic, :payload, CAST(:headers AS jsonb))"
    " ON CONFLICT (consumer, event_id) DO UPDATE SET reason = excluded.reason, last_seen_at = now(), state = 'open',"
    " attempts = greatest(d.attempts, excluded.attempts), resolved_at = NULL, resolved_by = NULL"
)
_FORGET = text(
    "WITH a AS (DELETE FROM consumer_attempts WHERE consumer = :consumer AND event_id = CAST(:event_id AS uuid))"
    " DELETE FROM inbox WHERE consumer = :consumer AND event_id = CAST(:event_id AS uuid)"
)
_LOGGED = text(
    "SELECT event_id, user_id, aggregate_id, aggregate_version, type, payload::text AS payload, traceparent, created_at"
    " FROM event_log WHERE event_id = CAST(:event_id AS uuid)"
)


@dataclass(frozen=True)
class DeadLetter:
    """An event nobody could process, for one consumer."""

    consumer: str
    event_id: str
    event_type: str
    user_id: UUID | None
    reason: str
    attempts: int
    topic: str
    payload: bytes
    headers: dict[str, str] = field(default_factory=dict)


def store(connection: Any, letter: DeadLetter) -> None:
    """Write a dead letter, or update the one of the same consumer and event."""
    import orjson

    values = {**vars(letter), "id": clock.uuid7(), "headers": orjson.dumps(letter.headers).decode()}
    connection.execute(_STORE, values)


def republish(connection: Any, letters: Sequence[Any]) -> dict[UUID, str]:
    """Send the events of dead letters again, for their consumer only; other consumers recognise them in their inbox.

    Args:
        connection: a system transaction; it forgets the consumer's inbox rows, and commits only when the caller is content.
        letters: rows of ``dead_letters`` (id, consumer, event_id).

    Returns:
        For each dead letter's id an empty text, or why it could not be sent.
    """
    from shared.events.producer import Record, publish

    records, outcome = [], {}
    for number, letter in enumerate(letters):
        row = (
            connection.execute(_LOGGED, {"event_id": letter.event_id}).one_or_none()
            if _is_uuid(letter.event_id)
            else None
        )
        if row is None or row.type not in BY_NAME:
            outcome[letter.id] = "the event is no longer in the log"
            continue
        connection.execute(_FORGET, {"consumer": letter.consumer, "event_id": letter.event_id})
        data = row.payload.encode()
        values = attributes(
            event_id=row.event_id,
            name=row.type,
            user_id=row.user_id,
            aggregate_id=row.aggregate_id,
            sequence=row.aggregate_version,
            time=row.created_at,
            data=data,
            traceparent=row.traceparent,
            replay=True,
        )
        topic = BY_NAME[row.type].topic
        records.append(
            (letter.id, Record(topic, str(row.aggregate_id).encode(), data, kafka_headers(values), tag=number))
        )
    if records:
        acknowledged, error = publish([record for _, record in records])
        for letter_id, record in records:
            outcome[letter_id] = "" if record.tag in acknowledged else f"the broker did not take it ({error})"
    return outcome


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
