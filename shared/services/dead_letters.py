"""Dead letters as an operator sees them: list, show, replay at a rate, discard; and the sink that records what the transport gave up."""

import base64
import time
from typing import Any
from uuid import UUID

import orjson

from shared import metrics
from shared.config import EventSettings
from shared.db.direct import fetch_json
from shared.db.statement import statement
from shared.errors import NotFound
from shared.events.catalogue import BY_WIRE_TYPE
from shared.events.dead_letters import DeadLetter, republish, store
from shared.failpoints import failpoint
from shared.http.pagination import decode_cursor, encode_cursor
from shared.logging import get_logger
from shared.services.task_documents import instant_sql

log = get_logger(__name__)
_BATCH = 50
_FIELDS = f"""'id', d.id, 'consumer', d.consumer, 'event_id', d.event_id, 'event_type', d.event_type, 'user_id', d.user_id,
    'reason', d.reason, 'attempts', d.attempts, 'topic', d.topic, 'first_seen_at', {instant_sql("d.first_seen_at")},
    'last_seen_at', {instant_sql("d.last_seen_at")}, 'state', d.state"""
_LIST = f"""SELECT coalesce(json_agg(json_build_object({_FIELDS}) ORDER BY d.id DESC), '[]'::json) FROM (
    SELECT * FROM dead_letters WHERE ($1 = 'all' OR state = $1) AND ($2 = '' OR consumer = $2) AND ($3 = '' OR event_type = $3)
       AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5) d"""  # noqa: S608 - our own columns
_ONE = f"""SELECT json_build_object({_FIELDS}, 'headers', d.headers, 'payload', encode(d.payload, 'base64'))
    FROM dead_letters d WHERE d.id = $1"""  # noqa: S608
_MATCHING = statement(
    "SELECT id, consumer, event_id FROM dead_letters WHERE state = 'open'"
    " AND (cardinality(CAST(:ids AS uuid[])) = 0 OR id = ANY (CAST(:ids AS uuid[])))"
    " AND (:consumer = '' OR consumer = :consumer) AND (:type = '' OR event_type = :type)"
    " AND (:reason = '' OR strpos(lower(reason), lower(:reason)) > 0)"
    " ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED"
)
_RESOLVE = statement(
    "UPDATE dead_letters SET state = :state, resolved_at = now(), resolved_by = :by WHERE id = ANY (CAST(:ids AS uuid[]))"
)


def list_letters(state: str, consumer: str, event_type: str, limit: int, cursor: str | None) -> bytes:
    """Return a page of dead letters as JSON, newest first."""
    question = f"dead-letters|{state}|{consumer}|{event_type}"
    after = UUID(decode_cursor(question, cursor, 1)[0]) if cursor else None
    items = orjson.loads(fetch_json(_LIST, [state, consumer, event_type, after, limit + 1], user_id=None) or b"[]")
    more = len(items) > limit
    items = items[:limit]
    return orjson.dumps({"items": items, "next_cursor": encode_cursor(question, [items[-1]["id"]]) if more else None})


def get_letter(letter_id: UUID) -> bytes:
    """Return a dead letter with payload and headers.

    Raises:
        NotFound: there is none.
    """
    raw = fetch_json(_ONE, [letter_id], user_id=None)
    if raw is None:
        raise NotFound("There is no such dead letter.")
    document = orjson.loads(raw)
    payload = base64.b64decode(document["payload"])
    try:
        document["payload"] = orjson.loads(payload)
    except orjson.JSONDecodeError:
        document["payload"] = payload.decode(errors="replace")
    return orjson.dumps(document)


