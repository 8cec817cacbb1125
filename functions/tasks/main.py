"""The tasks function: everything under /api/tasks, and the API's own description.

Answers: create, get, change, complete, reopen, delete, restore, move, bulk and list tasks; parse quick-add text; the merged OpenAPI document
and its readable page.
"""

from pathlib import Path
from typing import Literal
from uuid import UUID

from functions.tasks.moves import move
from functions.tasks.parse import add_routes as add_parse_routes
from functions.tasks.schemas import Bulk, BulkResults, DeleteQuery, ListQuery, Move
from shared.domain.errors import DomainError
from shared.domain.filters import TaskFilter
from shared.domain.task import Priority
from shared.errors import InvalidInput
from shared.http.request import Reply, Request
from shared.http.router import Router, parse_uuid
from shared.services import task_lists
from shared.services import tasks as service
from shared.services.task_documents import Task, TaskChange, TaskCreate, TaskList

router = Router("tasks", "Tasks: create, find, change, complete, order, delete and restore them.")


@router.get("/api/tasks", query=ListQuery, response=TaskList)
def list_tasks(request: Request, query: ListQuery) -> bytes:
    """List tasks: search, filter, sort, page by page."""
    wanted = _written_filter(request.user_id, query) if query.filter else _filter(query)
    sort = query.sort or ("relevance" if wanted.text else "rank")
    question = task_lists.TaskQuestion(wanted, sort, query.order, query.limit, query.cursor, query.total)
    return task_lists.list_tasks(request.user_id, question)


@router.post("/api/tasks", body=TaskCreate, response=Task, status=201, scope="tasks:write", errors=(422,))
def create_task(request: Request, body: TaskCreate) -> Reply:
    """Create a task."""
    return _with_etag(service.create_task(_actor(request), body), 201)


@router.get("/api/tasks/<uuid:task_id>", response=Task, errors=(304, 404))
def get_task(request: Request, task_id: UUID) -> Reply:
    """Get a task, also from the trash."""
    reply = _with_etag(service.get_task(request.user_id, task_id))
    if request.holds(reply.headers["ETag"]):
        return Reply(None, 304, reply.headers)
    return reply


@router.patch(
    "/api/tasks/<uuid:task_id>", body=TaskChange, response=Task, scope="tasks:write", errors=(404, 409, 412, 422)
)
def change_task(request: Request, body: TaskChange, task_id: UUID) -> Reply:
    """Change fields of a task (JSON merge patch: what is left out stays)."""
    return _with_etag(service.change_task(_actor(request), task_id, body, if_version=_if_match(request)))


@router.delete("/api/tasks/<uuid:task_id>", query=DeleteQuery, scope="tasks:write", errors=(404, 412))
def delete_task(request: Request, query: DeleteQuery, task_id: UUID) -> Reply:
    """Put a task into the trash, or delete it for good."""
    act = service.purge_task if query.permanent else service.delete_task
    act(_actor(request), task_id, if_version=_if_match(request))
    return Reply(None, 204)


@router.post("/api/tasks/<uuid:task_id>/complete", response=Task, scope="tasks:write", errors=(404, 409, 412))
def complete_task(request: Request, task_id: UUID) -> Reply:
    """Complete a task and its sub-tasks."""
    return _with_etag(service.complete_task(_actor(request), task_id, if_version=_if_match(request)))


@router.post("/api/tasks/<uuid:task_id>/reopen", response=Task, scope="tasks:write", errors=(404, 409, 412))
def reopen_task(request: Request, task_id: UUID) -> Reply:
    """Open a completed task again."""
    return _with_etag(service.reopen_task(_actor(request), task_id, if_version=_if_match(request)))


@router.post("/api/tasks/<uuid:task_id>/restore", response=Task, scope="tasks:write", errors=(404, 409, 412))
def restore_task(request: Request, task_id: UUID) -> Reply:
    """Take a task out of the trash."""
    return _with_etag(service.restore_task(_actor(request), task_id, if_version=_if_match(request)))


