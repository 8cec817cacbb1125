"""What people ask of the bundle in a day: a curve over the hours, a burst in the morning, and shares by function."""

import math
from collections.abc import Callable, Mapping
from functools import cache

REQUESTS_PER_PERSON = 120  # a day: opening the app a dozen times, each with a few lists, and the work itself
EVENTS_PER_PERSON = 15
ACTIVE_SHARE = 0.4  # of all accounts, on a working day
BURST_AT, BURST_SECONDS, BURST_FACTOR = 9 * 3600, 60, 4.0
# By function; measured from the requests of the web app's screens.
SHARES: Mapping[str, float] = {
    "tasks": 0.62, "tags": 0.10, "notifications": 0.10, "auth": 0.06, "audit": 0.05, "recurring-tasks": 0.03, "chat": 0.02, "mcp": 0.02,
}  # fmt: skip


@cache  # every function of a simulation has the same day
def day_curve(second: int) -> float:
    """Return how busy a second is against the day's mean: nights at 0.2, two humps around 10:00 and 15:00, mean 1."""
    hour = second / 3600
    humps = math.exp(-((hour - 10) ** 2) / 8) + 0.8 * math.exp(-((hour - 15) ** 2) / 8)
    return (0.2 + 2.1 * humps) / _MEAN


_MEAN = (
    sum(
        0.2 + 2.1 * (math.exp(-((h / 60 - 10) ** 2) / 8) + 0.8 * math.exp(-((h / 60 - 15) ** 2) / 8))
        for h in range(1440)
    )
    / 1440
)


def arrivals(people: int, function: str) -> Callable[[int], float]:
    """Return the requests per second of a function over the day."""
    mean = people * ACTIVE_SHARE * REQUESTS_PER_PERSON * SHARES[function] / 86_400

    def rate(second: int) -> float:
        burst = BURST_FACTOR if BURST_AT <= second < BURST_AT + BURST_SECONDS else 1.0
        return mean * day_curve(second) * burst

    return rate


def peak_events(people: int) -> float:
    """Return the events per second of the busiest hour, without the burst."""
    busiest = max(day_curve(second) for second in range(0, 86_400, 60))
    return people * ACTIVE_SHARE * EVENTS_PER_PERSON / 86_400 * busiest
