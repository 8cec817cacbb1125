"""The nginx configuration of `web`, run in a real nginx in front of a gateway that answers with what it received."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.contract.chart.rendering import NAMESPACE, ROOT, needs_helm, of_kind, registry, render

TOOLS = ROOT / ".tools" / "bin"
NGINX = shutil.which("nginx") or shutil.which("nginx", path=TOOLS)
MIME_TYPES = next(
    path for path in (Path("/etc/nginx/mime.types"), TOOLS / "mime.types") if path.exists() or path.parent == TOOLS
)
pytestmark = [needs_helm, pytest.mark.usefixtures("nginx")]
SCRIPT = "self.started = true"
PAGE = f"<!doctype html><title>ObsidianList</title><script>{SCRIPT}</script>"


class Gateway(BaseHTTPRequestHandler):
    """Knative's gateway: answers every request with its method, host, path and headers."""

    protocol_version = "HTTP/1.1"
    may_end = threading.Event()

    def answer(self) -> None:
        """Reply with the request as JSON; .../broken ends the connection without a word, .../stream sends one event and waits."""
        if self.path.endswith("/broken"):
            self.close_connection = True
            return
        if self.path.endswith("/stream"):
            self.stream()
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"path": self.path, "method": self.command, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self) -> None:
        """Send an event at once and another when the test has seen the first."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        self.may_end.wait(10)
        self.wfile.write(b"data: last\n\n")
        self.close_connection = True

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names http.server looks for

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@dataclass(frozen=True)
class Web:
    """A running nginx."""

    port: int

    def request(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (lower case) and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers=headers)
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def received(self, method: str, path: str, **headers: str) -> dict[str, Any]:
        """Return what the gateway received of a request that reached it."""
        status, _, body = self.request(method, path, **headers)
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        return found


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Start nginx with the rendered configuration; only its folders, its port and the gateway differ from the cluster."""
    folder = tmp_path_factory.mktemp("web")
    site(folder / "html")
    gateway = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(rendered(folder, port, gateway.server_address[1]), encoding="utf-8")
    assert NGINX
    subprocess.run([NGINX, "-t", "-c", configuration], check=True, capture_output=True, timeout=20)
    process = subprocess.Popen([NGINX, "-c", configuration], stdout=subprocess.DEVNULL)
    try:
        wait_until_answering(Web(port))
        yield Web(port)
    finally:
        process.terminate()
        process.wait(timeout=10)
        gateway.shutdown()
        gateway.server_close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def site(folder: Path) -> None:
    """Write a small web app and the map of its inline scripts."""
    (folder / "_next" / "static").mkdir(parents=True)
    (folder / "settings").mkdir()
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "settings" / "index.html").write_text("<!doctype html><title>Settings</title>", encoding="utf-8")
    (folder / "404.html").write_text("<!doctype html><title>Not here</title>", encoding="utf-8")
    (folder / "_next" / "static" / "app.js").write_text("1", encoding="utf-8")
    (folder / "manifest.webmanifest").write_text("{}", encoding="utf-8")
    maps = subprocess.run(
        [sys.executable, ROOT / ".ci" / "page_policies.py", folder],
        check=True,
        capture_output=True,
        text=True,
        timeout=20,
    ).stdout
    (folder.parent / "policies.map").write_text(maps, encoding="utf-8")


def rendered(folder: Path, port: int, gateway_port: int) -> str:
    """Return the chart's nginx.conf with this machine's folders and ports."""
    settings = (f'web.gateway="127.0.0.1:{gateway_port}"', 'domain.host="tasks.example.com"')
    text: str = of_kind(render(settings=settings), "ConfigMap")["web"]["data"]["nginx.conf"]
    for there, here in {
        " /tmp/": f" {folder}/",  # first: the other folders may lie below /tmp
        "/etc/nginx/mime.types": str(MIME_TYPES),
        "/usr/share/nginx/html": str(folder / "html"),
        "/usr/share/nginx/policies/*.map": str(folder / "policies.map"),
        "listen 8080": f"listen 127.0.0.1:{port}",
        "access_log /dev/stdout": f"access_log {folder}/access.log",
        "error_log /dev/stderr": f"error_log {folder}/error.log",
    }.items():
        assert there in text
        text = text.replace(there, here)
    # As root, nginx would give its workers to a user who cannot read the test's folder.
    return f"user root;\n{text}" if os.geteuid() == 0 else text


def wait_until_answering(server: Web) -> None:
    """Return when nginx answers; fails after five seconds."""
    for _ in range(100):
        try:
            server.request("GET", "/healthz")
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx did not start")


