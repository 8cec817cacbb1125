"""The runbooks' own commands on a running bundle: copied from the page, run by a shell, with the answers an operator expects."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from knative.local.keys import load_keys
from knative.local.supervisor import DATABASE
from tests.support.bundle import Bundle, running_bundle

RUNBOOKS = Path(__file__).parents[3] / "knative" / "runbooks"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    """The whole platform as a process."""
    with running_bundle(tmp_path_factory.mktemp("runbooks")) as running:
        yield running


def commands(page: str, beginning: str) -> list[str]:
    """Return the indented commands of a page that begin so."""
    text = (RUNBOOKS / f"{page}.md").read_text(encoding="utf-8")
    return [
        line.strip() for line in text.splitlines() if line.startswith("    ") and line.strip().startswith(beginning)
    ]


def function_url(bundle: Bundle, name: str) -> str:
    """Return where a function is reached inside the platform, as by its cluster-local name."""
    return f"http://127.0.0.1:{psutil.Process(bundle.pid('system')).environ()['SYSTEM_PORT']}/{name}/"


def shell(command: str, **variables: str) -> str:
    """Run a command as it stands on the page."""
    environment = {**os.environ, **variables}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed: .ci/install-system-packages.sh")
def test_dead_letters_are_listed_and_replayed_dry(bundle: Bundle) -> None:
    """The page's first command lists an open letter with the fields it promises, the second tells what a replay would do."""
    with contextlib.closing(bundle.operator()) as operator:
        event = {
            "ce-specversion": "1.0", "ce-id": "lost-1", "ce-source": "/stranger", "ce-type": "unknown.type",
            "ce-knativeerrordest": "http://audit-writer.obsidianlist.svc.cluster.local/", "ce-knativeerrorcode": "400",
            "content-type": "application/json",
        }  # fmt: skip
        httpx.post(function_url(bundle, "dead-letters") + "events", headers=event, content=b"{}").raise_for_status()
        token = operator.client.headers["Authorization"].removeprefix("Bearer ")
        look, replay = commands("DeadLetters", "curl")
        listed = json.loads(shell(look, URL=bundle.base_url, TOKEN=token))
        assert {"id", "consumer", "event_type", "reason", "attempts", "last_seen_at"} == set(listed)
        assert all(value is not None for value in listed.values())
        dry = json.loads(shell(replay.replace("<consumer>", listed["consumer"]), URL=bundle.base_url, TOKEN=token))
        assert (dry["dry_run"], dry["matched"], dry["replayed"]) == (True, 1, 0)


@pytest.mark.skipif(not shutil.which("psql"), reason="psql is not installed: .ci/install-system-packages.sh")
def test_the_outbox_says_why_it_waits(bundle: Bundle) -> None:
    """The page's query runs as the owner, whom row-level security binds, and answers a row a topic."""
    keys = load_keys(bundle.data_dir / "secrets.json")
    port = int((bundle.data_dir / "postgres" / "port").read_text())
    url = f"postgresql://obsidianlist_owner:{keys['DATABASE_OWNER_PASSWORD']}@127.0.0.1:{port}/{DATABASE}"
    (query,) = commands("OutboxStuck", "psql")
    assert re.search(r"topic +\| +count +\| +min +\| +max +\| +max", shell(query, DATABASE_OWNER_URL=url))


def test_a_tick_by_hand_runs_the_function(bundle: Bundle) -> None:
    """What the page's pod runs is taken by a cron function as a tick of its PingSource's."""
    text = (RUNBOOKS / "MissedTick.md").read_text(encoding="utf-8")
    found = re.search(r"command: \[(python, -m, [\w.]+), ", text)
    assert found
    words = found[1].replace(", ", " ")
    assert shell(f"{words} {function_url(bundle, 'housekeeping')}").startswith("20")
