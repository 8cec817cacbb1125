"""No secret reaches the log, whatever name, depth or text it comes in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared import logging
from shared.logging import bound, get_logger

SECRET = "s3cret-Value_0123456789abcdef"
JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0abc.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def fresh(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Have the logger write where this test reads, and no longer."""
    logging._configure.cache_clear()
    yield
    logging._configure.cache_clear()


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the one line that was written."""
    (text,) = capsys.readouterr().err.splitlines()
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize(
    "fields",
    [
        {"password": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"set_cookie": SECRET},
        {"refresh_token": SECRET},
        {"endpoint": f"https://fcm.googleapis.com/{SECRET}"},
        {"p256dh": SECRET},
        {"email": f"{SECRET}@example.com"},
        {"signing_key": SECRET},
        {"headers": {"authorization": SECRET, "accept": "*/*"}},
        {"request": {"body": [{"new_password": SECRET}]}},
        {"detail": f"header was 'Bearer {SECRET}'"},
        {"detail": f"olt_{SECRET} is unknown"},
        {"detail": f"could not connect to postgresql://app:{SECRET}@db:5432/x"},
        {"error": ValueError(f"smtp://me:{SECRET}@mail.example.com")},
    ],
    ids=str,
)
def test_a_secret_never_reaches_the_output(capsys: pytest.CaptureFixture[str], fields: dict[str, Any]) -> None:
    """By its name at any depth, and by its looks in any text."""
    get_logger("test").error("something.happened", **fields)
    written = line(capsys)
    assert SECRET not in json.dumps(written)
    assert "[redacted]" in json.dumps(written)


def test_an_exception_is_written_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """The error is there, the token in its message is not."""
    error = RuntimeError(f"refused {JWT} of olr_{SECRET}")
    get_logger("test").error("something.failed", exc_info=error)
    written = line(capsys)
    assert "RuntimeError: refused" in written["exception"]
    assert (JWT in written["exception"], SECRET in written["exception"]) == (False, False)


def test_what_is_no_secret_stays(capsys: pytest.CaptureFixture[str]) -> None:
    """Ids, counts, addresses without passwords and the ids bound around a line are what a log is for."""
    with bound(request_id="r-1", event_id="e-1"):
        get_logger("test").error(
            "done", count=3, ok=True, url="http://localhost:8080/api/tasks?limit=5", items=["a", 1]
        )
    written = line(capsys)
    assert (written["request_id"], written["event_id"], written["count"], written["ok"]) == ("r-1", "e-1", 3, True)
    assert (written["url"], written["items"]) == ("http://localhost:8080/api/tasks?limit=5", ["a", 1])
    assert (written["event"], written["level"], written["module"]) == ("done", "error", "test")
