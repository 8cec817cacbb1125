"""Conversations and messages in PostgreSQL; a message's content is JSON: its text, its events, and an open question."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared import clock
from shared.db.engine import transaction
from shared.errors import NotFound
from shared.http.pagination import decode_cursor, encode_cursor

_TITLE_LENGTH = 80
_HISTORY = 40
_START = text("INSERT INTO conversations (id, user_id, title) VALUES (:id, :user_id, :title)")
_FIND = text(
    "SELECT id, title, summary, created_at, updated_at FROM conversations WHERE id = :id AND user_id = :user_id"
)
_ADD = text(
    "WITH touched AS (UPDATE conversations SET updated_at = now() WHERE id = :conversation_id AND user_id = :user_id RETURNING id)"
    " INSERT INTO messages (id, user_id, conversation_id, role, content)"
    " SELECT :id, :user_id, id, :role, CAST(:content AS jsonb) FROM touched"
)
_MESSAGES = text(
    "SELECT * FROM (SELECT id, role, content, created_at FROM messages WHERE conversation_id = :id AND user_id = :user_id AND role <> 'stop'"
    " AND (CAST(:after AS uuid) IS NULL OR id > :after) ORDER BY id DESC LIMIT :most) m ORDER BY id"
)
_STOPPED = text(
    "SELECT EXISTS (SELECT 1 FROM messages WHERE conversation_id = :id AND user_id = :user_id AND role = 'stop' AND id > :after)"
)
_SUMMARISE = text("UPDATE conversations SET summary = :summary WHERE id = :id AND user_id = :user_id")
_PAGE = text(
    "SELECT id, title, created_at, updated_at FROM conversations WHERE user_id = :user_id"
    " AND (CAST(:before AS timestamptz) IS NULL OR (updated_at, id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid)))"
    " ORDER BY updated_at DESC, id DESC LIMIT :most"
)
_RENAME = text("UPDATE conversations SET title = :title WHERE id = :id AND user_id = :user_id RETURNING id")
_DELETE = text("DELETE FROM conversations WHERE id = :id AND user_id = :user_id RETURNING id")


@dataclass(frozen=True)
class Message:
    """One message: role ``user`` or ``assistant``, and its content."""

    id: UUID
    role: str
    content: dict[str, Any]
    created_at: Any


def start(user_id: UUID, first_words: str) -> UUID:
    """Start a conversation named after its first words."""
    conversation_id = clock.uuid7()
    title = " ".join(first_words.split())[:_TITLE_LENGTH]
    with transaction(user_id) as connection:
        connection.execute(_START, {"id": conversation_id, "user_id": user_id, "title": title})
    return conversation_id


def check(user_id: UUID, conversation_id: UUID) -> None:
    """Make sure a conversation is this person's.

    Raises:
        NotFound: it is not.
    """
    with transaction(user_id) as connection:
        if connection.execute(_FIND, {"id": conversation_id, "user_id": user_id}).one_or_none() is None:
            raise NotFound("There is no such conversation.")


def add(user_id: UUID, conversation_id: UUID, role: str, content: dict[str, Any]) -> UUID:
    """Add a message and return its id; in a conversation that was deleted meanwhile it is dropped."""
    message_id = clock.uuid7()
    values = {"id": message_id, "user_id": user_id, "conversation_id": conversation_id, "role": role}
    with transaction(user_id) as connection:
        connection.execute(_ADD, {**values, "content": orjson.dumps(content, default=str).decode()})
    return message_id


def history(user_id: UUID, conversation_id: UUID, most: int = _HISTORY, *, after: UUID | None = None) -> list[Message]:
    """Return the newest messages, oldest first; with ``after`` only those that follow a message."""
    values = {"id": conversation_id, "user_id": user_id, "most": most, "after": after}
    with transaction(user_id) as connection:
        rows = connection.execute(_MESSAGES, values).all()
    return [Message(row.id, row.role, row.content, row.created_at) for row in rows]


def stop(user_id: UUID, conversation_id: UUID) -> None:
    """Ask the turn that runs in a conversation to stop before its next step, wherever it runs: a message of the role ``stop``.

    Raises:
        NotFound: there is no such conversation of this person's.
    """
    check(user_id, conversation_id)
    add(user_id, conversation_id, "stop", {})


def is_stopped(user_id: UUID, conversation_id: UUID, since: UUID) -> bool:
    """Whether the turn that began with the message ``since`` was asked to stop."""
    values = {"id": conversation_id, "user_id": user_id, "after": since}
    with transaction(user_id) as connection:
        return bool(connection.execute(_STOPPED, values).scalar_one())


def summary(user_id: UUID, conversation_id: UUID) -> tuple[str, UUID | None]:
    """Return the summary of a conversation's beginning and the last message it covers."""
    with transaction(user_id) as connection:
        row = connection.execute(_FIND, {"id": conversation_id, "user_id": user_id}).one_or_none()
    if row is None or not row.summary:
        return "", None
    stored = orjson.loads(row.summary)
    return stored["text"], UUID(stored["until"])


def summarise(user_id: UUID, conversation_id: UUID, words: str, until: UUID) -> None:
    """Keep a summary of everything up to a message."""
    stored = orjson.dumps({"text": words, "until": str(until)}).decode()
    with transaction(user_id) as connection:
        connection.execute(_SUMMARISE, {"id": conversation_id, "user_id": user_id, "summary": stored})


def page(user_id: UUID, limit: int, cursor: str | None) -> dict[str, Any]:
    """Return a page of conversations, the one used last first."""
    question = f"conversations|{user_id}"
    before, before_id = decode_cursor(question, cursor, 2) if cursor else (None, None)
    with transaction(user_id) as connection:
        values = {"user_id": user_id, "before": before, "before_id": before_id, "most": limit + 1}
        rows = connection.execute(_PAGE, values).all()
    more = len(rows) > limit
    rows = rows[:limit]
    items = [{"id": r.id, "title": r.title, "created_at": r.created_at, "updated_at": r.updated_at} for r in rows]
    last = [rows[-1].updated_at.isoformat(), str(rows[-1].id)] if rows else []
    return {"items": items, "next_cursor": encode_cursor(question, last) if more else None}


def show(user_id: UUID, conversation_id: UUID) -> dict[str, Any]:
    """Return a conversation with its messages.

    Raises:
        NotFound: there is none of this person's.
    """
    with transaction(user_id) as connection:
        row = connection.execute(_FIND, {"id": conversation_id, "user_id": user_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    messages = [vars(message) for message in history(user_id, conversation_id, 200)]
    return {
        "id": row.id,
        "title": row.title,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "messages": messages,
    }


def rename(user_id: UUID, conversation_id: UUID, title: str) -> None:
    """Give a conversation another title.

    Raises:
        NotFound: there is none of this person's.
    """
    _one(user_id, _RENAME, {"id": conversation_id, "user_id": user_id, "title": title})


def delete(user_id: UUID, conversation_id: UUID) -> None:
    """Delete a conversation with its messages; what was done in it stays done.

    Raises:
        NotFound: there is none of this person's.
    """
    _one(user_id, _DELETE, {"id": conversation_id, "user_id": user_id})


def _one(user_id: UUID, statement: Any, values: dict[str, Any]) -> None:
    with transaction(user_id) as connection:
        if connection.execute(statement, values).one_or_none() is None:
            raise NotFound("There is no such conversation.")
