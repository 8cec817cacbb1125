"""Reading and writing RRULE text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import DomainError
from shared.domain.recurrence import Frequency, RecurrenceError, Series, parse_rrule
from shared.domain.recurrence.parse import MAX_TEXT_LENGTH
from tests.unit.domain.recurrence_rules import rules


@given(rules())
def test_text_survives_a_round_trip(text: str) -> None:
    """Writing a rule and reading it again gives an equal rule and the same text."""
    rule = parse_rrule(text)
    assert parse_rrule(str(rule)) == rule
    assert str(parse_rrule(str(rule))) == str(rule)


def test_accepts_the_freedoms_of_calendars() -> None:
    """Letter case, the property name, a closing semicolon and order of parts and values do not matter."""
    assert parse_rrule(" rrule:byday=th,mo;freq=weekly; ") == parse_rrule("FREQ=WEEKLY;BYDAY=MO,TH")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "RRULE"),
        ("DAILY", "RRULE"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=DAYLY", "FREQ"),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=٣", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260101T250000Z", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO", "BYSETPOS"),
        ("FREQ=WEEKLY;WKST=FOO", "WKST"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;X-FOO=1", "X-FOO"),
        ("FREQ=DAILY" + ";" * MAX_TEXT_LENGTH, "RRULE"),
    ],
)
def test_names_the_part_at_fault(text: str, part: str) -> None:
    """A broken rule is refused with the field of the form and the part of the rule."""
    with pytest.raises(RecurrenceError) as caught:
        parse_rrule(text)
    assert (caught.value.field, caught.value.part) == ("rrule", part)
    assert caught.value.detail.startswith(f"{part}: ")


@given(st.text(alphabet="FREQ=DAILYWK;BMONTHSUCP-+0123456789,:é\x00 ", max_size=80) | st.text(max_size=80))
def test_any_text_is_a_rule_or_a_domain_error(text: str) -> None:
    """No input ends in another exception than the domain's."""
    try:
        rule = parse_rrule(text)
    except DomainError:
        return
    assert isinstance(rule.freq, Frequency)


@pytest.mark.parametrize(
    ("dtstart", "zone", "exdates", "field"),
    [
        ("2026-02-30", "UTC", (), "dtstart"),
        ("2026-01-01T09:00Z", "UTC", (), "dtstart"),
        ("2026-01-01 09:00", "UTC", (), "dtstart"),
        ("1899-12-31", "UTC", (), "dtstart"),
        ("9999-12-31", "UTC", (), "dtstart"),
        ("2026-01-01", "Berlin", (), "time_zone"),
        ("2026-01-01", "../etc/passwd", (), "time_zone"),
        ("2026-01-01", "UTC", ("soon",), "exdates"),
    ],
)
def test_names_the_field_at_fault(dtstart: str, zone: str, exdates: tuple[str, ...], field: str) -> None:
    """A broken start, zone or exception is refused under its own field."""
    with pytest.raises(DomainError) as caught:
        Series.from_text("FREQ=DAILY", dtstart, zone, exdates)
    assert caught.value.field == field


def test_a_whole_day_series_cannot_repeat_hourly() -> None:
    """A date has no hours: finer frequencies are refused, time parts mean nothing."""
    with pytest.raises(RecurrenceError, match="whole days"):
        Series.from_text("FREQ=HOURLY", "2026-01-01", "UTC")
    assert Series.from_text("FREQ=DAILY;BYHOUR=9", "2026-01-01", "UTC").rule.by_hour == ()


@pytest.mark.parametrize(("text", "portable"), [("FREQ=YEARLY;BYEASTER=1", False), ("FREQ=YEARLY", True)])
def test_knows_what_other_calendars_read(text: str, portable: bool) -> None:
    """Only the Easter extension is not portable."""
    assert parse_rrule(text).is_portable is portable
