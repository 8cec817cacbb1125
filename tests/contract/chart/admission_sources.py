"""Webhooks of KafkaSource, PingSource and KafkaSink.

Called by admission.py. Source: eventing-kafka-broker 1.23 (control-plane/pkg/apis) and eventing 1.22 (pkg/apis/sources/v1). Note what
they leave out: spec.delivery of a KafkaSource is not looked at, so values.schema.json has to.
"""

import json
import re
from typing import Any
from zoneinfo import ZoneInfo

EXTENSION = re.compile(r"[a-z0-9]+", re.IGNORECASE)
DESCRIPTORS = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# second, minute, hour, day of month, month, day of week: lowest, highest, names
CRON_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()), (0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, MONTHS), (0, 6, DAYS),
)  # fmt: skip
CRON_PART = re.compile(r"(?P<low>\*|\?|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?")


def kafka_source_refusals(manifest: dict[str, Any]) -> list[str]:
    """Return the webhook's objections to a sources.knative.dev/v1 KafkaSource."""
    spec = manifest["spec"]
    found = [f"spec.{field}: missing" for field in ("topics", "bootstrapServers") if not spec.get(field)]
    if spec.get("ordering", "ordered") not in {"ordered", "unordered"}:
        found.append(f"spec.ordering: invalid value {spec['ordering']}")
    if spec.get("initialOffset", "latest") not in {"earliest", "latest"}:
        found.append(f"spec.initialOffset: invalid value {spec['initialOffset']}")
    return found + _sink(spec.get("sink", {})) + _overrides(spec)


def ping_source_refusals(manifest: dict[str, Any]) -> list[str]:
    """Return the webhook's objections to a sources.knative.dev/v1 PingSource."""
    spec = manifest["spec"]
    found = _schedule(spec.get("schedule", "* * * * *")) + _sink(spec.get("sink", {})) + _overrides(spec)
    if "timezone" in spec:
        try:
            ZoneInfo(spec["timezone"])
        except (KeyError, ValueError, OSError):
            found.append(f"spec.timezone: unknown time zone {spec['timezone']}")
    if spec.get("data") and spec.get("dataBase64"):
        found.append("spec.data, spec.dataBase64: expected exactly one, got both")
    return found + _json_object(spec)


def kafka_sink_refusals(manifest: dict[str, Any]) -> list[str]:
    """Return the webhook's objections to an eventing.knative.dev/v1alpha1 KafkaSink."""
    spec = manifest["spec"]
    found = [f"spec.{field}: missing" for field in ("topic", "bootstrapServers") if not spec.get(field)]
    if spec.get("contentMode", "binary") not in {"binary", "structured"}:
        found.append(f"spec.contentMode: invalid value {spec['contentMode']}")
    if "auth" in spec and not spec["auth"].get("secret", {}).get("ref", {}).get("name"):
        found.append("spec.auth.secret.ref.name: missing")
    return found


def _sink(sink: dict[str, Any]) -> list[str]:
    if not sink.get("ref") and not sink.get("uri"):
        return ["spec.sink: expected at least one of ref, uri"]
    if not sink.get("ref") and "://" not in sink["uri"]:
        return ["spec.sink.uri: a relative URI needs a ref"]
    return [
        f"spec.sink.ref.{key}: missing"
        for key in ("kind", "name", "apiVersion")
        if sink.get("ref") and not sink["ref"].get(key)
    ]


def _overrides(spec: dict[str, Any]) -> list[str]:
    extensions = spec.get("ceOverrides", {}).get("extensions", {})
    return [
        f"spec.ceOverrides.extensions: {key} is not alphanumeric" for key in extensions if not EXTENSION.fullmatch(key)
    ]


def _json_object(spec: dict[str, Any]) -> list[str]:
    if spec.get("contentType") != "application/json" or not spec.get("data"):
        return []
    try:
        value = json.loads(spec["data"])
    except ValueError as error:
        return [f"spec.data: {error}"]
    return [] if isinstance(value, dict) else ["spec.data: JSON data must be an object"]


def _schedule(schedule: str) -> list[str]:
    if schedule.startswith("@"):
        return [] if schedule in DESCRIPTORS else [f"spec.schedule: unsupported descriptor {schedule}"]
    fields = schedule.split()
    if len(fields) not in {5, 6}:
        return [f"spec.schedule: expected 5 or 6 fields, found {len(fields)}"]
    ranges = CRON_FIELDS[6 - len(fields) :]
    return [
        f"spec.schedule: {field} is not a valid field"
        for field, (low, high, names) in zip(fields, ranges, strict=True)
        if not all(_cron_part(part, low, high, names) for part in field.split(","))
    ]


def _cron_part(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    match = CRON_PART.fullmatch(part)
    if not match or match["step"] == "0":
        return False
    if match["low"] in {"*", "?"}:
        return match["high"] is None
    first = _cron_number(match["low"], low, names)
    last = _cron_number(match["high"], low, names) if match["high"] else first
    return first is not None and last is not None and low <= first <= last <= high


def _cron_number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text.lower() in names:
        return names.index(text.lower()) + low
    return int(text) if text.isdigit() else None
