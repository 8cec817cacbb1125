"""Tasks that repeat, made from words: the series with its first instance."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.domain.zone import today
from shared.services import tasks as service
from shared.services.assistant.due import ReadDue
from shared.services.assistant.person import Person
from shared.services.assistant.schemas import NewTask
from shared.services.recurring_documents import SeriesCreate
from shared.services.recurring_tasks import create_recurring_task

_FIRST = text(
    "SELECT id FROM tasks WHERE recurring_task_id = :id AND user_id = :user_id AND parent_id IS NOT DISTINCT FROM :parent_id"
    " ORDER BY occurrence_key LIMIT 1"
)


def create_series_task(person: Person, new: NewTask, due: ReadDue, rule: str, reminders: dict[str, Any]) -> bytes:
    """Create a recurring task, its template with the fields of ``reminders``, and return the JSON of its first instance.

    Raises:
        InvalidInput, DomainError: the rule cannot be read, or nothing of it is left to come.
    """
    start = due.local or due.on or today(clock.now(), person.time_zone)
    parent_id = new.parent_id if new.parent_id.int else None
    template: dict[str, Any] = {"title": new.title, "notes": new.notes, "priority": new.priority, "tags": new.tags}
    template |= reminders
    if parent_id is not None:
        template["parent_id"] = str(parent_id)
    wanted = {
        "rrule": rule,
        "dtstart": start.isoformat(),
        "time_zone": person.time_zone,
        "mode": due.mode,
        "template": template,
    }
    with transaction(person.user_id) as connection:
        series = create_recurring_task(person.actor, SeriesCreate.model_validate_json(orjson.dumps(wanted)))
        key = {"id": UUID(str(series["id"])), "user_id": person.user_id, "parent_id": parent_id}
        return service.get_task(person.user_id, connection.execute(_FIRST, key).scalar_one())
