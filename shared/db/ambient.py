"""The transaction that a request already has open, if any, so that nested work joins it.

A POST with an Idempotency-Key must store its answer in the very transaction of the change; the router opens that transaction
and every ``transaction()`` and ``fetch_json()`` below it takes part.
"""

from contextvars import ContextVar
from typing import Any
from uuid import UUID

joined: ContextVar[tuple[Any, UUID | None] | None] = ContextVar("joined_transaction", default=None)
"""The open SQLAlchemy connection and the user it was opened for."""
