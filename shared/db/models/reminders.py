"""Reminders, from the rule over the occurrence to the delivery ledger, and what a person sees of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.models.base import Base, Id, Now, Owner, Version


class ReminderRule(Base):
    """When to remind of a task, relative to its due time or at a wall time."""

    __tablename__ = "reminder_rules"
    __table_args__ = (
        CheckConstraint("kind IN ('absolute', 'relative')", name="kind"),
        Index("reminder_rules_task", "task_id"),
        Index("reminder_rules_user", "user_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    minutes_before: Mapped[int | None]
    local_wall: Mapped[datetime | None] = mapped_column(TIMESTAMP)
    tzid: Mapped[str]
    rule_version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Now]


class ReminderOccurrence(Base):
    """One moment a rule names."""

    __tablename__ = "reminder_occurrences"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'due', 'done', 'cancelled', 'snoozed', 'expired_visible')", name="state"),
        UniqueConstraint("rule_id", "occurrence_key"),
        Index("reminder_occurrences_due", "fire_at", postgresql_where=text("state = 'pending'")),
        Index("reminder_occurrences_task", "task_id"),
        Index("reminder_occurrences_user", "user_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("reminder_rules.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("reminder_occurrences.id", ondelete="CASCADE"))
    occurrence_key: Mapped[str]
    fire_at: Mapped[datetime]
    snoozed_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(20), server_default=text("'pending'"))
    late: Mapped[bool] = mapped_column(server_default=text("false"))
    due_label: Mapped[str | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class PushSubscription(Base):
    """A browser that takes push messages."""

    __tablename__ = "push_subscriptions"
    __table_args__ = (Index("push_subscriptions_user", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[Owner]
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    user_agent: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[Now]
    last_success_at: Mapped[datetime | None]
    failure_count: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[datetime | None]


class Delivery(Base):
    """The ledger: one row for each occurrence, channel and endpoint."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("channel IN ('push', 'email', 'in_app')", name="channel"),
        CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'gone', 'cancelled', 'suppressed')", name="state"
        ),
        UniqueConstraint("occurrence_id", "channel", "endpoint_id"),
        Index("deliveries_open", "not_before", postgresql_where=text("state IN ('planned', 'sending')")),
        Index("deliveries_user", "user_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("reminder_occurrences.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(10))
    endpoint_id: Mapped[str] = mapped_column(server_default=text("''"))
    state: Mapped[str] = mapped_column(String(12), server_default=text("'planned'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    not_before: Mapped[Now]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_error: Mapped[str | None]
    provider_id: Mapped[str | None]
    created_at: Mapped[Now]
    sent_at: Mapped[datetime | None]


class Notification(Base):
    """An entry of the inbox in the app."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("notifications_user", "user_id", "id"),
        Index("notifications_unread", "user_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    body: Mapped[str] = mapped_column(server_default=text("''"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    occurrence_id: Mapped[UUID | None]
    data: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    created_at: Mapped[Now]
    read_at: Mapped[datetime | None]


class NotificationPreferences(Base):
    """What a person wants to be told, where and when."""

    __tablename__ = "notification_preferences"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    preferences: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    email_suppressed_at: Mapped[datetime | None]
    email_suppressed_reason: Mapped[str | None]
    calendar_token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    version: Mapped[Version]
    updated_at: Mapped[Now]
