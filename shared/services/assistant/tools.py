"""The tools, one list for chat and MCP, in a fixed order.

Each has a name, one or two sentences, arguments, a result and hints. A tool raises our typed errors; the doors turn them into "message,
then: try next …". What needs the person's word (:func:`needs_confirmation`) is decided here, from stored state, not by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.services.assistant import schemas
from shared.services.assistant.outcome import Outcome
from shared.services.assistant.person import Person

UNCONFIRMED_CHANGES = 3
"""More tasks than these are changed only after the person confirmed."""


@dataclass(frozen=True)
class Tool:
    """One tool."""

    name: str
    description: str
    arguments: type[schemas.Arguments]
    result: type[BaseModel]
    run: Callable[[Person, Any], Outcome]
    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    needs: str = ""

    @property
    def scope(self) -> str:
        """The scope a token needs for it; reading or writing tasks where the tool names none in ``needs``."""
        return self.needs or ("tasks:read" if self.read_only else "tasks:write")


def changed_ids(tool: Tool, arguments: Any) -> frozenset[UUID]:
    """Return the existing tasks that a call changes; reading and adding change none."""
    if tool.read_only:
        return frozenset()
    one = getattr(arguments, "task_id", None)
    return frozenset(getattr(arguments, "task_ids", ())) | (frozenset() if one is None else {one})


def needs_confirmation(tool: Tool, arguments: Any, before: frozenset[UUID] = frozenset()) -> bool:
    """Whether the person must confirm: everything that deletes, and every change beyond three tasks.

    Args:
        tool: which.
        arguments: validated.
        before: tasks changed earlier for the same words of the person: many small calls are one large one.
    """
    if tool.destructive:
        return True
    changed = changed_ids(tool, arguments)
    return bool(changed) and len(changed | before) > UNCONFIRMED_CHANGES


def _work(name: str) -> Callable[[Person, Any], Outcome]:
    def run(person: Person, arguments: Any) -> Outcome:
        from shared.services.assistant import work

        outcome: Outcome = getattr(work, name)(person, arguments)
        return outcome

    return run


TOOLS = (
    Tool(
        "add_tasks",
        "Add up to 25 tasks at once. Put dates into due and repeat, not into the title.",
        schemas.AddTasks, schemas.TasksResult, _work("add_tasks"),
    ),
    Tool(
        "find_tasks",
        "Find tasks by words, tags, priority, status or due time, 10 a page. Use it to get ids before changing anything.",
        schemas.FindTasks, schemas.TasksResult, _work("find_tasks"), read_only=True, idempotent=True,
    ),
    Tool(
        "update_task",
        "Change title, notes, priority or tags of one task; what is left out stays. Clear fields with remove.",
        schemas.UpdateTask, schemas.TasksResult, _work("update_task"), idempotent=True,
    ),
    Tool(
        "reschedule_task",
        "Move one task to another day or time. A recurring task keeps its rule.",
        schemas.RescheduleTask, schemas.TasksResult, _work("reschedule_task"), idempotent=True,
    ),
    Tool(
        "complete_tasks",
        "Mark tasks as done; the next one of a recurring task appears by itself.",
        schemas.TaskSelection, schemas.TasksResult, _work("complete_tasks"), idempotent=True,
    ),
    Tool(
        "reopen_tasks",
        "Open completed tasks again.",
        schemas.TaskSelection, schemas.TasksResult, _work("reopen_tasks"), idempotent=True,
    ),
    Tool(
        "delete_tasks",
        "Move tasks to the trash; they can be restored for 30 days. The person is asked first.",
        schemas.TaskSelection, schemas.TasksResult, _work("delete_tasks"), destructive=True, idempotent=True,
    ),
    Tool(
        "restore_tasks",
        "Bring tasks back from the trash.",
        schemas.TaskSelection, schemas.TasksResult, _work("restore_tasks"), idempotent=True,
    ),
    Tool(
        "list_tags",
        "List all tags with their number of open tasks.",
        schemas.NoArguments, schemas.TagsResult, _work("list_tags"), read_only=True, idempotent=True,
    ),
)  # fmt: skip
BY_NAME = {tool.name: tool for tool in TOOLS}
