"""Wall time and instants."""

# ruff: noqa: DTZ001 - wall times without a zone are what is tested

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import DomainError
from shared.domain.zone import get_zone, parse_local, real_wall_time, start_of_day, to_instant, to_local, today

NAMES = st.sampled_from(sorted(zoneinfo.available_timezones() - {"Factory", "localtime"}))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), NAMES)
def test_a_wall_time_is_its_first_instant(local: datetime, zone: str) -> None:
    """A wall time that exists comes back unchanged; one that does not comes back later; no earlier instant shows it."""
    instant = to_instant(local, zone)
    shown = to_local(instant, zone)
    assert shown >= local
    assert real_wall_time(shown, zone) == shown
    if shown == local:
        assert to_local(instant - timedelta(hours=1), zone) != local


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("Europe/Berlin", date(2026, 7, 1), "2026-06-30T22:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00"),  # midnight was skipped: 01:00 at -02:00
        ("Asia/Kathmandu", date(1986, 1, 1), "1985-12-31T18:30"),  # 00:00 became 00:15, at +05:45
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00"),  # midnight came twice: the first, at -04:00
    ],
)
def test_a_day_starts_at_its_first_instant(zone: str, day: date, expected: str) -> None:
    """The start of a day is right where clocks change at midnight."""
    start = start_of_day(day, zone)
    assert start == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert today(start, zone) == day
    assert today(start - timedelta(seconds=1), zone) < day


@pytest.mark.parametrize(
    "name", ["", "Berlin", "europe/berlin", "../UTC", "/etc/localtime", "UTC\x00", "Factory", "A" * 9999]
)
def test_refuses_what_is_no_zone(name: str) -> None:
    """Only names of the database are zones, whatever a file system would make of the text."""
    with pytest.raises(DomainError) as caught:
        get_zone(name, "due_tz")
    assert caught.value.field == "due_tz"


def test_takes_zones_from_the_pinned_package() -> None:
    """No zone file of the operating system is read, so that all machines agree."""
    assert zoneinfo.TZPATH == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T09:00", datetime(2026, 1, 31, 9)),
        ("2026-01-31T09:00:01", datetime(2026, 1, 31, 9, 0, 1)),
    ],
)
def test_reads_local_times(text: str, expected: date) -> None:
    """A date stays a date, a wall time stays without a zone."""
    assert parse_local(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "20260131",
        "2026-01-31 09:00",
        "2026-01-31T09:00Z",
        "2026-W05-6T09",
        "2026-01-31T24:00",
        "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0663\u0661",
    ],
)
def test_refuses_other_shapes(text: str) -> None:
    """Other spellings of a time, or times that do not exist on any clock, are refused under their field."""
    with pytest.raises(DomainError) as caught:
        parse_local(text, "dtstart")
    assert caught.value.field == "dtstart"


def test_refuses_instants_beyond_the_calendar() -> None:
    """A wall time whose instant lies outside the years 1 to 9999 is the caller's mistake, not a crash."""
    with pytest.raises(DomainError):
        to_instant(datetime(9999, 12, 31, 23), "America/New_York")
