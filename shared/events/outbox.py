"""The outbox: a change and its event in one transaction, published afterwards in the order of each aggregate's versions.

``record`` writes the event into the log and a thin pending row. After the commit ``publish_soon`` wakes this process's publisher
thread, off the client's waiting time. The publisher never sends "its" event but everything pending of the aggregate, oldest version
first, under an advisory lock; a row is deleted only after the broker acknowledged it. What a dead process leaves behind, the
``outbox_relay`` function sends. A version waits for the one before it: a later event never overtakes.
"""

import os
import queue
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared import clock, metrics, tracing
from shared.events.catalogue import BY_NAME, Payload
from shared.failpoints import failpoint
from shared.logging import get_logger

log = get_logger(__name__)
_BATCH = 200
_ROUNDS = 20
_LONG_TEXT = 1000

INSERT = (
    "WITH logged AS (INSERT INTO event_log (event_id, user_id, aggregate_id, aggregate_version, type, schema_version,"
    " payload, details, origin, traceparent, created_at)"
    " VALUES (:event_id, :user_id, :aggregate_id, :version, :type, :schema_version, CAST(:payload AS jsonb),"
    " CAST(:details AS jsonb), :origin, :traceparent, :created_at))"
    " INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)"
    " VALUES (:event_id, :user_id, :aggregate_id, :version, :topic, :created_at)"
)
# The same for many: a tick of the reminders function records hundreds at once.
_INSERT_MANY = (
    "WITH given AS (SELECT x.* FROM jsonb_array_elements(CAST(:events AS jsonb)) WITH ORDINALITY AS e(event, place),"
    " jsonb_to_record(e.event) AS x(event_id uuid, user_id uuid, aggregate_id uuid, version bigint, type text, schema_version smallint,"
    " payload jsonb, details jsonb, origin text, traceparent text, topic text, created_at timestamptz) ORDER BY e.place),"
    " logged AS (INSERT INTO event_log (event_id, user_id, aggregate_id, aggregate_version, type, schema_version,"
    " payload, details, origin, traceparent, created_at)"
    " SELECT event_id, user_id, aggregate_id, version, type, schema_version, payload, details, origin, traceparent, created_at FROM given)"
    " INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)"
    " SELECT event_id, user_id, aggregate_id, version, topic, created_at FROM given"
)
_MANY = 10


@dataclass(frozen=True)
class NewEvent:
    """An event about to be recorded.

    Attributes:
        name: its short name in the catalogue.
        user_id: whose change it is.
        aggregate_id: what changed; the partition key.
        version: the aggregate's version after the change; unique for it.
        payload: the model the catalogue names.
        details: what only the log keeps (long texts), ``{field: {"before": …, "after": …}}``.
        origin: web, api, mcp, chat or system.
    """

    name: str
    user_id: UUID
    aggregate_id: UUID
    version: int
    payload: Payload
    details: dict[str, Any] = field(default_factory=dict)
    origin: str = "api"
    event_id: UUID = field(default_factory=clock.uuid7)
    created_at: datetime = field(default_factory=clock.now)

    def values(self) -> dict[str, Any]:
        """Return the parameters of :data:`INSERT`."""
        import orjson

        event_type = BY_NAME[self.name]
        return {
            "event_id": self.event_id,
            "user_id": self.user_id,
            "aggregate_id": self.aggregate_id,
            "version": self.version,
            "type": self.name,
            "schema_version": event_type.schema_version,
            "payload": self.payload.model_dump_json(),
            "details": orjson.dumps(self.details, default=str).decode() if self.details else "{}",
            "origin": self.origin,
            "traceparent": tracing.current_traceparent(),
            "topic": event_type.topic,
            "created_at": self.created_at,
        }


