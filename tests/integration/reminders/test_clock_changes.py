"""The night clocks go back: a moment in the hour that comes twice stays that moment, whatever is computed anew from its wall time."""

from datetime import UTC, datetime

import pytest

from shared.db.engine import transaction
from shared.services import task_reminders, tasks
from shared.services.reminder_zones import follow_zone_rules
from shared.services.task_documents import TaskChange, TaskCreate
from tests.integration.reminders.scenario import person, run

pytestmark = pytest.mark.usefixtures("system_env")
FIRST = datetime(2095, 10, 30, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, summer time
SECOND = datetime(2095, 10, 30, 1, 30, tzinfo=UTC)  # 02:30 once more


@pytest.mark.parametrize(
    ("written", "moment"),
    [("2095-10-30T02:30:00+02:00", FIRST), ("2095-10-30T02:30:00+01:00", SECOND), ("2095-10-30T02:30:00", FIRST)],
)
def test_each_of_the_two_hours_is_itself(written: str, moment: datetime) -> None:
    """Due time and reminders come when they were set, also after a change, another setting and another time zone database."""
    follow_zone_rules("2094a")
    user = person(zone="Europe/Berlin", in_app=True)
    actor = tasks.Actor(user, "web")
    wanted = {"title": "Night", "due_at": written, "reminders": [{"at": written}, {"minutes_before": 0}]}
    tasks.create_task(actor, TaskCreate.model_validate(wanted, strict=False))
    [row] = run("SELECT id FROM tasks WHERE user_id = :u", u=user)
    tasks.change_task(actor, row.id, TaskChange(title="The night"))
    with transaction(user) as connection:
        assert task_reminders.replan_all(connection, user) == 0
    follow_zone_rules("2094b")
    [row] = run("SELECT due_at, due_local FROM tasks WHERE user_id = :u", u=user)
    assert (row.due_at, row.due_local.isoformat()) == (moment, "2095-10-30T02:30:00")
    waiting = run("SELECT fire_at FROM reminder_occurrences WHERE user_id = :u AND state = 'pending'", u=user)
    assert [one.fire_at for one in waiting] == [moment, moment]
