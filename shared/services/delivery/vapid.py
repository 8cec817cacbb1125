"""How we sign ourselves to push services (VAPID, RFC 8292): one key pair a deployment, one token an hour and push service."""

import base64
from functools import cache
from typing import Any

from shared import clock
from shared.services.delivery.settings import PushSettings

LIFETIME_SECONDS = 12 * 3600
# For one push service a signature serves this long: signing is a good part of what a message costs.
REUSE_SECONDS = 3600
_signed: dict[tuple[bytes, str, str], tuple[float, dict[str, str]]] = {}


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
    """Return the header that signs us to the push service at ``origin``, for eleven to twelve hours.

    The claims are a new dict each time: the library writes into what it is given.
    """
    settings, now = PushSettings.load(), clock.epoch_seconds()
    key = settings.private_key, settings.subject, origin
    made_at, header = _signed.get(key, (0.0, {}))
    if not made_at <= now < made_at + REUSE_SECONDS:
        claims = {"aud": origin, "sub": settings.subject, "exp": int(now) + LIFETIME_SECONDS}
        header = _signer(settings.private_key).sign(claims)
        _signed[key] = now, header
    return dict(header)
