"""The store of events that were given up, by a consumer itself or by the transport, and their replay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared import clock
from shared.db.statement import statement
from shared.events.catalogue import BY_NAME

_STORE = statement(
    "INSERT INTO dead_letters AS d (id, consumer, event_id, event_type, user_id, reason, attempts, topic, payload, headers)"
    " VALUES (:id, :consumer, :event_id, :event_type, :user_id, :reason, :attempts, :topic, :payload, CAST(:headers AS jsonb))"
    " ON CONFLICT (consumer, event_id) DO UPDATE SET reason = excluded.reason, last_seen_at = now(), state = 'open',"
    " attempts = greatest(d.attempts, excluded.attempts), resolved_at = NULL, resolved_by = NULL"
)
_FORGET = statement(
    "WITH a AS (DELETE FROM consumer_attempts WHERE consumer = :consumer AND event_id = CAST(:event_id AS uuid))"
    " DELETE FROM inbox WHERE consumer = :consumer AND event_id = CAST(:event_id AS uuid)"
)
_SEND_AGAIN = statement(
    "INSERT INTO outbox_pending AS o (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)"
    " SELECT event_id, user_id, aggregate_id, aggregate_version, CAST(:topics AS jsonb) ->> type, created_at FROM event_log"
    " WHERE event_id = CAST(:event_id AS uuid) AND CAST(:topics AS jsonb) ->> type IS NOT NULL"
    " ON CONFLICT (aggregate_id, aggregate_version) DO UPDATE SET next_attempt_at = now() RETURNING aggregate_id"
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
    connection.execute(_STORE(), values)


def republish(connection: Any, letters: Sequence[Any]) -> dict[UUID, str]:
    """Put the events of dead letters back into the outbox, for their consumer; others recognise them in their inbox.

    Not produced here: an event that arrives before its inbox row is gone would be taken for a duplicate and lost. So the inbox
    forgets it and the outbox gets it in one commit, and whatever dies afterwards, the relay sends it.

    Args:
        connection: a system transaction; the events are published once it is committed.
        letters: rows of ``dead_letters`` (id, consumer, event_id).

    Returns:
        For each dead letter's id an empty text, or why it cannot be sent.
    """
    import orjson

    from shared.db.engine import after_commit
    from shared.events.outbox import publish_soon

    topics = orjson.dumps({name: event_type.topic for name, event_type in BY_NAME.items()}).decode()
    aggregates: list[UUID] = []
    outcome: dict[UUID, str] = {}
    for letter in letters:
        values = {"event_id": letter.event_id, "topics": topics}
        found = connection.execute(_SEND_AGAIN(), values).scalar_one_or_none() if _is_uuid(letter.event_id) else None
        if found is None:
            outcome[letter.id] = "the event is no longer in the log"
            continue
        connection.execute(_FORGET(), {"consumer": letter.consumer, "event_id": letter.event_id})
        aggregates.append(found)
        outcome[letter.id] = ""
    after_commit(connection, lambda: publish_soon(aggregates))
    return outcome


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
