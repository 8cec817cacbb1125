"""A task moved among its siblings or below another parent, by itself or as a step of a bulk change."""

from uuid import UUID

from functions.tasks.schemas import Move
from shared.services import tasks as service


def move(actor: service.Actor, task_id: UUID, wanted: Move, version: int | None) -> bytes:
    """Put a task where it is wanted and return it as JSON.

    Raises:
        ObsidianListError: see :func:`shared.services.tasks.move_task`.
    """
    return service.move_task(
        actor, task_id, parent_id=wanted.parent_id, keep_parent="parent_id" not in wanted.model_fields_set,
        before_id=wanted.before_id, after_id=wanted.after_id, if_version=version,
    )  # fmt: skip
