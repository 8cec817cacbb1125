"""The text form of a recurrence rule.

Called wherever a rule enters the product (API, quick add, stored rows). Accepts what RFC 5545 section 3.3.10 allows, in any
letter case, with an optional `RRULE:` in front and the closing semicolon some calendars write; refuses all else by name.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from shared.domain.recurrence.rule import WEEKDAYS, ByDay, Frequency, RecurrenceError, RecurrenceRule

MAX_TEXT_LENGTH = 1000
MAX_INTERVAL = 100_000
MAX_COUNT = 10_000

_INTEGER = re.compile(r"[+-]?[0-9]{1,6}")
_BY_DAY = re.compile(r"([+-]?[0-9]{1,2})?([A-Z]{2})")
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")


def _integer(part: str, text: str, low: int, high: int) -> int:
    if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
        raise RecurrenceError(part, f"expected a whole number from {low} to {high}.")
    return int(text)


def _integers(part: str, text: str, low: int, high: int) -> tuple[int, ...]:
    values = {_integer(part, item, low, high) for item in text.split(",")}
    if low < 0 and 0 in values and part != "BYEASTER":
        raise RecurrenceError(part, "0 is no position; count from 1, or from -1 backwards.")
    return tuple(sorted(values))


def _frequency(part: str, text: str) -> Frequency:
    if text not in Frequency.__members__:
        raise RecurrenceError(part, "expected DAILY, WEEKLY, MONTHLY or YEARLY.")
    return Frequency[text]


def _weekday(part: str, text: str) -> int:
    if text not in WEEKDAYS:
        raise RecurrenceError(part, f"expected a weekday of {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(text)


def _by_day(part: str, text: str) -> tuple[ByDay, ...]:
    days = set()
    for item in text.split(","):
        match = _BY_DAY.fullmatch(item)
        if not match:
            raise RecurrenceError(part, "expected weekdays such as MO, 2TU or -1FR.")
        ordinal = _integers(part, match[1], -53, 53)[0] if match[1] else 0
        days.add(ByDay(_weekday(part, match[2]), ordinal))
    return tuple(sorted(days))


def _until(part: str, text: str) -> date | datetime:
    match = _UNTIL.fullmatch(text)
    try:
        if match and match[4] is None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match:
            local = datetime(*(int(match[group]) for group in range(1, 7)))  # type: ignore[arg-type]  # noqa: DTZ001 - local unless Z
            return local.replace(tzinfo=UTC) if match[7] else local
    except ValueError:
        pass
    raise RecurrenceError(part, "expected a date such as 20261231, or a time such as 20261231T230000Z.")


def _list_of(low: int, high: int) -> Callable[[str, str], tuple[int, ...]]:
    return lambda part, text: _integers(part, text, low, high)


_PARTS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "FREQ": ("freq", _frequency),
    "INTERVAL": ("interval", lambda part, text: _integer(part, text, 1, MAX_INTERVAL)),
    "COUNT": ("count", lambda part, text: _integer(part, text, 1, MAX_COUNT)),
    "UNTIL": ("until", _until),
    "WKST": ("week_start", _weekday),
    "BYMONTH": ("by_month", _list_of(1, 12)),
    "BYWEEKNO": ("by_week_no", _list_of(-53, 53)),
    "BYYEARDAY": ("by_year_day", _list_of(-366, 366)),
    "BYMONTHDAY": ("by_month_day", _list_of(-31, 31)),
    "BYEASTER": ("by_easter", _list_of(-366, 366)),
    "BYDAY": ("by_day", _by_day),
    "BYHOUR": ("by_hour", _list_of(0, 23)),
    "BYMINUTE": ("by_minute", _list_of(0, 59)),
    "BYSECOND": ("by_second", _list_of(0, 59)),
    "BYSETPOS": ("by_set_pos", _list_of(-366, 366)),
}


def parse_rrule(text: str) -> RecurrenceRule:
    """Read an RRULE of any frequency.

    Raises:
        RecurrenceError: names the first part that is unknown, repeated, empty, out of range or in conflict with another.
    Source: RFC 5545 section 3.3.10.
    """
    values: dict[str, Any] = {}
    for name, value in _split(text):
        if name not in _PARTS:
            raise RecurrenceError(name[:20] or "RRULE", "no such part in a recurrence rule.")
        attribute, read = _PARTS[name]
        if attribute in values:
            raise RecurrenceError(name, "given twice.")
        values[attribute] = read(name, value)
    if "freq" not in values:
        raise RecurrenceError("FREQ", "missing; expected DAILY, WEEKLY, MONTHLY or YEARLY.")
    rule = RecurrenceRule(**values)
    if rule.count is not None and rule.until is not None:
        raise RecurrenceError("UNTIL", "give either COUNT or UNTIL, not both.")
    return rule


def _split(text: str) -> list[tuple[str, str]]:
    if len(text) > MAX_TEXT_LENGTH:
        raise RecurrenceError("RRULE", f"longer than {MAX_TEXT_LENGTH} characters.")
    body = text.strip().upper().removeprefix("RRULE:").removesuffix(";")
    pairs = [tuple(part.split("=", 1)) for part in body.split(";")]
    if any(len(pair) != len(("name", "value")) for pair in pairs):
        raise RecurrenceError("RRULE", "expected parts such as FREQ=DAILY, parted by semicolons.")
    return [(pair[0], pair[1]) for pair in pairs]
