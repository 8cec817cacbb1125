"""Creating a task: one statement on the hot path, a transaction where rules have to be looked up first."""

from typing import Any
from uuid import UUID

import orjson

from shared import clock
from shared.db.ambient import joined
from shared.db.direct import fetch_json
from shared.domain.task import MAX_DEPTH, TaskDue, plan_due
from shared.errors import InvalidInput
from shared.events.catalogue import TaskEvent, TaskSnapshot
from shared.events.outbox import publish_soon, shorten
from shared.failpoints import failpoint
from shared.services.actor import Actor
from shared.services.task_documents import ONE_TASK, TaskCreate
from shared.services.task_edit import as_changes, plain
from shared.services.task_writes import appended_rank, insert_task


def create_task(
    actor: Actor,
    new: TaskCreate,
    *,
    task_id: UUID | None = None,
    recurring_task_id: UUID | None = None,
    occurrence_key: str | None = None,
    rank: str | None = None,
    rank_offset: int = 0,
) -> bytes:
    """Create a task and return its JSON.

    Args:
        actor: whose task, made how.
        new: its fields.
        task_id: a chosen id; a new one otherwise.
        recurring_task_id: the series it is an instance of.
        occurrence_key: which instance; unique within its series.
        rank: its place in the manual order; the end otherwise.
        rank_offset: keeps the order of several tasks made at one moment.

    Raises:
        InvalidInput: the parent does not exist or is too deep, or the due time is wrong.
    """
    identity = task_id or clock.uuid7()
    place = rank or appended_rank(clock.now(), rank_offset)
    needs_rules = new.parent_id or new.due_on or new.due_at or new.due_tz or new.reminders
    if not needs_rules:
        # The hot path: nothing to look up, so everything is one statement and one round trip.
        document = _insert(actor, new, identity, None, 0, [], recurring_task_id, occurrence_key, place)
        _publish_after_commit(identity)
        return document
    from shared.db.engine import transaction
    from shared.services import task_reminders

    with transaction(actor.user_id) as connection:
        settings = task_reminders.user_settings(connection, actor.user_id)
        due = plan_due(new.due_on, new.due_at, new.due_tz, settings.time_zone)
        depth = depth_below(connection, actor.user_id, new.parent_id)
        specs = task_reminders.specifications(new.reminders, due, settings)
        _insert(actor, new, identity, due, depth, specs, recurring_task_id, occurrence_key, place)
        task_reminders.plan(connection, actor.user_id, identity, specs, due, settings, rule_version=1)
        failpoint("api.before_commit")
        document = fetch_json(ONE_TASK, [identity, actor.user_id], user_id=actor.user_id) or b""
        _publish_after_commit(identity)
    failpoint("api.commit_lost_reply")
    return document


def _publish_after_commit(task_id: UUID) -> None:

    outer = joined.get()
    if outer is None:
        publish_soon([task_id])
        return
    from shared.db.engine import after_commit

    after_commit(outer[0], lambda: publish_soon([task_id]))


def _insert(
    actor: Actor, new: TaskCreate, task_id: UUID, due: TaskDue | None, depth: int, reminders: list[dict[str, Any]],
    recurring_task_id: UUID | None, occurrence_key: str | None, rank: str,
) -> bytes:  # fmt: skip
    created_at = clock.now()
    fields = {
        "title": new.title, "notes": new.notes, "priority": new.priority, "tags": new.tags, "reminders": reminders,
        "due_on": due.on if due else None, "due_at": due.at if due else None, "due_tz": due.zone if due else None,
        "parent_id": new.parent_id, "recurring_task_id": recurring_task_id,
    }  # fmt: skip
    nothing: tuple[Any, ...] = (None, "", [], "none")
    changes = {name: {"before": None, "after": plain(value)} for name, value in fields.items() if value not in nothing}
    short = shorten(changes)
    payload = TaskEvent(
        task_id=task_id, user_id=actor.user_id, version=1, changes=as_changes(short),
        task=TaskSnapshot(
            title=new.title, status="open", priority=new.priority, due_on=due.on if due else None, due_at=due.at if due else None,
            parent_id=new.parent_id, recurring_task_id=recurring_task_id, occurrence_key=occurrence_key,
        ),
    )  # fmt: skip
    return insert_task(
        task_id=task_id, user_id=actor.user_id, title=new.title, notes=new.notes, priority=new.priority, due=due,
        rank=rank, parent_id=new.parent_id, depth=depth, reminders=reminders,
        recurring_task_id=recurring_task_id, occurrence_key=occurrence_key, tags=new.tags, created_at=created_at,
        event_id=clock.uuid7(), payload=payload.model_dump_json(),
        details=orjson.dumps({"changes": changes}).decode() if short != changes else "{}", origin=actor.origin,
    )  # fmt: skip


def depth_below(connection: Any, user_id: UUID, parent_id: UUID | None) -> int:
    """Return how deep a task below ``parent_id`` is, 0 at the top, and keep the parent where it is until the commit.

    Raises:
        InvalidInput: there is no such parent, or it is too deep.
    """
    if parent_id is None:
        return 0
    from sqlalchemy import text

    depth = connection.execute(
        # The lock keeps the parent from being deleted or moved before this commits.
        text("SELECT depth FROM tasks WHERE id = :id AND user_id = :user_id AND deleted_at IS NULL FOR SHARE"),
        {"id": parent_id, "user_id": user_id},
    ).scalar_one_or_none()
    if depth is None:
        raise InvalidInput("There is no such task to be below.", field="parent_id")
    if depth + 1 >= MAX_DEPTH:
        raise InvalidInput(f"Sub-tasks go {MAX_DEPTH} levels deep at most.", field="parent_id")
    return int(depth) + 1
