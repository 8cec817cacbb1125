"""The base of all models: PostgreSQL's names of constraints, and the column types a Python type stands for.

Ids are UUIDv7 and made by ``clock.uuid7``; instants are ``timestamptz``; a column of wall time says so with ``TIMESTAMP``.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, LargeBinary, MetaData, Text, Uuid, func, text
from sqlalchemy.orm import DeclarativeBase, mapped_column

# As PostgreSQL names what a migration leaves unnamed.
_NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}

Id = Annotated[UUID, mapped_column(primary_key=True)]
Owner = Annotated[UUID, mapped_column(ForeignKey("users.id", ondelete="CASCADE"))]
Now = Annotated[datetime, mapped_column(server_default=func.now())]
Version = Annotated[int, mapped_column(BigInteger, server_default=text("1"))]


class Base(DeclarativeBase):
    """The base of all models."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        str: Text(),
        bytes: LargeBinary(),
        datetime: DateTime(timezone=True),
    }
