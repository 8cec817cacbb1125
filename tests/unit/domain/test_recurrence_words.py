"""Rules in words."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.recurrence import describe, parse_rrule
from tests.unit.domain.recurrence_rules import rules


@pytest.mark.parametrize(
    ("rrule", "english", "german"),
    [
        ("FREQ=DAILY", "every day", "jeden Tag"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days", "alle 3 Tage"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "every 2 weeks on Mon and Thu", "alle 2 Wochen am Mo und Do"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday", "jeden Werktag"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "every weekday", "jeden Werktag"),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "every weekend", "jedes Wochenende"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day", "jeden Tag"),
        ("FREQ=WEEKLY;COUNT=10", "every week 10 times", "jede Woche 10-mal"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on the 1st and 15th", "jeden Monat am 1. und 15."),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day", "jeden Monat am letzten Tag"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "every month on the 2nd from the end", "jeden Monat am 2. vom Ende"),
        ("FREQ=MONTHLY;BYDAY=2TU", "every month on the second Tue", "jeden Monat am zweiten Di"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Fri", "jeden Monat am letzten Fr"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "every month on the last weekday",
            "jeden Monat am letzten Werktag",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            "every month on the 31st or the last day of a shorter month",
            "jeden Monat am 31. oder am letzten Tag kürzerer Monate",
        ),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "every year on the 24th in Dec", "jedes Jahr am 24. im Dez."),
        ("FREQ=YEARLY;BYEASTER=1", "every year +1 days from Easter Sunday", "jedes Jahr +1 Tage vom Ostersonntag"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "every year on Mon in week 20", "jedes Jahr am Mo in Woche 20"),
        ("FREQ=YEARLY;BYYEARDAY=100", "every year on the 100th day of the year", "jedes Jahr am 100. Tag des Jahres"),
        ("FREQ=DAILY;UNTIL=20261231", "every day until 31 Dec 2026", "jeden Tag bis 31. Dez. 2026"),
        ("FREQ=DAILY;BYHOUR=9,18", "every day at 09:30 and 18:30", "jeden Tag um 09:30 und 18:30"),
    ],
)
def test_says_the_rule(rrule: str, english: str, german: str) -> None:
    """Common rules read as a person would say them, in both languages."""
    rule = parse_rrule(rrule)
    assert describe(rule, "en", time(9, 30)) == english
    assert describe(rule, "de-AT", time(9, 30)) == german


@given(rules(), st.sampled_from(["en", "de", "fr", ""]), st.none() | st.times())
def test_every_rule_has_words(rrule: str, locale: str, at: time | None) -> None:
    """No rule lacks words, whatever the language asked for, and no placeholder is left."""
    words = describe(parse_rrule(rrule), locale, at)
    assert words
    assert "{" not in words
    assert "  " not in words
