"""Numbers, ordinals and durations as words.

Called by the parsers of dates, recurrences and reminders.
"""

from shared.domain.quick_add.line import Line
from shared.domain.quick_add.vocabulary import (
    ARTICLES,
    NUMBERS,
    ORDINAL_ENDINGS,
    ORDINALS,
    UNIT_LETTERS,
    UNITS,
    Unit,
)

LAST_DAY_NUMBER = 31


def read_number(line: Line, index: int) -> tuple[int, int] | None:
    """Return (value, index after) of ``3``, ``three`` or ``drei``."""
    value = line.number(index)
    if value is None:
        value = NUMBERS.get(line.low(index))
    return None if value is None else (value, index + 1)


def read_ordinal(line: Line, index: int) -> tuple[int, int] | None:
    """Return (value, index after) of ``2nd``, ``2.``, ``second`` or ``last`` (-1)."""
    value = line.number(index)
    if value is None:
        value = ORDINALS.get(line.low(index))
        return None if value is None else (value, index + 1)
    if line.glued(index + 1) and (line.low(index + 1) in ORDINAL_ENDINGS or line.low(index + 1) == "."):
        return value, index + 2
    return None


def read_day_number(line: Line, index: int) -> tuple[int, int] | None:
    """Return (day, index after) of ``15th`` or ``15.``: a written-out day of a month."""
    ordinal = read_ordinal(line, index)
    if ordinal is None or line.number(index) is None or not 1 <= ordinal[0] <= LAST_DAY_NUMBER:
        return None
    return ordinal


def read_duration(line: Line, index: int) -> tuple[int, Unit, int] | None:
    """Return (count, unit, index after) of ``3 days``, ``30m``, ``half an hour``, ``einer halben Stunde``."""
    half = _half_an_hour(line, index)
    if half is not None:
        return half
    if line.low(index) == "a" and line.low(index + 1) == "couple":
        index += 1
    number = read_number(line, index)
    if number is None:
        return None
    count, index = number
    if line.low(index) == "of":
        index += 1
    low = line.low(index)
    unit = UNITS.get(low) or (UNIT_LETTERS.get(low) if line.glued(index) or low == "h" else None)
    return None if unit is None else (count, unit, index + 1)


def _half_an_hour(line: Line, index: int) -> tuple[int, Unit, int] | None:
    if line.low(index) in ARTICLES:
        index += 1
    if line.low(index) not in {"half", "halbe", "halben"}:
        return None
    index += 1
    if line.low(index) in ARTICLES:
        index += 1
    return (30, "minute", index + 1) if UNITS.get(line.low(index)) == "hour" else None
