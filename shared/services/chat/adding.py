"""Adding tasks from what a person wrote, with the grammar of quick add."""

from typing import Any
from uuid import UUID

from shared import clock
from shared.domain import quick_add
from shared.services.assistant import actions
from shared.services.assistant.person import Person
from shared.services.assistant.schemas import AddTasks, TasksResult
from shared.services.assistant.tools import BY_NAME


def add_from_text(
    person: Person, text: str, conversation_id: UUID, locale: str, parent_id: str | None = None
) -> tuple[list[Any], UUID | None]:
    """Add the tasks a text describes, each line one and below ``parent_id`` if given, and return them with the action's id.

    Raises:
        DomainError: too long, or too many lines.
        InvalidInput: a line is no task.
    """
    parsed = quick_add.parse(text, now=clock.now(), zone=person.time_zone, locale=locale)
    tasks = []
    for each in parsed[:25]:
        task: dict[str, Any] = {
            "title": each.title,
            "notes": each.notes or "",
            "priority": each.priority or "none",
            "tags": list(each.tags),
        }
        if each.due_local is not None:
            task["due"] = each.due_local.isoformat()
        elif each.due_on is not None:
            task["due"] = each.due_on.isoformat()
        if parent_id is not None:
            task["parent_id"] = parent_id
        reminders = [_reminder(reminder) for reminder in each.reminders if "due" in task or reminder.at is not None]
        if reminders:
            task["reminders"] = reminders
        if each.rrule:
            task["repeat"] = f"RRULE:{each.rrule}"
        tasks.append(task)
    import orjson

    tool = BY_NAME["add_tasks"]
    arguments: AddTasks = actions.parse_arguments(tool, orjson.dumps({"tasks": tasks}))
    called = actions.call(person, tool, arguments, conversation_id=conversation_id)
    result = called.result
    found = result.model_dump(mode="json")["tasks"] if isinstance(result, TasksResult) else []
    return found, called.action_id


def _reminder(reminder: quick_add.ParsedReminder) -> str:
    return reminder.at.isoformat() if reminder.at is not None else str(reminder.minutes_before)
