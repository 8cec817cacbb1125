"""Knative's rules of scaling, as the simulation keeps them."""

import pytest

from knative.capacity.autoscaler import TICK_SECONDS, Autoscaler, Scale

EIGHT = Scale(concurrency=8, max_pods=0, retention=60)


def _run(scaler, concurrency, seconds, ready, start=0.0):
    """Show the same concurrency for a while; pods are ready at once. Returns the pods and the time."""
    now = start
    for _ in range(int(seconds / TICK_SECONDS)):
        now += TICK_SECONDS
        ready = scaler.decide(now, concurrency, ready)
    return ready, now


@pytest.mark.parametrize(("concurrency", "pods"), [(1, 1), (5.6, 1), (5.7, 2), (56, 10), (100, 18)])
def test_pods_follow_concurrency(concurrency, pods):
    """In the steady state there are concurrency ÷ (0.7 × 8) pods, rounded up."""
    assert _run(Autoscaler(EIGHT), concurrency, 240, 1)[0] == pods


def test_a_burst_panics_within_the_panic_window():
    """Ten times the demand is met after six seconds, not after a minute."""
    scaler = Autoscaler(EIGHT)
    pods, now = _run(scaler, 5, 120, 1)
    assert (pods, scaler.is_panicking) == (1, False)
    pods, now = _run(scaler, 50, 6, pods, now)
    assert pods == 9
    assert scaler.is_panicking


def test_panic_never_scales_down():
    """While it panics the pods stay; a window later they go, by half at most at a time."""
    scaler = Autoscaler(EIGHT)
    pods, now = _run(scaler, 100, 20, 1)
    assert pods == 18
    pods, now = _run(scaler, 6, 40, pods, now)
    assert pods == 18
    pods, now = _run(scaler, 6, 30, pods, now)
    assert not scaler.is_panicking
    seen = []
    for _ in range(10):
        now += TICK_SECONDS
        before, pods = pods, scaler.decide(now, 6, pods)
        assert pods >= before // 2
        seen.append(pods)
    assert seen[-1] == 2


def test_the_last_pod_outlives_the_retention():
    """Zero comes when the window saw nothing and the retention is over, not before."""
    scaler = Autoscaler(EIGHT)
    pods, now = _run(scaler, 3, 60, 1)
    pods, now = _run(scaler, 0, 60 + 58, pods, now)
    assert pods == 1
    assert _run(scaler, 0, 8, pods, now)[0] == 0


def test_bounds():
    """Never below the minimum, never above the maximum."""
    bounded = Scale(concurrency=8, min_pods=2, max_pods=5, retention=0)
    assert _run(Autoscaler(bounded), 0, 400, 2)[0] == 2
    assert _run(Autoscaler(bounded), 1000, 60, 2)[0] == 5
