#!/usr/bin/env python3
"""Stage 5, verify: does the new revision work? Exit status 0: yes. Called by release.sh and the workflow, after each step of the traffic.

Probes the API, sends the chart's smoke event through Kafka, and asks Prometheus whether the revision keeps its objectives. While a canary
takes a share only, requests go to its own addresses (the traffic's tag), so that it is met for certain and not by chance.

NAMESPACE; PROMETHEUS_URL (empty: the objectives are not checked, and that is said); CHECK_SECONDS between probes and the question.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NAMESPACE = os.environ.get("NAMESPACE", "obsidianlist")
PROMETHEUS = os.environ.get("PROMETHEUS_URL", "").rstrip("/")
PROBES = 40
# The chart's own objectives (values.yaml, monitoring.slo), for the few minutes a revision is new.
MOST_FAILED, SLOW_SECONDS = 0.01, 0.5
FAMILY = "obsidianlist_http_request_duration_seconds"


class NotWorkingError(Exception):
    """The revision must not get (more) traffic; the message says why."""


def main() -> int:
    """Run every check; print what was found."""
    try:
        services = _services()
        addresses = {name: _address(service) for name, service in services.items()}
        print(f"verify: {len(services)} services ready; asking {addresses['tasks']} and others")
        _probe(addresses)
        _smoke(addresses)
        _objectives([service["status"]["latestReadyRevisionName"] for service in services.values()])
    except NotWorkingError as error:
        print(f"verify: FAILED: {error}")
        return 1
    print("verify: everything holds")
    return 0


def _services() -> dict[str, Any]:
    """Return the Knative services by name; each must be ready, with its newest revision."""
    command = ["kubectl", "get", "ksvc", "--namespace", NAMESPACE, "-o", "json"]
    items = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["items"]  # noqa: S603 - fixed words
    for item in items:
        ready = {each["type"]: each["status"] for each in item["status"].get("conditions", [])}.get("Ready")
        newest, serving = (item["status"].get(key) for key in ("latestCreatedRevisionName", "latestReadyRevisionName"))
        if ready != "True" or newest != serving:
            raise NotWorkingError(f"{item['metadata']['name']} is not ready: {newest} was created, {serving} runs")
    return {item["metadata"]["name"]: item for item in items}


def _address(service: dict[str, Any]) -> str:
    """Return the canary's own address where there is one, else the service's."""
    tagged = [each["url"] for each in service["status"].get("traffic", []) if each.get("tag") == "canary"]
    return str((tagged or [service["status"]["url"]])[0]).rstrip("/")


def _probe(addresses: dict[str, str]) -> None:
    """Ask each function that people reach for its health, then one of them often, so that there is something to measure."""
    reached = [name for name, address in addresses.items() if ".svc." not in address]
    for name in reached:
        _expect(f"{addresses[name]}/healthz", 200)
    for _ in range(PROBES):
        _expect(f"{addresses['tasks']}/api/openapi.json", 200)
        _expect(f"{addresses['tasks']}/api/tasks", 401)
    print(f"verify: {len(reached)} health checks and {2 * PROBES} requests answered as they should")


def _expect(url: str, status: int) -> None:
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310 - the cluster's own address
            found = reply.status
    except urllib.error.HTTPError as error:
        found = error.code
        error.close()
    except OSError as error:
        raise NotWorkingError(f"{url}: {error}") from error
    if found != status:
        raise NotWorkingError(f"{url} answered {found} instead of {status}")


def _smoke(addresses: dict[str, str]) -> None:
    """Send one change through API, outbox, Kafka, source and consumer."""
    urls = {f"{name.upper()}_URL": addresses[name] for name in ("auth", "tasks", "audit")}
    script = ROOT / "knative" / "chart" / "files" / "smoke.py"
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script)], env={**os.environ, **urls}, capture_output=True, text=True, check=False
    )
    print("".join(f"verify: smoke: {line}\n" for line in done.stdout.splitlines()), end="")
    if done.returncode:
        raise NotWorkingError(done.stderr.strip())


def _objectives(revisions: list[str]) -> None:
    """Compare failed and slow requests of these revisions with the objectives."""
    if not PROMETHEUS:
        print("verify: PROMETHEUS_URL is not set: the objectives were NOT checked")
        return
    time.sleep(float(os.environ.get("CHECK_SECONDS", "60")))
    chosen = f'namespace="{NAMESPACE}",revision=~"{"|".join(revisions)}"'
    requests = _ask(f"sum(rate({FAMILY}_count{{{chosen}}}[5m]))")
    if not requests:
        raise NotWorkingError("Prometheus has seen no request of the new revisions")
    failed = _ask(f'sum(rate({FAMILY}_count{{{chosen},status=~"5.."}}[5m]))') / requests
    slow = _ask(f"histogram_quantile(0.95, sum by (le) (rate({FAMILY}_bucket{{{chosen}}}[5m])))")
    print(f"verify: {failed:.2%} of the requests failed, 95 % were faster than {slow * 1000:.0f} ms")
    if failed > MOST_FAILED or slow > SLOW_SECONDS:
        raise NotWorkingError(f"the objectives are {MOST_FAILED:.0%} and {SLOW_SECONDS * 1000:.0f} ms")


def _ask(expression: str) -> float:
    url = f"{PROMETHEUS}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310 - the operator's own address
            result = json.load(reply)["data"]["result"]
    except (OSError, KeyError, ValueError) as error:
        raise NotWorkingError(f"Prometheus did not answer: {error}") from error
    return float(result[0]["value"][1]) if result else 0.0


if __name__ == "__main__":
    raise SystemExit(main())