@router.post(
    "/api/tasks/<uuid:task_id>/move", body=Move, response=Task, scope="tasks:write", errors=(404, 409, 412, 422)
)
def move_task(request: Request, body: Move, task_id: UUID) -> Reply:
    """Put a task right before or after another, or below a parent."""
    return _with_etag(move(_actor(request), task_id, body, _if_match(request)))


@router.post("/api/tasks/bulk", body=Bulk, response=BulkResults, scope="tasks:write", errors=(404, 409, 412, 422))
def bulk(request: Request, body: Bulk) -> bytes:
    """Run up to 100 steps in one transaction: all of them or none."""
    from functions.tasks.bulk import run_operations

    return run_operations(_actor(request), body.operations)


def _written_filter(user_id: UUID, query: ListQuery) -> TaskFilter:
    if others := query.beside_filter():
        detail = "filter takes the place of this parameter; write it into the filter, or leave filter out."
        raise InvalidInput(
            f"{others[0]}: {detail}", field=others[0], errors=[{"field": n, "detail": detail} for n in others]
        )
    return task_lists.parse_filter(user_id, query.filter)


def _filter(query: ListQuery) -> TaskFilter:
    parent: UUID | Literal["none"] | None = None
    if query.parent_id is not None:
        parent = "none" if query.parent_id == "none" else parse_uuid(query.parent_id, "parent_id")
    dated = query.completed_after or query.completed_before
    if dated and query.status == "open":
        raise DomainError("status", "Only completed tasks have a day of completion.")
    return TaskFilter(
        status=query.status or ("completed" if dated else "all" if query.trash else "open"),
        priorities=tuple(Priority(name) for name in query.priority),
        tags=tuple(query.tag),
        tag_match=query.tag_match,
        due=query.due,
        due_before=query.due_before,
        due_after=query.due_after,
        completed_before=query.completed_before,
        completed_after=query.completed_after,
        parent=parent,
        trash=query.trash,
        text=query.q.strip(),
    )


def _actor(request: Request) -> service.Actor:
    return service.Actor(request.user_id, request.identity.origin)


def _if_match(request: Request) -> int | None:
    value = (request.header("If-Match") or "").strip()
    if value in {"", "*"}:
        return None
    number = value.removeprefix("W/").strip('"')
    if not number.isdigit() or len(number) > 18:  # noqa: PLR2004 - a bigint
        raise InvalidInput('If-Match takes the ETag of the task, a version such as "3".', field="If-Match", status=400)
    return int(number)


def _with_etag(document: bytes, status: int = 200) -> Reply:
    # The version stands in the document PostgreSQL built; finding it there spares decoding everything.
    _, _, rest = document.rpartition(b'"version" : ')
    version = rest.partition(b",")[0].decode()
    headers = {"ETag": f'"{version}"'}
    return Reply(document, status, headers)


@router.get("/api/openapi.json", public=True, response=dict)
def openapi(_request: Request) -> Reply:
    """Return the OpenAPI 3.1 document of the whole API."""
    return Reply(_DOCUMENT.read_bytes(), headers={"Cache-Control": "public, max-age=300"})


@router.get("/api/docs", public=True, content_type="text/html; charset=utf-8", response=str)
def docs(_request: Request) -> Reply:
    """Show the API as a page to read; it loads nothing from elsewhere."""
    from shared.http.openapi_page import CONTENT_POLICY, page

    headers = {"Cache-Control": "public, max-age=300", "Content-Security-Policy": CONTENT_POLICY}
    return Reply(page(_DOCUMENT.read_bytes()), headers=headers, content_type="text/html; charset=utf-8")


_DOCUMENT = Path(__file__).parents[2] / "shared" / "http" / "openapi.json"

add_parse_routes(router)
tasks = router.entry_point()
