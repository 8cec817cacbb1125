"""What can be done to tags. A change of a tag is an event of the tag; tasks keep their versions."""

from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.direct import fetch_json
from shared.domain.task import tag_color, tag_key
from shared.errors import Conflict, InvalidInput, NotFound
from shared.http.pagination import decode_cursor, encode_cursor
from shared.services.actor import Actor
from shared.services.task_documents import instant_sql

_DOCUMENT = f"""json_build_object('id', g.id, 'name', g.name, 'color', g.color,
    'task_count', (SELECT count(*) FROM task_tags x JOIN tasks t ON t.id = x.task_id
                    WHERE x.tag_id = g.id AND t.status = 'open' AND t.deleted_at IS NULL),
    'version', g.version, 'created_at', {instant_sql("g.created_at")})"""  # noqa: S608 - our own columns
_ONE = f"SELECT {_DOCUMENT} FROM tags g WHERE g.id = $1 AND g.user_id = $2"  # noqa: S608 - our own columns
_LIST = f"""SELECT json_build_object('items', coalesce(json_agg({_DOCUMENT} ORDER BY g.name_key), '[]'::json)) FROM (
    SELECT * FROM tags WHERE user_id = $1 AND strpos(name_key, $2) > 0 AND name_key > $3 ORDER BY name_key LIMIT $4) g"""  # noqa: S608


def list_tags(user_id: UUID, part: str, limit: int, cursor: str | None) -> bytes:
    """Return a page of tags by name as JSON."""
    question = f"tags|{user_id}|{part}"
    after = decode_cursor(question, cursor, 1)[0] if cursor else ""
    raw = fetch_json(_LIST, [user_id, tag_key(part) if part else "", after, limit + 1], user_id=user_id)
    items = orjson.loads(raw or b'{"items":[]}')["items"]
    more = len(items) > limit
    items = items[:limit]
    return orjson.dumps(
        {"items": items, "next_cursor": encode_cursor(question, [tag_key(items[-1]["name"])]) if more else None}
    )


def get_tag(user_id: UUID, tag_id: UUID) -> bytes:
    """Return a tag's JSON.

    Raises:
        NotFound: there is none of this user's.
    """
    document = fetch_json(_ONE, [tag_id, user_id], user_id=user_id)
    if document is None:
        raise NotFound("There is no such tag.")
    return document


def create_tag(actor: Actor, name: str, color: str | None) -> bytes:
    """Create a tag, in the colour of its name unless one is given, and return its JSON.

    Raises:
        Conflict: the name is taken, in whatever case.
    """
    from shared.db.engine import transaction

    color = color or tag_color(name)
    with transaction(actor.user_id) as connection:
        tag_id = clock.uuid7()
        made = _run(
            connection,
            "INSERT INTO tags (id, user_id, name, name_key, color) VALUES (:id, :user_id, :name, :key, :color)"
            " ON CONFLICT DO NOTHING RETURNING 1",
            id=tag_id, user_id=actor.user_id, name=name, key=tag_key(name), color=color,
        ).scalar_one_or_none()  # fmt: skip
        if made is None:
            raise Conflict("There is a tag of this name.", errors=[{"field": "name", "detail": "This name is taken."}])
        changes = {"name": {"before": None, "after": name}, "color": {"before": None, "after": color}}
        _record(connection, actor, "tag.created", tag_id, 1, name, changes)
        return get_tag(actor.user_id, tag_id)


