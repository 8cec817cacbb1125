"""Writes the table of values in the chart's README from values.yaml and its comments, or checks that it is current.

Called by `make registry` (with --write) and by tests/contract/chart/test_chart_readme.py. A value is a scalar, a list, or a map written in braces;
its meaning is the comment above it or behind it. The registry of functions is left out: its keys are explained where it begins.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
VALUES = ROOT / "knative" / "chart" / "values.yaml"
PAGE = ROOT / "knative" / "chart" / "README.md"
START, END = "<!-- values:start -->", "<!-- values:end -->"
REGISTRY = "functions"
# One row for the map, which names what is in it.
WHOLE = {("kafka", "topics")}
LONGEST_DEFAULT = 60


@dataclass(frozen=True)
class Row:
    """One value: its path, what it is unless changed, and what the comment says."""

    path: str
    default: str
    meaning: str


def rows() -> list[Row]:
    """Return every value in the file's order."""
    text = VALUES.read_text(encoding="utf-8")
    tree: Any = yaml.compose(text)
    return list(_rows(tree, text.splitlines(), ()))


def table() -> str:
    """Return the Markdown table."""
    lines = ["| value | default | meaning |", "|---|---|---|"]
    lines += [f"| `{row.path}` | `{row.default}` | {row.meaning} |" for row in rows()]
    return "\n".join(lines)


def _rows(node: yaml.MappingNode, lines: list[str], path: tuple[str, ...]) -> Iterator[Row]:
    for key, value in node.value:
        here = (*path, key.value)
        if here == (REGISTRY,):
            continue
        if isinstance(value, yaml.MappingNode) and not value.flow_style and here not in WHOLE:
            yield from _rows(value, lines, here)
            continue
        content = yaml.safe_load(yaml.serialize(value))
        default = json.dumps(list(content) if here in WHOLE else content, ensure_ascii=False)
        if len(default) > LONGEST_DEFAULT:
            default = default[: LONGEST_DEFAULT - 1] + "…"
        yield Row(".".join(here), default, _comment(lines, key.start_mark.line, value.end_mark.line))


def _comment(lines: list[str], first: int, last: int) -> str:
    """Return the comment behind the value, or the lines of comment directly above it."""
    behind = re.search(r"\s#\s(.*)$", lines[min(last, len(lines) - 1)])
    if behind and first == last:
        return behind[1].strip()
    above: list[str] = []
    while first > 0 and lines[first - 1].strip().startswith("# ") and "-----" not in lines[first - 1]:
        first -= 1
        above.insert(0, lines[first].strip()[2:])
    return " ".join(above).replace("|", "\\|")


def renewed(text: str) -> str:
    """Return the page with the current table between its markers."""
    before, rest = text.split(START, 1)
    return f"{before}{START}\n{table()}\n{END}{rest.split(END, 1)[1]}"


def main() -> int:
    """Write or check; the exit status says whether the page is current."""
    text = PAGE.read_text(encoding="utf-8")
    if renewed(text) == text:
        return 0
    if "--write" in sys.argv[1:]:
        PAGE.write_text(renewed(text), encoding="utf-8")
        print(f"wrote the table of values in {PAGE.relative_to(ROOT)}")
        return 0
    print(f"{PAGE.relative_to(ROOT)} is behind values.yaml: run `make registry`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
