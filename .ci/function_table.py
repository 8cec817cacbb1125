"""Writes the tables of functions in the README files from the registry, or checks that they are current.

Called by `make registry` (with --write) and by tests/contract/test_registry.py. A table stands between the markers
``<!-- functions:start -->`` and ``<!-- functions:end -->``; a file without them is left alone.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
REGISTRY = ROOT / "knative" / "chart" / "values.yaml"
PAGES = (ROOT / "README.md", ROOT / "functions" / "README.md", ROOT / "knative" / "README.md")
START, END = "<!-- functions:start -->", "<!-- functions:end -->"
KINDS = ("http", "consumer", "cron")


def table() -> str:
    """Return the Markdown table: HTTP functions first, then consumers, then cron, each in the registry's order."""
    functions = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))["functions"]
    rows = sorted(functions.items(), key=lambda item: KINDS.index(item[1]["kind"]))
    lines = ["| function | kind | called by | what it does |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {entry['kind']} | {caller(entry)} | {entry['description']} |" for name, entry in rows]
    return "\n".join(lines)


def caller(entry: dict[str, Any]) -> str:
    """Return what reaches a function: its routes, topics or schedule."""
    if entry["kind"] == "http":
        return ", ".join(f"`{route}`" for route in entry["routes"])
    if entry["kind"] == "consumer":
        return ", ".join(f"`{topic}`" for topic in entry["topics"]) + f" ({entry['ordering']})"
    return f"`{entry['schedule']}`"


def renewed(text: str) -> str:
    """Return the page with the current table between its markers."""
    if START not in text or END not in text:
        return text
    before, rest = text.split(START, 1)
    return f"{before}{START}\n{table()}\n{END}{rest.split(END, 1)[1]}"


def stale_pages() -> list[Path]:
    """Return the pages whose table differs from the registry."""
    pages = [page for page in PAGES if page.exists()]
    return [page for page in pages if renewed(page.read_text(encoding="utf-8")) != page.read_text(encoding="utf-8")]


def main() -> int:
    """Write or check; the exit status says whether every page is current."""
    stale = stale_pages()
    for page in stale:
        if "--write" in sys.argv[1:]:
            page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
            print(f"wrote the table of functions in {page.relative_to(ROOT)}")
        else:
            print(f"{page.relative_to(ROOT)} is behind the registry: run `make registry`", file=sys.stderr)
    return 0 if not stale or "--write" in sys.argv[1:] else 1


if __name__ == "__main__":
    sys.exit(main())
