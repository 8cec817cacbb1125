"""The CloudEvents envelope: how an event looks in Kafka and in HTTP, and its signature.

Kafka binary mode: ``ce_*`` record headers, the payload as the value, the aggregate's id as the key. KafkaSource turns these headers into
``ce-*`` HTTP headers unchanged. Attribute values are ASCII: nobody percent-decodes them on the way. The signature covers what
identifies the event and its data, so a pod that can reach a consumer cannot invent or edit one.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.config import EventSettings
from shared.errors import InvalidMessage
from shared.events.catalogue import BY_NAME, BY_WIRE_TYPE, EventType, Payload

SOURCE = "/obsidianlist"
MAX_EVENT_BYTES = 64 * 1024
_SEQUENCE_WIDTH = 20
_ASCII = re.compile(r"^[\x20-\x7e]{1,1024}$")


@dataclass(frozen=True)
class Event:
    """An event as a consumer's handler sees it.

    Attributes:
        id: the event's id, the same however often it is delivered.
        type: its catalogue entry.
        payload: its validated payload.
        user_id: whose change it was.
        aggregate_id: what changed; events of one aggregate arrive in the order of ``sequence``.
        sequence: version of the aggregate after the change.
        time: when the change was committed, UTC.
        traceparent: W3C trace context of the request that made the change.
        replay: whether an operator sent it again.
        data: the payload's bytes as published.
    """

    id: UUID
    type: EventType
    payload: Any
    user_id: UUID
    aggregate_id: UUID
    sequence: int
    time: datetime
    traceparent: str | None
    replay: bool
    data: bytes

    @property
    def name(self) -> str:
        """The short name, ``task.completed``."""
        return self.type.name


def attributes(
    *, event_id: UUID, name: str, user_id: UUID, aggregate_id: UUID, sequence: int, time: datetime, data: bytes,
    traceparent: str | None = None, replay: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Return the CloudEvents attributes of an event, signed, without ``ce_`` and without the content type."""
    event_type = BY_NAME[name]
    values = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": SOURCE,
        "type": event_type.wire_type,
        "subject": f"{event_type.subject_prefix}/{aggregate_id}",
        "time": format_time(time),
        "partitionkey": str(aggregate_id),
        "dataschema": f"urn:obsidianlist:schema:{event_type.name}:{event_type.schema_version}",
        "sequence": str(sequence).zfill(_SEQUENCE_WIDTH),
        "tenantid": str(user_id),
        "schemaversion": str(event_type.schema_version),
    }
    if traceparent:
        values["traceparent"] = traceparent
    if replay:
        values["replay"] = "1"
    values["sig"] = sign(values, data)
    return values


def kafka_headers(values: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Return the record headers of the Kafka binary mode."""
    return [
        ("content-type", b"application/json"),
        *((f"ce_{name}", value.encode("ascii")) for name, value in values.items()),
    ]


def sign(values: Mapping[str, str], data: bytes) -> str:
    """Return ``key-id.hex`` of the HMAC-SHA256 with the first configured key."""
    key_id, secret = next(iter(EventSettings.load().signing_keys.items()))
    return f"{key_id}.{hmac.digest(secret, _signed_text(values, data), 'sha256').hex()}"


def verify(values: Mapping[str, str], data: bytes) -> None:
    """Check the signature against every configured key of its id.

    Raises:
        InvalidMessage: missing, by an unknown key, or wrong.
    """
    key_id, _, signature = values.get("sig", "").partition(".")
    secret = EventSettings.load().signing_keys.get(key_id)
    if secret is None or not hmac.compare_digest(
        hmac.digest(secret, _signed_text(values, data), "sha256").hex(), signature
    ):
        raise InvalidMessage("The event's signature does not hold.")


def parse(headers: Mapping[str, str], data: bytes) -> Event:
    """Return the event of a CloudEvents binary-mode request.

    Args:
        headers: the attributes by name, lower case, without ``ce-``; plus ``content-type``.
        data: the request's body.

    Raises:
        InvalidMessage: not a CloudEvent, unknown type, wrong signature, or a payload that is not its type's.
    """
    if headers.get("specversion") != "1.0":
        raise InvalidMessage("Only CloudEvents 1.0 in binary mode are taken here.")
    for name, value in headers.items():
        if not _ASCII.match(value):
            raise InvalidMessage(f"The attribute {name[:40]} is empty, too long or not ASCII.")
    event_type = BY_WIRE_TYPE.get(headers.get("type", ""))
    if event_type is None:
        raise InvalidMessage("The event's type is unknown here.")
    if (
        headers.get("content-type", "").partition(";")[0].strip() != "application/json"
        or not data
        or len(data) > MAX_EVENT_BYTES
    ):
        raise InvalidMessage("The event's data must be JSON of at most 64 KiB.")
    verify(headers, data)
    try:
        payload: Payload = event_type.payload.model_validate_json(data)
        return Event(
            id=UUID(headers["id"]),
            type=event_type,
            payload=payload,
            user_id=UUID(headers["tenantid"]),
            aggregate_id=UUID(headers["partitionkey"]),
            sequence=int(headers["sequence"]),
            time=parse_time(headers["time"]),
            traceparent=headers.get("traceparent"),
            replay=headers.get("replay") == "1",
            data=data,
        )
    except (ValidationError, KeyError, ValueError) as error:
        raise InvalidMessage(f"The event is not a valid {event_type.name}.") from error


def format_time(time: datetime) -> str:
    """Return an instant with all its microseconds: consumers find the logged event by id and this time."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Return the aware instant of an RFC 3339 text.

    Raises:
        ValueError: it is none, or has no offset.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("no offset")
    return time.astimezone(UTC)


def _signed_text(values: Mapping[str, str], data: bytes) -> bytes:
    parts = [values.get(name, "") for name in ("id", "source", "type", "subject", "time", "tenantid", "sequence")]
    return "|".join([*parts, hashlib.sha256(data).hexdigest()]).encode()
