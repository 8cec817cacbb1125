"""Writes the nginx map from each page of the built web app to the hashes of its inline scripts.

Called when the web image is built: `python .ci/page_policies.py frontend/out > policies.map`. nginx adds the hashes to script-src
(knative/chart/templates/_nginx.tpl); the one-machine platform computes the same per page.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from knative.local.content_policy import content_security_policy  # noqa: E402 - found by the line above


def policies(folder: Path) -> list[str]:
    """Return one map line per page that has inline scripts: its address and the hashes with a space before each."""
    lines = []
    for page in sorted(folder.rglob("*.html")):
        hashes = re.findall(r"'sha256-[^']+'", content_security_policy(page.read_text(encoding="utf-8")))
        if hashes:
            lines.append(f'"/{page.relative_to(folder).as_posix()}" "{"".join(f" {each}" for each in hashes)}";')
    return lines


if __name__ == "__main__":
    print("\n".join(policies(Path(sys.argv[1]))))
