"""The router of an HTTP function: from a WSGI request to a typed handler and back.

A function's ``main.py`` makes one Router, decorates its handlers and exports ``router.entry_point()``. The router parses the raw
body with pydantic, checks the token and scope, replays idempotent requests, maps typed errors to problem documents, and serves
``/healthz``, ``/metrics`` and the function's part of the OpenAPI document. It is plain WSGI: our own server
(``shared.http.server``) and the one-machine platform call it without Flask, functions-framework calls it through the entry point.
"""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared import clock, metrics, tracing
from shared.auth import authenticate
from shared.domain.errors import DomainError
from shared.errors import (
    Forbidden,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    ObsidianListError,
    PermanentError,
)
from shared.http import operations
from shared.http.headers import API_CONTENT_POLICY, cors_headers, security_headers
from shared.http.paths import Paths, WrongMethodError
from shared.http.problem import problem
from shared.http.request import MAX_BODY_BYTES, Reply, Request, to_json, wrong_field
from shared.logging import bound, get_logger
from shared.span import Span

log = get_logger(__name__)
StartResponse = Callable[..., Any]
_UNTRACED = frozenset({"/healthz", "/metrics"})  # probes and scrapes: every few seconds, and nobody's request
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


@dataclass(frozen=True, eq=False)  # compared and hashed by identity
class Route:
    """One operation: where it is, what goes in and out, who may call it."""

    method: str
    path: str
    handler: Callable[..., Any]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    response: Any = None
    status: int = 200
    scope: str | None = "tasks:read"
    public: bool = False
    idempotent: bool = False
    stream: bool = False
    content_type: str = "application/json"
    max_body_bytes: int = MAX_BODY_BYTES
    tags: tuple[str, ...] = ()
    examples: dict[str, Any] = field(default_factory=dict)
    errors: tuple[int, ...] = ()


