"""Every HTTP function behind one WSGI application, routed as `web` routes them, and its OpenAPI document."""

import json
from functools import cache
from typing import Any

from knative.local.openapi import build
from knative.local.registry import load_registry
from knative.local.routing import RouteTable


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of all functions, built anew from the routers."""
    built: dict[str, Any] = json.loads(build())
    return built


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation."""
    return [
        (method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


@cache
def gateway() -> Any:
    """Return one WSGI application that passes a request to the function with the longest matching route."""
    table = RouteTable(
        [
            (route, function.load())
            for function in load_registry().functions
            if function.kind == "http"
            for route in function.routes
        ]
    )

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        function = table.find(environ.get("PATH_INFO", "/"))
        if function is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"no function has this route"]
        return function(environ, start_response)

    return application
