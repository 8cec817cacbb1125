"""Any history of a recurring task against a model that expands its rule with another library."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared import clock
from shared.services import recurring_tasks, tasks
from shared.services.actor import Actor
from tests.integration.recurring.conftest import RECURRING, SERIES, Planner

pytestmark = pytest.mark.timeout(300)
ZONE = "Europe/Berlin"
START = datetime(2031, 3, 24, 2, 30)  # noqa: DTZ001 - a Monday; six days later this wall time does not exist
RULES = [
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR"),
    *("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "FREQ=DAILY;COUNT=6", "FREQ=DAILY;UNTIL=20310330T003000Z"),
]


class SeriesMachine(RuleBasedStateMachine):
    """A person, one series by schedule, and what it must look like."""

    @initialize(text=st.sampled_from(RULES))
    def create(self, text: str) -> None:
        """Create the series; its first instance is there at once."""
        self.planner = Planner()
        self.series = self.planner.series(text, START.isoformat(), ZONE, template={"title": "Run"})
        # dateutil counts in wall time here, and 00:30 UTC is 01:30 in Berlin, an hour before the clocks go forward: the
        # occurrence planned for 02:30, which they make 03:30, comes after the end of this rule.
        text = text.replace("20310330T003000Z", "20310330T013000")
        self.rule = rrulestr(text, dtstart=START)
        self.skipped: set[datetime] = set()
        first = self.rule.after(START, inc=True)
        self.instances: dict[datetime, str] = {first: "open"}
        self.paused = self.ended = self.touched = False
        self.now = datetime.now()  # noqa: DTZ005 - only ever compared with wall times years away

    @property
    def newest(self) -> datetime:
        """The latest occurrence that has an instance."""
        return max(self.instances)

    @property
    def waits(self) -> bool:
        """Whether it is still to be done."""
        return self.instances[self.newest] == "open"

    def following(self, after: datetime) -> datetime | None:
        """Return the next occurrence that is not skipped."""
        found = self.rule.after(after)
        while found in self.skipped:
            found = self.rule.after(found)
        return found

    def go_on(self, after: datetime) -> None:
        """Expect the next instance, or the end."""
        following = self.following(after)
        if following is None:
            self.ended = True
        else:
            self.instances[following] = "open"
            self.touched = False

    def id_of(self, key: datetime) -> UUID:
        """Return the task of an occurrence."""
        found = [one for one in self.planner.instances(self.series) if one["occurrence_key"] == key.isoformat()]
        return UUID(found[0]["id"])

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Move the clock to a wall time, never back."""
        self.now = max(self.now, moment)
        seconds = self.now.replace(tzinfo=ZoneInfo(ZONE)).timestamp() - clock.epoch_seconds()
        with clock.shifted(seconds):
            yield

    @precondition(lambda self: self.waits)
    @rule(days_late=st.sampled_from([-1, 0, 1, 2, 9]))
    def complete(self, days_late: int) -> None:
        """Complete it early or late: the next one is later than both its occurrence and this moment."""
        key = self.newest
        task_id = self.id_of(key)
        with self.at(key + timedelta(days=days_late, minutes=7)):
            tasks.complete_task(Actor(self.planner.user_id), task_id)
            self.planner.deliver()
        self.instances[key] = "completed"
        if not self.paused and not self.ended:
            self.go_on(max(key, self.now))

    @precondition(lambda self: not self.touched and len(self.instances) > 1 and self.waits)
    @rule()
    def undo(self) -> None:
        """Open the one before again: the next one, which nobody touched, goes."""
        newest, before = sorted(self.instances, reverse=True)[:2]
        task_id = self.id_of(before)
        with self.at(self.now):
            tasks.reopen_task(Actor(self.planner.user_id), task_id)
            self.planner.deliver()
        if self.instances[before] == "completed":
            self.instances[before] = "open"
            del self.instances[newest]
            self.touched = True  # its version is no longer that of a fresh one

    @precondition(lambda self: self.waits and not self.ended)
    @rule()
    def skip(self) -> None:
        """Leave the open one out: it becomes the next, or the series ends."""
        key = self.newest
        with self.at(self.now):
            self.call(recurring_tasks.skip_occurrence, None)
        self.skipped.add(key)
        del self.instances[key]
        following = self.following(max(key, self.now))
        if following is None:
            self.ended = True
            self.instances = self.instances or {START: "gone"}
        else:
            self.instances[following] = "open"
            self.touched = True

    @precondition(lambda self: not self.ended)
    @rule()
    def pause(self) -> None:
        """Nothing is made until it is resumed."""
        self.call(recurring_tasks.pause)
        self.paused = True

    @precondition(lambda self: not self.ended)
    @rule()
    def resume(self) -> None:
        """What was done meanwhile goes on from now; what lies between is not made up for."""
        with self.at(self.now):
            self.call(recurring_tasks.resume)
        if self.paused and not self.waits:
            self.go_on(max(self.newest, self.now))
        self.paused = False

    @precondition(lambda self: self.waits and not self.ended)
    @rule(title=st.sampled_from(["Walk", "Swim"]))
    def rename_all(self, title: str) -> None:
        """A change of all keeps every occurrence."""
        self.planner.change(self.series, scope="all", template={"title": title})
        self.touched = True

    @rule(seed=st.randoms(use_true_random=False))
    def deliver_again(self, seed: object) -> None:
        """Everything that ever happened arrives once more, in any order."""
        self.planner._delivered.clear()
        events = self.planner.events()
        seed.shuffle(events)  # type: ignore[attr-defined]
        with self.at(self.now):
            self.planner.deliver(events)

    def call(self, action: Callable[..., Any], *arguments: Any) -> None:
        """Call an action of the series through its service: tokens know only the present."""
        action(Actor(self.planner.user_id), UUID(self.series["id"]), *arguments)
        self.planner.deliver()

    @invariant()
    def the_database_is_the_model(self) -> None:
        """The same occurrences in the same state, each due at its wall time, in a gap by as much later as the clocks skip."""
        if not hasattr(self, "planner"):
            return
        found = self.planner.instances(self.series)
        expected = {key.isoformat(): state for key, state in self.instances.items() if state != "gone"}
        assert {one["occurrence_key"]: one["status"] for one in found} == expected
        assert len(found) == len(expected)
        for one in found:
            planned = datetime.fromisoformat(one["occurrence_key"]).replace(tzinfo=ZoneInfo(ZONE))
            assert datetime.fromisoformat(one["due_at"]).timestamp() == planned.timestamp()
        ended = self.planner.get(f"{SERIES}/{self.series['id']}", app=RECURRING).json["ended_at"] is not None
        assert ended == self.ended


def test_any_history_of_a_series(system_env: pytest.MonkeyPatch) -> None:
    """Complete early and late, undo, skip, pause, resume, change, and everything delivered again."""
    run_state_machine_as_test(
        SeriesMachine,
        settings=settings(max_examples=15, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
    )
