"""A day of the bundle, second by second: people's requests, Knative's autoscaler, cold starts, queues, and the events that follow.

A fluid model: what arrives in a second is a rate, what is in flight follows from Little's law, what the pods cannot take waits (in the
activator and in queue-proxies of ten times the concurrency) or is refused. It knows nothing of single requests; how long one waits within a
second comes from Erlang's formula. Costs per request are measured (costs.yaml), limits are the chart's.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from knative.capacity.autoscaler import TICK_SECONDS, Autoscaler, Scale
from knative.capacity.queueing import mean_wait

QUEUE_DEPTH = 10  # queue-proxy's, in multiples of the concurrency
DAY_SECONDS = 86_400
_FULL = 0.95


@dataclass(frozen=True)
class Cost:
    """What one request costs; milliseconds.

    Attributes:
        cpu: of the function's own processor time.
        database: of PostgreSQL's.
        cold_start: from no pod to a ready one, seconds.
    """

    cpu: float
    database: float
    cold_start: float = 2.0

    @property
    def service_seconds(self) -> float:
        """How long a request holds a thread of an unhurried pod."""
        return (self.cpu + self.database) / 1000


@dataclass(frozen=True)
class Outcome:
    """What a day asked of one function.

    Attributes:
        peak_rate: most requests in a second.
        peak_pods: most pods at once.
        pod_hours: of the day; what is paid for.
        slowest: mean time to answer in the worst second, milliseconds; infinite where a queue only grew.
        refused: share of the day's requests that found every queue full.
        cold_starts: times a request found no pod.
    """

    peak_rate: float
    peak_pods: int
    pod_hours: float
    slowest: float
    refused: float
    cold_starts: int


@dataclass(frozen=True)
class Moment:
    """What the autoscaler saw and decided in one tick; the names are those of Knative's metrics.

    Attributes:
        second: of the day.
        ready: pods that answer.
        starting: pods that do not answer yet.
        wanted: pods there should be.
        stable: concurrency averaged over the stable window.
        panic: whether it is in panic mode.
        waiting: requests in queues.
        refused: requests turned away so far.
    """

    second: int
    ready: int
    starting: int
    wanted: int
    stable: float
    panic: bool
    waiting: float
    refused: float


def run_day(
    arrivals: Callable[[int], float],
    scale: Scale,
    cost: Cost,
    *,
    cores: float,
    seconds: int = DAY_SECONDS,
    watch: Callable[[Moment], None] = lambda _: None,
) -> Outcome:
    """Run one function through a day.

    Args:
        arrivals: requests per second at a second of the day.
        scale: how it scales.
        cost: what a request costs.
        cores: processor cores a pod may use; Python uses one.
        seconds: how long the day is.
        watch: is shown every tick.
    """
    scaler = Autoscaler(scale)
    ready, starting, waiting = scale.min_pods, 0, 0.0
    ready_at: list[float] = []
    peak_rate = slowest = total = refused = pod_seconds = busy = 0.0
    peak_pods, cold_starts = ready, 0
    # A pod's threads wait for its processor: more of them than that do no more work.
    per_pod = min(scale.concurrency / cost.service_seconds, 1000 * cores / cost.cpu)
    for second in range(seconds):
        rate = arrivals(second)
        if ready_at:
            ready += sum(moment <= second for moment in ready_at)
            ready_at = [moment for moment in ready_at if moment > second]
        starting = len(ready_at)
        if rate and not ready and not starting:
            ready_at.append(second + cost.cold_start)  # the activator asks for a first pod at once
            cold_starts += 1
        capacity = ready * per_pod
        served = min(rate + waiting, capacity)
        waiting += rate - served
        room = max(ready, 1) * scale.concurrency * QUEUE_DEPTH
        lost = max(0.0, waiting - room)
        waiting -= lost
        refused += lost
        total += rate
        in_flight = served * _held_seconds(served / capacity if capacity else 0.0, cost) + waiting
        busy += rate if scale.rate else in_flight
        # Erlang's formula is dear for many servers; a minute changes little unless something waits.
        if rate and ready and (waiting or second % 60 == 0):
            slowest = max(slowest, _answer(rate, waiting, capacity, ready, per_pod, cost))
        if second % TICK_SECONDS == TICK_SECONDS - 1:
            wanted = scaler.decide(second, busy / TICK_SECONDS, ready)
            busy = 0.0
            if wanted > ready + starting:
                ready_at += [second + cost.cold_start] * (wanted - ready - starting)
            elif wanted < ready:
                ready = wanted
            watch(Moment(second, ready, len(ready_at), wanted, scaler.stable, scaler.is_panicking, waiting, refused))
        peak_rate, peak_pods = max(peak_rate, rate), max(peak_pods, ready + len(ready_at))
        pod_seconds += ready + len(ready_at)
    share = refused / total if total else 0.0
    return Outcome(peak_rate, peak_pods, pod_seconds / 3600, slowest, share, cold_starts)


def _held_seconds(load: float, cost: Cost) -> float:
    """Return how long a request stays in a pod that is so busy: its threads share one processor, so the last fifth of it costs the most time.

    This is what the autoscaler sees rise before a queue does; without it pods would be added only once they refuse work.
    """
    return cost.cpu / 1000 / (1 - min(load, _FULL)) + cost.database / 1000


def _answer(rate: float, waiting: float, capacity: float, ready: int, per_pod: float, cost: Cost) -> float:
    """Return the mean milliseconds to answer in this second: service, waiting for a free slot, and the queue left over from before."""
    slots = max(1, math.floor(ready * per_pod * cost.service_seconds))
    load = min(rate, capacity) * cost.service_seconds
    queued = mean_wait(load, slots, cost.service_seconds) if load < slots else 0.0
    return (cost.service_seconds + queued + waiting / capacity) * 1000
