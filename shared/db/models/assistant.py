"""Conversations of the chat and actions that wait for a yes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.models.base import Base, Id, Now, Owner


class Conversation(Base):
    """A chat."""

    __tablename__ = "conversations"
    __table_args__ = (Index("conversations_user", "user_id", "updated_at"),)

    id: Mapped[Id]
    user_id: Mapped[Owner]
    title: Mapped[str] = mapped_column(server_default=text("''"))
    summary: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Message(Base):
    """One turn of a chat."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_conversation", "conversation_id", "id"),)

    id: Mapped[Id]
    user_id: Mapped[Owner]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))
    content: Mapped[Any] = mapped_column(JSONB)
    created_at: Mapped[Now]


class PendingAction(Base):
    """A change the assistant prepared, bound to its exact arguments."""

    __tablename__ = "pending_actions"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'cancelled', 'expired')", name="state"),
        Index("pending_actions_user", "user_id", "id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    origin: Mapped[str] = mapped_column(String(10))
    action: Mapped[Any] = mapped_column(JSONB)
    preview: Mapped[Any] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(10), server_default=text("'pending'"))
    result: Mapped[Any] = mapped_column(JSONB, nullable=True)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
