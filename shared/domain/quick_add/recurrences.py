"""Recurrences: ``every other tuesday``, ``every 1st``, ``jeden zweiten Montag im Monat``, ``daily``, ``on the last friday of every month``.

Called by `interpret` before dates are read, so that ``every friday`` is no date. Always: what comes back is a rule in RFC 5545's
text without DTSTART, UNTIL and COUNT; the days of a rule are written out, the days of ``every 2 weeks`` follow from its start.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time

from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.amounts import read_day_number, read_number, read_ordinal
from shared.domain.quick_add.dates import read_month, read_month_day, read_weekday
from shared.domain.quick_add.line import Line
from shared.domain.quick_add.numeric_dates import read_numeric_date
from shared.domain.quick_add.piece import Clock

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_WEEKENDS = "FREQ=WEEKLY;BYDAY=SA,SU"
_MAX_LISTED = 7
_FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_HOURS_PER_DAY = 24
_MAX_INTERVAL = 999


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule and where it stands.

    Attributes:
        start: index of its first word.
        end: index of the word after it.
        rule: RFC 5545 text; empty for `every_hours`, whose rule depends on the time of day it begins.
        at: time of day it names (``every morning``).
        every_hours: repeats within the day.
        adverb: one word (``weekly``, ``mondays``) that counts only at the end of the text or beside a time.
        completion: the next occurrence counts from completion (``every! 3 days``).
        count: how many occurrences, if said.
    """

    start: int
    end: int
    rule: str
    at: time | None = None
    every_hours: int = 0
    adverb: bool = False
    completion: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    end: int
    rule: str = ""
    at: time | None = None
    every_hours: int = 0


def read_recurrence(line: Line, index: int, clock: Clock) -> Recurrence | None:
    """Return the recurrence that begins at a word, or None."""
    if not line.low(index) or not line.opens(index):
        return None
    for read in (_every, _adverb, _of_every_month):
        found = read(line, index, clock)
        if found is not None and line.closes(found.end):
            return _with_count(line, found, clock)
    return None


def _with_count(line: Line, found: Recurrence, clock: Clock) -> Recurrence:
    """Add ``except friday``, ``10 times``, ``10x``, ``for 5 times``, ``10 mal`` and ``after completion``."""
    found = _without(line, found, clock)
    end = found.end
    if line.low(end) in {"after", "nach"} and line.low(end + 1) in {"completion", "erledigung", "abschluss"}:
        found, end = replace(found, completion=True, end=end + 2), end + 2
    start = end + (line.low(end) in {"for", "fuer"}) + (line.low(end) == ",")
    number = read_number(line, start)
    if number and line.low(number[1]) in {"times", "x", "mal"} and line.closes(number[1] + 1) and number[0] > 0:
        return replace(found, count=number[0], end=number[1] + 1)
    return found


def _without(line: Line, found: Recurrence, clock: Clock) -> Recurrence:
    """Leave out the days of ``every day except sunday`` and ``werktags außer freitags``."""
    frequency, _, days = found.rule.partition(";BYDAY=")
    listed = _list_weekdays(line, found.end + 1, clock) if line.low(found.end) in {"except", "ausser"} else None
    if listed is None or (frequency, days) not in {("FREQ=DAILY", ""), ("FREQ=WEEKLY", days)}:
        return found
    left = [code for code in (days.split(",") if days else _CODES) if code not in listed[0]]
    return replace(found, rule=f"FREQ=WEEKLY;BYDAY={','.join(left)}", end=listed[1]) if left else found


def _every(line: Line, index: int, clock: Clock) -> Recurrence | None:
    if line.low(index) not in v.EVERY:
        return None
    after = index + 1
    completion = line.low(after) == "!" and line.glued(after)
    after += completion
    for read in _AFTER_EVERY:
        found = read(line, after, clock)
        if found is not None:
            found = _on_days(line, found, clock)
            return Recurrence(index, found.end, found.rule, found.at, found.every_hours, completion=completion)
    return None


def _interval(line: Line, index: int) -> tuple[int, int]:
    """Return (interval, index after) of ``2``, ``other``, ``second`` before a unit; (1, index) without one."""
    low = line.low(index)
    if low in {"other", "andere", "anderen", "anderer", "anderes"}:
        return 2, index + 1
    number = read_number(line, index)
    ordinal = read_ordinal(line, index)
    found = ordinal if ordinal and (not number or ordinal[1] > number[1]) else number
    if found is None or low in v.ARTICLES or not 1 <= found[0] <= _MAX_INTERVAL:
        return 1, index
    return found


