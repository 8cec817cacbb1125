"""The runbooks' commands on a real API server, as they stand on the page: what they ask for is there, and what they change comes back.

Played: `kubectl logs`, for no pod runs here.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.server import BIN, ApiServer
from tests.contract.chart.rendering import ROOT

pytestmark = pytest.mark.timeout(900)
RUNBOOKS = ROOT / "knative" / "runbooks"
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in RUNBOOKS.glob("*.md") if page.stem != "README"}
BLANKS = {"<function>": "tasks", "<consumer>": "notifier"}
VALUES = ("domain.host=runbooks.example.com", "backup.enabled=true", "backup.bucket=copies")


class Shell:
    """A person's shell with the page's variables set."""

    def __init__(self, server: ApiServer, namespace: str, folder: Path) -> None:
        (folder / "kubectl").write_text(
            f'#!/usr/bin/env bash\n[[ " $* " != *" logs "* ]] || {{ echo played; exit; }}\nexec {BIN}/kubectl "$@"\n'
        )
        (folder / "kubectl").chmod(0o755)
        own = server.environment()
        self.variables = own | {
            "PATH": f"{folder}:{own['PATH']}", "NAMESPACE": namespace, "FUNCTION": "reminders", "LOST_AT": "2030-01-01T00:00:00Z",
        }  # fmt: skip

    def run(self, words: str) -> str:
        """Run a text of commands and insist on success."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", words], env=os.environ | self.variables, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def shell(server: ApiServer, controllers: Controllers, namespace: str, tmp_path: Path) -> Shell:
    """A shell beside a release with backups and a host."""
    controllers.broken = set()
    server.upgrade(namespace, *chosen())
    return Shell(server, namespace, tmp_path)


def chosen() -> list[str]:
    """Return helm's arguments for the release's values."""
    return [word for value in VALUES for word in ("--set", value)]


def indented(page: str) -> list[str]:
    """Return the page's blocks of commands."""
    return [block.group(0) for block in re.finditer(r"(?:^ {4,}\S.*\n)+", PAGES[page], re.MULTILINE)]


def test_every_object_a_page_looks_at_can_be_asked_for(shell: Shell) -> None:
    """A kind, a name or an option that the server does not know would be found in the night it is needed."""
    asked = set()
    for text in PAGES.values():
        for found in re.findall(r"kubectl (?:-n \S+ )?get [^|`;#\n]+", text):
            command = re.sub("|".join(BLANKS), lambda blank: BLANKS[blank[0]], found).strip()
            if " nodes" not in command and "jsonpath" not in command:
                shell.run(command)
                asked.add(command)
    assert len(asked) > 12


def test_a_tick_by_hand_is_a_pod_that_the_namespace_takes(shell: Shell, server: ApiServer) -> None:
    """The page's own words, in a namespace that enforces "restricted"."""
    (block,) = [block for block in indented("MissedTick") if "kubectl create" in block]
    shell.run(re.sub(r"^ {7}", "", block, flags=re.MULTILINE))
    (pod,) = server.get("pods", "-n", shell.variables["NAMESPACE"])["items"]
    command = pod["spec"]["containers"][0]["command"]
    assert command[-1] == f"http://reminders.{shell.variables['NAMESPACE']}.svc.cluster.local/"
    assert "/functions" in pod["spec"]["containers"][0]["image"]


def test_a_restore_stops_everything_and_brings_it_back(shell: Shell, server: ApiServer) -> None:
    """The page from top to bottom: each command's Job, nothing left that writes or sends, and an upgrade that starts all of it again."""
    namespace = shell.variables["NAMESPACE"]
    look, *do = indented("Restore")
    function = look[: look.index("    }\n") + 6]
    shell.run(look)
    stop, restore, settle, again = do

    def state() -> tuple[bool, set[int], int, int]:
        backup = server.get("cronjob", "backup", "-n", namespace)
        sources = server.get("kafkasources", "-n", namespace)["items"]
        pings = server.get("pingsources", "-n", namespace)["items"]
        hosts = server.get("domainmappings", "-n", namespace)["items"]
        return backup["spec"]["suspend"], {source["spec"]["consumers"] for source in sources}, len(pings), len(hosts)

    running = state()
    assert running == (False, {1}, 3, 1)
    shell.run(stop)
    assert state() == (True, {0}, 0, 0)
    for block in (restore, settle):
        shell.run(function + block)
    assert "`helm upgrade --force-conflicts`" in PAGES["Restore"]
    server.upgrade(namespace, *chosen(), "--set-string", "secrets.revision=2", "--force-conflicts")
    assert state() == running
    shell.run(function + again)
    commands = {
        job["metadata"]["name"]: job["spec"]["template"]["spec"]["containers"][0]["command"]
        for job in server.get("jobs", "-n", namespace)["items"]
    }
    begin = ["python", "-m", "shared.recovery"]
    lost = ["--lost-at", shell.variables["LOST_AT"]]
    assert commands == commands | {
        "list-backups": [*begin, "list"],
        "restore": [*begin, "restore", "latest", *lost],
        "settle": [*begin, "settle", *lost],
        "reconcile": [*begin, "reconcile"],
    }
