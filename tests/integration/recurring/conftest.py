"""A person with both functions, and the consumer between them."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.events.envelope import Event, attributes, parse
from tests.support.client import Person

SERIES = "/api/recurring-tasks"
TASKS, RECURRING = 0, 1


class Planner(Person):
    """Works on tasks and series; events reach the consumer when, as often and in the order the test says."""

    def __init__(self, **options: Any) -> None:
        from functions.recurring_tasks.main import recurring_tasks
        from functions.tasks.main import tasks

        super().__init__(tasks.wsgi, recurring_tasks.wsgi, **options)
        self._delivered: set[UUID] = set()

    def series(self, rrule: str, dtstart: str, zone: str = "UTC", **fields: Any) -> dict[str, Any]:
        """Create a series from a template."""
        body = {
            "rrule": rrule,
            "dtstart": dtstart,
            "time_zone": zone,
            "template": {"title": "Water the plants"},
            **fields,
        }
        reply = self.post(SERIES, body, app=RECURRING)
        assert reply.status_code == 201, reply.text
        made: dict[str, Any] = reply.json
        return made

    def series_of_days_ago(self, days: int, **fields: Any) -> dict[str, Any]:
        """Create a series as it would have been created then; tokens know only the present, so without HTTP."""
        from shared.services.actor import Actor
        from shared.services.recurring_documents import SeriesCreate
        from shared.services.recurring_tasks import create_recurring_task

        with clock.shifted(-days * 86_400):
            new = SeriesCreate.model_validate({"template": {"title": "Long ago"}, **fields})
            made = create_recurring_task(Actor(self.user_id), new)
        return {**made, "id": str(made["id"])}

    def act(self, series: dict[str, Any], action: str, **options: Any) -> dict[str, Any]:
        """Pause, resume, skip or end."""
        reply = self.post(f"{SERIES}/{series['id']}/{action}", app=RECURRING, **options)
        assert reply.status_code == 200, reply.text
        changed: dict[str, Any] = reply.json
        return changed

    def change(self, series: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """PATCH a series."""
        reply = self.patch(f"{SERIES}/{series['id']}", fields, app=RECURRING)
        assert reply.status_code == 200, reply.text
        changed: dict[str, Any] = reply.json
        return changed

    def again(self, series: dict[str, Any]) -> dict[str, Any]:
        """Return the series as it is now."""
        found: dict[str, Any] = self.get(f"{SERIES}/{series['id']}", app=RECURRING).json
        return found

    def instances(self, series: dict[str, Any], status: str = "all") -> list[dict[str, Any]]:
        """Return the instances outside the trash, by occurrence."""
        items = self.get(f"/api/tasks?status={status}&limit=200").json["items"]
        mine = [task for task in items if task["recurring_task_id"] == series["id"]]
        return sorted(mine, key=lambda task: task["occurrence_key"])

    def waiting(self, series: dict[str, Any]) -> dict[str, Any]:
        """Return the one open instance."""
        (task,) = self.instances(series, "open")
        return task

    def complete(self, task: dict[str, Any]) -> None:
        """Complete a task."""
        assert self.post(f"/api/tasks/{task['id']}/complete").status_code == 200

    def events(self) -> list[Event]:
        """Return this person's events that were not delivered yet, as the broker would hand them over."""
        with transaction(None) as connection:
            rows = connection.execute(
                text(
                    "SELECT *, payload::text AS body FROM event_log WHERE user_id = :id ORDER BY created_at, event_id"
                ),
                {"id": self.user_id},
            ).all()
        fresh = [row for row in rows if row.event_id not in self._delivered]
        self._delivered |= {row.event_id for row in fresh}
        return [as_event(row) for row in fresh]

    def deliver(self, events: list[Event] | None = None) -> None:
        """Deliver events, and what follows from them, until there are none."""
        from functions.recurrence.main import consumer

        pending = self.events() if events is None else events
        for _ in range(20):
            if not pending:
                return
            for event in pending:
                consumer.process(event)
            pending = self.events()
        raise AssertionError("the events never end")


def as_event(row: Any) -> Event:
    """Return the event of a row of the log."""
    data = row.body.encode()
    values = attributes(
        event_id=row.event_id, name=row.type, user_id=row.user_id, aggregate_id=row.aggregate_id,
        sequence=row.aggregate_version, time=row.created_at, data=data,
    )  # fmt: skip
    return parse({**values, "content-type": "application/json"}, data)


@pytest.fixture
def planner(system_env: pytest.MonkeyPatch) -> Planner:
    """A person in UTC."""
    return Planner()
