"""A gunicorn thread worker in which long streams never take the place of short requests.

A worker has as many request threads as a function's concurrency. An event stream (``/api/live``, a chat answer) would hold
one for minutes; eight open browser tabs would stop the API. So a request whose path is a stream's gets a thread of its
own, up to a limit, and the request threads stay free. Streams are cut shortly after the worker is told to stop: their
clients reconnect by design, everything else is finished first.

Builds on gunicorn's ThreadWorker (``handle``, ``finish_request``, ``method_queue``): the lock file pins the version, and
``tests/integration/local/test_stream_worker.py`` holds the behaviour.
"""

import contextlib
import socket
import threading
import time
from concurrent.futures import Future
from typing import Any, cast

from gunicorn.workers.gthread import _DEFER, DEFAULT_WORKER_DATA_TIMEOUT, ThreadWorker

MAX_STREAMS = 128  # per worker
STREAM_GRACE_SECONDS = 1.0
PEEK_BYTES = 2048
_STREAM = object()


class StreamWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """ThreadWorker with threads of their own for the paths in ``app.stream_prefixes``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._free_streams = threading.BoundedSemaphore(MAX_STREAMS)
        self._streams: set[Any] = set()

    def handle(self, conn: Any) -> Any:
        """Serve a connection's next request, or hand it back as a stream. Runs in a request thread."""
        if not conn.initialized and not conn.data_ready and not conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
            return _DEFER
        if self._is_stream(conn) and self._free_streams.acquire(blocking=False):
            return _STREAM
        return super().handle(conn)

    def finish_request(self, conn: Any, fs: "Future[Any]") -> None:
        """Start the stream that a request thread handed back. Runs in the main thread, as all bookkeeping does."""
        if fs.cancelled() or fs.exception() or fs.result() is not _STREAM:
            super().finish_request(conn, fs)
            return
        self._streams.add(conn)
        # A daemon: a stream that waits for its next event must not keep a stopping process alive.
        threading.Thread(target=self._serve_stream, args=(conn,), name="stream", daemon=True).start()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin the graceful stop; cut the streams soon after."""
        super().handle_exit(sig, frame)
        threading.Thread(target=self._cut_streams, daemon=True).start()

    def _serve_stream(self, conn: Any) -> None:
        outcome: Future[Any] = Future()
        try:
            outcome.set_result(super().handle(conn))
        except Exception as error:  # noqa: BLE001 - as in an executor: whatever it was, it belongs to the future
            outcome.set_exception(error)
        finally:
            self._free_streams.release()
        self._finish_stream(conn, outcome)

    def _cut_streams(self) -> None:
        time.sleep(STREAM_GRACE_SECONDS)
        for conn in list(self._streams):
            with contextlib.suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)
            ended: Future[Any] = Future()
            ended.set_result(False)
            self._finish_stream(conn, ended)

    def _finish_stream(self, conn: Any, outcome: "Future[Any]") -> None:
        """Give the connection back to the main thread, once: its end and the worker's stop may come together."""
        with contextlib.suppress(KeyError):
            self._streams.remove(conn)
            self.method_queue.defer(super().finish_request, conn, outcome)

    def _is_stream(self, conn: Any) -> bool:
        """Whether the request line at the head of the connection names a stream's path."""
        head = conn.parser.unreader.buf.getvalue() if conn.parser else b""
        if not head:
            try:
                head = conn.sock.recv(PEEK_BYTES, socket.MSG_PEEK)
            except OSError:
                return False
        parts = head.split(b" ", 2)
        prefixes = cast("tuple[bytes, ...]", self.app.stream_prefixes)
        if len(parts) < 3:  # noqa: PLR2004 - method, target, version
            return False
        path = parts[1].split(b"?", 1)[0]
        return any(path == prefix or path.startswith(prefix + b"/") for prefix in prefixes)
