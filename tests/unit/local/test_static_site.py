"""The web app's files over WSGI."""

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from knative.local.content_policy import content_security_policy
from knative.local.static_site import StaticSite

SCRIPT = "self.__next_f.push([1,'<b>&amp;'])"
INDEX = f'<!doctype html><script src="/_next/static/a.js"></script><script>{SCRIPT}</script>'


@pytest.fixture
def site(tmp_path: Path) -> StaticSite:
    """A small export."""
    files = {
        "index.html": INDEX,
        "404.html": "<h1>Nothing here</h1>",
        "settings/index.html": "<h1>Settings</h1>",
        "about.html": "<h1>About</h1>",
        "sw.js": "self",
        "manifest.webmanifest": "{}",
        "_next/static/a.js": "let a",
        ".secret": "no",
    }
    for name, text in files.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_text(text)
    (tmp_path / "out" / "_next" / "static" / "a.js.gz").write_bytes(b"packed")
    (tmp_path / "outside.txt").write_text("no")
    return StaticSite(tmp_path / "out")


def get(site: StaticSite, path: str, method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """Request a path; return status, headers and body."""
    answered: list[Any] = []
    values: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", **environ}
    values["wsgi.file_wrapper"] = _read
    body = b"".join(site(values, lambda status, headers: answered.append((status, headers))))
    [(status, headers)] = answered
    return status, dict(headers), body


def _read(file: io.BufferedReader, size: int) -> list[bytes]:
    with file:
        return list(iter(lambda: file.read(size), b""))


@pytest.mark.parametrize(
    ("path", "status", "content"),
    [
        ("/", "200 OK", b"__next_f"),
        ("/index.html", "200 OK", b"__next_f"),
        ("/settings/", "200 OK", b"Settings"),
        ("/about", "200 OK", b"About"),
        ("/nowhere", "404 Not Found", b"Nothing here"),
        ("/../outside.txt", "404 Not Found", b"Nothing here"),
        ("/.secret", "404 Not Found", b"Nothing here"),
        ("//evil.example", "404 Not Found", b"Nothing here"),
        ("/_next/static/a.js.gz", "404 Not Found", b"Nothing here"),
    ],
)
def test_addresses(site: StaticSite, path: str, status: str, content: bytes) -> None:
    """Pages, the not-found page, nothing outside the folder and nothing hidden."""
    answer, _, body = get(site, path)
    assert answer == status
    assert content in body


@pytest.mark.parametrize(("path", "location"), [("/settings", "/settings/?task=1"), ("/about/", "/about?task=1")])
def test_the_other_spelling_of_an_address_redirects(site: StaticSite, path: str, location: str) -> None:
    """As the export has it, with the query kept."""
    status, headers, _ = get(site, path, QUERY_STRING="task=1")
    assert (status, headers["Location"]) == ("308 Permanent Redirect", location)


def test_every_answer_carries_the_security_headers(site: StaticSite) -> None:
    """Pages, assets, redirects, errors."""
    for path, method in [
        ("/", "GET"),
        ("/_next/static/a.js", "GET"),
        ("/settings", "GET"),
        ("/nowhere", "GET"),
        ("/", "POST"),
    ]:
        _, headers, _ = get(site, path, method)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_a_page_allows_exactly_its_inline_scripts(site: StaticSite) -> None:
    """By hash of the text as the browser sees it; nobody may frame the page."""
    _, headers, _ = get(site, "/")
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = headers["Content-Security-Policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_data_in_a_script_element_needs_no_hash() -> None:
    """JSON is not executed."""
    assert "sha256" not in content_security_policy(
        '<script type="application/json">{}</script><script src="/a.js"></script>'
    )
    assert content_security_policy("<SCRIPT>a</SCRIPT><script type=module>b</script>").count("sha256") == 2


def test_hashed_names_are_kept_for_ever_and_all_else_is_asked_for_again(site: StaticSite) -> None:
    """A new build is seen at the next load."""
    assert "immutable" in get(site, "/_next/static/a.js")[1]["Cache-Control"]
    assert get(site, "/")[1]["Cache-Control"] == "no-cache"
    assert get(site, "/sw.js")[1]["Cache-Control"] == "no-cache"


def test_a_client_that_has_the_file_gets_304(site: StaticSite) -> None:
    """Strong, weak and listed tags; another tag gets the file."""
    tag = get(site, "/")[1]["ETag"]
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        status, headers, body = get(site, "/", HTTP_IF_NONE_MATCH=given)
        assert (status, headers["ETag"], body) == ("304 Not Modified", tag, b"")
    assert get(site, "/", HTTP_IF_NONE_MATCH='"x"')[0] == "200 OK"


def test_the_packed_copy_goes_to_clients_that_take_it(site: StaticSite) -> None:
    """With its own tag, and never against the client's will."""
    _, plain, body = get(site, "/_next/static/a.js")
    assert (plain["Vary"], body) == ("Accept-Encoding", b"let a")
    _, packed, body = get(site, "/_next/static/a.js", HTTP_ACCEPT_ENCODING="br, gzip;q=0.8")
    assert (packed["Content-Encoding"], packed["Content-Length"], body) == ("gzip", "6", b"packed")
    assert packed["ETag"] != plain["ETag"]
    assert "Content-Encoding" not in get(site, "/_next/static/a.js", HTTP_ACCEPT_ENCODING="gzip;q=0, br")[1]


def test_head_has_the_headers_and_no_body(site: StaticSite) -> None:
    """And other methods are refused."""
    status, headers, body = get(site, "/", "HEAD")
    assert (status, headers["Content-Length"], body) == ("200 OK", str(len(INDEX)), b"")
    assert get(site, "/", "POST")[0] == "405 Method Not Allowed"


def test_types_do_not_depend_on_the_machine(site: StaticSite) -> None:
    """Browsers refuse a script or a manifest of the wrong type."""
    assert get(site, "/sw.js")[1]["Content-Type"] == "text/javascript; charset=utf-8"
    assert get(site, "/manifest.webmanifest")[1]["Content-Type"] == "application/manifest+json"


def test_a_build_that_ends_later_appears_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then a page says what is going on."""
    monkeypatch.setattr("knative.local.static_site.RESCAN_SECONDS", 0)
    site = StaticSite(tmp_path)
    status, headers, body = get(site, "/")
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "2")
    assert b"/api/docs" in body
    (tmp_path / "index.html").write_text("<h1>Built</h1>")
    assert get(site, "/")[2] == b"<h1>Built</h1>"


def test_requests_during_the_first_look_wait_for_it(tmp_path, monkeypatch):
    """A page's scripts are asked for while the folder is still being read: none of them may find nothing."""
    import threading
    import time

    from knative.local import static_site

    (tmp_path / "index.html").write_text("<p>here</p>")
    real = static_site._walk
    monkeypatch.setattr(static_site, "_walk", lambda folder: (time.sleep(0.2), list(real(folder)))[1])
    site = static_site.StaticSite(tmp_path)
    statuses: list[str] = []

    def ask() -> None:
        environ = {"REQUEST_METHOD": "HEAD", "PATH_INFO": "/"}
        list(site(environ, lambda status, _headers: statuses.append(status)))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == ["200 OK"] * 6
