"""Security headers on every route and every error; CORS only for configured origins; no trace of the inside."""

from typing import Any

import pytest
from werkzeug.test import Client

from shared.config import forget_settings
from shared.http.headers import security_headers
from shared.http.router import Router
from tests.contract.tenants.world import new_person
from tests.support.api import gateway, operations
from tests.support.client import Person

UNIQUE = "3f0c-only-in-the-exception"
REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def person(system_env: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody signed in, on a machine with a mailbox."""
    system_env.setenv("MAILBOX_DIR", str(tmp_path_factory.mktemp("mailbox")))
    forget_settings()
    return new_person()


def _check(answer: Any) -> None:
    for name, value in REQUIRED.items():
        assert answer.headers.get(name) == value, (name, answer.status)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"]
    assert answer.headers["X-Request-Id"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not any(word in answer.text for word in ("Traceback", "site-packages", UNIQUE))


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in operations()])
def test_every_route_and_error_carries_the_headers(person: Person, method: str, path: str) -> None:
    """Not signed in, wrong method, no such path, too large, wrong type, unreadable: each with all headers."""
    path = path.replace("{", "").replace("}", "").replace("_id", "")
    client, big = person.client, b"[" + b" " * 300_000 + b"]"
    headers = {"Origin": "https://elsewhere.example", "Authorization": f"Bearer {person.token}"}
    answers = [
        client.open(path, method=method, headers={"Origin": "https://elsewhere.example"}),
        client.open(path, method="TRACE", headers=headers),
        client.open(path + "/nothing/here", method=method, headers=headers),
        client.open(path, method="OPTIONS", headers=headers),
    ]
    if method in {"POST", "PUT", "PATCH"}:
        answers += [
            client.open(path, method=method, headers=headers, data=big, content_type="application/json"),
            client.open(path, method=method, headers=headers, data=b"a=b", content_type="text/csv"),
            client.open(path, method=method, headers=headers, data=b"{", content_type="application/json"),
        ]
    for answer in answers:
        assert answer.status_code < 500, answer.text
        _check(answer)


def test_an_unexpected_failure_tells_nothing(person: Person) -> None:
    """The person gets 500 and the request id; the rest is in the log only."""
    router = Router("broken")

    @router.get("/api/broken", public=True)
    def fail(_request: Any) -> bytes:
        raise RuntimeError(UNIQUE)

    answer = Client(router.wsgi).get("/api/broken")
    assert answer.status_code == 500
    _check(answer)


def test_https_adds_hsts(person: Person) -> None:
    """Only where browsers come over TLS."""
    assert "Strict-Transport-Security" not in person.get("/api/tasks").headers
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUBLIC_URL", "https://tasks.example")
        forget_settings()
        security_headers.cache_clear()
        answer = Client(gateway()).get("/api/tasks")
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    forget_settings()
    security_headers.cache_clear()


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example", True),
        ("https://app.example.evil.test", False),
        ("http://app.example", False),
        ("https://APP.example/", False),
        ("null", False),
        ("*", False),
    ],
)
def test_cors_is_for_exact_origins(person: Person, origin: str, allowed: bool) -> None:
    """A configured origin is repeated, any other gets nothing; credentials are never allowed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORS_ORIGINS", "https://app.example")
        forget_settings()
        answer = person.get("/api/tasks", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        if allowed:
            assert "Origin" in answer.headers["Vary"]
    forget_settings()
