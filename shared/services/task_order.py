"""The manual order: find a rank between two neighbours, and make room there when it has run out.

Room runs out where two people placed a task at one moment (equal ranks) or where somebody kept placing tasks at one spot (long ranks). Then
only the tasks around that spot get new ranks, each as a change of its own with a version and an event: ETags stay true, and everybody who
watches the list sees it in the new order. Spreading the whole list would touch every task a person has.
"""

from uuid import UUID

from sqlalchemy import text

from shared.domain import rank as ranks
from shared.domain.errors import DomainError
from shared.errors import InvalidInput
from shared.services.task_edit import Edit

_RANK_OF = text("SELECT rank FROM tasks WHERE id = :id AND user_id = :user_id AND deleted_at IS NULL")
_AFTER = text(
    "SELECT id, rank FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL AND id <> :moving AND (rank, id) > (:rank, :id)"
    " ORDER BY rank, id LIMIT :count"
)
_BEFORE = text(
    "SELECT id, rank FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL AND id <> :moving AND (rank, id) < (:rank, :id)"
    " ORDER BY rank DESC, id DESC LIMIT :count"
)
_LAST = text("SELECT max(rank) FROM tasks WHERE user_id = :user_id AND deleted_at IS NULL AND id <> :moving")
_FIRST_WINDOW = 4  # tasks on each side of the crowded spot; doubled until they fit


def place(edit: Edit, before_id: UUID | None, after_id: UUID | None) -> str:
    """Return the rank that puts the edited task right before or right after another, or at the end.

    Raises:
        InvalidInput: the neighbour does not exist.
    """
    neighbour = before_id or after_id
    if neighbour is None:
        who = {"user_id": edit.actor.user_id, "moving": edit.row.id}
        return ranks.between(edit.connection.execute(_LAST, who).scalar_one_or_none(), None)
    try:
        rank = _beside(edit, before_id, after_id)
        if len(rank) <= ranks.REBALANCE_LENGTH:
            return rank
    except DomainError:
        pass  # equal ranks, or no room within the bound
    _make_room(edit, neighbour)
    return _beside(edit, before_id, after_id)


def _beside(edit: Edit, before_id: UUID | None, after_id: UUID | None) -> str:
    neighbour, field = (before_id, "before_id") if before_id else (after_id, "after_id")
    if neighbour == edit.row.id:
        raise InvalidInput("A task cannot be placed beside itself.", field=field)
    own = edit.connection.execute(_RANK_OF, {"id": neighbour, "user_id": edit.actor.user_id}).scalar_one_or_none()
    if own is None:
        raise InvalidInput("There is no such task.", field=field)
    position = {"user_id": edit.actor.user_id, "moving": edit.row.id, "rank": own, "id": neighbour, "count": 1}
    other = edit.connection.execute(_BEFORE if before_id else _AFTER, position).one_or_none()
    beyond = other.rank if other else None
    return ranks.between(beyond, own) if before_id else ranks.between(own, beyond)


def _make_room(edit: Edit, around: UUID) -> None:
    """Give the tasks around one new ranks, in the order they have."""
    center = edit.load(around).row
    position = {"user_id": edit.actor.user_id, "moving": edit.row.id, "rank": center.rank, "id": around}
    count = _FIRST_WINDOW
    while True:
        # One more on each side is the border, which keeps its rank.
        low = edit.connection.execute(_BEFORE, {**position, "count": count + 1}).all()
        high = edit.connection.execute(_AFTER, {**position, "count": count + 1}).all()
        crowd = [*(row.id for row in reversed(low[:count])), around, *(row.id for row in high[:count])]
        fresh = _spread(
            low[count].rank if len(low) > count else None, high[count].rank if len(high) > count else None, len(crowd)
        )
        if fresh is not None:
            break
        count *= 2
    for task_id, rank in zip(crowd, fresh, strict=True):
        other = edit.load(task_id)
        other.set("rank", rank)
        other.save("task.moved")


def _spread(low: str | None, high: str | None, count: int) -> list[str] | None:
    """Return ``count`` ascending ranks between two with room left between them, or ``None`` where they do not fit."""
    if low is None and high is None:
        return ranks.spread(count)
    try:
        fresh = ranks.evenly(low, high, count)
    except DomainError:
        return None
    return fresh if max(map(len, fresh)) < ranks.REBALANCE_LENGTH else None
