"""Any history of a recurring task against a model that expands its rule with another library."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared import clock
from shared.domain.errors import DomainError
from shared.errors import InvalidInput
from shared.services import recurring_tasks, tasks
from shared.services.actor import Actor
from shared.services.recurring_changes import change_recurring_task
from shared.services.recurring_documents import SeriesChange
from tests.faults.series_model import Part, Refused, Rule
from tests.integration.recurring.conftest import RECURRING, SERIES, Planner

pytestmark = pytest.mark.timeout(300)
ZONE = "Europe/Berlin"
START = datetime(2031, 3, 24, 2, 30)  # noqa: DTZ001 - a Monday; six days later this wall time does not exist
RULES = [
    *map(Rule, ("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR")),
    *(
        Rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU"),
        Rule("FREQ=DAILY", count=6),
        Rule("FREQ=WEEKLY;BYDAY=TU,SU", count=9),
    ),
    # An hour before the occurrence that the clocks move from 02:30 to 03:30.
    Rule("FREQ=DAILY", until=datetime(2031, 3, 30, 0, 30, tzinfo=UTC)),
]
TIMES = [timedelta(), timedelta(hours=6, minutes=30), timedelta(days=2, hours=16)]
TITLES = st.sampled_from([None, "Walk", "Swim"])
maybe_rule = st.none() | st.sampled_from(RULES)
# A new start is given as its distance from the midnight of the day it counts from.
maybe_start = st.none() | st.sampled_from(TIMES)
maybe_zone = st.sampled_from([None, None, "America/New_York", "Asia/Kathmandu"])


class SeriesMachine(RuleBasedStateMachine):
    """A person, a series by schedule and the parts it is cut into, and what they must look like."""

    @initialize(rule=st.sampled_from(RULES))
    def create(self, rule: Rule) -> None:
        """Create the series; its first instance is there at once."""
        self.planner = Planner()
        part = Part(rule, START, ZONE, "Run")
        part.id = self.planner.series(str(rule), START.isoformat(), ZONE, template={"title": "Run"})["id"]
        part.open(next(part.planned()))
        self.parts = [part]
        self.now = clock.epoch_seconds()

    @contextmanager
    def at(self, moment: float) -> Iterator[None]:
        """Move the clock to an instant, never back."""
        self.now = max(self.now, moment)
        with clock.shifted(self.now - clock.epoch_seconds()):
            yield

    def waiting(self, number: int) -> Part | None:
        """Return one of the parts that wait to be done, if any does."""
        waiting = [part for part in self.parts if part.waits]
        return waiting[number % len(waiting)] if waiting else None

    def living(self, number: int) -> Part | None:
        """Return one of the parts that have not ended, if any has not."""
        living = [part for part in self.parts if not part.is_ended]
        return living[number % len(living)] if living else None

    def id_of(self, part: Part, key: datetime) -> UUID:
        """Return the task of an occurrence."""
        found = [one for one in self.planner.instances({"id": part.id}) if one["occurrence_key"] == key.isoformat()]
        return UUID(found[0]["id"])

    def call(self, action: Callable[..., Any], part: Part, *arguments: Any) -> Any:
        """Call an action of a series at the model's present through its service: tokens know only the real one."""
        with self.at(self.now):
            answer = action(Actor(self.planner.user_id), UUID(part.id), *arguments)
            self.planner.deliver()
        return answer

    @rule(number=st.integers(0, 3), days_late=st.sampled_from([-1, 0, 1, 2, 9]))
    def complete(self, number: int, days_late: int) -> None:
        """Complete it early or late: the next one is later than its occurrence, than it was put off to, and than this moment."""
        part = self.waiting(number)
        if part is None:
            return
        key = part.newest
        task_id = self.id_of(part, key)
        with self.at(part.instant(key + timedelta(days=days_late, minutes=7))):
            tasks.complete_task(Actor(self.planner.user_id), task_id)
            self.planner.deliver()
        part.instances[key].state = "completed"
        if not part.is_paused and not part.is_ended:
            part.go_on(self.now)

    @rule(number=st.integers(0, 3))
    def undo(self, number: int) -> None:
        """Open the one before again: the next one, which nobody touched, goes."""
        part = self.waiting(number)
        if part is None or part.is_touched or len(part.instances) == 1:
            return
        newest, before = sorted(part.instances, reverse=True)[:2]
        if part.instances[before].state != "completed":
            return
        task_id = self.id_of(part, before)
        with self.at(self.now):
            tasks.reopen_task(Actor(self.planner.user_id), task_id)
            self.planner.deliver()
        part.instances[before].state = "open"
        del part.instances[newest]
        part.is_touched = True  # its version is no longer that of a fresh one

    @rule(number=st.integers(0, 3), days=st.integers(0, 4))
    def put_off(self, number: int, days: int) -> None:
        """Change this one: it is due at another time and still stands for its occurrence."""
        part = self.waiting(number)
        if part is None or part.is_ended:
            return
        wall = datetime.combine(part.newest + timedelta(days=days), datetime.min.time()) + timedelta(hours=20)
        self.call(change_recurring_task, part, SeriesChange(scope="this", dtstart=wall.isoformat()))
        part.is_touched |= part.instances[part.newest].due != part.instant(wall)
        part.instances[part.newest].due = part.instant(wall)

    @rule(number=st.integers(0, 3))
    def skip(self, number: int) -> None:
        """Leave the open one out: it becomes the next, or the series ends."""
        part = self.waiting(number)
        if part is None or part.is_ended:
            return
        self.call(recurring_tasks.skip_occurrence, part, None)
        key = part.newest
        part.skipped.add(key)
        del part.instances[key]
        following = part.following(max(part.instant(key), self.now))
        if following is None:
            part.is_ended = True
        else:
            part.open(following, is_touched=True)

    @rule(number=st.integers(0, 3))
    def pause(self, number: int) -> None:
        """Nothing is made until it is resumed."""
        part = self.living(number)
        if part is not None:
            self.call(recurring_tasks.pause, part)
            part.is_paused = True

    @rule(number=st.integers(0, 3))
    def resume(self, number: int) -> None:
        """What was done meanwhile goes on from now; what lies between is not made up for."""
        part = self.living(number)
        if part is None:
            return
        self.call(recurring_tasks.resume, part)
        if part.is_paused and not part.waits:
            part.go_on(self.now)
        part.is_paused = False

    @rule(number=st.integers(0, 9))
    def end(self, number: int) -> None:
        """Its open instance stays as the last one; only one history in some ends by hand."""
        part = self.living(number) if number < 2 else None
        if part is not None:
            self.call(recurring_tasks.end, part)
            part.is_ended = True

    @rule(number=st.integers(0, 3), to=maybe_rule, start=maybe_start, zone=maybe_zone, title=TITLES)
    def change_all(
        self, number: int, to: Rule | None, start: timedelta | None, zone: str | None, title: str | None
    ) -> None:
        """Another rule, start, zone or title for the whole series."""
        part = self.living(number)
        if part is None:
            return
        wall = None if start is None else datetime.combine(part.start, datetime.min.time()) + start
        change = self.change("all", to, wall, zone, title)
        try:
            after = self.expect_all(part, to, wall, zone, title)
        except Refused:
            with pytest.raises((DomainError, InvalidInput)):
                self.call(change_recurring_task, part, change)
            return
        self.call(change_recurring_task, part, change)
        self.parts[self.parts.index(part)] = after

    @rule(
        number=st.integers(0, 3), ahead=st.sampled_from([0, 0, 1, 3]), to=maybe_rule, start=maybe_start, zone=maybe_zone,
        title=TITLES,
    )  # fmt: skip
    def change_following(
        self, number: int, ahead: int, to: Rule | None, start: timedelta | None, zone: str | None, title: str | None
    ) -> None:
        """Cut at the open instance, or some occurrences later; with nothing before the cut it is a change of all."""
        part = self.waiting(number)
        if part is None or part.is_ended or part.newest not in part.coming(part.instant(part.newest)):
            return
        key = part.newest
        for _ in range(ahead):
            key = part.following(part.instant(key)) or key
        wall = None if start is None else datetime.combine(key, datetime.min.time()) + start
        change = self.change("following", to, wall, zone, title)
        change = change.model_copy(update={"occurrence_key": key.isoformat() if ahead else None})
        try:
            parts = self.expect_following(part, key, to, wall, zone, title)
        except Refused:
            with pytest.raises((DomainError, InvalidInput)):
                self.call(change_recurring_task, part, change)
            return
        answer = self.call(change_recurring_task, part, change)
        parts[-1].id = str(answer["id"])
        self.parts = [one for one in self.parts if one is not part] + parts

    @staticmethod
    def change(scope: str, to: Rule | None, wall: datetime | None, zone: str | None, title: str | None) -> SeriesChange:
        """Return the change as the API takes it."""
        given: dict[str, Any] = {"scope": scope, "time_zone": zone}
        given |= {"rrule": str(to)} if to else {}
        given |= {"dtstart": wall.isoformat()} if wall else {}
        given |= {"template": {"title": title}} if title else {}
        return SeriesChange.model_validate(given)

    def expect_all(
        self, part: Part, to: Rule | None, wall: datetime | None, zone: str | None, title: str | None
    ) -> Part:
        """Return the series after a change of all."""
        after = part.changed(to, wall, zone) if to or wall or zone else part
        if after is not part and after.waits:
            after.move(self.now)
        if title is not None:
            after.is_touched |= title != after.title
            after.title = title
        return after

    def expect_following(
        self, part: Part, key: datetime, to: Rule | None, wall: datetime | None, zone: str | None, title: str | None
    ) -> list[Part]:
        """Return the first part and the second, or the whole where nothing came before."""
        takes_along = key == part.newest
        if takes_along and len(part.instances) == 1:
            return [self.expect_all(part, to, wall, zone, title)]
        first = part.changed(None, None, None)
        first.skipped = set(part.skipped)
        rest = first.cut(key)
        second = rest.changed(to, wall, zone) if to or wall or zone else rest
        if takes_along:
            second.instances[key] = first.instances.pop(key)
            first.is_ended = True
            if to or wall or zone:
                second.move(self.now)
            second.is_touched = True  # it belongs to another series now
        else:
            first_one = next(second.coming(second.start_of_today(self.now)), None)
            if first_one is None:
                raise Refused
            second.open(first_one)
        second.title = title or second.title
        return [first, second]

    @rule(seed=st.randoms(use_true_random=False))
    def deliver_again(self, seed: object) -> None:
        """Everything that ever happened arrives once more, in any order."""
        self.planner._delivered.clear()
        events = self.planner.events()
        seed.shuffle(events)  # type: ignore[attr-defined]
        with self.at(self.now):
            self.planner.deliver(events)

    @invariant()
    def the_database_is_the_model(self) -> None:
        """The same occurrences in the same state, each due when it should be, in a gap by as much later as the clocks skip."""
        if not hasattr(self, "planner"):
            return
        for part in self.parts:
            found = self.planner.instances({"id": part.id})
            expected = {key.isoformat(): (one.state, one.due) for key, one in part.instances.items()}
            due = {one["id"]: datetime.fromisoformat(one["due_at"]).timestamp() for one in found}
            assert {one["occurrence_key"]: (one["status"], due[one["id"]]) for one in found} == expected
            assert len(found) == len(expected)
            assert {one["title"] for one in found if one["status"] == "open"} <= {part.title}
            series = self.planner.get(f"{SERIES}/{part.id}", app=RECURRING).json
            assert (series["ended_at"] is not None) == part.is_ended
            self.check_preview(part)

    def check_preview(self, part: Part) -> None:
        """What the series says comes next is what the model says, from the open instance or today on."""
        items = self.planner.get(f"{SERIES}/{part.id}/preview?count=3", app=RECURRING).json["items"]
        floor = max(part.start_of_today(clock.epoch_seconds()), part.instant(part.newest) if part.waits else 0.0)
        coming = [] if part.is_ended else [at for at, _ in zip(part.coming(floor), range(3), strict=False)]
        assert [datetime.fromisoformat(item["utc"]).timestamp() for item in items] == list(map(part.instant, coming))
        shown = [datetime.fromisoformat(item["local"]) for item in items]
        zone = ZoneInfo(part.zone)
        assert shown == [datetime.fromtimestamp(part.instant(at), zone).replace(tzinfo=None) for at in coming]


def test_any_history_of_a_series(system_env: pytest.MonkeyPatch) -> None:
    """Complete early and late, undo, skip, pause, resume, put off, change all or the following, end, and everything delivered again."""
    run_state_machine_as_test(
        SeriesMachine,
        settings=settings(
            max_examples=25, stateful_step_count=14, print_blob=True, suppress_health_check=list(HealthCheck)
        ),
    )
