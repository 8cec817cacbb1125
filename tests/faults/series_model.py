"""What a recurring task must look like, by another library's arithmetic: the model of the series machine.

Occurrences come from python-dateutil as wall times; they are compared as instants, which Python's zoneinfo computes for a wall time with
``fold=0`` exactly as RFC 5545 says. Nothing of the product is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import chain, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

LAST_YEAR = 2040


class Refused(Exception):
    """Nothing of the rule is left to come; the product refuses the change and nothing of it happens."""


@dataclass(frozen=True)
class Rule:
    """A rule without its end, and its end."""

    text: str
    count: int | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        end = f";COUNT={self.count}" if self.count else f";UNTIL={self.until:%Y%m%dT%H%M%SZ}" if self.until else ""
        return self.text + end


@dataclass
class Instance:
    """A task of an occurrence: its state, and the instant it is due."""

    state: str
    due: float


@dataclass
class Part:
    """A series: what a change of "this and following" cuts in two."""

    rule: Rule
    start: datetime
    zone: str
    title: str
    id: str = ""
    skipped: set[datetime] = field(default_factory=set)
    instances: dict[datetime, Instance] = field(default_factory=dict)
    is_paused: bool = False
    is_ended: bool = False
    # The open instance is no longer as it was made: undoing the one before does not remove it.
    is_touched: bool = False

    def instant(self, wall: datetime) -> float:
        """Return the instant of a wall time in the zone of the series."""
        return wall.replace(tzinfo=ZoneInfo(self.zone)).timestamp()

    def planned(self) -> Iterator[datetime]:
        """Yield every occurrence of the rule, those that were skipped too."""
        for number, at in enumerate(rrulestr(self.rule.text, dtstart=self.start)):
            is_over = self.rule.until is not None and self.instant(at) > self.rule.until.timestamp()
            if is_over or number == self.rule.count or at.year > LAST_YEAR:
                return
            yield at

    def coming(self, instant: float) -> Iterator[datetime]:
        """Yield the occurrences at or after an instant."""
        yield from (at for at in self.planned() if at not in self.skipped and self.instant(at) >= instant)

    def following(self, instant: float) -> datetime | None:
        """Return the first occurrence strictly after an instant."""
        return next((at for at in self.coming(instant) if self.instant(at) > instant), None)

    @property
    def newest(self) -> datetime:
        """The latest occurrence that has an instance."""
        return max(self.instances)

    @property
    def waits(self) -> bool:
        """Whether an instance is to be done."""
        return bool(self.instances) and self.instances[self.newest].state == "open"

    def open(self, key: datetime, *, is_touched: bool = False) -> None:
        """Make, or move, the open instance to an occurrence."""
        self.instances[key] = Instance("open", self.instant(key))
        self.is_touched = is_touched

    def go_on(self, now: float) -> None:
        """Expect the next instance, later than the last one, than it was put off to, and than now; or the end."""
        following = self.following(max(self.instant(self.newest), self.instances[self.newest].due, now))
        if following is None:
            self.is_ended = True
        else:
            self.open(following)

    def start_of_today(self, now: float) -> float:
        """Return the first instant of the present day in the zone."""
        today = datetime.fromtimestamp(now, ZoneInfo(self.zone)).date()
        return self.instant(datetime.combine(today, time.min))

    def changed(self, rule: Rule | None, start: datetime | None, zone: str | None) -> "Part":
        """Return the series with other times; a day that was left out stays left out when only its time of day changes."""
        after = replace(self, rule=rule or self.rule, start=start or self.start, zone=zone or self.zone)
        old, new = self.start.time(), after.start.time()
        after.skipped = {datetime.combine(at, new) if at.time() == old else at for at in self.skipped}
        after.instances = dict(self.instances)
        if next(after.planned(), None) is None:
            raise Refused
        return after

    def place(self, key: datetime, now: float) -> datetime:
        """Return the occurrence of an open instance after a change: its own, one of its day, or the next one of a new day."""
        done = [at for at, instance in self.instances.items() if instance.state != "open"]
        if key in self.coming(self.instant(key)):
            return key
        earliest = max([self.start_of_today(now), *map(self.instant, done)])
        midnight = max(earliest, self.instant(datetime.combine(key, time.min)))
        same_day = takewhile(lambda at: at.date() == key.date(), self.coming(midnight))
        new_day = (at for at in self.coming(earliest) if all(at.date() > other.date() for other in done))
        for at in chain(same_day, new_day):
            if at == key or at not in self.instances:
                return at
        raise Refused

    def move(self, now: float) -> None:
        """Bring the open instance to where it belongs after the times changed."""
        key = self.newest
        old = self.instances.pop(key)
        self.instances[key] = old
        to = self.place(key, now)
        is_same = (to, self.instant(to)) == (key, old.due)
        del self.instances[key]
        self.open(to, is_touched=self.is_touched or not is_same)

    def cut(self, key: datetime) -> "Part":
        """End before an occurrence and return the rest, which has the same occurrences and what is left of COUNT."""
        number = list(takewhile(lambda at: at < key, self.planned()))
        left = None if self.rule.count is None else self.rule.count - len(number)
        rest = Part(replace(self.rule, count=left), key, self.zone, self.title)
        rest.skipped = {at for at in self.skipped if at >= key}
        end = datetime.fromtimestamp(self.instant(key), ZoneInfo("UTC")) - timedelta(seconds=1)
        self.rule = Rule(self.rule.text, None, end)
        return rest
