"""Tasks, tags and series."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import conv

from shared.db.models.base import Base, Id, Now, Owner, Version
from shared.domain.search_sql import document_sql


class RecurringTask(Base):
    """A series: an RFC 5545 rule over a local start, and what each instance starts as."""

    __tablename__ = "recurring_tasks"
    __table_args__ = (
        CheckConstraint("mode IN ('schedule', 'completion')", name="mode"),
        Index("recurring_tasks_user", "user_id", "id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    template: Mapped[Any] = mapped_column(JSONB)
    rrule: Mapped[str]
    exdates: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    dtstart: Mapped[datetime] = mapped_column(TIMESTAMP)
    all_day: Mapped[bool] = mapped_column(server_default=text("false"))
    tzid: Mapped[str]
    mode: Mapped[str] = mapped_column(String(10))
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[Version]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Task(Base):
    """A task, or a sub-task."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'completed')", name="status"),
        CheckConstraint("priority IN ('none', 'low', 'medium', 'high', 'urgent')", name="priority"),
        CheckConstraint("depth BETWEEN 0 AND 2", name="depth"),
        CheckConstraint("due_on IS NULL OR due_local IS NULL", name=conv("tasks_check")),
        CheckConstraint(
            "(due_local IS NULL) = (due_tz IS NULL) AND (due_local IS NULL) = (due_at IS NULL)",
            name=conv("tasks_check1"),
        ),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name=conv("tasks_check2")),
        UniqueConstraint("recurring_task_id", "occurrence_key"),
        Index("tasks_by_rank", "user_id", "status", "rank", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("tasks_by_due", "user_id", "status", "due_order", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("tasks_by_id", "user_id", "id"),
        Index("tasks_by_update", "user_id", "updated_at", "id"),
        Index(
            "tasks_by_completion", "user_id", "completed_at", "id", postgresql_where=text("completed_at IS NOT NULL")
        ),
        Index("tasks_by_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("tasks_trash", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("tasks_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    title: Mapped[str]
    notes: Mapped[str] = mapped_column(server_default=text("''"))
    status: Mapped[str] = mapped_column(String(10), server_default=text("'open'"))
    priority: Mapped[str] = mapped_column(String(10), server_default=text("'none'"))
    priority_order: Mapped[int | None] = mapped_column(
        SmallInteger,
        Computed(
            "CASE priority WHEN 'none' THEN 0 WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END",
            persisted=True,
        ),
    )
    due_on: Mapped[date | None]
    due_local: Mapped[datetime | None] = mapped_column(TIMESTAMP)
    due_tz: Mapped[str | None]
    due_at: Mapped[datetime | None]
    due_order: Mapped[datetime | None] = mapped_column(
        TIMESTAMP,
        Computed("coalesce(due_local, due_on + time '23:59:59', timestamp '9999-12-31 23:59:59')", persisted=True),
    )
    rank: Mapped[str] = mapped_column(Text(collation="C"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    depth: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    recurring_task_id: Mapped[UUID | None] = mapped_column(ForeignKey("recurring_tasks.id", ondelete="SET NULL"))
    occurrence_key: Mapped[str | None]
    reminders: Mapped[Any] = mapped_column(JSONB, server_default=text("'[]'"))
    version: Mapped[Version]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    completed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    search: Mapped[str | None] = mapped_column(TSVECTOR, Computed(document_sql(), persisted=True))


class Tag(Base):
    """A tag of a person, unique whatever its case."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("user_id", "name_key"),)

    id: Mapped[Id]
    user_id: Mapped[Owner]
    name: Mapped[str]
    name_key: Mapped[str]
    color: Mapped[str] = mapped_column(String(10), server_default=text("'gray'"))
    version: Mapped[Version]
    created_at: Mapped[Now]


class TaskTag(Base):
    """A tag on a task."""

    __tablename__ = "task_tags"
    __table_args__ = (Index("task_tags_tag", "tag_id", "task_id"),)

    user_id: Mapped[Owner]
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
