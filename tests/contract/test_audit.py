"""The audit against a stored advisory database finds what is affected, fails on it, and never passes without having looked."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = dict(
    re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
)


def audit(folder: Path, *affected: dict[str, object]) -> subprocess.CompletedProcess[str]:
    """Run the audit against a database of these advisories."""
    for number, each in enumerate(affected):
        advisory = {"id": f"TEST-{number}", "affected": [each]}
        (folder / f"{number}.json").write_text(json.dumps(advisory), encoding="utf-8")
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "audit.py"],
        env=os.environ | {"AUDIT_DATABASE": str(folder)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def spans(name: str, *events: dict[str, str], ecosystem: str = "PyPI") -> dict[str, object]:
    """Return the affected entry of a package by a range."""
    return {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }


@pytest.mark.parametrize(
    "affected",
    [
        {"package": {"ecosystem": "PyPI", "name": "SQLAlchemy"}, "versions": [LOCKED["sqlalchemy"]]},
        spans("Gunicorn", {"introduced": "0"}),
        spans("jinja2", {"introduced": "0"}, {"last_affected": LOCKED["jinja2"]}),
        spans("next", {"introduced": "1.0.0"}, {"fixed": "999.0.0"}, ecosystem="npm"),
    ],
)
def test_affected_package_fails_the_audit(tmp_path: Path, affected: dict[str, object]) -> None:
    """By version or by range, Python or npm, however the name is written."""
    done = audit(tmp_path, affected)
    assert done.returncode == 1
    assert "TEST-0" in done.stdout


def test_fixed_and_foreign_packages_pass(tmp_path: Path) -> None:
    """A range that ended at the locked version, and a package we do not have."""
    fixed = spans("gunicorn", {"introduced": "0"}, {"fixed": LOCKED["gunicorn"]})
    done = audit(
        tmp_path, fixed, spans("django", {"introduced": "0"}), spans("gunicorn", {"introduced": "0"}, ecosystem="npm")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(LOCKED)} packages checked" in done.stdout


def test_empty_database_is_no_pass(tmp_path: Path) -> None:
    """A wrong folder must not look like a clean bill."""
    done = audit(tmp_path)
    assert done.returncode == 1
    assert "NOT checked" in done.stdout
