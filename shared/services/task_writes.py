"""The statements that write tasks, and the hot path of creation: task, event and outbox row in one statement.

Only ``shared.services.tasks`` uses this.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pg8000 import dbapi

from shared import clock, tracing
from shared.db.direct import fetch_json
from shared.db.failures import constraint, sqlstate
from shared.domain.rank import DIGITS
from shared.domain.task import TaskDue, tag_color, tag_key
from shared.errors import Conflict, Unauthenticated
from shared.services.task_documents import document_sql

_TAKEN = "23505"
_RANK_DIGITS = 9

_TAGS = """
chosen AS (
    INSERT INTO tags AS g (id, user_id, name, name_key, color)
    SELECT n.id, $2, n.name, n.name_key, n.color
      FROM unnest($22::uuid[], $23::text[], $24::text[], $25::text[]) AS n (id, name, name_key, color)
    ON CONFLICT (user_id, name_key) DO UPDATE SET name_key = excluded.name_key
    RETURNING id, name, name_key),
tagged AS (
    INSERT INTO task_tags (user_id, task_id, tag_id) SELECT $2, t.id, chosen.id FROM task t, chosen),
"""
_CREATE = """
WITH task AS (
    INSERT INTO tasks (id, user_id, title, notes, priority, due_on, due_local, due_tz, due_at, rank, parent_id, depth, reminders,
                       recurring_task_id, occurrence_key, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14, $15, $16, $16)
    RETURNING *),
{tags}logged AS (
    INSERT INTO event_log (event_id, user_id, aggregate_id, aggregate_version, type, schema_version, payload, details, origin, traceparent, created_at)
    SELECT $17, user_id, id, version, 'task.created', 1, $18::jsonb, $19::jsonb, $20, $21, $16 FROM task),
pending AS (
    INSERT INTO outbox_pending (event_id, user_id, aggregate_id, aggregate_version, topic, created_at)
    SELECT $17, user_id, id, version, 'task-events', $16 FROM task)
SELECT {document} FROM task t
"""
_CREATE_PLAIN = _CREATE.format(tags="", document=document_sql("t", "NULL::json", "NULL::json"))
_CREATE_TAGGED = _CREATE.format(
    tags=_TAGS,
    document=document_sql("t", "(SELECT json_agg(name ORDER BY name_key) FROM chosen)", "NULL::json"),
)


def appended_rank(moment: datetime, offset: int = 0) -> str:
    """Return a rank after every task made before ``moment``, without reading the list: the microsecond as a whole number.

    Args:
        moment: when the task was created.
        offset: tells tasks of one moment apart, in their order.
    """
    value = int(moment.timestamp() * 1_000_000) + offset
    text = ""
    for _ in range(_RANK_DIGITS):
        value, digit = divmod(value, len(DIGITS))
        text = DIGITS[digit] + text
    return "i" + text  # the head says: nine digits before the point (shared.domain.rank)


def insert_task(
    *,
    task_id: UUID,
    user_id: UUID,
    title: str,
    notes: str,
    priority: str,
    due: TaskDue | None,
    rank: str,
    parent_id: UUID | None,
    depth: int,
    reminders: list[dict[str, Any]],
    recurring_task_id: UUID | None,
    occurrence_key: str | None,
    tags: Sequence[str],
    created_at: datetime,
    event_id: UUID,
    payload: str,
    details: str,
    origin: str,
) -> bytes:
    """Insert a task with its tags, its event and its outbox row, and return its JSON.

    Raises:
        Unauthenticated: the account is gone.
        Conflict: the id is taken.
    """
    values: list[Any] = [
        task_id, user_id, title, notes, priority,
        due.on if due else None, due.local if due else None, due.zone if due else None, due.at if due else None,
        rank, parent_id, depth, orjson.dumps(reminders).decode(), recurring_task_id, occurrence_key, created_at,
        event_id, payload, details, origin, tracing.current_traceparent(),
    ]  # fmt: skip
    statement = _CREATE_PLAIN
    if tags:
        statement = _CREATE_TAGGED
        values += [
            [clock.uuid7() for _ in tags], list(tags), [tag_key(name) for name in tags], [tag_color(name) for name in tags]
        ]  # fmt: skip
    try:
        document = fetch_json(statement, values, user_id=user_id, read_only=False)
    except dbapi.DatabaseError as error:
        if constraint(error).endswith("_user_id_fkey"):
            raise Unauthenticated("This account no longer exists.") from error
        if constraint(error).endswith("_pkey") and sqlstate(error) == _TAKEN:
            taken = {"field": "id", "detail": "This id is taken."}
            raise Conflict("There is a task with this id.", errors=[taken]) from error
        raise
    return document or b""
