"""Builds the web app when its sources changed since the last build.

Called by the supervisor in a thread (the API is up meanwhile) and by ``make web``. What always holds: ``frontend/out`` is
marked with the hash of the sources it was built from only after a complete build, so an interrupted one is repeated; and one build at a
time works in the folder, also when whoever started the other one was killed and its programs go on.
"""

import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knative.local.settings import REPOSITORY

FRONTEND = REPOSITORY / "frontend"
NOT_SOURCES = {"node_modules", "out", ".next", "test-results", "playwright-report", "tests"}
PACKED_SUFFIXES = {".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"}
PACKED_FROM_BYTES = 1024


class WebBuildError(Exception):
    """The web app cannot be built; the API works without it."""


def is_stale(frontend: Path = FRONTEND) -> bool:
    """Whether there are sources and no build of exactly these."""
    if not (frontend / "package.json").exists():
        return False
    mark = frontend / "out" / ".built-from"
    return not mark.exists() or mark.read_text() != _sources_hash(frontend)


def build(log: Path, frontend: Path = FRONTEND) -> None:
    """Install the locked packages if they changed, build, pack, and mark the result, once any other build of the folder is over.

    Raises:
        WebBuildError: with the end of the log.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise WebBuildError("Node.js 20 or newer (npm) is needed for the web app and was not found")
    log.parent.mkdir(parents=True, exist_ok=True)
    with _alone(frontend) as lock:
        if is_stale(frontend):
            _build(npm, log, frontend, lock)


def _build(npm: str, log: Path, frontend: Path, lock: int) -> None:
    sources = _sources_hash(frontend)
    installed = frontend / "node_modules" / ".installed-from"
    packages = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    if not installed.exists() or installed.read_text() != packages:
        _run([npm, "ci", "--no-audit", "--no-fund"], frontend, log, lock)
        installed.parent.mkdir(exist_ok=True)
        installed.write_text(packages)
    _run([npm, "run", "build"], frontend, log, lock)
    _pack(frontend / "out")
    (frontend / "out" / ".built-from").write_text(sources)


@contextmanager
def _alone(frontend: Path) -> Iterator[int]:
    """Lock the folder and yield the lock, which every program that inherits it keeps until it ends."""
    lock = os.open(frontend, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _sources_hash(frontend: Path) -> str:
    """Return a hash of every source file's name and content."""
    total = hashlib.sha256()
    for folder, folders, files in os.walk(frontend):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder, name)
            # Next writes this file itself at each build.
            if name != "next-env.d.ts" and not name.endswith(".tsbuildinfo"):
                total.update(f"{path.relative_to(frontend).as_posix()}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _pack(out: Path) -> None:
    """Write a gzip copy beside each text file, so that no request pays for compression."""
    for path in out.rglob("*"):
        if path.suffix in PACKED_SUFFIXES and path.is_file() and path.stat().st_size >= PACKED_FROM_BYTES:
            packed = path.with_name(f"{path.name}.gz")
            if not packed.exists():
                packed.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def _run(command: list[str], frontend: Path, log: Path, lock: int) -> None:
    environment = os.environ | {"CI": "1", "NEXT_TELEMETRY_DISABLED": "1"}
    with log.open("ab") as output:
        result = subprocess.run(
            command,
            check=False,
            cwd=frontend,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(lock,),
        )
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise WebBuildError(f"`{' '.join(command[:3])}` failed; the end of {log}:\n{tail}")


def main() -> None:
    """Build if stale, from the command line."""
    if not is_stale():
        return
    try:
        build(REPOSITORY / ".local" / "logs" / "web-build.log")
    except WebBuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
