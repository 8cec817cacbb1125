"""The loopback listener of ``make run``: functions with the system's database role, and everything events call.

A WSGI application in the workers of the ``system`` group. It plays the functions' cluster-local addresses:
``/<function-name>/...`` reaches any function hosted here (the function sees the rest of the path), and the routes of HTTP
functions reach them under their public paths, for the gateway. Never bound to anything but 127.0.0.1.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from knative.local.problem import problem
from knative.local.registry import Registry
from knative.local.routing import RouteTable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SystemGroup:
    """Dispatches to the functions of the system's role, consumers and cron functions."""

    def __init__(self, registry: Registry) -> None:
        hosted = [
            function for function in registry.functions if function.kind != "http" or function.database == "system"
        ]
        self._by_name: dict[str, WSGIApplication] = {function.name: function.load() for function in hosted}
        self._routes: RouteTable[WSGIApplication] = RouteTable(
            (route, self._by_name[function.name]) for function in hosted for route in function.routes
        )

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        routed = self._routes.find(path)
        if routed is not None:
            return routed(environ, start_response)
        name, _, rest = path.removeprefix("/").partition("/")
        function = self._by_name.get(name)
        # A page in a browser on this machine must not be able to play KafkaSource or PingSource.
        if function is None or "HTTP_ORIGIN" in environ or not _is_loopback(environ.get("HTTP_HOST", "")):
            return problem(start_response, 404, "Not Found", "no such function here")
        environ["SCRIPT_NAME"] = f"/{name}"
        environ["PATH_INFO"] = f"/{rest}"
        return function(environ, start_response)


def _is_loopback(host: str) -> bool:
    """Whether the request was addressed to this listener by number, so no DNS name was rebound to it."""
    return host.rpartition(":")[0] == "127.0.0.1"
