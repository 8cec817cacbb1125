"""Bulk changes: up to 100 steps in one transaction, all or none."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from functions.tasks.moves import move
from functions.tasks.schemas import Move, Operation
from shared.db.engine import transaction
from shared.domain.errors import DomainError
from shared.errors import InvalidInput, ObsidianListError
from shared.http.request import invalid, wrong_field
from shared.services import tasks as service
from shared.services.task_documents import TaskChange, TaskCreate


def run_operations(actor: service.Actor, operations: list[Operation]) -> bytes:
    """Run every step and return ``{"results": […]}``; an error names its step and undoes all of them.

    Raises:
        ObsidianListError: of the first step that fails, its fields prefixed with ``operations.N``.
    """
    parts = []
    with transaction(actor.user_id):
        for position, operation in enumerate(operations):
            try:
                task_id, document = _step(actor, operation, position)
            except (InvalidInput, DomainError) as broken:
                error = wrong_field(broken) if isinstance(broken, DomainError) else broken
                found = _placed(error.errors, operation, position)
                raise InvalidInput(f"Step {position}: {error.detail}", errors=found, status=error.status) from broken
            except ObsidianListError as error:
                error.detail = f"Step {position}: {error.detail}"
                if "errors" in error.extra:
                    error.extra["errors"] = _placed(error.extra["errors"], operation, position)
                error.extra["operation"] = position
                raise
            head = orjson.dumps({"action": operation.action, "id": task_id})[:-1]
            parts.append(head + b',"task":' + (document or b"null") + b"}")
    return b'{"results":[' + b",".join(parts) + b"]}"


def _placed(errors: list[dict[str, str]], operation: Operation, position: int) -> list[dict[str, str]]:
    """Return errors with the path of each field in the request: a task's are in ``task``, a place's in ``move``."""
    inside = {"create": "task", "update": "task", "move": "move"}.get(operation.action, "")
    paths = [(found["field"],) if found["field"] == "id" else (inside, found["field"]) for found in errors]
    return [
        {**found, "field": ".".join(filter(None, ("operations", str(position), *path)))}
        for found, path in zip(errors, paths, strict=True)
    ]


def _step(actor: service.Actor, operation: Operation, position: int) -> tuple[UUID, bytes | None]:
    if operation.action == "create":
        document = service.create_task(actor, _model(TaskCreate, operation), task_id=operation.id, rank_offset=position)
        return UUID(orjson.loads(document)["id"]), document
    if operation.id is None:
        raise InvalidInput(f"{operation.action} needs the id of a task.", field="id")
    if operation.action == "update":
        change = _model(TaskChange, operation)
        return operation.id, service.change_task(actor, operation.id, change, if_version=operation.version)
    if operation.action == "move":
        return operation.id, move(actor, operation.id, operation.move or Move(), operation.version)
    act: Callable[..., bytes | None] = {
        "complete": service.complete_task,
        "reopen": service.reopen_task,
        "restore": service.restore_task,
        "delete": service.delete_task,
        "purge": service.purge_task,
    }[operation.action]
    return operation.id, act(actor, operation.id, if_version=operation.version)


def _model(model: type[BaseModel], operation: Operation) -> Any:
    try:
        return model.model_validate_json(orjson.dumps(operation.task))
    except ValidationError as error:
        raise invalid(error) from error
