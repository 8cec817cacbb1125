"""Conversations and messages in PostgreSQL; a message's content is JSON: its text, its events, and an open question."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.direct import fetch_json
from shared.errors import NotFound
from shared.http.pagination import decode_cursor, encode_cursor
from shared.services.task_documents import instant_sql

_TITLE_LENGTH = 80
_HISTORY = 40
_BRIEF = f"""'id', id, 'title', title, 'created_at', {instant_sql("created_at")}, 'updated_at', {instant_sql("updated_at")}"""
_START = "INSERT INTO conversations (id, user_id, title) VALUES ($1, $2, $3) RETURNING to_json(id)"
_FIND = f"SELECT json_build_object({_BRIEF}, 'summary', summary) FROM conversations WHERE id = $1 AND user_id = $2"  # noqa: S608 - made of constants
_ADD = """
WITH touched AS (UPDATE conversations SET updated_at = now() WHERE id = $3 AND user_id = $2 RETURNING id)
INSERT INTO messages (id, user_id, conversation_id, role, content) SELECT $1, $2, id, $4, $5::jsonb FROM touched RETURNING to_json(id)
"""
_MESSAGES = f"""
SELECT json_agg(json_build_object('id', id, 'role', role, 'content', content, 'created_at', {instant_sql("created_at")}) ORDER BY id)
  FROM (SELECT id, role, content, created_at FROM messages
         WHERE conversation_id = $1 AND user_id = $2 AND role <> 'stop' AND ($3::uuid IS NULL OR id > $3::uuid) ORDER BY id DESC LIMIT $4) m
"""  # noqa: S608 - made of constants
_STOPPED = """
SELECT to_json(EXISTS (SELECT 1 FROM messages WHERE conversation_id = $1 AND user_id = $2 AND role = 'stop' AND id > $3))
"""
_SUMMARISE = "UPDATE conversations SET summary = $3 WHERE id = $1 AND user_id = $2 RETURNING to_json(id)"
_PAGE = f"""
SELECT json_agg(json_build_object({_BRIEF}) ORDER BY updated_at DESC, id DESC)
  FROM (SELECT * FROM conversations WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (updated_at, id) < ($2::timestamptz, $3::uuid))
         ORDER BY updated_at DESC, id DESC LIMIT $4) c
"""  # noqa: S608 - made of constants
_RENAME = "UPDATE conversations SET title = $3 WHERE id = $1 AND user_id = $2 RETURNING to_json(id)"
_DELETE = "DELETE FROM conversations WHERE id = $1 AND user_id = $2 RETURNING to_json(id)"


@dataclass(frozen=True)
class Message:
    """One message: role ``user`` or ``assistant``, and its content."""

    id: UUID
    role: str
    content: dict[str, Any]
    created_at: str


def start(user_id: UUID, first_words: str) -> UUID:
    """Start a conversation named after its first words."""
    conversation_id = clock.uuid7()
    title = " ".join(first_words.split())[:_TITLE_LENGTH]
    fetch_json(_START, [conversation_id, user_id, title], user_id=user_id, read_only=False)
    return conversation_id


def check(user_id: UUID, conversation_id: UUID) -> None:
    """Make sure a conversation is this person's.

    Raises:
        NotFound: it is not.
    """
    _found(user_id, conversation_id)


def add(user_id: UUID, conversation_id: UUID, role: str, content: dict[str, Any]) -> UUID:
    """Add a message and return its id; in a conversation that was deleted meanwhile it is dropped."""
    message_id = clock.uuid7()
    values = [message_id, user_id, conversation_id, role, orjson.dumps(content, default=str).decode()]
    fetch_json(_ADD, values, user_id=user_id, read_only=False)
    return message_id


def history(user_id: UUID, conversation_id: UUID, most: int = _HISTORY, *, after: UUID | None = None) -> list[Message]:
    """Return the newest messages, oldest first; with ``after`` only those that follow a message."""
    raw = fetch_json(_MESSAGES, [conversation_id, user_id, after, most], user_id=user_id)
    return [Message(UUID(row.pop("id")), **row) for row in orjson.loads(raw or b"[]")]


def stop(user_id: UUID, conversation_id: UUID) -> None:
    """Ask the turn that runs in a conversation to stop before its next step, wherever it runs: a message of the role ``stop``.

    Raises:
        NotFound: there is no such conversation of this person's.
    """
    check(user_id, conversation_id)
    add(user_id, conversation_id, "stop", {})


def is_stopped(user_id: UUID, conversation_id: UUID, since: UUID) -> bool:
    """Whether the turn that began with the message ``since`` was asked to stop."""
    return fetch_json(_STOPPED, [conversation_id, user_id, since], user_id=user_id) == b"true"


def summary(user_id: UUID, conversation_id: UUID) -> tuple[str, UUID | None]:
    """Return the summary of a conversation's beginning and the last message it covers."""
    raw = fetch_json(_FIND, [conversation_id, user_id], user_id=user_id)
    kept = orjson.loads(raw)["summary"] if raw else ""
    if not kept:
        return "", None
    stored = orjson.loads(kept)
    return stored["text"], UUID(stored["until"])


def summarise(user_id: UUID, conversation_id: UUID, words: str, until: UUID) -> None:
    """Keep a summary of everything up to a message."""
    stored = orjson.dumps({"text": words, "until": str(until)}).decode()
    fetch_json(_SUMMARISE, [conversation_id, user_id, stored], user_id=user_id, read_only=False)


def page(user_id: UUID, limit: int, cursor: str | None) -> dict[str, Any]:
    """Return a page of conversations, the one used last first."""
    question = f"conversations|{user_id}"
    before, before_id = decode_cursor(question, cursor, 2) if cursor else (None, None)
    items = orjson.loads(fetch_json(_PAGE, [user_id, before, before_id, limit + 1], user_id=user_id) or b"[]")
    more = len(items) > limit
    items = items[:limit]
    last = [items[-1]["updated_at"], items[-1]["id"]] if more else []
    return {"items": items, "next_cursor": encode_cursor(question, last) if more else None}


def show(user_id: UUID, conversation_id: UUID) -> dict[str, Any]:
    """Return a conversation with its messages.

    Raises:
        NotFound: there is none of this person's.
    """
    found = _found(user_id, conversation_id)
    del found["summary"]
    return found | {"messages": [vars(message) for message in history(user_id, conversation_id, 200)]}


def rename(user_id: UUID, conversation_id: UUID, title: str) -> None:
    """Give a conversation another title.

    Raises:
        NotFound: there is none of this person's.
    """
    _one(user_id, _RENAME, [conversation_id, user_id, title])


def delete(user_id: UUID, conversation_id: UUID) -> None:
    """Delete a conversation with its messages; what was done in it stays done.

    Raises:
        NotFound: there is none of this person's.
    """
    _one(user_id, _DELETE, [conversation_id, user_id])


def _found(user_id: UUID, conversation_id: UUID) -> dict[str, Any]:
    raw = fetch_json(_FIND, [conversation_id, user_id], user_id=user_id)
    if raw is None:
        raise NotFound("There is no such conversation.")
    found: dict[str, Any] = orjson.loads(raw)
    return found


def _one(user_id: UUID, sql: str, values: list[Any]) -> None:
    if fetch_json(sql, values, user_id=user_id, read_only=False) is None:
        raise NotFound("There is no such conversation.")
