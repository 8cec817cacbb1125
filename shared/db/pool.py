"""The pool of one process: at most one connection per thread and one for the publisher, none across a fork, none that is broken.

``shared.db.direct`` and ``shared.db.engine`` both borrow here, so a pod holds at most THREADS + 1 connections. The pool is made
at first use and keyed by process id: functions-framework imports a module before it forks its workers.
"""

import os
import select
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any

from pg8000 import dbapi

from shared.config import DatabaseSettings
from shared.db.connection import Connection, connect
from shared.errors import Unavailable

_CHECK_AFTER_IDLE_SECONDS = 0.5
# Above the server's own limit: only a dead network reaches it. With it a request over a dead network ends within ten seconds.
_MARGIN_SECONDS = 2.0


class ConnectionPool:
    """Lends connections; a borrower beyond the size waits a bounded time, then gets :class:`Unavailable`."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        # One more than the threads that answer requests: the outbox publisher.
        self._slots = threading.BoundedSemaphore(settings.pool_size + 1)
        self._idle: deque[tuple[Connection, float]] = deque()
        self._lent: set[int] = set()
        self._lock = threading.Lock()
        self._closed = False

    def borrow(self) -> Connection:
        """Return a connection outside any transaction; hand it back with ``connection.close()``.

        Raises:
            Unavailable: every connection stayed busy, or the server cannot be reached.
        """
        if not self._slots.acquire(timeout=self._settings.pool_timeout_seconds):
            raise Unavailable("All database connections are busy; try again shortly.")
        try:
            connection = self._take_idle() or self._open()
        except BaseException as error:
            self._slots.release()
            if isinstance(error, dbapi.Error | OSError):
                raise Unavailable from error
            raise
        with self._lock:
            self._lent.add(id(connection))
        return connection

    def close(self) -> None:
        """End every idle connection, and each lent one when it comes back."""
        self._closed = True
        self._end_idle()

    def counts(self) -> dict[str, int]:
        """Return how many connections are idle and lent."""
        return {"idle": len(self._idle), "lent": len(self._lent)}

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if id(connection) not in self._lent:
                return  # closed twice
            self._lent.discard(id(connection))
        if not connection.broken and connection._in_transaction:  # noqa: SLF001 - our own subclass
            try:
                connection.rollback()
            except dbapi.Error:
                connection.broken = True
        if connection.broken or self._closed:
            connection.end()
            # What broke it (a restart, a lost route) broke the others too; a half-open one costs its user a whole timeout.
            self._end_idle()
        else:
            self._idle.append((connection, time.monotonic()))
        self._slots.release()

    def _end_idle(self) -> None:
        with suppress(IndexError):  # empty, or another thread took the last
            while True:
                self._idle.pop()[0].end()

    def _open(self) -> Connection:
        timeout = self._settings.statement_timeout_ms / 1000 + _MARGIN_SECONDS
        connection = connect(
            self._settings.url, timeout_seconds=timeout, application_name=os.environ.get("K_SERVICE", "obsidianlist")
        )
        connection.give_back = self._give_back
        return connection

    def _take_idle(self) -> Connection | None:
        while True:
            try:
                connection, since = self._idle.pop()
            except IndexError:
                return None
            if time.monotonic() - since < _CHECK_AFTER_IDLE_SECONDS or _quiet(connection):
                return connection
            connection.end()


def _quiet(connection: Any) -> bool:
    """Whether the server neither closed nor said anything: an idle connection with bytes to read is dead or out of step."""
    try:
        readable, _, _ = select.select([connection._usock], [], [], 0)  # noqa: SLF001 - our own subclass
    except (OSError, ValueError):
        return False
    return not readable


_pools: dict[int, ConnectionPool] = {}
_pools_lock = threading.Lock()


def get_pool() -> ConnectionPool:
    """Return this process's pool, made at first use."""
    pool = _pools.get(os.getpid())
    if pool is None:
        with _pools_lock:
            pool = _pools.setdefault(os.getpid(), ConnectionPool(DatabaseSettings.load()))
    return pool


def _after_fork_in_child() -> None:
    # The parent's sockets stay the parent's: forget them without a word on the wire.
    global _pools_lock  # noqa: PLW0603 - a lock may have been held at the fork
    _pools_lock = threading.Lock()
    _pools.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)


def dispose() -> None:
    """End this process's idle connections and make a new pool at the next use (tests, shutdown)."""
    pool = _pools.pop(os.getpid(), None)
    if pool is not None:
        pool.close()
