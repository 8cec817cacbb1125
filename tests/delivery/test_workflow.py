"""The deployment's workflow, run job by job and step by step from its file: checkout, scripts, outputs from job to job, and the way back.

What is real: the YAML's own commands, every script of ours, the checkout by git, helm's rendering, the bundle that is probed. What is played: the
runner (runner.py), programs that reach outside (buildah, skopeo, cosign, crane, syft, npm, sudo), and the cluster's edge (cluster.py).
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.delivery.runner import Outcome, Runner
from tests.delivery.test_release import FIRST, ROOT, SECOND, Cluster, bundle, cluster, pytestmark

__all__ = ["bundle", "cluster", "pytestmark"]

DEPLOYMENT = ROOT / ".github/workflows/deploy-production.yml"
# Programs of the world outside; each says what it was asked in calls.txt.
PLAYED = {
    "sudo": 'while [[ "$1" == --* ]]; do shift; done; exec env CHECK_IMAGES=0 "$@"',
    "apt-get": "true",
    "skopeo": "echo sha256:" + "a" * 64,
    "buildah": """case "$1" in
        push) while (($#)); do [[ "$1" == --digestfile ]] && printf %s "$DIGEST" >"$2"; shift; done ;;
        unshare) shift 2; exec "$@" ;;
        from) echo container ;;
        mount) mktemp -d ;;
        login) cat >/dev/null ;;
    esac""",
    "cosign": '[[ "$1" != login ]] || cat >/dev/null',
    "crane": '[[ "$1" != auth ]] || cat >/dev/null',
    "syft": """for word; do case "$word" in cyclonedx-json=*) file="${word#*=}" ;; esac; done
        echo '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library"}]}' >"$file" """,
    "npm": """echo '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library"}]}'""",
}  # fmt: skip


class Workflow:
    """The deployment's workflow with the double of the cluster behind it."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster, self.folder, self.runs = cluster, folder, 0
        self.calls = folder / "outside.txt"
        self.programs = folder / "outside"
        self.programs.mkdir()
        for name, words in PLAYED.items():
            self._play(self.programs / name, f'echo "{name} $*" >>{self.calls}\n{words}')
        self.origin = folder / "github"
        (self.origin / "ours").mkdir(parents=True)
        self._commit()

    def run(self, digest: str, cancel_after: str = "", **variables: str) -> dict[str, Outcome]:
        """Run the whole workflow; the registry answers every push with the digest."""
        self.runs += 1
        self.calls.write_text("")
        steps = set(re.findall(r"^step (\S+)", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE))
        environment = {
            **self.cluster.environment, "DIGEST": digest, "CI_SKIP": " ".join(steps), "GITHUB_ACTOR": "somebody",
            "GITHUB_SERVER_URL": f"file://{self.origin}", "GITHUB_REPOSITORY": "ours", "GITHUB_SHA": self.commit,
            "PATH": f"{self.programs}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1", **variables,
        }  # fmt: skip
        github = {"ref_type": "branch", "ref_name": "main", "sha": self.commit, "token": "t0ken"}
        runner = Runner.of(
            DEPLOYMENT,
            folder=self.folder / f"run-{self.runs}",
            context={"github": github, "vars": {}, "secrets": {"KUBECONFIG": "access"}},
            environment=environment,
            prepare=self._prepare,
        )
        return runner.run(cancel_after)

    def _commit(self) -> None:
        """Make the repository of what lies in this checkout, committed or not."""
        repository = self.origin / "ours"
        files = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
        ).stdout  # fmt: skip
        there = b"\0".join(name for name in files.split(b"\0") if name and (ROOT / os.fsdecode(name)).is_file())
        subprocess.run(
            ["cp", "--parents", *map(os.fsdecode, there.split(b"\0")), str(repository)], cwd=ROOT, check=True
        )
        for words in ("init -q .", "add -A", "-c user.name=t -c user.email=t@example.com commit -qm all"):
            subprocess.run(["git", *words.split()], cwd=repository, check=True)
        self.commit = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=repository, check=True, capture_output=True, text=True
        ).stdout.strip()  # fmt: skip

    def _prepare(self, checkout: Path) -> None:
        """Put what a runner would build for minutes into a fresh checkout: the environment, and the pinned programs, played."""
        (checkout / ".venv").symlink_to(ROOT / ".venv")
        tools = checkout / ".tools" / "bin"
        tools.mkdir(parents=True)
        for script in ("install-chart-tools.sh", "install-delivery-tools.sh"):
            text = (checkout / ".ci" / script).read_text(encoding="utf-8")
            variables = dict(re.findall(r"^(\w+_VERSION)=(\S+)", text, re.MULTILINE))
            built = re.findall(r'^build (\w+) "\$(\w+)"', text, re.MULTILINE)
            pinned = re.findall(r"\[(\w+)\]=\S+@(\S+)", text)
            for name, version in [*pinned, *((name, variables[version]) for name, version in built)]:
                (tools / f".{name}-{version}").touch()
        for name in ("promtool", "nginx", "registry", "actionlint"):
            self._play(tools / name, "exit 0")
        for name in ("syft", "crane", "cosign"):
            (tools / name).symlink_to(self.programs / name)
        for name in ("helm", "kubectl"):
            (tools / name).symlink_to(self.cluster.folder / "bin" / name)

    @staticmethod
    def _play(file: Path, words: str) -> None:
        file.write_text(f"#!/usr/bin/env bash\n{words}\n")
        file.chmod(0o755)


