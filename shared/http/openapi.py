"""The OpenAPI 3.1 document, built from the routers themselves: what is documented is what is served.

``knative/local/openapi.py`` merges all functions into ``openapi.json`` beside this module; a contract test keeps it in step.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

if TYPE_CHECKING:
    from shared.http.router import Route, Router

_REF = "#/components/schemas/{model}"
_PROBLEM_REF = "#/components/responses/"
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem document",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "current": {"description": "the current state, with status 412"},
        "position": {"type": "integer", "description": "with a wrong filter, the place in it, in characters from 0"},
    },
}
_ALWAYS = (400, 413, 415, 422, 429, 503)
_DESCRIPTION = (
    "Sign up or log in to get an access token, send it as `Authorization: Bearer …`. Lists answer `{items, next_cursor}`; send the cursor back "
    "for the next page. Repeat a POST safely with an `Idempotency-Key`. Send the `ETag` back as `If-Match` to notice changes by others. Errors are "
    "RFC 9457 problem documents that name the wrong fields."
)


def document(routers: Iterable["Router"]) -> dict[str, Any]:
    """Return the OpenAPI document of one or all functions, paths and schemas sorted by name."""
    listed = sorted(routers, key=lambda router: router.name)
    routes = [
        route
        for router in listed
        for route in router.routes
        if route.path.startswith(("/api/", "/.well-known/", "/oauth", "/mcp"))
    ]
    schemas, definitions = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path, parameters = _path(route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, parameters, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ObsidianList", "version": "1.0.0", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": router.name, "description": router.summary} for router in listed],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {"Problem": _PROBLEM, **dict(sorted(definitions.items()))},
            "responses": _problems(paths),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "access token, or personal API token (olt_…)",
                }
            },
        },
    }


def _schemas(routes: list["Route"]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Any]] = []
    for route in routes:
        if route.body is not None:
            wanted.append((route.body, "validation"))
        if _is_model(route.response):
            wanted.append((route.response, "serialization"))
    unique = list(dict.fromkeys(wanted))
    references, schema = models_json_schema(unique, ref_template=_REF)
    definitions = schema.get("$defs", {})
    for definition in definitions.values():
        for field in definition.get("properties", {}).values():
            # A default that stands for "left out" is no value a client may send.
            if field.get("default") == "" and field.get("minLength"):
                del field["default"]
    return references, definitions


def _operation(route: "Route", parameters: list[dict[str, Any]], schemas: dict[Any, Any]) -> dict[str, Any]:
    lines = (route.handler.__doc__ or "").strip().partition("\n")
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": list(route.tags),
        "summary": lines[0].rstrip("."),
        "responses": _responses(route, schemas),
    }
    if lines[2].strip():
        operation["description"] = " ".join(lines[2].split())
    if not route.public:
        operation["security"] = [{"bearer": []}]
        operation["x-scope"] = route.scope
    parameters = [*parameters, *(_query(route.query) if route.query else [])]
    if route.idempotent:
        parameters.append(_header("Idempotency-Key", "repeats with the same key have one effect and one answer"))
    if 412 in route.errors:  # noqa: PLR2004
        parameters.append(_header("If-Match", "the ETag the change is based on"))
    if HTTPStatus.NOT_MODIFIED in route.errors:
        parameters.append(_header("If-None-Match", "the ETag of what the client has; 304 when it is still that"))
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[route.body, "validation"]}},
        }
    return operation


def _responses(route: "Route", schemas: dict[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.status != HTTPStatus.NO_CONTENT:
        schema: dict[str, Any] = {}
        if _is_model(route.response):
            schema = schemas[route.response, "serialization"]
        answer["content"] = {route.content_type.partition(";")[0]: {"schema": schema}}
    responses = {str(route.status): answer}
    codes = {*route.errors, *_ALWAYS} | (set() if route.public else {401, 403})
    for code in sorted(codes):
        problem = code >= HTTPStatus.BAD_REQUEST
        description = HTTPStatus(code).phrase
        responses[str(code)] = (
            {"$ref": _PROBLEM_REF + HTTPStatus(code).name} if problem else {"description": description}
        )
    return responses


def _problems(paths: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the shared answers of every status that is a problem: written once, referred to by the operations."""
    codes = {
        int(status)
        for operations in paths.values()
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if "$ref" in response
    }
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {
        HTTPStatus(code).name: {"description": HTTPStatus(code).phrase, "content": content} for code in sorted(codes)
    }


def _path(rule: str) -> tuple[str, list[dict[str, Any]]]:
    parts, parameters = [], []
    for part in rule.split("/"):
        if part.startswith("<"):
            kind, _, name = part.strip("<>").rpartition(":")
            suffix = name.partition(">")[2]
            name = name.partition(">")[0]
            schema = {"type": "string", "format": "uuid"} if kind == "uuid" else {"type": "string"}
            parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
            parts.append("{" + name + "}" + suffix)
        else:
            parts.append(part)
    return "/".join(parts), parameters


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_REF)
    found = []
    for name, properties in schema.get("properties", {}).items():
        properties.pop("title", None)
        description = properties.pop("description", None)
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": properties}
        found.append({**parameter, **({"description": description} if description else {})})
    return found


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _is_model(response: Any) -> bool:
    return isinstance(response, type) and issubclass(response, BaseModel)
