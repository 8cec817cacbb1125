"""Browser push: encrypt (RFC 8291), sign (RFC 8292), and post to the push service (RFC 8030) without being led anywhere else.

Called by the notifier after its claim is committed, never inside a transaction. pywebpush does the encryption only; its own sending
follows redirects, waits 10,000 seconds and drops messages for devices that are off-line (TTL 0). Success means that the push service took
the message.
"""

import base64
import os
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import orjson
import requests
from requests.adapters import HTTPAdapter

from shared import clock
from shared.errors import InvalidInput
from shared.services.delivery.outcome import Outcome
from shared.services.delivery.push_hosts import PushTarget, check_endpoint, resolve
from shared.services.delivery.vapid import authorization

MAX_PAYLOAD_BYTES = 3 * 1024
TIMEOUT_SECONDS = (3.0, 10.0)
MAX_RETRY_AFTER = timedelta(hours=6)
_SHORT = 80


@dataclass(frozen=True)
class Device:
    """Where to and for whom to encrypt."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Message:
    """A push.

    Attributes:
        data: what the service worker shows; ``title`` and ``body`` may be cut to fit.
        topic: messages of one topic replace each other while they wait, 32 base64url characters at most.
        ttl_seconds: how long the push service keeps it; never 0.
        is_urgent: wakes a sleeping device.
    """

    data: dict[str, Any]
    topic: str
    ttl_seconds: int
    is_urgent: bool = True


def topic_of(occurrence_id: UUID) -> str:
    """Return the topic of a reminder: a second copy of it replaces the first."""
    return base64.urlsafe_b64encode(occurrence_id.bytes).rstrip(b"=").decode()


def send_push(device: Device, message: Message) -> Outcome:
    """Hand a message to a device's push service and say what came of it; raises nothing that concerns one device alone."""
    try:
        target = check_endpoint(device.endpoint)
        address = resolve(target)
    except InvalidInput as error:
        return Outcome("failed", error.detail)
    except OSError:
        return Outcome("retry", "the push service's name does not resolve")
    payload = fit(message.data)
    outcome = _post(device, message, payload, target, address)
    if outcome.reason == _TOO_LARGE:
        outcome = _post(device, message, fit(message.data, shrink=True), target, address)
        if outcome.reason == _TOO_LARGE:
            return Outcome("failed", _TOO_LARGE)
    return outcome


def fit(data: dict[str, Any], *, shrink: bool = False) -> bytes:
    """Return the payload as JSON of at most 3 KiB; texts are cut when it is longer or ``shrink`` asks for it."""
    raw = orjson.dumps(data)
    if len(raw) <= MAX_PAYLOAD_BYTES and not shrink:
        return raw
    return orjson.dumps(data | {"title": data["title"][:_SHORT], "body": data["body"][:_SHORT]})


_TOO_LARGE = "the push service finds the message too large"


def _post(device: Device, message: Message, payload: bytes, target: PushTarget, address: str) -> Outcome:
    from pywebpush import WebPusher, WebPushException

    keys = {"p256dh": device.p256dh, "auth": device.auth}
    try:
        encrypted = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(payload)["body"]
    except (WebPushException, ValueError) as error:
        return Outcome("failed", f"the device's keys are unusable: {type(error).__name__}")
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(1, message.ttl_seconds)),
        "Urgency": "high" if message.is_urgent else "normal",
        "Topic": message.topic,
        **authorization(target.origin),
    }
    session = _session(target, address)
    try:
        with session.post(
            device.endpoint,
            data=encrypted,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            # The status says it all. An empty body is read, so that the connection serves again; any other is left, unread.
            if response.headers.get("Content-Length") == "0":
                response.content  # noqa: B018 - reads it
            return _read(response)
    except requests.RequestException as error:
        return Outcome("retry", f"no answer from the push service: {type(error).__name__}")


@lru_cache(maxsize=32)
def _pinned(_process: int, target: PushTarget, address: str) -> "PinnedSession":
    return PinnedSession(target, address)


def _session(target: PushTarget, address: str) -> "PinnedSession":
    """Return this process's session with a push service at an address that was just found to be public: connections are kept."""
    return _pinned(os.getpid(), target, address)


def _read(response: requests.Response) -> Outcome:
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}:
        return Outcome("sent", provider_id=response.headers.get("Location", "")[-100:] or None)
    reason = f"the push service answered {status}"
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Outcome("gone", reason)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Outcome("failed", _TOO_LARGE)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome("retry", reason, retry_after_seconds=_retry_after(response.headers.get("Retry-After")))
    return Outcome("failed", reason, is_refusal=status == HTTPStatus.FORBIDDEN)


def _retry_after(value: str | None) -> float | None:
    if not value:
        return None
    try:
        seconds = float(value) if value.isdigit() else (parsedate_to_datetime(value) - clock.now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 1.0), MAX_RETRY_AFTER.total_seconds())


class PinnedSession(requests.Session):
    """A session that talks to one address under one name, whatever the environment or a second look-up says."""

    def __init__(self, target: PushTarget, address: str) -> None:
        super().__init__()
        self.trust_env = False
        # A cookie set with one person's message does not travel with the next one's.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _PinnedAdapter(target, address)
        self.adapters.clear()
        self.mount("http://" if target.origin.startswith("http://") else "https://", adapter)


class _PinnedAdapter(HTTPAdapter):
    """Connects to the address; certificate, SNI and Host are those of the name."""

    def __init__(self, target: PushTarget, address: str) -> None:
        self._target = target
        self._authority = f"[{address}]:{target.port}" if ":" in address else f"{address}:{target.port}"
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._target.origin.startswith("https://"):
            kwargs |= {"server_hostname": self._target.host, "assert_hostname": self._target.host}
        super().init_poolmanager(*args, **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.headers["Host"] = urlsplit(self._target.origin).netloc
        request.url = urlunsplit(urlsplit(request.url or "")._replace(netloc=self._authority))
        return super().send(request, *args, **kwargs)