@pytest.fixture
def workflow(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The workflow with an empty cluster."""
    return Workflow(cluster, tmp_path_factory.mktemp("workflow"))


def test_a_tag_goes_through_all_stages(workflow: Workflow) -> None:
    """Four jobs, each in a folder of its own; the digests of the build reach signature, cluster and traffic."""
    first = workflow.run(FIRST)
    assert {name: job.succeeded for name, job in first.items()} == dict.fromkeys(
        ("test", "build", "push", "deploy"), True
    ), report(first)
    assert workflow.cluster.traffic() == {FIRST: 100}
    second = workflow.run(SECOND)
    assert all(job.succeeded for job in second.values()), report(second)
    assert workflow.cluster.traffic() == {SECOND: 100}
    assert "release: 50 % of the traffic verified" in second["deploy"].log
    calls = workflow.calls.read_text()
    for image in ("functions", "web"):
        name = f"ghcr.io/ours/{image}@{SECOND}"
        signed, tagged = calls.index(f"cosign sign --yes {name}"), calls.index(f"crane tag {name}")
        verified = [found.start() for found in re.finditer(re.escape("cosign verify ") + f".*{re.escape(name)}", calls)]
        assert signed < verified[0] < tagged < verified[-1], (
            "signed, checked, tagged, and checked again before the deployment"
        )
    assert "t0ken" not in calls


def test_a_bad_release_ends_where_it_began(workflow: Workflow) -> None:
    """The canary answers wrongly: the job fails, all traffic is with the old code, and it goes back once, not twice."""
    assert all(job.succeeded for job in workflow.run(FIRST).values())
    workflow.cluster.faults({SECOND: "answers-wrongly"})
    bad = workflow.run(SECOND)
    assert [name for name, job in bad.items() if not job.succeeded] == ["deploy"], report(bad)
    assert workflow.cluster.traffic() == {FIRST: 100}
    assert bad["deploy"].ran[-1] == "back, if a step ended otherwise"
    assert (workflow.cluster.folder / "calls.txt").read_text().count("helm rollback") == 1


def test_a_cancelled_release_goes_back_too(workflow: Workflow) -> None:
    """Somebody cancels after the first step of the traffic: the last step of the job undoes it."""
    assert all(job.succeeded for job in workflow.run(FIRST).values())
    cancelled = workflow.run(SECOND, cancel_after="a tenth of the traffic")
    assert not cancelled["deploy"].succeeded
    assert workflow.cluster.traffic() == {FIRST: 100}, report(cancelled)


def test_a_failed_build_deploys_nothing(workflow: Workflow) -> None:
    """Neither signatures nor the cluster are touched."""
    (workflow.programs / "buildah").write_text("#!/bin/sh\nexit 1\n")
    outcomes = workflow.run(FIRST)
    assert {name: job.succeeded for name, job in outcomes.items()} == {"test": True, "build": False}
    assert not (workflow.cluster.folder / "calls.txt").exists()


def report(outcomes: dict[str, Outcome]) -> str:
    """Return what the jobs printed, for a failing test."""
    return "\n".join(f"===== {name}: {job.succeeded}\n{job.log[-3000:]}" for name, job in outcomes.items())
