"""Runs the bundle under load with a real Prometheus beside it, and draws the dashboards from what was measured.

`make pictures`. People are simulated by threads that list, search, create and complete; half-way Kafka is stopped for some seconds, so
that the outbox can be seen to hold and to catch up. The functions of users run as they do in a pod, one process each; the rest
comes from the one-machine platform. Everything listens on the loopback address and ends after two minutes.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]

from dashboards import DASHBOARDS  # noqa: E402 - found by the line above

from knative.local.ports import free_port  # noqa: E402
from knative.local.registry import load_registry  # noqa: E402
from tests.contract.chart.rendering import of_kind, render  # noqa: E402
from tests.load.draw import Span, panel_lines, picture  # noqa: E402
from tests.load.prometheus import PROMETHEUS, running, wait_for  # noqa: E402
from tests.support.bundle import Bundle, running_bundle  # noqa: E402

PEOPLE = 12
RUN_SECONDS = 100
STOP_KAFKA_AFTER, KAFKA_STOPPED_FOR = 40, 15
RATE_WINDOW = "10s"
REMINDED_SHARE = 1 / 3
PICTURES = ROOT / "knative" / "pictures"
WORDS = ("taxes", "groceries", "dentist", "report", "garden", "holiday", "rent", "birthday", "invoice", "bicycle")


def main() -> int:
    """Run, measure, draw."""
    if not PROMETHEUS.exists():
        sys.stderr.write(f"no Prometheus at {PROMETHEUS}; `make chart-tools` brings it where Debian's packages are\n")
        return 1
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bundle = stack.enter_context(running_bundle(folder / "data", WORKERS="1"))
        ports = stack.enter_context(function_servers(bundle))
        prometheus = stack.enter_context(prometheus_server(folder, bundle, ports))
        started = time.time()
        load(bundle, ports)
        stopped = started + STOP_KAFKA_AFTER
        span = Span(started, time.time(), (stopped, stopped + KAFKA_STOPPED_FOR, "Kafka stopped"))
        PICTURES.mkdir(exist_ok=True)
        for name, dashboard in DASHBOARDS.items():
            panels = [(panel, panel_lines(prometheus, panel, span, RATE_WINDOW)) for panel in dashboard["panels"]]
            if any(lines for _, lines in panels):
                (PICTURES / f"{name}.svg").write_text(picture(dashboard["title"], panels, span), encoding="utf-8")
                print(f"drew {name}: {sum(bool(lines) for _, lines in panels)} of {len(panels)} panels have data")
    return 0


@contextlib.contextmanager
def function_servers(bundle: Bundle) -> Iterator[dict[str, int]]:
    """Run each function of the users' role as in its pod; yields their ports."""
    environment = psutil.Process(bundle.pid("web")).environ()
    names = [
        function.name
        for function in load_registry().functions
        if function.kind == "http" and function.database == "app"
    ]
    ports = {name: free_port() for name in names}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "shared.http.server"],
            env=environment | {"FUNCTION": name, "PORT": str(port), "THREADS": "8"},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, port in ports.items()
    ]
    try:
        for port in ports.values():
            wait_for(f"http://127.0.0.1:{port}/healthz")
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=90)


@contextlib.contextmanager
def prometheus_server(folder: Path, bundle: Bundle, ports: dict[str, int]) -> Iterator[str]:
    """Run Prometheus over the functions and the platform's system group; yields its address."""
    system_port = psutil.Process(bundle.pid("system")).environ()["SYSTEM_PORT"]
    jobs = [{"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]} for name, port in ports.items()]
    # One process hosts auth, the consumers and the cron functions; any of their paths shows its numbers.
    jobs.append(
        {
            "job_name": "system",
            "metrics_path": "/auth/metrics",
            "static_configs": [{"targets": [f"127.0.0.1:{system_port}"]}],
        }
    )
    configuration = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": jobs,
    }
    rules = of_kind(render(settings=('monitoring.objects="always"',)), "PrometheusRule")["obsidianlist"]["spec"]
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    with running(folder, configuration) as url:
        yield url


def load(bundle: Bundle, ports: dict[str, int]) -> None:
    """Let people work for the time of the run, and stop Kafka for a while in the middle of it."""
    until = time.monotonic() + RUN_SECONDS
    people = [threading.Thread(target=person, args=(bundle, ports, number, until)) for number in range(PEOPLE)]
    for thread in people:
        thread.start()
    time.sleep(STOP_KAFKA_AFTER)
    kafka = bundle.pid("kafka")
    os.kill(kafka, signal.SIGSTOP)
    time.sleep(KAFKA_STOPPED_FOR)
    os.kill(kafka, signal.SIGCONT)
    for thread in people:
        thread.join()


def person(bundle: Bundle, ports: dict[str, int], number: int, until: float) -> None:
    """One person's work: mostly looking, sometimes writing; numbers decide, so that runs are alike."""
    dice = random.Random(number)
    user = bundle.register()
    headers = {"Authorization": user.client.headers["Authorization"]}
    with httpx.Client(headers=headers, timeout=30) as client:
        tasks, tags, audit = (f"http://127.0.0.1:{ports[name]}/api/{name}" for name in ("tasks", "tags", "audit"))
        mine: list[str] = []
        while time.monotonic() < until:
            choice = dice.random()
            word = dice.choice(WORDS)
            if choice < 0.2 or not mine:
                made = client.post(tasks, json=new_task(dice, f"{word} {len(mine)}"))
                mine.append(made.json()["id"])
            elif choice < 0.3:
                client.post(f"{tasks}/{mine.pop(dice.randrange(len(mine)))}/complete")
            elif choice < 0.45:
                client.get(tasks, params={"q": word, "sort": "relevance"})
            elif choice < 0.55:
                client.get(tags)
            elif choice < 0.65:
                client.get(audit)
            else:
                client.get(tasks)
            time.sleep(dice.uniform(0.05, 0.25))
    user.close()


def new_task(dice: random.Random, title: str) -> dict[str, Any]:
    """Return a task to create; every third has a reminder that falls into the run."""
    task: dict[str, Any] = {"title": title, "tags": [dice.choice(WORDS)]}
    if dice.random() < REMINDED_SHARE:
        at = datetime.now(UTC) + timedelta(seconds=dice.randrange(5, 60))
        task["reminders"] = [{"at": at.isoformat(timespec="seconds")}]
    return task


if __name__ == "__main__":
    sys.exit(main())
