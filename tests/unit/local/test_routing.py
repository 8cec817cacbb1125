"""Paths to functions, and the registry as the platform reads it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from knative.local.gateway import Gateway
from knative.local.registry import Function, Registry, load_registry, seconds
from knative.local.routing import RouteTable
from knative.local.static_site import StaticSite
from knative.local.system_group import SystemGroup


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/api/tasks", "tasks"),
        ("/api/tasks/", "tasks"),
        ("/api/tasks/7/complete", "tasks"),
        ("/api/tasks/parse", "parser"),
        ("/api/tasks/parse/x", "parser"),
        ("/api/tasks/parser", "tasks"),
        ("/api/tasksets", None),
        ("/api", None),
        ("/", None),
        ("", None),
        ("//api/tasks", None),
    ],
)
def test_the_longest_prefix_on_a_segment_boundary_wins(path: str, target: str | None) -> None:
    """No prefix matches half a segment."""
    table = RouteTable([("/api/tasks", "tasks"), ("/api/tasks/parse", "parser")])
    assert table.find(path) == target


@pytest.mark.parametrize(
    ("text", "expected"), [("PT1S", 1), ("PT0.5S", 0.5), ("PT1M30S", 90), ("PT2H", 7200), ("P1DT1S", 86401)]
)
def test_durations(text: str, expected: float) -> None:
    """ISO-8601, as Knative takes them."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["5s", "PT", "P", "", "PT-1S", "P1M", "pt5s"])
def test_other_durations_are_refused(text: str) -> None:
    """Knative would leave the source not ready."""
    with pytest.raises(ValueError, match="ISO-8601"):
        seconds(text)


def test_every_consumer_has_a_source_and_dead_letters_have_theirs() -> None:
    """Groups are fixed and different; sink paths name the function."""
    registry = load_registry()
    sources = {source.name: source for source in registry.sources()}
    assert set(registry.event_consumers()) | {"dead-letters"} == set(sources)
    assert len({source.consumer_group for source in sources.values()}) == len(sources)
    assert sources["dead-letters"].topics == ("dead-letters",)
    assert sources["dead-letters"].sink_path == "/dead-letters/events"
    assert all(source.delivery.retry > 0 for source in sources.values())


class Echo(Function):
    """A function that answers with its name and the path it saw."""

    def load(self) -> Any:
        """Return the application."""

        def _application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [])
            return [f"{self.name} {environ['PATH_INFO']}".encode()]

        return _application


def echo(name: str, kind: str, database: str, routes: tuple[str, ...] = ()) -> Function:
    """Return an Echo with the registry's defaults."""
    return Echo(
        **{**load_registry().functions[0].__dict__, "name": name, "kind": kind, "database": database, "routes": routes}
    )


REGISTRY = Registry(
    functions=(
        echo("tasks", "http", "app", ("/api/tasks",)),
        echo("auth", "http", "system", ("/api/auth",)),
        echo("audit-writer", "consumer", "system"),
        echo("outbox-relay", "cron", "system"),
    ),
    dead_letter_topic="dead-letters",
    dead_letter_group="g",
    default_delivery=load_registry().default_delivery,
)


def call(application: Any, path: str, **environ: str) -> tuple[str, bytes]:
    """Call a WSGI application; return status and body."""
    answered: list[str] = []
    values = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", **environ}
    body = b"".join(application(values, lambda status, _headers: answered.append(status)))
    return answered[0], body


@pytest.mark.parametrize("path", ["/api/unknown", "/api", "/mcp/x", "/.well-known/x", "/oauth/x", "/api/taskz"])
def test_an_unknown_api_path_is_a_problem(path: str, tmp_path: Path) -> None:
    """Never the web app's page."""
    status, body = call(Gateway(REGISTRY, StaticSite(tmp_path), 1), path)
    assert status == "404 Not Found"
    assert b'"status": 404' in body


@pytest.mark.parametrize("path", ["/audit-writer/", "/outbox-relay/", "/auth/", "/dead-letters/events", "/events"])
def test_consumers_and_cron_functions_have_no_public_address(path: str, tmp_path: Path) -> None:
    """The gateway takes their names for pages of the web app."""
    status, body = call(Gateway(REGISTRY, StaticSite(tmp_path), 1), path)
    assert status.startswith("503")
    assert b"not built" in body


def test_a_function_of_the_users_role_is_called_in_process(tmp_path: Path) -> None:
    """With the path as it came."""
    gateway = Gateway(REGISTRY, StaticSite(tmp_path), 1)
    assert call(gateway, "/api/tasks/7") == ("200 OK", b"tasks /api/tasks/7")
    assert call(gateway, "/healthz") == ("200 OK", b"tasks /healthz")


def test_a_system_group_that_is_away_is_a_503_to_repeat(tmp_path: Path) -> None:
    """Nothing listens on port 1."""
    import io

    values: dict[str, Any] = {"wsgi.input": io.BytesIO(b""), "REMOTE_ADDR": "127.0.0.1"}
    status, body = call(Gateway(REGISTRY, StaticSite(tmp_path), 1), "/api/auth/me", **values)
    assert status == "503 Service Unavailable"
    assert b"starting" in body


def test_the_system_group_answers_by_name_and_by_route() -> None:
    """By name the function sees the rest of the path; by route all of it."""
    group = SystemGroup(REGISTRY)
    host = {"HTTP_HOST": "127.0.0.1:9000"}
    assert call(group, "/audit-writer/", **host) == ("200 OK", b"audit-writer /")
    assert call(group, "/auth/healthz", **host) == ("200 OK", b"auth /healthz")
    assert call(group, "/api/auth/me", **host) == ("200 OK", b"auth /api/auth/me")
    assert call(group, "/tasks/", **host)[0] == "404 Not Found"


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example:9000"},
        {"HTTP_HOST": "127.0.0.1:9000", "HTTP_ORIGIN": "http://evil.example"},
        {},
    ],
    ids=["rebound name", "from a page", "no host"],
)
def test_a_page_in_a_browser_cannot_play_a_source(headers: dict[str, str]) -> None:
    """The loopback listener refuses what only a browser would send."""
    assert call(SystemGroup(REGISTRY), "/outbox-relay/", **headers)[0] == "404 Not Found"
