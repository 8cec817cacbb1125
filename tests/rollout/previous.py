"""The code of the release before: the last tag that is not this commit, else the commit that main had before this one.

``python -m tests.rollout.previous`` (``make test-previous``) runs that release's own tests on this commit's schema. PREVIOUS names another commit.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def git(*words: str) -> str:
    """Return what git says; empty where it has no answer."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def previous_commit() -> str:
    """Return the commit of the previous release; empty in a checkout without history."""
    if chosen := os.environ.get("PREVIOUS"):
        return git("rev-parse", "--verify", "--quiet", f"{chosen}^{{commit}}")
    tag = git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD~1")
    if tag:
        return git("rev-parse", f"{tag}^{{commit}}")
    base = git("merge-base", "HEAD", "origin/main")
    return base if base and base != git("rev-parse", "HEAD") else git("rev-parse", "--verify", "--quiet", "HEAD~1")


@contextlib.contextmanager
def previous_code(folder: Path) -> Iterator[Path]:
    """Lay the previous release's code into a folder for the block."""
    commit = previous_commit()
    if not commit:
        raise LookupError("this checkout has no earlier commit")
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=ROOT, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


MIGRATIONS = Path("shared/db/migrations")
# What touches every table that a release writes; bounded, because it runs beside the whole suite.
TESTS = (
    "tests/integration/tasks",
    "tests/integration/auth",
    "tests/integration/recurring",
    "tests/integration/reminders",
)


def main() -> int:
    """Lay this commit's migrations under the previous release's code and run its tests."""
    commit = previous_commit()
    if not commit:
        print("previous: this checkout has no earlier commit: its tests were NOT run")
        return 0
    if not git("diff", "--name-only", commit, "--", str(MIGRATIONS)):
        print(f"previous: the schema is that of {commit[:12]}: nothing to run")
        return 0
    with tempfile.TemporaryDirectory() as folder, previous_code(Path(folder) / "previous") as code:
        shutil.rmtree(code / MIGRATIONS)
        shutil.copytree(ROOT / MIGRATIONS, code / MIGRATIONS)
        tests = [test for test in TESTS if (code / test).exists()]
        print(f"previous: the tests of {commit[:12]} on the schema of this commit: {', '.join(tests)}")
        environment = {**os.environ, "PYTHONPATH": str(code)}
        # test_parse.py needs a process of its own, and reads no table.
        command = [sys.executable, "-m", "pytest", "-q", "--ignore", "tests/integration/tasks/test_parse.py", *tests]
        return subprocess.run(command, cwd=code, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
