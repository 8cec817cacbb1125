"""``make run`` as a whole: one journey, crashes of every component, restarts, clean stops, clear refusals."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from knative.local.ports import free_port
from tests.support.bundle import REPOSITORY, ApiUser, Bundle, wait_until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    """A bundle of this module's own: its tests kill parts of it."""
    bundle = Bundle(tmp_path_factory.mktemp("platform"))
    bundle.start()
    yield bundle
    bundle.stop()


@pytest.fixture
def user(platform: Bundle) -> Iterator[ApiUser]:
    """A new account."""
    registered = platform.register()
    yield registered
    registered.close()


def arrives(user: ApiUser, title: str) -> None:
    """Create a task and wait until its audit entry came through Kafka."""
    task = user.create_task(title)
    user.wait_for_audit(1, task_id=task["id"], seconds=60)


def try_until_it_works(user: ApiUser, title: str) -> None:
    """Create a task as a client that repeats a request answered 5xx or not at all, with one idempotency key."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = user.client.post("/api/tasks", json={"title": title}, headers=headers)
            if answer.status_code == 201:
                return
            assert answer.status_code in (409, 500, 502, 503, 504), answer.text
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_component_gets_a_line(platform: Bundle) -> None:
    """With its state and the milliseconds it took."""
    text = "".join(platform.output)
    for name in ("postgres", "kafka", "schema", "functions"):
        [line] = [line for line in platform.output if line.strip().startswith(name)]
        assert "ready" in line
        assert " ms " in line
    assert f"http://localhost:{platform.port}" in text


def test_a_change_reaches_the_audit_trail_through_kafka(user: ApiUser) -> None:
    """Within a second on a quiet machine; the test waits longer."""
    arrives(user, "Water the plants")


def test_a_page_an_unknown_path_and_a_consumer_from_outside(platform: Bundle, user: ApiUser) -> None:
    """The web app, a problem, and nothing."""
    page = user.client.get("/")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    unknown = user.client.get("/api/nowhere")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    for path in ("/audit-writer/", "/outbox-relay/", "/dead-letters/events"):
        assert user.client.post(path, json={}).status_code in (404, 405)
    assert user.client.get("/healthz").status_code == 200
    assert platform.log("web") == ""


@pytest.mark.parametrize("component", ["kafka-source", "ping-source", "system", "web", "postgres", "kafka"])
def test_a_killed_component_comes_back_and_nothing_is_lost(platform: Bundle, user: ApiUser, component: str) -> None:
    """Events written before, during and after the crash all arrive, each once."""
    before = user.create_task("before the crash")
    platform.kill(component)
    try_until_it_works(user, "during the crash")
    wait_until(lambda: component_runs(platform, component), seconds=60)
    try_until_it_works(user, "after the crash")
    user.wait_for_audit(1, task_id=before["id"], seconds=90)
    entries = user.wait_for_audit(3, type="task.created", seconds=90)
    assert sorted(entry["title"] for entry in entries) == sorted(
        {"before the crash", "during the crash", "after the crash"}
    )


def component_runs(platform: Bundle, component: str) -> bool:
    """Whether the component's process is there again."""
    with contextlib.suppress(AssertionError, OSError, psutil.Error):
        return psutil.pid_exists(platform.pid(component))
    return False


def test_the_supervisor_killed_takes_its_children_along_and_starts_again(platform: Bundle) -> None:
    """Kill -9 of the supervisor alone; the next start finds the same data and finishes what was left."""
    user = platform.register()
    task = user.create_task("written just before the crash")
    assert platform.process is not None
    children = psutil.Process(platform.process.pid).children(recursive=True)
    postgres = platform.pid("postgres")
    platform.stop(kill=True)
    _, alive = psutil.wait_procs(
        [child for child in children if child.pid != postgres and child.ppid() != postgres], timeout=30
    )
    assert not [process for process in alive if "postgres" not in process.name()]
    platform.start()
    again = platform.log_in(user.email)
    again.wait_for_audit(1, task_id=task["id"], seconds=60)
    user.close()
    again.close()


def test_ctrl_c_stops_everything_and_the_next_start_is_quick(platform: Bundle) -> None:
    """Exit status 0, no process left, and the data kept."""
    user = platform.register()
    user.create_task("kept")
    assert platform.process is not None
    children = psutil.Process(platform.process.pid).children(recursive=True)
    assert platform.stop() == 0
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    assert "the data is kept" in platform.output[-1]
    began = time.monotonic()
    platform.start()
    assert time.monotonic() - began < 15  # 3 s alone on two cores
    again = platform.log_in(user.email)
    assert [task["title"] for task in again.client.get("/api/tasks").json()["items"]] == ["kept"]
    user.close()
    again.close()


def refusal(**environment: str) -> str:
    """Start a platform that must refuse; return what it says."""
    result = subprocess.run(
        [sys.executable, "-m", "knative.local"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "WEB_BUILD": "0", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stdout


def test_a_taken_port_is_said_clearly(tmp_path: Path) -> None:
    """With what to do about it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(PORT=str(port), DATA_DIR=str(tmp_path))
    assert f"port {port} is taken" in said
    assert "PORT=" in said


def test_a_second_platform_on_the_same_data_is_refused(platform: Bundle) -> None:
    """Two servers on one data directory would destroy it."""
    assert "another ObsidianList runs" in refusal(PORT=str(free_port()), DATA_DIR=str(platform.data_dir))


def test_a_wrong_setting_is_refused(tmp_path: Path) -> None:
    """Before anything is started."""
    assert "KAFKA is 'redis'" in refusal(KAFKA="redis", DATA_DIR=str(tmp_path))


def test_the_demo_fills_an_account_once(platform: Bundle) -> None:
    """200 tasks with tags and dates; the second run adds nothing."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "PORT": str(platform.port),
        "DATA_DIR": str(platform.data_dir),
    }

    def _demo() -> str:
        return subprocess.run(
            [sys.executable, "-m", "knative.local.demo"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    said = _demo()
    assert "demo@example.com" in said
    demo = platform.log_in("demo@example.com", said.rsplit(maxsplit=1)[-1])
    page = demo.client.get("/api/tasks", params={"status": "all", "total": "true", "limit": 1}).json()
    assert page["total"] >= 200
    assert demo.client.get("/api/tasks", params={"due": "overdue", "limit": 1}).json()["items"]
    assert "already" in _demo()
    assert demo.client.get("/api/tasks", params={"status": "all", "total": "true"}).json()["total"] == page["total"]
    demo.close()
