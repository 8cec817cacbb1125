"""The event path: log, outbox, inbox, dead letters and the trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.models.base import Base, Id, Now, Owner


class LoggedEvent(Base):
    """Every change ever made; partitioned by month."""

    __tablename__ = "event_log"
    __table_args__ = (
        Index("event_log_user", "user_id", "created_at"),
        Index("event_log_time", "created_at"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )

    event_id: Mapped[Id]
    user_id: Mapped[UUID]
    aggregate_id: Mapped[UUID]
    aggregate_version: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str]
    schema_version: Mapped[int] = mapped_column(SmallInteger)
    payload: Mapped[Any] = mapped_column(JSONB)
    details: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    origin: Mapped[str] = mapped_column(String(10), server_default=text("'api'"))
    traceparent: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(primary_key=True)


class PendingEvent(Base):
    """An event the broker has not acknowledged."""

    __tablename__ = "outbox_pending"
    __table_args__ = (
        UniqueConstraint("aggregate_id", "aggregate_version"),
        {
            "postgresql_with": {
                "fillfactor": 70,
                "autovacuum_vacuum_scale_factor": 0,
                "autovacuum_vacuum_threshold": 1000,
            }
        },
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID]
    user_id: Mapped[UUID]
    aggregate_id: Mapped[UUID]
    aggregate_version: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[Now]
    last_error: Mapped[str | None]


class ProcessedEvent(Base):
    """An event a consumer is done with."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_time", "processed_at"),)

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[Id]
    processed_at: Mapped[Now]


class ConsumerAttempt(Base):
    """How often a consumer tried an event it is not done with."""

    __tablename__ = "consumer_attempts"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[Id]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    first_failed_at: Mapped[Now]
    last_error: Mapped[str | None]


class DeadLetter(Base):
    """An event nobody could process."""

    __tablename__ = "dead_letters"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'replayed', 'discarded')", name="state"),
        UniqueConstraint("consumer", "event_id"),
        Index("dead_letters_state", "state", "id"),
    )

    id: Mapped[Id]
    consumer: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    user_id: Mapped[UUID | None]
    reason: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    topic: Mapped[str] = mapped_column(server_default=text("''"))
    payload: Mapped[bytes]
    headers: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    first_seen_at: Mapped[Now]
    last_seen_at: Mapped[Now]
    state: Mapped[str] = mapped_column(String(10), server_default=text("'open'"))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]


class AuditLog(Base):
    """One line of the trail of a person."""

    __tablename__ = "audit_logs"
    __table_args__ = (
        Index("audit_logs_user", "user_id", "occurred_at", "id"),
        Index("audit_logs_task", "user_id", "task_id", "occurred_at", "id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    type: Mapped[str]
    occurred_at: Mapped[datetime]
    actor_id: Mapped[UUID]
    origin: Mapped[str] = mapped_column(String(10), server_default=text("'api'"))
    task_id: Mapped[UUID | None]
    tag_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(server_default=text("''"))
    changes: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    recorded_at: Mapped[Now]


class CronRun(Base):
    """The last run of a cron function."""

    __tablename__ = "cron_runs"

    function: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
