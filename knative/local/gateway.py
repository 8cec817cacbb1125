"""The public port of ``make run``: functions by route, the web app for everything else.

A WSGI application in the workers of the ``web`` group. Functions that run as the users' database role are called in
process; the others (auth, dead letters) live in the ``system`` group, whose role sees all rows, and are passed on to its
loopback listener. What always holds: consumers, cron functions and sink paths have no route here.
"""

import http.client
import select
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from knative.local.problem import problem
from knative.local.registry import Registry
from knative.local.routing import RouteTable
from knative.local.static_site import StaticSite

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No page of the web app lives below these: an unknown path there is a client's mistake, not a page to look for.
API_PREFIXES = ("/api", "/oauth", "/token", "/mcp", "/.well-known")
MAX_BODY_BYTES = 1_048_576  # functions take at most 256 KiB; this only bounds what is buffered on the way
PROXY_TIMEOUT_SECONDS = 60

# Meaningful for one connection only. Source: RFC 9110 section 7.6.1.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


class Gateway:
    """Routes a request to a function of this process, to the system group, or to the web app."""

    def __init__(self, registry: Registry, site: StaticSite, system_port: int) -> None:
        remote = SystemGroup(system_port)
        self._site = site
        self._routes: RouteTable[WSGIApplication] = RouteTable(
            (route, application)
            for function in registry.functions
            if function.kind == "http"
            for application in (remote if function.database == "system" else function.load(),)
            for route in function.routes
        )
        self._health = self._routes.find("/api/tasks") or remote

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        function = self._routes.find(path)
        if function is not None:
            return function(environ, start_response)
        if path == "/healthz":
            return self._health(environ, start_response)
        if any(path == prefix or path.startswith(f"{prefix}/") for prefix in API_PREFIXES):
            return problem(start_response, 404, "Not Found", f"nothing answers at {path[:200]}")
        return self._site(environ, start_response)


class SystemGroup:
    """Passes requests on to the system group over kept-alive loopback connections, one per thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._local = threading.local()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass one request on; 503 while the group is away. A request is sent once: the client decides on a repeat."""
        body = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            return problem(start_response, 413, "Content Too Large", "the request body is too large")
        path = environ["RAW_URI"] if "RAW_URI" in environ else environ["PATH_INFO"]
        connection = self._connection()
        try:
            connection.request(environ["REQUEST_METHOD"], path, body=body or None, headers=_forwarded_headers(environ))
            response = connection.getresponse()
        except (OSError, http.client.HTTPException):
            connection.close()
            headers = [("Retry-After", "1")]
            return problem(start_response, 503, "Service Unavailable", "this part is starting or restarting", headers)
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
        start_response(f"{response.status} {response.reason}", headers)
        return _chunks(connection, response)

    def _connection(self) -> http.client.HTTPConnection:
        """Return this thread's connection; a new one if the other side closed it meanwhile."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None or (connection.sock and select.select([connection.sock], [], [], 0)[0]):
            if connection is not None:
                connection.close()
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PROXY_TIMEOUT_SECONDS)
            self._local.connection = connection
        return connection


def _chunks(connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the body; a connection whose body was not read to the end cannot be used again."""
    try:
        while chunk := response.read1(65536):
            yield chunk
    finally:
        if not response.isclosed():
            connection.close()


def _forwarded_headers(environ: "Mapping[str, object]") -> dict[str, str]:
    """Return the request's headers with the client's address appended to X-Forwarded-For."""
    headers = {
        name[5:].replace("_", "-").title(): str(value) for name, value in environ.items() if name.startswith("HTTP_")
    }
    for name in [name for name in headers if name.lower() in HOP_BY_HOP]:
        del headers[name]
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = str(environ["CONTENT_TYPE"])
    before = headers.get("X-Forwarded-For")
    client = str(environ.get("REMOTE_ADDR", ""))
    headers["X-Forwarded-For"] = f"{before}, {client}" if before else client
    headers["X-Forwarded-Host"] = headers.get("Host", "")
    return headers
