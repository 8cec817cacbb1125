"""Days as the query language writes them: ``2026-12-24``, ``today``, ``+7d``, ``-2w``, ``fri``.

Called by `language` alone.
"""

import re
from datetime import date, timedelta

from shared.domain.day import add_months, weekday_from

_NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_WEEKDAY = 3
_RELATIVE = re.compile(r"([+-]?)([0-9]{1,4})([dwmy])")
EXPECTED = "a date such as 2026-12-24, today, +7d, -2w, +1m or fri"


def parse_day(text: str, today: date) -> date | None:
    """Return the day a text names, counted from `today`; None if it names none that has days before and after it.

    A weekday is the next such day, today included. ``m`` are calendar months: the last day of a month stays in it.
    """
    word = text.lower()
    try:
        day = _day(word, today)
    except (ValueError, OverflowError):
        return None
    return day if day is not None and date.min < day < date.max else None


def _day(word: str, today: date) -> date | None:
    if word in _NAMED:
        return today + timedelta(days=_NAMED[word])
    relative = _RELATIVE.fullmatch(word)
    if relative:
        return _shift(today, int(relative[1] + relative[2]), relative[3])
    for number, name in enumerate(_WEEKDAYS):
        if name.startswith(word) and len(word) >= _SHORTEST_WEEKDAY:
            return weekday_from(today, number)
    return date.fromisoformat(word) if word.count("-") == 2 else None  # noqa: PLR2004 (not 20261224, not 2026-W52)


def _shift(today: date, count: int, unit: str) -> date:
    if unit in "dw":
        return today + timedelta(days=count * (7 if unit == "w" else 1))
    return add_months(today, count * (12 if unit == "y" else 1))
