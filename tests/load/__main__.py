"""``make load``: k6 scenarios against the bundle, the floors as thresholds, one table of results.

Each scenario runs alone, for LOAD_SECONDS (30), with LOAD_PEOPLE (100) users of 1,000 tasks each; ``LOAD_ONLY=browse,edit`` chooses. The
bundle is fresh, everything is on 127.0.0.1, and everything ends by itself. Exits with 1 when a floor is missed. ``--write`` puts the table
into the README; of a part of the scenarios, measured under the same conditions as the rest, only their rows.
"""

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.load.people import write_people
from tests.support.bundle import Bundle, running_bundle

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
K6 = ROOT / ".tools" / "bin" / "k6"
README = HERE / "README.md"
START, END = "<!-- results:start -->", "<!-- results:end -->"
PEOPLE = int(os.environ.get("LOAD_PEOPLE", "100"))
SECONDS = int(os.environ.get("LOAD_SECONDS", "30"))
SOAK_SECONDS = int(os.environ.get("LOAD_SOAK_SECONDS", "120"))
ONLY = tuple(filter(None, os.environ.get("LOAD_ONLY", "").split(",")))
SCENARIOS = ("browse", "edit", "search", "burst", "soak")
GOALS = {"p95": 50.0, "event p95": 200.0}  # ten times better than the floors
_MARGIN_SECONDS = 120


@dataclass(frozen=True)
class Result:
    """What k6 and the system told of one scenario; times in milliseconds."""

    scenario: str
    requests: int
    per_second: float
    p50: float
    p95: float
    p99: float
    failed: float
    event_p95: float | None
    memory: float
    passed: bool

    def row(self) -> str:
        """Return its row of the table."""
        event = f"{self.event_p95:.0f}" if self.event_p95 is not None else "–"
        return (
            f"| {self.scenario} | {self.requests:,} | {self.per_second:.0f} | {self.p50:.1f} | {self.p95:.1f} | {self.p99:.1f}"
            f" | {self.failed:.2%} | {event} | {self.memory:.0f} | {'held' if self.passed else '**missed**'} |"
        )


def main() -> int:
    """Run the scenarios and return the exit status."""
    if not K6.exists():
        sys.stderr.write(f"no k6 at {K6}; `make load` builds it (needs Go)\n")
        return 1
    results = []
    for scenario in ONLY or SCENARIOS:
        # A bundle of its own: what one scenario wrote does not slow the next, and the burst meets fresh processes.
        with tempfile.TemporaryDirectory(prefix="load-") as folder, _bundle(Path(folder), scenario) as bundle:
            print(f"load: {scenario}, {PEOPLE} people of 1,000 tasks", file=sys.stderr)
            results.append(run(bundle, scenario, Path(folder)))
    text = table(results)
    print(text)
    if "--write" in sys.argv:
        _write(text)
    return 0 if all(result.passed for result in results) else 1


@contextlib.contextmanager
def _bundle(folder: Path, scenario: str) -> Iterator[Bundle]:
    with running_bundle(folder / "data") as bundle:
        write_people(bundle, PEOPLE, folder / "people.json")
        if scenario == "burst":
            bundle.stop()
            bundle.start()
        else:
            _warm(bundle)
        yield bundle


def _warm(bundle: Bundle) -> None:
    """Take one person's first steps: what starts cold is the burst's to measure."""
    person = bundle.register()
    for number in range(20):
        person.create_task(f"First steps {number}")
    person.wait_for_audit(20, type="task.created")
    person.close()


def run(bundle: Bundle, scenario: str, folder: Path) -> Result:
    """Run one scenario and return what came of it.

    Raises:
        RuntimeError: k6 itself failed.
    """
    seconds = SOAK_SECONDS if scenario == "soak" else SECONDS
    environment = os.environ | {
        "BASE_URL": bundle.base_url, "PEOPLE": str(folder / "people.json"), "SECONDS": str(seconds), "K6_NO_USAGE_REPORT": "true",
    }  # fmt: skip
    command = [str(K6), "run", "--quiet", "--address", "", str(HERE / "k6" / f"{scenario}.js")]
    outcome = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=seconds + _MARGIN_SECONDS, check=False
    )
    line = next((line for line in outcome.stdout.splitlines() if line.startswith('{"metrics"')), None)
    if line is None:
        raise RuntimeError(f"k6 failed:\n{outcome.stdout[-800:]}\n{outcome.stderr[-1500:]}")
    return _result(scenario, json.loads(line)["metrics"], _memory(bundle))


def _result(scenario: str, metrics: dict[str, Any], memory: float) -> Result:
    times = (metrics.get("http_req_duration{kind:api}") or metrics["http_req_duration"])["values"]
    event = metrics.get("event_latency")
    missed = [
        name for metric in metrics.values() for name, state in metric.get("thresholds", {}).items() if not state["ok"]
    ]
    return Result(
        scenario, int(metrics["http_reqs"]["values"]["count"]), metrics["http_reqs"]["values"]["rate"],
        times["med"], times["p(95)"], times["p(99)"], metrics["http_req_failed"]["values"]["rate"],
        event["values"]["p(95)"] if event else None, memory, not missed,
    )  # fmt: skip


def _memory(bundle: Bundle) -> float:
    """Return the megabytes of all processes of the platform but PostgreSQL's, shared pages counted once (PSS)."""
    assert bundle.process is not None
    total = 0
    for process in psutil.Process(bundle.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if not process.name().startswith("postgres"):
                total += process.memory_full_info().pss
    return total / 2**20


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table, with what they were measured on."""
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.machine()}"
    return "\n".join([
        "| scenario | requests | per s | p50 ms | p95 ms | p99 ms | failed | event p95 ms | memory MB | floors |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
        *(result.row() for result in results),
        "",
        (f"{PEOPLE} users of 1,000 tasks each, {SECONDS} s a scenario (soak {SOAK_SECONDS} s); the whole bundle, PostgreSQL, Kafka and k6 share"
        f" the machine: {machine}. Floors: p95 < 500 ms (not in the burst, which has no think time), event p95 < 2 s, failed < 0.1 %."
        f" Goals: p95 ≤ {GOALS['p95']:.0f} ms, event p95 ≤ {GOALS['event p95']:.0f} ms."),
    ])  # fmt: skip


def merged(old: str, new: str) -> str:
    """Return the new table with the rows of the old one that it lacks; none of them where the conditions differ."""
    old_lines, lines = old.splitlines(), new.splitlines()
    if not old_lines or old_lines[-1] != lines[-1]:
        return new
    rows = {line.split("|")[1].strip(): line for line in [*old_lines[2:-2], *lines[2:-2]]}
    return "\n".join([*lines[:2], *(rows[name] for name in SCENARIOS if name in rows), *lines[-2:]])


def _write(text: str) -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(START)
    old, _, after = rest.partition(END)
    text = merged(old.strip(), text)
    README.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
    print(f"load: wrote {README.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
