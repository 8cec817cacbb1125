"""The built web app (``frontend/out``) over WSGI: what ``web`` (nginx) does on a cluster.

Called by the gateway for every path that is no function's. Only files found by walking the folder are served, so no
request can name a file outside it. The folder is looked at again at most once a second: a build that ends while the API
already runs appears by itself.
"""

import mimetypes
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from knative.local.content_policy import content_security_policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Headers = list[tuple[str, str]]

RESCAN_SECONDS = 1.0
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # best first
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("X-Frame-Options", "DENY"),
)
# mimetypes reads the system's table, which differs between machines.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>ObsidianList</title>
<body style="font:1.1rem/1.6 system-ui;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark">
<h1>ObsidianList is running</h1><p>The web app is not built yet; this page looks again every two seconds.
<p>If it does not appear: <code>make web</code> needs Node.js 20 or newer. The API works without it:
<a href="/api/docs">its documentation</a>."""


@dataclass(frozen=True)
class File:
    """One file as it is served."""

    path: Path
    content_type: str
    tag: str
    size: int
    policy: str
    cache_control: str
    encodings: tuple[tuple[str, Path], ...]


class StaticSite:
    """Serves one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, File] = {}
        self._stamp: tuple[int, ...] = ()
        self._checked_at = float("-inf")
        self._scanning = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start_response(
                "405 Method Not Allowed", [("Allow", "GET, HEAD"), ("Content-Length", "0"), *SECURITY_HEADERS]
            )
            return []
        self._rescan()
        if not self._files:
            return _not_built(start_response)
        path = environ["PATH_INFO"]
        file = self._files.get(path)
        if file is not None:
            return _send(file, "200 OK", environ, start_response)
        # The other spelling of a page's address: with or without the last slash, as the export has it.
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        if other in self._files:
            query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
            location = quote(other.encode("latin-1")) + query
            start_response(
                "308 Permanent Redirect", [("Location", location), ("Content-Length", "0"), *SECURITY_HEADERS]
            )
            return []
        if missing := self._files.get("/404.html"):
            return _send(missing, "404 Not Found", environ, start_response)
        start_response("404 Not Found", [("Content-Length", "0"), *SECURITY_HEADERS])
        return []

    def _rescan(self) -> None:
        if time.monotonic() - self._checked_at < RESCAN_SECONDS:
            return
        # A page asks for its scripts while the first look is still under way: those requests wait for it instead of finding nothing.
        if not self._scanning.acquire(blocking=not self._files):
            return
        try:
            stamp = _stamp(self._folder)
            if stamp != self._stamp:
                self._files = dict(_walk(self._folder)) if stamp else {}
                self._stamp = stamp
            self._checked_at = time.monotonic()
        finally:
            self._scanning.release()


def _stamp(folder: Path) -> tuple[int, ...]:
    """Return what changes when the site is built anew; nothing while there is no complete site."""
    try:
        index = (folder / "index.html").stat()
    except OSError:
        return ()
    return (index.st_mtime_ns, index.st_size, folder.stat().st_mtime_ns)


def _walk(folder: Path) -> Iterable[tuple[str, File]]:
    """Yield every address of the site with its file, as WSGI spells addresses (bytes read as Latin-1)."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".br", ".gz") or path.name.startswith("."):
            continue
        file = _describe(path, immutable=path.is_relative_to(folder / "_next" / "static"))
        address = f"/{path.relative_to(folder).as_posix()}".encode().decode("latin-1")
        yield address, file
        if address.endswith("/index.html"):
            yield address.removesuffix("index.html"), file
        elif address.endswith(".html"):
            yield address.removesuffix(".html"), file


def _describe(path: Path, *, immutable: bool) -> File:
    status = path.stat()
    page = path.suffix == ".html"
    return File(
        path=path,
        content_type=TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        tag=f"{status.st_mtime_ns:x}-{status.st_size:x}",
        size=status.st_size,
        policy=content_security_policy(path.read_text(encoding="utf-8") if page else ""),
        # Names below _next/static change with their content; everything else may change under its name.
        cache_control="public, max-age=31536000, immutable" if immutable else "no-cache",
        encodings=tuple(
            (name, packed) for name, suffix in ENCODINGS if (packed := path.with_name(path.name + suffix)).is_file()
        ),
    )


def _send(file: File, status: str, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Send the file, packed if the client takes it, or 304 if it has it."""
    accepted = _accepted_encodings(environ.get("HTTP_ACCEPT_ENCODING", ""))
    encoding, path = next(((name, packed) for name, packed in file.encodings if name in accepted), ("", file.path))
    tag = f'"{file.tag}-{encoding}"' if encoding else f'"{file.tag}"'
    headers: Headers = [("ETag", tag), ("Cache-Control", file.cache_control), ("Content-Security-Policy", file.policy)]
    headers += SECURITY_HEADERS
    if file.encodings:
        headers.append(("Vary", "Accept-Encoding"))
    if status.startswith("200") and _has(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
        start_response("304 Not Modified", headers)
        return []
    size = path.stat().st_size if encoding else file.size
    headers += [("Content-Type", file.content_type), ("Content-Length", str(size))]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    if environ["REQUEST_METHOD"] == "HEAD":
        start_response(status, headers)
        return []
    opened = path.open("rb")
    start_response(status, headers)
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](opened, 65536)
    return wrapped


def _accepted_encodings(header: str) -> set[str]:
    """Return the codings the client takes; ``;q=0`` refuses one."""
    accepted = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(name.strip())
    return accepted


def _has(header: str, tag: str) -> bool:
    """Whether If-None-Match names the tag; weak comparison. Source: RFC 9110 section 13.1.2."""
    return header.strip() == "*" or any(part.strip().removeprefix("W/") == tag for part in header.split(","))


def _not_built(start_response: "StartResponse") -> Iterable[bytes]:
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(NOT_BUILT))),
        ("Cache-Control", "no-store"),
        ("Retry-After", "2"),
        ("Content-Security-Policy", content_security_policy("")),
    ]
    start_response("503 Service Unavailable", [*headers, *SECURITY_HEADERS])
    return [NOT_BUILT]
