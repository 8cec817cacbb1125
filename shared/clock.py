"""The only source of time and time-ordered ids.

Everything asks here, so that tests can move time and so that nothing mixes naive and aware values. Decisions about
what is due use the database's clock instead (``now()`` in SQL): application clocks of several pods disagree.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID


def _system_seconds() -> float:
    return time.time()


_seconds: Callable[[], float] = _system_seconds
_uuid_lock = threading.Lock()
_last_uuid_tick = 0


def now() -> datetime:
    """Return the present instant as an aware UTC datetime."""
    return datetime.fromtimestamp(_seconds(), UTC)


def epoch_seconds() -> float:
    """Return the present instant as seconds since 1970 in UTC."""
    return _seconds()


@contextmanager
def shifted(seconds: float) -> Iterator[None]:
    """Run the block with this process's clock moved by ``seconds`` (tests of skewed clocks only)."""
    global _seconds  # noqa: PLW0603 - one process, one clock
    before = _seconds

    def _shifted() -> float:
        return before() + seconds

    _seconds = _shifted
    try:
        yield
    finally:
        _seconds = before


def uuid7() -> UUID:
    """Return a new UUID version 7: 48 bits of milliseconds, 12 bits within the millisecond, 62 random bits.

    Ids made by one process strictly increase, so an index on them grows at its right edge and newer rows sort last.

    Source: RFC 9562, section 5.7 and section 6.2 method 3 (sub-millisecond fraction in rand_a).
    """
    global _last_uuid_tick  # noqa: PLW0603 - the monotonic state of this process
    nanoseconds = int(_seconds() * 1_000_000) * 1000
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    tick = (milliseconds << 12) | (rest * 4096 // 1_000_000)
    with _uuid_lock:
        tick = max(tick, _last_uuid_tick + 1)
        _last_uuid_tick = tick
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=((tick >> 12) << 80) | (0x7 << 76) | ((tick & 0xFFF) << 64) | (0b10 << 62) | random)
