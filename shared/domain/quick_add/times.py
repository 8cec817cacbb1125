"""Times of day: ``9am``, ``18:30``, ``18 Uhr``, ``halb neun``, ``quarter to five``, ``noon``, ``in the evening``, ``at 9``.

Called by `groups`. Always: a part of the day (``evening``) is a vague time that an exact one beside it replaces; a bare hour counts
only after a preposition, and in English from 1 to 6 it is meant for the afternoon, which nobody says at night.
"""

from dataclasses import dataclass
from datetime import time

from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.amounts import read_number
from shared.domain.quick_add.dates import read_weekday
from shared.domain.quick_add.line import Line
from shared.domain.quick_add.piece import Clock, Piece, Strength

_NOON_HOUR = 12
_HOURS_PER_DAY = 24
_MINUTES_PER_HOUR = 60
_MINUTE_DIGITS = 2
_LATEST_GUESSED_HOUR = 6
_EARLIEST_NIGHT_HOUR = 7
_APOSTROPHES = frozenset({"'", "\u2019"})
BARE_LEADS = frozenset({"at", "um", "@", "gegen", "around"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """Digits or words of a time before it is known which half of the day is meant."""

    hour: int
    minute: int
    end: int
    strength: Strength
    fixed: bool = False
    spoken: bool = False


def read_time(line: Line, index: int, clock: Clock, lead: str) -> Piece | None:
    """Return the time of day that begins at a word; `lead` is the preposition before it, if any."""
    named = _named(line, index, lead)
    if named is not None:
        return named
    reading = (
        (_fraction(line, index) if lead not in v.FROM else None)
        or _digits(line, index, clock, lead)
        or _words(line, index)
    )
    if reading is None:
        return None
    reading = _with_range(line, reading, clock, lead)
    hour, end = reading.hour, reading.end
    hint, end = read_hint(line, end)
    late = hint == "late" and not (line.low(end - 1) == "nachts" and hour < _EARLIEST_NIGHT_HOUR)
    if hint and reading.strength < Strength.EDGE:
        reading = _Reading(hour, reading.minute, end, Strength.EDGE, reading.fixed)
    guessed = (
        not (hint or reading.fixed or clock.german)
        and (reading.spoken or lead == "at")
        and 1 <= hour <= _LATEST_GUESSED_HOUR
    )
    if guessed or (late and hour < _NOON_HOUR):
        hour += _NOON_HOUR
    if hour == _HOURS_PER_DAY and not reading.minute:
        return Piece(end, reading.strength, at=time(0), late=True)
    return Piece(end, reading.strength, at=time(hour, reading.minute)) if hour < _HOURS_PER_DAY else None


def read_daypart(line: Line, index: int) -> Piece | None:
    """Return the vague time of a part of the day that follows a date: ``tomorrow evening``, ``heute frueh``."""
    low = line.low(index)
    if low == "morgen":
        return Piece(index + 1, Strength.STRONG, at=v.DAYPARTS["morning"], vague=True)
    if low in v.DAYPARTS:
        return Piece(index + 1, Strength.STRONG, at=v.DAYPARTS[low], vague=True, late=low in v.LATE_PARTS)
    return None


def read_hint(line: Line, index: int) -> tuple[str, int]:
    """Return which half of the day the words after a time say (``early``, ``late`` or nothing), and the index after them."""
    low = line.low(index)
    if low in v.MORNING_HINTS - {"morning"}:
        return "early", index + 1
    if low in v.EVENING_HINTS - {"evening", "afternoon", "night"}:
        return "late", index + 1
    start = index + 1 + (line.low(index + 1) == "the")
    if (low == "in" and start > index + 1) or (low == "at" and line.low(start) == "night"):
        part = line.low(start)
        if part in v.MORNING_HINTS:
            return "early", start + 1
        if part in v.EVENING_HINTS:
            return "late", start + 1
    return "", index


def _named(line: Line, index: int, lead: str) -> Piece | None:
    low = line.low(index)
    if low in v.NOON:
        return Piece(
            index + 1, Strength.BARE if low == "mittag" else Strength.EDGE, at=time(_NOON_HOUR), leads=v.PART_LEADS
        )
    if low in v.MIDNIGHT:
        return Piece(index + 1, Strength.EDGE, at=time(0), late=True)
    if lead in {"in", "am", "at"}:
        after = index + (low == "the")
        part = read_daypart(line, after)
        night = lead == "at" and line.low(after) != "night"
        if part is not None and not night and (lead != "in" or after > index):
            return Piece(part.end, Strength.BARE, at=part.at, vague=True, late=part.late, leads=v.PART_LEADS)
    return None


def _with_range(line: Line, reading: _Reading, clock: Clock, lead: str) -> _Reading:
    """Take in the end of a range, which a task has no use for: ``3pm-4pm``, ``9 to 10:30``, ``2-4pm`` (from 14:00)."""
    separator = line.low(reading.end)
    if separator not in v.RANGES or (separator == "to" and line.low(reading.end + 1) in v.NUMBERS):
        return reading
    last = _digits(line, reading.end + 1, clock, "")
    sure = lead in BARE_LEADS or lead in v.FROM
    if last is None or not (sure or max(reading.strength, last.strength)) or last.hour < reading.hour % _NOON_HOUR:
        return reading
    late = last.fixed and last.hour >= _NOON_HOUR and not reading.fixed and reading.hour + _NOON_HOUR <= last.hour
    hour = reading.hour + (_NOON_HOUR if late else 0)
    return _Reading(hour, reading.minute, last.end, max(reading.strength, last.strength, Strength.EDGE), fixed=True)


def _fraction(line: Line, index: int) -> _Reading | None:
    """Read ``half past 9``, ``quarter to five``, ``halb neun``, ``viertel nach acht``, ``zehn vor drei``."""
    low = line.low(index)
    if low == "halb":
        return _relative_to(line, index + 1, -30)
    minutes = {"half": 30, "quarter": 15, "viertel": 15}.get(low)
    if minutes is None:
        number = read_number(line, index)
        minutes = number[0] if number and number[0] in range(5, 30, 5) else None
    direction = {"past": 1, "to": -1, "nach": 1, "vor": -1}.get(line.low(index + 1))
    if minutes is None or direction is None or line.low(index + 2) in {"a", "an", "ein", "einem", "einer"}:
        return None
    sure = low in {"half", "quarter", "viertel"}
    return _relative_to(line, index + 2, direction * minutes, Strength.EDGE if sure else Strength.BARE)


def _relative_to(line: Line, index: int, minutes: int, strength: Strength = Strength.EDGE) -> _Reading | None:
    number = read_number(line, index)
    if number is None or not 1 <= number[0] <= _HOURS_PER_DAY:
        return None
    hour, minute = divmod(number[0] * _MINUTES_PER_HOUR + minutes, _MINUTES_PER_HOUR)
    end = number[1] + (line.low(number[1]) == "uhr")
    return _Reading(hour % _HOURS_PER_DAY, minute, end, strength, spoken=True)


def _digits(line: Line, index: int, clock: Clock, lead: str) -> _Reading | None:
    hour = line.number(index)
    if hour is None or hour > _HOURS_PER_DAY or len(line.low(index)) > _MINUTE_DIGITS:
        return None
    minute, end = _minute(line, index)
    with_minutes = end > index + 1
    reading = _uhr(line, end, hour, minute, with_minutes=with_minutes) or _half_of_day(line, end, clock, hour, minute)
    if reading is not None:
        return reading
    if with_minutes and line.low(index + 1) == "." and lead not in BARE_LEADS:
        return None  # 9.30 is a time only after "um" or before "Uhr"
    leading_zero = line.low(index).startswith("0")
    strength = Strength.EDGE if with_minutes else Strength.BARE
    return _Reading(hour, minute, end, strength, fixed=leading_zero or hour > _NOON_HOUR)


def _uhr(line: Line, end: int, hour: int, minute: int, *, with_minutes: bool) -> _Reading | None:
    if line.low(end) != "uhr":
        return None
    after = line.number(end + 1)
    two_digits = len(line.low(end + 1)) == _MINUTE_DIGITS
    if with_minutes or after is None or after >= _MINUTES_PER_HOUR or not two_digits:
        return _Reading(hour, minute, end + 1, Strength.STRONG, fixed=True)
    return _Reading(hour, after, end + 2, Strength.STRONG, fixed=True)


def _half_of_day(line: Line, end: int, clock: Clock, hour: int, minute: int) -> _Reading | None:
    half, after = _meridiem(line, end, clock)
    if half and 1 <= hour <= _NOON_HOUR:
        hour = hour % _NOON_HOUR + (_NOON_HOUR if half == "pm" else 0)
        return _Reading(hour, minute, after, Strength.STRONG, fixed=True)
    oclock = _oclock(line, end)
    return None if oclock == end else _Reading(hour, minute, oclock, Strength.STRONG)


def _minute(line: Line, index: int) -> tuple[int, int]:
    """Return the minutes glued to an hour, and the index after them; (0, index + 1) without any."""
    separator = line.low(index + 1)
    minute = line.number(index + 2)
    if line.glued(index + 1) and separator in {":", ".", "h"}:
        if line.glued(index + 2) and minute is not None and minute < _MINUTES_PER_HOUR:
            if len(line.low(index + 2)) == _MINUTE_DIGITS:
                return minute, index + 3
        elif separator == "h":
            return 0, index + 2
    return 0, index + 1


def _meridiem(line: Line, index: int, clock: Clock) -> tuple[str, int]:
    low = line.low(index)
    if low in {"am", "pm"}:
        german_am = low == "am" and not line.glued(index)
        if german_am and (line.number(index + 1) is not None or _german_weekday(line, index + 1, clock)):
            return "", index
        return low, index + 1
    if low in {"a", "p"} and line.glued(index + 1) and line.low(index + 1) == "." and line.low(index + 2) == "m":
        end = index + 3
        return low + "m", end + (line.glued(end) and line.low(end) == ".")
    return "", index


def _german_weekday(line: Line, index: int, clock: Clock) -> bool:
    return read_weekday(line, index, clock) is not None and not line.low(index).endswith("day")


def _oclock(line: Line, index: int) -> int:
    if line.low(index) == "oclock":
        return index + 1
    if line.low(index) == "o" and line.low(index + 1) in _APOSTROPHES and line.low(index + 2) == "clock":
        return index + 3
    return index


def _words(line: Line, index: int) -> _Reading | None:
    low = line.low(index)
    if low not in v.NUMBERS or low in v.ARTICLES or not 1 <= v.NUMBERS[low] <= _NOON_HOUR:
        return None
    hour, end = v.NUMBERS[low], index + 1
    if line.low(end) == "uhr":
        return _Reading(hour, 0, end + 1, Strength.STRONG, fixed=True)
    if line.low(end) in {"am", "pm"}:
        late = line.low(end) == "pm"
        return _Reading(hour % _NOON_HOUR + (_NOON_HOUR if late else 0), 0, end + 1, Strength.STRONG, fixed=True)
    oclock = _oclock(line, end)
    return _Reading(hour, 0, oclock, Strength.STRONG if oclock != end else Strength.BARE)
