"""A person's own changes and notifications as a stream of server-sent events.

First what came after ``Last-Event-ID``, from the event log; then what happens, from the broadcast; a heartbeat in silence. The stream ends by
itself before the revision's timeout and when the access token does; clients reconnect with the id of the last event they saw. Where what was
missed cannot be told (an id this server did not make, too much of it, a broker that was away) the stream says ``reset``: ask for everything again. Refusing such an id
would end a browser's EventSource for good, which sends it anew with every try.
"""

import queue
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.direct import fetch_json
from shared.events.broadcast import get_broadcast
from shared.events.catalogue import BY_NAME, NOTIFICATIONS, TASK_EVENTS
from shared.events.envelope import Event, format_time, parse_time

HEARTBEAT_SECONDS = 15.0
_MOST_MISSED = 500
_REMEMBERED = 2000
_RETRY_MS = 2000
_RESET = b"event: reset\ndata: {}\n\n"
_MISSED = """
SELECT coalesce(json_agg(json_build_object('id', event_id, 'type', type, 'version', aggregate_version, 'payload', payload,
           'time', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ORDER BY created_at, event_id), '[]'::json)
  FROM (SELECT * FROM event_log WHERE user_id = $1 AND (created_at, event_id) > ($2::timestamptz, $3::uuid) AND type = ANY ($4::text[])
         ORDER BY created_at, event_id LIMIT $5::int) e
"""
_TYPES = [name for name, event_type in BY_NAME.items() if event_type.topic in {TASK_EVENTS, NOTIFICATIONS}]


def stream(
    user_id: UUID, last_event_id: str | None, *, seconds: float, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> Iterator[bytes]:
    """Yield server-sent events for at most ``seconds``; closing the iterator ends the listener.

    Args:
        user_id: whose events.
        last_event_id: the id of the last event the client saw, as it sends it; empty for what happens from now on.
        seconds: how long.
        heartbeat_seconds: the longest silence.
    """
    broadcast = get_broadcast()
    listener = broadcast.listen(user_id)
    ends = clock.epoch_seconds() + seconds
    seen: dict[UUID, None] = {}
    try:
        yield b"retry: %d\nevent: ready\ndata: {}\n\n" % _RETRY_MS
        missed = _missed(user_id, last_event_id) if last_event_id else []
        if missed is None:
            yield _RESET
        for row in missed or ():
            seen[UUID(row["id"])] = None
            yield _frame(row["type"], row["id"], row["time"], row["payload"], row["version"])
        while (left := ends - clock.epoch_seconds()) > 0:
            try:
                event: Event | None = listener.get(timeout=min(heartbeat_seconds, left))
            except queue.Empty:
                yield b"event: ping\ndata: {}\n\n"
                continue
            if event is None:
                yield _RESET
                continue
            if event.id in seen:
                continue  # published twice, or in the log's answer already
            seen[event.id] = None
            if len(seen) > _REMEMBERED:
                seen.pop(next(iter(seen)))
            payload = event.payload.model_dump(mode="json")
            yield _frame(event.name, str(event.id), format_time(event.time), payload, event.sequence)
        yield b"event: end\ndata: {}\n\n"
    finally:
        broadcast.leave(user_id, listener)


def _missed(user_id: UUID, last_event_id: str) -> list[dict[str, Any]] | None:
    """Return what came after an event, oldest first; None where that cannot be told or is too much."""
    time, _, event_id = last_event_id.partition("_")
    try:
        position = [parse_time(time), UUID(event_id)]
    except (ValueError, OverflowError):
        return None
    raw = fetch_json(_MISSED, [user_id, *position, _TYPES, _MOST_MISSED + 1], user_id=user_id)
    rows: list[dict[str, Any]] = orjson.loads(raw or b"[]")
    return rows if len(rows) <= _MOST_MISSED else None


def _frame(name: str, event_id: str, time: str, payload: dict[str, Any], version: int) -> bytes:
    kind = name.partition(".")[0]
    keys = ("task_id", "tag_id", "recurring_task_id", "notification_id", "occurrence_id", "channel", "title", "reason")
    data = {"type": name, "version": version, **{key: payload[key] for key in keys if payload.get(key)}}
    return b"id: %s_%s\nevent: %s\ndata: %s\n\n" % (time.encode(), event_id.encode(), kind.encode(), orjson.dumps(data))
