"""PingSource on one machine: posts a tick to each cron function by its schedule.

Runs as its own process (``python -m knative.local.ping_source``). Like Knative's it promises little: ticks missed while it is
down are not made up for, ticks may overlap, a tick nobody took after the retries is lost, and a 500 is not retried at all.
The cron functions do whatever is due, so a lost tick only delays work. Rules: ``rules.RULES``.
"""

import os
import random
import re
import signal
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import FrameType
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from knative.local.cloud_event import NAMESPACE
from knative.local.delivery import Attempt, HttpSink
from knative.local.parent import end_with_parent
from knative.local.registry import Function, load_registry
from shared.logging import get_logger

log = get_logger(__name__)

EVENT_TYPE = "dev.knative.sources.ping"
RETRIES = 5
FIRST_BACKOFF_SECONDS = 0.05
RETRYABLE = frozenset({404, 413, 425, 429, 502, 503, 504})
MAX_DELAY_SECONDS = 0.5
CONTENT_TYPE = "application/json"
DATA = b"{}"

DESCRIPTORS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
# What Knative's parser (robfig/cron v3) reads; cronsim's L, W and # are not part of it.
_VALUE = r"(?:\d+|[A-Za-z]{3})"
_RANGE = rf"(?:[*?]|{_VALUE}(?:-{_VALUE})?)(?:/\d+)?"
_FIELD = re.compile(rf"{_RANGE}(?:,{_RANGE})*")
FIVE_FIELDS, SIX_FIELDS = 5, 6


class ScheduleError(ValueError):
    """A schedule that Knative's webhook would refuse."""


class Schedule:
    """A cron expression in a time zone."""

    def __init__(self, expression: str, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._expression = _six_fields(expression)
        try:
            CronSim(self._expression, datetime.now(self._zone))
        except CronSimError as error:
            raise ScheduleError(f"{expression!r}: {error}") from None

    def next_after(self, moment: datetime) -> datetime:
        """Return the first tick after ``moment`` (aware), in UTC.

        Local times that a DST change skips do not tick, repeated ones tick twice: cronsim's six-field form and robfig/cron
        agree in this.
        """
        return next(CronSim(self._expression, moment.astimezone(self._zone))).astimezone(UTC)


def _six_fields(expression: str) -> str:
    """Return the expression with seconds; five fields mean second 0."""
    if expression.startswith("@"):
        if expression not in DESCRIPTORS:
            raise ScheduleError(f"{expression!r} is no descriptor PingSource takes (@every is refused)")
        return DESCRIPTORS[expression]
    fields = expression.split()
    if len(fields) == FIVE_FIELDS:
        fields.insert(0, "0")
    if len(fields) != SIX_FIELDS or not all(_FIELD.fullmatch(field) for field in fields):
        raise ScheduleError(f"{expression!r} has not five or six cron fields")
    return " ".join(fields).replace("?", "*")


def tick_headers(name: str, moment: datetime, event_id: str) -> dict[str, str]:
    """Return the request headers of one tick; its retries repeat them."""
    return {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": EVENT_TYPE,
        "ce-source": f"/apis/v1/namespaces/{NAMESPACE}/pingsources/{name}",
        "ce-time": moment.isoformat().replace("+00:00", "Z"),
        "content-type": CONTENT_TYPE,
        "kn-namespace": NAMESPACE,
    }


def send_tick(name: str, post: Callable[[dict[str, str], bytes], Attempt], stop: threading.Event) -> Attempt:
    """Post one tick with PingSource's own retries; return the last attempt."""
    headers = tick_headers(name, datetime.now(UTC), str(uuid.uuid4()))
    attempt = post(headers, DATA)
    for retry in range(RETRIES):
        if attempt.succeeded or not (attempt.status is None or attempt.status in RETRYABLE):
            break
        if stop.wait(FIRST_BACKOFF_SECONDS * 2**retry):
            break
        attempt = post(headers, DATA)
    if not attempt.succeeded and not stop.is_set():
        log.warning("ping_source.tick_lost", function=name, status=attempt.status, error=attempt.error)
    return attempt


def run_source(function: Function, sink: HttpSink, stop: threading.Event) -> None:
    """Tick until ``stop``; a slow function does not hold back the next tick."""
    schedule = Schedule(function.schedule or "* * * * *", function.time_zone)
    with ThreadPoolExecutor(thread_name_prefix=function.name) as pool:
        while True:
            now = datetime.now(UTC)
            delay = (schedule.next_after(now) - now).total_seconds()
            if stop.wait(delay + random.uniform(0, MAX_DELAY_SECONDS)):  # noqa: S311 - spreads load, hides nothing
                return
            pool.submit(send_tick, function.name, sink.post, stop)


def main() -> None:
    """Run every cron function's source until SIGTERM. Environment: SYSTEM_PORT."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    port = int(os.environ["SYSTEM_PORT"])
    for function in load_registry().functions:
        if function.kind == "cron":
            # No timeout: PingSource waits for a slow cold start.
            sink = HttpSink(port, f"/{function.name}/", timeout_seconds=None)
            threading.Thread(target=run_source, args=(function, sink, stop), name=function.name, daemon=True).start()
    end_with_parent()
    stop.wait()
    os._exit(0)  # a tick still waiting for its function must not keep the process


if __name__ == "__main__":
    main()
