"""The recurrence rule as a value: RFC 5545 section 3.3.10 without its text form's freedoms.

Built by `parse.parse_rrule` (which alone validates) and by `dataclasses.replace` on such a rule. Always: equal rules have
equal text, lists are sorted and free of duplicates, weekdays count from 0 = Monday, months from 1.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum

from shared.domain.errors import DomainError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RecurrenceError(DomainError):
    """A recurrence that breaks RFC 5545 or a limit of the product.

    Attributes:
        part: the rule part at fault as RFC 5545 spells it (`BYMONTH`), or `RRULE` for the rule as a whole.
    """

    def __init__(self, part: str, detail: str, field: str = "rrule") -> None:
        super().__init__(field, f"{part}: {detail}")
        self.part = part


class Frequency(IntEnum):
    """FREQ; ordered from the longest period to the shortest."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


@dataclass(frozen=True, slots=True, order=True)
class ByDay:
    """One entry of BYDAY; ordinal 0 is every such weekday, 2 the second, -1 the last of the month or year."""

    weekday: int
    ordinal: int = 0

    def __str__(self) -> str:
        return f"{self.ordinal or ''}{WEEKDAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A validated RRULE.

    `until` is inclusive: a date (through that local day), a naive wall time, or an aware instant in UTC.
    `by_easter` (days from Easter Sunday) is an extension that other calendars do not read; see `is_portable`.
    """

    freq: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    week_start: int = 0
    by_month: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_easter: tuple[int, ...] = ()
    by_day: tuple[ByDay, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()

    @property
    def is_portable(self) -> bool:
        """Whether any RFC 5545 calendar reads the text; if not, export the occurrences one by one."""
        return not self.by_easter

    @property
    def names_days(self) -> bool:
        """Whether a part other than DTSTART says which days of the period occur."""
        return bool(self.by_week_no or self.by_year_day or self.by_month_day or self.by_easter or self.by_day)

    @property
    def times_per_day(self) -> int:
        """Return how many times of day the rule names for each of its days."""
        return max(1, len(self.by_hour)) * max(1, len(self.by_minute)) * max(1, len(self.by_second))

    def __str__(self) -> str:
        parts = [f"FREQ={self.freq.name}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.week_start:
            parts.append(f"WKST={WEEKDAYS[self.week_start]}")
        for name, values in self._lists():
            if values:
                parts.append(f"{name}={','.join(map(str, values))}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={_until_text(self.until)}")
        return ";".join(parts)

    def _lists(self) -> tuple[tuple[str, tuple[object, ...]], ...]:
        return (
            ("BYMONTH", self.by_month),
            ("BYWEEKNO", self.by_week_no),
            ("BYYEARDAY", self.by_year_day),
            ("BYMONTHDAY", self.by_month_day),
            ("BYEASTER", self.by_easter),
            ("BYDAY", self.by_day),
            ("BYHOUR", self.by_hour),
            ("BYMINUTE", self.by_minute),
            ("BYSECOND", self.by_second),
            ("BYSETPOS", self.by_set_pos),
        )


def _until_text(until: date | datetime) -> str:
    if not isinstance(until, datetime):
        return until.strftime("%Y%m%d")
    if until.tzinfo is None:
        return until.strftime("%Y%m%dT%H%M%S")
    return until.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
