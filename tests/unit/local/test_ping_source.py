"""Schedules and ticks of the PingSource double."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from knative.local.delivery import Attempt
from knative.local.ping_source import Schedule, ScheduleError, run_source, send_tick
from knative.local.registry import load_registry


def ticks(expression: str, zone: str, start: datetime, count: int) -> list[str]:
    """Return the next ticks as UTC text."""
    schedule = Schedule(expression, zone)
    moment, found = start, []
    for _ in range(count):
        moment = schedule.next_after(moment)
        found.append(f"{moment:%m-%d %H:%M:%S}")
    return found


@pytest.mark.rule("ping-schedule")
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", ["01-01 00:01:00", "01-01 00:02:00"]),
        ("*/10 * * * * *", ["01-01 00:00:10", "01-01 00:00:20"]),
        ("17 3 * * *", ["01-01 03:17:00", "01-02 03:17:00"]),
        ("0 0 ? * MON-FRI", ["01-02 00:00:00", "01-05 00:00:00"]),
        ("@hourly", ["01-01 01:00:00", "01-01 02:00:00"]),
        ("@weekly", ["01-04 00:00:00", "01-11 00:00:00"]),
    ],
)
def test_five_fields_six_fields_and_descriptors(expression: str, expected: list[str]) -> None:
    """From midnight of 2026-01-01, a Thursday."""
    assert ticks(expression, "Etc/UTC", datetime(2026, 1, 1, tzinfo=UTC), 2) == expected


@pytest.mark.rule("ping-schedule")
@pytest.mark.parametrize(
    "expression", ["@every 5s", "@reboot", "* * * *", "* * * * * * *", "61 * * * *", "0 0 L * *", "0 0 * * 1#2", ""]
)
def test_other_schedules_are_refused(expression: str) -> None:
    """As Knative's webhook refuses them."""
    with pytest.raises(ScheduleError):
        Schedule(expression, "Etc/UTC")


@pytest.mark.rule("ping-schedule")
def test_times_are_of_the_zone_and_step_over_dst() -> None:
    """02:30 in Berlin does not exist on 2026-03-29 and comes twice on 2026-10-25."""
    spring = ticks("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC), 2)
    assert spring == ["03-28 01:30:00", "03-30 00:30:00"]
    autumn = ticks("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), 3)
    assert autumn == ["10-25 00:30:00", "10-25 01:30:00", "10-26 01:30:00"]


@pytest.mark.rule("ping-schedule")
def test_every_cron_function_of_the_registry_has_a_valid_schedule() -> None:
    """Ticks come in order and in the future."""
    for function in load_registry().functions:
        if function.kind == "cron":
            schedule = Schedule(function.schedule or "", function.time_zone)
            moments = [datetime.now(UTC)]
            moments += [schedule.next_after(moments[0]), schedule.next_after(schedule.next_after(moments[0]))]
            assert all(earlier < later for earlier, later in pairwise(moments))


@pytest.mark.rule("ping-event")
def test_a_tick_keeps_its_id_over_retries_and_the_next_has_another() -> None:
    """Attributes as PingSource sets them."""
    requests: list[dict[str, str]] = []

    def _post(headers: dict[str, str], body: bytes) -> Attempt:
        assert body == b"{}"
        requests.append(headers)
        return Attempt(503 if len(requests) == 1 else 200)

    for _ in range(2):
        assert send_tick("outbox-relay", _post, threading.Event()).succeeded
    first, retry, second = requests
    assert first == retry
    assert first["ce-id"] != second["ce-id"]
    assert first["ce-type"] == "dev.knative.sources.ping"
    assert first["ce-source"] == "/apis/v1/namespaces/default/pingsources/outbox-relay"
    assert "ce-subject" not in first
    assert first["ce-time"].endswith("Z")


@pytest.mark.rule("ping-retry")
@pytest.mark.parametrize(
    ("status", "attempts"), [(404, 6), (429, 6), (503, 6), (None, 6), (500, 1), (400, 1), (200, 1)]
)
def test_five_retries_and_none_on_500(monkeypatch: pytest.MonkeyPatch, status: int | None, attempts: int) -> None:
    """1.55 seconds of pauses in all, shortened here."""
    monkeypatch.setattr("knative.local.ping_source.FIRST_BACKOFF_SECONDS", 0.0001)
    posted: list[int] = []

    def _post(_headers: dict[str, str], _body: bytes) -> Attempt:
        posted.append(1)
        return Attempt(status)

    send_tick("outbox-relay", _post, threading.Event())
    assert len(posted) == attempts


@pytest.mark.rule("ping-no-catch-up")
def test_missed_ticks_are_gone_and_slow_ones_overlap() -> None:
    """After an hour away the next tick is the next second, not the sum of those missed; a hanging tick delays no other."""
    schedule = Schedule("* * * * * *", "Etc/UTC")
    late = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=1)
    assert schedule.next_after(late) == late + timedelta(seconds=1)

    [function] = [f for f in load_registry().functions if f.name == "outbox-relay"]
    every_second = type(function)(**{**function.__dict__, "schedule": "* * * * * *"})
    stop, two_at_once, hanging = threading.Event(), threading.Event(), []

    class Sink:
        def post(self, _headers: dict[str, str], _body: bytes) -> Attempt:
            hanging.append(1)
            if len(hanging) > 1:
                two_at_once.set()
            stop.wait(10)
            return Attempt(200)

    thread = threading.Thread(target=run_source, args=(every_second, Sink(), stop))
    thread.start()
    assert two_at_once.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
