"""Calling a tool: at once, or as a pending action that waits for the person's word; and undoing what was done.

A pending action stores the validated arguments and what they would touch *as stored*: title by title, read from the database at that
moment. Confirming runs exactly these arguments; nothing a model says later can change them. Every call that changed something leaves a
row with its inverse, so it can be undone from the conversation.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from shared import clock
from shared.db.statement import statement
from shared.errors import Conflict, InvalidInput, NotFound
from shared.http.request import invalid
from shared.services import tasks as service
from shared.services.assistant.outcome import Outcome
from shared.services.assistant.person import Person
from shared.services.assistant.schemas import PendingResult, TaskSelection
from shared.services.assistant.tools import BY_NAME, Tool, needs_confirmation
from shared.services.assistant.work import visible
from shared.services.task_documents import TaskChange

if TYPE_CHECKING:
    from sqlalchemy import Connection

LIFETIME = timedelta(minutes=30)
_INSERT = statement(
    "INSERT INTO pending_actions (id, user_id, conversation_id, origin, action, preview, state, result, expires_at)"
    " VALUES (:id, :user_id, :conversation_id, :origin, CAST(:action AS jsonb), CAST(:preview AS jsonb), :state,"
    " CAST(:result AS jsonb), :expires_at)"
)
_LOCK = statement("SELECT * FROM pending_actions WHERE id = :id AND user_id = :user_id FOR UPDATE")
_CLOSE = statement(
    "UPDATE pending_actions SET state = :state, result = CAST(:result AS jsonb) WHERE id = :id AND user_id = :user_id"
)
_LAST_DONE = statement(
    "SELECT id FROM pending_actions WHERE user_id = :user_id AND state = 'done' AND conversation_id IS NOT DISTINCT FROM :conversation_id"
    " AND jsonb_array_length(result -> 'undo') > 0 ORDER BY id DESC LIMIT 1"
)
_WAITING = statement(
    "SELECT id, origin, action, preview, created_at, expires_at FROM pending_actions WHERE user_id = :user_id AND state = 'pending'"
    " AND expires_at > :now ORDER BY id DESC LIMIT 50"
)
_VALUE_SHOWN = 80
_VERBS = {
    "delete_tasks": "Delete", "complete_tasks": "Complete", "reopen_tasks": "Reopen", "restore_tasks": "Restore", "bulk": "Change",
}  # fmt: skip


@dataclass(frozen=True)
class Called:
    """What came of a call.

    Attributes:
        result: the tool's result, or a :class:`PendingResult`.
        action_id: the row that can be confirmed or undone; ``None`` for reads.
        pending: whether the person has to confirm first.
    """

    result: BaseModel
    action_id: UUID | None
    pending: bool


def parse_arguments(tool: Tool, raw: bytes | str) -> Any:
    """Return the arguments of a tool from JSON.

    Raises:
        InvalidInput: naming every wrong argument, never repeating its value.
    """
    try:
        return tool.arguments.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise invalid(error) from error


def call(
    person: Person,
    tool: Tool,
    arguments: Any,
    *,
    conversation_id: UUID | None = None,
    before: frozenset[UUID] = frozenset(),
) -> Called:
    """Run a tool, or store it as a pending action when it needs the person's word.

    Args:
        person: from the token.
        tool: which.
        arguments: validated.
        conversation_id: where it was asked for.
        before: tasks that earlier calls of the same turn changed.
    """
    if needs_confirmation(tool, arguments, before):
        return _store_pending(person, tool.name, arguments, conversation_id)
    if tool.read_only:
        return Called(tool.run(person, arguments).result, None, pending=False)
    with _transaction(person) as connection:
        outcome = tool.run(person, arguments)
        action_id = clock.uuid7()
        values = _values(person, action_id, conversation_id, tool.name, arguments, [], "done", _result(outcome))
        connection.execute(_INSERT(), values)
    return Called(outcome.result, action_id, pending=False)


def propose(
    person: Person, operations: list[dict[str, Any]], summary: str, *, conversation_id: UUID | None = None
) -> Called:
    """Store bulk operations as a pending action (a change of many tasks that the interpreter worked out)."""
    ids = [UUID(operation["id"]) for operation in operations]
    preview = _stored_titles(person, ids)
    return _insert_pending(
        person, "bulk", {"operations": operations, "summary": summary}, preview, summary, conversation_id
    )


def run_operations(
    person: Person, operations: list[dict[str, Any]], *, conversation_id: UUID | None = None
) -> tuple[UUID, list[dict[str, Any]]]:
    """Run bulk operations at once and return the action's id and the tasks afterwards; for changes of three tasks or fewer."""
    with _transaction(person) as connection:
        tasks, undo = _operate(person, operations)
        action_id = clock.uuid7()
        result = {"tasks": tasks, "undo": undo}
        connection.execute(
            _INSERT(),
            _values(person, action_id, conversation_id, "bulk", {"operations": operations}, [], "done", result),
        )
    return action_id, tasks


