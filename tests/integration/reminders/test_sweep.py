"""The sweep: everything due becomes deliveries and events, once, however often and beside whatever it runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.reminders.main import reminders
from shared import metrics
from shared.db.engine import transaction
from shared.services import task_reminders
from shared.services.reminder_digest import write_digests
from shared.services.reminder_sweep import STORM_CAP, STORM_WINDOW, sweep_due, wake
from shared.services.reminder_zones import follow_zone_rules
from tests.integration.reminders import scenario
from tests.integration.reminders.scenario import deliveries, due_reminder, events, person, prefer, run, states

pytestmark = [pytest.mark.usefixtures("system_env"), pytest.mark.timeout(120)]
HOUR = timedelta(hours=1)


def test_a_due_reminder_gets_a_ledger_row_a_channel_and_one_event() -> None:
    """Occurrence, deliveries and event change together."""
    user = person(push=True, email=True, in_app=True)
    identity = due_reminder(user)
    assert sweep_due()["due"] >= 1
    assert states(user) == {"due": 1}
    assert sorted(row.channel for row in deliveries(user)) == ["email", "in_app"]  # no device for push
    [event] = events(user, "reminder.due")
    assert (event.aggregate_id, event.aggregate_version) == (identity, 1)


def test_what_is_not_due_yet_stays() -> None:
    """Only the database's clock decides."""
    user = person(in_app=True)
    due_reminder(user, ago=timedelta(seconds=-30))
    sweep_due()
    assert states(user) == {"pending": 1}


def test_overlapping_runs_take_everything_once() -> None:
    """Two runs and many batches: one event and one ledger row an occurrence."""
    user = person(in_app=True)
    for number in range(60):
        due_reminder(user, f"Task {number}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sweep_due(batch=7), range(4)))
    assert states(user) == {"due": 60}
    assert len(deliveries(user)) == len(events(user, "reminder.due")) == 60


def test_a_clock_that_goes_back_or_jumps_ahead_takes_everything_once() -> None:
    """Graphile's four: reversed, skewed, far ahead (all of it due, none twice), and the moment of the last run again."""
    user = person(in_app=True)
    for minutes in (0, 10, 50):
        due_reminder(user, f"In {minutes}", ago=-timedelta(minutes=minutes))
    real = datetime.now(UTC) + timedelta(seconds=1)
    due = []
    for minutes in (0, -60, 15, 0, 120, -600, 120):
        moment = real + timedelta(minutes=minutes)
        sweep_due(now=lambda _connection, moment=moment: moment)
        wake(now=lambda _connection, moment=moment: moment)
        due.append(states(user)["due"])
    assert due == [1, 1, 2, 2, 3, 3, 3]
    assert len(deliveries(user)) == 3
    assert len([one for one in events(user, "reminder.due") if one.aggregate_version == 1]) == 3


def test_a_zone_that_changes_during_downtime_decides_when_it_is_nine() -> None:
    """Nothing ran at nine in Berlin; the person is in New York by then: it comes at nine there, once, and not as late."""
    user = person(zone="Europe/Berlin", in_app=True)
    today = datetime.now(UTC).date()
    task_id = scenario.task(user, due_on=today)
    identity = scenario.occurrence(user, task_id, ago=HOUR)
    run("UPDATE reminder_rules SET kind = 'relative', minutes_before = 0 WHERE user_id = :u", u=user)
    run("UPDATE users SET time_zone = 'America/New_York' WHERE id = :u", u=user)
    with transaction(user) as connection:
        task_reminders.replan_all(connection, user)
    nine = datetime.combine(today, time(9), ZoneInfo("America/New_York")).astimezone(UTC)
    [row] = run("SELECT fire_at FROM reminder_occurrences WHERE id = :id", id=identity)
    assert row.fire_at == nine
    for minutes in (-1, 0, 1):
        moment = nine + timedelta(minutes=minutes)
        sweep_due(now=lambda _connection, moment=moment: moment)
        assert states(user) == ({"pending": 1} if minutes < 0 else {"due": 1})
    assert [event.payload["late"] for event in events(user, "reminder.due")] == [False]


def test_up_to_twelve_hours_late_is_sent_and_marked() -> None:
    """After two hours of downtime it still comes, and says that it is late."""
    user = person(in_app=True)
    due_reminder(user, ago=2 * HOUR)
    sweep_due()
    [row] = run("SELECT state, late FROM reminder_occurrences WHERE user_id = :u", u=user)
    assert (row.state, row.late) == ("due", True)
    assert events(user, "reminder.due")[0].payload["late"] is True


def test_several_late_ones_of_a_task_are_one() -> None:
    """The latest stands for the earlier ones, also when they lie in different batches."""
    user = person(in_app=True)
    task_id = scenario.task(user)
    for hours in (1, 2, 3):
        scenario.occurrence(user, task_id, ago=hours * HOUR)
    sweep_due(batch=1)
    assert states(user) == {"due": 1, "done": 2}
    assert len(events(user, "reminder.due")) == 1


def test_two_of_a_task_in_one_minute_are_one_message() -> None:
    """Ten minutes before, and at the same wall time: one event, and the ledger keeps a row of each; an hour apart they are two."""
    user = person(email=True, in_app=True)
    task_id = scenario.task(user)
    first = scenario.occurrence(user, task_id)
    run("UPDATE reminder_occurrences SET fire_at = date_trunc('minute', now()) WHERE id = :id", id=first)
    second = scenario.occurrence(user, task_id)
    run("UPDATE reminder_occurrences SET fire_at = date_trunc('minute', now()) WHERE id = :id", id=second)
    due_reminder(user, "Another")
    sweep_due(batch=1)
    assert len(events(user, "reminder.due")) == 2
    ledger = {(row.occurrence_id, row.channel): row.state for row in deliveries(user)}
    assert {ledger[first, "email"], ledger[second, "email"]} == {"planned", "cancelled"}
    assert states(user) == {"due": 2, "done": 1}


def test_older_ones_make_one_digest_a_person_and_none_is_dropped() -> None:
    """Thirteen hours late: visible in the app, counted, and one mail."""
    user = person(email=True, in_app=True)
    for number in range(5):
        due_reminder(user, f"Old {number}", ago=13 * HOUR)
    before = sum(metrics.REMINDERS_EXPIRED._values.get((), [0.0]))
    assert write_digests()["expired"] >= 5
    write_digests()
    [notification] = scenario.notifications(user)
    assert (notification.kind, notification.title) == ("digest", "5 reminders you missed")
    assert states(user) == {"expired_visible": 5}
    assert [row.channel for row in deliveries(user)] == ["email"]
    assert sum(metrics.REMINDERS_EXPIRED._values[()]) >= before + 5


def test_two_runs_write_one_digest() -> None:
    """A person's lock keeps the second run away."""
    user = person(in_app=True)
    for number in range(30):
        due_reminder(user, f"Old {number}", ago=20 * HOUR)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: write_digests(), range(4)))
    assert len(scenario.notifications(user)) == 1


