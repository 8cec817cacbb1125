"""The web image: nginx with the chart's configuration serves the app and passes the registry's routes on."""

import http.client
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from knative.local.ports import free_port
from knative.local.registry import load_registry
from tests.bench.programs import first_answer
from tests.contract.chart.rendering import NAMESPACE, of_kind, render
from tests.images.container import Image


class Gateway(BaseHTTPRequestHandler):
    """Knative's gateway: tells which function was asked for which path."""

    def do_GET(self) -> None:
        """Answer with the host and the path."""
        body = json.dumps({"host": self.headers["Host"], "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def check_web(image: Image, folder: Path) -> None:
    """Serve a page, its packed copy, a static file and every route; print how long the start took."""
    gateway = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    port = free_port()
    settings = (f'web.gateway="127.0.0.1:{gateway.server_address[1]}"',)
    text = of_kind(render(settings=settings), "ConfigMap")["web"]["data"]["nginx.conf"]
    configuration = image.root / "etc" / "obsidianlist" / "nginx.conf"
    configuration.parent.mkdir()
    configuration.write_text(text.replace("listen 8080", f"listen 127.0.0.1:{port}"), encoding="utf-8")
    log = folder / "web.log"
    log.touch()
    log.chmod(0o666)  # nginx opens its standard error anew, which a pod's pipe allows
    command = ["nginx", "-e", "/dev/stderr", "-c", "/etc/obsidianlist/nginx.conf"]
    started = time.perf_counter()
    try:
        with image.running(command, {}, log) as process:
            ready = first_answer(port, "/healthz", {}, process, log) - started
            _pages(port)
            routes = [(f.name, route) for f in load_registry().functions for route in f.routes]
            for name, route in routes:
                status, _, body = _get(port, f"{route}/x")
                expected = {"host": f"{name}.{NAMESPACE}.svc.cluster.local", "path": f"{route}/x"}
                assert (status, json.loads(body)) == (200, expected), (route, status, body[:200])
    finally:
        gateway.shutdown()
        gateway.server_close()
    print(f"images: web: serves the app, passes {len(routes)} routes on; first answer after {ready * 1000:.0f} ms")


def _pages(port: int) -> None:
    status, headers, body = _get(port, "/")
    assert status == 200, (status, body[:200])
    assert b"<html" in body, body[:200]
    assert "'sha256-" in headers["content-security-policy"], headers
    status, headers, body = _get(port, "/", **{"Accept-Encoding": "gzip"})
    assert headers.get("content-encoding") == "gzip", headers
    assert headers.get("content-length") == str(len(body)), "not the packed copy but packed anew"
    status, headers, _ = _get(port, "/manifest.webmanifest")
    assert (status, headers["content-type"]) == (200, "application/manifest+json"), (status, headers)
    assert _get(port, "/nowhere")[0] == 404


def _get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()
