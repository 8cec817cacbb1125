"""SQLAlchemy over the process's pool, and the one way to open a transaction.

``transaction`` sets the user for row-level security, commits at the end, and then runs what was registered with
``after_commit`` (the outbox publishes there). SQLAlchemy is loaded at the first transaction: a cold read never pays for it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from pg8000 import dbapi
from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import NullPool

from shared.db.ambient import joined
from shared.db.failures import translate
from shared.db.pool import get_pool
from shared.logging import get_logger

log = get_logger(__name__)
_AFTER_COMMIT = "after_commit"


def get_engine() -> Engine:
    """Return this process's engine; it holds no connections of its own."""
    return _engine(os.getpid())


@cache
def _engine(_process: int) -> Engine:
    engine = create_engine(
        "postgresql+pg8000://",
        # Looked up at each call: tests replace the pool.
        creator=lambda: get_pool().borrow(),
        poolclass=NullPool,
        pool_reset_on_return=None,  # the pool rolls back whatever is still open
        json_serializer=_dump_json,
        json_deserializer=_load_json,
    )
    guard(engine)
    return engine


def guard(engine: Engine) -> None:
    """Close a connection after any failure that is not the server's own answer.

    pg8000 raises, for instance, UnicodeEncodeError half-way through the protocol; SQLAlchemy takes that for harmless and the
    next request would read the rows of this one. Kept by ``tests/integration/db/test_desynchronisation.py``.
    """

    @event.listens_for(engine, "handle_error")
    def _close_doubtful(context: Any) -> None:
        if not isinstance(context.original_exception, dbapi.DatabaseError):
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False
            if context.connection is not None and not context.connection.invalidated:
                context.connection.connection.dbapi_connection.broken = True


@contextmanager
def transaction(user_id: UUID | None) -> Iterator[Connection]:
    """Open a transaction in which only rows of ``user_id`` exist for the app role; commit at the end, roll back on error.

    Inside another transaction of the same user it joins that one, which then decides about commit.

    Args:
        user_id: whose work this is; ``None`` for system work, which the app role cannot do.

    Raises:
        Unavailable: the database is away or overloaded; nothing was committed unless the connection died during commit.
        InvalidInput: a value cannot be stored.
        sqlalchemy.exc.IntegrityError: for the service to name.
    """
    outer = joined.get()
    if outer is not None and outer[1] == user_id:
        yield outer[0]
        return
    try:
        with get_engine().connect() as connection:
            connection.connection.dbapi_connection.begin(user_id)  # type: ignore[union-attr]
            with connection.begin():
                token = joined.set((connection, user_id))
                try:
                    yield connection
                finally:
                    joined.reset(token)
            callbacks = connection.info.pop(_AFTER_COMMIT, [])
    except exc.DBAPIError as error:
        known = translate(error.orig) if error.orig is not None else None
        if known is not None:
            raise known from error
        raise
    except dbapi.Error as error:
        known = translate(error)
        if known is not None:
            raise known from error
        raise
    for callback in callbacks:
        try:
            callback()
        except Exception:  # the change is committed: nobody may be told that it failed
            log.exception("database.after_commit_failed")


def after_commit(connection: Connection, callback: Callable[[], None]) -> None:
    """Run ``callback`` once the transaction of ``connection`` is committed and its connection is given back.

    What it raises is logged and goes no further.
    """
    connection.info.setdefault(_AFTER_COMMIT, []).append(callback)


def _dump_json(value: Any) -> str:
    import orjson

    return orjson.dumps(value).decode()


def _load_json(value: str) -> Any:
    import orjson

    return orjson.loads(value)


def dispose_engines() -> None:
    """Forget engine and pool: the next use reads the settings again (tests, shutdown)."""
    from shared.db.pool import dispose

    _engine.cache_clear()
    dispose()
