"""Every metric of the product: name, type, unit and meaning, and the functions that record them.

This file is the one list: dashboards and alert rules in the chart use only these names (a contract test compares). Values live in
this process and are written as Prometheus text at ``/metrics``; a pod that scales to zero before a scrape loses its last
seconds, which is why alerts also look at the database (``obsidianlist_outbox_oldest_pending_seconds``) and not only at counters.

prometheus_client would cost 50 ms at each cold start for what these 60 lines do.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_AGE_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0)
_LATENESS_BUCKETS = (1.0, 5.0, 15.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 43_200.0)


@dataclass
class Metric:
    """A counter, gauge or histogram with labels.

    Attributes:
        name: Prometheus name, with its unit.
        kind: counter, gauge or histogram.
        meaning: one sentence.
        labels: label names, in order.
        buckets: upper bounds of a histogram.
    """

    name: str
    kind: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    _values: dict[tuple[str, ...], list[float]] = field(default_factory=dict, repr=False)

    def add(self, *labels: str, amount: float = 1.0) -> None:
        """Count ``amount`` more."""
        with _lock:
            self._values.setdefault(labels, [0.0])[0] += amount

    def set(self, *labels: str, value: float) -> None:
        """Set a gauge."""
        with _lock:
            self._values[labels] = [value]

    def observe(self, *labels: str, value: float) -> None:
        """Put a value into a histogram."""
        with _lock:
            counts = self._values.setdefault(labels, [0.0] * (len(self.buckets) + 2))
            for position, bound in enumerate(self.buckets):
                if value <= bound:
                    counts[position] += 1
            counts[-2] += 1
            counts[-1] += value

    def lines(self) -> Iterator[str]:
        """Yield this metric in Prometheus' text format."""
        yield f"# HELP {self.name} {self.meaning}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, values in sorted(self._values.items()):
            pairs = [f'{name}="{_escaped(value)}"' for name, value in zip(self.labels, labels, strict=True)]
            if self.kind != "histogram":
                yield f"{self.name}{_braced(pairs)} {values[0]:.15g}"
                continue
            for bound, count in zip((*map(str, self.buckets), "+Inf"), values, strict=False):
                upper = f'le="{bound}"'
                yield f"{self.name}_bucket{_braced([*pairs, upper])} {count:.15g}"
            yield f"{self.name}_count{_braced(pairs)} {values[-2]:.15g}"
            yield f"{self.name}_sum{_braced(pairs)} {values[-1]:.15g}"


_lock = threading.Lock()

HTTP_REQUEST_DURATION = Metric(
    "obsidianlist_http_request_duration_seconds", "histogram", "Time to answer an HTTP request, by route and status.",
    ("function", "method", "route", "status"), _DURATION_BUCKETS,
)  # fmt: skip
EVENT_AGE = Metric(
    "obsidianlist_event_age_seconds", "histogram", "From the commit of a change to the end of its processing by a consumer.",
    ("consumer",), _AGE_BUCKETS,
)  # fmt: skip
EVENTS_CONSUMED = Metric(
    "obsidianlist_events_consumed_total",
    "counter",
    "Events answered by a consumer, by outcome.",
    ("consumer", "outcome"),
)
EVENTS_PUBLISHED = Metric(
    "obsidianlist_events_published_total", "counter", "Events the broker acknowledged.", ("topic",)
)
PUBLISH_FAILURES = Metric(
    "obsidianlist_publish_failures_total", "counter", "Events the broker did not acknowledge in time.", ("topic",)
)
OUTBOX_PENDING = Metric(
    "obsidianlist_outbox_pending_events", "gauge", "Events waiting in the outbox at the relay's last look."
)
OUTBOX_OLDEST = Metric(
    "obsidianlist_outbox_oldest_pending_seconds", "gauge", "Age of the oldest waiting event at the relay's last look."
)
EVENTS_REPUBLISHED = Metric(
    "obsidianlist_events_republished_total", "counter", "Events the reconciler sent again because a consumer never saw them.",
    ("consumer",),
)  # fmt: skip
DEAD_LETTERS = Metric(
    "obsidianlist_dead_letters_total", "counter", "Events given up, by consumer and reason.", ("consumer", "reason")
)
CRON_LAST_TICK = Metric(
    "obsidianlist_cron_last_tick_timestamp_seconds", "gauge", "When a cron function last finished, in seconds since 1970.",
    ("function",),
)  # fmt: skip
REMINDER_LATENESS = Metric(
    "obsidianlist_reminder_lateness_seconds", "histogram", "From the time a reminder was set for to its hand-over to a channel.",
    ("channel",), _LATENESS_BUCKETS,
)  # fmt: skip
REMINDERS_EXPIRED = Metric(
    "obsidianlist_reminders_expired_total", "counter", "Reminders more than 12 hours late that went into a digest."
)
DELIVERIES = Metric(
    "obsidianlist_deliveries_total", "counter", "Reminder deliveries by channel and outcome.", ("channel", "outcome")
)
CHAT_TURNS = Metric(
    "obsidianlist_chat_turns_total", "counter", "Chat turns by engine and outcome.", ("engine", "outcome")
)

ALL = [value for value in list(globals().values()) if isinstance(value, Metric)]


def http_request(function: str, method: str, route: str, status: int, seconds: float) -> None:
    """Record one answered request."""
    HTTP_REQUEST_DURATION.observe(function, method, route, str(status), value=seconds)


def render() -> str:
    """Return all metrics of this process as Prometheus text."""
    return "\n".join(line for metric in ALL for line in metric.lines()) + "\n"


def _braced(pairs: list[str]) -> str:
    return "{" + ",".join(pairs) + "}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