@pytest.mark.parametrize(
    ("name", "route"), [(name, route) for name, entry in registry().items() for route in entry.get("routes", [])]
)
def test_every_route_reaches_its_function(web: Web, name: str, route: str) -> None:
    """The prefix itself and every path below it carry the function's own host."""
    for path in (route, f"{route}/x/y?limit=1"):
        request = web.received("GET", path)
        assert request["headers"]["host"] == f"{name}.{NAMESPACE}.svc.cluster.local"
        assert request["path"] == path


def test_prefixes_end_at_segments(web: Web) -> None:
    """/api/tasksmith is not below /api/tasks."""
    assert web.request("GET", "/api/tasksmith")[0] == 404


@pytest.mark.parametrize(
    "path", ["/events", "/metrics", "/api", "/api/dead-letters/../../events", "/api/dead-letters/%2e%2e/%2e%2e/events"]
)
def test_nothing_else_reaches_a_function(web: Web, path: str) -> None:
    """Sinks and metrics have no way in from outside."""
    assert web.request("GET", path)[0] == 404


def test_client_address_is_the_last_that_is_no_proxy(web: Web) -> None:
    """Whatever a client writes into X-Forwarded-For, and however many cluster proxies add to it, one address remains."""
    chain = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.1.2.3, 10.4.5.6"}
    assert web.received("GET", "/api/tasks", **chain)["headers"]["x-forwarded-for"] == "203.0.113.9"


def test_request_keeps_its_scheme_host_and_id(web: Web) -> None:
    """The function can tell the outside address; a client cannot choose a revision."""
    headers = {"Host": "tasks.example.com", "X-Forwarded-Proto": "https", "Knative-Serving-Tag": "canary"}
    seen = web.received("POST", "/api/tasks", **headers)["headers"]
    assert (seen["x-forwarded-host"], seen["x-forwarded-proto"]) == ("tasks.example.com", "https")
    assert len(seen["x-request-id"]) == 32
    assert "knative-serving-tag" not in seen


def test_lost_function_is_a_problem_document(web: Web) -> None:
    """A client gets JSON with Retry-After, not nginx's page."""
    status, headers, body = web.request("GET", "/api/tasks/broken")
    assert status == 503
    assert headers["content-type"].startswith("application/problem+json")
    assert headers["retry-after"] == "2"
    assert json.loads(body)["status"] == 503


@pytest.mark.parametrize(
    "route", [route for entry in registry().values() if entry.get("streaming") for route in entry["routes"]]
)
def test_streams_are_passed_on_event_by_event(web: Web, route: str) -> None:
    """The first event arrives while the function is still silent about the second."""
    Gateway.may_end.clear()
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=5)
    try:
        connection.request("GET", f"{route}/stream", headers={"Accept-Encoding": "gzip"})
        reply = connection.getresponse()
        assert reply.read1() == b"data: first\n\n"
        Gateway.may_end.set()
        assert reply.read() == b"data: last\n\n"
    finally:
        Gateway.may_end.set()
        connection.close()


def test_page_allows_its_own_inline_script_only(web: Web) -> None:
    """The hash of the page's script stands in its policy, and in no other page's."""
    _, headers, _ = web.request("GET", "/")
    policy = headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    _, headers, _ = web.request("GET", "/settings/")
    assert "script-src 'self';" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/settings/", "/_next/static/app.js", "/nowhere"])
def test_security_headers_on_every_file(web: Web, path: str) -> None:
    """Also on errors."""
    _, headers, _ = web.request("GET", path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "nginx/" not in headers["server"]


def test_caching(web: Web) -> None:
    """Hashed names for ever, everything else is asked for again."""
    assert "immutable" in web.request("GET", "/_next/static/app.js")[1]["cache-control"]
    assert web.request("GET", "/")[1]["cache-control"] == "no-cache"


def test_page_address_without_slash_is_redirected_in_place(web: Web) -> None:
    """Relative, so neither host nor port of the pod leaks; the query stays."""
    status, headers, _ = web.request("GET", "/settings?tab=tokens")
    assert (status, headers["location"]) == (301, "/settings/?tab=tokens")


def test_unknown_page_is_the_apps_404(web: Web) -> None:
    """With the app's own page."""
    status, _, body = web.request("GET", "/nowhere")
    assert status == 404
    assert b"Not here" in body
    assert web.request("GET", "/404.html")[0] == 404


def test_static_files_take_no_post(web: Web) -> None:
    """405, not a file."""
    assert web.request("POST", "/")[0] == 405


def test_manifest_type(web: Web) -> None:
    """Browsers install the app only with the manifest's own type."""
    assert web.request("GET", "/manifest.webmanifest")[1]["content-type"] == "application/manifest+json"
