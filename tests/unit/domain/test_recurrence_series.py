"""Occurrences of a series: against dateutil, from any point on, and without needless work."""

# ruff: noqa: DTZ001 - wall times without a zone are what is tested

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.recurrence import Series, Walk, find, next_after, occurrences
from shared.domain.recurrence.periods import LAST_YEAR
from shared.domain.recurrence.series import MAX_EMPTY_FINE_PERIODS
from tests.unit.domain.recurrence_rules import rules

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "UTC")
HALF_HOUR = timedelta(minutes=30)


def _series(rrule: str, dtstart: str = "2026-01-31T09:00", zone: str = "Europe/Berlin") -> Series:
    return Series.from_text(rrule, dtstart, zone)


def _keys(series: Series, count: int) -> list[str]:
    return [occurrence.key for occurrence in occurrences(series, count)]


# Near the end of the calendar dateutil's search for a rule that never matches ends soon.
@settings(max_examples=300, deadline=None)
@given(rules(), st.datetimes(datetime(9900, 1, 1), datetime(9950, 12, 31)))
def test_expands_like_dateutil(rrule: str, start: datetime) -> None:
    """Any rule both read alike gives the same first forty wall times."""
    start = start.replace(microsecond=0)
    oracle = (at for at in rrulestr(rrule, dtstart=start) if at.year <= LAST_YEAR)
    got = [occurrence.local for occurrence in occurrences(_series(rrule, start.isoformat(), "UTC"), 40)]
    assert got == list(islice(oracle, 40))


@settings(deadline=None)
@given(
    rules(),
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 12, 31)),
    st.sampled_from(ZONES),
    st.integers(0, 30),
)
def test_a_walk_from_the_middle_finds_the_same(rrule: str, start: datetime, zone: str, place: int) -> None:
    """Jumping to any occurrence, or a half hour around it, continues the sequence seen from DTSTART, numbers included."""
    series = _series(rrule, start.replace(microsecond=0).isoformat(), zone)
    whole = occurrences(series, 40)
    assert all(earlier.at < later.at for earlier, later in pairwise(whole))
    if place >= len(whole):
        return
    middle = whole[place]
    assert list(islice(Walk(series, middle.at), len(whole) - place)) == whole[place:]
    assert next_after(series, middle.at - timedelta(seconds=1)) == middle
    assert find(series, middle.key) == middle
    if place + 1 < len(whole):
        assert next_after(series, middle.at) == whole[place + 1]


@pytest.mark.parametrize("week", [1, 52, 53])
def test_weeks_are_those_of_the_iso_calendar(week: int) -> None:
    """Week numbers at the turn of the year are ISO 8601's, over thirty years."""
    days = (date(2000, 1, 1) + timedelta(days=number) for number in range(30 * 365))
    expected = [day for day in days if day.isocalendar().week == week]
    found = occurrences(_series(f"FREQ=YEARLY;BYWEEKNO={week}", "2000-01-01", "UTC"), len(expected))
    assert [occurrence.on for occurrence in found] == expected


def test_from_1900_costs_as_little_as_from_yesterday() -> None:
    """The work for a daily rule depends on the distance from the search start alone."""
    walk = Walk(_series("FREQ=DAILY", "1900-01-01T09:00"), datetime(2026, 3, 1, tzinfo=UTC))
    assert next(walk).key == "2026-03-01T09:00:00"
    assert walk.periods_visited <= 4


@pytest.mark.parametrize(
    ("rrule", "expected"),
    [
        ("FREQ=DAILY;COUNT=10000", "1927-05-19T09:00:00"),  # 1 January 1900 + 9,999 days
        ("FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU;COUNT=2607", None),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=2142", None),
    ],
)
def test_count_is_reached_without_counting(rrule: str, expected: str | None) -> None:
    """The number of an occurrence decades after DTSTART is computed, not counted, and equals the counted one."""
    series = _series(rrule, "1900-01-01T09:00")
    last = list(Walk(series))[-1]
    assert last.number == series.rule.count
    assert expected in {None, last.key}
    walk = Walk(series, last.at)
    assert list(walk) == [last]
    assert walk.periods_visited <= 25
    assert next_after(series, last.at) is None


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=60",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=6",
        "FREQ=DAILY;INTERVAL=100000;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_never_matches_ends_the_search(rrule: str) -> None:
    """A bounded number of empty periods ends the search, from DTSTART and from any later point."""
    series = _series(rrule, "2026-01-31T09:00", "UTC")
    for not_before in (None, datetime(2090, 1, 1, tzinfo=UTC)):
        walk = Walk(series, not_before)
        assert next(walk, None) is None
        assert walk.periods_visited <= MAX_EMPTY_FINE_PERIODS + 1


