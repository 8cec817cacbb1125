"""How we sign ourselves to push services (VAPID, RFC 8292): one key pair a deployment, a fresh token a message."""

import base64
from functools import cache
from typing import Any

from shared import clock
from shared.services.delivery.settings import PushSettings

LIFETIME_SECONDS = 12 * 3600


@cache
def _signer(raw: bytes) -> Any:
    from py_vapid import Vapid02

    return Vapid02.from_raw(base64.urlsafe_b64encode(raw).rstrip(b"="))


def public_key() -> str:
    """Return the public key as browsers want it: the uncompressed point, base64url."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _signer(PushSettings.load().private_key).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def authorization(origin: str) -> dict[str, str]:
    """Return the header that signs us to the push service at ``origin`` for twelve hours.

    The claims are a new dict each time: the library writes into what it is given.
    """
    settings = PushSettings.load()
    claims = {"aud": origin, "sub": settings.subject, "exp": int(clock.epoch_seconds()) + LIFETIME_SECONDS}
    header: dict[str, str] = _signer(settings.private_key).sign(claims)
    return header
