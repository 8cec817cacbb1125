"""Days: ``tomorrow``, ``yesterday``, ``next friday``, ``24. Dezember``, ``Dec 24, 2027``, ``2026-12-24``, ``in 3 weeks``, ``end of the month``.

Called by `groups`. Always: a day without a year is the next one from today on; a bare weekday is the next one after today; the
result lies in the years 1970 to 9999.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from shared.domain.day import add_months, last_day, weekday_from
from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.amounts import read_day_number, read_duration
from shared.domain.quick_add.line import Line
from shared.domain.quick_add.numeric_dates import read_numeric_date, read_year, this_or_next_year
from shared.domain.quick_add.piece import Clock, Piece, Strength
from shared.domain.task import FIRST_DUE_ON, LAST_DUE_ON

_FRIDAY = 4
_MONTHS_SEARCHED = 60
_SATURDAY = 5
_ARTICLES = frozenset({"the", "den", "dem", "der"})
_UNSURE_MONTHS = frozenset({"may", "march", "mai"})
_MINUTES = {"minute": 1, "hour": 60}


def read_date(line: Line, index: int, clock: Clock) -> Piece | None:
    """Return the day (with a time for ``in 2 hours`` and ``tonight``) that begins at a word, or None."""
    if not line.low(index):
        return None
    for read in _READERS:
        with suppress(ValueError, OverflowError):  # 31 June, or beyond the calendar
            piece = read(line, index, clock)
            if piece is not None and piece.day is not None and FIRST_DUE_ON <= piece.day <= LAST_DUE_ON:
                return piece
    return None


def read_weekday(line: Line, index: int, clock: Clock) -> tuple[int, Strength] | None:
    """Return the weekday (0 is Monday) named by one word and how sure that is."""
    low = line.low(index)
    if low in v.WEEKDAYS:
        named = line.low(index - 1) in v.WEEKDAY_NAMES
        return None if named else (v.WEEKDAYS[low], Strength.STRONG)
    if low in v.WEEKDAYS_SHORT:
        return v.WEEKDAYS_SHORT[low], Strength.WEAK
    if low in v.WEEKDAYS_GERMAN_SHORT:
        dotted = line.glued(index + 1) and line.low(index + 1) == "."
        sure = clock.german and (dotted or line.low(index - 1) != "to")
        return v.WEEKDAYS_GERMAN_SHORT[low], Strength.WEAK if sure else Strength.BARE
    return None


def read_month(line: Line, index: int) -> tuple[int, bool] | None:
    """Return (month, whether the word can mean something else); the word may be shortened."""
    low = line.low(index)
    if low in v.MONTHS:
        return v.MONTHS[low], low in _UNSURE_MONTHS
    return (v.MONTHS_SHORT[low], True) if low in v.MONTHS_SHORT else None


def read_month_day(line: Line, index: int) -> tuple[int, int, int, bool] | None:
    """Return (month, day, index after, unsure) of ``Dec 24th`` or ``24. Dezember``, without a year."""
    return _month_then_day(line, index) or _day_then_month(line, index)


def _month_then_day(line: Line, index: int) -> tuple[int, int, int, bool] | None:
    month = read_month(line, index)
    if month is None:
        return None
    index = _skip_dot(line, index + 1)
    day = read_day_number(line, index) if line.low(index + 1) != "." else None
    number = line.number(index)
    if day is None and (number is None or len(line.low(index)) > 2 or _is_clock(line, index + 1)):  # noqa: PLR2004
        return None
    value, end = day or (number or 0, index + 1)
    return (month[0], value, end, month[1]) if 1 <= value <= last_day(2024, month[0]) else None


def _day_then_month(line: Line, index: int) -> tuple[int, int, int, bool] | None:
    day = read_day_number(line, index)
    number = line.number(index)
    if number is None:
        return None
    value, index = day or (number, index + 1)
    if line.low(index) == "of":
        index += 1
    month = read_month(line, index)
    if month is None or not 1 <= value <= last_day(2024, month[0]):
        return None
    return month[0], value, _skip_dot(line, index + 1), month[1]


def _skip_dot(line: Line, index: int) -> int:
    return index + 1 if line.glued(index) and line.low(index) == "." and line.low(index + 1) else index


def _is_clock(line: Line, index: int) -> bool:
    return line.low(index) in {"am", "pm", "uhr"} or (line.low(index) == ":" and line.glued(index))


def _named(line: Line, index: int, clock: Clock) -> Piece | None:
    low, start = line.low(index), index
    if low == "the" and line.low(index + 1) == "day":
        low, index = "day", index + 1
    if low == "day" and line.low(index + 1) == "after" and line.low(index + 2) in v.TOMORROW:
        return Piece(index + 3, Strength.STRONG, clock.today + timedelta(days=2))
    if low == "day" and line.low(index + 1) == "before" and line.low(index + 2) in v.YESTERDAY:
        return Piece(index + 3, Strength.WEAK, clock.today - timedelta(days=2))
    for names, days in ((v.YESTERDAY, 1), (v.EREYESTERDAY, 2)):
        if low in names and index == start:
            # What is past is seldom meant within a text: "find out what yesterday about the party was said".
            return Piece(index + 1, Strength.WEAK, clock.today - timedelta(days=days))
    for names, days in ((v.TODAY, 0), (v.TOMORROW, 1), (v.OVERMORROW, 2)):
        noun = low == "morgen" and index > 0 and line.text[line.words[index].start] == "M"
        if low in names and index == start and not noun:
            return Piece(index + 1, Strength.STRONG, clock.today + timedelta(days=days))
    if low == "tonight":
        return Piece(index + 1, Strength.STRONG, clock.today, v.TONIGHT, vague=True, late=True)
    return None


def _weekday(line: Line, index: int, clock: Clock) -> Piece | None:
    low = line.low(index)
    if low in v.WEEKDAY_PARTS:
        number, part = v.WEEKDAY_PARTS[low]
        day = weekday_from(clock.today + timedelta(days=1), number)
        return Piece(index + 1, Strength.STRONG, day, v.DAYPARTS[part], vague=True, late=part in v.LATE_PARTS)
    weekday = read_weekday(line, index, clock)
    if weekday is None:
        return None
    number, strength = weekday
    end = index + 1
    if line.glued(end) and line.low(end) == "." and low not in v.WEEKDAYS and line.words[-1] is not line.words[end]:
        end += 1
    after = end + 1 if line.low(end) == "," else end
    after += line.low(after) in _ARTICLES
    full = read_numeric_date(line, after, clock) or _month_and_day(line, after, clock)
    if full is not None:
        return Piece(full.end, Strength.EDGE, full.day)
    numbered = read_day_number(line, after)
    if numbered is not None:
        return Piece(numbered[1], strength, _weekday_on_the(clock.today, number, numbered[0]))
    if line.low(end) in v.NEXT and v.UNITS.get(line.low(end + 1)) == "week":
        return Piece(end + 2, Strength.STRONG, weekday_from(_next_monday(clock), number))
    return Piece(end, strength, weekday_from(clock.today + timedelta(days=1), number))


def _weekday_on_the(today: date, weekday: int, number: int) -> date | None:
    """Return the next day that has both the weekday and the number: ``Friday the 13th``."""
    month = today.replace(day=1)
    for _ in range(_MONTHS_SEARCHED):
        if number <= last_day(month.year, month.month):
            day = month.replace(day=number)
            if day >= today and day.weekday() == weekday:
                return day
        month = add_months(month, 1)
    return None


def _month_and_day(line: Line, index: int, clock: Clock) -> Piece | None:
    if line.low(index) in _ARTICLES and line.number(index + 1) is not None:
        index += 1
    found = read_month_day(line, index)
    if found is None:
        return None
    month, day, end, unsure = found
    year = read_year(line, end)
    strength = Strength.WEAK if unsure and year is None else Strength.STRONG
    if year is not None:
        return Piece(year[1], Strength.STRONG, date(year[0], month, day))
    return Piece(end, strength, this_or_next_year(clock.today, month, day))


def _whole_month(line: Line, index: int, clock: Clock) -> Piece | None:
    month = read_month(line, index)
    if month is None:
        return None
    year = read_year(line, index + 1)
    if year is not None:
        return Piece(year[1], Strength.WEAK, date(year[0], month[0], 1), leads=v.MONTH_LEADS)
    first = this_or_next_year(clock.today, month[0], 1)
    return Piece(index + 1, Strength.BARE, first, leads=v.MONTH_LEADS)


def _relative(line: Line, index: int, clock: Clock) -> Piece | None:
    led = line.low(index) in {"in", "+"}
    duration = read_duration(line, index + led)
    if duration is None:
        return None
    count, unit, end = duration
    if not led:
        if line.low(end) != "from" or line.low(end + 1) not in {"now", "today"}:
            return None
        end += 2
    if unit in _MINUTES:
        moment = (clock.now + timedelta(minutes=count * _MINUTES[unit])).replace(second=0, microsecond=0)
        return Piece(end, Strength.STRONG, moment.date(), moment.time())
    if unit in {"day", "week"}:
        return Piece(end, Strength.STRONG, clock.today + timedelta(days=count * (7 if unit == "week" else 1)))
    return Piece(end, Strength.STRONG, add_months(clock.today, count * (12 if unit == "year" else 1)))


def _next(line: Line, index: int, clock: Clock) -> Piece | None:
    if line.low(index) in {"the", "der", "die", "das", "den", "dem"} and line.low(index + 1) in v.NEXT:
        index += 1
    if line.low(index) not in v.NEXT:
        return None
    low, end = line.low(index + 1), index + 2
    unit = v.UNITS.get(low)
    if unit == "week":
        return _next_week(line, end, clock)
    if unit == "month":
        return Piece(end, Strength.STRONG, add_months(clock.today.replace(day=1), 1))
    if unit == "year":
        return Piece(end, Strength.STRONG, date(clock.today.year + 1, 1, 1))
    if low in v.WEEKEND:
        return Piece(end, Strength.STRONG, weekday_from(_next_monday(clock), _SATURDAY))
    weekday = read_weekday(line, index + 1, clock)
    return weekday and Piece(end, Strength.STRONG, weekday_from(_next_monday(clock), weekday[0]))


def _next_week(line: Line, end: int, clock: Clock) -> Piece:
    monday = _next_monday(clock)
    after = end + (line.low(end) in {"on", "am"})
    weekday = read_weekday(line, after, clock)
    if weekday is None:
        return Piece(end, Strength.STRONG, monday)
    return Piece(after + 1, Strength.STRONG, weekday_from(monday, weekday[0]))


def _next_monday(clock: Clock) -> date:
    return clock.today + timedelta(days=7 - clock.today.weekday())


def _this(line: Line, index: int, clock: Clock) -> Piece | None:
    led = line.low(index) in v.THIS
    low, end = line.low(index + led), index + led + 1
    if low in {"the", "das", "dem"} and line.low(end) in v.WEEKEND:
        low, end = line.low(end), end + 1
    if low in v.WEEKEND:
        saturday = weekday_from(clock.today, _SATURDAY)
        leads = frozenset({"at", "on", "am", "this", "over", "ueber", "by", "bis", "for"})
        return Piece(end, Strength.STRONG if led else Strength.BARE, saturday, leads=leads)
    if not led:
        return None
    weekday = read_weekday(line, index + 1, clock)
    if weekday is not None:
        return Piece(end, Strength.STRONG, weekday_from(clock.today, weekday[0]))
    if low in v.DAYPARTS:
        return Piece(end, Strength.STRONG, clock.today, v.DAYPARTS[low], vague=True, late=low in v.EVENING_HINTS)
    return None


def _end_of(line: Line, index: int, clock: Clock) -> Piece | None:
    low = line.low(index)
    if low in {"the", "das", "dem", "der"} and line.low(index + 1) in {"end", "ende", "last", "letzte"}:
        index, low = index + 1, line.low(index + 1)
    unit, end = v.ENDS.get(low), index + 1
    ahead = 0
    last_day_of = (
        v.ORDINALS.get(low) == -1 and v.UNITS.get(line.low(end)) == "day" and line.low(end + 1) in {"of", "des"}
    )
    if low in {"end", "ende"} or last_day_of:
        end += last_day_of
        end += line.low(end) == "of"
        while line.low(end) in v.END_FILLERS:
            ahead = int(line.low(end) in v.NEXT)
            end += 1
        unit, end = v.UNITS.get(line.low(end)), end + 1
    if unit == "day":
        return Piece(end, Strength.STRONG, clock.today)
    if unit == "week":
        return Piece(end, Strength.STRONG, weekday_from(clock.today + timedelta(days=7 * ahead), _FRIDAY))
    if unit == "month":
        day = add_months(clock.today.replace(day=1), ahead)
        return Piece(end, Strength.STRONG, day.replace(day=last_day(day.year, day.month)))
    return Piece(end, Strength.STRONG, date(clock.today.year + ahead, 12, 31)) if unit == "year" else None


def _day_of_month(line: Line, index: int, clock: Clock) -> Piece | None:
    index += line.low(index) in _ARTICLES
    found = read_day_number(line, index)
    if found is None:
        return None
    day, end = found
    month = clock.today.replace(day=1)
    while day > last_day(month.year, month.month) or month.replace(day=day) < clock.today:
        month = add_months(month, 1)
    return Piece(end, Strength.BARE, month.replace(day=day))


_READERS: tuple[Callable[[Line, int, Clock], Piece | None], ...] = (
    read_numeric_date,
    _named,
    _next,
    _weekday,
    _month_and_day,
    _whole_month,
    _relative,
    _this,
    _end_of,
    _day_of_month,
)
