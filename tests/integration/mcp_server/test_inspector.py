"""The official inspector's command line as a client: what a developer sees who tries the server by hand."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integration.mcp_server.conftest import Browser

FOLDER = Path(__file__).parents[2] / "conformance" / "node_modules"
NODE, INSPECTOR = FOLDER / "node" / "bin" / "node", FOLDER / ".bin" / "mcp-inspector"
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not INSPECTOR.exists(), reason="the inspector is not installed: make conformance"),
]


@pytest.fixture
def inspect(server: str, anna: Browser, tmp_path: Path) -> Any:
    """Return a function that runs the inspector as anna; it answers exit status, the result, and what was said."""
    token = anna.connect()

    def run(*options: str, authorization: str = f"Bearer {token}") -> tuple[int, dict[str, Any], str]:
        command = [
            NODE,
            INSPECTOR,
            "--cli",
            server,
            "--transport",
            "http",
            "--header",
            f"Authorization: {authorization}",
        ]
        answer = subprocess.run(
            [*command, *options], env={**os.environ, "HOME": str(tmp_path), "NO_COLOR": "1"}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        said = answer.stdout + answer.stderr
        return answer.returncode, json.loads(answer.stdout) if answer.stdout.startswith("{") else {}, said

    return run


def test_the_inspector_lists_the_tools(inspect: Any) -> None:
    """All nine with their schemas, and none that its portability check has anything against."""
    status, listed, said = inspect("--method", "tools/list", "--strict")
    assert status == 0, said
    assert len(listed["tools"]) == 9
    assert all(tool["inputSchema"]["type"] == "object" and tool["outputSchema"] for tool in listed["tools"])


def test_the_inspector_calls_tools(inspect: Any) -> None:
    """A task is added and found; arguments typed as text are taken."""
    status, added, said = inspect(
        "--method", "tools/call", "--tool-name", "add_tasks", "--tool-arg", 'tasks=["By hand"]'
    )
    assert status == 0, said
    assert added["structuredContent"]["tasks"][0]["untrusted"]["title"] == "By hand"
    _, found, said = inspect(
        "--method", "tools/call", "--tool-name", "find_tasks", "--tool-arg", "query=hand", "limit=5"
    )
    assert [task["untrusted"]["title"] for task in found["structuredContent"]["tasks"]] == ["By hand"], said


def test_the_inspector_shows_errors_that_say_what_to_try(inspect: Any) -> None:
    """A wrong argument is the tool's error in words; an unknown tool and a bad token end with an error."""
    _, _, said = inspect("--method", "tools/call", "--tool-name", "find_tasks", "--tool-arg", "limit=1000")
    assert "limit" in said
    assert "Try again" in said
    status, _, said = inspect("--method", "tools/call", "--tool-name", "format_disk")
    assert status != 0
    assert "format_disk" in said
    status, _, said = inspect("--method", "tools/list", authorization="Bearer olt_wrong")
    assert status != 0, said
