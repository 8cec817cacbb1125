"""Connections to PostgreSQL: pg8000 that keeps its prepared statements and is closed at the first doubt.

Plain pg8000 prepares every statement anew (three round trips) and scans its SQL in Python each time. :class:`Connection`
keeps both, bounded, so that a repeated statement costs one round trip.

An error raised in Python between sending and reading leaves the protocol out of step, and the *next* user of that
connection would read this one's rows. So every exception that is not the server's own answer marks the connection
broken, and a broken connection is closed instead of returned (``shared.db.pool``, ``shared.db.engine``).
"""

import socket
import ssl
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from pg8000 import dbapi
from pg8000.converters import array_out, make_params
from pg8000.core import Context

_STATEMENTS_KEPT = 256
_SQL_KEPT = 2048
_CONNECT_TIMEOUT_SECONDS = 5.0
# Planning a search anew costs three times running it, and our statements' plans do not depend on their values: every one of them walks an
# index that begins with its user.
_IDENTITY = "select set_config('app.user_id', $1, true) || set_config('plan_cache_mode', 'force_generic_plan', true)"
_numbered_sql: dict[str, str] = {}


class Cursor(dbapi.Cursor):  # type: ignore[misc]
    """A DBAPI cursor whose statements are prepared once a connection."""

    def execute(self, operation: str, args: Sequence[Any] = (), stream: Any = None) -> None:
        """Run ``operation`` (``%s`` placeholders) as pg8000's cursor does, reusing its prepared statement."""
        connection: Connection = self._c
        if stream is not None or not args or self._input_oids:
            with connection.in_step():
                super().execute(operation, args, stream)
            return
        with connection.in_step():
            if not connection._in_transaction and not connection.autocommit:  # noqa: SLF001 - our own subclass
                connection.execute_simple("begin transaction")
            self._context = connection.execute_prepared(_number_placeholders(operation, args), args)
        self._row_iter = None if self._context.rows is None else iter(self._context.rows)
        self.input_types: list[Any] = []


