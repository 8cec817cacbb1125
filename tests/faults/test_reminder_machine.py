"""Reminders against a model: any order of edits, time, ticks, crashes and repeated deliveries ends in the same.

The clock is injected: time passes by moving everything the product compares with the database's clock into the past. The process's own
clock runs ten minutes ahead or behind: nothing that is due may depend on it. All times are whole fives of minutes, quiet hours begin and
end between two of them: how long an example takes decides nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
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
from shared.services import reminder_sweep, task_reminders, tasks
from shared.services.delivery.dispatch import claim, send_claimed
from shared.services.delivery.settings import EmailSettings
from shared.services.reminder_actions import snooze
from shared.services.reminder_digest import write_digests
from shared.services.reminder_sweep import STORM_WINDOW, sweep_due, wake
from shared.services.task_documents import TaskChange, TaskCreate
from tests.integration.reminders.scenario import due_reminder, events, notifications, person, prefer, run, states

pytestmark = [pytest.mark.timeout(300)]
CAP = 2
DAY, HALF_DAY = 24 * 60, 12 * 60
CHANNELS = {"push": False, "email": True, "in_app": True}
OFFSETS = {"UTC": 0, "Asia/Kathmandu": 345}
fives = st.integers(1, 60).map(lambda number: number * 5)
_PASS = (
    "UPDATE reminder_occurrences SET fire_at = fire_at - CAST(:by AS interval) WHERE user_id = :u",
    "UPDATE reminder_rules SET local_wall = local_wall - CAST(:by AS interval) WHERE user_id = :u",
    (
        "UPDATE deliveries SET not_before = not_before - CAST(:by AS interval), lease_until = lease_until - CAST(:by AS interval),"
        " sent_at = sent_at - CAST(:by AS interval) WHERE user_id = :u"
    ),
)


@dataclass
class Task:
    """A task, when its reminder comes, and the mails that are on their way: how often a sender died over each."""

    title: str
    is_urgent: bool
    is_open: bool = True
    fire_at: int | None = None
    owed: list[int] = field(default_factory=list)
    shown: int = 0


class Reminders(RuleBasedStateMachine):
    """One person who gets mails and sees the app, and some tasks with a reminder each; ``now`` counts minutes."""

    @initialize(skew=st.sampled_from([-600, 0, 600]))
    def begin(self, skew: int) -> None:
        """Make the person; skew this process's clock."""
        self.user = person(email=True, in_app=True)
        self.zone, self.skew, self.now = "UTC", skew, 0
        self.quiet: tuple[int, int] | None = None  # wall minutes of a day in which now is 0 at the start, UTC
        self.tasks: dict[UUID, Task] = {}
        self.digests: list[tuple[str, ...]] = []
        self.digests_owed = 0
        self.heard: set[UUID] = set()
        self.mails: set[Path] = set()

    def pick(self, number: int) -> tuple[UUID, Task] | None:
        """Return one of the tasks."""
        known = sorted(self.tasks)
        return (known[number % len(known)], self.tasks[known[number % len(known)]]) if known else None

    @rule(minutes=fives, urgent=st.booleans())
    def create(self, minutes: int, *, urgent: bool) -> None:
        """A task with a reminder some minutes from now on the database's clock."""
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        identity, title = clock.uuid7(), f"T{len(self.tasks)}"
        priority = "urgent" if urgent else "none"
        new = TaskCreate.model_validate({"title": title, "priority": priority, "reminders": [{"at": at}]})
        with clock.shifted(self.skew):
            tasks.create_task(tasks.Actor(self.user), new, task_id=identity)
        self.tasks[identity] = Task(title, urgent, fire_at=self.now + minutes)

    @rule(number=st.integers(0, 9), minutes=fives)
    def move(self, number: int, minutes: int) -> None:
        """The reminder gets another time: the old one never comes, nor what was on its way."""
        picked = self.pick(number)
        if picked is None or not picked[1].is_open:
            return
        identity, task = picked
        change = TaskChange.model_validate({"reminders": [{"at": datetime.now(UTC) + timedelta(minutes=minutes)}]})
        with clock.shifted(self.skew):
            tasks.change_task(tasks.Actor(self.user), identity, change)
        task.fire_at, task.owed = self.now + minutes, []

    @rule(number=st.integers(0, 9), delete=st.booleans())
    def finish(self, number: int, *, delete: bool) -> None:
        """Completed or deleted: nothing more comes."""
        picked = self.pick(number)
        if picked is None or not picked[1].is_open:
            return
        (tasks.delete_task if delete else tasks.complete_task)(tasks.Actor(self.user), picked[0])
        picked[1].is_open, picked[1].fire_at, picked[1].owed = False, None, []

    @rule(number=st.integers(0, 9), minutes=st.sampled_from([5, 10, 60]))
    def put_off(self, number: int, minutes: int) -> None:
        """A reminder that came, was missed, or waits for the end of the quiet hours, is snoozed; of a task that is done it cannot be."""
        picked = self.pick(number)
        if picked is None or picked[1].fire_at is not None:
            return
        identity, task = picked
        wanted = "SELECT id FROM reminder_occurrences WHERE task_id = :t AND state IN ('due', 'done', 'expired_visible') ORDER BY id DESC LIMIT 1"
        came = run(wanted, t=identity)
        if not came:
            return
        if not task.is_open:
            with pytest.raises(Conflict):
                snooze(self.user, came[0].id, minutes=minutes)
            return
        snooze(self.user, came[0].id, minutes=minutes)
        task.fire_at, task.owed = self.now + minutes, []

    @rule(minutes=st.sampled_from([5, 10, 10, 30, 120, 700, 725]))
    def pass_time(self, minutes: int) -> None:
        """Time passes: every waiting reminder comes nearer, deferred mails and ends of leases as well."""
        for statement in _PASS:
            run(statement, by=f"{minutes} minutes", u=self.user)
        self.now += minutes
        self.write_preferences()

    @rule(begins=st.integers(-20, 20), lasts=st.integers(1, 100))
    def keep_quiet(self, begins: int, lasts: int) -> None:
        """Quiet hours around now, or later, each day; also over midnight."""
        start = self.now + begins * 5 + 2 + OFFSETS[self.zone]
        self.quiet = (start % DAY, (start + lasts * 5) % DAY)
        self.write_preferences()

    @rule(zone=st.sampled_from(sorted(OFFSETS)))
    def travel(self, zone: str) -> None:
        """Another zone: quiet hours are its wall time now; reminders at a moment stay at that moment."""
        run("UPDATE users SET time_zone = :zone WHERE id = :u", zone=zone, u=self.user)
        with transaction(self.user) as connection:
            task_reminders.replan_all(connection, self.user)
        self.zone = zone

    def write_preferences(self) -> None:
        """Store the quiet hours as they are called while this test's present stands still."""
        hours = {"enabled": False, "start": "00:00", "end": "00:00"}
        if self.quiet is not None:
            midnight = datetime.now(UTC) - timedelta(minutes=self.now)
            start, end = (f"{midnight + timedelta(minutes=edge):%H:%M}" for edge in self.quiet)
            hours = {"enabled": True, "start": start, "end": end}
        prefer(self.user, {"channels": {"reminder": CHANNELS, "digest": CHANNELS}, "quiet_hours": hours})

    @property
    def is_quiet(self) -> bool:
        """Whether the person is not to be disturbed now."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        wall = (self.now + OFFSETS[self.zone]) % DAY
        return (wall - start) % DAY < (end - start) % DAY

    @rule(crash=st.booleans(), again=st.integers(1, 3))
    def tick(self, *, crash: bool, again: int) -> None:
        """Sweep and notify; perhaps the notifier dies after its claim, perhaps an event comes again."""
        self.expect_due()
        with clock.shifted(self.skew):
            write_digests()
            sweep_due()
            sweep_due()
            wake()
            fresh = [event for event in events(self.user, "reminder.due") if event.event_id not in self.heard]
            self.heard |= {event.event_id for event in fresh}
            for event in fresh * again:
                self.deliver(event.aggregate_id, crash=crash)
        self.check_mails()

    def expect_due(self) -> None:
        """Say what becomes of everything whose time has come: shown and mailed, or one digest of what is half a day late."""
        came = [one for one in self.tasks.values() if one.fire_at is not None and one.fire_at <= self.now]
        old = [one for one in came if self.now - (one.fire_at or 0) >= HALF_DAY]
        for task in came:
            if task not in old:
                task.shown += 1
                task.owed.append(0)
            task.fire_at = None
        if old:
            self.digests.append(tuple(sorted(task.title for task in old)))
            self.digests_owed += 1

    def deliver(self, occurrence: UUID, *, crash: bool) -> None:
        """Do what the notifier does with one event; a mail is given up when two senders died over it."""
        with transaction(None) as connection:
            claims = claim(connection, occurrence)
        if not crash:
            send_claimed(claims)
            return
        for claimed in claims:
            task = self.tasks[claimed.task_id]
            if claimed.subject.kind == "digest":
                self.digests_owed -= claimed.is_doubtful
            elif task.owed:
                task.owed[0] += 1
                task.owed = [deaths for deaths in task.owed if deaths < 2]

    def check_mails(self) -> None:
        """Every mail that came was owed, and none came in the quiet hours but for what is urgent."""
        folder = Path(EmailSettings.load().mailbox_dir or "") / str(self.user)
        fresh = set(folder.glob("*.eml")) - self.mails
        self.mails |= fresh
        by_title = {task.title: task for task in self.tasks.values()}
        for file in fresh:
            subject = str(message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"])
            if "missed" in subject:
                self.digests_owed -= 1
                assert self.digests_owed >= 0
                continue
            task = by_title[subject.removeprefix("Reminder: ")]
            assert task.owed, f"{task.title} came without being owed"
            task.owed.pop(0)
            assert task.is_urgent or not self.is_quiet, f"{task.title} came in the quiet hours"

    @invariant()
    def what_was_shown_is_what_the_model_says(self) -> None:
        """Each reminder that came was shown once, each that was missed stands in one digest, and there is no other."""
        if not hasattr(self, "tasks"):
            return
        found = notifications(self.user)
        shown = Counter(row.task_id for row in found if row.kind == "reminder")
        assert shown == Counter({identity: task.shown for identity, task in self.tasks.items()})
        assert [tuple(sorted(row.body.split("\n"))) for row in found if row.kind == "digest"] == self.digests

    @invariant()
    def late_ones_stay_within_the_cap(self) -> None:
        """No ten minutes hold more late mails of this person than the cap, neither by plan nor as they went."""
        if not hasattr(self, "user"):
            return
        rows = run(
            "SELECT d.not_before, d.sent_at FROM deliveries d JOIN reminder_occurrences o ON o.id = d.occurrence_id WHERE d.user_id = :u"
            " AND o.late AND o.state <> 'expired_visible' AND d.channel = 'email' AND d.state IN ('planned', 'sending', 'sent')",
            u=self.user,
        )
        planned = sorted(row.not_before for row in rows if row.sent_at is None)
        sent = sorted(row.sent_at for row in rows if row.sent_at is not None)
        for times in (planned, sent):
            for start in times:
                assert sum(start <= time < start + STORM_WINDOW - timedelta(seconds=90) for time in times) <= CAP

    def teardown(self) -> None:
        """In the end, with the quiet hours off and senders that live, nothing that is owed stays away."""
        if not hasattr(self, "user"):
            return
        self.quiet = None
        self.write_preferences()
        for _ in range(40):
            self.pass_time(DAY if self.now < 0 else 30)
            self.tick(crash=False, again=1)
            if not self.digests_owed and not any(task.owed for task in self.tasks.values()):
                return
        raise AssertionError(
            f"never came: {[task for task in self.tasks.values() if task.owed]}, {self.digests_owed} digests"
        )


@pytest.fixture
def mailbox(system_env: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Write mails into a folder."""
    system_env.setenv("EMAIL_TRANSPORT", "mailbox")
    system_env.setenv("MAILBOX_DIR", str(tmp_path))
    forget_settings()


@pytest.mark.usefixtures("mailbox")
def test_any_history_brings_each_reminder_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random histories with a cap small enough to be met; hypothesis prints the shortest one that breaks it."""
    monkeypatch.setattr(reminder_sweep, "STORM_CAP", CAP)
    monkeypatch.setattr(reminder_sweep, "STORM_JITTER_SECONDS", 0.0)
    run_state_machine_as_test(
        Reminders,
        settings=settings(
            max_examples=25, stateful_step_count=20, print_blob=True, suppress_health_check=list(HealthCheck)
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