def test_rare_rules_are_still_found() -> None:
    """29 February on a Monday is found across 2100, which has no leap day."""
    series = _series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2088-01-01T09:00")
    assert _keys(series, 2) == ["2112-02-29T09:00:00", "2140-02-29T09:00:00"]
    daily = _series("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2088-01-01T09:00")
    assert _keys(daily, 2) == _keys(series, 2)


def test_wall_time_stays_while_the_instant_moves() -> None:
    """09:00 in Berlin is 08:00Z before and 07:00Z after clocks go forward."""
    found = occurrences(_series("FREQ=DAILY", "2026-03-28T09:00"), 2)
    assert [occurrence.at.hour for occurrence in found] == [8, 7]
    assert [occurrence.local.hour for occurrence in found] == [9, 9]


def test_an_overlap_takes_the_first_instant() -> None:
    """02:30 that comes twice is the summer time one."""
    (night,) = occurrences(_series("FREQ=DAILY;COUNT=1", "2026-10-25T02:30"), 1)
    assert night.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_gap_keeps_the_planned_key() -> None:
    """The occurrence in a gap is shown later but named by its plan, and found by either."""
    series = _series("FREQ=DAILY", "2026-03-28T02:30")
    night = occurrences(series, 2)[1]
    assert (night.key, night.local_text) == ("2026-03-29T02:30:00", "2026-03-29T03:30:00")
    assert find(series, night.local_text) == night


def test_times_reordered_by_a_gap_come_in_order() -> None:
    """02:30 moved to 03:30 comes after 03:00 of the same night, and 02:00 moved to 03:00 is one with it."""
    series = _series("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30", "2026-03-29T00:00")
    assert [occurrence.at.strftime("%H:%M") for occurrence in occurrences(series, 2)] == ["01:00", "01:30"]


def test_a_day_that_does_not_exist_is_not_lived_twice() -> None:
    """Samoa left out 30 December 2011: the daily task of that day falls together with the next."""
    days = [occurrence.on for occurrence in occurrences(_series("FREQ=DAILY", "2011-12-29", "Pacific/Apia"), 3)]
    assert days == [date(2011, 12, 29), date(2011, 12, 30), date(2012, 1, 1)]


def test_exceptions_use_up_their_number() -> None:
    """An EXDATE takes one of COUNT with it, named by plan or by shown time."""
    series = Series.from_text("FREQ=DAILY;COUNT=3", "2026-03-28T02:30", "Europe/Berlin", ("2026-03-29T03:30:00",))
    assert _keys(series, 5) == ["2026-03-28T02:30:00", "2026-03-30T02:30:00"]


@pytest.mark.parametrize(
    ("rrule", "dtstart", "last"),
    [
        ("FREQ=DAILY;UNTIL=20260203", "2026-02-01T09:00", "2026-02-03T09:00:00"),  # a date: through that day
        ("FREQ=DAILY;UNTIL=20260203T090000", "2026-02-01T09:00", "2026-02-03T09:00:00"),  # wall time, inclusive
        ("FREQ=DAILY;UNTIL=20260203T080000Z", "2026-02-01T09:00", "2026-02-03T09:00:00"),  # 09:00 in Berlin
        ("FREQ=DAILY;UNTIL=20260203T075959Z", "2026-02-01T09:00", "2026-02-02T09:00:00"),
        ("FREQ=DAILY;UNTIL=20260203T000000Z", "2026-02-01", "2026-02-03"),  # a whole-day rule: the date counts
    ],
)
def test_until_is_inclusive(rrule: str, dtstart: str, last: str) -> None:
    """UNTIL as date, wall time or instant ends with the last occurrence not later than it."""
    assert _keys(_series(rrule, dtstart), 10)[-1] == last


def test_next_after_a_date_is_on_a_later_date() -> None:
    """A whole local date as the search start leaves that day behind; a naive time is read in the series' zone."""
    series = _series("FREQ=DAILY", "2026-02-01")
    following = next_after(series, date(2026, 2, 3))
    assert following is not None
    assert following.key == "2026-02-04"
    assert next_after(series, datetime(2026, 2, 3, 23, 59)) == following
