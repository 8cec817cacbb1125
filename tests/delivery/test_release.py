"""The deployment's own scripts from the canary to the rollback, against a running bundle and a double of the cluster's edge.

What is real: the scripts, helm's rendering of the chart with the production values, the smoke event through PostgreSQL and Kafka, the probes.
What is played: kubectl and helm's effects (cluster.py), signatures (made and checked for real by `make ci-local`), Prometheus.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.bundle import Bundle, running_bundle

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(not (ROOT / ".tools/bin/helm").exists(), reason="helm is not built: make chart-tools"),
    pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed"),
    pytest.mark.timeout(600),
]
FIRST, SECOND = ("sha256:" + digit * 64 for digit in "12")


class Answering(BaseHTTPRequestHandler):
    """Answers every question with one status and one body."""

    status, body = 503, b"{}"

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    """The whole bundle on one machine."""
    with running_bundle(tmp_path_factory.mktemp("bundle")) as running:
        yield running


@pytest.fixture
def cluster(tmp_path: Path, bundle: Bundle) -> Iterator["Cluster"]:
    """A cluster on which nothing is installed yet."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as wrong:
        threading.Thread(target=wrong.serve_forever, daemon=True).start()
        yield Cluster(tmp_path, bundle.base_url, f"http://127.0.0.1:{wrong.server_address[1]}")
        wrong.shutdown()


class Cluster:
    """The double and the scripts that act on it."""

    def __init__(self, folder: Path, bundle_url: str, wrong_url: str) -> None:
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        for name in ("helm", "kubectl", "cosign"):
            double = f'exec {sys.executable} {Path(__file__).with_name("cluster.py")} {name} "$@"'
            (programs / name).write_text(f"#!/bin/sh\n{'exit 0' if name == 'cosign' else double}\n")
            (programs / name).chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{programs}:{os.environ['PATH']}", "CLUSTER": str(folder), "BUNDLE_URL": bundle_url, "WRONG_URL": wrong_url,
            "COSIGN": str(programs / "cosign"), "COSIGN_PUBLIC_KEY": "played", "CHECK_SECONDS": "0",
        }  # fmt: skip
        self.faults({})

    def faults(self, faults: dict[str, str]) -> None:
        """Say which digests are bad, and how."""
        (self.folder / "images.json").write_text(json.dumps(faults))

    def release(self, digest: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the release script for one image digest."""
        images = {name: f"ghcr.io/obsidianlist/{name.lower()}@{digest}" for name in ("FUNCTIONS", "WEB")}
        out = self.folder / f"out-{digest[7:9]}"
        variables = {**self.environment, **images, "OUT": str(out), **environment}
        return subprocess.run(
            [ROOT / ".ci/deploy/release.sh"], env=variables, capture_output=True, text=True, check=False, timeout=240
        )

    def traffic(self, service: str = "tasks") -> dict[str, int]:
        """Return the share of each image digest in a service's traffic."""
        state = json.loads((self.folder / "state.json").read_text())["services"][service]
        images = {each["name"]: each["image"].partition("@")[2] for each in state["revisions"]}
        shares: dict[str, int] = {}
        for entry in state["traffic"]:
            digest = images[entry.get("revisionName") or state["revisions"][-1]["name"]]
            shares[digest] = shares.get(digest, 0) + entry["percent"]
        return shares


def test_new_revision_takes_over_by_steps(cluster: Cluster) -> None:
    """Ten percent, half, all; each step is verified at the canary's own address before the next."""
    first = cluster.release(FIRST, STEPS="100")
    assert first.returncode == 0, first.stdout + first.stderr
    second = cluster.release(SECOND)
    assert second.returncode == 0, second.stdout + second.stderr
    assert [f"release: {percent} % of the traffic verified" in second.stdout for percent in (10, 50, 100)] == [True] * 3
    assert "both events came through Kafka" in second.stdout
    assert cluster.traffic() == {SECOND: 100}
    assert cluster.traffic("web") == {SECOND: 100}


@pytest.mark.parametrize("fault", ["never-ready", "answers-wrongly"])
def test_bad_revision_never_gets_more_than_its_first_share(cluster: Cluster, fault: str) -> None:
    """It fails, the traffic is with the old code again in every service, and the next good release goes through."""
    assert cluster.release(FIRST, STEPS="100").returncode == 0
    cluster.faults({SECOND: fault})
    bad = cluster.release(SECOND)
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "FAILED at 10 %; rolling back" in bad.stdout
    assert all(cluster.traffic(name) == {FIRST: 100} for name in ("tasks", "auth", "notifier", "web")), (
        bad.stdout + bad.stderr
    )
    calls = (cluster.folder / "calls.txt").read_text()
    assert calls.index("kubectl patch") < calls.index("helm rollback"), "the traffic goes back first"
    assert "rollout.canaryPercent=50" not in calls
    good = cluster.release("sha256:" + "3" * 64)
    assert good.returncode == 0, good.stdout + good.stderr


@pytest.mark.parametrize(("value", "holds"), [("0.002", True), ("0.9", False)])
def test_revision_must_keep_its_objectives(cluster: Cluster, value: str, holds: bool) -> None:
    """Prometheus' answer decides even when every probe succeeds: 0.9 is too slow, and too many failures."""
    assert cluster.release(FIRST, STEPS="100").returncode == 0
    answer = json.dumps({"data": {"result": [{"value": [0, value]}]}}).encode()
    # Failed over all is value over value, so the count of all must differ: it is asked for first.
    kind = type("Prometheus", (Answering,), {"status": 200, "body": answer})
    with ThreadingHTTPServer(("127.0.0.1", 0), objectives(kind, value)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = cluster.release(SECOND, PROMETHEUS_URL=f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert (done.returncode == 0) is holds, done.stdout + done.stderr
    assert cluster.traffic() == ({SECOND: 100} if holds else {FIRST: 100})


def objectives(kind: type[Answering], value: str) -> type[Answering]:
    """Return a Prometheus that has seen ten requests a second, of which ``value`` failed and took as many seconds."""

    def do_get(self: Answering) -> None:
        failed_or_slow = "5.." in self.path or "histogram_quantile" in self.path
        self.body = json.dumps({"data": {"result": [{"value": [0, value if failed_or_slow else "10"]}]}}).encode()
        kind.do_GET(self)

    return type("Objectives", (kind,), {"do_GET": do_get})
