"""The manual order: find a rank between two neighbours, spreading the list anew when there is no room."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.domain import rank as ranks
from shared.domain.errors import DomainError
from shared.errors import InvalidInput

_RANK_OF = text("SELECT rank FROM tasks WHERE id = :id AND user_id = :user_id AND deleted_at IS NULL")
_AFTER = text(
    "SELECT rank FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL AND id <> :moving AND (rank, id) > (:rank, :id)"
    " ORDER BY rank, id LIMIT 1"
)
_BEFORE = text(
    "SELECT rank FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL AND id <> :moving AND (rank, id) < (:rank, :id)"
    " ORDER BY rank DESC, id DESC LIMIT 1"
)
_LAST = text("SELECT max(rank) FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL AND id <> :moving")
_ALL = text("SELECT id FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL ORDER BY rank, id FOR UPDATE")
_SPREAD = text(
    "UPDATE tasks t SET rank = n.rank FROM unnest(CAST(:ids AS uuid[]), CAST(:ranks AS text[])) AS n (id, rank)"
    " WHERE t.id = n.id AND t.user_id = :user_id"
)


def place(connection: Any, user_id: UUID, moving: UUID, before_id: UUID | None, after_id: UUID | None) -> str:
    """Return the rank that puts ``moving`` right before or right after a task, or at the end.

    Raises:
        InvalidInput: the neighbour does not exist.
    """
    try:
        return _between_neighbours(connection, user_id, moving, before_id, after_id)
    except DomainError:
        # Two neighbours share a rank, or theirs have grown to the bound: spread the whole list once.
        ids = list(connection.execute(_ALL, {"user_id": user_id}).scalars())
        connection.execute(_SPREAD, {"ids": ids, "ranks": ranks.spread(len(ids)), "user_id": user_id})
        return _between_neighbours(connection, user_id, moving, before_id, after_id)


def _between_neighbours(
    connection: Any, user_id: UUID, moving: UUID, before_id: UUID | None, after_id: UUID | None
) -> str:
    who = {"user_id": user_id, "moving": moving}
    neighbour = before_id or after_id
    if neighbour is None:
        return ranks.between(connection.execute(_LAST, who).scalar_one_or_none(), None)
    field = "before_id" if before_id else "after_id"
    if neighbour == moving:
        raise InvalidInput("A task cannot be placed beside itself.", field=field)
    own = connection.execute(_RANK_OF, {"id": neighbour, "user_id": user_id}).scalar_one_or_none()
    if own is None:
        raise InvalidInput("There is no such task.", field=field)
    position = {**who, "rank": own, "id": neighbour}
    if before_id:
        return ranks.between(connection.execute(_BEFORE, position).scalar_one_or_none(), own)
    return ranks.between(own, connection.execute(_AFTER, position).scalar_one_or_none())
