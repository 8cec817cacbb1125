"""The simulation's arithmetic against theory and against single simulated customers."""

import heapq
import random

import pytest

from knative.capacity.queueing import erlang_b, mean_wait, waiting_share


@pytest.mark.parametrize(
    ("load", "servers", "share"),
    [
        (0.5, 1, 0.5),
        (0.9, 1, 0.9),
        (1.0, 2, 1 / 3),
        (2.0, 3, 0.4444),
        (8.0, 10, 0.4092),
    ],  # M/M/1: ρ; 2 and more: published tables
)
def test_erlang_c(load, servers, share):
    """The share that waits is what the tables of Erlang's formula say."""
    assert waiting_share(load, servers) == pytest.approx(share, abs=1e-4)


def test_erlang_b_of_one_server():
    """With one server the blocked share is a/(1+a)."""
    assert erlang_b(0.25, 1) == pytest.approx(0.2)


def test_more_than_the_servers_do():
    """A queue that only grows has no mean."""
    assert mean_wait(3.0, 3, 1.0) == float("inf")
    assert waiting_share(4.0, 3) == 1.0


@pytest.mark.parametrize(("load", "servers"), [(0.7, 1), (5.6, 8), (14.0, 16)])
def test_mean_wait_agrees_with_single_customers(load, servers):
    """100,000 customers with random gaps and service times wait as long as the formula says."""
    dice = random.Random(7)
    free = [0.0] * servers
    now = waited = 0.0
    count = 100_000
    for _ in range(count):
        now += dice.expovariate(load)
        begins = max(now, heapq.heappop(free))
        waited += begins - now
        heapq.heappush(free, begins + dice.expovariate(1.0))
    assert waited / count == pytest.approx(mean_wait(load, servers, 1.0), rel=0.08)
