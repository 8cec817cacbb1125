"""JSON Schemas of custom resources, made from their CustomResourceDefinitions.

Called by the chart tests. As strict as the API server with field validation on: an object schema that lists properties and does not
preserve unknown fields refuses every other key. CEL rules are not evaluated.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.contract.chart.design import DESIGN
from tests.contract.chart.rendering import LOADER

KEPT = (
    "type", "format", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required", "multipleOf",
)  # fmt: skip
NAME = {"type": "string", "maxLength": 253, "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"}
STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
METADATA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": NAME, "namespace": NAME, "labels": STRINGS, "annotations": STRINGS},
}


@cache
def schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the schema of every stored custom resource by (apiVersion, kind)."""
    found = {}
    for path in sorted((DESIGN / "crds").glob("*.yaml")):
        # Some files hold more than the definition of their name.
        for definition, version in versions(path):
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema.setdefault("properties", {})
            schema["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": METADATA}
            schema["required"] = sorted({*schema.get("required", []), "apiVersion", "kind", "metadata"})
            found[f"{definition['group']}/{version['name']}", definition["names"]["kind"]] = schema
    return found


def versions(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield (spec of the definition, one of its versions) of each definition in the file."""
    for document in yaml.load_all(path.read_text(encoding="utf-8"), LOADER):
        for version in document["spec"]["versions"] if document else ():
            yield document["spec"], version


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Convert one structural schema and everything below it."""
    converted: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    if schema.get("x-kubernetes-int-or-string"):
        converted.pop("type", None)
        converted = {"anyOf": [{"type": "integer"}, {"type": "string"}], **converted}
    if isinstance(converted.get("type"), str) and schema.get("nullable"):
        converted["type"] = [converted["type"], "null"]
    if "properties" in schema:
        converted["properties"] = {key: strict(value) for key, value in schema["properties"].items()}
    if "items" in schema:
        converted["items"] = strict(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        converted["additionalProperties"] = strict(schema["additionalProperties"])
    elif "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        converted["additionalProperties"] = False
    for key in ("allOf", "anyOf", "oneOf"):
        # Value checks only: structural schemas declare no fields below these, so they must not close the object.
        if key in schema and not schema.get("x-kubernetes-int-or-string"):
            converted[key] = [{**branch} for branch in schema[key]]
    return converted


@cache
def validator(api_version: str, kind: str) -> Draft202012Validator:
    """Return the validator of a custom resource.

    Raises:
        KeyError: no CRD with that apiVersion and kind is stored.
    """
    return Draft202012Validator(schemas()[api_version, kind])


def schema_errors(manifest: dict[str, Any]) -> list[str]:
    """Return where the custom resource departs from its schema."""
    checker = validator(manifest["apiVersion"], manifest["kind"])
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(manifest)]
