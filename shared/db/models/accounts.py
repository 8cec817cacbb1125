"""Accounts and everything that signs somebody in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.models.base import Base, Id, Now, Owner, Version


class User(Base):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("week_start BETWEEN 0 AND 6", name="week_start"),)

    id: Mapped[Id]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    display_name: Mapped[str] = mapped_column(server_default=text("''"))
    time_zone: Mapped[str] = mapped_column(server_default=text("'UTC'"))
    locale: Mapped[str] = mapped_column(server_default=text("'en'"))
    week_start: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    settings: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    version: Mapped[Version]
    created_at: Mapped[Now]
    password_changed_at: Mapped[Now]
    email_confirmed_at: Mapped[datetime | None]


class RefreshToken(Base):
    """One link in the chain of a sign-in; only its hash is kept."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index("refresh_tokens_family", "family_id"),
        Index("refresh_tokens_user", "user_id"),
        Index("refresh_tokens_expiry", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    family_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    family_expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    successor_id: Mapped[UUID | None]
    sealed_successor: Mapped[bytes | None]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(server_default=text("''"))


class ApiToken(Base):
    """A personal token for programs."""

    __tablename__ = "api_tokens"
    __table_args__ = (Index("api_tokens_user", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[Owner]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audience: Mapped[str | None]
    created_at: Mapped[Now]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class OAuthClient(Base):
    """A program that may ask for consent."""

    __tablename__ = "oauth_clients"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Now]
    last_used_at: Mapped[Now]


class OAuthCode(Base):
    """A consent that waits to be exchanged."""

    __tablename__ = "oauth_codes"
    __table_args__ = (
        Index("oauth_codes_user", "user_id"),
        Index("oauth_codes_expiry", "expires_at"),
    )

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[Owner]
    family_id: Mapped[UUID]
    client_id: Mapped[str]
    client_name: Mapped[str]
    redirect_uri: Mapped[str]
    challenge: Mapped[str]
    resource: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OAuthToken(Base):
    """A refresh token of a consent."""

    __tablename__ = "oauth_tokens"
    __table_args__ = (
        Index("oauth_tokens_family", "family_id"),
        Index("oauth_tokens_user", "user_id"),
        Index("oauth_tokens_expiry", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    family_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    client_id: Mapped[str]
    client_name: Mapped[str]
    resource: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AccountMail(Base):
    """A mail about an account, and the one-time link in it; only the link's hash is kept."""

    __tablename__ = "account_mails"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('confirm_address', 'change_address', 'change_notice', 'address_in_use', 'address_changed',"
            " 'reset_password', 'password_changed', 'sessions_revoked')",
            name="kind",
        ),
        CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'cancelled', 'suppressed')",
            name="state",
        ),
        Index("account_mails_open", "not_before", postgresql_where=text("state IN ('planned', 'sending')")),
        Index("account_mails_user", "user_id", "kind"),
        Index("account_mails_expiry", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[Owner]
    kind: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str]
    about: Mapped[str] = mapped_column(server_default=text("''"))
    state: Mapped[str] = mapped_column(String(12), server_default=text("'planned'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    not_before: Mapped[Now]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_error: Mapped[str | None]
    provider_id: Mapped[str | None]
    bound_to: Mapped[bytes]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class UsedActionToken(Base):
    """A link from a notification that worked once and will not again."""

    __tablename__ = "used_action_tokens"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[Owner]
    used_at: Mapped[Now]
    expires_at: Mapped[datetime]


class RateLimit(Base):
    """A token bucket."""

    __tablename__ = "rate_limits"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    updated_at: Mapped[Now]


class IdempotencyKey(Base):
    """The answer of a request that may be repeated."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("idempotency_keys_time", "created_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    response: Mapped[bytes | None]
    headers: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'"))
    locked_at: Mapped[datetime | None]
    created_at: Mapped[Now]
