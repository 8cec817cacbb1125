"""When a reminder fires, and what becomes of one whose time has passed.

Called by the task service (plans the occurrences in the transaction of the edit), the reminders job (lateness) and the
notifications service (snooze). How a fired reminder reaches its user is `delivery`'s business. Always: instants are aware
UTC, wall times naive with an IANA zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shared.domain.errors import DomainError
from shared.domain.zone import to_instant

MAX_MINUTES_BEFORE = 366 * 24 * 60
MAX_SNOOZE_MINUTES = 30 * 24 * 60
MINUTES_PER_DAY = 24 * 60
DEFAULT_ALL_DAY_TIME = time(9)

# The job runs every 30 s and a push may be retried: up to two minutes nobody calls late.
PUNCTUAL = timedelta(minutes=2)
SENT_LATE = timedelta(hours=12)

_SNOOZE_MARK = "|snooze "


@dataclass(frozen=True, slots=True)
class AbsoluteReminder:
    """Fires at a wall time of its own, whatever the task's due time is; where clocks show it twice, `fold` says at which."""

    local: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class RelativeReminder:
    """Fires some minutes before the task is due; whole days of them count on the calendar."""

    minutes_before: int

    def __post_init__(self) -> None:
        if not 0 <= self.minutes_before <= MAX_MINUTES_BEFORE:
            raise DomainError("minutes_before", f"Expected a whole number from 0 to {MAX_MINUTES_BEFORE}.")


ReminderRule = AbsoluteReminder | RelativeReminder


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due: a wall time, or a whole date (then `on` is set and the user's reminder hour stands in).

    Always exactly one of `local` and `on`.
    """

    zone: str
    local: datetime | None = None
    on: date | None = None

    def __post_init__(self) -> None:
        if (self.local is None) == (self.on is None):
            raise DomainError("due_at", "Give either a due time or a due date.")


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One reminder occurrence to store.

    Attributes:
        occurrence_key: version of the rule and planned wall time; unique per rule, the same however often it is planned.
        fire_at: aware UTC.
        local: the planned wall time in the reminder's zone, before any gap moves it.
    """

    occurrence_key: str
    fire_at: datetime
    local: datetime


def plan(
    rule: ReminderRule, due: Due | None, *, rule_version: int, all_day_time: time = DEFAULT_ALL_DAY_TIME
) -> PlannedReminder | None:
    """Return the occurrence of a reminder rule for a due time; None for a relative rule on a task without one.

    A day before 09:00 is 09:00 the day before, also across a change of clocks; an hour before is sixty real minutes.
    Source: RFC 5545 section 3.3.6 (days are nominal, hours exact).

    Raises:
        DomainError: unknown zone or a time out of range.
    """
    if isinstance(rule, AbsoluteReminder):
        return _planned(rule_version, rule.local, to_instant(rule.local, rule.zone))
    if due is None:
        return None
    moment = due.local if due.local is not None else datetime.combine(due.on or date.min, all_day_time)
    days, minutes = divmod(rule.minutes_before, MINUTES_PER_DAY)
    try:
        day = moment - timedelta(days=days) if days else moment  # a subtraction forgets the fold
        fire_at = to_instant(day, due.zone) - timedelta(minutes=minutes)
        return _planned(rule_version, day - timedelta(minutes=minutes), fire_at)
    except OverflowError as error:
        raise DomainError("minutes_before", "The reminder would fire out of range.") from error


def _planned(rule_version: int, local: datetime, fire_at: datetime) -> PlannedReminder:
    return PlannedReminder(f"{rule_version}|{local.isoformat(timespec='seconds')}", fire_at, local)


class Lateness(StrEnum):
    """What to do with a reminder whose time has come."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    DIGEST = "digest"


def lateness(fire_at: datetime, now: datetime) -> Lateness:
    """Return how a reminder is treated: sent, sent marked late (up to 12 h), or listed in one digest.

    A reminder moved by quiet hours or a snooze is judged by the moment it was moved to.
    """
    late_by = now - fire_at
    if late_by < timedelta(0):
        return Lateness.EARLY
    if late_by <= PUNCTUAL:
        return Lateness.ON_TIME
    return Lateness.LATE if late_by <= SENT_LATE else Lateness.DIGEST


@dataclass(frozen=True, slots=True)
class Snooze:
    """A reminder put off: a child occurrence of its own.

    Attributes:
        occurrence_key: the parent's key and a running number; the same snooze asked for twice is one.
        fire_at: aware UTC.
    """

    occurrence_key: str
    fire_at: datetime


def snooze(parent_key: str, snoozed_count: int, *, now: datetime, minutes: int) -> Snooze:
    """Put a reminder off by some minutes from now.

    Args:
        parent_key: key of the reminder as first planned, or of an earlier snooze of it.
        snoozed_count: how often it has been snoozed before.
        now: aware instant.
        minutes: 1 to 30 days.

    Raises:
        DomainError: field `minutes`.
    """
    if not 1 <= minutes <= MAX_SNOOZE_MINUTES:
        raise DomainError("minutes", f"Expected a whole number from 1 to {MAX_SNOOZE_MINUTES}.")
    root = parent_key.split(_SNOOZE_MARK, 1)[0]
    return Snooze(f"{root}{_SNOOZE_MARK}{snoozed_count + 1}", now + timedelta(minutes=minutes))
