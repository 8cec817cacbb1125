"""The plan's own stack for the same three operations: FastAPI + SQLModel + asyncpg, written as its documentation shows.

Same tables, same database role with row-level security, the same token check, the same event and outbox row in the
transaction of a creation. Events are left to the relay: this stack publishes nothing, which is in its favour.
"""

import base64
import json
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import ORJSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlmodel import Field, SQLModel, select

from shared.domain import search
from shared.domain.search_sql import MAX_CANDIDATES, matches_sql, ranked_sql

URL = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://")
ENGINE = create_async_engine(URL, pool_size=8, max_overflow=0)
SESSIONS = async_sessionmaker(ENGINE, expire_on_commit=False)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class TaskRow(SQLModel, table=True):
    """A task's row."""

    __tablename__ = "tasks"
    id: UUID = Field(primary_key=True)
    user_id: UUID
    title: str
    notes: str = ""
    status: str = "open"
    priority: str = "none"
    due_on: date | None = None
    rank: str = Field(sa_column=Column(String(collation="C")))
    parent_id: UUID | None = None
    reminders: list[Any] = Field(default_factory=list, sa_column=Column(JSONB))
    version: int = 1
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    deleted_at: datetime | None = None


for _name in ("created_at", "updated_at", "completed_at", "deleted_at"):
    TaskRow.__table__.c[_name].type.timezone = True  # type: ignore[attr-defined]


class TaskOut(BaseModel):
    """A task as the API shows it."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    title: str
    notes: str
    status: str
    priority: str
    tags: list[str] = []
    due_on: date | None
    parent_id: UUID | None
    rank: str
    reminders: list[Any]
    version: int
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    deleted_at: datetime | None


class Page(BaseModel):
    """A page of tasks."""

    items: list[TaskOut]
    next_cursor: str | None


class NewTask(BaseModel):
    """A new task."""

    title: str
    notes: str = ""
    priority: Literal["none", "low", "medium", "high", "urgent"] = "none"


def _keys() -> dict[str, Ed25519PublicKey]:
    found = json.loads(os.environ["JWT_PUBLIC_KEYS"])["keys"]
    return {k["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(k["x"] + "=")) for k in found}


KEYS = _keys()


async def current_user(authorization: Annotated[str, Header()]) -> UUID:
    """Return whose token it is."""
    token = authorization.removeprefix("Bearer ")
    try:
        key = KEYS[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="obsidianlist", issuer=os.environ["PUBLIC_URL"])
    except (jwt.PyJWTError, KeyError) as error:
        raise HTTPException(401) from error
    return UUID(claims["sub"])


User = Annotated[UUID, Depends(current_user)]


async def session_of(user_id: User) -> AsyncIterator[AsyncSession]:
    """Open a transaction in which only the user's rows exist."""
    async with SESSIONS() as session, session.begin():
        await session.execute(text("SELECT set_config('app.user_id', :id, true)"), {"id": str(user_id)})
        yield session


Session = Annotated[AsyncSession, Depends(session_of)]
app = FastAPI(default_response_class=ORJSONResponse)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer whether the database does."""
    async with SESSIONS() as session:
        await session.execute(text("SELECT 1"))
    return {"status": "ok"}


@app.get("/api/tasks")
async def list_tasks(user_id: User, session: Session, q: str = "", limit: int = 50) -> Page:
    """List open tasks by rank, or those that match a search text, best first."""
    if q:
        plan = search.plan(search.parse(q), user_id)
        matches = matches_sql(":match", strict=":strict", status="'open'", trash=False, newest=MAX_CANDIDATES)
        ctes = ranked_sql(matches, "t.user_id = :user_id AND t.deleted_at IS NULL AND t.status = 'open'",
                          strict=":strict", units=[f":unit_{i}" for i in range(len(plan.units))], exact=":exact", loose=":loose")  # fmt: skip
        ranked = text(f"WITH {ctes} SELECT id FROM ranked ORDER BY relevance DESC, id DESC LIMIT :limit")
        values = {"user_id": user_id, "match": plan.match, "strict": plan.strict, **{f"unit_{i}": unit for i, unit in enumerate(plan.units)},
                  "exact": plan.exact, "loose": plan.loose, "limit": limit}  # fmt: skip
        ids = list((await session.execute(ranked, values)).scalars())
        rows = {row.id: row for row in (await session.scalars(select(TaskRow).where(TaskRow.id.in_(ids)))).all()}  # type: ignore[attr-defined]
        found = [rows[one] for one in ids]
    else:
        statement = (
            select(TaskRow)
            .where(TaskRow.user_id == user_id, TaskRow.deleted_at.is_(None), TaskRow.status == "open")  # type: ignore[union-attr]
            .order_by(TaskRow.rank, TaskRow.id)  # type: ignore[arg-type]
            .limit(limit + 1)
        )
        found = list((await session.scalars(statement)).all())
    cursor = found[limit - 1].rank if len(found) > limit else None
    return Page(items=[TaskOut.model_validate(row) for row in found[:limit]], next_cursor=cursor)


@app.post("/api/tasks", status_code=201)
async def create_task(user_id: User, session: Session, new: NewTask) -> TaskOut:
    """Create a task with its event and outbox row."""
    moment, event_id = datetime.now(UTC), uuid4()
    row = TaskRow(id=uuid4(), user_id=user_id, rank=_rank(), created_at=moment, updated_at=moment, **new.model_dump())
    session.add(row)
    await session.flush()
    values = {
        "event_id": event_id,
        "user_id": user_id,
        "id": row.id,
        "payload": new.model_dump_json(),
        "moment": moment,
    }
    await session.execute(text(
        "INSERT INTO event_log (event_id, user_id, aggregate_id, aggregate_version, type, schema_version, payload, details, origin,"
        " created_at) VALUES (:event_id, :user_id, :id, 1, 'task.created', 1, CAST(:payload AS jsonb), '{}', 'api', :moment)"), values)  # fmt: skip
    await session.execute(text(
        "INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)"
        " VALUES (:event_id, :user_id, :id, 1, 'task-events', :moment)"), {k: v for k, v in values.items() if k != "payload"})  # fmt: skip
    return TaskOut.model_validate(row)


def _rank() -> str:
    value, digits = time.time_ns() // 1000, ""
    while value:
        value, digit = divmod(value, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return "i" + digits
