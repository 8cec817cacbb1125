"""Write the event documents from the catalogue: ``python -m knative.local.events`` (``--check`` only compares).

``kafka/asyncapi.yaml`` (AsyncAPI 3), ``kafka/schemas/<event>/<schema version>.json`` (JSON Schema 2020-12). The samples in ``kafka/samples``
are written by hand once for each version and never change: consumers of any later release must still take them.
"""

import sys
from pathlib import Path
from typing import Any

import orjson
import yaml

from shared.events.catalogue import BY_NAME, EventType

FOLDER = Path(__file__).parents[2] / "kafka"
_ATTRIBUTES = {
    "ce_specversion": "always 1.0",
    "ce_id": "UUIDv7 of the event; the same however often it is delivered",
    "ce_source": "/obsidianlist",
    "ce_type": "app.<event>.v<major>",
    "ce_subject": "<aggregate>/<uuid>, ASCII",
    "ce_time": "commit time, RFC 3339 UTC with microseconds",
    "ce_partitionkey": "the aggregate's UUID, also the record key",
    "ce_dataschema": "urn:obsidianlist:schema:<event>:<schema version>",
    "ce_sequence": "the aggregate's version, 20 digits",
    "ce_tenantid": "the user's UUID",
    "ce_schemaversion": "version of the payload's schema",
    "ce_sig": "key id and HMAC-SHA256 over id, source, type, subject, time, tenant, sequence and the data's SHA-256",
    "content-type": "application/json",
}
_OPTIONAL = {"ce_traceparent": "W3C trace context of the request", "ce_replay": "1 when an operator sent it again"}


def schema_path(event_type: EventType) -> Path:
    """Return where the JSON Schema of an event's present version is kept."""
    return FOLDER / "schemas" / event_type.name / f"{event_type.schema_version}.json"


def build() -> dict[Path, bytes]:
    """Return every generated file with its content."""
    files = {schema_path(event_type): _schema(event_type) for event_type in BY_NAME.values()}
    text = yaml.safe_dump(_asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    files[FOLDER / "asyncapi.yaml"] = (
        "# Generated from shared/events/catalogue.py by `make events`; do not edit.\n" + text
    ).encode()
    return files


def _schema(event_type: EventType) -> bytes:
    schema = event_type.payload.model_json_schema(mode="validation")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:obsidianlist:schema:{event_type.name}:{event_type.schema_version}",
        **schema,
        "description": event_type.meaning,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def _asyncapi() -> dict[str, Any]:
    topics = yaml.safe_load((FOLDER / "topics.yaml").read_text(encoding="utf-8"))["topics"]
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for name, settings in topics.items():
        listed = {t.name: {"$ref": f"#/components/messages/{t.name}"} for t in BY_NAME.values() if t.topic == name}
        if not listed:
            listed = {"deadLetter": {"$ref": "#/components/messages/deadLetter"}}
        channels[name] = {
            "address": name,
            "messages": listed,
            "bindings": {
                "kafka": {"partitions": settings["partitions"], "topicConfiguration": _configuration(settings)}
            },
        }
        operations[f"publish-{name}"] = {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
        operations[f"consume-{name}"] = {"action": "receive", "channel": {"$ref": f"#/channels/{name}"}}
    messages: dict[str, Any] = {event_type.name: _message(event_type) for event_type in BY_NAME.values()}
    messages["deadLetter"] = {
        "summary": "Any event the transport gave up, with knativeerrordest, knativeerrorcode and knativeerrordata.",
        "payload": {},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ObsidianList events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka's binary mode. Delivery is at least once; consumers keep an inbox by event id.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "messageTraits": {"cloudEvent": {"headers": _headers()}}},
    }


def _configuration(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.get("config", {}).items() if name.startswith("retention")}


def _message(event_type: EventType) -> dict[str, Any]:
    return {
        "name": event_type.wire_type,
        "summary": event_type.meaning,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{event_type.name}/{event_type.schema_version}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid", "description": "the aggregate's id"}}},
    }


def _headers() -> dict[str, Any]:
    properties = {
        name: {"type": "string", "description": meaning} for name, meaning in (_ATTRIBUTES | _OPTIONAL).items()
    }
    return {"type": "object", "required": list(_ATTRIBUTES), "properties": properties}


def main() -> int:
    """Write or check the files; return the exit code."""
    wrong = []
    for path, content in build().items():
        if "--check" in sys.argv:
            if not path.exists() or path.read_bytes() != content:
                wrong.append(str(path.relative_to(FOLDER.parent)))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if wrong:
        sys.stderr.write(f"out of step with the catalogue, run make events: {', '.join(wrong)}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
