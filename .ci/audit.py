"""Known vulnerabilities of the locked packages, Python and npm; called by `make audit`.

Fails on any known vulnerability (npm: high or critical, of what the web app ships). Where an advisory service cannot be reached it says how
many packages were *not* checked instead of passing silently. AUDIT_DATABASE names a folder with a stored copy of the OSV database instead
(stored_advisories.py says which); both lock files are then compared with it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import stored_advisories

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Audit both lock files; return the exit code."""
    if database := os.environ.get("AUDIT_DATABASE"):
        return int(_stored(Path(database)) > 0)
    return int(_python() + _npm() > 0)


def _stored(database: Path) -> int:
    advisories = stored_advisories.load(database)
    if not advisories:
        print(f"audit: there is no advisory in {database}: NOT checked")
        return 1
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    modules = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    shipped = {
        (path.rpartition("node_modules/")[2], entry["version"])
        for path, entry in modules.items()
        if path and not entry.get("dev") and "version" in entry
    }
    packages = {"PyPI": re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock, re.MULTILINE), "npm": sorted(shipped)}
    total = 0
    for ecosystem, each in packages.items():
        found = stored_advisories.vulnerable(advisories, ecosystem, each)
        print(f"audit: {ecosystem}: {len(each)} packages checked against {database}, {len(found)} vulnerabilities")
        for package, identifier in found:
            print(f"audit: {ecosystem}: {package}: {identifier}")
        total += len(found)
    return total


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
