"""Building the web app only when its sources changed."""

import gzip
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from knative.local.web_build import WebBuildError, build, is_stale

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A web app without dependencies whose build copies a page."""
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    script = "mkdir -p out && cp src/page.html out/index.html"
    (folder / "package.json").write_text(json.dumps({"name": "app", "version": "1.0.0", "scripts": {"build": script}}))
    lock = {
        "name": "app",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "packages": {"": {"name": "app", "version": "1.0.0"}},
    }
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "src" / "page.html").write_text("<h1>One</h1>" + " " * 2000)
    return folder


def test_without_a_web_app_there_is_nothing_to_build(tmp_path: Path) -> None:
    """The platform then serves the API alone."""
    assert not is_stale(tmp_path)


@needs_npm
def test_a_build_is_repeated_when_a_source_changed(frontend: Path, tmp_path: Path) -> None:
    """And not when only its own products did."""
    assert is_stale(frontend)
    build(tmp_path / "build.log", frontend)
    assert not is_stale(frontend)
    assert gzip.decompress((frontend / "out" / "index.html.gz").read_bytes()).startswith(b"<h1>One</h1>")
    (frontend / "node_modules" / "x.js").write_text("")
    (frontend / ".next").mkdir()
    (frontend / ".next" / "cache").write_text("")
    assert not is_stale(frontend)
    (frontend / "src" / "page.html").write_text("<h1>Two</h1>")
    assert is_stale(frontend)


@needs_npm
def test_a_failed_build_says_why_and_is_tried_again(frontend: Path, tmp_path: Path) -> None:
    """No mark is left."""
    (frontend / "src" / "page.html").unlink()
    with pytest.raises(WebBuildError, match=r"page\.html"):
        build(tmp_path / "build.log", frontend)
    assert is_stale(frontend)


_KILLED_WHILE_BUILDING = """
import os, signal, subprocess, sys
from pathlib import Path
from knative.local.web_build import _alone
with _alone(Path(sys.argv[1])) as lock:
    program = "until [ -e ../go ]; do sleep 0.05; done; printf '<h1>Of the other</h1>' > src/page.html"
    subprocess.Popen(["sh", "-c", program], cwd=sys.argv[1], pass_fds=(lock,))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@needs_npm
def test_a_build_waits_for_the_programs_of_one_that_was_killed(frontend: Path, tmp_path: Path) -> None:
    """Two installations in one folder spoil each other; those of a killed starter go on, and so does its lock."""
    subprocess.run([sys.executable, "-c", _KILLED_WHILE_BUILDING, str(frontend)], check=False)
    building = threading.Thread(target=build, args=(tmp_path / "build.log", frontend))
    building.start()
    try:
        building.join(1.5)
        assert building.is_alive()
        assert not (frontend / "node_modules").exists()
    finally:
        (tmp_path / "go").touch()
        building.join(60)
    assert not building.is_alive()
    assert (frontend / "out" / "index.html").read_text() == "<h1>Of the other</h1>"


def test_a_machine_without_node_is_told_so(frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API works all the same."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WebBuildError, match="Node"):
        build(tmp_path / "build.log", frontend)
