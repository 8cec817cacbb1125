"""Every event of some topics, as it happens, to whoever in this process listens for its user.

One reader thread a process, started with the first listener and ended with the last: it reads all partitions from their end without a
consumer group, so each pod sees everything and nothing is committed. What a listener missed (a restart, a lost connection) it reads from the
event log; this is only the fast path.
"""

import os
import queue
import threading
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any
from uuid import UUID

from shared.config import KafkaSettings
from shared.errors import InvalidMessage
from shared.events.catalogue import NOTIFICATIONS, TASK_EVENTS
from shared.events.envelope import Event, parse
from shared.logging import get_logger

log = get_logger(__name__)
TOPICS = (TASK_EVENTS, NOTIFICATIONS)
_WAITING_EVENTS = 500
_POLL_SECONDS = 0.5
_PARTITIONS_EVERY_SECONDS = 30.0
_READY_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
Listener = queue.Queue[Event | None]  # None: something was lost, or may have been


class Broadcast:
    """The listeners of one process and the thread that feeds them."""

    def __init__(self) -> None:
        self._listeners: dict[UUID, list[Listener]] = defaultdict(list)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()

    def listen(self, user_id: UUID) -> Listener:
        """Return a queue of this user's events from now on; ``None`` in it says that some were lost: a listener too slow, a broker away."""
        listener: Listener = queue.Queue(_WAITING_EVENTS)
        with self._lock:
            self._listeners[user_id].append(listener)
            if self._thread is None or not self._thread.is_alive():
                self._ready.clear()
                self._thread = threading.Thread(target=self._run, name="broadcast-reader", daemon=True)
                self._thread.start()
        # Whoever reads the log after this misses nothing: events that come in between are in the queue already.
        self._ready.wait(_READY_SECONDS)
        return listener

    def leave(self, user_id: UUID, listener: Listener) -> None:
        """End a listener."""
        with self._lock:
            left = [each for each in self._listeners.pop(user_id, []) if each is not listener]
            if left:
                self._listeners[user_id] = left

    def count(self) -> int:
        """Return how many listen."""
        with self._lock:
            return sum(map(len, self._listeners.values()))

    def _run(self) -> None:
        from confluent_kafka import KafkaException

        while self.count():
            try:
                self._read()
            except KafkaException as error:
                log.warning("live.reader_failed", error=repr(error))
                time.sleep(_PAUSE_SECONDS)
                self._reset(self._everybody())
        self._ready.set()

    def _read(self) -> None:
        """Read until nobody listens.

        Raises:
            KafkaException: the broker is away; nobody knows what comes meanwhile.
        """
        from confluent_kafka import Consumer

        options = {
            **KafkaSettings.load().client_options(),
            "group.id": "obsidianlist-live-unused",  # the client wants one; nothing joins or commits
            "enable.auto.commit": False,
            "auto.offset.reset": "latest",
            "fetch.wait.max.ms": 100,
        }
        consumer = Consumer(options, logger=None, error_cb=lambda error: log.warning("live.kafka", code=error.name()))
        try:
            known: set[tuple[str, int]] = set()
            complete = self._assign(consumer, known, first=True)
            looked = time.monotonic()
            self._ready.set()
            while self.count():
                if time.monotonic() - looked > (_PARTITIONS_EVERY_SECONDS if complete else _POLL_SECONDS):
                    complete = self._assign(consumer, known, first=False)
                    looked = time.monotonic()
                message = consumer.poll(_POLL_SECONDS)
                if message is not None and message.error() is None:
                    self._hand_out(message)
        finally:
            consumer.close()

    def _assign(self, consumer: Any, known: set[tuple[str, int]], *, first: bool) -> bool:
        """Read partitions that are not ``known`` as well; whether every topic has some."""
        from confluent_kafka import OFFSET_BEGINNING, TopicPartition

        complete, fresh = True, []
        for topic in TOPICS:
            numbers = consumer.list_topics(topic, timeout=5).topics[topic].partitions
            complete = complete and bool(numbers)
            fresh += [TopicPartition(topic, number) for number in numbers if (topic, number) not in known]
        for partition in fresh:
            # Ends are looked up now, so that nothing published after `listen` returned is skipped; what is made later is new from its start.
            ends = consumer.get_watermark_offsets(partition, timeout=5) if first else (0, OFFSET_BEGINNING)
            partition.offset = ends[1]
            known.add((partition.topic, partition.partition))
        if fresh:
            consumer.incremental_assign(fresh)
        return complete

    def _hand_out(self, message: Any) -> None:
        headers = {
            name.removeprefix("ce_"): (value or b"").decode("ascii", "replace")
            for name, value in message.headers() or []
        }
        try:
            event = parse(headers, message.value() or b"")
        except InvalidMessage as error:
            log.warning("live.invalid_event", reason=error.detail)
            return
        with self._lock:
            listeners = list(self._listeners.get(event.user_id, ()))
        for listener in listeners:
            try:
                listener.put_nowait(event)
            except queue.Full:
                self._reset([listener])

    def _everybody(self) -> list[Listener]:
        with self._lock:
            return [listener for listeners in self._listeners.values() for listener in listeners]

    def _reset(self, listeners: list[Listener]) -> None:
        """Empty queues that lost something, or may have, and leave word of that."""
        for listener in listeners:
            with suppress(queue.Empty):
                while True:
                    listener.get_nowait()
            with suppress(queue.Full):  # only this thread puts
                listener.put_nowait(None)


_broadcasts: dict[int, Broadcast] = {}
_broadcasts_lock = threading.Lock()


def get_broadcast() -> Broadcast:
    """Return this process's broadcast; threads and clients do not survive a fork."""
    with _broadcasts_lock:
        return _broadcasts.setdefault(os.getpid(), Broadcast())
