"""The tags of a task: read and replace them inside a task's transaction."""

from typing import Any
from uuid import UUID

from shared import clock
from shared.domain.task import tag_color, tag_key

_NAMES = "SELECT g.name FROM task_tags x JOIN tags g ON g.id = x.tag_id WHERE x.task_id = :task_id ORDER BY g.name_key"
_ENSURE = """
INSERT INTO tags AS g (id, user_id, name, name_key, color)
SELECT n.id, :user_id, n.name, n.name_key, n.color
  FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:keys AS text[]), CAST(:colors AS text[]))
    AS n (id, name, name_key, color) ORDER BY n.name_key
ON CONFLICT (user_id, name_key) DO UPDATE SET name_key = excluded.name_key
RETURNING id
"""
_REMOVE = "DELETE FROM task_tags WHERE task_id = :task_id AND user_id = :user_id AND NOT tag_id = ANY (CAST(:tag_ids AS uuid[]))"
_ADD = (
    "INSERT INTO task_tags (user_id, task_id, tag_id) SELECT :user_id, :task_id, i FROM unnest(CAST(:tag_ids AS uuid[])) AS i"
    " ON CONFLICT DO NOTHING"
)


def names_of(connection: Any, task_id: UUID) -> list[str]:
    """Return the names of a task's tags in the order of lists."""
    from sqlalchemy import text

    return list(connection.execute(text(_NAMES), {"task_id": task_id}).scalars())


def replace(connection: Any, user_id: UUID, task_id: UUID, names: list[str]) -> list[str]:
    """Give the task exactly the tags ``names``, making those that do not exist, and return their names as stored."""
    from sqlalchemy import text

    tag_ids: list[UUID] = []
    if names:
        values = {
            "user_id": user_id,
            "ids": [clock.uuid7() for _ in names],
            "names": names,
            "keys": [tag_key(name) for name in names],
            "colors": [tag_color(name) for name in names],
        }
        tag_ids = list(connection.execute(text(_ENSURE), values).scalars())
    key = {"task_id": task_id, "user_id": user_id, "tag_ids": tag_ids}
    connection.execute(text(_REMOVE), key)
    if tag_ids:
        connection.execute(text(_ADD), key)
    return names_of(connection, task_id)
