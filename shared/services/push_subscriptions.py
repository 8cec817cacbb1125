"""The devices a person gets pushes on: register, list, remove, try out.

Called by the notifications function. An endpoint is a capability: it is stored, never shown again and never logged.
"""

import base64
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.errors import Conflict, InvalidInput, NotFound
from shared.services.delivery.push_hosts import check_endpoint

MAX_DEVICES = 20
# After so many refusals in a row (403: the key or the account does not fit any more) a device gets no more pushes.
MAX_FAILURES = 3
_POINT_BYTES, _SECRET_BYTES = 65, 16
_SHOWN = "id, split_part(split_part(endpoint, '/', 3), ':', 1) AS endpoint_host, user_agent, created_at, last_success_at, failure_count"
_RELEASE = text("SELECT release_push_endpoint(:endpoint, :p256dh, :auth)")
_UPDATE = text(
    "UPDATE push_subscriptions SET p256dh = :p256dh, auth = :auth, user_agent = :user_agent, failure_count = 0, retry_at = NULL"  # noqa: S608
    f" WHERE endpoint = :endpoint AND user_id = :user_id RETURNING {_SHOWN}"
)
_INSERT = text(
    "INSERT INTO push_subscriptions (id, user_id, endpoint, p256dh, auth, user_agent)"  # noqa: S608
    f" VALUES (:id, :user_id, :endpoint, :p256dh, :auth, :user_agent) ON CONFLICT (endpoint) DO NOTHING RETURNING {_SHOWN}"
)
_OLDEST = text(
    "DELETE FROM push_subscriptions WHERE id IN (SELECT id FROM push_subscriptions WHERE user_id = :user_id"
    " ORDER BY coalesce(last_success_at, created_at) DESC, id OFFSET :keep)"
)
_LIST = text(f"SELECT {_SHOWN} FROM push_subscriptions WHERE user_id = :user_id ORDER BY id")  # noqa: S608
_DELETE = text("DELETE FROM push_subscriptions WHERE id = :id AND user_id = :user_id RETURNING id")
_WORKS = text(
    "UPDATE push_subscriptions SET last_success_at = now(), failure_count = 0 WHERE id = :id AND user_id = :user_id"
)
_ONE = text("SELECT id, endpoint, p256dh, auth FROM push_subscriptions WHERE id = :id AND user_id = :user_id")


def register(user_id: UUID, endpoint: str, p256dh: str, auth: str, user_agent: str) -> dict[str, Any]:
    """Store a device, or renew the keys of one that is known, and return it as shown.

    A person has at most 20; the one that was silent longest makes room.

    Raises:
        InvalidInput: the endpoint is of no push service, or the keys are none.
        Conflict: somebody else's device has this endpoint with other keys.
    """
    check_endpoint(endpoint)
    check_keys(p256dh, auth)
    values = {"user_id": user_id, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "user_agent": user_agent[:300]}
    with transaction(user_id) as connection:
        connection.execute(_RELEASE, values)
        row = connection.execute(_UPDATE, values).one_or_none()
        if row is None:
            connection.execute(_OLDEST, {"user_id": user_id, "keep": MAX_DEVICES - 1})
            row = connection.execute(_INSERT, {**values, "id": clock.uuid7()}).one_or_none()
        if row is None:
            raise Conflict("This endpoint belongs to another device.")
        return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def list_devices(user_id: UUID) -> list[dict[str, Any]]:
    """Return a person's devices, oldest first."""
    with transaction(user_id) as connection:
        return [dict(row) for row in connection.execute(_LIST, {"user_id": user_id}).mappings()]


def remove(user_id: UUID, device_id: UUID) -> None:
    """Forget a device.

    Raises:
        NotFound: the person has no such device.
    """
    with transaction(user_id) as connection:
        if connection.execute(_DELETE, {"id": device_id, "user_id": user_id}).one_or_none() is None:
            raise NotFound("There is no such device.")


def mark_working(user_id: UUID, device_id: UUID) -> None:
    """Remember that its push service took a message just now; a device that is gone is no error."""
    with transaction(user_id) as connection:
        connection.execute(_WORKS, {"id": device_id, "user_id": user_id})


def find(user_id: UUID, device_id: UUID) -> Any:
    """Return a device with its endpoint and keys, for sending.

    Raises:
        NotFound: the person has no such device.
    """
    with transaction(user_id) as connection:
        row = connection.execute(_ONE, {"id": device_id, "user_id": user_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such device.")
    return row


def check_keys(p256dh: str, auth: str) -> None:
    """Refuse keys nothing can be encrypted for: a point that is not on the curve, a secret of another length.

    Raises:
        InvalidInput: naming the key.
    """
    point, secret = _decode(p256dh, "keys.p256dh"), _decode(auth, "keys.auth")
    if len(point) != _POINT_BYTES or not _is_on_curve(point):
        raise InvalidInput("p256dh is not an uncompressed point of P-256.", field="keys.p256dh")
    if len(secret) != _SECRET_BYTES:
        raise InvalidInput("auth is not 16 bytes.", field="keys.auth")


def _is_on_curve(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _decode(value: str, field: str) -> bytes:
    try:
        return base64.b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise InvalidInput(f"{field} is not base64url.", field=field) from None
