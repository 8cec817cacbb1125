"""Reminder rules: planning, lateness, snooze. Clock changes have their own grid."""

# ruff: noqa: DTZ001 - wall times without a zone are what is tested

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import DomainError
from shared.domain.reminder import (
    MAX_MINUTES_BEFORE,
    AbsoluteReminder,
    Due,
    Lateness,
    PlannedReminder,
    RelativeReminder,
    lateness,
    plan,
    snooze,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def _plan(rule: AbsoluteReminder | RelativeReminder, due: Due | None, version: int = 1) -> PlannedReminder:
    planned = plan(rule, due, rule_version=version, all_day_time=time(8, 30))
    assert planned is not None
    return planned


@pytest.mark.parametrize(
    ("minutes_before", "local"),
    [(0, "2026-06-10T08:30"), (30, "2026-06-10T08:00"), (1440, "2026-06-09T08:30"), (1500, "2026-06-09T07:30")],
)
def test_a_whole_day_is_due_at_the_reminder_hour(minutes_before: int, local: str) -> None:
    """A due date counts from the hour the user chose for days without a time."""
    planned = _plan(RelativeReminder(minutes_before), Due(BERLIN, on=date(2026, 6, 10)))
    assert planned.local == datetime.fromisoformat(local)
    assert planned.fire_at == datetime.fromisoformat(f"{local}+02:00")


def test_a_relative_reminder_needs_a_due_time() -> None:
    """Without a due time there is nothing to count from; an absolute reminder does not care."""
    assert plan(RelativeReminder(10), None, rule_version=1) is None
    assert _plan(AbsoluteReminder(datetime(2026, 6, 10, 9), BERLIN), None).fire_at == datetime(
        2026, 6, 10, 7, tzinfo=UTC
    )


@given(st.integers(0, MAX_MINUTES_BEFORE), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_the_key_names_version_and_plan(minutes: int, local: datetime) -> None:
    """Planning again gives the same key; another version or due time another one; it fires no later than due."""
    local = local.replace(microsecond=0)
    planned = _plan(RelativeReminder(minutes), Due(BERLIN, local=local))
    assert planned == _plan(RelativeReminder(minutes), Due(BERLIN, local=local))
    assert planned.occurrence_key != _plan(RelativeReminder(minutes), Due(BERLIN, local=local), 2).occurrence_key
    later = Due(BERLIN, local=local + timedelta(minutes=1))
    assert planned.occurrence_key != _plan(RelativeReminder(minutes), later).occurrence_key
    assert planned.fire_at <= _plan(RelativeReminder(0), Due(BERLIN, local=local)).fire_at


@pytest.mark.parametrize("minutes", [-1, MAX_MINUTES_BEFORE + 1])
def test_refuses_minutes_out_of_range(minutes: int) -> None:
    """A reminder after due, or more than a year ahead, is refused under its field."""
    with pytest.raises(DomainError) as caught:
        RelativeReminder(minutes)
    assert caught.value.field == "minutes_before"


def test_refuses_half_a_due() -> None:
    """A due moment is a time or a date, never both, never neither."""
    for due in ({}, {"local": datetime(2026, 6, 10, 9), "on": date(2026, 6, 10)}):
        with pytest.raises(DomainError):
            Due(BERLIN, **due)


def test_refuses_to_fire_before_the_calendar() -> None:
    """A due time in the first year with a reminder before it is refused, not a crash."""
    with pytest.raises(DomainError):
        plan(RelativeReminder(MAX_MINUTES_BEFORE), Due(BERLIN, local=datetime(1, 1, 1, 9)), rule_version=1)


@pytest.mark.parametrize(
    ("late_by", "expected"),
    [
        (timedelta(seconds=-1), Lateness.EARLY),
        (timedelta(0), Lateness.ON_TIME),
        (timedelta(minutes=2), Lateness.ON_TIME),
        (timedelta(minutes=2, seconds=1), Lateness.LATE),
        (timedelta(hours=12), Lateness.LATE),
        (timedelta(hours=12, seconds=1), Lateness.DIGEST),
        (timedelta(days=400), Lateness.DIGEST),
    ],
)
def test_lateness(late_by: timedelta, expected: Lateness) -> None:
    """Up to twelve hours late is sent and marked, older goes into the digest, nothing falls between."""
    assert lateness(NOW - late_by, NOW) is expected


def test_a_snooze_is_a_child_of_the_first_plan() -> None:
    """The child's key counts from the root, so that asking twice for the same snooze is one."""
    first = snooze("1|2026-11-23T13:00:00", 0, now=NOW, minutes=10)
    assert first.occurrence_key == "1|2026-11-23T13:00:00|snooze 1"
    assert first.fire_at == NOW + timedelta(minutes=10)
    assert snooze(first.occurrence_key, 1, now=NOW, minutes=60).occurrence_key == "1|2026-11-23T13:00:00|snooze 2"


@pytest.mark.parametrize("minutes", [0, -5, 30 * 24 * 60 + 1])
def test_refuses_a_snooze_out_of_range(minutes: int) -> None:
    """A snooze lasts a minute to thirty days."""
    with pytest.raises(DomainError) as caught:
        snooze("1|x", 0, now=NOW, minutes=minutes)
    assert caught.value.field == "minutes"