def replay(
    operator: UUID,
    *,
    ids: list[UUID],
    consumer: str = "",
    event_type: str = "",
    reason: str = "",
    rate_per_second: float = 20.0,
    limit: int = 100,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Send open dead letters again, oldest first, and mark them replayed.

    A dead letter is marked in the transaction that puts its event back into the outbox; a replay that is killed half-way and run again
    sends the rest.

    Returns:
        ``{matched, replayed, failed: [{id, reason}], dry_run}``.
    """
    from shared.db.engine import transaction

    wanted = {"ids": ids, "consumer": consumer, "type": event_type, "reason": reason}
    result: dict[str, Any] = {"matched": 0, "replayed": 0, "failed": [], "dry_run": dry_run}
    seen: set[UUID] = set()
    while len(seen) < limit:
        with transaction(None) as connection:
            letters = connection.execute(
                _MATCHING(), {**wanted, "most": min(_BATCH, limit - len(seen)) + len(seen)}
            ).all()
            letters = [letter for letter in letters if letter.id not in seen][: limit - len(seen)]
            seen.update(letter.id for letter in letters)
            result["matched"] = len(seen)
            if dry_run or not letters:
                break
            outcome = republish(connection, letters)
            sent = [letter_id for letter_id, why in outcome.items() if not why]
            result["failed"] += [{"id": str(letter_id), "reason": why} for letter_id, why in outcome.items() if why]
            connection.execute(_RESOLVE(), {"state": "replayed", "by": operator, "ids": sent})
            failpoint("replay.before_commit")
        failpoint("replay.mid")
        result["replayed"] += len(sent)
        log.info("dead_letters.replayed", operator=str(operator), count=len(sent))
        time.sleep(min(2.0, len(sent) / rate_per_second))
    return result


def discard(operator: UUID, letter_id: UUID) -> bytes:
    """Mark a dead letter as discarded and return it.

    Raises:
        NotFound: there is none.
    """
    from shared.db.engine import transaction

    get_letter(letter_id)
    with transaction(None) as connection:
        connection.execute(_RESOLVE(), {"state": "discarded", "by": operator, "ids": [letter_id]})
    log.info("dead_letters.discarded", operator=str(operator), id=str(letter_id))
    return get_letter(letter_id)


def take(attributes: dict[str, str], data: bytes) -> None:
    """Record an event the transport gave up, for the consumer that would not take it.

    Whatever arrives is recorded, also what no catalogue knows: a dead letter that is refused is lost.
    """
    from shared.db.engine import transaction

    event_type = BY_WIRE_TYPE.get(attributes.get("type", ""))
    letter = DeadLetter(
        consumer=_consumer(attributes.get("knativeerrordest", "")),
        event_id=attributes.get("id", "")[:200] or "unknown",
        event_type=event_type.name if event_type else attributes.get("type", "")[:200],
        user_id=_uuid(attributes.get("tenantid", "")) if event_type else None,
        reason=f"refused with status {attributes.get('knativeerrorcode', 'unknown')[:10]}: {_error_text(attributes)}"[
            :500
        ],
        attempts=0,
        topic=event_type.topic if event_type else "",
        payload=data,
        headers={name: value[:1000] for name, value in attributes.items()},
    )
    with transaction(None) as connection:
        store(connection, letter)
    metrics.DEAD_LETTERS.add(letter.consumer, "transport")


def _consumer(destination: str) -> str:
    """Return the consumer a delivery URL belongs to: the first label of its host, or the first segment of its path."""
    host_and_path = destination.partition("//")[2]
    host, _, path = host_and_path.partition("/")
    known = EventSettings.load().consumers
    candidates = [host.partition(".")[0], *path.split("/")]
    # A chart release puts its name before the function's.
    for candidate in candidates:
        for consumer in known:
            if candidate == consumer or candidate.endswith(f"-{consumer}"):
                return consumer
    return candidates[0][:63] or "unknown"


def _error_text(attributes: dict[str, str]) -> str:
    try:
        raw = base64.b64decode(attributes.get("knativeerrordata", ""), validate=True).decode(errors="replace")
    except ValueError:
        return ""
    try:
        document = orjson.loads(raw)
        return str(document.get("detail", raw)) if isinstance(document, dict) else raw
    except orjson.JSONDecodeError:
        return "".join(character if character.isprintable() else " " for character in raw)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
