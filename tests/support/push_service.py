"""A push service on 127.0.0.1 that does what a browser's does: takes messages, and decrypts them as the browser would."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.services.delivery import push
from tests.support.sink import FakeSink, Received, fake_sink

SECRET = b"0123456789abcdef"


class Browser:
    """One device: its endpoint at the service and its keys."""

    def __init__(self, sink: FakeSink, name: str) -> None:
        self.path = f"/send/{name}"
        self.endpoint = f"http://127.0.0.1:{sink.port}{self.path}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.keys = {"p256dh": _text(point), "auth": _text(SECRET)}
        self._sink = sink

    @property
    def requests(self) -> list[Received]:
        """What arrived for this device."""
        return [request for request in self._sink.received if request.path == self.path]

    def messages(self) -> list[Any]:
        """Decrypt what arrived."""
        return [
            json.loads(http_ece.decrypt(request.body, private_key=self._key, auth_secret=SECRET, version="aes128gcm"))
            for request in self.requests
        ]


@contextmanager
def push_service() -> Iterator[FakeSink]:
    """Serve a push service for the block; it answers 201 until told otherwise."""
    from tests.support.sink import Answer

    with fake_sink() as sink:
        sink.answer = lambda _request: Answer(201, headers={"Location": "https://push.example/1"})
        try:
            yield sink
        finally:
            push._pinned.cache_clear()  # a later service may get this port


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
