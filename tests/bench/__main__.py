"""``make bench``: measure everything PERFORMANCE goals speak of and print one table; see README.md.

Exits non-zero only when a floor is missed or a measured program breaks.
"""

import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Figure, Report
from tests.bench.settings import IMPORTS_OF, ONLY, QUICK
from tests.bench.stage import Stage, stage


def main() -> int:
    """Run the chapters and return the exit status."""
    from tests.bench.cold_start import cold_starts
    from tests.bench.growth import growth
    from tests.bench.imports import import_budgets, slowest_imports
    from tests.bench.reminders import reminders
    from tests.bench.saturation import saturation
    from tests.bench.users import users

    chapters: dict[str, Callable[[Stage], list[Figure]]] = {
        "imports": import_budgets,
        "cold-start": cold_starts,
        "saturation": saturation,
        "users": users,
        "growth": growth,
        "reminders": reminders,
    }
    if IMPORTS_OF:
        sys.stdout.write(slowest_imports(IMPORTS_OF) + "\n")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave through the stage, which stops its PostgreSQL
    report, broken = Report(), list[str]()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, stage(Path(directory)) as made:
        for name, chapter in chapters.items():
            if ONLY and name not in ONLY:
                continue
            started = time.monotonic()
            try:
                figures = chapter(made)
                report.add(name, figures)
                # Said at once as well: who stops the run later keeps what it found.
                sys.stderr.writelines(f"bench: {one.what}: {one.value} {one.unit} {one.note}\n" for one in figures)
            except Exception:  # noqa: BLE001 - the other chapters are worth their minutes
                traceback.print_exc()
                broken.append(name)
            sys.stderr.write(f"bench: {name} took {time.monotonic() - started:.0f} s\n")
    mode = "quick run: fewer repeats and smaller sizes, goals are for the full one" if QUICK else "full run"
    sys.stdout.write(
        f"\n{report.text()}\n\n{mode}, {time.monotonic() - began:.0f} s. Only ratios carry over to another machine.\n"
    )
    if broken:
        sys.stdout.write(f"bench: BROKEN, see above: {', '.join(broken)}\n")
    return 1 if report.floor_missed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
