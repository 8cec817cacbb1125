"""Built-in paths of every function."""

import pytest

from shared.http.operations import built_in
from shared.http.request import Request
from shared.http.router import Router


@pytest.mark.parametrize(
    ("revision", "forwarded", "answered"),
    [
        (None, None, True),
        (None, "203.0.113.9", True),  # one machine: the port is not open to others
        ("tasks-00001", None, True),  # Prometheus, straight at the pod
        ("tasks-00001", "203.0.113.9", False),  # through Knative's gateway, from anywhere
    ],
)
def test_metrics_are_for_the_scraper_only(
    monkeypatch: pytest.MonkeyPatch, revision: str | None, forwarded: str | None, answered: bool
) -> None:
    """A public function's host does not show its numbers."""
    monkeypatch.delenv("K_REVISION", raising=False)
    if revision:
        monkeypatch.setenv("K_REVISION", revision)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/metrics"}
    if forwarded:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    handler = built_in(Router("tasks"), Request(environ, "request-1"))
    assert (handler is not None) == answered
