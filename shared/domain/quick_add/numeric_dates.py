"""Dates in digits: ``2026-12-24``, ``24.12.2026``, ``24.12.``, ``12/24``.

Called by `dates`. Always: what could be a version, a fraction or a title (``9/11``, ``3.5``) needs the most evidence.
"""

from datetime import date

from shared.domain.quick_add.line import Line
from shared.domain.quick_add.piece import Clock, Piece, Strength

_CENTURY = 2000
_YEARS = range(1970, 2200)
_LONGEST_DAY = 2
_LONGEST_YEAR = 4


def read_numeric_date(line: Line, index: int, clock: Clock) -> Piece | None:
    """Return the day that begins at a word of digits; None if there is none, or no such day."""
    try:
        return _read(line, index, clock)
    except ValueError:
        return None


def _read(line: Line, index: int, clock: Clock) -> Piece | None:
    if line.number(index) is None:
        return None
    separator = line.low(index + 1)
    if not line.glued(index + 1) or not line.glued(index + 2) or line.number(index + 2) is None:
        return None
    if separator == "-":
        return _iso(line, index)
    if len(line.low(index)) > _LONGEST_DAY or len(line.low(index + 2)) > _LONGEST_DAY:
        return None
    if separator == ".":
        return _dotted(line, index, clock)
    return _slashed(line, index, clock) if separator == "/" else None


def read_year(line: Line, index: int) -> tuple[int, int] | None:
    """Return (year, index after) of four digits, after a comma or not."""
    if line.low(index) == "," and line.number(index + 1) in _YEARS:
        index += 1
    value = line.number(index)
    is_year = value in _YEARS and line.closes(index + 1)
    return (value, index + 1) if value is not None and is_year else None


def this_or_next_year(today: date, month: int, day: int) -> date:
    """Return the first such day from today on; for 29 February the next leap year's."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(f"no day {day} in month {month}")


def _short_year(line: Line, index: int) -> int | None:
    """Return the year of a glued word of two or four digits."""
    value = line.number(index)
    if value is None or not line.glued(index) or len(line.low(index)) not in {_LONGEST_DAY, _LONGEST_YEAR}:
        return None
    return value + _CENTURY if len(line.low(index)) == _LONGEST_DAY else value


def _iso(line: Line, index: int) -> Piece | None:
    year, month, day = line.number(index), line.number(index + 2), line.number(index + 4)
    if year not in _YEARS or year is None or month is None or day is None or line.low(index + 3) != "-":
        return None
    return Piece(index + 5, Strength.EDGE, date(year, month, day))


def _dotted(line: Line, index: int, clock: Clock) -> Piece | None:
    day, month = line.number(index) or 0, line.number(index + 2) or 0
    end = index + 3
    if not (line.glued(end) and line.low(end) == "."):
        return Piece(end, Strength.BARE, this_or_next_year(clock.today, month, day))
    year = _short_year(line, end + 1)
    if year is not None:
        return Piece(end + 2, Strength.EDGE, date(year, month, day))
    is_last = end + 1 >= len(line.words)  # the dot may end a sentence about version 3.5
    strength = Strength.EDGE if clock.german or not is_last else Strength.BARE
    return Piece(end + 1, strength, this_or_next_year(clock.today, month, day))


def _slashed(line: Line, index: int, clock: Clock) -> Piece | None:
    first, second = line.number(index) or 0, line.number(index + 2) or 0
    month_first = clock.month_first if max(first, second) <= 12 else second > 12  # noqa: PLR2004 (months)
    month, day = (first, second) if month_first else (second, first)
    end = index + 3
    year = _short_year(line, end + 1) if line.glued(end) and line.low(end) == "/" else None
    if year is not None:
        return Piece(end + 2, Strength.EDGE, date(year, month, day))
    return Piece(end, Strength.WEAK, this_or_next_year(clock.today, month, day))
