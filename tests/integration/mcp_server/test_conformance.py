"""The official conformance suite against the function's protocol, in the era of 2025 and that of 2026.

Which checks do not apply, and why, is in ``tests/conformance/not-applicable.yaml``; it is exact: a check that fails and is not there fails the
test, and so does one that is there and passes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.integration.mcp_server.conftest import Browser
from tests.support.database import Database
from tests.support.environment import function_variables
from tests.support.server import free_port, wait_until_healthy

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "conformance"
NODE = FOLDER / "node_modules" / "node" / "bin" / "node"
SUITE = FOLDER / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
pytestmark = pytest.mark.skipif(not NODE.exists(), reason="the suite is not installed: make conformance")


@pytest.fixture(scope="module")
def url(postgres: Database, kafka: str) -> Iterator[str]:
    """Run the function with the fixture tools; yields the address of /mcp."""
    port = free_port()
    variables = function_variables() | {
        "DATABASE_URL": postgres.app_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "CONFORMANCE_TOKEN": Browser().connect(),
        "PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "tests.conformance.server"], env=os.environ | variables, cwd=ROOT)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
def test_every_check_that_applies_passes(url: str, revision: str, tmp_path: Path) -> None:
    """All server scenarios of a revision, check by check."""
    command = [NODE, SUITE, "server", "--url", url, "--suite", "all", "--spec-version", revision, "-o", tmp_path]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    failed, passed = set(), 0
    for path in sorted(tmp_path.rglob("checks.json")):
        scenario = path.parent.name.removeprefix("server-").split("-20")[0]
        for check in json.loads(path.read_bytes()):
            passed += check["status"] == "SUCCESS"
            if check["status"] == "FAILURE":
                failed.add(f"{scenario}: {check['id']}")
    groups = yaml.safe_load((FOLDER / "not-applicable.yaml").read_text())
    expected = {check for group in groups for check in group["checks"].get(revision, [])}
    assert failed == expected, answer.stdout[-3000:]
    assert passed > 30
