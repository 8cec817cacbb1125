"""Conversions between wall time and instants.

Called by the task, recurrence and reminder rules; nothing else in the product may do this arithmetic (PostgreSQL's
`AT TIME ZONE` takes the second instant of an overlap, this module the first).

Always: an instant is an aware datetime in UTC; a wall time is a naive datetime that means nothing without its IANA zone.
A wall time inside a gap moves forward by the length of the gap, one inside an overlap is its first instant unless its `fold` is 1,
which only a wall time read off an instant has: what somebody writes is the first.
Source: RFC 5545 section 3.3.5, form 3; PEP 495.
"""

import zoneinfo
from datetime import UTC, date, datetime, time
from functools import lru_cache

from shared.domain.errors import DomainError

# Every machine must agree on the rules of a zone: prefer the pinned tzdata package over the operating system's files.
zoneinfo.reset_tzpath(to=())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - {"Factory", "localtime"}


@lru_cache(maxsize=1024)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)


def get_zone(name: str, field: str = "time_zone") -> zoneinfo.ZoneInfo:
    """Return the zone of an IANA name.

    Raises:
        DomainError: the name is not in the time zone database; carries `field`.
    """
    if name not in _names():
        raise DomainError(field, "Expected an IANA time zone such as Europe/Berlin.")
    return _zone(name)


def to_instant(local: datetime, zone_name: str) -> datetime:
    """Return the instant (UTC) of a naive wall time.

    Raises:
        DomainError: unknown zone, or an instant outside the years 1 to 9999.
    """
    zone = get_zone(zone_name)
    try:
        # In a gap fold 1 is the earlier one: there the other, later reading holds all the same.
        return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in {0, local.fold})
    except OverflowError as error:
        raise DomainError("due_at", "The time is out of range.") from error


def to_local(instant: datetime, zone_name: str) -> datetime:
    """Return the naive wall time that clocks of the zone show at an aware instant; its `fold` is 1 when they show it for the second time."""
    return instant.astimezone(get_zone(zone_name)).replace(tzinfo=None)


def with_fold(local: datetime, instant: datetime, zone_name: str) -> datetime:
    """Return a wall time as it was planned, from a store that keeps no fold but the instant it stood for."""
    return local.replace(fold=to_local(instant, zone_name).fold)


def real_wall_time(local: datetime, zone_name: str) -> datetime:
    """Return the wall time that clocks really show for a planned one: moved forward if it falls into a gap."""
    return to_local(to_instant(local, zone_name), zone_name)


def today(instant: datetime, zone_name: str) -> date:
    """Return the calendar date in the zone at an aware instant."""
    return to_local(instant, zone_name).date()


def start_of_day(day: date, zone_name: str) -> datetime:
    """Return the first instant (UTC) of a calendar date; 01:00 where clocks skip midnight."""
    return to_instant(datetime.combine(day, time.min), zone_name)


def parse_local(text: str, field: str = "due_local") -> date | datetime:
    """Read `YYYY-MM-DD` as a date and `YYYY-MM-DDTHH:MM[:SS]` as a naive wall time of whole seconds.

    Raises:
        DomainError: another shape, an offset, or a date that does not exist; carries `field`.
    """
    shape = DomainError(field, "Expected a local time such as 2026-01-31T09:00 or a date such as 2026-01-31.")
    if not text.isascii() or len(text) not in {10, 16, 19}:
        raise shape
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text)
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise shape from error
    if local.tzinfo is not None or local.microsecond or not text[10:].startswith("T") or text[11:13] == "24":
        raise shape
    return local
