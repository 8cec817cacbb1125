"""A consumer: one function that KafkaSource calls with one CloudEvent a request, any number of times.

Delivery is at least once, possibly overlapping, late and out of order across aggregates. The effect is exactly once: the inbox row and
the handler's changes are one transaction. What the status code tells KafkaSource:

- 200: done, seen before, or given up by ourselves (a dead letter was written);
- 400: nobody can ever process it (schema, signature): straight to the dead letter sink;
- 409: the same event is being processed right now; 429/503: a dependency is down; 500: unexpected. All are tried again.

The transport forgets its retry counter at a rebalance, so attempts are counted here, *before* the work: an event that kills its pod
is given up like one that raises.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson

from shared import clock, metrics, tracing
from shared.errors import InvalidMessage, TransientError
from shared.events.envelope import Event, parse
from shared.failpoints import failpoint
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.logging import bound, get_logger

log = get_logger(__name__)
MAX_ATTEMPTS = 8
MAX_AGE = timedelta(hours=1)
_REASON_LENGTH = 500

Handler = Callable[[Any, Event], None]

# One round trip: was it done, is it what the log says, and count this attempt. `logged` is null when the event's user and log are gone.
_ARRIVE = """
WITH seen AS (SELECT 1 FROM inbox WHERE consumer = $1 AND event_id = $2),
counted AS (
    INSERT INTO consumer_attempts AS a (consumer, event_id, attempts) SELECT $1, $2, 1 WHERE NOT EXISTS (SELECT FROM seen)
    ON CONFLICT (consumer, event_id) DO UPDATE SET attempts = a.attempts + 1
    RETURNING attempts, extract(epoch FROM now() - first_failed_at) AS age_seconds)
SELECT json_build_object(
    'seen', EXISTS (SELECT FROM seen),
    'attempts', (SELECT attempts FROM counted),
    'age_seconds', (SELECT age_seconds FROM counted),
    'logged', (SELECT payload::text = $4 FROM event_log WHERE event_id = $2 AND created_at = $3))
