"""How a fired reminder reaches its user: quiet hours, channels, storms, push lifetime.

Called by the reminders job (`combine_late`, `schedule_within_cap`) and the notifier right before it sends (`quiet_until`,
`choose_channels`, `push_ttl_seconds`). Always: nothing is dropped, only deferred or merged; instants are aware UTC.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from shared.domain.errors import DomainError
from shared.domain.zone import get_zone, to_instant, to_local

URGENT = "urgent"
MAX_PUSH_TTL = timedelta(hours=24)
MIN_PUSH_TTL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily span of wall time in which only urgent reminders disturb; may span midnight; empty if start equals end."""

    start: time
    end: time
    zone: str

    def __post_init__(self) -> None:
        get_zone(self.zone)
        if self.start.tzinfo or self.end.tzinfo:
            raise DomainError("quiet_hours", "Expected local times without an offset.")


def quiet_until(quiet: QuietHours | None, at: datetime, *, priority: str = "none") -> datetime:
    """Return when a notification ready at an instant may be sent: then, or at the end of the quiet hours around it.

    Compares instants, not wall times: on the night clocks go back the hour that comes twice is quiet once or twice as the
    real end of the span says, and an end inside a gap moves forward with the clocks.
    """
    if quiet is None or quiet.start == quiet.end or priority == URGENT:
        return at
    today = to_local(at, quiet.zone).date()
    for day in (today - timedelta(days=1), today):
        last_day = day if quiet.start < quiet.end else day + timedelta(days=1)
        begins = to_instant(datetime.combine(day, quiet.start), quiet.zone)
        ends = to_instant(datetime.combine(last_day, quiet.end), quiet.zone)
        if begins <= at < ends:
            return ends
    return at


class Channel(StrEnum):
    """A way to reach a user."""

    PUSH = "push"
    EMAIL = "email"
    IN_APP = "in_app"


@dataclass(frozen=True, slots=True)
class Reach:
    """What could carry a notification right now."""

    push_subscription_count: int
    is_email_usable: bool
    may_fall_back: bool = True


def choose_channels(wanted: Iterable[Channel], reach: Reach) -> frozenset[Channel]:
    """Return the channels to deliver through.

    A push without a live subscription falls back to e-mail unless the person said no to that; whatever cannot be delivered at all stays visible in the app.
    An empty wish is respected: nothing is sent.
    """
    wishes = frozenset(wanted)
    chosen = wishes & {Channel.IN_APP}
    if Channel.PUSH in wishes and reach.push_subscription_count > 0:
        chosen |= {Channel.PUSH}
    misses_push = Channel.PUSH in wishes and Channel.PUSH not in chosen
    if (Channel.EMAIL in wishes or (misses_push and reach.may_fall_back)) and reach.is_email_usable:
        chosen |= {Channel.EMAIL}
    return chosen or (frozenset({Channel.IN_APP}) if wishes else chosen)


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder occurrence whose time has come."""

    occurrence_id: UUID
    user_id: UUID
    task_id: UUID
    fire_at: datetime


def combine_late(late: Iterable[DueReminder]) -> dict[DueReminder, list[DueReminder]]:
    """Merge the late reminders of one task: the latest is sent and stands for the earlier ones.

    Returns each reminder to send, in order of time, with those it stands for.
    """
    per_task: dict[tuple[UUID, UUID], list[DueReminder]] = {}
    for reminder in sorted(late, key=_order):
        per_task.setdefault((reminder.user_id, reminder.task_id), []).append(reminder)
    merged = {reminders[-1]: reminders[:-1] for reminders in per_task.values()}
    return dict(sorted(merged.items(), key=lambda item: _order(item[0])))


def schedule_within_cap(
    due: Sequence[DueReminder], *, now: datetime, cap: int, window: timedelta, sent_counts: Mapping[UUID, int]
) -> list[tuple[DueReminder, datetime]]:
    """Spread a storm: per user at most `cap` reminders in each window, oldest first, the rest in the windows that follow.

    Args:
        due: what waits, in any order.
        now: aware instant; the current window begins here.
        cap: per user and window, at least 1.
        window: length of one window.
        sent_counts: what each user got in the current window already.

    Returns every reminder once, with its time to be sent.
    """
    if cap < 1:
        raise DomainError("cap", "Expected at least 1.")
    taken = Counter(sent_counts)
    scheduled = []
    for reminder in sorted(due, key=_order):
        scheduled.append((reminder, now + window * (taken[reminder.user_id] // cap)))
        taken[reminder.user_id] += 1
    return scheduled


def _order(reminder: DueReminder) -> tuple[datetime, UUID]:
    return reminder.fire_at, reminder.occurrence_id


def push_ttl_seconds(now: datetime, useless_at: datetime | None) -> int:
    """Return for how long a push service keeps an undelivered message: until it is useless, 24 h at most, never 0.

    TTL 0 would drop the message whenever the device is not connected at that moment (RFC 8030 section 5.2).
    """
    remaining = MAX_PUSH_TTL if useless_at is None else useless_at - now
    return int(min(max(remaining, MIN_PUSH_TTL), MAX_PUSH_TTL).total_seconds())
