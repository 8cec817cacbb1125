"""KafkaSource on one machine: reads topics, posts each record to a function, keeps the offsets.

Runs as its own process (``python -m knative.local.kafka_source``), one thread and one consumer per source of the registry.
Behaves as Knative's dispatcher does, its losses and repetitions included; ``rules.RULES`` lists each rule with its origin
and the tests hold them. What always holds: an offset is committed only when the record and all before it are done,
dead-lettered or given up, so a crash repeats up to five seconds of records.

On the in-memory broker partitions are assigned instead of joined: its consumer groups cannot be joined twice.
"""

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any

from knative.local.cloud_event import Record, from_record
from knative.local.delivery import HttpSink, budget_seconds, deliver
from knative.local.kafka_sink import KafkaSink, dead_letter
from knative.local.offsets import OffsetTracker
from knative.local.parent import end_with_parent
from knative.local.registry import Source, load_registry
from shared.config import KafkaSettings
from shared.logging import get_logger

log = get_logger(__name__)

MAX_POLL_RECORDS = 50
MAX_CONNECTIONS = 100
COMMIT_SECONDS = 5.0
POLL_SECONDS = 0.1
STOP_SECONDS = 8.0
LAST_COMMIT_SECONDS = 2.0
LEAVE_SECONDS = 3.0
TOPIC_ATTEMPTS = 100
# librdkafka refuses more than a day.
LONGEST_POLL_INTERVAL_MS = 86_400_000

Partition = tuple[str, int]


@dataclass
class Lane:
    """One assigned partition: what waits, and what is done."""

    tracker: OffsetTracker = field(default_factory=OffsetTracker)
    waiting: deque[Record] = field(default_factory=deque)
    busy: bool = False
    paused: bool = False


