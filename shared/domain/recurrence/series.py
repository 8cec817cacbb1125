"""A series: a recurrence rule laid over a local start in a zone, and the occurrences that follow from it.

Called by the recurring task service (create, preview), the recurrence consumer (next instance) and the calendar feed.
Always: occurrences come in strictly rising order of their instants; an EXDATE, or two planned times that fall on one
instant, uses up a number of COUNT as RFC 5545 counts the planned set; the work to reach an occurrence depends on the
distance to the search start, not on the distance to DTSTART.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby, islice, starmap, takewhile

from shared.domain.errors import DomainError
from shared.domain.recurrence.parse import parse_rrule
from shared.domain.recurrence.periods import PeriodSet, period_index, period_sets, with_defaults
from shared.domain.recurrence.rule import Frequency, RecurrenceError, RecurrenceRule
from shared.domain.zone import get_zone, parse_local, to_instant, to_local

FIRST_YEAR = 1900
LATEST_START_YEAR = 9997

# How many empty periods in a row end a search. Each is far above the rarest real rule (29 February on a given weekday:
# 40 years across 2100), so what exceeds it never happens, or not in anyone's lifetime.
MAX_EMPTY_PERIODS = {
    Frequency.YEARLY: 400,
    Frequency.MONTHLY: 1_200,
    Frequency.WEEKLY: 5_200,
}
MAX_EMPTY_FINE_PERIODS = 10_000


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of a series.

    Attributes:
        key: the planned local time as text; names the occurrence within its series and survives changes of zone rules.
        local: the wall time clocks show, later than planned inside a gap; naive. Midnight for an all-day series.
        at: the instant in UTC; the first instant of the day for an all-day series.
        all_day: whether only the date of `local` has a meaning.
        number: its place in the planned set, from 1; known (not 0) only if the rule has COUNT.
    """

    key: str
    local: datetime
    at: datetime
    all_day: bool
    number: int

    @property
    def on(self) -> date:
        """Return the local calendar date."""
        return self.local.date()

    @property
    def local_text(self) -> str:
        """Return the wall time as the API writes it: `YYYY-MM-DD` if all day, else with seconds."""
        return key_of(self.local, all_day=self.all_day)


def key_of(planned: datetime, *, all_day: bool) -> str:
    """Return the occurrence key of a planned wall time."""
    return planned.date().isoformat() if all_day else planned.isoformat(timespec="seconds")


@dataclass(frozen=True)
class Series:
    """A rule with its start, zone and exceptions.

    Attributes:
        start: DTSTART as naive wall time; midnight if `all_day`.
        zone: IANA name.
        exdates: keys (or shown local times) of occurrences that do not happen.
    """

    rule: RecurrenceRule
    start: datetime
    all_day: bool
    zone: str
    exdates: frozenset[str] = frozenset()

    @classmethod
    def from_text(cls, rrule: str, dtstart: str, zone: str, exdates: tuple[str, ...] = ()) -> "Series":
        """Read a series exactly as RFC 5545 means it; for stored rows and imported calendars.

        Raises:
            DomainError: field `rrule` (a RecurrenceError with `.part`), `dtstart`, `time_zone` or `exdates`.
        """
        get_zone(zone)
        local = parse_local(dtstart, "dtstart")
        if not FIRST_YEAR <= local.year <= LATEST_START_YEAR:
            raise DomainError("dtstart", f"Expected a year from {FIRST_YEAR} to {LATEST_START_YEAR}.")
        start = as_wall_time(local)
        all_day = not isinstance(local, datetime)
        rule = parse_rrule(rrule)
        if all_day:  # RFC 5545: the parts of a time mean nothing if DTSTART is a date
            rule = replace(rule, by_hour=(), by_minute=(), by_second=())
            if rule.freq > Frequency.DAILY:
                raise RecurrenceError("FREQ", "a series of whole days cannot repeat within a day.")
        keys = frozenset(key_of(as_wall_time(parse_local(text, "exdates")), all_day=all_day) for text in exdates)
        return cls(rule, start, all_day, zone, keys)

    @cached_property
    def expanded_rule(self) -> RecurrenceRule:
        """The rule with everything it leaves to DTSTART written out."""
        return with_defaults(self.rule, self.start)

    @property
    def dtstart(self) -> str:
        """DTSTART in the text form that `from_text` reads."""
        return key_of(self.start, all_day=self.all_day)

    def instant_of(self, key: str) -> datetime:
        """Return the instant of an occurrence key.

        Raises:
            DomainError: field `occurrence_key`, if the text is no local time.
        """
        return to_instant(as_wall_time(parse_local(key, "occurrence_key")), self.zone)


def as_wall_time(local: date | datetime) -> datetime:
    """Return a date as its midnight, a wall time as it is."""
    return local if isinstance(local, datetime) else datetime.combine(local, time.min)


