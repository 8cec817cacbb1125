"""Cold start of every function: from exec to the first answer that used the database, as a ratio to a hello function.

Rounds are interleaved (hello, then each function), so that a busy second hits all alike; the median counts. Everything is
byte-compiled first, as it is in the image.
"""

import compileall
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knative.local.ports import free_port
from knative.local.registry import Function
from tests.bench.figures import Figure, median
from tests.bench.programs import first_answer, program, pss_megabytes
from tests.bench.settings import HERE, REPOSITORY, STARTS
from tests.bench.stage import OPERATOR, Stage

# One real read of each HTTP function; one without an entry is measured by /healthz alone.
READS = {
    "auth": "/api/auth/me",
    "tasks": "/api/tasks",
    "tags": "/api/tags",
    "audit": "/api/audit",
    "recurring-tasks": "/api/recurring-tasks",
    "notifications": "/api/notifications",
    "chat": "/api/chat/conversations",
    "dead-letters": "/api/dead-letters",
}
_RPC = {"jsonrpc": "2.0", "id": 1}
_CALL = {"name": "find_tasks", "arguments": {}}


@dataclass(frozen=True)
class Job:
    """A start to measure: which function (``None`` is hello) and what it is asked first."""

    name: str
    function: Function | None
    path: str = "/"
    body: dict[str, Any] | None = None


def cold_starts(stage: Stage) -> list[Figure]:
    """Measure and return the figures of cold start and memory."""
    _byte_compile()
    jobs = [Job("hello", None), *(job for function in stage.functions for job in _jobs(function))]
    times: dict[str, list[float]] = {job.name: [] for job in jobs}
    memory: dict[str, float] = {}
    for _ in range(STARTS):
        for job in jobs:
            seconds, megabytes = _start(stage, job)
            times[job.name].append(seconds * 1000)
            owner = job.function.name if job.function else "hello"
            memory[owner] = max(megabytes, memory.get(owner, 0.0))
    hello = median(times["hello"])
    figures = [Figure("hello on the functions-framework command", hello, "ms", note=f"{memory.pop('hello'):.0f} MB")]
    for job in jobs[1:]:
        firm, edge = (1.4, 1.0) if job.function and job.function.kind == "http" else (None, None)
        milliseconds = median(times[job.name])
        figures.append(
            Figure(f"cold start {job.name}", milliseconds / hello, firm=firm, edge=edge, note=f"{milliseconds:.0f} ms")
        )
    note = "PSS after its first answer"
    figures += [Figure(f"memory at rest of {name}", used, "MB", firm=70, edge=45, note=note) for name, used in memory.items()]  # fmt: skip
    return figures


def _jobs(function: Function) -> list[Job]:
    jobs = [Job(f"{function.name} /healthz", function, "/healthz")]
    if function.name in READS:
        jobs.append(Job(f"{function.name} GET {READS[function.name]}", function, READS[function.name]))
    if function.name == "mcp":
        jobs.append(Job("mcp tools/list", function, "/mcp", {**_RPC, "method": "tools/list"}))
        jobs.append(Job("mcp find_tasks", function, "/mcp", {**_RPC, "method": "tools/call", "params": _CALL}))
    return jobs


def _start(stage: Stage, job: Job) -> tuple[float, float]:
    port = free_port()
    log = stage.directory / "cold-start.log"
    if job.function is None:
        headers: dict[str, str] = {}
        framework = str(Path(sys.executable).parent / "functions-framework")
        command = [framework, "--source", str(HERE / "hello" / "main.py"), "--target", "hello"]
        environment = {"PORT": str(port)}
    else:
        token = stage.connected_token(1) if job.path == "/mcp" else stage.token(OPERATOR)
        headers = {"Authorization": f"Bearer {token}"}
        command = [sys.executable, "-m", "shared.http.server"]
        variables = {**stage.environment(job.function.database), **dict(job.function.environment)}
        environment = {**variables, "FUNCTION": job.function.name, "PORT": str(port)}
    started = time.perf_counter()
    with program(command, environment, log) as process:
        answered = first_answer(port, job.path, headers, process, log, body=job.body)
        return answered - started, pss_megabytes(process)


def _byte_compile() -> None:
    for folder in ("shared", "functions", "knative", "tests/bench"):
        compileall.compile_dir(REPOSITORY / folder, quiet=2, workers=0)
    # Packages that nobody imported yet.
    compileall.compile_dir(Path(sys.prefix) / "lib", quiet=2, workers=0)
