"""Reminders and recurrences around every kind of clock change, against arithmetic on the offsets alone.

A row gives the offsets before and after the change; the expected instant is the wall time minus the offset before it, in a
gap (RFC 5545 reads it with the old offset, which moves it forward) as well as in an overlap (its first instant).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.recurrence import Series, occurrences
from shared.domain.reminder import AbsoluteReminder, Due, RelativeReminder, plan
from shared.domain.zone import to_instant, to_local

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Change:
    """A wall time at which something is planned, and the offsets (minutes east of UTC) around it."""

    zone: str
    kind: str
    local: str
    before: int
    after: int

    @property
    def wall(self) -> datetime:
        return datetime.fromisoformat(self.local)

    def instant(self, wall: datetime) -> datetime:
        """Return the instant of a wall time some days before, at or some days after the change."""
        offset = self.before if wall <= self.wall else self.after
        return wall.replace(tzinfo=UTC) - timedelta(minutes=offset)

    @property
    def shown(self) -> datetime:
        """The wall time clocks show at the planned one: later by what the gap leaves out."""
        is_gap = self.kind.endswith("gap")
        return self.wall + timedelta(minutes=self.after - self.before if is_gap else 0)


GRID = [
    Change("Europe/Berlin", "gap", "2026-03-29T02:30", 60, 120),
    Change("Europe/Berlin", "overlap", "2026-10-25T02:30", 120, 60),
    Change("America/New_York", "gap", "2026-03-08T02:30", -300, -240),
    Change("America/New_York", "overlap", "2026-11-01T01:30", -240, -300),
    Change("Australia/Lord_Howe", "gap", "2026-10-04T02:15", 630, 660),  # half an hour
    Change("Australia/Lord_Howe", "overlap", "2026-04-05T01:45", 660, 630),
    Change("Africa/Casablanca", "gap", "2026-03-22T02:30", 0, 60),  # the end of Ramadan
    Change("Africa/Casablanca", "overlap", "2026-02-15T02:30", 60, 0),
    Change("Asia/Kathmandu", "midnight gap", "1986-01-01T00:10", 330, 345),  # a quarter of an hour, once
    Change("Asia/Kathmandu", "none", "2026-03-29T02:30", 345, 345),
    Change("Pacific/Apia", "gap", "2012-09-30T03:30", 780, 840),
    Change("Pacific/Apia", "overlap", "2012-04-01T03:30", 840, 780),
    Change("Pacific/Apia", "midnight gap", "2011-12-30T09:00", -600, 840),  # a whole day
    Change("America/Sao_Paulo", "midnight gap", "2018-11-04T00:00", -180, -120),
    Change("America/Sao_Paulo", "midnight gap", "2018-11-04T00:30", -180, -120),
    Change("America/Sao_Paulo", "overlap", "2018-02-17T23:30", -120, -180),
    Change("UTC", "none", "2026-03-29T02:30", 0, 0),
]

grid = pytest.mark.parametrize(
    "change", [pytest.param(row, id=f"{row.zone} {row.kind} {row.local[11:]}") for row in GRID]
)


def _due(change: Change) -> Due:
    return Due(zone=change.zone, local=change.wall)


@grid
def test_absolute(change: Change) -> None:
    """A reminder at a wall time as people write one fires at its first instant, moved forward out of a gap."""
    planned = plan(AbsoluteReminder(change.wall, change.zone), None, rule_version=3)
    assert planned is not None
    assert planned.fire_at == change.instant(change.wall)
    assert planned.occurrence_key == f"3|{change.local}:00"


@pytest.mark.parametrize("change", [row for row in GRID if row.kind == "overlap"], ids=lambda row: row.zone)
def test_the_second_time_clocks_show_it(change: Change) -> None:
    """A moment named with its offset in the hour that comes twice stays that moment, as a reminder's own time and as a due time."""
    moment = change.wall.replace(tzinfo=UTC) - timedelta(minutes=change.after)
    local = to_local(moment, change.zone)
    assert local == change.wall
    absolute = plan(AbsoluteReminder(local, change.zone), None, rule_version=1)
    at_due = plan(RelativeReminder(0), Due(zone=change.zone, local=local), rule_version=1)
    before = plan(RelativeReminder(30), Due(zone=change.zone, local=local), rule_version=1)
    assert absolute is not None
    assert at_due is not None
    assert before is not None
    assert [absolute.fire_at, at_due.fire_at, before.fire_at] == [moment, moment, moment - timedelta(minutes=30)]


@pytest.mark.parametrize("change", [row for row in GRID if row.kind != "overlap"], ids=lambda row: row.zone)
def test_the_fold_means_nothing_elsewhere(change: Change) -> None:
    """Only an hour that comes twice has a second instant: in a gap and on any other day a fold changes nothing."""
    assert to_instant(change.wall.replace(fold=1), change.zone) == change.instant(change.wall)


@grid
def test_an_hour_before(change: Change) -> None:
    """Sixty minutes before due are sixty real minutes."""
    planned = plan(RelativeReminder(60), _due(change), rule_version=1)
    assert planned is not None
    assert planned.fire_at == change.instant(change.wall) - timedelta(hours=1)


@grid
def test_a_day_before(change: Change) -> None:
    """A day before due is the same wall time of the day before, though 23 or 25 hours may lie between."""
    planned = plan(RelativeReminder(24 * 60), _due(change), rule_version=1)
    assert planned is not None
    assert planned.fire_at == change.instant(change.wall - DAY)


@grid
def test_a_day_after_the_change_minus_a_day(change: Change) -> None:
    """A day before the day after falls on the change itself, and moves as an absolute reminder there does."""
    planned = plan(RelativeReminder(24 * 60), Due(zone=change.zone, local=change.wall + DAY), rule_version=1)
    assert planned is not None
    assert planned.fire_at == change.instant(change.wall)


@grid
@pytest.mark.parametrize(("rrule", "step"), [("FREQ=DAILY", DAY), ("FREQ=WEEKLY", WEEK)], ids=["daily", "weekly"])
def test_recurrence(change: Change, rrule: str, step: timedelta) -> None:
    """The occurrence on the change moves alone; those around it keep their wall time."""
    planned = [change.wall + step * place for place in (-1, 0, 1)]
    series = Series.from_text(rrule, planned[0].isoformat(), change.zone)
    expected = list(dict.fromkeys(change.instant(wall) for wall in planned))  # Samoa: two planned days are one
    found = occurrences(series, len(expected))
    assert [occurrence.at for occurrence in found] == expected
    assert found[1].local == change.shown
    assert [occurrence.key for occurrence in found] == [wall.isoformat() for wall in planned[: len(expected)]]
