"""The tags function: list with counts, create, rename, recolour, merge, delete."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.domain.task import clean_tag_name
from shared.errors import InvalidInput
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.http.schema import Input, Output, PageQuery
from shared.services import tags as service
from shared.services.actor import Actor

router = Router("tags", "Tags: names and colours to group tasks by.")
Name = Annotated[
    str, Field(max_length=200, examples=["home"]), AfterValidator(lambda text: clean_tag_name(text, "name"))
]
Color = Literal["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]


class Tag(Output):
    """A tag with the number of open tasks that carry it."""

    id: UUID
    name: str
    color: Color
    task_count: int
    version: int
    created_at: str


class TagList(Output):
    """A page of tags."""

    items: list[Tag]
    next_cursor: str | None


class TagListQuery(PageQuery):
    """Which page."""

    q: str = Field("", max_length=50, description="part of the name")
    limit: int = Field(200, ge=1, le=200)


class TagCreate(Input):
    """A new tag."""

    name: Name
    color: Color | None = Field(None, description="left out: one that follows from the name")


class TagChange(Input):
    """What is left out stays."""

    name: Name | None = None
    color: Color | None = None


class Merge(Input):
    """The tag that takes over."""

    into_id: UUID


@router.get("/api/tags", query=TagListQuery, response=TagList)
def list_tags(request: Request, query: TagListQuery) -> bytes:
    """List tags by name, each with its open tasks counted."""
    return service.list_tags(request.user_id, query.q, query.limit, query.cursor)


@router.post("/api/tags", body=TagCreate, response=Tag, status=201, scope="tasks:write", errors=(409, 422))
def create_tag(request: Request, body: TagCreate) -> bytes:
    """Create a tag; a name that exists in any case is a conflict."""
    return service.create_tag(_actor(request), body.name, body.color)


@router.get("/api/tags/<uuid:tag_id>", response=Tag, errors=(404,))
def get_tag(request: Request, tag_id: UUID) -> bytes:
    """Get a tag."""
    return service.get_tag(request.user_id, tag_id)


@router.patch("/api/tags/<uuid:tag_id>", body=TagChange, response=Tag, scope="tasks:write", errors=(404, 409, 422))
def change_tag(request: Request, body: TagChange, tag_id: UUID) -> bytes:
    """Rename or recolour a tag."""
    if "name" in body.model_fields_set and body.name is None:
        raise InvalidInput("name cannot be empty.", field="name")
    return service.change_tag(_actor(request), tag_id, body.name, body.color)


@router.delete("/api/tags/<uuid:tag_id>", scope="tasks:write", errors=(404,))
def delete_tag(request: Request, tag_id: UUID) -> Reply:
    """Delete a tag; its tasks stay."""
    service.delete_tag(_actor(request), tag_id)
    return Reply(None, 204)


@router.post("/api/tags/<uuid:tag_id>/merge", body=Merge, response=Tag, scope="tasks:write", errors=(404, 422))
def merge_tags(request: Request, body: Merge, tag_id: UUID) -> bytes:
    """Give every task of this tag the other one instead, and delete this one."""
    return service.merge_tags(_actor(request), tag_id, body.into_id)


def _actor(request: Request) -> Actor:
    return Actor(request.user_id, request.identity.origin)


tags = router.entry_point()
