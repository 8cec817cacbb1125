"""Every consumer, whatever the transport does: each event at least once, any number of times, in any order, has the same end."""

import random
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knative.local.registry import load_registry
from shared.config import forget_settings
from shared.db.engine import transaction
from shared.services.reminder_sweep import sweep_due
from tests.integration.recurring.conftest import Planner, as_event
from tests.integration.reminders.scenario import deliveries, due_reminder, notifications, person, run

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("system_env")]
FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOMORROW = "2031-03-03"


def consumer_of(name: str) -> Any:
    """Return a function's consumer."""
    return import_module(f"functions.{name.replace('-', '_')}.main").consumer


def logged(user_id: UUID) -> list[Any]:
    """Return all events of a person, as the broker hands them over."""
    with transaction(None) as connection:
        rows = connection.exec_driver_sql(
            "SELECT *, payload::text AS body FROM event_log WHERE user_id = %s ORDER BY created_at, event_id",
            (user_id,),
        ).all()
    return [as_event(row) for row in rows]


def deliver(name: str, events: list[Any], seed: int, most: int) -> None:
    """Deliver each event one to ``most`` times in any order."""
    chance = random.Random(seed)
    several = [event for event in events for _ in range(chance.randint(1, most))]
    chance.shuffle(several)
    for event in several:
        assert consumer_of(name).process(event) in {"done", "duplicate"}


def test_every_consumer_of_the_registry_is_shuffled_here() -> None:
    """A new consumer needs its property."""
    assert set(load_registry().event_consumers()) == {"audit-writer", "recurrence", "notifier"}


@FEW
@given(seed=st.integers(0, 2**32), most=st.integers(1, 4))
def test_the_trail_is_the_log(seed: int, most: int) -> None:
    """One line for each event, with its changes, and nothing twice."""
    planner = Planner()
    for number in range(3):
        task = planner.post("/api/tasks", {"title": f"task {number}", "tags": ["a"]}).json
        planner.patch(f"/api/tasks/{task['id']}", {"title": f"changed {number}"})
        planner.complete(task)
    events = logged(planner.user_id)
    deliver("audit-writer", events, seed, most)
    rows = run("SELECT id, type, changes FROM audit_logs WHERE user_id = :u", u=planner.user_id)
    assert sorted(row.id for row in rows) == sorted(event.id for event in events)
    assert {row.type for row in rows} >= {"task.created", "task.updated", "task.completed"}
    assert sum(row.changes.get("title", {}).get("after", "").startswith("changed") for row in rows) == 3


@FEW
@given(seed=st.integers(0, 2**32), most=st.integers(1, 4), last=st.sampled_from(["complete", "reopen"]))
def test_a_series_has_one_instance_an_occurrence(seed: int, most: int, last: str) -> None:
    """Completed, opened and completed again: the end depends on what is in the database, not on what was delivered when."""
    planner = Planner()
    series = planner.series("FREQ=DAILY", f"{TOMORROW}T09:00", template={"title": "Run"})
    task = planner.waiting(series)
    for step in ("complete", "reopen", "complete", "reopen", "complete")[: 5 if last == "complete" else 4]:
        planner.post(f"/api/tasks/{task['id']}/{step}")
    events = logged(planner.user_id)
    deliver("recurrence", events, seed, most)
    deliver("recurrence", logged(planner.user_id), seed + 1, most)
    keys = [(one["occurrence_key"], one["status"]) for one in planner.instances(series)]
    first = f"{TOMORROW}T09:00:00"
    if last == "reopen":
        assert keys == [(first, "open")]
    else:
        assert keys == [(first, "completed"), ("2031-03-04T09:00:00", "open")]


@pytest.fixture
def mailbox(system_env: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Send mails into a folder."""
    system_env.setenv("EMAIL_TRANSPORT", "mailbox")
    system_env.setenv("MAILBOX_DIR", str(tmp_path))
    forget_settings()
    yield tmp_path
    forget_settings()


@FEW
@given(seed=st.integers(0, 2**32), most=st.integers(1, 4))
def test_a_reminder_is_sent_once(mailbox: Path, seed: int, most: int) -> None:
    """One mail and one line in the app for each reminder."""
    user = person(email=True, in_app=True)
    for number in range(3):
        due_reminder(user, f"task {number}")
    sweep_due()
    events = [event for event in logged(user) if event.name == "reminder.due"]
    assert len(events) == 3
    deliver("notifier", events, seed, most)
    assert len(list((mailbox / str(user)).glob("*.eml"))) == 3
    assert sorted(row.title for row in notifications(user)) == ["task 0", "task 1", "task 2"]
    assert {(row.state, row.attempts) for row in deliveries(user)} == {("sent", 1)}