class KafkaSource:
    """One source. ``run`` is its thread; deliveries run in a pool."""

    def __init__(
        self, source: Source, sink: HttpSink, dead_letters: KafkaSink, connection: dict[str, Any], *, in_memory: bool
    ) -> None:
        self._source = source
        self._sink = sink
        self._dead_letters = dead_letters
        self._in_memory = in_memory
        self._options = connection | _consumer_options(source, in_memory=in_memory) | {"on_commit": self._on_commit}
        self._lanes: dict[Partition, Lane] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(MAX_CONNECTIONS, thread_name_prefix=source.name)
        self._running: set[Future[None]] = set()
        self._consumer: Any = None

    def run(self, stop: threading.Event) -> None:
        """Read and deliver until ``stop`` is set; then wait a little for deliveries in flight and commit."""
        from confluent_kafka import Consumer

        self._consumer = Consumer(self._options)
        self._join()
        committed_at = time.monotonic()
        try:
            while not stop.is_set():
                self._read(stop)
                self._hold_back()
                if time.monotonic() - committed_at >= COMMIT_SECONDS:
                    self._commit()
                    committed_at = time.monotonic()
        finally:
            self._finish()

    def _join(self) -> None:
        """Begin at the group's offsets, else at the earliest record."""
        topics = list(self._source.topics)
        if not self._in_memory:
            self._consumer.subscribe(
                topics, on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
            )
            return
        from confluent_kafka import TopicPartition

        partitions = [TopicPartition(topic, number) for topic in topics for number in self._partition_numbers(topic)]
        assigned = self._consumer.committed(partitions, timeout=10)
        self._on_assign(self._consumer, assigned)
        self._consumer.assign(assigned)

    def _partition_numbers(self, topic: str) -> list[int]:
        """Return a topic's partitions; asking is what creates it, and the first answer may still be without."""
        for _ in range(TOPIC_ATTEMPTS):
            numbers = list(self._consumer.list_topics(topic, timeout=10).topics[topic].partitions)
            if numbers:
                return numbers
            time.sleep(0.05)
        raise RuntimeError(f"the broker has no partitions for {topic}")

    def _read(self, stop: threading.Event) -> None:
        """Take the records that are there, waiting for the first, and hand them to the deliveries."""
        first = self._consumer.poll(POLL_SECONDS)
        if first is None:
            return
        room = (
            MAX_POLL_RECORDS - self._in_flight() - 1 if self._source.ordering == "unordered" else MAX_POLL_RECORDS - 1
        )
        messages = [first, *(self._consumer.consume(room, 0) if room > 0 else ())]
        for message in messages:
            if message.error():
                log.warning("kafka_source.poll_failed", source=self._source.name, error=str(message.error()))
                continue
            self._accept(_record(message), stop)

    def _accept(self, record: Record, stop: threading.Event) -> None:
        partition = (record.topic, record.partition)
        with self._lock:
            lane = self._lanes.get(partition)
            if lane is None:
                return  # revoked while the record was on its way
            lane.tracker.received(record.offset)
            if self._source.ordering == "unordered":
                self._start(partial(self._process, record, lane.tracker, stop))
                return
            lane.waiting.append(record)
            if not lane.busy:
                lane.busy = True
                self._start(partial(self._drain, lane, stop))

    def _start(self, work: Callable[[], None]) -> None:
        future = self._pool.submit(work)
        self._running.add(future)
        future.add_done_callback(self._running.discard)

    def _drain(self, lane: Lane, stop: threading.Event) -> None:
        """Deliver one partition's records one after the other."""
        while True:
            with self._lock:
                if not lane.waiting or stop.is_set():
                    lane.busy = False
                    return
                record = lane.waiting.popleft()
            self._process(record, lane.tracker, stop)

    def _process(self, record: Record, tracker: OffsetTracker, stop: threading.Event) -> None:
        """Deliver a record; after this its offset may be committed unless the platform stopped meanwhile."""
        where = {
            "source": self._source.name,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
        }
        try:
            if self._dispatch(record, where, stop):
                tracker.finished(record.offset)
        except Exception:
            # Whatever it was, the partition must go on: Knative discards such a record too.
            log.exception("kafka_source.record_discarded", **where)
            tracker.finished(record.offset)

    def _dispatch(self, record: Record, where: dict[str, Any], stop: threading.Event) -> bool:
        """Deliver to the function, else to the dead letter sink; whether the record needs nothing more."""
        event = from_record(record, self._source.name)
        post = partial(self._sink.post, event.http_headers(), event.data)
        outcome = deliver(post, self._source.delivery, stop)
        if outcome is None or outcome.succeeded:
            return outcome is not None
        log.warning("kafka_source.delivery_failed", status=outcome.status, error=outcome.error, **where)
        letter = dead_letter(event, self._sink.url, outcome)
        outcome = deliver(partial(self._dead_letters.send, letter), self._source.delivery, stop)
        if outcome is None:
            return False
        if not outcome.succeeded:
            # Knative loses the event here; shared.events.reconciler publishes it again from the event log.
            log.error("kafka_source.event_lost", error=outcome.error, **where)
        return True

    def _in_flight(self) -> int:
        return sum(lane.tracker.in_flight for lane in list(self._lanes.values()))

    def _hold_back(self) -> None:
        """Stop fetching for partitions with enough waiting; unordered sources stop as a whole at their cap."""
        full = self._source.ordering == "unordered" and self._in_flight() >= MAX_POLL_RECORDS
        for partition, lane in list(self._lanes.items()):
            hold = full or len(lane.waiting) >= MAX_POLL_RECORDS
            if hold != lane.paused:
                (self._consumer.pause if hold else self._consumer.resume)([_topic_partition(partition)])
                lane.paused = hold

    def _commit(self, *, asynchronous: bool = True) -> None:
        """Commit what is finished and not committed yet; an asynchronous commit is noted when it is confirmed."""
        due = {
            partition: (lane.tracker, offset)
            for partition, lane in list(self._lanes.items())
            if (offset := lane.tracker.to_commit()) is not None
        }
        if not due:
            return
        offsets = [_topic_partition(partition, offset) for partition, (_, offset) in due.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=asynchronous)
        except Exception as error:  # noqa: BLE001 - librdkafka's one exception type; the next round tries again
            log.warning("kafka_source.commit_failed", source=self._source.name, error=str(error))
            return
        if not asynchronous:
            for tracker, offset in due.values():
                tracker.committed(offset)

    def _on_commit(self, error: Any, partitions: list[Any]) -> None:
        if error is not None:
            log.warning("kafka_source.commit_failed", source=self._source.name, error=str(error))
            return
        for partition in partitions:
            lane = self._lanes.get((partition.topic, partition.partition))
            if lane is not None and partition.error is None:
                lane.tracker.committed(partition.offset)

    def _on_assign(self, _consumer: Any, partitions: list[Any]) -> None:
        with self._lock:
            self._lanes |= {(partition.topic, partition.partition): Lane() for partition in partitions}

    def _on_revoke(self, _consumer: Any, partitions: list[Any]) -> None:
        self._commit(asynchronous=False)
        self._on_lost(_consumer, partitions)

    def _on_lost(self, _consumer: Any, partitions: list[Any]) -> None:
        with self._lock:
            for partition in partitions:
                lane = self._lanes.pop((partition.topic, partition.partition), None)
                if lane is not None:
                    lane.waiting.clear()

    def _finish(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(list(self._running), timeout=STOP_SECONDS)
        self._commit()
        self._sink.close()
        if not self._confirmed_within(LAST_COMMIT_SECONDS):
            log.warning("kafka_source.last_commit_unconfirmed", source=self._source.name)
            self._leave_within(LEAVE_SECONDS)
            return
        self._consumer.close()

    def _leave_within(self, seconds: float) -> None:
        """Leave the group if the broker answers: to leave one that is gone takes half a minute, not to leave makes the next source wait as long."""
        if self._in_memory:
            return  # there is no group to leave
        self._lanes.clear()  # the revocation that close brings must not commit synchronously
        leaving = threading.Thread(target=self._consumer.close, name="leave", daemon=True)
        leaving.start()
        leaving.join(seconds)

    def _confirmed_within(self, seconds: float) -> bool:
        """Wait until the broker has confirmed every commit; whether it did in time."""
        deadline = time.monotonic() + seconds
        while any(lane.tracker.to_commit() is not None for lane in self._lanes.values()):
            if time.monotonic() > deadline:
                return False
            self._consumer.poll(0.02)
        return True


def _consumer_options(source: Source, *, in_memory: bool) -> dict[str, Any]:
    longest = 2 * MAX_POLL_RECORDS * budget_seconds(source.delivery)
    options: dict[str, Any] = {
        "group.id": source.consumer_group,
        "client.id": f"kafka-source-{source.name}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "isolation.level": "read_committed",
        "max.poll.interval.ms": min(int(longest * 1000), LONGEST_POLL_INTERVAL_MS),
        # A restarted platform takes its place in the group again instead of waiting for its dead self to time out.
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 1500,
        "log_level": 3,
    }
    if in_memory:
        # That broker creates topics when they are asked for, and answers an empty fetch only after the whole wait, even when
        # a record arrives meanwhile.
        return options | {"allow.auto.create.topics": True, "fetch.wait.max.ms": 20}
    return options | {"fetch.wait.max.ms": 250}


def _record(message: Any) -> Record:
    return Record(
        topic=message.topic(),
        partition=message.partition(),
        offset=message.offset(),
        timestamp_ms=message.timestamp()[1],
        key=message.key(),
        value=message.value(),
        headers=tuple(message.headers() or ()),
    )


def _topic_partition(partition: Partition, offset: int | None = None) -> Any:
    from confluent_kafka import TopicPartition

    return TopicPartition(*partition) if offset is None else TopicPartition(*partition, offset)


def run_sources(connection: dict[str, Any], port: int, *, in_memory: bool, stop: threading.Event) -> None:
    """Run every source of the registry until ``stop``; a source that fails takes the process down with it."""
    registry = load_registry()
    dead_letters = KafkaSink(connection, registry.dead_letter_topic)
    failed: list[BaseException] = []

    def _guarded(run: Callable[[threading.Event], None]) -> None:
        try:
            run(stop)
        except BaseException as error:  # noqa: BLE001 - reported by the main thread, which ends the process
            failed.append(error)
            stop.set()

    threads = []
    for source in registry.sources():
        sink = HttpSink(port, source.sink_path, source.delivery.timeout_seconds)
        kafka_source = KafkaSource(source, sink, dead_letters, connection, in_memory=in_memory)
        threads.append(threading.Thread(target=_guarded, args=(kafka_source.run,), name=f"source-{source.name}"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def main() -> None:
    """Run until SIGTERM. Environment: SYSTEM_PORT, KAFKA_* as for functions, KAFKA_IN_MEMORY."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    end_with_parent()
    run_sources(
        KafkaSettings.load().client_options(),
        int(os.environ["SYSTEM_PORT"]),
        in_memory=os.environ.get("KAFKA_IN_MEMORY") == "1",
        stop=stop,
    )
    sys.stderr.flush()
    os._exit(0)  # a delivery still waiting for its function must not keep the process


if __name__ == "__main__":
    main()
