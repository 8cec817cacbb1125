"""A simulated day: Little's law, cold starts, overload, and the page that shows it."""

from pathlib import Path

import pytest

from knative.capacity.autoscaler import Scale
from knative.capacity.people import REQUESTS_PER_PERSON, SHARES, arrivals, day_curve
from knative.capacity.report import HERE, costs_table, load_costs, rows, table
from knative.capacity.simulation import Cost, run_day

COST = Cost(cpu=10, database=10, cold_start=2)
ENDLESS = Scale(concurrency=8, max_pods=0)


def test_pods_follow_littles_law():
    """1,000 requests a second of 20 ms are 20 in flight: four pods by concurrency, but ten cores of processor, so ten pods at least."""
    outcome = run_day(lambda _: 1000.0, ENDLESS, COST, cores=1, seconds=3600)
    assert 10 <= outcome.peak_pods <= 60
    assert outcome.pod_hours >= 9.9


def test_a_quiet_function_sleeps_and_wakes_once():
    """One request a second for a minute after an idle hour costs one cold start, and its pod is gone after the retention."""
    outcome = run_day(lambda second: 1.0 if 3600 <= second < 3660 else 0.0, ENDLESS, COST, cores=1, seconds=7200)
    assert outcome.cold_starts == 1
    assert outcome.pod_hours == pytest.approx((60 + 60 + 300) / 3600, rel=0.1)
    assert outcome.refused == 0


def test_what_the_pods_cannot_take_is_refused():
    """One pod of 100 requests a second, asked for 200: the queues fill, then half is turned away."""
    one = Scale(concurrency=8, max_pods=1, min_pods=1)
    outcome = run_day(lambda _: 200.0, one, COST, cores=1, seconds=600)
    assert outcome.refused == pytest.approx(0.5, abs=0.01)
    assert outcome.slowest >= 8 * 10 / 100 * 1000


def test_everybodys_day_adds_up():
    """The curve's mean is one, the shares are a whole, and a day brings the requests it should."""
    assert sum(map(day_curve, range(0, 86_400, 60))) / 1440 == pytest.approx(1, abs=1e-6)
    assert sum(SHARES.values()) == pytest.approx(1)
    total = sum(arrivals(1000, "tasks")(second) for second in range(0, 86_400, 10)) * 10
    assert total == pytest.approx(1000 * 0.4 * REQUESTS_PER_PERSON * SHARES["tasks"], rel=0.03)


def test_the_page_shows_what_the_simulation_says():
    """Costs and the first rows of the days' table stand in the page as they are computed now."""
    page = (Path(HERE) / "README.md").read_text(encoding="utf-8")
    assert costs_table() in page
    assert table(rows((1_000, 10_000))).splitlines()[2:] == [
        line for line in page.splitlines() if line.startswith(("| 1,000 |", "| 10,000 |"))
    ]
    assert set(SHARES) | {"audit-writer"} == set(load_costs())