"""
_FINISH = (
    "WITH forgotten AS (DELETE FROM consumer_attempts WHERE consumer = :consumer AND event_id = :event_id)"
    " INSERT INTO inbox (consumer, event_id) VALUES (:consumer, :event_id) ON CONFLICT DO NOTHING RETURNING 1"
)
_NOTE_FAILURE = "UPDATE consumer_attempts SET last_error = :error WHERE consumer = :consumer AND event_id = :event_id"


class Consumer:
    """The handlers of one consumer function.

    Args:
        name: its name in the registry; also the inbox's key, so it never changes.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: dict[str, Handler] = {}

    def on(self, *names: str) -> Callable[[Handler], Handler]:
        """Register ``handler(connection, event)`` for event names; ``task.*`` stands for all of an aggregate, ``*`` for all."""

        def register(handler: Handler) -> Handler:
            self._handlers.update(dict.fromkeys(names, handler))
            return handler

        return register

    def handler(self, name: str) -> Handler | None:
        """Return the handler of an event name; ``None`` when this consumer only takes note of it."""
        return self._handlers.get(name) or self._handlers.get(f"{name.partition('.')[0]}.*") or self._handlers.get("*")

    def entry_point(self) -> Callable[[Any], Any]:
        """Return the function for functions-framework: POST / takes one event."""
        router = Router(self.name, traced=False)
        router.post("/", public=True, idempotent=False)(self._receive)
        return router.entry_point()

    def _receive(self, request: Request) -> Reply:
        headers = {
            name[8:].lower().replace("_", "-"): value
            for name, value in request.environ.items()
            if name.startswith("HTTP_CE_")
        }
        headers["content-type"] = request.header("Content-Type") or ""
        try:
            event = parse(headers, request.body)
        except InvalidMessage as error:
            metrics.EVENTS_CONSUMED.add(self.name, "invalid")
            log.warning("event.invalid", consumer=self.name, id=headers.get("id", "")[:64], reason=error.detail)
            raise InvalidMessage(error.detail, headers={"Kne-reason": "invalid-event"}) from error
        # Below the span that published it, not below the dispatcher's: one trace from the request to the effect.
        with tracing.span(
            f"process {event.name}", kind="consumer", parent=event.traceparent,
            messaging__system="kafka", messaging__message__id=str(event.id), messaging__consumer__group__name=self.name,
        ) as span, bound(
            event_id=str(event.id), event_type=event.name, consumer=self.name, trace_id=tracing.current_trace_id()
        ):  # fmt: skip
            outcome = self.process(event)
            span.tell(obsidianlist__outcome=outcome)
        metrics.EVENTS_CONSUMED.add(self.name, outcome)
        return Reply({"outcome": outcome})

    def process(self, event: Event) -> str:
        """Process one delivery and return what came of it: done, duplicate, gone or given-up.

        Raises:
            TransientError: deliver it again later.
            InvalidMessage: the event log knows this id with other data.
        """
        failpoint("consumer.before_inbox")
        from shared.db.direct import fetch_json

        raw = fetch_json(
            _ARRIVE, [self.name, event.id, event.time, event.data.decode()], user_id=event.user_id, read_only=False
        )
        arrival = orjson.loads(raw or b"{}")
        if arrival["seen"]:
            return "duplicate"
        if arrival["logged"] is False:
            raise InvalidMessage("The event log knows this event with other data.", headers={"Kne-reason": "forged"})
        # By attempts alone: after a night of being switched off an event is old and has had no fair try yet.
        if arrival["attempts"] > MAX_ATTEMPTS:
            self._give_up(event, arrival["attempts"] - 1, "the function ended while processing it")
            return "given-up"
        try:
            return self._work(event, gone=arrival["logged"] is None)
        except TransientError:
            raise
        except Exception as error:
            self._failed(event, error, arrival["attempts"], arrival["age_seconds"])
            if self._hopeless(error, arrival["attempts"], arrival["age_seconds"]):
                return "given-up"
            raise

    def _work(self, event: Event, *, gone: bool) -> str:
        from sqlalchemy import text

        from shared.db.engine import transaction

        with transaction(event.user_id) as connection:
            key = {"consumer": self.name, "event_id": event.id}
            if connection.execute(text(_FINISH), key).scalar_one_or_none() is None:
                return "duplicate"
            handler = self.handler(event.name)
            # An account that was deleted took its log along: nothing may come of its late events.
            if handler is not None and not gone:
                handler(connection, event)
            failpoint("consumer.after_effects_before_commit")
        failpoint("consumer.after_commit_before_200")
        age = clock.epoch_seconds() - event.time.timestamp()
        metrics.EVENT_AGE.observe(self.name, value=max(0.0, age))
        return "gone" if gone else "done"

    def _failed(self, event: Event, error: Exception, attempts: int, age_seconds: float) -> None:
        reason = f"{type(error).__name__}: {error}"[:_REASON_LENGTH]
        log.error("event.failed", attempts=attempts, exc_info=error)
        if self._hopeless(error, attempts, age_seconds):
            self._give_up(event, attempts, reason)
            return
        from sqlalchemy import text

        from shared.db.engine import transaction

        with transaction(event.user_id) as connection:
            connection.execute(text(_NOTE_FAILURE), {"error": reason, "consumer": self.name, "event_id": event.id})

    @staticmethod
    def _hopeless(error: Exception, attempts: int, age_seconds: float) -> bool:
        return attempts >= MAX_ATTEMPTS or age_seconds > MAX_AGE.total_seconds() or isinstance(error, InvalidMessage)

    def _give_up(self, event: Event, attempts: int, reason: str) -> None:
        from sqlalchemy import text

        from shared.db.engine import transaction
        from shared.events.dead_letters import DeadLetter, store

        letter = DeadLetter(
            consumer=self.name,
            event_id=str(event.id),
            event_type=event.name,
            user_id=event.user_id,
            reason=reason,
            attempts=attempts,
            topic=event.type.topic,
            payload=event.data,
            headers={"partitionkey": str(event.aggregate_id)},
        )
        with transaction(None) as connection:
            connection.execute(text(_FINISH), {"consumer": self.name, "event_id": event.id})
            store(connection, letter)
        metrics.DEAD_LETTERS.add(self.name, "gave-up")
        log.error("event.given_up", attempts=attempts, reason=reason)
