"""The in-memory broker of ``make run``: librdkafka's mock cluster in a process of its own.

Started by the supervisor as ``python -m kafka.brokers.memory``: prints its bootstrap address as the only line on
standard output and serves until it is told to stop or its parent is gone. Tests start one in their own process.

What this broker is not: it keeps nothing on disk, gives every topic four partitions at its first use whatever
topics.yaml says, knows no CreateTopics, and a consumer group that became empty cannot be joined again (so our
KafkaSource assigns partitions by itself here). Its retention is 5 MB a partition.
"""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

PARENT_CHECK_SECONDS = 1.0


class MemoryBroker:
    """A one-broker cluster that lives as long as this object.

    Attributes:
        bootstrap_servers: ``127.0.0.1:port``, the port is librdkafka's choice.
    """

    def __init__(self) -> None:
        from confluent_kafka import Producer

        # The cluster belongs to this client; the client itself is used for nothing else.
        self._client: Any = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        brokers = self._client.list_topics(timeout=10).brokers.values()
        self.bootstrap_servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    def close(self) -> None:
        """End the cluster; its clients see a refused connection."""
        self._client = None


def main() -> None:
    """Serve until SIGTERM, SIGINT or the parent's end."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    parent = os.getppid()
    broker = MemoryBroker()
    sys.stdout.write(f"{broker.bootstrap_servers}\n")
    sys.stdout.flush()
    while not stop.wait(PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass
    broker.close()


if __name__ == "__main__":
    main()
