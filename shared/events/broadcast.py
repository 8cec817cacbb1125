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
Listener = queue.Queue[Event]


class Broadcast:
    """The listeners of one process and the thread that feeds them."""

    def __init__(self) -> None:
        self._listeners: dict[UUID, list[Listener]] = defaultdict(list)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()

    def listen(self, user_id: UUID) -> Listener:
        """Return a queue of this user's events from now on; a listener too slow to empty it loses the oldest."""
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
        from confluent_kafka import Consumer, KafkaException

        options = {
            **KafkaSettings.load().client_options(),
            "group.id": "obsidianlist-live-unused",  # the client wants one; nothing joins or commits
            "enable.auto.commit": False,
            "auto.offset.reset": "latest",
            "fetch.wait.max.ms": 100,
        }
        consumer = Consumer(options, logger=None, error_cb=lambda error: log.warning("live.kafka", code=error.name()))
        try:
            looked, assigned = 0.0, 0
            while self.count():
                if time.monotonic() - looked > _PARTITIONS_EVERY_SECONDS or not assigned:
                    assigned = self._assign(consumer, assigned)
                    looked = time.monotonic()
                message = consumer.poll(_POLL_SECONDS)
                if message is not None and message.error() is None:
                    self._hand_out(message)
        except KafkaException as error:
            log.warning("live.reader_failed", error=repr(error))
        finally:
            self._ready.set()
            consumer.close()

    def _assign(self, consumer: Any, assigned: int) -> int:
        from confluent_kafka import OFFSET_END, TopicPartition

        partitions = []
        for topic in TOPICS:
            found = consumer.list_topics(topic, timeout=5).topics[topic].partitions
            partitions += [TopicPartition(topic, number, OFFSET_END) for number in found]
        if len(partitions) > assigned:
            # Ends are looked up now, so that nothing published after `listen` returned is skipped.
            for partition in partitions:
                partition.offset = consumer.get_watermark_offsets(partition, timeout=5)[1]
            consumer.assign(partitions)
        self._ready.set()
        return len(partitions)

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
            while True:
                try:
                    listener.put_nowait(event)
                    break
                except queue.Full:
                    listener.get_nowait()


_broadcasts: dict[int, Broadcast] = {}
_broadcasts_lock = threading.Lock()


def get_broadcast() -> Broadcast:
    """Return this process's broadcast; threads and clients do not survive a fork."""
    with _broadcasts_lock:
        return _broadcasts.setdefault(os.getpid(), Broadcast())
