"""A pod whose places are all taken: queue-proxy's probe and Prometheus are answered all the same."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.support.bundle import REPOSITORY
from tests.support.client import Person
from tests.support.server import free_port, wait_until_healthy

PLACES = 2


@pytest.fixture
def pod(system_env: pytest.MonkeyPatch) -> Iterator[str]:
    """The function that streams, served as in its pod, with two places; yields its address."""
    port = free_port()
    environment = os.environ | {
        "FUNCTION": "live", "PORT": str(port), "THREADS": str(PLACES), "TIMEOUT_SECONDS": "60", "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "shared.http.server"], env=environment, cwd=REPOSITORY)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(20)


def test_a_full_pod_is_still_ready(pod: str) -> None:
    """As many listeners as the pod lets in; health, which asks the database, and the metrics come in between."""
    from functions.tasks.main import tasks

    token = Person(tasks.wsgi).token
    with ExitStack() as listeners:
        for _ in range(PLACES):
            stream = httpx.stream("GET", f"{pod}/api/live", headers={"Authorization": f"Bearer {token}"}, timeout=30)
            answer = listeners.enter_context(stream)
            assert answer.status_code == 200
            assert "ready" in next(answer.iter_text())
        assert httpx.get(f"{pod}/healthz", timeout=20).status_code == 200
        assert "obsidianlist_" in httpx.get(f"{pod}/metrics", timeout=20).text
