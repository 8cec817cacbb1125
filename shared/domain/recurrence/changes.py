"""What happens to a series over its life: creation under the product's limits, advance, skip and split.

Called by the recurring task service and the recurrence consumer. Every function returns a new series; none knows the clock.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.domain.errors import DomainError
from shared.domain.recurrence.rule import Frequency, RecurrenceError, RecurrenceRule
from shared.domain.recurrence.series import Occurrence, Series, Walk, find, next_after
from shared.domain.zone import to_instant, to_local

MAX_TIMES_PER_DAY = 24
SHORTEST_MONTH: Final = 28
LEAP_DAY: Final = (2, 29)


class Mode(StrEnum):
    """How the next occurrence follows from a completion."""

    SCHEDULE = "schedule"
    COMPLETION = "completion"


def create_series(rrule: str, dtstart: str, zone: str, *, mode: Mode = Mode.SCHEDULE) -> Series:
    """Read a series as a person means it and hold it to the product's limits.

    Store `str(series.rule)`: a plain monthly rule from the 29th on comes back with its anchor day written out.

    Raises:
        DomainError: field `rrule` (a RecurrenceError with `.part`), `dtstart` or `time_zone`.
    """
    series = Series.from_text(rrule, dtstart, zone)
    if series.rule.freq > Frequency.DAILY:
        raise RecurrenceError("FREQ", "the smallest interval is a day.")
    if series.rule.times_per_day > MAX_TIMES_PER_DAY:
        raise RecurrenceError("BYHOUR", f"at most {MAX_TIMES_PER_DAY} times a day.")
    if mode is Mode.SCHEDULE:
        series = replace(series, rule=pin_anchor_day(series.rule, series.start))
    if next(Walk(series), None) is None:
        raise RecurrenceError("RRULE", "this rule never occurs.")
    return series


def pin_anchor_day(rule: RecurrenceRule, start: datetime) -> RecurrenceRule:
    """Make a plain monthly rule fall on the last day of months too short for its anchor day, and so 29 February yearly.

    RFC 5545 leaves such months out, which loses a task that is due "every month" on the 31st. The same is said in its own
    terms: of the 28th up to the anchor day, the last that exists. Any calendar reads that, and the anchor survives.
    A rule that names its days (BYMONTHDAY=31) stays as written.
    """
    monthly = rule.freq is Frequency.MONTHLY
    leap_day = rule.freq is Frequency.YEARLY and (start.month, start.day) == LEAP_DAY and rule.by_month in {(), (2,)}
    if rule.names_days or rule.by_set_pos or start.day <= SHORTEST_MONTH or not (monthly or leap_day):
        return rule
    return replace(
        rule,
        by_month=(2,) if leap_day else rule.by_month,
        by_month_day=tuple(range(SHORTEST_MONTH, start.day + 1)),
        by_set_pos=tuple(range(-rule.times_per_day, 0)),
    )


def anchor_day(rule: RecurrenceRule) -> int | None:
    """Return the anchor day of a rule made by `pin_anchor_day`, else None."""
    days, positions = rule.by_month_day, rule.by_set_pos
    pinned = (
        len(days) > 1
        and days == tuple(range(SHORTEST_MONTH, days[-1] + 1))
        and positions == tuple(range(-rule.times_per_day, 0))
        and not (rule.by_day or rule.by_week_no or rule.by_year_day or rule.by_easter)
        and rule.freq <= Frequency.MONTHLY
    )
    return days[-1] if pinned else None


def _unpin(rule: RecurrenceRule) -> RecurrenceRule:
    return replace(rule, by_month_day=(), by_set_pos=()) if anchor_day(rule) else rule


def advance(
    series: Series, *, mode: Mode, completed_key: str, completed_at: datetime, completed_count: int = 0
) -> Occurrence | None:
    """Return the occurrence that follows a completed one, or None if the series has ended.

    Strictly later than the completed one and than the completion, whichever is later. By schedule the grid of DTSTART
    counts; after completion the interval counts from the local day of completion, at the wall time of DTSTART.

    Args:
        series: the series.
        mode: schedule or completion.
        completed_key: key of the completed occurrence.
        completed_at: aware instant of the completion.
        completed_count: occurrences completed so far with this one; ends COUNT in completion mode, where no grid counts.
    """
    after = max(series.instant_of(completed_key), completed_at)
    if mode is Mode.SCHEDULE:
        return next_after(series, after)
    if series.rule.count is not None and completed_count >= series.rule.count:
        return None
    anchor = datetime.combine(to_local(completed_at, series.zone).date(), series.start.time())
    rule = pin_anchor_day(_unpin(replace(series.rule, count=None)), anchor)
    # The day of completion itself has been done, even if its wall time is still to come.
    return next_after(replace(series, rule=rule, start=anchor), max(after, to_instant(anchor, series.zone)))


def skip(series: Series, key: str) -> Series:
    """Leave one occurrence out (EXDATE).

    Raises:
        DomainError: field `occurrence_key`, if the series has no such occurrence.
    """
    return replace(series, exdates=series.exdates | {_existing(series, key).key})


@dataclass(frozen=True, slots=True)
class Split:
    """A series cut in two; `before` is None if the cut is at the first occurrence."""

    before: Series | None
    following: Series


def split(series: Series, key: str) -> Split:
    """Cut a series for "this and following": the first part ends, the second starts at the occurrence of `key`.

    Together they have exactly the occurrences of the whole; COUNT and EXDATE are shared out.

    Raises:
        DomainError: field `occurrence_key`, if the series has no such occurrence.
    """
    cut = _existing(series, key)
    planned = datetime.fromisoformat(cut.key)
    rule = series.rule
    following = replace(
        series,
        rule=replace(rule, count=None if rule.count is None else rule.count - cut.number + 1),
        start=planned,
        exdates=frozenset(text for text in series.exdates if text >= cut.key),
    )
    first = next(Walk(series), None)
    if first is None or first.key == cut.key:
        return Split(None, following)
    before = replace(
        series,
        rule=replace(rule, count=None, until=_just_before(series, cut, planned)),
        exdates=frozenset(text for text in series.exdates if text < cut.key),
    )
    return Split(before, following)


def _just_before(series: Series, cut: Occurrence, planned: datetime) -> date:
    # RFC 5545: UNTIL is a date if DTSTART is one, and in UTC if DTSTART has a zone.
    return planned.date() - timedelta(days=1) if series.all_day else cut.at - timedelta(seconds=1)


def _existing(series: Series, key: str) -> Occurrence:
    occurrence = find(series, key)
    if occurrence is None:
        raise DomainError("occurrence_key", "The series has no such occurrence.")
    return occurrence
