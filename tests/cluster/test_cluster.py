"""The chart and the deployment's scripts on a real API server of the oldest Kubernetes that Knative takes: ``make test-cluster``.

Real: the API server (schemas, CEL rules, Pod Security, RBAC, field ownership), helm, kubectl, the scripts. Played: what controllers do
(controllers.py), and cosign, whose signatures `make ci-local` makes and checks for real.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.controllers import Controllers
from tests.cluster.server import ApiServer
from tests.contract.chart.rendering import CHART, ROOT, VARIANTS, values
from tests.contract.chart.test_chart_objects import pod_spec

pytestmark = pytest.mark.timeout(900)
DEPLOY = ROOT / ".ci" / "deploy"
TOPICS = set(values()["kafka"]["topics"])
STRANGERS_TOPIC = """
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {name: of-somebody-else, namespace: kafka, labels: {strimzi.io/cluster: kafka}}
spec: {partitions: 1, replicas: 1}
"""
FIRST, SECOND, BROKEN = ("sha256:" + digit * 64 for digit in "12b")


def test_a_missing_secret_is_named_before_anything_starts(server: ApiServer, namespace: str) -> None:
    """The refusal says which Secret, where, with which keys; one that lacks a key is refused by the key's name."""
    words = ("helm", "upgrade", "obsidianlist", str(CHART), "--install", "-n", namespace)
    server.kubectl(
        "patch",
        "secret",
        "obsidianlist",
        "-n",
        namespace,
        "--type=json",
        "-p",
        '[{"op":"remove","path":"/data/CURSOR_KEY"}]',
    )
    assert "the Secret obsidianlist lacks CURSOR_KEY" in server.run(*words, check=False).stderr
    server.kubectl("delete", "secret", "obsidianlist", "-n", namespace)
    refused = server.run(*words, check=False).stderr
    assert (
        f"the Secret obsidianlist is missing in namespace {namespace}; create it with the keys ACTION_KEY, " in refused
    )
    assert server.get("jobs,services.serving.knative.dev", "-n", namespace)["items"] == []


def files(variant: str) -> list[str]:
    """Return the arguments that choose a variant's values files."""
    return [word for name in VARIANTS[variant] for word in ("-f", str(CHART / name))]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_values_file_installs(server: ApiServer, controllers: Controllers, namespace: str, variant: str) -> None:
    """The server takes every object, strictly and without a warning; the same release again changes nothing; every pod is restricted."""
    # Two releases of one cluster share no host, and a new one has no revision yet that could keep traffic.
    alone = ["--set", f"domain.host={namespace}.example.com"] if "option" in variant else []
    alone += ["--set-json", "rollout.stableRevisions={}"]
    server.upgrade(namespace, *files(variant), *alone)
    before = generations(server, namespace)
    assert before
    server.upgrade(namespace, *files(variant), *alone)
    assert generations(server, namespace) == before
    pods = [pod for manifest in installed(server, namespace) if (pod := as_pod(manifest, namespace))]
    assert len(pods) > 15
    listed = {"apiVersion": "v1", "kind": "List", "items": pods}
    server.kubectl("create", "--dry-run=server", "-f", "-", given=json.dumps(listed))
    server.run("helm", "uninstall", "obsidianlist", "-n", namespace, "--timeout", "60s")
    kept = server.get("services.serving.knative.dev,kafkasources,kafkasinks,pingsources,cronjobs", "-n", namespace)
    assert {item["kind"] for item in kept["items"]} <= {"KafkaSource"}, "what holds offsets stays, and nothing else"
    server.kubectl("delete", "kafkatopics", "--all", "-n", "kafka")


def generations(server: ApiServer, namespace: str) -> dict[str, int]:
    """Return the generation of every Knative service, source and sink: it counts changes of the specification."""
    found = server.get("services.serving.knative.dev,kafkasources,pingsources,kafkasinks", "-n", namespace)
    return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["generation"] for item in found["items"]}