def test_a_storm_stays_inside_the_cap_and_loses_none() -> None:
    """Two hours of downtime, 50 reminders of one person: 20 in each ten minutes, all of them planned."""
    user = person(email=True)
    for number in range(50):
        due_reminder(user, f"Task {number}", ago=2 * HOUR + timedelta(seconds=number))
    sweep_due(batch=15)
    times = [row.not_before for row in deliveries(user, "email")]
    assert len(times) == 50
    for start in times:
        assert sum(start <= time < start + STORM_WINDOW - timedelta(seconds=30) for time in times) <= STORM_CAP


def test_a_crowd_on_time_is_not_held_back() -> None:
    """Whoever sets fifty reminders for nine o'clock gets fifty at nine o'clock."""
    user = person(email=True)
    for number in range(50):
        due_reminder(user, f"Task {number}")
    sweep_due()
    assert all(row.not_before <= datetime.now(UTC) for row in deliveries(user))


def test_quiet_hours_defer_what_disturbs_but_not_the_inbox() -> None:
    """At night only the app takes note; mail waits for the morning."""
    user = person(email=True, in_app=True)
    now = datetime.now(UTC)
    quiet = {"enabled": True, "start": f"{now - HOUR:%H:%M}", "end": f"{now + 2 * HOUR:%H:%M}"}
    prefer(user, {"channels": {"reminder": {"push": False, "email": True, "in_app": True}}, "quiet_hours": quiet})
    due_reminder(user)
    sweep_due()
    email, in_app = deliveries(user, "email")[0], deliveries(user, "in_app")[0]
    assert in_app.not_before <= datetime.now(UTC)
    assert now + HOUR < email.not_before <= now + 2 * HOUR
    assert email.lease_until is None


