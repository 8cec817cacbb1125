"""Which offset of a partition may be committed while its records finish in any order.

Called by ``kafka_source``. What always holds: the committed offset only moves over a contiguous run of finished records, so
a crash repeats records and never skips one. Source: eventing-kafka-broker OffsetManager (contiguous prefix).
"""

import threading
from collections import deque


class OffsetTracker:
    """The records of one assignment of one partition. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: deque[int] = deque()
        self._finished: set[int] = set()
        self._next: int | None = None
        self._committed: int | None = None

    def received(self, offset: int) -> None:
        """Note a record handed out for delivery; offsets rise but may have gaps (compaction, transactions)."""
        with self._lock:
            self._received.append(offset)

    def finished(self, offset: int) -> None:
        """Note a record that needs no more delivery: done, dead-lettered or dropped."""
        with self._lock:
            self._finished.add(offset)
            while self._received and self._received[0] in self._finished:
                self._finished.remove(self._received[0])
                self._next = self._received.popleft() + 1

    def to_commit(self) -> int | None:
        """Return the offset to commit (the first record not finished), None if it was committed already."""
        with self._lock:
            return None if self._next == self._committed else self._next

    def committed(self, offset: int) -> None:
        """Note what the broker confirmed."""
        with self._lock:
            self._committed = offset

    @property
    def in_flight(self) -> int:
        """How many records were handed out and not finished."""
        with self._lock:
            return len(self._received) - len(self._finished)
