"""Days as people say them: a span as bounds of a list, and an amount of time added to a task."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from shared.errors import InvalidInput
from shared.services.assistant.due import read_due

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
    "ein": 1, "eine": 1, "einen": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "zehn": 10,
}  # fmt: skip
_UNITS = (("hour", "hours"), ("stunde", "hours"), ("day", "days"), ("tag", "days"), ("week", "weeks"), ("woche", "weeks"), ("month", "months"), ("monat", "months"))  # fmt: skip
_AHEAD = re.compile(r"(?:next|nächsten) (?P<number>\w+) (?:days|tage)")
_SUNDAY, _DAYS_OF_WEEK = 6, 7


def bounds(when: str, today: date, zone: str, locale: str) -> tuple[date, date]:
    """Return the first and the last day of a span such as ``this week``, ``tomorrow`` or ``friday``.

    Raises:
        InvalidInput: it is none.
    """
    ahead = _AHEAD.fullmatch(when)
    if ahead is not None:
        return today, today + timedelta(days=_number(ahead["number"]) - 1)
    monday = today - timedelta(days=today.weekday())
    week = timedelta(days=_DAYS_OF_WEEK)
    if "weekend" in when or "wochenende" in when:
        saturday = monday + timedelta(days=5) + (week if when.startswith("next") else timedelta())
        return saturday, saturday + timedelta(days=1)
    if "week" in when or "woche" in when:
        start = monday + (week if when.startswith(("next", "nächste", "der nächste")) else timedelta())
        start -= week if when.startswith(("last", "letzte")) else timedelta()
        return start, start + timedelta(days=_SUNDAY)
    if "month" in when or "monat" in when:
        start = today.replace(day=1)
        start = _next_month(start) if when.startswith(("next", "nächste")) else start
        return start, _next_month(start) - timedelta(days=1)
    due = read_due(when, zone, locale)
    day = due.on or (due.local.date() if due.local else today)
    return day, day


def shifted(task: dict[str, Any], amount: str, today: date) -> dict[str, Any]:
    """Return the due fields of a task moved by an amount such as ``+two days``; a task without a date counts from today.

    Raises:
        InvalidInput: it is no amount of time.
    """
    sign = -1 if amount.startswith("-") else 1
    number, _, unit = amount.lstrip("+-").strip().casefold().partition(" ")
    name = next((name for stem, name in _UNITS if unit.startswith(stem)), "")
    if not name or not _number(number):
        raise InvalidInput("Expected an amount of time.", field="due")
    count = sign * _number(number)
    if task["due_local"]:
        planned = datetime.fromisoformat(task["due_local"])
        # What is overdue is put off from today: a day after a day long gone would still be overdue.
        if count > 0 and planned.date() < today:
            planned = datetime.combine(today, planned.time())
        local = _moved(planned, name, count)
        return {"due_at": local.isoformat(), "due_tz": task["due_tz"]}
    if name == "hours":
        raise InvalidInput("This task has a day and no time; say a day.", field="due")
    day = date.fromisoformat(task["due_on"]) if task["due_on"] else today
    day = max(day, today) if count > 0 else day
    return {"due_on": _moved(datetime(day.year, day.month, day.day), name, count).date().isoformat()}  # noqa: DTZ001 - a calendar day


def _moved(moment: datetime, unit: str, count: int) -> datetime:
    if unit != "months":
        return moment + timedelta(**{unit: count})
    from dateutil.relativedelta import relativedelta

    return moment + relativedelta(months=count)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word, 0)