class Router:
    """Routes of one function.

    Args:
        name: the function's name in the registry.
        summary: one sentence for the OpenAPI document.
        traced: whether a request is a span of its own; a consumer's is the event's.
    """

    def __init__(self, name: str, summary: str = "", *, traced: bool = True) -> None:
        self._traced = traced
        self.name = name
        self.summary = summary
        self.routes: list[Route] = []
        self._paths = Paths()

    def route(self, method: str, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a handler: ``handler(request, body=…, query=…, **path_parameters)``; see :class:`Route` for the options."""

        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            # Every POST of a signed-in person can be repeated safely with an Idempotency-Key, unless the route says why not.
            if method == "POST" and not options.get("public") and not options.get("stream"):
                options.setdefault("idempotent", True)
            route = Route(method, path, handler, tags=(self.name,), **options)
            self.routes.append(route)
            self._paths.add(method, path, route)
            return handler

        return register

    def get(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a GET handler."""
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a POST handler."""
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a PUT handler."""
        return self.route("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a PATCH handler."""
        return self.route("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a DELETE handler; it answers 204 unless the route says otherwise."""
        options.setdefault("status", 204)
        return self.route("DELETE", path, **options)

    def entry_point(self) -> Callable[[Any], Any]:
        """Return the function that functions-framework calls; its ``wsgi`` attribute is the same as a WSGI application."""

        def entry_point(request: Any) -> Any:
            from werkzeug.wrappers import Response

            return Response.from_app(self.wsgi, request.environ)

        entry_point.__name__ = self.name.replace("-", "_")
        entry_point.wsgi = self.wsgi  # type: ignore[attr-defined]
        entry_point.router = self  # type: ignore[attr-defined]
        return entry_point

    def wsgi(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.match(given) else str(clock.uuid7())
        request = Request(environ, request_id)
        with (
            self._span(request) as span,
            bound(request_id=request_id, trace_id=tracing.current_trace_id(), function=self.name),
        ):
            route_path = "unmatched"
            try:
                route, parameters = self._match(request)
                route_path = route.path if isinstance(route, Route) else request.path
                reply = self._answer(request, route, parameters)
            except Exception as error:  # noqa: BLE001 - the edge: everything becomes a problem document
                reply = self._failed(request, error)
            seconds = time.perf_counter() - started
            metrics.http_request(self.name, request.method, route_path, reply.status, seconds)
            span.name(f"{request.method} {route_path}")
            span.tell(http__route=route_path, http__response__status_code=reply.status)
            return self._send(request, reply, start_response)

    def _span(self, request: Request) -> AbstractContextManager[Span]:
        if not self._traced or request.path in _UNTRACED:
            return nullcontext(Span())
        return tracing.span(
            request.method, kind="server", parent=request.header("Traceparent"), http__request__method=request.method
        )

    def _match(self, request: Request) -> tuple[Any, dict[str, Any]]:
        built_in = operations.built_in(self, request)
        if built_in is not None:
            return built_in, {}
        method = "GET" if request.method == "HEAD" else request.method
        try:
            found = self._paths.match(method, request.path)
        except WrongMethodError as error:
            allowed = ", ".join(sorted(error.allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in error.allowed else set())))
            if request.method == "OPTIONS":
                return (lambda: Reply(None, status=204, headers={"Allow": allowed})), {}
            raise MethodNotAllowed(f"Use one of {allowed}.", headers={"Allow": allowed}) from None
        if found is None:
            raise NotFound("There is nothing at this path.")
        return found

    def _answer(self, request: Request, route: Any, parameters: dict[str, Any]) -> Reply:
        if not isinstance(route, Route):
            built_in: Reply = route()
            return built_in
        request._max_body_bytes = route.max_body_bytes  # noqa: SLF001 - the route's own limit
        if not route.public or request.header("Authorization"):
            self._check_identity(request, route)
        arguments: dict[str, Any] = dict(parameters)
        if route.query is not None:
            arguments["query"] = request.parse_query(route.query)
        if route.body is not None:
            arguments["body"] = request.parse_body(route.body)
        if route.idempotent and request.header("Idempotency-Key") is not None:
            from shared.http.idempotency import once

            return once(request, lambda: _as_reply(route, route.handler(request, **arguments)))
        return _as_reply(route, route.handler(request, **arguments))

    def _check_identity(self, request: Request, route: Route) -> None:
        try:
            request.identity_or_none = authenticate(request.header("Authorization"))
        except PermanentError:
            if route.public:
                return
            raise
        if not route.public and route.scope is not None and route.scope not in request.identity.scopes:
            raise Forbidden(
                f"This needs the scope {route.scope}.",
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{route.scope}"'},
            )

    def _failed(self, request: Request, error: Exception) -> Reply:
        if isinstance(error, DomainError):
            error = wrong_field(error)
        request.discard_body()
        if not isinstance(error, ObsidianListError):
            # The person learns the request id, the log the rest: no text of an unexpected failure leaves the house.
            log.error("request.failed", path=request.path, method=request.method, exc_info=error)
            error = ObsidianListError("Something failed on our side; the request id helps to find it.")
        elif error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("request.unavailable", path=request.path, error=str(error), cause=repr(error.__cause__))
        status, body, headers = problem(error, request.path)
        return Reply(body, status, headers, content_type=headers.pop("Content-Type"))

    def _send(self, request: Request, reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
        streaming = reply.body is not None and not isinstance(reply.body, bytes)
        headers = [
            ("X-Request-Id", request.request_id),
            *security_headers(),
            *cors_headers(request),
            *((name, value) for name, value in reply.headers.items()),
            *(("Set-Cookie", cookie) for cookie in reply.cookies),
        ]
        if reply.body is not None:
            headers.append(("Content-Type", reply.content_type))
        given = {name.lower() for name, _ in headers}
        if "cache-control" not in given:
            headers.append(("Cache-Control", "no-store"))
        if "content-security-policy" not in given:
            headers.append(("Content-Security-Policy", API_CONTENT_POLICY))
        body: bytes = reply.body if isinstance(reply.body, bytes) else b""
        if not streaming and reply.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            headers.append(("Content-Length", str(len(body))))
        start_response(f"{reply.status} {_phrase(reply.status)}", headers)
        if request.method == "HEAD":
            return [b""]
        return reply.body if streaming else [body]


def _as_reply(route: Route, answer: Any) -> Reply:
    reply = answer if isinstance(answer, Reply) else Reply(answer, route.status, content_type=route.content_type)
    if route.stream or reply.status == HTTPStatus.NO_CONTENT:
        return reply
    if reply.body is not None:
        reply.body = to_json(reply.body)
    return reply


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def parse_uuid(value: str, field: str) -> UUID:
    """Return ``value`` as a UUID.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return UUID(value)
    except ValueError:
        raise InvalidInput(f"{field} is not a UUID.", field=field) from None