def _unit(line: Line, index: int, clock: Clock) -> _Rule | None:  # noqa: ARG001 (the readers' common shape)
    count, index = _interval(line, index)
    unit = v.UNITS.get(line.low(index))
    if unit == "hour":
        return _Rule(index + 1, every_hours=count) if _HOURS_PER_DAY % count == 0 else None
    frequency = _FREQUENCIES.get(unit or "")
    if frequency is None:
        months = v.LONG_UNITS.get(line.low(index))
        return None if months is None else _Rule(index + 1, f"FREQ=MONTHLY;INTERVAL={months * count}")
    return _Rule(index + 1, f"FREQ={frequency}" + (f";INTERVAL={count}" if count > 1 else ""))


def _day_kind(line: Line, index: int, clock: Clock) -> _Rule | None:  # noqa: ARG001 (the readers' common shape)
    low = line.low(index)
    if low in v.WORKDAYS:
        return _Rule(index + 1, _WORKDAYS)
    if low in v.WEEKEND or low == "weekends":
        return _Rule(index + 1, _WEEKENDS)
    parts = v.DAYPARTS | {"noon": time(12), "morgen": time(9), "midnight": time(0)}
    if low not in parts:
        return None
    second = line.low(_skip_and(line, index + 1))
    if second in parts and second != low:
        hours = sorted({parts[low].hour, parts[second].hour})
        return _Rule(index + 3, f"FREQ=DAILY;BYHOUR={hours[0]},{hours[1]}", time(hours[0]))
    return _Rule(index + 1, "FREQ=DAILY", parts[low])


def _weekdays(line: Line, index: int, clock: Clock) -> _Rule | None:
    interval = 1
    german_second = line.low(index) in v.GERMAN_SECOND and line.low(index + 2) not in v.IN_MONTH
    if german_second or line.low(index) in {"other", "anderen"}:
        interval, index = 2, index + 1
    rule = "FREQ=WEEKLY" + (f";INTERVAL={interval}" if interval > 1 else "")
    number, part = v.WEEKDAY_PARTS.get(line.low(index), (0, ""))
    if part:
        return _Rule(index + 1, f"{rule};BYDAY={_CODES[number]}", v.DAYPARTS[part])
    listed = _list_weekdays(line, index, clock)
    if listed is None:
        return None
    days, end = listed
    return _daypart(line, _Rule(end, f"{rule};BYDAY={','.join(days)}"))


def _daypart(line: Line, found: _Rule) -> _Rule:
    low = line.low(found.end)
    part = v.DAYPARTS.get("morning" if low == "morgen" else low)
    return _Rule(found.end + 1, found.rule, part) if part else found


def _list_weekdays(line: Line, index: int, clock: Clock) -> tuple[list[str], int] | None:
    days: list[int] = []
    end = index
    while len(days) < _MAX_LISTED:
        low = line.low(index)
        weekday = read_weekday(line, index, clock)
        if weekday is None and low not in v.WEEKDAYS_PLURAL:
            break
        number = weekday[0] if weekday else v.WEEKDAYS_PLURAL[low]
        last = read_weekday(line, index + 2, clock) if line.low(index + 1) in v.RANGES else None
        if last is not None:
            days += range(number, number + (last[0] - number) % 7)
            number, index = last[0], index + 2
        days.append(number)
        end = index + 1
        end += line.glued(end) and line.low(end) == "." and low not in v.WEEKDAYS
        index = _skip_and(line, end)
        index += line.low(index) in v.EVERY
        if index == end:
            break
    return ([_CODES[day] for day in sorted({day % 7 for day in days})], end) if days else None


def _skip_and(line: Line, index: int) -> int:
    index += line.low(index) in {",", "/", "+", "&"}
    index += line.low(index) in {"and", "und", "&", "on"}
    return index


def _nth_weekday(line: Line, index: int, clock: Clock) -> _Rule | None:
    ordinal = read_ordinal(line, index)
    if ordinal is None or not -1 <= ordinal[0] <= 5:  # noqa: PLR2004 (a month has at most five)
        return None
    weekday = read_weekday(line, ordinal[1], clock)
    if weekday is None:
        return None
    end = _in_month(line, ordinal[1] + 1)
    return _Rule(end, f"FREQ=MONTHLY;BYDAY={ordinal[0]}{_CODES[weekday[0]]}")


def _last_day(line: Line, index: int, clock: Clock) -> _Rule | None:  # noqa: ARG001 (the readers' common shape)
    ordinal = read_ordinal(line, index)
    if ordinal is None or ordinal[0] not in {-1, 1} or line.number(index) is not None:
        return None
    end = _in_month(line, ordinal[1] + 1)
    low = line.low(ordinal[1])
    if low in v.WORKDAYS and end > ordinal[1] + 1:
        return _Rule(end, f"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={ordinal[0]}")
    if v.UNITS.get(low) != "day" or (ordinal[0] == 1 and end == ordinal[1] + 1):
        return None
    return _Rule(end, f"FREQ=MONTHLY;BYMONTHDAY={ordinal[0]}")


