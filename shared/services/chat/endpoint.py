"""One request to an OpenAI-compatible endpoint, streamed; ``deltas.py`` puts together what comes.

The standard library's client, because the vendors' packages cost half a second and more at every cold start. Retries happen only before the
first piece arrived; the whole turn has a time budget.
"""

import http.client
import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from shared.config import Settings
from shared.errors import Unavailable
from shared.services.chat.deltas import Answer

_RETRIES = 2
_RETRIED = {429, 500, 502, 503, 504}
_MAX_LINE = 1_000_000
_TICK_SECONDS = 0.25


class ModelSettings(Settings):
    """Where the model is; chat uses the built-in interpreter while ``base_url`` is empty. The daily limits are each person's; 0 is none."""

    base_url: str = Field("", alias="LLM_BASE_URL")
    model: str = Field("", alias="LLM_MODEL")
    api_key: str = Field("", alias="LLM_API_KEY", repr=False)
    daily_messages: int = Field(200, alias="LLM_DAILY_MESSAGES", ge=0)
    daily_tokens: int = Field(500_000, alias="LLM_DAILY_TOKENS", ge=0)
    timeout_seconds: float = Field(30.0, alias="LLM_TIMEOUT_SECONDS", gt=0, le=120)


def stream(
    settings: ModelSettings,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    answer: Answer,
    deadline: float,
) -> Iterator[str]:
    """Yield text deltas and fill ``answer``; when it ends without an error the answer is whole.

    While the model is silent it yields empty texts, so that whoever reads can stop: closing the iterator closes the connection, which tells
    the server to stop as well.

    Raises:
        Unavailable: the endpoint refused, was too slow, or broke off; the detail is fit for a person.
    """
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if tools:
        body["tools"] = tools  # endpoints refuse an empty list
    request = _Request(settings, body, deadline)
    request.start()
    try:
        for line in request.lines():
            if line == "[DONE]":
                answer.finished = True
                break
            yield from answer.take(line) if line else ("",)
    finally:
        request.cancel()
        if request.answered:
            answer.close(len(json.dumps(messages)))
    if not answer.finished:
        raise Unavailable("The model broke off in the middle of its answer; nothing of that step was carried out.")


class _Request(threading.Thread):
    """Asks and reads in a thread of its own: the turn looks up from it while the model is silent, before the first word as well."""

    def __init__(self, settings: ModelSettings, body: dict[str, Any], deadline: float) -> None:
        super().__init__(name="model", daemon=True)
        self._settings, self._body, self._deadline = settings, body, deadline
        self._connection = _connection(settings, deadline)
        self._socket: socket.socket | None = None
        self._arrived: queue.SimpleQueue[str | Unavailable | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self.answered = False

    def lines(self) -> Iterator[str]:
        """Yield what follows ``data:``, and an empty line for every moment without any."""
        while True:
            try:
                arrived = self._arrived.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                arrived = ""
            if time.monotonic() > self._deadline:
                raise Unavailable("The answer took too long and was stopped.")
            if arrived is None:
                return
            if isinstance(arrived, Unavailable):
                raise arrived
            yield arrived

    def cancel(self) -> None:
        """Close the connection, whatever it is doing; after the last line it changes nothing."""
        self._cancelled.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Put every line, then ``None`` or the error."""
        try:
            # A response outlives its connection: both have to be closed.
            with closing(self._open()) as response:
                self.answered = True
                if "json" in response.headers.get("Content-Type", ""):
                    self._arrived.put(response.read(_MAX_LINE).decode(errors="replace") or "null")
                else:
                    self._read(response)
        except Unavailable as error:
            self._arrived.put(error)
        except Exception as error:  # noqa: BLE001 - carried over to the thread of the turn
            lost = Unavailable("The connection to the model was lost; nothing of that step was carried out.")
            lost.__cause__ = error
            self._arrived.put(lost)
        finally:
            self._connection.close()
        self._arrived.put(None)

    def _read(self, response: http.client.HTTPResponse) -> None:
        while not self._cancelled.is_set():
            raw = response.readline(_MAX_LINE)
            if not raw:
                return
            line = raw.decode(errors="replace").strip()
            if line.startswith("data:") and line[5:].strip():
                self._arrived.put(line[5:].strip())

    def _ask(self) -> http.client.HTTPResponse:
        self._connection.close()
        self._connection = _connection(self._settings, self._deadline)
        self._connection.connect()
        # Kept: the connection lets go of it when the server says that it will close.
        self._socket = self._connection.sock
        if self._cancelled.is_set():
            raise ConnectionAbortedError
        return _post(self._connection, self._settings, json.dumps(self._body).encode())

    def _open(self) -> http.client.HTTPResponse:
        for attempt in range(_RETRIES + 1):
            try:
                response = self._ask()
                if response.status == http.client.BAD_REQUEST and b"stream_options" in response.read(_MAX_LINE):
                    # Servers from before its time refuse it; without it we estimate.
                    del self._body["stream_options"]
                    response.close()
                    response = self._ask()
            except (OSError, http.client.HTTPException) as error:
                if attempt == _RETRIES or self._cancelled.is_set():
                    raise Unavailable("The model cannot be reached; try again in a moment.") from error
                pause = 0.5 * 2**attempt
            else:
                if response.status == http.client.OK:
                    return response
                response.close()
                if response.status not in _RETRIED or attempt == _RETRIES:
                    reason = "is busy" if response.status == http.client.TOO_MANY_REQUESTS else "refused the request"
                    raise Unavailable(f"The model {reason}; try again in a moment.")
                pause = _pause(response.headers.get("Retry-After"), attempt)
            if time.monotonic() + pause >= self._deadline or self._cancelled.wait(pause):
                raise Unavailable("The model is busy; try again in a moment.")
        raise AssertionError("unreachable")


def _connection(settings: ModelSettings, deadline: float) -> http.client.HTTPConnection:
    url = urlsplit(settings.base_url)
    timeout = max(0.1, min(settings.timeout_seconds, deadline - time.monotonic()))
    if url.scheme == "https":
        return http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=timeout, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(url.hostname or "", url.port, timeout=timeout)


def _post(connection: http.client.HTTPConnection, settings: ModelSettings, body: bytes) -> http.client.HTTPResponse:
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if settings.api_key:
        headers["Authorization"] = f"Bearer {settings.api_key}"
    connection.request("POST", urlsplit(settings.base_url).path.rstrip("/") + "/chat/completions", body, headers)
    return connection.getresponse()


def _pause(retry_after: str | None, attempt: int) -> float:
    if retry_after is not None and retry_after.isdigit():
        return min(10.0, float(retry_after))
    return 0.5 * 2.0**attempt
