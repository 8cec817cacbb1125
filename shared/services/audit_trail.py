"""The audit trail: written by the ``audit_writer`` consumer from the event log, read by its owner.

An entry is made from the event log's row, which holds even the long texts an event leaves out; so the trail is complete whatever the
transport shortened, and an entry's id is its event's id: writing it twice is writing it once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from shared.db.direct import fetch_json
from shared.events.envelope import Event
from shared.http.pagination import decode_cursor, encode_cursor
from shared.services.task_documents import instant_sql

_WRITE = """
INSERT INTO audit_logs (id, user_id, type, occurred_at, actor_id, origin, task_id, tag_id, title, changes)
SELECT e.event_id, e.user_id, e.type, e.created_at, e.user_id, e.origin,
       coalesce((e.payload ->> 'task_id')::uuid, NULL), (e.payload ->> 'tag_id')::uuid,
       coalesce(e.payload -> 'task' ->> 'title', e.payload ->> 'name', e.payload ->> 'title', e.payload ->> 'subject', ''),
       coalesce(e.details -> 'changes', e.payload -> 'changes', '{}'::jsonb)
  FROM event_log e JOIN users u ON u.id = e.user_id
 WHERE e.event_id = :event_id AND e.created_at = :created_at
ON CONFLICT (id) DO NOTHING
"""
_ENTRY = f"""json_build_object('id', a.id, 'type', a.type, 'occurred_at', {instant_sql("a.occurred_at")},
    'actor', json_build_object('user_id', a.actor_id, 'origin', a.origin), 'task_id', a.task_id, 'tag_id', a.tag_id,
    'title', a.title, 'changes', a.changes)"""


@dataclass(frozen=True)
class AuditQuestion:
    """Which entries: of one task, of one type (``task.*`` for all of tasks), of a span of time."""

    task_id: UUID | None = None
    type: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


def write_entry(connection: Any, event: Event) -> None:
    """Write the entry of an event; a second time changes nothing."""
    from sqlalchemy import text

    connection.execute(text(_WRITE), {"event_id": event.id, "created_at": event.time})


def list_entries(user_id: UUID, wanted: AuditQuestion) -> bytes:
    """Return a page of the user's trail as JSON, newest first."""
    values: list[Any] = [user_id]
    conditions = ["a.user_id = $1"]

    def add(condition: str, value: Any) -> None:
        values.append(value)
        conditions.append(condition.format(f"${len(values)}"))

    if wanted.task_id is not None:
        add("a.task_id = {}::uuid", wanted.task_id)
    if wanted.type.endswith(".*"):
        add("starts_with(a.type, {}::text)", wanted.type[:-1])
    elif wanted.type:
        add("a.type = {}::text", wanted.type)
    if wanted.since is not None:
        add("a.occurred_at >= {}::timestamptz", _aware(wanted.since))
    if wanted.until is not None:
        add("a.occurred_at < {}::timestamptz", _aware(wanted.until))
    question = f"audit|{user_id}|{wanted.task_id}|{wanted.type}|{wanted.since}|{wanted.until}"
    if wanted.cursor is not None:
        at, last_id = decode_cursor(question, wanted.cursor, 2)
        values += [at, last_id]
        conditions.append(f"(a.occurred_at, a.id) < (${len(values) - 1}::timestamptz, ${len(values)}::uuid)")
    values.append(wanted.limit + 1)
    # The page is cut first: only its rows become JSON.
    statement = (
        f"SELECT coalesce(json_agg({_ENTRY} ORDER BY a.occurred_at DESC, a.id DESC), '[]'::json)"  # noqa: S608 - placeholders only
        f" FROM (SELECT * FROM audit_logs a WHERE {' AND '.join(conditions)}"
        f" ORDER BY a.occurred_at DESC, a.id DESC LIMIT ${len(values)}::int) a"
    )
    items = orjson.loads(fetch_json(statement, values, user_id=user_id) or b"[]")
    more = len(items) > wanted.limit
    items = items[: wanted.limit]
    cursor = encode_cursor(question, [items[-1]["occurred_at"], items[-1]["id"]]) if more else None
    return orjson.dumps({"items": items, "next_cursor": cursor})


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
