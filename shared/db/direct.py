"""Hot paths: one SQL statement that builds its JSON in PostgreSQL, one round trip, no SQLAlchemy.

Decoding rows in pure Python costs four times the query; a page of 50 tasks is therefore one JSON value that passes through as
bytes. Services use this for reads and for single-statement writes; everything with rules between statements uses
``shared.db.engine.transaction``.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pg8000 import dbapi

from shared.db.ambient import joined
from shared.db.connection import Connection
from shared.db.failures import sqlstate, translate
from shared.db.pool import get_pool

_PLAN_CHANGED = "0A000"


def fetch_json(sql: str, params: Sequence[Any] = (), *, user_id: UUID | None, read_only: bool = True) -> bytes | None:
    """Run ``sql`` (``$1`` placeholders, one JSON or text column) as ``user_id`` and return the first row's bytes.

    Args:
        sql: a constant, or built from constants: each distinct text is prepared and kept.
        params: one value a placeholder.
        user_id: whose rows it may see (row-level security).
        read_only: whether running it twice is harmless, so that a connection lost before the answer may be tried once more.

    Returns:
        UTF-8 JSON, or ``None`` when there is no row or the value is null.

    Raises:
        Unavailable: the database does not answer.
        InvalidInput: a parameter cannot be stored.
        pg8000.dbapi.DatabaseError: constraint violations and the like, for the service to name.
    """
    outer = joined.get()
    if outer is not None and outer[1] == user_id:
        return _inside(outer[0].connection.dbapi_connection, sql, params)
    for last_try in (False, True):
        connection = get_pool().borrow()
        try:
            texts = connection.fetch_texts(sql, params, user_id)
        except dbapi.Error as error:
            if _may_repeat(connection, error, read_only=read_only) and not last_try:
                continue
            known = translate(error)
            if known is not None:
                raise known from error
            raise
        finally:
            connection.close()
        return texts[0].encode() if texts and texts[0] is not None else None
    raise AssertionError("unreachable")


def _inside(connection: Connection, sql: str, params: Sequence[Any]) -> bytes | None:
    try:
        texts = connection.fetch_texts_inside(sql, params)
    except dbapi.Error as error:
        known = translate(error)
        if known is not None:
            raise known from error
        raise
    return texts[0].encode() if texts and texts[0] is not None else None


def _may_repeat(connection: Connection, error: dbapi.Error, *, read_only: bool) -> bool:
    if sqlstate(error) == _PLAN_CHANGED:
        connection.forget_statements()
        return True
    # After a timeout the person has waited long enough; a second wait would double it.
    return connection.broken and read_only and not isinstance(error.__cause__, TimeoutError)
