"""The import budget of each function: what its cold start loads, in a process of its own."""

import json
import os
import subprocess
import sys

from tests.bench.figures import Figure, median
from tests.bench.settings import REPOSITORY, STARTS
from tests.bench.stage import Stage

_COUNT = """
import json, sys, time
before = set(sys.modules); started = time.perf_counter()
import shared.http.server as server
server.load(sys.argv[1])
print(json.dumps([(time.perf_counter() - started) * 1000, len(set(sys.modules) - before)]))
"""
_TOP = 10


def import_budgets(stage: Stage) -> list[Figure]:
    """Return milliseconds and modules of each function, server included."""
    figures = []
    names = [function.name for function in stage.functions]
    runs: dict[str, list[tuple[float, int]]] = {name: [] for name in names}
    for _ in range(STARTS):
        for name in names:
            environment = stage.environment(stage.registry.by_name[name].database)
            runs[name].append(json.loads(_python(["-c", _COUNT, name], environment).stdout))
    for name in names:
        milliseconds = median(run[0] for run in runs[name])
        figures.append(Figure(f"imports of {name}", milliseconds, "ms", note=f"{runs[name][0][1]} modules"))
    return figures


def slowest_imports(name: str) -> str:
    """Return the ten imports of a function that cost most by themselves and with what they load."""
    code = f"import shared.http.server as server; server.load({name!r})"
    listing = _python(["-X", "importtime", "-c", code], {}).stderr
    rows: list[tuple[int, int, str]] = []
    for line in listing.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        total, _, module = rest.partition("|")
        if own.strip().isdigit():
            rows.append((int(own), int(total), module.strip()))
    lines = [f"{'own ms':>8} {'with its own ms':>16}  module ({name}, {len(rows)} modules)"]
    for key in (lambda row: -row[1], lambda row: -row[0]):
        lines += [
            f"{own / 1000:>8.1f} {total / 1000:>16.1f}  {module}" for own, total, module in sorted(rows, key=key)[:_TOP]
        ]
        lines.append("")
    return "\n".join(lines)


def _python(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY), **environment}
    return subprocess.run(
        [sys.executable, *arguments], env=variables, cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
