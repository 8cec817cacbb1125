"""Write knative/metrics.md, the table of every metric for operators: ``make metrics``.

Built from shared/metrics.py, so that a dashboard's author need not read Python; a contract test keeps the two in step.
"""

import sys
from pathlib import Path

from shared.metrics import ALL, Metric

TARGET = Path(__file__).parents[1] / "metrics.md"
HEADER = """# Metrics

Written by `make metrics` from shared/metrics.py. Every function serves its own at `/metrics`.

| name | type | unit | meaning | labels |
|---|---|---|---|---|
"""
_UNITS = (
    ("_timestamp_seconds", "seconds since 1970"),
    ("_seconds", "seconds"),
    ("_total", "count"),
    ("_events", "events"),
)


def unit(metric: Metric) -> str:
    """Return the unit that a metric's name ends with; a name without one is refused."""
    for suffix, name in _UNITS:
        if metric.name.endswith(suffix):
            return name
    raise ValueError(f"{metric.name} does not end with a unit")


def build() -> str:
    """Return the page."""
    rows = []
    for metric in sorted(ALL, key=lambda one: one.name):
        labels = ", ".join(f"`{label}`" for label in metric.labels) or "none"
        rows.append(f"| `{metric.name}` | {metric.kind} | {unit(metric)} | {metric.meaning} | {labels} |\n")
    return HEADER + "".join(rows)


def main() -> int:
    """Write the page."""
    TARGET.write_text(build(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET.name}: {len(ALL)} metrics\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
