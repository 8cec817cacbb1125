#!/usr/bin/env python3
"""Prints the SLSA provenance (v1) of the images: which commit, which bases, which build. Called by push.sh: provenance.py BASES_FILE."""

import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Print the predicate."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S607
    server, repository = os.environ.get("GITHUB_SERVER_URL", "file://"), os.environ.get("GITHUB_REPOSITORY", "local")
    source = {"uri": f"git+{server}/{repository}", "digest": {"gitCommit": commit}}
    bases = [line.partition("@") for line in Path(sys.argv[1]).read_text(encoding="utf-8").split()]
    dependencies = [
        {"uri": f"pkg:docker/{name}", "digest": {"sha256": digest.removeprefix("sha256:")}} for name, _, digest in bases
    ]
    run = f"{server}/{repository}/actions/runs/{os.environ.get('GITHUB_RUN_ID', '0')}"
    predicate = {
        "buildDefinition": {
            "buildType": f"{server}/{repository}/.ci/deploy/build.sh",
            "externalParameters": {"source": source, "ref": os.environ.get("GITHUB_REF", "")},
            "resolvedDependencies": [source, *dependencies],
        },
        "runDetails": {
            "builder": {"id": f"{server}/{repository}/.github/workflows/deploy-production.yml"},
            "metadata": {"invocationId": run},
        },
    }
    print(json.dumps(predicate, indent=1))


if __name__ == "__main__":
    main()
