"""Knative's pod autoscaler (KPA) as arithmetic, one decision every two seconds.

Called by the simulation. Rules and their defaults are those of Knative 1.23: target = containerConcurrency times utilisation; a stable window
(60 s) and a panic window (10 % of it); panic when the panic window wants at least twice the ready pods, no scaling down while it
lasts, and it ends a stable window after the last time; to zero once the stable window saw nothing and the retention is over.
Source: knative/serving pkg/autoscaler/scaling/autoscaler.go and pkg/reconciler/autoscaling/kpa/scaler.go.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

TICK_SECONDS = 2
PANIC_WINDOW_SHARE = 0.10
PANIC_THRESHOLD = 2.0
MAX_SCALE_UP_RATE = 1000.0
MAX_SCALE_DOWN_RATE = 2.0
ZERO_GRACE_SECONDS = 30


@dataclass(frozen=True)
class Scale:
    """How one function scales; times in seconds.

    Attributes:
        concurrency: requests a pod takes at a time (containerConcurrency).
        utilization: share of it at which another pod starts.
        min_pods: never fewer.
        max_pods: never more; 0 means no limit.
        window: over which demand is averaged.
        retention: how long the last pod outlives its last request.
        rate: requests a second a pod is meant to have (metric rps); 0: it scales by requests in flight.
    """

    concurrency: int
    utilization: float = 0.7
    min_pods: int = 0
    max_pods: int = 10
    window: int = 60
    retention: int = 300
    rate: float = 0.0

    @property
    def target(self) -> float:
        """Requests in flight, or a second, that a pod is meant to have."""
        return (self.rate or self.concurrency) * self.utilization


@dataclass
class Autoscaler:
    """Decides how many pods there should be from the concurrency it is shown each tick; ``stable`` is its mean over the window."""

    scale: Scale
    stable: float = 0.0
    _samples: deque[float] = field(default_factory=deque)
    _panic_until: float = -1.0
    _panic_pods: int = 0
    _idle_since: float | None = None

    def decide(self, now: float, concurrency: float, ready: int) -> int:
        """Return how many pods are wanted.

        Args:
            now: seconds, rising by :data:`TICK_SECONDS` from call to call.
            concurrency: requests in flight and waiting, averaged over the tick; with ``scale.rate`` those that came a second.
            ready: pods that answer.
        """
        self._samples.append(concurrency)
        while len(self._samples) > self.scale.window // TICK_SECONDS:
            self._samples.popleft()
        recent = max(1, round(self.scale.window * PANIC_WINDOW_SHARE / TICK_SECONDS))
        stable = self.stable = sum(self._samples) / len(self._samples)
        newest = islice(reversed(self._samples), recent)
        panic = sum(newest) / min(recent, len(self._samples))
        floor, ceiling = math.floor(ready / MAX_SCALE_DOWN_RATE), math.ceil(max(1, ready) * MAX_SCALE_UP_RATE)
        wanted_stable = min(max(math.ceil(stable / self.scale.target), floor), ceiling)
        wanted_panic = min(max(math.ceil(panic / self.scale.target), floor), ceiling)
        if wanted_panic / max(1, ready) >= PANIC_THRESHOLD:
            self._panic_until = now + self.scale.window
        if now < self._panic_until:
            self._panic_pods = max(self._panic_pods, wanted_panic, ready)
            wanted = self._panic_pods
        else:
            self._panic_pods = 0
            wanted = wanted_stable
        return self._bounded(now, wanted, stable, ready)

    @property
    def is_panicking(self) -> bool:
        """Whether the last decision was made in panic mode."""
        return self._panic_pods > 0

    def _bounded(self, now: float, wanted: int, stable: float, ready: int) -> int:
        if stable > 0:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        # The last pod stays for the retention, and never less than the grace period.
        stays = max(self.scale.retention, ZERO_GRACE_SECONDS)
        if wanted == 0 and ready > 0 and self._idle_since is not None and now - self._idle_since < stays:
            wanted = 1
        wanted = max(wanted, self.scale.min_pods)
        return min(wanted, self.scale.max_pods) if self.scale.max_pods else wanted
