"""The candidate set of each period of a rule: what RFC 5545 calls applying the BYxxx parts, then BYSETPOS.

Called by `series.Walk`. Knows no zone, no COUNT, UNTIL or EXDATE: only planned wall times. Always: sets come in order of
time, each sorted, and a period may be empty; the caller bounds how many empty ones it follows. Any period is reached
without visiting those before it.

Why not dateutil's `rrule`: it walks every period from DTSTART, and a rule that never matches keeps it busy to the year
9999. It remains the oracle of the tests.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product

from dateutil.easter import easter

from shared.domain.recurrence.rule import ByDay, Frequency, RecurrenceRule

LAST_YEAR = 9997  # two short of the last of Python: conversions to UTC and weeks may cross into the next year
DAYS_PER_WEEK = 7

PeriodSet = tuple[int, list[datetime]]


def with_defaults(rule: RecurrenceRule, start: datetime) -> RecurrenceRule:
    """Write out what the rule leaves to DTSTART, so that a period can be expanded without it."""
    filled = rule
    if not rule.names_days:
        if rule.freq is Frequency.YEARLY:
            filled = replace(filled, by_month=rule.by_month or (start.month,), by_month_day=(start.day,))
        elif rule.freq is Frequency.MONTHLY:
            filled = replace(filled, by_month_day=(start.day,))
        elif rule.freq is Frequency.WEEKLY:
            filled = replace(filled, by_day=(ByDay(start.weekday()),))
    return replace(
        filled,
        by_hour=rule.by_hour or ((start.hour,) if rule.freq < Frequency.HOURLY else ()),
        by_minute=rule.by_minute or ((start.minute,) if rule.freq < Frequency.MINUTELY else ()),
        by_second=rule.by_second or ((start.second,) if rule.freq < Frequency.SECONDLY else ()),
    )


def period_index(rule: RecurrenceRule, start: datetime, day: date) -> int:
    """Return the index of the last period that begins on or before a day; 0 is the period of DTSTART."""
    if rule.freq is Frequency.YEARLY:
        elapsed = day.year - start.year
    elif rule.freq is Frequency.MONTHLY:
        elapsed = (day.year - start.year) * 12 + day.month - start.month
    elif rule.freq is Frequency.WEEKLY:
        elapsed = (day - _week_start(start.date(), rule.week_start)).days // DAYS_PER_WEEK
    elif rule.freq is Frequency.DAILY:
        elapsed = (day - start.date()).days
    else:
        elapsed = int((datetime.combine(day, time.min) - start).total_seconds()) // _UNIT_SECONDS[rule.freq]
    return max(0, elapsed // rule.interval)


def period_sets(rule: RecurrenceRule, start: datetime, first: int) -> Iterator[PeriodSet]:
    """Yield (index, planned wall times) of the periods from index `first` on, until the last year.

    `rule` must come from `with_defaults`. Runs of periods that a whole month, day or hour rules out come as one empty set.
    """
    expand = _EXPANSIONS[min(rule.freq, Frequency.HOURLY)]
    for index, times in expand(rule, start, first):
        yield index, _positions(times, rule.by_set_pos)


def _positions(times: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    if not positions or not times:
        return times
    size = len(times)
    chosen = {position - 1 if position > 0 else size + position for position in positions}
    return [times[place] for place in sorted(chosen) if 0 <= place < size]


@lru_cache(maxsize=256)
def _times_of_day(rule: RecurrenceRule) -> tuple[time, ...]:
    return tuple(time(*parts) for parts in product(rule.by_hour, rule.by_minute, rule.by_second))


def _at_times(days: list[date], rule: RecurrenceRule) -> list[datetime]:
    times = _times_of_day(rule)
    return [datetime.combine(day, at) for day in days for at in times]


def _years(rule: RecurrenceRule, start: datetime, first: int) -> Iterator[PeriodSet]:
    matches = day_filter(rule)
    index = first
    while (year := start.year + index * rule.interval) <= LAST_YEAR:
        months = rule.by_month or range(1, 13)
        days = [day for month in months for day in _month_days(rule, year, month) if matches(day)]
        yield index, _at_times(days, rule)
        index += 1


def _months(rule: RecurrenceRule, start: datetime, first: int) -> Iterator[PeriodSet]:
    matches = day_filter(rule)
    index = first
    while True:
        years, month0 = divmod(start.month - 1 + index * rule.interval, 12)
        year = start.year + years
        if year > LAST_YEAR:
            return
        yield index, _at_times([day for day in _month_days(rule, year, month0 + 1) if matches(day)], rule)
        index += 1


def _weeks(rule: RecurrenceRule, start: datetime, first: int) -> Iterator[PeriodSet]:
    matches = day_filter(rule)
    origin = _week_start(start.date(), rule.week_start).toordinal()
    index = first
    while (monday := origin + index * rule.interval * DAYS_PER_WEEK) < _LAST_ORDINAL:
        week = [date.fromordinal(monday + offset) for offset in range(DAYS_PER_WEEK)]
        yield index, _at_times([day for day in week if matches(day)], rule)
        index += 1


def _days(rule: RecurrenceRule, start: datetime, first: int) -> Iterator[PeriodSet]:
    matches = day_filter(rule)
    origin = start.toordinal()
    index = first
    while (ordinal := origin + index * rule.interval) < _LAST_ORDINAL:
        day = date.fromordinal(ordinal)
        if rule.by_month and day.month not in rule.by_month:
            yield index, []
            until_month_end = monthrange(day.year, day.month)[1] - day.day + 1
            index += -(-until_month_end // rule.interval)
            continue
        yield index, _at_times([day], rule) if matches(day) else []
        index += 1


def _slots(rule: RecurrenceRule, start: datetime, first: int) -> Iterator[PeriodSet]:
    """Yield the hours, minutes or seconds of a rule finer than a day; finer parts filter or expand the slot."""
    matches = day_filter(rule)
    unit = _UNIT_SECONDS[rule.freq]
    origin = start.replace(minute=0, second=0) if rule.freq is Frequency.HOURLY else start
    origin = origin.replace(second=0) if rule.freq is Frequency.MINUTELY else origin
    index = first
    while True:
        try:
            slot = origin + timedelta(seconds=unit * rule.interval * index)
        except OverflowError:
            return
        if slot.year > LAST_YEAR:
            return
        resume = _resume(rule, slot, matches=matches(slot.date()))
        if resume is not None:
            yield index, []
            index += max(1, -(-int((resume - slot).total_seconds()) // (unit * rule.interval)))
            continue
        minutes = rule.by_minute if rule.freq is Frequency.HOURLY else (slot.minute,)
        seconds = rule.by_second if rule.freq < Frequency.SECONDLY else (slot.second,)
        yield index, [slot.replace(minute=minute, second=second) for minute, second in product(minutes, seconds)]
        index += 1


def _resume(rule: RecurrenceRule, slot: datetime, *, matches: bool) -> datetime | None:
    """Return the next time worth looking at, or None if the slot itself is in the rule."""
    hour = slot.replace(minute=0, second=0)
    if not matches:
        return hour.replace(hour=0) + timedelta(days=1)
    if rule.by_hour and slot.hour not in rule.by_hour:
        return hour + timedelta(hours=1)
    if rule.freq > Frequency.HOURLY and rule.by_minute and slot.minute not in rule.by_minute:
        return slot.replace(second=0) + timedelta(minutes=1)
    if rule.freq is Frequency.SECONDLY and rule.by_second and slot.second not in rule.by_second:
        return slot + timedelta(seconds=1)
    return None


_LAST_ORDINAL = date(LAST_YEAR, 12, 24).toordinal()
_UNIT_SECONDS = {Frequency.HOURLY: 3600, Frequency.MINUTELY: 60, Frequency.SECONDLY: 1}
_EXPANSIONS: dict[int, Callable[[RecurrenceRule, datetime, int], Iterator[PeriodSet]]] = {
    Frequency.YEARLY: _years,
    Frequency.MONTHLY: _months,
    Frequency.WEEKLY: _weeks,
    Frequency.DAILY: _days,
    Frequency.HOURLY: _slots,
}


def _week_start(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % DAYS_PER_WEEK)


def _month_days(rule: RecurrenceRule, year: int, month: int) -> list[date]:
    """Return the days of a month worth filtering, in order."""
    length = monthrange(year, month)[1]
    if rule.by_month_day:
        numbers = {number if number > 0 else length + 1 + number for number in rule.by_month_day}
        return [date(year, month, number) for number in sorted(numbers) if 1 <= number <= length]
    return [date(year, month, number) for number in range(1, length + 1)]


def day_filter(rule: RecurrenceRule) -> Callable[[date], bool]:
    """Compile the parts that decide about a calendar day into one predicate."""
    tests: list[Callable[[date], bool]] = []
    if rule.by_month:
        tests.append(lambda day: day.month in rule.by_month)
    if rule.by_month_day:
        tests.append(lambda day: _either(day.day, monthrange(day.year, day.month)[1], rule.by_month_day))
    if rule.by_day:
        tests.append(_weekday_filter(rule))
    if rule.by_year_day:
        tests.append(lambda day: _either(day.timetuple().tm_yday, _year_length(day.year), rule.by_year_day))
    if rule.by_week_no:
        tests.append(lambda day: _either(*_week_number(day, rule.week_start), rule.by_week_no))
    if rule.by_easter:
        tests.append(lambda day: (day - easter(day.year)).days in rule.by_easter)
    return lambda day: all(test(day) for test in tests)


def _either(number: int, size: int, wanted: tuple[int, ...]) -> bool:
    return number in wanted or number - size - 1 in wanted


def _weekday_filter(rule: RecurrenceRule) -> Callable[[date], bool]:
    # Ordinals mean something within a month or a year only; elsewhere RFC 5545 forbids them and calendars read over them.
    if rule.freq > Frequency.MONTHLY or not any(entry.ordinal for entry in rule.by_day):
        weekdays = {entry.weekday for entry in rule.by_day}
        return lambda day: day.weekday() in weekdays
    within_year = rule.freq is Frequency.YEARLY and not rule.by_month

    def matches(day: date) -> bool:
        place, size = day.day, monthrange(day.year, day.month)[1]
        if within_year:
            place, size = day.timetuple().tm_yday, _year_length(day.year)
        forwards, backwards = (place - 1) // DAYS_PER_WEEK + 1, -((size - place) // DAYS_PER_WEEK + 1)
        return any(
            entry.weekday == day.weekday() and entry.ordinal in {0, forwards, backwards} for entry in rule.by_day
        )

    return matches


def _year_length(year: int) -> int:
    return date(year, 12, 31).timetuple().tm_yday


def _first_week(year: int, week_start: int) -> date:
    # The first week is the one with at least four days in the year, thus the one of 4 January.
    return _week_start(date(year, 1, 4), week_start)


def _week_number(day: date, week_start: int) -> tuple[int, int]:
    """Return the number of the day's week in the year the week belongs to, and how many weeks that year has."""
    week = _week_start(day, week_start)
    year = (week + timedelta(days=3)).year
    first, following = _first_week(year, week_start), _first_week(year + 1, week_start)
    return (week - first).days // DAYS_PER_WEEK + 1, (following - first).days // DAYS_PER_WEEK