def test_nothing_wanted_is_recorded_as_suppressed() -> None:
    """Somebody who switched everything off gets nothing, and the trail says why."""
    user = person(push=False)
    due_reminder(user)
    sweep_due()
    assert states(user) == {"done": 1}
    assert [event.payload["reason"] for event in events(user, "notification.suppressed")] == [
        "no channel is switched on"
    ]


def test_a_task_that_was_completed_meanwhile_is_cancelled() -> None:
    """The sweep looks at the task too."""
    user = person(in_app=True)
    due_reminder(user)
    run("UPDATE tasks SET status = 'completed', completed_at = now() WHERE user_id = :u", u=user)
    sweep_due()
    assert states(user) == {"cancelled": 1}
    assert deliveries(user) == []


def test_wake_leaves_fresh_work_alone_and_repeats_what_was_left_behind() -> None:
    """A lease that ran out goes back to the notifier with a higher fence; a fresh one stays."""
    user = person(email=True)
    due_reminder(user)
    sweep_due()
    wake()
    assert len(events(user, "reminder.due")) == 1
    run(
        "UPDATE deliveries SET state = 'sending', attempts = 1, lease_until = now() - interval '1 s' WHERE user_id = :u",
        u=user,
    )
    wake()
    [row] = deliveries(user)
    assert (row.state, row.fence) == ("planned", 1)
    assert len(events(user, "reminder.due")) == 2


def test_a_mail_is_given_up_when_two_senders_died_over_it() -> None:
    """Nobody gets a third copy, and the failure is an event."""
    user = person(email=True)
    due_reminder(user)
    sweep_due()
    for _ in range(2):
        run("UPDATE deliveries SET state = 'sending', lease_until = now() - interval '1 s' WHERE user_id = :u", u=user)
        wake()
    assert deliveries(user)[0].state == "failed"
    assert len(events(user, "notification.failed")) == 1


def test_a_deferred_delivery_is_woken_when_its_time_comes() -> None:
    """Quiet hours end: the notifier hears of it again."""
    user = person(email=True)
    due_reminder(user)
    sweep_due()
    run("UPDATE deliveries SET not_before = now() - interval '1 s', lease_until = NULL WHERE user_id = :u", u=user)
    wake()
    wake()
    assert len(events(user, "reminder.due")) == 2


def test_a_new_zone_moves_whole_day_reminders_in_the_same_transaction() -> None:
    """Nine in the morning stays nine in the morning; what has passed there is sent late instead of lost."""
    user = person(zone="UTC", in_app=True)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    task_id = scenario.task(user, due_on=tomorrow)
    identity = scenario.occurrence(user, task_id, ago=-20 * HOUR)
    run("UPDATE reminder_rules SET kind = 'relative', minutes_before = 0 WHERE user_id = :u", u=user)
    run("UPDATE users SET time_zone = 'Asia/Kathmandu' WHERE id = :u", u=user)
    with transaction(user) as connection:
        assert task_reminders.replan_all(connection, user) == 1
    [row] = run("SELECT fire_at, state FROM reminder_occurrences WHERE id = :id", id=identity)
    assert row.fire_at == datetime(tomorrow.year, tomorrow.month, tomorrow.day, 3, 15, tzinfo=UTC)
    assert row.state == "pending"


def test_a_new_time_zone_database_moves_due_times_and_reminders() -> None:
    """A wall time keeps its hour when its zone's rules change."""
    follow_zone_rules("2020a")
    user = person(in_app=True)
    local = (datetime.now(UTC) + timedelta(days=30)).replace(tzinfo=None, hour=9, minute=0, second=0, microsecond=0)
    wrong = local.replace(tzinfo=UTC)
    task_id = scenario.task(user, due_local=local, due_tz="Asia/Kathmandu", due_at=wrong)
    assert follow_zone_rules("2020b")["moved_tasks"] >= 1
    [row] = run("SELECT due_at, due_local FROM tasks WHERE id = :id", id=task_id)
    assert row.due_at == wrong - timedelta(hours=5, minutes=45)
    assert row.due_local == local
    assert follow_zone_rules("2020b") == {}


def test_a_tick_does_all_of_it() -> None:
    """The function answers with its counts."""
    from werkzeug.test import Client

    user = person(in_app=True)
    due_reminder(user)
    due_reminder(user, "Old", ago=30 * HOUR)
    answer = Client(reminders.wsgi).post("/")
    assert answer.status_code == 200
    assert states(user) == {"due": 1, "expired_visible": 1}
