"""The server of a pod: gunicorn's options follow from what the chart says of the revision."""

from pathlib import Path

import pytest

from shared.http.server import FunctionServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FunctionServer:
    """The server of a function with 17 requests at a time and two minutes for each."""
    for name, value in {"THREADS": "17", "TIMEOUT_SECONDS": "120", "PORT": "8081", "TMPDIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    return FunctionServer("tasks")


def test_a_stop_waits_as_long_as_a_request_may_take(server: FunctionServer) -> None:
    """Knative gives the pod the same time; no request is killed from within, because queue-proxy bounds it and a worker has neighbours."""
    assert server.cfg.graceful_timeout == 120
    assert server.cfg.timeout == 0


def test_one_process_has_a_thread_for_every_request_that_is_let_in(server: FunctionServer) -> None:
    """Not as many as the node has processors, of which a pod has a part; and two for the probe and the scrape."""
    assert (server.cfg.workers, server.cfg.threads, server.cfg.worker_class_str) == (1, 17 + 2, "gthread")


def test_its_port_and_its_folder_are_the_pods(server: FunctionServer, tmp_path: Path) -> None:
    """The root is read-only, and the heartbeat's file lies in memory; queue-proxy's connections are not closed under it."""
    assert [port for _, port in server.cfg.address] == [8081]
    assert server.cfg.worker_tmp_dir == str(tmp_path)
    assert server.cfg.keepalive > 60


def test_requests_have_limits(server: FunctionServer) -> None:
    """A line or a list of fields without end is refused before it fills the memory."""
    assert 0 < server.cfg.limit_request_line <= 8190
    assert 0 < server.cfg.limit_request_fields <= 100