def confirm(person: Person, action_id: UUID) -> dict[str, Any]:
    """Run a pending action once and return ``{id, state, tasks}``; confirming again answers the same.

    Raises:
        NotFound: there is none of this person's.
        Conflict: it was cancelled, or its time is over.
    """
    with _transaction(person) as connection:
        row = _locked(connection, person, action_id)
        if row.state == "done":
            return _answer(row.id, "done", row.result)
        if row.state != "pending" or row.expires_at <= clock.now():
            raise Conflict("This was cancelled, or waited too long; ask again.")
        doer = Person(service.Actor(person.user_id, row.origin), person.time_zone, person.locale)
        if row.action["tool"] == "bulk":
            tasks, undo = _operate(doer, row.action["arguments"]["operations"])
            result = {"tasks": tasks, "undo": undo}
        else:
            tool = BY_NAME[row.action["tool"]]
            result = _result(tool.run(doer, parse_arguments(tool, orjson.dumps(row.action["arguments"]))))
        connection.execute(
            _CLOSE(), {"id": action_id, "user_id": person.user_id, "state": "done", "result": _dump(result)}
        )
    return _answer(action_id, "done", result)


def cancel(person: Person, action_id: UUID) -> dict[str, Any]:
    """Give a pending action up; cancelling again answers the same.

    Raises:
        NotFound: there is none of this person's.
        Conflict: it was carried out already; undo it instead.
    """
    with _transaction(person) as connection:
        row = _locked(connection, person, action_id)
        if row.state == "done":
            raise Conflict("This was carried out already; undo it instead.")
        connection.execute(_CLOSE(), {"id": action_id, "user_id": person.user_id, "state": "cancelled", "result": None})
    return _answer(action_id, "cancelled", {})


def undo(person: Person, action_id: UUID) -> dict[str, Any]:
    """Bring back what was before an action, once; undoing again answers the same.

    Raises:
        NotFound: there is none of this person's.
        Conflict: it was not carried out.
    """
    with _transaction(person) as connection:
        row = _locked(connection, person, action_id)
        if row.state != "done":
            raise Conflict("This was not carried out, so there is nothing to undo.")
        if row.result.get("undone"):
            return _answer(action_id, "undone", row.result)
        doer = Person(service.Actor(person.user_id, row.origin), person.time_zone, person.locale)
        tasks, _ = _operate(doer, list(reversed(row.result["undo"])))
        result = {"tasks": tasks, "undo": [], "undone": True}
        connection.execute(
            _CLOSE(), {"id": action_id, "user_id": person.user_id, "state": "done", "result": _dump(result)}
        )
    return _answer(action_id, "undone", result)


def waiting(person: Person) -> list[dict[str, Any]]:
    """Return the actions that wait for the person's word, the newest first, with the titles as they were stored."""
    with _transaction(person) as connection:
        rows = connection.execute(_WAITING(), {"user_id": person.user_id, "now": clock.now()}).all()
    return [
        {
            "id": row.id,
            "origin": row.origin,
            "summary": _summary(row.action.get("tool", ""), row.action.get("arguments", {}), len(row.preview)),
            "tasks": row.preview,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
        }
        for row in rows
    ]


def last_undoable(person: Person, conversation_id: UUID | None) -> UUID | None:
    """Return the newest action of a conversation that can be undone."""
    with _transaction(person) as connection:
        found: UUID | None = connection.execute(
            _LAST_DONE(), {"user_id": person.user_id, "conversation_id": conversation_id}
        ).scalar_one_or_none()
    return found


def _transaction(person: Person) -> AbstractContextManager["Connection"]:
    # Reading tools need no SQLAlchemy, and most cold starts begin with one.
    from shared.db.engine import transaction

    return transaction(person.user_id)


