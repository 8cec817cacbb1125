"""The workflows as written: every script they call exists and runs, rights are the least, what is handed on is handed on.

tests/delivery/test_workflow.py runs the deployment's; actionlint (`make lint-workflows`) checks the syntax.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
# What each job may do beyond reading; a job that is not here may read the repository and nothing else.
RIGHTS = {
    "build": {"packages": "write"},
    "push": {"packages": "write", "id-token": "write"},
    "deploy": {"packages": "read"},
    "update": {"contents": "write", "pull-requests": "write"},
}
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def workflow(file: Path) -> dict[str, Any]:
    """Return the parsed file."""
    parsed: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return parsed


def steps(file: Path) -> list[dict[str, Any]]:
    """Return every step of every job."""
    return [step for job in workflow(file)["jobs"].values() for step in job["steps"]]


def make_targets() -> set[str]:
    """Return every target of the Makefile and its parts."""
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in [ROOT / "Makefile", *(ROOT / ".ci/make").glob("*.mk")]
    )
    return set(re.findall(r"^([a-z][a-z0-9-]*):", text, re.MULTILINE))


@each_file
def test_every_script_exists_and_runs(file: Path) -> None:
    """A path that is called by itself is executable; `make` knows each target."""
    for step in steps(file):
        for path in re.findall(r"(?<![\w/.])\.ci/[\w./-]*\w", step.get("run", "")):
            script = ROOT / path
            assert script.is_file(), (step["name"], path)
            assert os.access(script, os.X_OK) or f"bash {path}" in step["run"], f"{path} is not executable"
            assert script.read_text(encoding="utf-8").startswith("#!"), path
        for words in re.findall(r"\bmake (?:--no-print-directory )?([a-z -]+)", step.get("run", "")):
            assert set(words.split()) <= make_targets(), words


@each_file
def test_foreign_actions_are_pinned_by_commit(file: Path) -> None:
    """A tag can be moved to other code."""
    for step in steps(file):
        assert re.fullmatch(r"\S+@[0-9a-f]{40}", step.get("uses", "x@" + "0" * 40)), step


@each_file
def test_rights_are_the_least(file: Path) -> None:
    """Nothing by default; each job says what it needs."""
    parsed = workflow(file)
    assert parsed["permissions"] in ({}, {"contents": "read"})
    for name, job in parsed["jobs"].items():
        rights = job.get("permissions", parsed["permissions"])
        assert rights == {"contents": "read"} | RIGHTS.get(name, {}), name
        assert job["timeout-minutes"] <= 120


@each_file
def test_secrets_reach_commands_by_variables_only(file: Path) -> None:
    """An expression inside a command could carry a command; a token in it would stand in the log."""
    for step in steps(file):
        assert "${{" not in step.get("run", ""), step["name"]


@each_file
def test_what_is_handed_on_is_made(file: Path) -> None:
    """Each `needs` names a job before it, each output that a job reads is one the other declares, from a step that exists."""
    parsed = workflow(file)
    before: list[str] = []
    for name, job in parsed["jobs"].items():
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        assert set(needs) <= set(before), (name, needs)
        for need, output in re.findall(r"needs\.(\w+)\.outputs\.(\w+)", yaml.safe_dump(job)):
            assert need in needs
            assert output in parsed["jobs"][need]["outputs"], (name, output)
        ids = {step.get("id") for step in job["steps"]}
        for value in job.get("outputs", {}).values():
            assert re.search(r"steps\.(\w+)\.outputs", value)[1] in ids  # type: ignore[index]
        before.append(name)


def test_the_deployment_has_its_five_stages_in_order() -> None:
    """Test, build, push, then deploy with its verification; nothing of a later stage begins when an earlier one failed."""
    jobs = workflow(ROOT / ".github/workflows/deploy-production.yml")["jobs"]
    assert list(jobs) == ["test", "build", "push", "deploy"]
    assert [jobs[name].get("needs") for name in jobs] == [None, "test", "build", ["build", "push"]]
    assert jobs["deploy"]["environment"] == "production"
    commands = "\n".join(step["run"] for step in jobs["deploy"]["steps"])
    assert commands.index("deploy.sh") < commands.index("verify.py") < commands.index("release.sh")
    assert jobs["deploy"]["steps"][-1]["if"] == "failure() || cancelled()"


def test_a_variable_of_a_step_under_sudo_is_handed_to_it() -> None:
    """`sudo` drops what is not named; build.sh would then take bases that nobody pinned."""
    for file in FILES:
        for step in steps(file):
            for kept in re.findall(r"--preserve-env=(\S+)", step["run"]):
                assert set(step.get("env", {})) <= set(kept.split(",")), step["name"]