class Connection(dbapi.Connection):  # type: ignore[misc]
    """A pg8000 connection with a bounded cache of prepared statements and a mark for lost protocol state."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.broken = False
        self.give_back: Callable[[Connection], None] | None = None
        self._prepared: OrderedDict[str, tuple[bytes, Any, Any]] = OrderedDict()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            # Over TLS the socket in use is not the caller's any more, so nobody else could close it.
            if getattr(self, "_usock", None) is not None:
                self._usock.close()
            raise
        self.register_out_adapter(list, _array_literal)

    def in_step(self) -> "_InStep":
        """Return a context that marks the connection broken on any error that is not the server's own."""
        return _InStep(self)

    def cursor(self) -> Cursor:
        """Return a cursor that reuses prepared statements."""
        return Cursor(self)

    def execute_prepared(self, sql: str, values: Sequence[Any]) -> Context:
        """Run ``sql`` (``$1`` placeholders) in one round trip once its statement is prepared."""
        name, columns, input_funcs = self._statement(sql)
        return self.execute_named(name, make_params(self.py_types, values), columns, input_funcs, sql)

    def fetch_texts(self, sql: str, values: Sequence[Any], user_id: UUID | None) -> list[str | None]:
        """Run a statement that answers one text or JSON column, as one transaction in one round trip.

        ``app.user_id`` is set inside that same implicit transaction, so row-level security holds and nothing of it outlives the
        statement, also behind a pooler in transaction mode.

        Returns:
            The column of every row, undecoded, in the statement's order.
        """
        with self.in_step():
            identity, _, _ = self._statement(_IDENTITY)
            name, columns, _ = self._statement(sql)
            params = make_params(self.py_types, values)
            # All parameters are encoded before the first byte is sent: what cannot be encoded fails with the protocol in step.
            for value in params:
                if value is not None:
                    value.encode(self._client_encoding)
            context = Context(sql, columns=columns, input_funcs=[_as_is])
            self.send_BIND(identity, [str(user_id) if user_id else ""])
            self.send_EXECUTE()
            self.send_BIND(name, params)
            self.send_EXECUTE()
            self._sync(context)
        return [row[0] for row in context.rows[1:]]

    def fetch_texts_inside(self, sql: str, values: Sequence[Any]) -> list[str | None]:
        """Do as :meth:`fetch_texts` inside the transaction that is open."""
        with self.in_step():
            name, columns, _ = self._statement(sql)
            context = self.execute_named(name, make_params(self.py_types, values), columns, [_as_is], sql)
        return [row[0] for row in context.rows]

    def begin(self, user_id: UUID | None) -> None:
        """Start a transaction whose rows are those of ``user_id`` (none at all for the app role when ``None``)."""
        with self.in_step():
            # A UUID object cannot carry SQL; a simple query saves two round trips.
            who = UUID(int=user_id.int) if user_id else ""
            self.execute_simple(f"begin; select set_config('app.user_id', '{who}', true)")

    def commit(self) -> None:
        """Commit in one round trip (pg8000's own takes two)."""
        with self.in_step():
            self.execute_simple("commit")

    def rollback(self) -> None:
        """Roll back if a transaction is open."""
        if self._in_transaction:
            with self.in_step():
                self.execute_simple("rollback")

    def close(self) -> None:
        """Give a healthy connection back to its pool; end any other."""
        if self.give_back is not None:
            self.give_back(self)
        else:
            self.end()

    def end(self) -> None:
        """Close the socket; a connection already lost is no error."""
        with suppress(Exception):
            super().close()

    def _sync(self, context: Context) -> None:
        from pg8000.core import SYNC_MSG, _flush, _write  # the protocol layer this class extends

        _write(self._sock, SYNC_MSG)
        _flush(self._sock)
        self.handle_messages(context)

    def _statement(self, sql: str) -> tuple[bytes, Any, Any]:
        found = self._prepared.get(sql)
        if found is not None:
            self._prepared.move_to_end(sql)
            return found
        while len(self._prepared) >= _STATEMENTS_KEPT:
            _, (name, _, _) = self._prepared.popitem(last=False)
            self.close_prepared_statement(name)
        prepared: tuple[bytes, Any, Any] = self.prepare_statement(sql, ())
        self._prepared[sql] = prepared
        return prepared

    def forget_statements(self) -> None:
        """Prepare everything anew: after a migration a kept plan may have another result type (SQLSTATE 0A000)."""
        with self.in_step():
            while self._prepared:
                _, (name, _, _) = self._prepared.popitem()
                self.close_prepared_statement(name)