def installed(server: ApiServer, namespace: str) -> list[dict[str, Any]]:
    """Return the release's objects, hooks too, as helm sent them."""
    text = "\n---\n".join(
        server.run("helm", "get", what, "obsidianlist", "-n", namespace).stdout for what in ("manifest", "hooks")
    )
    return [item for item in yaml.safe_load_all(text) if item]


def as_pod(manifest: dict[str, Any], namespace: str) -> dict[str, Any] | None:
    """Return the pod that an object's controller would make, as far as the object says."""
    spec = pod_spec(manifest)
    if spec is None:
        return None
    knatives = {"containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds"}
    spec = {key: value for key, value in spec.items() if key not in knatives}
    # The account comes with a hook that has gone; Knative makes what follows of a pod's readiness probe.
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "try-", "namespace": namespace}, "spec": spec | {"serviceAccountName": "default"},
    }  # fmt: skip


def test_a_pod_that_is_not_restricted_is_refused(server: ApiServer, namespace: str) -> None:
    """The namespaces of these tests would not let a pod without a security context pass unnoticed."""
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bold", "namespace": namespace},
        "spec": {"containers": [{"name": "c", "image": "c"}]},
    }  # fmt: skip
    refused = server.run("kubectl", "create", "--dry-run=server", "-f", "-", given=json.dumps(pod), check=False)
    assert refused.returncode != 0
    assert "violates PodSecurity" in refused.stderr