def shorten(changes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return ``changes`` without texts over 1,000 characters, which stay in the log: an event has room for 64 KiB."""
    return {
        name: {
            side: None if isinstance(value, str) and len(value) > _LONG_TEXT else value
            for side, value in change.items()
        }
        for name, change in changes.items()
    }


def record(connection: Any, *events: NewEvent) -> None:
    """Write events in the caller's transaction and have them published once it is committed.

    Args:
        connection: a SQLAlchemy connection from ``shared.db.engine.transaction``.
        events: in the order in which they happened.
    """
    from sqlalchemy import text

    from shared.db.engine import after_commit

    if len(events) >= _MANY:
        connection.execute(text(_INSERT_MANY), {"events": _as_json(events)})
    else:
        for event in events:
            connection.execute(text(INSERT), event.values())
    aggregates = [event.aggregate_id for event in events]
    after_commit(connection, lambda: publish_soon(aggregates))


def _as_json(events: Sequence[NewEvent]) -> str:
    import orjson

    rows = [event.values() for event in events]
    texts = [
        {**row, "payload": orjson.Fragment(row["payload"]), "details": orjson.Fragment(row["details"])} for row in rows
    ]
    return orjson.dumps(texts).decode()


def publish_soon(aggregates: Iterable[UUID]) -> None:
    """Wake the publisher of this process for ``aggregates``; returns at once."""
    failpoint("api.after_commit")
    _publisher().wake(aggregates)


def drain(aggregates: Sequence[UUID]) -> int:
    """Publish everything pending of ``aggregates`` and return how many events the broker acknowledged.

    Versions of one aggregate go one after the other: a second is sent only when the first is acknowledged.

    Raises:
        Unavailable: the database is away; the rows stay and the relay sends them.
    """
    from sqlalchemy import text

    from shared.db.engine import transaction
    from shared.events.producer import publish

    published = 0
    waiting: set[UUID] = set()  # their next version was not acknowledged; the later ones must wait for it
    with transaction(None) as connection:
        rows = connection.execute(
            text("SELECT * FROM outbox_take(:aggregates, :most)"), {"aggregates": list(aggregates), "most": _BATCH * 5}
        ).all()
        failpoint("outbox.after_lock")
        for wave in _waves(rows):
            ready = [row for row in wave if row.aggregate_id not in waiting]
            done, errors = publish([_record(row) for row in ready])
            failpoint("outbox.after_ack_before_delete")
            for row in ready:
                (metrics.EVENTS_PUBLISHED if row.seq in done else metrics.PUBLISH_FAILURES).add(row.topic)
            if done:
                connection.execute(text("SELECT outbox_done(:seqs)"), {"seqs": sorted(done)})
                published += len(done)
            _park(connection, errors)
            waiting |= {row.aggregate_id for row in ready if row.seq in errors}
            if not done:
                break  # the broker is away, or nobody is left
            failpoint("outbox.mid_batch")
    return published


def _park(connection: Any, errors: dict[int, str]) -> None:
    """Note why rows were not acknowledged; each has its own next attempt."""
    from sqlalchemy import text

    for error in sorted(set(errors.values())):
        failed = sorted(seq for seq, name in errors.items() if name == error)
        connection.execute(text("SELECT outbox_failed(:seqs, :error)"), {"seqs": failed, "error": error})
        log.warning("outbox.publish_failed", count=len(failed), error=error)


def _waves(rows: Sequence[Any]) -> list[list[Any]]:
    """Split rows, ordered by aggregate and version, so that each wave has at most one row an aggregate."""
    waves: list[list[Any]] = []
    position, previous = 0, None
    for row in rows:
        position = position + 1 if row.aggregate_id == previous else 0
        previous = row.aggregate_id
        if position == len(waves):
            waves.append([])
        waves[position].append(row)
    return waves


def _record(row: Any) -> Any:
    from shared.events.envelope import attributes, kafka_headers
    from shared.events.producer import Record

    data = row.payload.encode()
    with tracing.span(
        f"publish {row.topic}", kind="producer", parent=row.traceparent,
        messaging__system="kafka", messaging__destination__name=row.topic, messaging__message__id=str(row.event_id),
    ):  # fmt: skip
        traceparent = tracing.current_traceparent()
    values = attributes(
        event_id=row.event_id,
        name=row.type,
        user_id=row.user_id,
        aggregate_id=row.aggregate_id,
        sequence=row.aggregate_version,
        time=row.created_at,
        data=data,
        traceparent=traceparent,
    )
    return Record(row.topic, str(row.aggregate_id).encode(), data, kafka_headers(values), tag=row.seq)


class Publisher:
    """The thread of a process that drains what was just committed."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[UUID | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="outbox-publisher", daemon=True)
        self._idle = threading.Event()
        self._idle.set()
        self._thread.start()

    def wake(self, aggregates: Iterable[UUID]) -> None:
        """Have ``aggregates`` drained soon."""
        self._idle.clear()
        for aggregate in aggregates:
            self._waiting.put(aggregate)

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is left to do; return whether that was so in time."""
        return self._idle.wait(seconds)

    def _run(self) -> None:
        while True:
            batch = {self._waiting.get()}
            while len(batch) < _BATCH:
                try:
                    batch.add(self._waiting.get_nowait())
                except queue.Empty:
                    break
            try:
                drain([aggregate for aggregate in batch if aggregate is not None])
            except Exception as error:  # noqa: BLE001 - the rows stay pending; the relay sends them
                log.warning("outbox.drain_failed", error=repr(error))
            if self._waiting.empty():
                self._idle.set()


_publishers: dict[int, Publisher] = {}
_lock = threading.Lock()


def _publisher() -> Publisher:
    publisher = _publishers.get(os.getpid())
    if publisher is None:
        with _lock:
            publisher = _publishers.get(os.getpid())
            if publisher is None:
                publisher = _publishers[os.getpid()] = Publisher()
    return publisher


def finish(seconds: float = 2.0) -> None:
    """At shutdown: give the publisher a moment; what it does not manage, the relay does."""
    publisher = _publishers.get(os.getpid())
    if publisher is not None:
        publisher.wait_idle(seconds)


def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - it may have been held at the fork
    _lock = threading.Lock()
    _publishers.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
