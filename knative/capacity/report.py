"""The table of the capacity page: what each number of people asks of the bundle, and which limit gives way first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knative.capacity import people as day
from knative.capacity.autoscaler import Scale
from knative.capacity.simulation import Cost, Outcome, run_day

HERE = Path(__file__).parent
CHART = HERE.parent / "chart"
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
PUBLISHER = 1  # connections of a pod beside one a thread
DATABASE_CORES = 16  # a large single server; what it does not hold needs the steps the page names
DATABASE_UTILIZATION = 0.6
DATABASE_CONNECTIONS = 500
ORDERED_CONSUMER = "audit-writer"


@dataclass(frozen=True)
class Row:
    """What a number of people asks for."""

    people: int
    outcomes: Mapping[str, Outcome]
    pods: int
    connections: int
    database_cores: float
    events: float
    partitions: float
    limits: tuple[str, ...]

    @property
    def line(self) -> str:
        """Its row of the table."""
        rate = sum(outcome.peak_rate for outcome in self.outcomes.values())
        hours = sum(outcome.pod_hours for outcome in self.outcomes.values())
        slowest = max(outcome.slowest for outcome in self.outcomes.values())
        return (
            f"| {self.people:,} | {rate:,.1f} | {self.pods:,} | {hours:,.0f} | {slowest:,.0f} | {self.connections:,} | {self.database_cores:,.1f}"
            f" | {self.events:,.1f} | {self.partitions:,.1f} | {'; '.join(self.limits) or 'none'} |"
        )


def load_costs() -> dict[str, Cost]:
    """Return the measured costs by function."""
    return {name: Cost(**values) for name, values in yaml.safe_load((HERE / "costs.yaml").read_text()).items()}


def load_values() -> dict[str, Any]:
    """Return the chart's values with those of production over them."""
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    _lay_over(values, yaml.safe_load((CHART / "values-production.yaml").read_text()))
    return values


def scale_of(values: Mapping[str, Any], name: str, *, bounded: bool = True) -> Scale:
    """Return how a function scales; without its upper limit when not ``bounded``."""
    entry, defaults = values["functions"][name], values["defaults"]
    scale = defaults["scale"] | entry.get("scale", {})
    return Scale(
        entry.get("concurrency", defaults["concurrency"]), scale["targetUtilization"] / 100, scale["min"],
        scale["max"] if bounded else 0, _seconds(scale["window"]), _seconds(scale["retention"]),
        float(scale["target"]) if scale.get("metric") == "rps" else 0.0,
    )  # fmt: skip


def rows(sizes: tuple[int, ...] = SIZES, *, seconds: int = 86_400) -> Iterator[Row]:
    """Simulate a day of each size, without upper limits, and say which of the chart's limits that breaks."""
    values, costs = load_values(), load_costs()
    partitions = values["kafka"]["topics"]["task-events"]["partitions"]
    for size in sizes:
        outcomes = {
            name: run_day(
                day.arrivals(size, name), scale_of(values, name, bounded=False), costs[name], cores=1, seconds=seconds
            )
            for name in day.SHARES
        }
        pods = sum(outcome.peak_pods for outcome in outcomes.values())
        connections = sum(
            outcome.peak_pods * (scale_of(values, name).concurrency + PUBLISHER) for name, outcome in outcomes.items()
        )
        database = sum(outcome.peak_rate * costs[name].database for name, outcome in outcomes.items()) / 1000
        events = day.peak_events(size)
        needed = events * costs[ORDERED_CONSUMER].service_seconds
        limits = [
            f"`{name}` wants {outcome.peak_pods} pods of {values['functions'][name].get('scale', {}).get('max', values['defaults']['scale']['max'])}"
            for name, outcome in outcomes.items()
            if outcome.peak_pods > scale_of(values, name).max_pods
        ]
        limits += [f"{connections:,} connections: a pooler"] if connections > DATABASE_CONNECTIONS else []
        limits += [f"{database:.0f} database cores"] if database > DATABASE_CORES * DATABASE_UTILIZATION else []
        limits += [f"{needed:.0f} partitions"] if needed > partitions else []
        yield Row(size, outcomes, pods, connections, database, events, needed, tuple(limits))


def table(found: Iterator[Row]) -> str:
    """Return the rows as a Markdown table."""
    return "\n".join([
        "| people | requests/s | pods | pod hours | slowest mean ms | connections | database cores | events/s | partitions busy | what gives way |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
        *(row.line for row in found),
    ])  # fmt: skip


def costs_table() -> str:
    """Return the measured costs as a Markdown table."""
    return "\n".join([
        "| function | CPU ms a request | PostgreSQL ms | requests/s a pod (1 core) |",
        "|---|---:|---:|---:|",
        *(f"| `{name}` | {cost.cpu:.2f} | {cost.database:.2f} | {1000 / cost.cpu:.0f} |" for name, cost in load_costs().items()),
    ])  # fmt: skip


def _seconds(text: str) -> int:
    factors = {"s": 1, "m": 60, "h": 3600}
    return int(text[:-1]) * factors[text[-1]]


def _lay_over(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    for name, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            _lay_over(base[name], value)
        else:
            base[name] = value
