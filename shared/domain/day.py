"""Arithmetic with calendar days.

Called by quick add and by the query language of filters.
"""

import calendar
from datetime import date, timedelta


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later; the last day of a month that is too short.

    Raises:
        ValueError: the year is outside 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, last_day(year, month + 1)))


def last_day(year: int, month: int) -> int:
    """Return the number of days of a month."""
    return calendar.monthrange(year, month)[1]


def weekday_from(day: date, weekday: int) -> date:
    """Return the first such weekday (0 is Monday) on or after a day."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)
