"""Draws the dashboard "Autoscaling" from a simulated morning: the autoscaler's own rules, the chart's scales, the measured costs.

Part of `make pictures`. No cluster is here, so Knative's series come from knative/capacity, under Knative's names; a real Prometheus holds them and
answers the dashboard's own questions. At 9:00 four times as many people come for a minute.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from knative.capacity import people
from knative.capacity.report import load_costs, load_values, scale_of
from knative.capacity.simulation import Moment, run_day

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]

from dashboards import DASHBOARDS  # noqa: E402 - found by the line above

from tests.load.draw import Span, panel_lines, picture  # noqa: E402
from tests.load.prometheus import held  # noqa: E402

PEOPLE = 2_000_000
MIDNIGHT = 1_795_737_600
BEGIN, END = people.BURST_AT - 180, people.BURST_AT + 720
FUNCTIONS = ("tasks", "tags", "auth")


def main() -> int:
    """Simulate, load, ask, draw."""
    values, costs = load_values(), load_costs()
    seen: dict[str, list[Moment]] = {name: [] for name in FUNCTIONS}
    for name in FUNCTIONS:
        scale = scale_of(values, name)
        run_day(people.arrivals(PEOPLE, name), scale, costs[name], cores=1, seconds=END, watch=seen[name].append)
    # One that scales by requests a second has no target of concurrency.
    targets = {name: scale_of(values, name).target for name in FUNCTIONS if not scale_of(values, name).rate}
    burst = float(MIDNIGHT + people.BURST_AT)
    span = Span(
        float(MIDNIGHT + BEGIN),
        float(MIDNIGHT + END),
        (burst, burst + people.BURST_SECONDS, "four times the people"),
        5.0,
    )
    with tempfile.TemporaryDirectory() as folder, held(Path(folder), exposition(seen, targets)) as prometheus:
        panels = [(panel, panel_lines(prometheus, panel, span, "30s")) for panel in DASHBOARDS["autoscaling"]["panels"]]
    drawn = [(panel, lines) for panel, lines in panels if any(value for line in lines for _, value in line.points)]
    title = f"{DASHBOARDS['autoscaling']['title']}: a simulated morning of {PEOPLE:,} people"
    (ROOT / "knative/pictures/autoscaling.svg").write_text(picture(title, drawn, span), encoding="utf-8")
    print(f"drew autoscaling: {len(drawn)} of {len(panels)} panels; the fluid model knows no single request")
    return 0


def exposition(seen: dict[str, list[Moment]], targets: dict[str, float]) -> str:
    """Return the series in OpenMetrics, each with its times."""
    gauges = {
        "kn_revision_pods_count": lambda one, _: one.ready,
        "kn_revision_pods_desired": lambda one, _: one.wanted,
        "kn_revision_pods_not_ready_count": lambda one, _: one.starting,
        "kn_revision_concurrency_stable": lambda one, target: one.stable if target else None,
        "kn_revision_concurrency_target": lambda one, target: target * max(1, one.ready) if target else None,
        "kn_revision_panic_mode": lambda one, _: int(one.panic),
        "kn_revision_request_queued": lambda one, _: one.waiting if not one.ready else 0.0,
    }
    lines = []
    for metric, value in gauges.items():
        lines.append(f"# TYPE {metric} gauge")
        for name, one in moments(seen):
            if (found := value(one, targets.get(name))) is not None:
                lines.append(f'{metric}{{kn_service_name="{name}"}} {found} {MIDNIGHT + one.second}')
    lines.append("# TYPE kn_serving_queue_depth gauge")
    lines += [
        f'kn_serving_queue_depth{{service="{name}"}} {one.waiting} {MIDNIGHT + one.second}'
        for name, one in moments(seen)
    ]
    return "\n".join([*lines, "# EOF", ""])


def moments(seen: dict[str, list[Moment]]) -> Iterator[tuple[str, Moment]]:
    """Yield what falls into the picture, with its function."""
    for name, all_of_it in seen.items():
        yield from ((name, one) for one in all_of_it if one.second >= BEGIN)


if __name__ == "__main__":
    sys.exit(main())
