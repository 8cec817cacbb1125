"""Reminders against a model: any order of edits, time, ticks, crashes and repeated deliveries ends in the same.

The clock is injected: time passes by handing the sweep a later "now" and by moving what the ledger compares with the database's clock. The
process's own clock runs ten minutes ahead or behind: nothing that is due may depend on it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared import clock
from shared.config import forget_settings
from shared.db.engine import transaction
from shared.errors import Conflict
from shared.services import tasks
from shared.services.delivery.dispatch import claim, send_claimed
from shared.services.reminder_actions import snooze
from shared.services.reminder_digest import write_digests
from shared.services.reminder_sweep import sweep_due, wake
from shared.services.task_documents import TaskChange, TaskCreate
from tests.integration.reminders.scenario import due_reminder, notifications, person, run, states

pytestmark = [pytest.mark.timeout(300)]
_AHEAD = "fire_at = fire_at - CAST(:by AS interval)"


class Reminders(RuleBasedStateMachine):
    """One person, some tasks with one reminder each, shown in the app."""

    @initialize(skew=st.sampled_from([-600, 0, 600]))
    def begin(self, skew: int) -> None:
        """Make the person; skew this process's clock."""
        self.user = person(in_app=True)
        self.skew = skew
        self.minutes: dict[UUID, int] = {}  # until the reminder of each open task comes; absent when none waits
        self.expected: dict[UUID, int] = {}

    def _in_order(self) -> list[UUID]:
        return sorted(self.expected)

    def _pick(self, number: int) -> UUID | None:
        known = self._in_order()
        return known[number % len(known)] if known else None

    @rule(minutes=st.integers(30, 300))
    def create(self, minutes: int) -> None:
        """A task with a reminder some minutes from now on the database's clock."""
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        identity = clock.uuid7()
        new = TaskCreate.model_validate({"title": f"T{len(self.expected)}", "reminders": [{"at": at}]})
        with clock.shifted(self.skew):
            tasks.create_task(tasks.Actor(self.user), new, task_id=identity)
        self.minutes[identity] = minutes
        self.expected[identity] = 0

    @rule(number=st.integers(0, 9), minutes=st.integers(30, 300))
    def move(self, number: int, minutes: int) -> None:
        """The reminder gets another time: the old one never comes."""
        task = self._pick(number)
        if task is None:
            return
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        try:
            with clock.shifted(self.skew):
                tasks.change_task(tasks.Actor(self.user), task, TaskChange.model_validate({"reminders": [{"at": at}]}))
        except Conflict:
            return
        if run("SELECT status FROM tasks WHERE id = :t", t=task)[0].status == "open":
            self.minutes[task] = minutes

    @rule(number=st.integers(0, 9), delete=st.booleans())
    def finish(self, number: int, *, delete: bool) -> None:
        """Completed or deleted: nothing more comes."""
        task = self._pick(number)
        if task is None:
            return
        try:
            (tasks.delete_task if delete else tasks.complete_task)(tasks.Actor(self.user), task)
        except Conflict:
            return
        self.minutes.pop(task, None)

    @rule(number=st.integers(0, 9))
    def put_off(self, number: int) -> None:
        """A reminder that came is snoozed for ten minutes."""
        task = self._pick(number)
        came = (
            run(
                "SELECT id FROM reminder_occurrences WHERE task_id = :t AND state = 'done' ORDER BY id DESC LIMIT 1",
                t=task,
            )
            if task
            else []
        )
        if not came or task is None or task in self.minutes:
            return
        try:
            snooze(self.user, came[0].id, minutes=10)
        except Conflict:
            return
        self.minutes[task] = 10

    @rule(minutes=st.integers(1, 120))
    def pass_time(self, minutes: int) -> None:
        """Time passes: every waiting reminder comes nearer."""
        run(f"UPDATE reminder_occurrences SET {_AHEAD} WHERE user_id = :u", by=f"{minutes} minutes", u=self.user)
        self.minutes = {task: left - minutes for task, left in self.minutes.items()}

    @rule(crash=st.booleans(), again=st.integers(1, 3))
    def tick(self, *, crash: bool, again: int) -> None:
        """Sweep and notify; perhaps the notifier dies after its claim, perhaps the event comes again."""
        with clock.shifted(self.skew):
            write_digests()
            sweep_due()
            sweep_due()
            due = run(
                "SELECT id FROM reminder_occurrences WHERE user_id = :u AND state = 'due' ORDER BY id", u=self.user
            )
            for row in due * again:
                self._deliver(row.id, crash=crash)
            wake()
            for row in due:
                self._deliver(row.id, crash=False)
        for task in [task for task, left in self.minutes.items() if left <= 0]:
            del self.minutes[task]
            self.expected[task] += 1

    def _deliver(self, occurrence: UUID, *, crash: bool) -> None:
        with transaction(None) as connection:
            claims = claim(connection, occurrence)
        if not crash:
            send_claimed(claims)

    @invariant()
    def what_was_shown_is_what_the_model_says(self) -> None:
        """Each reminder that came was shown once, and no other."""
        if not hasattr(self, "expected"):
            return
        shown: dict[Any, int] = dict.fromkeys(self.expected, 0)
        for row in notifications(self.user):
            shown[row.task_id] += 1
        assert shown == self.expected


@pytest.fixture
def mailbox(system_env: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Write mails into a folder."""
    system_env.setenv("EMAIL_TRANSPORT", "mailbox")
    system_env.setenv("MAILBOX_DIR", str(tmp_path))
    forget_settings()


@pytest.mark.usefixtures("mailbox")
def test_any_history_shows_each_reminder_once() -> None:
    """Thirty random histories of up to twenty steps; hypothesis prints the shortest one that breaks it."""
    run_state_machine_as_test(
        Reminders,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("skew", [-600, 600])
def test_a_wrong_clock_of_the_process_changes_nothing(skew: int) -> None:
    """Ten minutes ahead it sends nothing early, ten minutes behind nothing late: PostgreSQL says what time it is."""
    user = person(in_app=True)
    due_reminder(user, "due")
    due_reminder(user, "in five minutes", ago=-timedelta(minutes=5))
    with clock.shifted(skew):
        sweep_due()
    assert states(user) == {"due": 1, "pending": 1}
    [row] = run("SELECT late FROM reminder_occurrences WHERE user_id = :u AND state = 'due'", u=user)
    assert row.late is False


@pytest.mark.parametrize("skew", [-600, 600])
def test_a_reminder_set_on_a_wrong_clock_is_planned(system_env: pytest.MonkeyPatch, skew: int) -> None:
    """Five minutes from now is not over because this process runs ten ahead; five minutes ago is, though it runs ten behind."""
    user = person(in_app=True)
    now = run("SELECT now() AS now")[0].now
    with clock.shifted(skew):
        for minutes in (5, -5):
            at = now + timedelta(minutes=minutes)
            new = TaskCreate.model_validate({"title": "T", "reminders": [{"at": at}]})
            tasks.create_task(tasks.Actor(user), new)
    [row] = run("SELECT fire_at, state FROM reminder_occurrences WHERE user_id = :u", u=user)
    assert (row.state, row.fire_at) == ("pending", now + timedelta(minutes=5))
