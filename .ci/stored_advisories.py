"""Advisories from a stored copy of the OSV database, for machines that reach no advisory service; used by audit.py.

A copy is a folder with advisories in OSV's JSON, one a file, as osv.dev publishes them by ecosystem (`PyPI/all.zip` and `npm/all.zip`, unpacked).
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

Affected = dict[tuple[str, str], list[tuple[str, dict[str, Any]]]]


def load(folder: Path) -> Affected:
    """Return what each (ecosystem, normal name) is affected by: the advisory's id and its `affected` entry."""
    found: Affected = defaultdict(list)
    for path in folder.rglob("*.json"):
        advisory = json.loads(path.read_text(encoding="utf-8"))
        if not advisory.get("withdrawn"):
            for affected in advisory.get("affected", []):
                package = affected.get("package", {})
                found[package.get("ecosystem", ""), normal(package.get("name", ""))].append((advisory["id"], affected))
    return found


def vulnerable(advisories: Affected, ecosystem: str, packages: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (name and version, advisory) of every package that is affected."""
    return [
        (f"{name} {version}", identifier)
        for name, version in packages
        for identifier, affected in advisories.get((ecosystem, normal(name)), [])
        if version in affected.get("versions", []) or any(_within(each, version) for each in affected.get("ranges", []))
    ]


def normal(name: str) -> str:
    """Return a package's name as both ecosystems compare it."""
    return name.lower() if "/" in name else re.sub(r"[-_.]+", "-", name).lower()


def _within(span: dict[str, Any], version: str) -> bool:
    """Whether a version lies in a range: the last event at or before it decides."""
    if span.get("type") == "GIT":
        return False
    inside = False
    here = _version(version)
    for event in sorted(span.get("events", []), key=lambda each: _version(next(iter(each.values())))):
        [(kind, at)] = event.items()
        if kind == "introduced" and here >= _version(at):
            inside = True
        elif (kind == "fixed" and here >= _version(at)) or (kind == "last_affected" and here > _version(at)):
            inside = False
    return inside


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        # npm's odd suffixes: a pre-release of the number before them.
        return Version(f"{'.'.join(re.findall(r'[0-9]+', text)[:3]) or '0'}.dev0")
