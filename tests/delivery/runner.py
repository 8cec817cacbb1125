"""Runs a workflow's jobs as GitHub's runner does, as far as our workflows use it: expressions, environments, outputs, paths, conditions, needs.

Used by test_workflow.py. Each job gets a fresh folder and a fresh home; what a job leaves behind reaches the next by its outputs alone.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
NAME = re.compile(r"'[^']*'|\b[a-z_]+(?:\.[A-Za-z_][\w-]*)+")
Prepare = Callable[[Path], None]


@dataclass
class Outcome:
    """How a job ended."""

    succeeded: bool
    outputs: dict[str, str]
    log: str
    ran: list[str] = field(default_factory=list)


@dataclass
class Runner:
    """One run of a workflow.

    Attributes:
        workflow: the parsed file.
        folder: where the jobs' folders are made.
        context: what expressions see: github, vars, secrets.
        environment: the runner's own variables; PATH among them.
        prepare: puts into a job's fresh checkout what a runner would have to build; called after the step that checks out.
    """

    workflow: dict[str, Any]
    folder: Path
    context: dict[str, Any]
    environment: dict[str, str]
    prepare: Prepare
    jobs: dict[str, Outcome] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path, **options: Any) -> "Runner":
        """Return a run of the file."""
        return cls(yaml.safe_load(file.read_text(encoding="utf-8")), **options)

    def run(self, cancel_after: str = "") -> dict[str, Outcome]:
        """Run every job whose needs succeeded, in the file's order; ``cancel_after`` names a step after which the run is cancelled."""
        for name, job in self.workflow["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            if all(need in self.jobs and self.jobs[need].succeeded for need in needs):
                self.jobs[name] = self._job(name, job, needs, cancel_after)
        return self.jobs

    def _job(self, name: str, job: dict[str, Any], needs: list[str], cancel_after: str) -> Outcome:
        place = self.folder / name
        (place / "home").mkdir(parents=True)
        (place / "checkout").mkdir()
        needed = {need: {"outputs": self.jobs[need].outputs} for need in needs}
        steps: dict[str, Any] = {}
        state = {"failed": False, "cancelled": False}
        context = {**self.context, "needs": needed, "steps": steps}
        outcome = Outcome(succeeded=True, outputs={}, log="")
        paths: list[str] = []
        for step in job["steps"]:
            if not self._wanted(step.get("if", ""), state, context):
                continue
            outcome.ran.append(step["name"])
            variables = self._variables(place, job, step, context, paths)
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", self._filled(step["run"], context)],
                cwd=place / "checkout", env=variables, capture_output=True, text=True, timeout=600, check=False,
            )  # fmt: skip
            outcome.log += f"--- {step['name']}\n{done.stdout}{done.stderr}"
            state["failed"] |= done.returncode != 0
            written = Path(variables["GITHUB_OUTPUT"]).read_text().splitlines()
            steps[step.get("id", "")] = {"outputs": dict(line.split("=", 1) for line in written)}
            paths = Path(variables["GITHUB_PATH"]).read_text().splitlines()
            state["cancelled"] |= step["name"] == cancel_after
            if step["name"] == "check out" and not state["failed"]:
                self.prepare(place / "checkout")
        outcome.succeeded = not (state["failed"] or state["cancelled"])
        outcome.outputs = {key: self._filled(value, context) for key, value in job.get("outputs", {}).items()}
        return outcome

    def _variables(
        self, place: Path, job: dict[str, Any], step: dict[str, Any], context: Mapping[str, Any], paths: list[str]
    ) -> dict[str, str]:
        files = {name: place / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        files["GITHUB_OUTPUT"].write_text("")
        files["GITHUB_PATH"].touch()
        given = {**self.workflow.get("env", {}), **job.get("env", {}), **step.get("env", {})}
        own = {name: self._filled(str(value), context) for name, value in given.items()}
        path = os.pathsep.join([*reversed(paths), self.environment["PATH"]])
        # GitHub's runner gives each job its own machine; one path for all of them would hide what is not handed on.
        own["OUT"] = str(place / "out")
        return {
            **self.environment,
            "HOME": str(place / "home"),
            **own,
            **{k: str(v) for k, v in files.items()},
            "PATH": path,
        }

    def _wanted(self, condition: str, state: dict[str, bool], context: Mapping[str, Any]) -> bool:
        bad = state["failed"] or state["cancelled"]
        if not condition:
            return not bad
        text = condition.replace("failure()", str(state["failed"])).replace("cancelled()", str(state["cancelled"]))
        return bool(self._value(text, context))

    def _filled(self, text: str, context: Mapping[str, Any]) -> str:
        return EXPRESSION.sub(lambda found: str(self._value(found[1], context)), text)

    def _value(self, expression: str, context: Mapping[str, Any]) -> Any:
        def part(found: re.Match[str]) -> str:
            return found[0] if found[0].startswith("'") else repr(_looked_up(found[0], context))

        words = NAME.sub(part, expression).replace("&&", " and ").replace("||", " or ").strip()
        return eval(words, {"__builtins__": {}}, {})  # noqa: S307 - our own workflow's text, no names left in it


def _looked_up(name: str, context: Mapping[str, Any]) -> Any:
    found: Any = context
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found
