"""How a Kafka record becomes the HTTP request a function gets, and back into a record for the dead letter topic.

Called by ``kafka_source``. The request is always a CloudEvent in HTTP binary mode. Rules: ``rules.RULES``; on a cluster
eventing-kafka-broker does this. What always holds: a record that is a CloudEvent passes with its attributes unchanged;
any other record becomes a ``dev.knative.kafka.event``.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NAMESPACE = "default"
REQUIRED = ("specversion", "id", "source", "type")
STRUCTURED = "application/cloudevents"
PLAIN_TYPE = "dev.knative.kafka.event"


class UndeliverableRecordError(Exception):
    """No HTTP request can carry this record; the source drops it and goes on."""


@dataclass(frozen=True)
class Record:
    """A Kafka record, free of the client library's types."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True)
class CloudEvent:
    """Attributes and extensions by name, the data and its content type."""

    attributes: dict[str, str]
    content_type: str | None
    data: bytes

    def http_headers(self) -> dict[str, str]:
        """Return the headers of the request in binary mode.

        Raises:
            UndeliverableRecordError: for a value that HTTP cannot carry (EKB#2732).
        """
        headers = {f"ce-{name}": value for name, value in self.attributes.items()}
        if self.content_type is not None:
            headers["content-type"] = self.content_type
        headers |= {"prefer": "reply", "kn-namespace": NAMESPACE}
        for name, value in headers.items():
            if not value.isprintable() or not name.isascii():
                raise UndeliverableRecordError(f"header {name!r} has a value that HTTP cannot carry")
        return headers

    def kafka_headers(self) -> list[tuple[str, bytes]]:
        """Return the headers of a record in binary mode."""
        headers = [(f"ce_{name}", value.encode()) for name, value in self.attributes.items()]
        return headers if self.content_type is None else [*headers, ("content-type", self.content_type.encode())]


def from_record(record: Record, source_name: str) -> CloudEvent:
    """Return the event of ``record`` with the extensions every delivery carries.

    Raises:
        UndeliverableRecordError: the record's headers are no text.
    """
    try:
        headers = {name.lower(): (value or b"").decode() for name, value in record.headers}
    except UnicodeDecodeError as error:
        raise UndeliverableRecordError(f"a header is no UTF-8 text: {error}") from None
    event = _structured(record, headers) or _binary(record, headers) or _plain(record, headers, source_name)
    position = {"knativekafkapartition": str(record.partition), "knativekafkaoffset": str(record.offset)}
    return CloudEvent(event.attributes | position, event.content_type, event.data)


def _binary(record: Record, headers: dict[str, str]) -> CloudEvent | None:
    attributes = {name[3:]: value for name, value in headers.items() if name.startswith("ce_")}
    if not all(attributes.get(name) for name in REQUIRED):
        return None
    # Other headers of the record are dropped, and its key becomes nothing.
    return CloudEvent(attributes, headers.get("content-type"), record.value or b"")


def _structured(record: Record, headers: dict[str, str]) -> CloudEvent | None:
    if not headers.get("content-type", "").startswith(STRUCTURED) or record.value is None:
        return None
    try:
        document: dict[str, Any] = json.loads(record.value)
        attributes = {
            name: _attribute_text(value)
            for name, value in document.items()
            if name not in ("data", "data_base64", "datacontenttype") and value is not None
        }
        if not all(attributes.get(name) for name in REQUIRED):
            return None
        content_type = document.get("datacontenttype") or "application/json"
        return CloudEvent(attributes, content_type, _structured_data(document, content_type))
    except (AttributeError, ValueError, binascii.Error):
        return None


def _structured_data(document: dict[str, Any], content_type: str) -> bytes:
    if "data_base64" in document:
        return base64.b64decode(document["data_base64"], validate=True)
    data = document.get("data")
    if data is None:
        return b""
    return data.encode() if isinstance(data, str) and "json" not in content_type else json.dumps(data).encode()


def _attribute_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | int) else str(value)


def _plain(record: Record, headers: dict[str, str], source_name: str) -> CloudEvent:
    attributes = {
        "specversion": "1.0",
        "id": f"partition:{record.partition}/offset:{record.offset}",
        "type": PLAIN_TYPE,
        "source": f"/apis/v1/namespaces/{NAMESPACE}/kafkasources/{source_name}#{record.topic}",
        "subject": f"partition:{record.partition}#{record.offset}",
        "time": _rfc3339(record.timestamp_ms),
    }
    if record.key is not None:
        key = record.key.decode(errors="replace")
        attributes |= {"key": key, "partitionkey": key}
    for name, value in headers.items():
        plain_name = "".join(letter for letter in name if letter in "abcdefghijklmnopqrstuvwxyz0123456789")
        attributes[f"kafkaheader{plain_name}"] = value
    return CloudEvent(attributes, headers.get("content-type"), record.value or b"")


def _rfc3339(timestamp_ms: int) -> str:
    moment = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
