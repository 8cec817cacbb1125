"""Signed tokens of notification buttons and unsubscribe links.

A button works where nobody is signed in (a service worker, a mail client), so the token itself says who may do what: a fixed layout
and an HMAC with ACTION_KEY. Buttons work once (``used_action_tokens`` remembers) and expire; unsubscribing works for ever.
"""

import base64
import hmac
import struct
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared import clock
from shared.errors import InvalidInput
from shared.services.delivery.settings import ActionSettings

ACTION_SECONDS = 7 * 24 * 3600
ActionName = Literal["done", "snooze"]
_ACTIONS: tuple[ActionName, ...] = ("done", "snooze")
_KINDS = ("reminder", "digest")
_ACTION = struct.Struct(">cBHI16s16s")
_UNSUBSCRIBE = struct.Struct(">cB16s")
_SIGNATURE_BYTES = 20
_MAX_LENGTH = 200


@dataclass(frozen=True)
class Action:
    """What a button does: complete the task, or put the reminder off by ``minutes``."""

    name: ActionName
    minutes: int
    user_id: UUID
    occurrence_id: UUID
    expires_at: int


def action_token(name: ActionName, user_id: UUID, occurrence_id: UUID, minutes: int = 0) -> str:
    """Return the one-time token of a button, valid for a week."""
    expires = int(clock.epoch_seconds()) + ACTION_SECONDS
    return _seal(_ACTION.pack(b"a", _ACTIONS.index(name), minutes, expires, user_id.bytes, occurrence_id.bytes))


def read_action(token: str) -> Action:
    """Return what a button's token allows.

    Raises:
        InvalidInput: forged, cut or expired.
    """
    raw = _open(token, b"a", _ACTION.size)
    _, name, minutes, expires, user, occurrence = _ACTION.unpack(raw)
    if expires < clock.epoch_seconds():
        raise InvalidInput("This button has expired; open the app.", field="token")
    return Action(_ACTIONS[name], minutes, UUID(bytes=user), UUID(bytes=occurrence), expires)


def unsubscribe_token(user_id: UUID, kind: str) -> str:
    """Return the token of a mail's unsubscribe link; it does not expire."""
    return _seal(_UNSUBSCRIBE.pack(b"u", _KINDS.index(kind), user_id.bytes))


def read_unsubscribe(token: str) -> tuple[UUID, str]:
    """Return whose mails of which kind a link ends.

    Raises:
        InvalidInput: forged or cut.
    """
    _, kind, user = _UNSUBSCRIBE.unpack(_open(token, b"u", _UNSUBSCRIBE.size))
    return UUID(bytes=user), _KINDS[kind]


def _seal(payload: bytes) -> str:
    return base64.urlsafe_b64encode(payload + _sign(payload)).rstrip(b"=").decode()


def _open(token: str, purpose: bytes, size: int) -> bytes:
    try:
        raw = base64.b64decode(token[:_MAX_LENGTH] + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    payload = raw[:-_SIGNATURE_BYTES]
    genuine = hmac.compare_digest(raw[-_SIGNATURE_BYTES:], _sign(payload))
    if not genuine or len(payload) != size or payload[:1] != purpose:
        raise InvalidInput("This link is not one this server made.", field="token")
    return payload


def _sign(payload: bytes) -> bytes:
    return hmac.digest(ActionSettings.load().key, payload, "sha256")[:_SIGNATURE_BYTES]
