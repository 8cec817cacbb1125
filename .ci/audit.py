"""Known vulnerabilities of the locked packages, Python and npm; called by `make audit`.

Fails on any known vulnerability (npm: high or critical, of what the web app ships). Where an advisory service cannot be reached it says how
many packages were *not* checked instead of passing silently.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Audit both lock files; return the exit code."""
    return int(_python() + _npm() > 0)


def _python() -> int:
    command = [str(Path(sys.executable).with_name("pip-audit")), "--progress-spinner", "off", "--disable-pip"]
    command += ["--require-hashes", "-r", "requirements.lock", "-f", "json"]
    report = _json(command, ROOT)
    packages = report.get("dependencies", [])
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [(package["name"], found["id"]) for package in packages for found in package.get("vulns", [])]
    print(
        f"audit: Python: {len(packages) - len(skipped)} of {len(packages)} packages checked, {len(found)} vulnerabilities"
    )
    if skipped or not packages:
        print("audit: Python: the advisory service did not know or answer for the rest: they are NOT checked")
    for name, identifier in found:
        print(f"audit: Python: {name}: {identifier}")
    return len(found)


def _npm() -> int:
    report = _json(["npm", "audit", "--omit=dev", "--json"], ROOT / "frontend")
    counts = report.get("metadata", {}).get("vulnerabilities")
    if counts is None:
        print("audit: npm: the advisory service did not answer: NOT checked")
        return 0
    print(f"audit: npm: {counts}")
    return int(counts["high"] + counts["critical"])


def _json(command: list[str], folder: Path) -> dict[str, Any]:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=180)  # noqa: S603
    try:
        document: dict[str, Any] = json.loads(result.stdout)
    except json.JSONDecodeError:
        return {}
    return document


if __name__ == "__main__":
    raise SystemExit(main())
