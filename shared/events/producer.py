"""The Kafka producer of a process, made at first use and never across a fork.

What success does *not* imply: an event the broker acknowledged may be there twice (a timeout may hide a write), and one that
timed out may be there as well. Consumers are idempotent; the outbox keeps the row until an acknowledgement.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.config import KafkaSettings
from shared.logging import get_logger

log = get_logger(__name__)
_FLUSH_SECONDS = 3.0
_producers: dict[int, Any] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Record:
    """One record to publish; ``tag`` comes back in the result."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    tag: int


def get_producer() -> Any:
    """Return this process's producer; librdkafka's threads do not survive a fork."""
    producer = _producers.get(os.getpid())
    if producer is None:
        with _lock:
            producer = _producers.get(os.getpid())
            if producer is None:
                producer = _producers[os.getpid()] = _make()
    return producer


def _make() -> Any:
    from confluent_kafka import Producer

    return Producer(
        {
            **KafkaSettings.load().client_options(),
            "enable.idempotence": True,
            "acks": "all",
            # Bounded: a publish that times out is sent again from the outbox, not minutes later behind newer versions.
            "message.timeout.ms": 2500,
            "linger.ms": 2,
            # The same partition for a key as Java clients choose.
            "partitioner": "murmur2_random",
            "queue.buffering.max.messages": 10_000,
            "compression.type": "lz4",
        },
        logger=None,
        error_cb=lambda error: log.warning("kafka.error", code=error.name()),
    )


def publish(records: Sequence[Record]) -> tuple[set[int], dict[int, str]]:
    """Publish ``records`` and wait, at most three seconds, for the broker.

    Returns:
        The tags that were acknowledged, and the error's name for each of the others. Those may be in the broker all the same.
    """
    from confluent_kafka import KafkaException  # loaded with the producer

    producer = get_producer()
    acknowledged: set[int] = set()
    errors: dict[int, str] = {}
    for record in records:

        def report(error: Any, _message: Any, tag: int = record.tag) -> None:
            if error is None:
                acknowledged.add(tag)
            else:
                errors[tag] = error.name()

        try:
            producer.produce(
                record.topic, value=record.value, key=record.key, headers=record.headers, on_delivery=report
            )
        except BufferError:
            errors[record.tag] = "QUEUE_FULL"
            break
        except (
            KafkaException
        ) as error:  # of this record, such as MSG_SIZE_TOO_LARGE: the others have nothing to do with it
            errors[record.tag] = error.args[0].name()
        producer.poll(0)
    if producer.flush(_FLUSH_SECONDS):
        producer.purge()
        producer.flush(0.1)
    if "_FATAL" in errors.values():
        _replace(producer)
    left = {record.tag for record in records} - acknowledged
    return acknowledged, {tag: errors.get(tag, "TIMED_OUT") for tag in left}


def _replace(producer: Any) -> None:
    """Forget an idempotent producer that lost its place: librdkafka refuses everything after a fatal error, for ever."""
    with _lock:
        if _producers.get(os.getpid()) is producer:
            del _producers[os.getpid()]
    log.error("kafka.producer_replaced")


def close(seconds: float = 2.0) -> None:
    """Wait for what is under way; losing the rest is harmless, the outbox has it."""
    producer = _producers.pop(os.getpid(), None)
    if producer is not None:
        producer.flush(seconds)


def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - it may have been held at the fork
    _lock = threading.Lock()
    _producers.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