def _month_days(line: Line, index: int, clock: Clock) -> _Rule | None:  # noqa: ARG001 (the readers' common shape)
    days: list[int] = []
    end = index
    while len(days) < _MAX_LISTED:
        found = read_day_number(line, index)
        if found is None or v.UNITS.get(line.low(found[1])) not in {None, "month"}:
            break
        days.append(found[0])
        end = found[1]
        index = _skip_and(line, end)
        if index == end:
            break
    if not days:
        return None
    return _Rule(_in_month(line, end), f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, sorted(set(days))))}")


def _year_day(line: Line, index: int, clock: Clock) -> _Rule | None:
    found = read_month_day(line, index)
    if found is not None:
        return _Rule(found[2], f"FREQ=YEARLY;BYMONTH={found[0]};BYMONTHDAY={found[1]}")
    numeric = read_numeric_date(line, index, clock)
    if numeric is not None and numeric.day is not None:
        return _Rule(numeric.end, f"FREQ=YEARLY;BYMONTH={numeric.day.month};BYMONTHDAY={numeric.day.day}")
    month = read_month(line, index)
    return None if month is None or month[1] else _Rule(index + 1, f"FREQ=YEARLY;BYMONTH={month[0]};BYMONTHDAY=1")


def _in_month(line: Line, index: int) -> int:
    """Skip ``of the month``, ``of every month``, ``im Monat``, ``des Monats``, ``jedes Monats``, ``in each month``."""
    end = index
    while line.low(end) in v.IN_MONTH and end < index + 3:
        end += 1
    return end + 1 if end > index and v.UNITS.get(line.low(end)) == "month" else index


def _on_days(line: Line, found: _Rule, clock: Clock) -> _Rule:
    """Complete ``every 2 weeks`` by ``on monday and friday``, ``every month`` by ``on the 5th``, ``every year`` by ``on Dec 24``."""
    plural = "WEEKLY" in found.rule and line.low(found.end) in v.WEEKDAYS_PLURAL
    if "BY" in found.rule or not (plural or line.low(found.end) in {"on", "am", ","}):
        return found
    index = found.end + (not plural)
    index += line.low(index) in {"the", "dem", "den"}
    readers: tuple[Callable[[Line, int, Clock], _Rule | None], ...]
    if "WEEKLY" in found.rule:
        listed = _list_weekdays(line, index, clock)
        return found if listed is None else _Rule(listed[1], f"{found.rule};BYDAY={','.join(listed[0])}")
    if "MONTHLY" in found.rule:
        readers = (_nth_weekday, _last_day, _month_days)
    elif "YEARLY" in found.rule:
        readers = (_year_day,)
    else:
        return found
    for read in readers:
        days = read(line, index, clock)
        if days is not None:
            return _Rule(days.end, found.rule + ";" + days.rule.partition(";")[2])
    return found


def _adverb(line: Line, index: int, clock: Clock) -> Recurrence | None:
    low = line.low(index)
    start = index
    if low in {"on", "am"}:
        low, index = line.low(index + 1), index + 1
    if low in v.ADVERBS and start == index:
        found = _on_days(line, _Rule(index + 1, v.ADVERBS[low]), clock)
        return Recurrence(start, found.end, found.rule, adverb=found.end == index + 1)
    if low in v.HOURLY and start == index:
        return Recurrence(start, index + 1, "", every_hours=1, adverb=True)
    if low in {"weekdays", "workdays", "werktags", "wochentags"}:
        return Recurrence(start, index + 1, _WORKDAYS, adverb=start == index)
    if low == "weekends":
        return Recurrence(start, index + 1, _WEEKENDS, adverb=start == index)
    listed = _list_weekdays(line, index, clock) if low in v.WEEKDAYS_PLURAL else None
    return listed and Recurrence(start, listed[1], f"FREQ=WEEKLY;BYDAY={','.join(listed[0])}", adverb=start == index)


def _of_every_month(line: Line, index: int, clock: Clock) -> Recurrence | None:
    """Read ``on the 1st of every month``, ``first monday of each month``, ``am letzten Tag jedes Monats``, ``bis zum 1. jedes Monats``."""
    start = index
    index += line.low(index) in {"on", "by", "am", "zum", "bis", "jeweils", "immer"}
    index += line.low(index) in {"the", "am", "zum"}
    for read in (_nth_weekday, _last_day, _month_days):
        found = read(line, index, clock)
        if found is not None and (line.low(found.end - 2) in v.EVERY or line.low(found.end - 1) == "monatlich"):
            return Recurrence(start, found.end, found.rule)
    return None


_AFTER_EVERY: tuple[Callable[[Line, int, Clock], _Rule | None], ...] = (
    _last_day,
    _weekdays,
    _nth_weekday,
    _year_day,
    _unit,
    _day_kind,
    _month_days,
)