class Release:
    """The deployment's scripts, with a token of the account that .ci/deploy/deployer.yaml makes."""

    def __init__(self, server: ApiServer, namespace: str, folder: Path) -> None:
        self.server, self.namespace, self.folder = server, namespace, folder
        self.user = f"deployer-of-{namespace}"
        self.give("deployer.yaml")
        server.write_access(self.user, server.kubectl("create", "token", "deployer", "-n", namespace).strip())
        (folder / "cosign").write_text("#!/bin/sh\nexit 0\n")
        (folder / "cosign").chmod(0o755)

    def give(self, rights: str) -> None:
        """Give the account the rights of a file of .ci/deploy, written for the namespace obsidianlist."""
        text = (DEPLOY / rights).read_text(encoding="utf-8")
        text = text.replace("namespace: obsidianlist", f"namespace: {self.namespace}")
        text = text.replace("obsidianlist-obsidianlist", f"obsidianlist-{self.namespace}")
        self.server.kubectl("apply", "-f", "-", given=text)

    def forbidden(self, *words: str) -> bool:
        """Tell whether kubectl refuses the account something for want of a right."""
        return "forbidden" in self.server.run("kubectl", *words, user=self.user, check=False).stderr.lower()

    def run(self, script: str, digest: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a script for images of that digest."""
        own = self.server.environment(self.user)
        images = {name: f"ghcr.io/obsidianlist/{name.lower()}@{digest}" for name in ("FUNCTIONS", "WEB")}
        environment = own | images | {
            "PATH": f"{self.folder}:{own['PATH']}", "OUT": str(self.folder / f"out-{digest[7]}"), "NAMESPACE": self.namespace,
            "COSIGN_PUBLIC_KEY": "played", "TIMEOUT": "200s", **variables,
        }  # fmt: skip
        return subprocess.run(
            [DEPLOY / script], env=environment, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT
        )

    def deployed(self, digest: str, percent: int) -> None:
        """Deploy and insist on success."""
        done = self.run("deploy.sh", digest, CANARY=str(percent))
        assert done.returncode == 0, done.stdout + done.stderr

    def traffic(self, service: str = "tasks") -> dict[str, int]:
        """Return the share of each revision, as the service asks for it."""
        found = self.server.get(f"services.serving.knative.dev/{service}", "-n", self.namespace)
        newest = found["status"]["latestReadyRevisionName"]
        return {each.get("revisionName", newest): each["percent"] for each in found["spec"]["traffic"]}


@pytest.fixture
def release(server: ApiServer, controllers: Controllers, namespace: str, tmp_path: Path) -> Release:
    """The deployer's account in an empty namespace."""
    controllers.broken = {BROKEN}
    return Release(server, namespace, tmp_path)


def test_a_release_takes_over_by_steps_and_goes_back(release: Release) -> None:
    """Ten percent, all; then a broken release, which goes back; and the next good one finds its fields its own."""
    release.deployed(FIRST, 100)
    assert release.traffic() == {"tasks-00001": 100}
    release.deployed(SECOND, 10)
    assert release.traffic() == {"tasks-00001": 90, "tasks-00002": 10}
    release.deployed(SECOND, 100)
    assert release.traffic() == {"tasks-00002": 100}
    broken = release.run("deploy.sh", BROKEN, CANARY="10", TIMEOUT="15s")
    assert broken.returncode != 0
    back = release.run("rollback.sh", BROKEN)
    assert back.returncode == 0, back.stdout + back.stderr
    assert set(release.traffic().values()) == {100}
    found = release.server.get("services.serving.knative.dev/tasks", "-n", release.namespace)
    assert found["spec"]["template"]["spec"]["containers"][0]["image"].endswith(SECOND)
    release.deployed("sha256:" + "3" * 64, 100)
    assert release.traffic("web") == release.traffic("web") | {
        release.server.get("services.serving.knative.dev/web", "-n", release.namespace)["status"][
            "latestReadyRevisionName"
        ]: 100
    }


def test_the_deployer_has_no_right_outside_its_namespace(release: Release) -> None:
    """Neither another namespace's Secrets nor anything of the cluster's own."""
    for words in (
        ["get", "secrets", "-n", "kafka"],
        ["get", "nodes"],
        ["create", "clusterrole", "x", "--verb=get", "--resource=pods"],
    ):
        assert release.forbidden(*words), words


def test_a_release_that_writes_elsewhere_needs_the_rights_for_it(release: Release) -> None:
    """Topics beside Strimzi, certificate and grant beside the gateways: refused without deployer-elsewhere.yaml, and nothing else is allowed with it."""
    options = f"--set domain.host={release.namespace}.example.com,domain.exposure=httpRoute,domain.tls.mode=certificate"
    wanted = {"VALUES": "knative/chart/values-strimzi.yaml", "HELM_ARGUMENTS": options, "CANARY": "100"}
    refused = release.run("deploy.sh", FIRST, **wanted)
    assert refused.returncode != 0
    assert "forbidden" in refused.stderr
    release.give("deployer-elsewhere.yaml")
    for digest in (FIRST, SECOND):
        done = release.run("deploy.sh", digest, **wanted)
        assert done.returncode == 0, done.stdout + done.stderr
    made = f"obsidianlist-{release.namespace}"
    assert release.server.get("certificates.cert-manager.io", made, "-n", "gateway-system")
    assert release.server.get("referencegrants", made, "-n", "kourier-system")
    back = release.server.run("helm", "uninstall", "obsidianlist", "-n", release.namespace, user=release.user)
    assert "kept due to the resource policy" in back.stdout
    assert {item["metadata"]["name"] for item in release.server.get("kafkatopics", "-n", "kafka")["items"]} == TOPICS
    assert release.server.get("kafkausers", "-n", "kafka")["items"] == []
    release.server.kubectl("create", "-f", "-", given=STRANGERS_TOPIC)
    for words in (
        ["delete", "kafkatopic", "task-events", "-n", "kafka"],
        ["patch", "kafkatopic", "of-somebody-else", "-n", "kafka", "--type=merge", "-p", '{"spec":{"partitions":9}}'],
        ["get", "secrets", "-n", "kafka"],
        ["get", "secrets", "-n", "gateway-system"],
        ["get", "services", "-n", "kourier-system"],
        ["create", "rolebinding", "more", "--clusterrole=admin", "--user=me", "-n", "kafka"],
    ):
        assert release.forbidden(*words), words
    release.server.kubectl("delete", "kafkatopics", "--all", "-n", "kafka")
