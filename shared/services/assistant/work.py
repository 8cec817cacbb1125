"""What the tools do, over the same services as the API; each answers the tasks as they are afterwards and how to undo it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from shared.domain.filters import TaskFilter
from shared.domain.task import Priority, tag_key
from shared.errors import InvalidInput, NotFound
from shared.services import tags as tag_service
from shared.services import task_lists
from shared.services import tasks as service
from shared.services.assistant.due import ReadDue, read_due
from shared.services.assistant.outcome import Outcome
from shared.services.assistant.person import Person
from shared.services.assistant.schemas import (
    AddTasks,
    FindTasks,
    NewTask,
    NoArguments,
    RescheduleTask,
    TagBrief,
    TagsResult,
    TaskBrief,
    TaskSelection,
    TasksResult,
    UpdateTask,
)
from shared.services.task_documents import TaskChange, TaskCreate

_NOTES_SHOWN = 500
_NOBODY = UUID(int=0)


def add_tasks(person: Person, arguments: AddTasks) -> Outcome:
    """Add tasks, recurring ones through their series; all or none."""
    from shared.db.engine import transaction  # here and below: finding tasks needs no SQLAlchemy

    documents = []
    with transaction(person.user_id):
        for position, new in enumerate(arguments.tasks):
            documents.append(_add(person, new, position))
    briefs = [brief(document) for document in documents]
    return Outcome(TasksResult(tasks=briefs), [{"action": "delete", "id": str(each.id)} for each in briefs])


def find_tasks(person: Person, arguments: FindTasks) -> Outcome:
    """Find tasks; a page at a time."""
    wanted = TaskFilter(
        status="all" if arguments.trash else arguments.status,
        priorities=tuple(Priority(name) for name in arguments.priority),
        tags=tuple(arguments.tags),
        tag_match="all",
        due=arguments.due or None,
        due_before=_day(arguments.due_before, person, "due_before"),
        due_after=_day(arguments.due_after, person, "due_after"),
        trash=arguments.trash,
        text=arguments.query.strip(),
    )
    sort = "due" if arguments.sort == "relevance" and not wanted.text else arguments.sort
    question = task_lists.TaskQuestion(wanted, sort, None, arguments.limit, arguments.cursor or None)
    page = orjson.loads(task_lists.list_tasks(person.user_id, question))
    tasks = [brief(task) for task in page["items"]]
    return Outcome(TasksResult(tasks=tasks, next_cursor=page["next_cursor"] or ""))


def update_task(person: Person, arguments: UpdateTask) -> Outcome:
    """Change fields of one task."""
    given = arguments.model_fields_set
    before = _document(person, arguments.task_id)
    change: dict[str, Any] = {
        name: getattr(arguments, name) for name in ("title", "notes", "priority", "tags") if name in given
    }
    if arguments.add_tags or arguments.remove_tags:
        gone = {tag_key(name) for name in arguments.remove_tags}
        base = change.get("tags", before["tags"])
        change["tags"] = [name for name in base if tag_key(name) not in gone] + arguments.add_tags
    cleared: dict[str, Any] = {"notes": "", "tags": [], "priority": "none", "reminders": []}
    for name in arguments.remove:
        if name == "due":
            change.update(due_on=None, due_at=None)
        else:
            change[name] = cleared[name]
    if not change:
        raise InvalidInput("Nothing to change was given; try again with at least one field.", field="task_id")
    return _changed(person, before, change)


def reschedule_task(person: Person, arguments: RescheduleTask) -> Outcome:
    """Give one task another due time."""
    due = read_due(arguments.due, person.time_zone, person.locale)
    if due.rrule:
        raise InvalidInput("This would make the task repeat; give a single time such as 2026-12-31T09:00.", field="due")
    before = _document(person, arguments.task_id)
    return _changed(person, before, _due_fields(due, person))


def complete_tasks(person: Person, arguments: TaskSelection) -> Outcome:
    """Complete tasks."""
    return _each(person, arguments, service.complete_task, "reopen", lambda task: task["status"] == "open")


def reopen_tasks(person: Person, arguments: TaskSelection) -> Outcome:
    """Open completed tasks again."""
    return _each(person, arguments, service.reopen_task, "complete", lambda task: task["status"] == "completed")


def restore_tasks(person: Person, arguments: TaskSelection) -> Outcome:
    """Bring tasks back from the trash."""
    return _each(person, arguments, service.restore_task, "delete", lambda task: task["deleted_at"] is not None)


def delete_tasks(person: Person, arguments: TaskSelection) -> Outcome:
    """Move tasks to the trash."""

    def delete(actor: Any, task_id: UUID) -> bytes:
        service.delete_task(actor, task_id)
        return service.get_task(actor.user_id, task_id)

    return _each(person, arguments, delete, "restore", lambda task: task["deleted_at"] is None)


def list_tags(person: Person, _arguments: NoArguments) -> Outcome:
    """List all tags."""
    page = orjson.loads(tag_service.list_tags(person.user_id, "", 200, None))
    return Outcome(
        TagsResult(tags=[TagBrief(untrusted={"name": t["name"]}, task_count=t["task_count"]) for t in page["items"]])
    )


def brief(task: bytes | dict[str, Any]) -> TaskBrief:
    """Return a task as a model sees it: people's words under ``untrusted``, notes shortened."""
    document: dict[str, Any] = orjson.loads(task) if isinstance(task, bytes) else task
    untrusted = {"title": visible(document["title"]), "tags": [visible(name) for name in document["tags"]]}
    if document["notes"]:
        untrusted["notes"] = visible(document["notes"])[:_NOTES_SHOWN]
    return TaskBrief(
        id=document["id"],
        untrusted=untrusted,
        status="deleted" if document["deleted_at"] else document["status"],
        priority=document["priority"],
        due=document["due_local"] or document["due_on"] or "",
        zone=document["due_tz"] or "",
        repeats=document["recurring_task_id"] is not None,
        version=document["version"],
    )