class _InStep:
    """Marks its connection broken when an exception other than the server's own answer passes, or the server's last words."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        if not isinstance(error, dbapi.DatabaseError) or _ends_session(error):
            self._connection.broken = True
        if isinstance(error, OSError):
            # pg8000 lets the first read's timeout or reset through as it is; callers know network trouble by one type.
            raise dbapi.InterfaceError("network error") from error


def _ends_session(error: dbapi.DatabaseError) -> bool:
    details = error.args[0] if error.args else None
    return isinstance(details, dict) and details.get("V", details.get("S")) in {"FATAL", "PANIC"}


def _array_literal(values: Sequence[Any]) -> str:
    """Return PostgreSQL's array literal; pg8000's own leaves the text ``null`` unquoted, which means no value at all."""
    parts = []
    for value in values:
        if isinstance(value, list | tuple):
            parts.append(_array_literal(value))
        elif isinstance(value, str):
            parts.append('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
        else:
            parts.append(array_out([value])[1:-1])
    return "{" + ",".join(parts) + "}"


def _as_is(value: str) -> str:
    return value


def _number_placeholders(operation: str, args: Sequence[Any]) -> str:
    numbered = _numbered_sql.get(operation)
    if numbered is None:
        numbered, _ = dbapi.convert_paramstyle("format", operation, args)
        if len(_numbered_sql) >= _SQL_KEPT:
            _numbered_sql.clear()
        _numbered_sql[operation] = numbered
    return numbered


def connect_arguments(url: str) -> dict[str, Any]:
    """Return pg8000's arguments for a ``postgresql://user:password@host:port/database?sslmode=…&sslrootcert=…`` URL.

    ``ssl_context`` is the first try of the mode: ``False`` in the clear, ``None`` encrypted if the server can and whoever it is (``prefer``),
    else a context. ``require`` and ``verify-ca`` verify as ``verify-full`` does: an unverified connection protects from nobody who matters.

    Raises:
        ValueError: the URL has no host, user or database, or an unknown ``sslmode``.
    """
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgres") or not parts.hostname or not parts.username or len(parts.path) < 2:  # noqa: PLR2004
        raise ValueError("a database URL is postgresql://user:password@host:port/database")
    return {
        "user": unquote(parts.username),
        "password": unquote(parts.password or ""),
        "host": parts.hostname,
        "port": parts.port or 5432,
        "database": unquote(parts.path[1:]),
        "ssl_context": _encryption(url)[0],
    }


def _encryption(url: str) -> tuple[ssl.SSLContext | bool | None, ...]:
    """Return what to try, in order, for a URL's ``sslmode``. Source: libpq, "SSL Mode Descriptions"."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    mode = query.get("sslmode", ["disable" if local else "verify-full"])[0]
    opportunistic: dict[str, tuple[bool | None, ...]] = {
        "disable": (False,),
        "allow": (False, None),
        "prefer": (None, False),
    }
    if mode in opportunistic:
        return opportunistic[mode]
    if mode not in {"require", "verify-ca", "verify-full"}:
        raise ValueError(f"sslmode={mode} is none of disable, allow, prefer, require, verify-ca, verify-full")
    return (_tls_context(query.get("sslrootcert", [""])[0]),)


def connect(url: str, *, timeout_seconds: float, application_name: str = "obsidianlist") -> Connection:
    """Open a connection with TCP_NODELAY, keep-alive probes and a read timeout.

    Args:
        url: see :func:`connect_arguments`; ``allow`` and ``prefer`` try a second time the other way where the first was not to be had.
        timeout_seconds: the longest wait for any answer; above the server's statement timeout, so that only a dead network
            reaches it.
        application_name: shown in ``pg_stat_activity``.
    """
    arguments = connect_arguments(url) | {"application_name": application_name}
    *tries, last = _encryption(url)
    for encryption in tries:
        try:
            return _open(arguments | {"ssl_context": encryption}, timeout_seconds)
        except (ssl.SSLError, dbapi.DatabaseError) as error:
            # As libpq: only what the server will not have in this way, never a wrong password, is asked again in the other.
            if isinstance(error, dbapi.DatabaseError) and not _refused_as_such(error):
                raise
    return _open(arguments | {"ssl_context": last}, timeout_seconds)


def _refused_as_such(error: dbapi.DatabaseError) -> bool:
    details = error.args[0] if error.args else None
    return isinstance(details, dict) and details.get("C") == "28000"


def _open(arguments: dict[str, Any], timeout_seconds: float) -> Connection:
    try:
        sock = socket.create_connection((arguments["host"], arguments["port"]), _CONNECT_TIMEOUT_SECONDS)
    except OSError as error:
        raise dbapi.InterfaceError("cannot reach the database") from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    try:
        connection = Connection(**arguments, sock=sock)
    except BaseException:
        sock.close()
        raise
    # Not ``sock``: TLS has taken its descriptor over.
    connection._usock.settimeout(timeout_seconds)  # noqa: SLF001 - our own subclass
    return connection


@cache
def _tls_context(root_certificate: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=root_certificate or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
