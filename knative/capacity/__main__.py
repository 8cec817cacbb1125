"""``make capacity``: simulate and print the tables of the page; ``--write`` puts them in, ``--check`` compares with what stands there."""

import sys
from collections.abc import Callable
from pathlib import Path

from knative.capacity.report import costs_table, rows, table

PAGE = Path(__file__).with_name("README.md")


def _days() -> str:
    return table(rows())


PARTS: dict[str, Callable[[], str]] = {"costs": costs_table, "days": _days}


def page() -> str:
    """Return the page with its tables made anew."""
    text = PAGE.read_text(encoding="utf-8")
    for name, make in PARTS.items():
        start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
        before, _, rest = text.partition(start)
        text = f"{before}{start}\n{make()}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> int:
    """Print, write or check."""
    made = page()
    if "--check" in sys.argv:
        return int(made != PAGE.read_text(encoding="utf-8"))
    if "--write" in sys.argv:
        PAGE.write_text(made, encoding="utf-8")
    else:
        sys.stdout.write("\n".join(line for line in made.splitlines() if line.startswith("|")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
