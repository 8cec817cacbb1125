"""Cold start of every function: from exec to the first answer that used the database, as a ratio to a hello function.

Rounds are interleaved (hello, then each function), so that a busy second hits all alike; the median counts. Everything is
byte-compiled first, as it is in the image.
"""

import compileall
import sys
import time
from collections.abc import Mapping
from pathlib import Path

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


def cold_starts(stage: Stage) -> list[Figure]:
    """Measure and return the figures of cold start and memory."""
    _byte_compile()
    token = stage.token(OPERATOR)
    jobs = [("hello", None, "/")]
    for function in stage.functions:
        jobs.append((f"{function.name} /healthz", function, "/healthz"))
        if function.name in READS:
            jobs.append((f"{function.name} GET {READS[function.name]}", function, READS[function.name]))
    times: dict[str, list[float]] = {name: [] for name, _, _ in jobs}
    memory: dict[str, float] = {}
    for _ in range(STARTS):
        for name, function, path in jobs:
            seconds, megabytes = _start(stage, function, path, {"Authorization": f"Bearer {token}"} if function else {})
            times[name].append(seconds * 1000)
            memory[name] = max(megabytes, memory.get(name, 0.0))
    hello = median(times["hello"])
    figures = [Figure("hello on the functions-framework command", hello, "ms", note=f"{memory['hello']:.0f} MB")]
    for name, function, _ in jobs:
        if function is None:
            continue
        is_http = function.kind == "http"
        goals = {"firm": 1.4, "edge": 1.0} if is_http else {}
        figures.append(
            Figure(f"cold start {name}", median(times[name]) / hello, **goals, note=f"{median(times[name]):.0f} ms")
        )
    for name, function, path in jobs:
        if function is not None and (path != "/healthz" or function.name not in READS):
            figures.append(
                Figure(
                    f"memory at rest of {function.name}",
                    memory[name],
                    "MB",
                    firm=70,
                    edge=45,
                    note="PSS after its first answer",
                )
            )
    return figures


def _start(stage: Stage, function: Function | None, path: str, headers: Mapping[str, str]) -> tuple[float, float]:
    port = free_port()
    log = stage.directory / "cold-start.log"
    if function is None:
        source = HERE / "hello" / "main.py"
        command = [
            str(Path(sys.executable).parent / "functions-framework"),
            "--source",
            str(source),
            "--target",
            "hello",
        ]
        environment = {"PORT": str(port)}
    else:
        command = [sys.executable, "-m", "shared.http.server"]
        own = dict(function.environment)
        environment = {**stage.environment(function.database), **own, "FUNCTION": function.name, "PORT": str(port)}
    started = time.perf_counter()
    with program(command, environment, log) as process:
        answered = first_answer(port, path, headers, process, log)
        return answered - started, pss_megabytes(process)


def _byte_compile() -> None:
    for folder in ("shared", "functions", "knative", "tests/bench"):
        compileall.compile_dir(REPOSITORY / folder, quiet=2, workers=0)
    # Packages that nobody imported yet.
    compileall.compile_dir(Path(sys.prefix) / "lib", quiet=2, workers=0)
