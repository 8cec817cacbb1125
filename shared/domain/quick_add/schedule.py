"""Bring together what a line says about time: its day, its time, its recurrence, and the first occurrence.

Called by `interpret`. Always: a recurrence's due time is its first occurrence from now (or its stated start) on.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.domain.errors import DomainError
from shared.domain.quick_add import vocabulary as v
from shared.domain.quick_add.groups import Group, due_of
from shared.domain.quick_add.piece import Clock
from shared.domain.quick_add.recurrences import Recurrence
from shared.domain.recurrence import Mode, Series, create_series, key_of, occurrences
from shared.domain.zone import to_instant

_NOON_HOUR = 12
_HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task is due and how it repeats, and the groups that said so."""

    due: date | datetime | None = None
    rrule: str | None = None
    mode: Mode = Mode.SCHEDULE
    used: tuple[Group, ...] = ()


def plan_once(groups: list[Group], clock: Clock) -> Schedule:
    """Return the due time of a task that does not repeat.

    Of several days the one after ``due``, ``by``, ``bis`` counts, else the last; its time may stand elsewhere in the text.
    """
    dated = [group for group in groups if group.day]
    wanted = [group for group in dated if v.DUE_WORDS.intersection(group.leads)] or dated
    timed = [group for group in groups if group.at and not group.day]
    main = wanted[-1] if wanted else None
    clock_time = timed[-1] if timed and not (main and main.at and not main.vague) else None
    day, at = (main.day, main.at) if main else (None, None)
    if clock_time:
        at = _exact_time(clock_time.at, at)
    return Schedule(due_of(day, at, clock), used=tuple(group for group in (main, clock_time) if group))


def plan_recurrence(found: Recurrence, groups: list[Group], clock: Clock, zone: str) -> Schedule | None:
    """Return the rule with its first occurrence; None if there is no such occurrence."""
    until = next((group for group in groups if group.day and v.END_PREPOSITIONS.intersection(group.leads)), None)
    rest = [group for group in groups if group is not until]
    dated = next((group for group in rest if group.day), None)
    timed = next((group for group in rest if group.at and (group is dated or not group.day)), until)
    at = _exact_time(timed.at, found.at) if timed and timed.at else found.at
    day = dated.day if dated and dated.day else clock.today
    rule = found.rule
    if found.every_hours:
        at = at or time((clock.now.hour + 1) % _HOURS_PER_DAY)
        hours = sorted({(at.hour + step) % _HOURS_PER_DAY for step in range(0, _HOURS_PER_DAY, found.every_hours)})
        rule = f"FREQ=DAILY;BYHOUR={','.join(map(str, hours))}"
    rule += f";COUNT={found.count}" if found.count else ""
    rule += f";UNTIL={until.day:%Y%m%d}" if until and until.day and not found.count else ""
    mode = Mode.COMPLETION if found.completion else Mode.SCHEDULE
    used = tuple(dict.fromkeys(group for group in (until, dated, timed) if group))
    try:
        due = _first(rule, day, at, clock, zone)
        if due is None:
            return None
        text = key_of(due, all_day=False) if isinstance(due, datetime) else due.isoformat()
        return Schedule(due, str(create_series(rule, text, zone, mode=mode).rule), mode, used)
    except DomainError:
        return None


def _exact_time(exact: time | None, vague: time | None) -> time | None:
    """Return the exact time, in the afternoon if a vague one beside it says so: ``every evening`` ... ``at 8``."""
    if exact and vague and vague.hour > _NOON_HOUR and 0 < exact.hour < _NOON_HOUR:
        return exact.replace(hour=exact.hour + _NOON_HOUR)
    return exact or vague


def _first(rule: str, day: date, at: time | None, clock: Clock, zone: str) -> date | datetime | None:
    every = ";".join(part for part in rule.split(";") if not part.startswith(("INTERVAL=", "COUNT=")))
    if at is None:
        found = occurrences(Series.from_text(every, day.isoformat(), zone), 1)
        return found[0].on if found else None
    start = datetime.combine(day, at)
    series = Series.from_text(every, key_of(start, all_day=False), zone)
    found = occurrences(series, 1, to_instant(clock.now, zone) + timedelta(microseconds=1))
    return found[0].local if found else None
