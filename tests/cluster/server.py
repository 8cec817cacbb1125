"""A real Kubernetes API server with its etcd on the loopback address, the custom resources of the design folder in it, and nothing that runs pods.

Used by test_cluster.py. Everything that an API server decides is real: schemas with their CEL rules, Pod Security, RBAC, who owns which field,
helm's and kubectl's own view of it. What controllers would do is played by controllers.py.
"""

import contextlib
import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knative.local.ports import free_port
from tests.contract.chart.design import DESIGN
from tests.contract.chart.rendering import CHART, ROOT

BIN = ROOT / ".tools" / "bin"
PROGRAMS = ("etcd", "kube-apiserver", "kubectl", "helm")
# Kinds whose definitions the design folder does not hold: taken as they come.
UNKNOWN = {
    "external-secrets.io/v1": ("ExternalSecret",),
    "kagent.dev/v1alpha2": ("RemoteMCPServer", "Agent"),
}
# What the chart writes; the server stores that version, so that no conversion webhook is asked.
WRITTEN = {"kafkasources.sources.knative.dev": "v1"}


def missing() -> list[str]:
    """Return which programs are not built."""
    return [name for name in PROGRAMS if not (BIN / name).exists()]


@dataclass
class ApiServer:
    """The two processes, and kubectl and helm that speak to them."""

    folder: Path
    port: int = field(default_factory=free_port)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    def environment(self, user: str = "admin") -> dict[str, str]:
        """Return the environment in which kubectl and helm reach it as that user, and nothing of this machine's."""
        home = self.folder / "home"
        return {
            "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "KUBECONFIG": str(self.folder / f"{user}.yaml"),
            "HELM_CACHE_HOME": str(home), "HELM_CONFIG_HOME": str(home), "HELM_DATA_HOME": str(home),
        }  # fmt: skip

    def run(
        self, *words: str, user: str = "admin", given: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program against it; a failure is an assertion with the program's words."""
        done = subprocess.run(
            words,
            env=self.environment(user),
            input=given,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0 or not check, f"{' '.join(words)[:300]}\n{done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done

    def kubectl(self, *words: str, **options: Any) -> str:
        """Run kubectl and return what it printed."""
        return self.run("kubectl", *words, **options).stdout

    def upgrade(self, namespace: str, *words: str) -> None:
        """Install or upgrade the chart as a person does, waiting for everything; a warning of the server's is a failure."""
        done = self.run(
            "helm", "upgrade", "obsidianlist", str(CHART), "--install", "--namespace", namespace, "--wait", "--timeout", "180s", *words
        )  # fmt: skip
        # The end of helm's own watches, which it calls a warning too, says nothing about the objects.
        told = [line for line in done.stderr.splitlines() if "warning" in line.lower() and "reflector.go" not in line]
        assert told == [], done.stderr

    def get(self, *words: str) -> Any:
        """Return an object, or a list of them, as kubectl gets it."""
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def write_access(self, user: str, token: str) -> None:
        """Write the access file of a user, which ``environment`` and ``run`` then take by name."""
        access = {
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": self.url, "certificate-authority": str(self.folder / "certificates/apiserver.crt")}}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": user}}],
        }  # fmt: skip
        (self.folder / f"{user}.yaml").write_text(yaml.safe_dump(access))


@contextlib.contextmanager
def api_server(folder: Path) -> Iterator[ApiServer]:
    """Start both processes, define the custom resources, and end the processes whatever happens."""
    server = ApiServer(folder)
    server.write_access("admin", server.token)
    (folder / "tokens.csv").write_text(f"{server.token},admin,admin,system:masters\n")
    key = folder / "service-accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    clients, peers = free_port(), free_port()
    etcd = [
        BIN / "etcd", f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync", f"--listen-client-urls=http://127.0.0.1:{clients}",
        f"--advertise-client-urls=http://127.0.0.1:{clients}", f"--listen-peer-urls=http://127.0.0.1:{peers}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peers}", f"--initial-cluster=default=http://127.0.0.1:{peers}",
    ]  # fmt: skip
    kube = [
        BIN / "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{clients}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
        f"--secure-port={server.port}", f"--cert-dir={folder / 'certificates'}", "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}", "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}", "--service-cluster-ip-range=10.96.0.0/16",
    ]  # fmt: skip
    with contextlib.ExitStack() as stack:
        for words in (etcd, kube):
            stack.enter_context(_process(words, folder / f"{Path(words[0]).name}.log"))
        _wait(server)
        define(server)
        yield server


@contextlib.contextmanager
def _process(words: Sequence[str | Path], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: ApiServer) -> None:
    deadline = time.monotonic() + 180
    while server.run("kubectl", "get", "--raw", "/readyz", check=False).stdout != "ok":
        if time.monotonic() > deadline:
            raise TimeoutError((server.folder / "kube-apiserver.log").read_text()[-3000:])
        time.sleep(0.5)


def define(server: ApiServer) -> None:
    """Create the definitions, and wait until the server serves them."""
    file = server.folder / "definitions.json"
    items = [*_stored(), *_open()]
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    server.kubectl("create", "-f", str(file))
    names = [f"crd/{item['metadata']['name']}" for item in items]
    server.kubectl("wait", *names, "--for=condition=Established", "--timeout=120s")


def _stored() -> Iterator[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted((DESIGN / "crds").glob("*.yaml")):
        for definition in filter(None, yaml.load_all(path.read_text(encoding="utf-8"), loader)):
            definition["spec"].pop("conversion", None)
            definition.pop("status", None)
            wanted = WRITTEN.get(definition["metadata"]["name"])
            for version in definition["spec"]["versions"]:
                version["storage"] = version["name"] == wanted if wanted else version["storage"]
            yield definition


def _open() -> Iterator[dict[str, Any]]:
    for api_version, kinds in UNKNOWN.items():
        group, _, version = api_version.partition("/")
        for kind in kinds:
            plural = f"{kind.lower()}s"
            schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
            yield {
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{group}"},
                "spec": {
                    "group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
                    "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
                },
            }  # fmt: skip
