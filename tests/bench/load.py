"""The load generator: wrk where it is installed, else a raw-socket asyncio client; either in a process of its own.

All variants of one run use the same one: the generator takes its share of the same cores.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.settings import CONNECTIONS, HERE, REPOSITORY

WRK = shutil.which("wrk")
GENERATOR = "wrk" if WRK else "tests/bench/generator.py (wrk is not installed)"


@dataclass(frozen=True)
class Call:
    """One request of a load."""

    method: str
    path: str
    token: str
    body: str = ""


@dataclass(frozen=True)
class Load:
    """What came of a load: requests per second and latencies in milliseconds."""

    per_second: float
    p50: float
    p95: float


def saturate(port: int, calls: Sequence[Call], seconds: float, directory: Path) -> Load:
    """Send ``calls`` in turn over 100 keep-alive connections, each as fast as it is answered.

    Raises:
        RuntimeError: any request failed.
    """
    return _run(port, calls, seconds, directory, pause=0.0)


def think(port: int, calls: Sequence[Call], seconds: float, directory: Path, pause: float = 1.0) -> Load:
    """Send ``calls`` from as many users as there are connections, each waiting ``pause`` seconds between two requests."""
    return _run(port, calls, seconds, directory, pause=pause)


def _run(port: int, calls: Sequence[Call], seconds: float, directory: Path, *, pause: float) -> Load:
    file = directory / "requests.tsv"
    file.write_text("".join(f"{c.method}\t{c.path}\t{c.token}\t{c.body}\n" for c in calls))
    own = [sys.executable, "-m", "tests.bench.generator", str(port), str(CONNECTIONS), str(seconds), str(pause)]
    wrk = [str(WRK), "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s",
           "-s", str(HERE / "wrk.lua"), f"http://127.0.0.1:{port}"]  # fmt: skip
    command = wrk if WRK and not pause else own
    variables = {**os.environ, "REQUESTS": str(file), "PYTHONPATH": str(REPOSITORY)}
    outcome = subprocess.run(
        command, env=variables, cwd=REPOSITORY, capture_output=True, text=True, timeout=seconds + 90, check=False
    )
    result = next((line for line in outcome.stdout.splitlines() if line.startswith("RESULT ")), None)
    if result is None:
        raise RuntimeError(f"the load generator failed:\n{outcome.stdout[-500:]}\n{outcome.stderr[-500:]}")
    found = json.loads(result.removeprefix("RESULT "))
    if found["failed"]:
        raise RuntimeError(f"{found['failed']} of {found['requests']} requests failed")
    return Load(found["requests"] / found["microseconds"] * 1e6, found["p50"] / 1000, found["p95"] / 1000)
