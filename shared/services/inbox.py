"""The notifications a person sees in the app: list, mark as read.

Called by the notifications function; written by the notifier and the digest.
"""

from typing import Any
from uuid import UUID

import orjson

from shared.db.direct import fetch_json
from shared.errors import NotFound
from shared.http.pagination import decode_cursor, encode_cursor

_INSTANT = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_LIST = f"""
SELECT json_build_object(
    'items', coalesce((SELECT json_agg(json_build_object(
        'id', n.id, 'kind', n.kind, 'title', n.title, 'body', n.body, 'task_id', n.task_id, 'occurrence_id', n.occurrence_id,
        'created_at', {_INSTANT.format("n.created_at")}, 'read_at', {_INSTANT.format("n.read_at")}) ORDER BY n.id DESC)
        FROM (SELECT * FROM notifications WHERE user_id = $1 AND ($2::uuid IS NULL OR id < $2) AND (NOT $4::boolean OR read_at IS NULL)
              ORDER BY id DESC LIMIT $3) n), '[]'::json),
    'unread_count', (SELECT count(*) FROM notifications WHERE user_id = $1 AND read_at IS NULL))"""  # noqa: S608 - our own text
_READ = """
WITH one AS (UPDATE notifications SET read_at = coalesce(read_at, now()) WHERE id = $2 AND user_id = $1 RETURNING id)
SELECT json_build_object('id', id) FROM one"""
_READ_ALL = """
WITH marked AS (UPDATE notifications SET read_at = now() WHERE user_id = $1 AND read_at IS NULL RETURNING 1)
SELECT json_build_object('read', count(*)) FROM marked"""
_QUESTION = "notifications"


def list_notifications(user_id: UUID, *, limit: int, cursor: str | None, unread: bool) -> dict[str, Any]:
    """Return a page, newest first, with the number of unread ones.

    Raises:
        InvalidInput: the cursor is not one of this list.
    """
    question = f"{_QUESTION}|{unread}"
    after = decode_cursor(question, cursor, 1)[0] if cursor else None
    raw = fetch_json(_LIST, [str(user_id), after, limit + 1, unread], user_id=user_id)
    page: dict[str, Any] = orjson.loads(raw or b"{}")
    more = len(page["items"]) > limit
    page["items"] = page["items"][:limit]
    page["next_cursor"] = encode_cursor(question, [page["items"][-1]["id"]]) if more else None
    return page


def mark_read(user_id: UUID, notification_id: UUID) -> None:
    """Mark one as read; again changes nothing.

    Raises:
        NotFound: the person has no such notification.
    """
    if fetch_json(_READ, [str(user_id), str(notification_id)], user_id=user_id, read_only=False) is None:
        raise NotFound("There is no such notification.")


def mark_all_read(user_id: UUID) -> int:
    """Mark everything as read and return how many were not."""
    raw = fetch_json(_READ_ALL, [str(user_id)], user_id=user_id, read_only=False)
    count: int = orjson.loads(raw or b"{}")["read"]
    return count