class Walk(Iterator[Occurrence]):
    """The occurrences of a series from an instant on (from the first if None), computed one period at a time.

    `periods_visited` counts the work done so far.
    """

    def __init__(self, series: Series, not_before: datetime | None = None) -> None:
        self.periods_visited = 0
        self._series = series
        self._not_before = not_before
        # A gap can move an occurrence at most a day (Samoa left one out); two days of margin cover both directions.
        floor = to_local(not_before, series.zone) - timedelta(days=2) if not_before else series.start
        self._floor = max(floor, series.start)
        self._occurrences = self._generate()

    def __next__(self) -> Occurrence:
        return next(self._occurrences)

    def _generate(self) -> Iterator[Occurrence]:
        latest: datetime | None = None
        for occurrence in self._unordered():
            if latest is not None and occurrence.at <= latest:
                continue
            latest = occurrence.at
            if self._not_before is not None and occurrence.at < self._not_before:
                continue
            if not {occurrence.key, occurrence.local_text} & self._series.exdates:
                yield occurrence

    def _unordered(self) -> Iterator[Occurrence]:
        """Yield day by day; within one, a gap may have moved a time behind a later one, hence the sort."""
        for batch in self._batches():
            upcoming = [item for item in batch if item[1] >= self._floor]
            for _, day in groupby(upcoming, key=lambda item: item[1].date()):
                yield from sorted(starmap(self._resolve, day), key=lambda occurrence: occurrence.at)

    def _batches(self) -> Iterator[list[tuple[int, datetime]]]:
        """Yield the numbered planned times of each period that has any, until the rule ends or is silent too long."""
        series, rule = self._series, self._series.expanded_rule
        index, number = self._first_period()
        budget = MAX_EMPTY_PERIODS.get(rule.freq, MAX_EMPTY_FINE_PERIODS)
        empty_count = 0
        for _, planned in self._counted(period_sets(rule, series.start, index)):
            batch = []
            for at in takewhile(self._before_end, (at for at in planned if at >= series.start)):
                number += 1 if rule.count is not None else 0
                if rule.count is not None and number > rule.count:
                    break
                batch.append((number, at))
            if batch:
                yield batch
            if rule.count is not None and number >= rule.count:
                return
            if planned and not self._before_end(planned[-1]):
                return
            empty_count = 0 if batch else empty_count + 1
            if empty_count > budget:
                return

    def _counted(self, sets: Iterator[PeriodSet]) -> Iterator[PeriodSet]:
        for item in sets:
            self.periods_visited += 1
            yield item

    def _resolve(self, number: int, planned: datetime) -> Occurrence:
        series = self._series
        at = to_instant(planned, series.zone)
        local = planned if series.all_day else to_local(at, series.zone)
        return Occurrence(key_of(planned, all_day=series.all_day), local, at, series.all_day, number)

    def _before_end(self, planned: datetime) -> bool:
        until = self._series.rule.until
        if until is None:
            return True
        if self._series.all_day or not isinstance(until, datetime):
            # Calendars write a time after all-day rules too; only its date can be meant.
            return planned.date() <= (until.date() if isinstance(until, datetime) else until)
        return (planned if until.tzinfo is None else to_instant(planned, self._series.zone)) <= until

    def _first_period(self) -> tuple[int, int]:
        """Return the period to start from and how many planned times of COUNT lie before it."""
        rule, start = self._series.expanded_rule, self._series.start
        index = period_index(rule, start, self._floor.date())
        if rule.count is None:
            return index, 0
        block = _uniform_block(rule)
        if block is None or index < block:
            return 0, 0  # an irregular rule has to be counted; COUNT bounds that
        blocks = index // block
        sizes = [len(times) for _, times in islice(self._counted(period_sets(rule, start, block)), block)]
        first = [
            at for _, times in islice(self._counted(period_sets(rule, start, 0)), block) for at in times if at >= start
        ]
        return blocks * block, len(first) + (blocks - 1) * sum(sizes)


def _uniform_block(rule: RecurrenceRule) -> int | None:
    """Return after how many periods the number of occurrences repeats, or None if it is irregular.

    DAILY and WEEKLY rules that look at nothing but weekdays: any interval of seven days' periods is whole weeks.
    """
    if rule.by_month or rule.by_month_day or rule.by_year_day or rule.by_week_no or rule.by_easter:
        return None
    if rule.freq is Frequency.WEEKLY or (rule.freq is Frequency.DAILY and not rule.by_day):
        return 1
    return 7 if rule.freq is Frequency.DAILY else None


def occurrences(series: Series, count: int, not_before: datetime | None = None) -> list[Occurrence]:
    """Return up to `count` occurrences in order, from an aware instant on, or from the first."""
    return list(islice(Walk(series, not_before), count))


def next_after(series: Series, after: datetime | date) -> Occurrence | None:
    """Return the first occurrence strictly later than an instant, a naive wall time, or a whole local date.

    None means the series has ended.
    """
    if not isinstance(after, datetime):
        after = datetime.combine(after, time.max)
    instant = after if after.tzinfo is not None else to_instant(after, series.zone)
    return next((occurrence for occurrence in Walk(series, instant) if occurrence.at > instant), None)


def find(series: Series, key: str) -> Occurrence | None:
    """Return the occurrence of a key, or None if the series has no such occurrence."""
    instant = series.instant_of(key)
    same_instant = takewhile(lambda occurrence: occurrence.at <= instant, Walk(series, instant))
    return next((occurrence for occurrence in same_instant if key in {occurrence.key, occurrence.local_text}), None)