def visible(text: str) -> str:
    """Return text without characters a person does not see: zero-width, bidirectional, tag characters and the like."""
    import unicodedata

    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cf", "Cc", "Co", "Cn", "Cs"})


def _add(person: Person, new: NewTask, position: int) -> bytes:
    text = " ".join(part for part in (new.due, new.repeat if not _is_rule(new.repeat) else "") if part)
    due = read_due(text, person.time_zone, person.locale, field=f"tasks.{position}.due") if text else ReadDue()
    rule = new.repeat.removeprefix("RRULE:") if _is_rule(new.repeat) else due.rrule
    parent = {"parent_id": str(new.parent_id)} if new.parent_id != _NOBODY else {}
    reminders = _reminder_fields(new, person, f"tasks.{position}.reminders")
    if rule:
        return _add_series(person, new, due, rule, reminders)
    fields = {
        "title": new.title,
        "notes": new.notes,
        "priority": new.priority,
        "tags": new.tags,
        **_due_fields(due, person),
        **parent,
        **reminders,
    }
    created = TaskCreate.model_validate_json(orjson.dumps(fields))
    return service.create_task(person.actor, created, rank_offset=position)


def _is_rule(text: str) -> bool:
    return text.upper().startswith(("FREQ=", "RRULE:"))


def _add_series(person: Person, new: NewTask, due: ReadDue, rule: str, reminders: dict[str, Any]) -> bytes:
    from shared.services.assistant.series import create_series_task

    return create_series_task(person, new, due, rule, reminders)


def _due_fields(due: ReadDue, person: Person) -> dict[str, Any]:
    if due.local is not None:
        return {"due_at": due.local.isoformat(), "due_tz": person.time_zone}
    return {"due_on": due.on.isoformat()} if due.on is not None else {}


def _reminder_fields(new: NewTask, person: Person, field: str) -> dict[str, Any]:
    """Return the reminders of a new task as the API takes them; left out where none were asked for: then the person's default holds.

    Raises:
        InvalidInput: one is neither minutes nor a time.
    """
    found: list[dict[str, Any]] = []
    for text in new.reminders:
        if text.isdecimal():
            found.append({"minutes_before": int(text)})
            continue
        moment = read_due(text, person.time_zone, person.locale, field=field).local
        if moment is None:
            raise InvalidInput(f"“{text}” is neither minutes before the due time nor a time.", field=field)
        found.append({"at": moment.isoformat()})
    return {"reminders": found} if found else {}


def _changed(person: Person, before: dict[str, Any], change: dict[str, Any]) -> Outcome:
    wanted = TaskChange.model_validate_json(orjson.dumps(change))
    after = service.change_task(person.actor, UUID(before["id"]), wanted)
    names = set(change) | ({"due_on", "due_at", "due_tz"} if set(change) & {"due_on", "due_at"} else set())
    back = {name: before[name] for name in sorted(names) if name not in {"due_at", "due_tz"}}
    if names & {"due_at", "due_on"}:
        back.pop("due_on", None)
        back |= {"due_on": before["due_on"]} if before["due_on"] or not before["due_at"] else {}
        back |= {"due_at": before["due_local"], "due_tz": before["due_tz"]} if before["due_at"] else {"due_at": None}
    if "reminders" in back:
        back["reminders"] = [
            {k: v for k, v in each.items() if k != "id" and v is not None} for each in before["reminders"]
        ]
    return Outcome(TasksResult(tasks=[brief(after)]), [{"action": "update", "id": before["id"], "task": back}])


def _each(
    person: Person,
    arguments: TaskSelection,
    act: Callable[[Any, UUID], bytes],
    inverse: str,
    changes: Callable[[dict[str, Any]], bool],
) -> Outcome:
    from shared.db.engine import transaction

    tasks, undo = [], []
    with transaction(person.user_id):
        for task_id in dict.fromkeys(arguments.task_ids):
            if changes(_document(person, task_id)):
                undo.append({"action": inverse, "id": str(task_id)})
            tasks.append(brief(act(person.actor, task_id)))
    return Outcome(TasksResult(tasks=tasks), undo)


def _document(person: Person, task_id: UUID) -> dict[str, Any]:
    try:
        document: dict[str, Any] = orjson.loads(service.get_task(person.user_id, task_id))
    except NotFound as error:
        raise NotFound(f"There is no task {task_id}. Try find_tasks to get the right id.") from error
    return document


def _day(text: str, person: Person, field: str) -> date | None:
    if not text:
        return None
    due = read_due(text, person.time_zone, person.locale, field=field)
    return due.on or (due.local.date() if due.local else None)
