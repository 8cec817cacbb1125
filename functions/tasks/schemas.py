"""What goes into the operations on tasks and comes out of them, where it is not the task itself."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.domain.errors import DomainError
from shared.http.schema import Day, Input, Output, PageQuery, Query
from shared.services import task_lists
from shared.services.task_documents import PriorityName, Task


class ListQuery(PageQuery):
    """Filters are joined by AND."""

    q: str = Field("", max_length=500, description='full-text search: words, "phrases", -excluded')
    filter: str = Field(
        "",
        max_length=4000,
        description="the same filters as one text, e.g. priority:high tag:home due<+7d; instead of them, never beside them: "
        "only sort, order, limit, cursor and total go with it",
    )
    status: Literal["open", "completed", "all"] | None = None
    priority: list[PriorityName] = Field([], max_length=5)
    tag: list[str] = Field([], max_length=50)
    tag_match: Literal["any", "all", "none"] = "any"
    due: Literal["overdue", "today", "upcoming", "none", "any"] | None = None
    due_before: Day | None = None
    due_after: Day | None = None
    completed_before: Day | None = None
    completed_after: Day | None = None
    parent_id: str | None = Field(None, description="sub-tasks of this task, or none for the top level")
    trash: bool = False
    sort: task_lists.SortName | None = Field(None, description="relevance with a search text, else rank")
    order: task_lists.OrderName | None = None
    total: bool = False

    def beside_filter(self) -> list[str]:
        """Return the filters that were given though the query language takes their place; empty values ask for nothing."""
        given = self.model_fields_set - {"filter", "sort", "order", "limit", "cursor", "total"}
        return [name for name in type(self).model_fields if name in given and getattr(self, name) not in ("", [])]


class DeleteQuery(Query):
    """Where to."""

    permanent: bool = Field(default=False, description="for good, instead of into the trash")


class Move(Input):
    """Where a task goes; a parent_id that is left out stays, null is the top."""

    parent_id: UUID | None = None
    before_id: UUID | None = None
    after_id: UUID | None = None


class Operation(Input):
    """One step of a bulk change."""

    action: Literal["create", "update", "complete", "reopen", "delete", "restore", "purge", "move"]
    id: UUID | None = None
    task: dict[str, Any] | None = Field(None, description="fields for create and update")
    move: Move | None = None
    version: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _only_what_it_takes(self) -> Self:
        if self.task is not None and self.action not in {"create", "update"}:
            raise DomainError("task", f"{self.action} takes no fields.")
        if self.task is None and self.action in {"create", "update"}:
            raise DomainError("task", f"{self.action} needs the fields of the task.")
        if self.move is not None and self.action != "move":
            raise DomainError("move", f"{self.action} takes no place.")
        return self


class Bulk(Input):
    """Up to 100 steps, all or none."""

    operations: list[Operation] = Field(min_length=1, max_length=100)


class BulkResult(Output):
    """What became of one step."""

    action: str
    id: UUID
    task: Task | None


class BulkResults(Output):
    """One result a step, in order."""

    results: list[BulkResult]