def _store_pending(person: Person, name: str, arguments: Any, conversation_id: UUID | None) -> Called:
    ids = arguments.task_ids if isinstance(arguments, TaskSelection) else [arguments.task_id]
    preview = _stored_titles(person, list(ids))
    given = arguments.model_dump(mode="json", exclude_unset=True)
    return _insert_pending(person, name, arguments, preview, _summary(name, given, len(preview)), conversation_id)


def _summary(name: str, arguments: dict[str, Any], count: int) -> str:
    if arguments.get("summary"):
        return str(arguments["summary"])
    words = f"{_VERBS.get(name, 'Change')} {count} task{'s' if count != 1 else ''}"
    if "task_id" not in arguments:
        return words
    # What a single change would do belongs to the question; its values are the model's words, so without what hides in them.
    fields = [f"{key.replace('_', ' ')} {_shown(value)}" for key, value in arguments.items() if key != "task_id"]
    return f"{words}: {'; '.join(fields)}"


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"“{visible(' '.join(text.split()))[:_VALUE_SHOWN]}”"


def _insert_pending(
    person: Person, name: str, arguments: Any, preview: list[dict[str, str]], summary: str, conversation_id: UUID | None
) -> Called:
    action_id = clock.uuid7()
    values = _values(person, action_id, conversation_id, name, arguments, preview, "pending", None)
    with _transaction(person) as connection:
        connection.execute(_INSERT(), values)
    result = PendingResult(
        pending_action_id=action_id,
        summary=summary,
        untrusted={"tasks": preview},
        expires_at=_text(values["expires_at"]),
    )
    return Called(result, action_id, pending=True)


def _stored_titles(person: Person, ids: list[UUID]) -> list[dict[str, str]]:
    found = []
    for task_id in dict.fromkeys(ids):
        try:
            document = orjson.loads(service.get_task(person.user_id, task_id))
        except NotFound as error:
            raise NotFound(f"There is no task {task_id}. Try find_tasks to get the right id.") from error
        found.append({"id": str(task_id), "title": visible(document["title"])})
    if not found:
        raise InvalidInput("No task was named; try find_tasks first.", field="task_ids")
    return found


def _operate(person: Person, operations: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from shared.services.assistant.work import _changed, brief

    tasks: list[dict[str, Any]] = []
    undo: list[dict[str, Any]] = []
    inverse = {"complete": "reopen", "reopen": "complete", "delete": "restore", "restore": "delete"}
    act = {"complete": service.complete_task, "reopen": service.reopen_task, "restore": service.restore_task}
    for operation in operations:
        task_id, action = UUID(operation["id"]), operation["action"]
        before = orjson.loads(service.get_task(person.user_id, task_id))
        if action == "update":
            fields = TaskChange.model_validate_json(orjson.dumps(operation["task"]))
            outcome = _changed(person, before, {name: operation["task"][name] for name in fields.model_fields_set})
            tasks.append(outcome.result.model_dump(mode="json")["tasks"][0])
            undo += outcome.undo
            continue
        if action == "delete":
            service.delete_task(person.actor, task_id)
            document = service.get_task(person.user_id, task_id)
        else:
            document = act[action](person.actor, task_id)
        tasks.append(brief(document).model_dump(mode="json"))
        undo.append({"action": inverse[action], "id": str(task_id)})
    return tasks, undo


def _locked(connection: Any, person: Person, action_id: UUID) -> Any:
    row = connection.execute(_LOCK(), {"id": action_id, "user_id": person.user_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such action.")
    return row


def _result(outcome: Outcome) -> dict[str, Any]:
    return {"tasks": outcome.result.model_dump(mode="json").get("tasks", []), "undo": outcome.undo}


def _values(
    person: Person,
    action_id: UUID,
    conversation_id: UUID | None,
    name: str,
    arguments: Any,
    preview: list[Any],
    state: str,
    result: Any,
) -> dict[str, Any]:
    given = arguments.model_dump(mode="json", exclude_unset=True) if isinstance(arguments, BaseModel) else arguments
    return {
        "id": action_id,
        "user_id": person.user_id,
        "conversation_id": conversation_id,
        "origin": person.actor.origin,
        "action": _dump({"tool": name, "arguments": given}),
        "preview": _dump(preview),
        "state": state,
        "result": _dump(result) if result is not None else None,
        "expires_at": clock.now() + LIFETIME,
    }


def _answer(action_id: UUID, state: str, result: dict[str, Any] | None) -> dict[str, Any]:
    return {"id": str(action_id), "state": state, "tasks": (result or {}).get("tasks", [])}


def _dump(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
