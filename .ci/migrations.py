"""Whether the newest migrations leave the release that still runs alive on their schema: expand now, contract a release later.

Called by `make migrations-check` and by tests/contract/test_migrations.py. Looks at each migration that the previous release (the last tag, else the
commit before) has not; a statement that old code could not live with is refused, unless the file says why it may: a line
`# contract: <what no release reads any more>` (`-- contract: ...` in SQL).
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("shared/db/migrations/versions")
MARK = re.compile(r"^\s*(?:#|--) contract: \S.{9,}", re.MULTILINE)
# What breaks code of before, in SQL and in Alembic's operations.
BREAKING = {
    r"\bDROP\s+(?:TABLE|COLUMN|VIEW|TYPE|SCHEMA)\b|\bop\.drop_(?:table|column)\b": "drops what old code reads",
    r"\bDROP\s+FUNCTION\b(?![^;]*;\s*CREATE)": "drops a function that old code calls",
    r"\bRENAME\s+(?:TO|COLUMN|CONSTRAINT)\b|\bop\.rename_table\b|new_column_name\s*=": "renames what old code names",
    r"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b|\btype_\s*=": "changes a type under old code",
    r"\bSET\s+NOT\s+NULL\b|nullable\s*=\s*False(?![^\n]*server_default)": "refuses rows that old code writes",
    r"\bADD\s+COLUMN\b(?:(?!\bDEFAULT\b|\bGENERATED\b)[^,;])*\bNOT\s+NULL\b(?:(?!\bDEFAULT\b|\bGENERATED\b)[^,;])*[,;]": "adds a column that old code does not fill",
    r"\bTRUNCATE\b": "empties what old code reads",
}


def findings(text: str) -> list[str]:
    """Return what in a migration's upgrade would break the release before; nothing where the file is marked as contract."""
    if MARK.search(text):
        return []
    upgrade = re.split(r"^def downgrade\b", text, maxsplit=1, flags=re.MULTILINE)[0]
    bare = re.sub(r"--[^\n]*|^\s*#[^\n]*", "", upgrade, flags=re.MULTILINE)
    return [meaning for pattern, meaning in BREAKING.items() if re.search(pattern, bare, re.IGNORECASE)]


def new_files() -> list[Path]:
    """Return the migrations that the previous release does not have."""
    before = _git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD~1") or _git(
        "rev-parse", "--verify", "--quiet", "HEAD~1"
    )
    if not before:
        print("migrations: this checkout has no earlier commit: NOT checked")
        return []
    known = set(_git("ls-tree", "-r", "--name-only", before, "--", str(FOLDER)).splitlines())
    files = [*(ROOT / FOLDER).glob("*.py"), *(ROOT / FOLDER).glob("*.sql")]
    return sorted(path for path in files if str(path.relative_to(ROOT)) not in known)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603, S607


def main() -> int:
    """Check; the exit status tells whether every new migration only expands."""
    broken = 0
    files = new_files()
    for path in files:
        for meaning in findings(path.read_text(encoding="utf-8")):
            broken += 1
            print(
                f"migrations: {path.relative_to(ROOT)}: {meaning}; expand first, contract a release later, or mark it `contract:`"
            )
    print(f"migrations: {len(files)} newer than the previous release, {broken} findings")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