def change_tag(actor: Actor, tag_id: UUID, name: str | None, color: str | None) -> bytes:
    """Rename or recolour a tag and return its JSON.

    Raises:
        NotFound: there is no such tag.
        Conflict: another tag has the name.
    """
    from shared.db.engine import transaction

    with transaction(actor.user_id) as connection:
        old = _lock(connection, actor.user_id, tag_id)
        wanted = {"name": old.name if name is None else name, "color": old.color if color is None else color}
        changes = {
            field: {"before": getattr(old, field), "after": value}
            for field, value in wanted.items()
            if value != getattr(old, field)
        }
        if changes:
            taken = _run(
                connection,
                "SELECT 1 FROM tags WHERE user_id = :user_id AND name_key = :key AND id <> :id",
                user_id=actor.user_id, key=tag_key(wanted["name"]), id=tag_id,
            ).scalar_one_or_none()  # fmt: skip
            if taken:
                raise Conflict(
                    "There is a tag of this name; merge the two.",
                    errors=[{"field": "name", "detail": "This name is taken."}],
                )
            _run(
                connection,
                "UPDATE tags SET name = :name, name_key = :key, color = :color, version = version + 1"
                " WHERE id = :id AND user_id = :user_id",
                **wanted, key=tag_key(wanted["name"]), id=tag_id, user_id=actor.user_id,
            )  # fmt: skip
            _record(connection, actor, "tag.updated", tag_id, old.version + 1, wanted["name"], changes)
        return get_tag(actor.user_id, tag_id)


def delete_tag(actor: Actor, tag_id: UUID) -> None:
    """Delete a tag; its tasks lose it.

    Raises:
        NotFound: there is no such tag.
    """
    from shared.db.engine import transaction

    with transaction(actor.user_id) as connection:
        old = _lock(connection, actor.user_id, tag_id)
        _remove(connection, actor, tag_id)
        _record(
            connection,
            actor,
            "tag.deleted",
            tag_id,
            old.version + 1,
            old.name,
            {"name": {"before": old.name, "after": None}},
        )


def merge_tags(actor: Actor, tag_id: UUID, into_id: UUID) -> bytes:
    """Move every task of one tag to another, delete the first and return the JSON of the second.

    Raises:
        NotFound: one of them does not exist.
        InvalidInput: they are the same.
    """
    from shared.db.engine import transaction

    if tag_id == into_id:
        raise InvalidInput("A tag cannot be merged into itself.", field="into_id")
    with transaction(actor.user_id) as connection:
        # In one order always: two opposite merges wait for each other instead of locking up.
        rows = {each: _lock(connection, actor.user_id, each) for each in sorted((tag_id, into_id))}
        old, into = rows[tag_id], rows[into_id]
        _run(
            connection,
            "INSERT INTO task_tags (user_id, task_id, tag_id) SELECT user_id, task_id, :into FROM task_tags"
            " WHERE tag_id = :id AND user_id = :user_id ON CONFLICT DO NOTHING",
            into=into_id, id=tag_id, user_id=actor.user_id,
        )  # fmt: skip
        _remove(connection, actor, tag_id)
        _record(
            connection,
            actor,
            "tag.merged",
            tag_id,
            old.version + 1,
            old.name,
            {"name": {"before": old.name, "after": into.name}},
        )
        return get_tag(actor.user_id, into_id)


def _lock(connection: Any, user_id: UUID, tag_id: UUID) -> Any:
    row = _run(
        connection, "SELECT * FROM tags WHERE id = :id AND user_id = :user_id FOR UPDATE", id=tag_id, user_id=user_id
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such tag.")
    return row


def _remove(connection: Any, actor: Actor, tag_id: UUID) -> None:
    _run(connection, "DELETE FROM tags WHERE id = :id AND user_id = :user_id", id=tag_id, user_id=actor.user_id)


def _record(
    connection: Any, actor: Actor, event: str, tag_id: UUID, version: int, name: str, changes: dict[str, Any]
) -> None:
    from shared.events.catalogue import TagEvent
    from shared.events.outbox import NewEvent, record

    payload = TagEvent(tag_id=tag_id, user_id=actor.user_id, version=version, name=name, changes=changes)
    record(connection, NewEvent(event, actor.user_id, tag_id, version, payload, origin=actor.origin))


def _run(connection: Any, statement: str, **values: Any) -> Any:
    from sqlalchemy import text

    return connection.execute(text(statement), values)
