"""One delivery of an event over HTTP with Knative's retry rules.

Called by ``kafka_source`` and ``ping_source``; the numbers of a delivery come from the registry. What success does *not*
imply: that the event was processed once. A timeout is a failure here although the function may still be working on it.
"""

import http.client
import select
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from knative.local.registry import Delivery

# Source: eventing-kafka-broker, data-plane ... RetryPolicy: 5xx and these are worth another try, nothing else is.
RETRYABLE = frozenset({404, 408, 409, 429})
MAX_ERROR_BYTES = 1024


@dataclass(frozen=True)
class Attempt:
    """What one request brought: a status, or (None) no answer at all."""

    status: int | None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    error: str = ""

    @property
    def succeeded(self) -> bool:
        """2xx. A redirect is a failure: nothing follows it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def retryable(self) -> bool:
        """Whether Knative's Kafka dispatcher tries again."""
        return self.status is None or self.status >= 500 or self.status in RETRYABLE  # noqa: PLR2004


class HttpSink:
    """A sink's URL; each calling thread keeps its own connection."""

    def __init__(self, port: int, path: str, timeout_seconds: float | None) -> None:
        self.url = f"http://127.0.0.1:{port}{path}"
        self._port = port
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._local = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._opened:
            connection.close()

    def post(self, headers: dict[str, str], body: bytes) -> Attempt:
        """Send one request and wait for its answer, at most for the delivery's timeout."""
        connection = self._connection()
        try:
            connection.putrequest("POST", self._path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode())
            connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return Attempt(status=None, error=f"{type(error).__name__}: {error}")
        return Attempt(response.status, content[:MAX_ERROR_BYTES], tuple(response.getheaders()))

    def _connection(self) -> http.client.HTTPConnection:
        """Return this thread's connection, closed first if the function's side has closed it meanwhile."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout_seconds)
            self._local.connection = connection
            self._opened.append(connection)
        elif connection.sock and select.select([connection.sock], [], [], 0)[0]:
            connection.close()
        return connection


def backoffs(delivery: Delivery) -> Iterator[float]:
    """Yield the pause before each retry, in seconds: delay x 2^n or delay x n, n from 1, no cap and no jitter."""
    for n in range(1, delivery.retry + 1):
        factor = 2**n if delivery.backoff_policy == "exponential" else n
        yield delivery.backoff_delay_seconds * factor


def budget_seconds(delivery: Delivery) -> float:
    """Return the longest time one event can take: every attempt times out, every pause is kept, a second's slack each."""
    pauses = list(backoffs(delivery))
    return sum(pauses) + (len(pauses) + 1) * (delivery.timeout_seconds + 1)


def deliver(post: Callable[[], Attempt], delivery: Delivery, stop: threading.Event) -> Attempt | None:
    """Try until success, a failure that is not worth a retry, or the last retry; return the last attempt.

    None means the platform stopped meanwhile: nothing is known, the event must be delivered again.
    """
    attempt = post()
    for pause in backoffs(delivery):
        if attempt.succeeded or not attempt.retryable:
            break
        if stop.wait(pause):
            return None
        attempt = post()
    return attempt
