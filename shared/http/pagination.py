"""Opaque, signed cursors for keyset pagination.

A cursor carries the sort key of the last row and a digest of the question it belongs to; it is signed, so nobody can make PostgreSQL
compare with values of their own, and it is refused when the question changes.
"""

import base64
import hashlib
import hmac
from typing import Any

import orjson

from shared.config import CursorSettings
from shared.errors import InvalidInput

_SIGNATURE_BYTES = 12
_MAX_LENGTH = 1024


def encode_cursor(question: str, key: list[Any]) -> str:
    """Return the cursor after the row with sort key ``key`` in the list that answers ``question``."""
    payload = orjson.dumps([_digest(question), *key])
    return base64.urlsafe_b64encode(_sign(payload) + payload).rstrip(b"=").decode()


def decode_cursor(question: str, cursor: str, length: int) -> list[Any]:
    """Return the sort key of ``length`` values in a cursor.

    Raises:
        InvalidInput: not one of ours, or made for another question.
    """
    try:
        raw = base64.b64decode(cursor[:_MAX_LENGTH] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _sign(payload)):
            raise ValueError  # noqa: TRY301 - every way of being wrong ends in one answer
        digest, *key = orjson.loads(payload)
    except (ValueError, TypeError):
        raise InvalidInput("The cursor is not one this server made.", field="cursor") from None
    if digest != _digest(question) or len(key) != length:
        raise InvalidInput("The cursor belongs to a list with other filters or another order.", field="cursor")
    return list(key)


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]


def _sign(payload: bytes) -> bytes:
    return hmac.digest(CursorSettings.load().key, payload, "sha256")[:_SIGNATURE_BYTES]
