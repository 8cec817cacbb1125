"""Child processes of the platform."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from knative.local.component import LOG_BYTES, Component, ComponentError, run_to_end

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path.cwd())}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for modules the child can run."""
    monkeypatch.setitem(ENVIRONMENT, "PYTHONPATH", f"{tmp_path}:{Path.cwd()}")
    return tmp_path


def component(folder: Path, code: str, *, announces: bool = False) -> Component:
    """A component that runs ``code``."""
    (folder / "child_under_test.py").write_text(code)
    return Component("child", ("child_under_test",), dict(ENVIRONMENT), folder / "child.log", announces=announces)


def test_a_child_announces_its_address(module: Path) -> None:
    """The first line of its output."""
    child = component(module, "print('127.0.0.1:9', flush=True); import time; time.sleep(60)", announces=True)
    child.start()
    assert child.address() == "127.0.0.1:9"
    assert not child.ended
    child.ask_to_stop()
    child.wait_stopped(10)


def test_a_child_that_does_not_start_shows_the_end_of_its_log(module: Path) -> None:
    """A person sees why."""
    child = component(module, "raise SystemExit('no such broker')", announces=True)
    child.start()
    with pytest.raises(ComponentError, match="no such broker"):
        child.address()
    child.wait_stopped(10)
    with pytest.raises(ComponentError, match="no such broker"):
        run_to_end(Component("child", ("child_under_test",), ENVIRONMENT, module / "child.log"))


def test_a_child_that_ignores_the_request_is_killed_with_its_own_children(module: Path) -> None:
    """Nothing is left behind."""
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True).pid, flush=True)\n"
        "time.sleep(60)"
    )
    child = component(module, code, announces=True)
    child.start()
    grandchild = psutil.Process(int(child.address()))
    child.ask_to_stop()
    child.wait_stopped(0.3)
    _, alive = psutil.wait_procs([grandchild], timeout=5)
    assert not alive


def test_restarts_slow_down_and_forget(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """0.2 s doubling up to 10 s; a child that ran a while starts from 0.2 s again."""
    child = component(module, "")
    child.start()
    pauses = [child.pause_before_restart() for _ in range(8)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]
    monkeypatch.setattr("knative.local.component.SETTLED_SECONDS", 0)
    time.sleep(0.01)
    assert child.pause_before_restart() == 0.2
    child.wait_stopped(10)


def test_how_it_ended_is_said_in_words(module: Path) -> None:
    """By signal or by exit status."""
    child = component(module, "import os; os.kill(os.getpid(), 9)")
    child.start()
    assert child.process is not None
    child.process.wait(10)
    assert child.ended
    assert child.how_it_ended() == "signal SIGKILL"
    child.wait_stopped(0)


def test_a_large_log_begins_anew(module: Path) -> None:
    """The old text is kept once."""
    child = component(module, "print('new')")
    child.log.write_bytes(b"x" * (LOG_BYTES + 1))
    child.start()
    assert child.process is not None
    child.process.wait(10)
    child.wait_stopped(0)
    assert child.log.read_text() == "new\n"
    assert child.log.with_suffix(".log.old").stat().st_size == LOG_BYTES + 1


def test_a_child_ends_with_its_parent(module: Path) -> None:
    """Even when the parent was killed without a word."""
    (module / "watching_child.py").write_text(
        "from knative.local.parent import end_with_parent\nimport time\nend_with_parent()\ntime.sleep(60)"
    )
    code = (
        "import subprocess, sys, time\n"
        "print(subprocess.Popen([sys.executable, '-m', 'watching_child'], start_new_session=True).pid, flush=True)\n"
        "time.sleep(60)"
    )
    parent = component(module, code, announces=True)
    parent.start()
    child = psutil.Process(int(parent.address()))
    time.sleep(0.5)
    assert parent.process is not None
    parent.process.kill()
    _, alive = psutil.wait_procs([child], timeout=10)
    assert not alive
    parent.wait_stopped(0)


def test_a_console_nobody_reads_any_more_stops_nothing() -> None:
    """Its line is lost, and what comes after it is done."""
    code = (
        "import os; from knative.local.console import Console; os.close(1); Console().line('x'); os.write(2, b'done')"
    )
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, check=False)
    assert done.stderr.startswith(b"done")
