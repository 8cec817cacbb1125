"""The life of a series: creation, advance, skip, split."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import DomainError
from shared.domain.recurrence import (
    Mode,
    Occurrence,
    Series,
    advance,
    anchor_day,
    create_series,
    next_after,
    occurrences,
    parse_rrule,
    skip,
    split,
)
from tests.unit.domain.recurrence_rules import rules


def _dates(series: Series, count: int) -> list[str]:
    return [occurrence.on.isoformat() for occurrence in occurrences(series, count)]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _key(occurrence: Occurrence | None) -> str | None:
    return occurrence.key if occurrence else None


@pytest.mark.parametrize(
    ("rrule", "dtstart", "expected"),
    [
        ("FREQ=MONTHLY", "2026-01-31T09:00", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("FREQ=MONTHLY", "2027-12-30", ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]),
        ("FREQ=MONTHLY;INTERVAL=2;COUNT=3", "2026-08-29", ["2026-08-29", "2026-10-29", "2026-12-29"]),
        ("FREQ=MONTHLY;COUNT=2;BYHOUR=9,18", "2026-01-31T09:00", ["2026-01-31", "2026-01-31"]),
        ("FREQ=MONTHLY;BYHOUR=9,18", "2026-02-28T09:00", ["2026-02-28", "2026-02-28", "2026-03-28"]),
        ("FREQ=MONTHLY;BYHOUR=9,18", "2026-01-31T18:00", ["2026-01-31", "2026-02-28", "2026-02-28", "2026-03-31"]),
        ("FREQ=YEARLY", "2024-02-29", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31"]),
    ],
)
def test_months_clamp_and_keep_the_anchor(rrule: str, dtstart: str, expected: list[str]) -> None:
    """A plain monthly rule falls on the last day of a short month and returns to its day; named days stay as named."""
    assert _dates(create_series(rrule, dtstart, "Europe/Berlin"), len(expected)) == expected


def test_a_clamped_rule_is_plain_rfc_text() -> None:
    """The stored text says the anchor in RFC 5545 terms, so that it survives storage, export and a later DTSTART."""
    series = create_series("FREQ=MONTHLY", "2026-01-31T09:00", "Europe/Berlin")
    assert str(series.rule) == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert anchor_day(series.rule) == 31
    assert anchor_day(parse_rrule("FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=1")) is None
    assert create_series(str(series.rule), series.dtstart, series.zone) == series


@pytest.mark.parametrize(
    ("rrule", "detail"),
    [
        ("FREQ=HOURLY", "FREQ: the smallest interval is a day"),
        ("FREQ=DAILY;BYMINUTE=" + ",".join(map(str, range(60))), "BYHOUR: at most 24 times a day"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "RRULE: this rule never occurs"),
        ("FREQ=DAILY;UNTIL=20200101", "RRULE: this rule never occurs"),
    ],
)
def test_creation_keeps_the_limits(rrule: str, detail: str) -> None:
    """What would repeat within a day, too often, or never, is refused."""
    with pytest.raises(DomainError, match=detail):
        create_series(rrule, "2026-01-31T09:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("completed", "completed_at", "expected"),
    [
        ("2026-01-05T09:00:00", "2026-01-05T12:00", "2026-01-06T09:00:00"),  # on its day
        ("2026-01-05T09:00:00", "2026-01-05T06:00", "2026-01-06T09:00:00"),  # early
        ("2026-01-09T09:00:00", "2026-01-05T06:00", "2026-01-12T09:00:00"),  # days early: never the same one again
        ("2026-01-05T09:00:00", "2026-01-14T07:59", "2026-01-14T09:00:00"),  # late, one minute before the next
        ("2026-01-05T09:00:00", "2026-01-14T08:00", "2026-01-15T09:00:00"),  # late, at the instant of one
        ("2026-01-05T09:00:00", "2036-01-05T12:00", "2036-01-07T09:00:00"),  # ten years late, on a Saturday
    ],
)
def test_advance_by_schedule(completed: str, completed_at: str, expected: str) -> None:
    """The next weekday at 9 is later than the completed one and, after late completion, in the future."""
    series = create_series("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-01-05T09:00", "Europe/Berlin")
    # 2036-01-05 is a Saturday: the next weekday is Monday the 7th
    following = advance(series, mode=Mode.SCHEDULE, completed_key=completed, completed_at=_at(completed_at))
    assert _key(following) == expected


@pytest.mark.parametrize(
    ("rrule", "completed", "completed_at", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=3", "2026-01-05T09:00:00", "2026-01-07T12:00", "2026-01-10T09:00:00"),
        ("FREQ=DAILY", "2026-01-05T09:00:00", "2026-01-07T06:00", "2026-01-08T09:00:00"),  # done today, so tomorrow
        ("FREQ=DAILY;INTERVAL=3", "2026-01-09T09:00:00", "2026-01-05T12:00", "2026-01-11T09:00:00"),  # early
        ("FREQ=WEEKLY;INTERVAL=2", "2026-01-05T09:00:00", "2026-01-08T12:00", "2026-01-22T09:00:00"),
        ("FREQ=MONTHLY", "2026-01-05T09:00:00", "2026-01-31T12:00", "2026-02-28T09:00:00"),
        ("FREQ=MONTHLY", "2026-02-28T09:00:00", "2026-03-01T12:00", "2026-04-01T09:00:00"),
        ("FREQ=DAILY", "2026-03-28T02:30:00", "2026-03-28T12:00", "2026-03-29T02:30:00"),  # into the gap
        ("FREQ=DAILY", "2026-01-05T09:00:00", "2026-01-05T23:30", "2026-01-07T09:00:00"),  # the 6th in Berlin
    ],
)
def test_advance_after_completion(rrule: str, completed: str, completed_at: str, expected: str) -> None:
    """The interval counts from the local day of completion, at the wall time of DTSTART."""
    start = f"2026-01-05T{completed[11:16]}"
    series = create_series(rrule, start, "Europe/Berlin", mode=Mode.COMPLETION)
    following = advance(series, mode=Mode.COMPLETION, completed_key=completed, completed_at=_at(completed_at))
    assert _key(following) == expected


def test_a_clamped_rule_changes_to_completion_mode() -> None:
    """The anchor of a schedule does not bind the day when the interval counts from completion."""
    series = create_series("FREQ=MONTHLY", "2026-01-31T09:00", "UTC")
    following = advance(
        series, mode=Mode.COMPLETION, completed_key="2026-01-31T09:00:00", completed_at=_at("2026-02-10T12:00")
    )
    assert _key(following) == "2026-03-10T09:00:00"


def test_count_ends_both_modes() -> None:
    """By schedule the planned set ends, after completion the number done."""
    series = create_series("FREQ=DAILY;COUNT=2", "2026-01-05T09:00", "UTC")
    late, done = _at("2026-01-06T12:00"), "2026-01-06T09:00:00"
    assert advance(series, mode=Mode.SCHEDULE, completed_key=done, completed_at=late) is None
    for count, expected in ((1, "2026-01-07T09:00:00"), (2, None)):
        following = advance(series, mode=Mode.COMPLETION, completed_key=done, completed_at=late, completed_count=count)
        assert _key(following) == expected


@settings(deadline=None)
@given(rules(), st.sampled_from(Mode), st.integers(0, 20), st.timedeltas(timedelta(days=-400), timedelta(days=4000)))
def test_advance_is_later_than_all_that_was(rrule: str, mode: Mode, place: int, delay: timedelta) -> None:
    """Whatever the rule, mode and delay, the next occurrence is strictly later than the completed and the completion."""
    series = Series.from_text(rrule, "2024-01-31T02:30", "Europe/Berlin")
    found = occurrences(series, 21)
    if place >= len(found):
        return
    completed = found[place]
    following = advance(
        series, mode=mode, completed_key=completed.key, completed_at=completed.at + delay, completed_count=1
    )
    if following is not None:
        assert following.at > completed.at
        assert following.at > completed.at + delay
        assert following.key > completed.key


def test_skip_leaves_one_out() -> None:
    """A skipped occurrence disappears, by plan even if the shown time was asked for; another cannot be skipped."""
    series = create_series("FREQ=DAILY", "2026-03-28T02:30", "Europe/Berlin")
    skipped = skip(series, "2026-03-29T03:30:00")
    assert skipped.exdates == {"2026-03-29T02:30:00"}
    assert _dates(skipped, 2) == ["2026-03-28", "2026-03-30"]
    with pytest.raises(DomainError) as caught:
        skip(series, "2026-03-29T12:00:00")
    assert caught.value.field == "occurrence_key"
    with pytest.raises(DomainError):
        skip(skipped, "2026-03-29T02:30:00")


@settings(deadline=None)
@given(
    rules(),
    st.integers(0, 20),
    st.sets(st.integers(0, 20), max_size=4),
    st.sampled_from(["2024-01-31T02:30", "2023-10-29T02:30", "2024-02-29"]),
)
def test_a_split_has_the_occurrences_of_the_whole(rrule: str, place: int, skipped: set[int], dtstart: str) -> None:
    """Before and following together are the whole: same keys and instants, COUNT and EXDATE shared out."""
    series = Series.from_text(rrule, dtstart, "Europe/Berlin")
    planned = occurrences(series, 21)
    exdates = frozenset(planned[number].key for number in skipped if number < len(planned))
    series = replace(series, exdates=exdates)
    whole = occurrences(series, 30)
    if place >= len(whole):
        return
    parts = split(series, whole[place].key)
    before = occurrences(parts.before, 100) if parts.before else []
    assert [(one.key, one.at) for one in before] == [(one.key, one.at) for one in whole[:place]]
    following = occurrences(parts.following, 30 - place)
    assert [(one.key, one.at) for one in following] == [(one.key, one.at) for one in whole[place:]]
    assert (parts.before is None) is (place == 0)


def test_a_split_keeps_the_anchor_day() -> None:
    """A clamped rule split in February still returns to the 31st."""
    parts = split(create_series("FREQ=MONTHLY", "2026-01-31T09:00", "Europe/Berlin"), "2026-02-28T09:00:00")
    assert _dates(parts.following, 3) == ["2026-02-28", "2026-03-31", "2026-04-30"]
    assert parts.before is not None
    assert str(parts.before.rule).endswith("UNTIL=20260228T075959Z")
    assert next_after(parts.before, _at("2026-02-01T00:00")) is None
