"""Summary of the licences of everything that is shipped, and whether one of them asks for more than we give; called by `make licences`.

Python packages tell theirs in their metadata, npm's in the lock file. Network and strong copyleft (AGPL, SSPL, GPL without "Lesser") is refused.
"""

import json
import re
from collections import Counter
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFUSED = re.compile(r"\b(AGPL|SSPL)|(?<!L)(?<!Lesser )(?<!Library )\b(GPL|GNU General Public)", re.IGNORECASE)
LONGEST = 60


def main() -> int:
    """Print the counts; the exit status tells whether every licence is one we can ship under."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    python = {
        name: licence for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE) if (licence := _python(name))
    }
    modules = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    npm = {
        path.rpartition("node_modules/")[2]: str(entry.get("license", "unknown"))
        for path, entry in modules.items()
        if path and not entry.get("dev")
    }
    refused = [f"{name}: {licence}" for name, licence in {**python, **npm}.items() if _is_refused(licence)]
    for kind, licences in (("Python", python), ("npm", npm)):
        counts = ", ".join(f"{licence} {count}" for licence, count in Counter(licences.values()).most_common())
        print(f"licences: {kind}: {len(licences)} packages: {counts}")
    for each in refused:
        print(f"licences: REFUSED: {each}")
    return 1 if refused else 0


def _python(name: str) -> str:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""  # of another platform
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [
        each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    if classifiers:
        return " or ".join(sorted(classifiers))
    return (str(told.get("License") or "unknown").splitlines() or ["unknown"])[0][:LONGEST]


def _is_refused(licence: str) -> bool:
    """A choice is fine where one of its sides is."""
    return all(REFUSED.search(side) for side in re.split(r"\bor\b", licence, flags=re.IGNORECASE))


if __name__ == "__main__":
    raise SystemExit(main())
