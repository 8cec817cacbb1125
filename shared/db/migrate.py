"""Bring a database to the newest schema: ``python -m shared.db.migrate``.

Run by the migration Job before a rollout, by the one-machine platform at start and by the tests. Migrations follow expand and
contract: what the previous release reads and writes stays until the release after, so old and new run side by side.

Environment: ``DATABASE_OWNER_URL``; ``DATABASE_APP_PASSWORD`` and ``DATABASE_SYSTEM_PASSWORD`` set the two roles' passwords
(left alone when empty, for servers where an administrator made the roles).
"""

import os
import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from shared.db.connection import connect_arguments
from shared.db.security import APP_ROLE, SYSTEM_ROLE, grant_and_protect

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x0B51D1A2  # any constant: two migration jobs at once take turns
# A request can never hold a connection, a lock or an open transaction for long, whatever the client does.
_ROLE_SETTINGS = {
    "statement_timeout": "'7s'",  # as DatabaseSettings.statement_timeout_ms
    "lock_timeout": "'5s'",
    "idle_in_transaction_session_timeout": "'30s'",
    "default_transaction_isolation": "'read committed'",
    "timezone": "'UTC'",
}


def upgrade(owner_url: str, app_password: str = "", system_password: str = "", *, protect: bool = False) -> list[str]:
    """Create the roles and run every pending revision; return the revisions now applied, oldest first.

    Args:
        owner_url: ``postgresql://`` URL of the role that owns the schema.
        app_password: new password of the role for people's requests; empty leaves it.
        system_password: new password of the role for system work; empty leaves it.
        protect: write grants and row-level security anew even where no revision is pending, as after a restore.
    """
    engine = create_engine("postgresql+pg8000://", creator=lambda: _connect(owner_url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        connection.commit()
        try:
            _ensure_role(connection, APP_ROLE, app_password)
            _ensure_role(connection, SYSTEM_ROLE, system_password)
            connection.commit()
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            _drop_invalid_indexes(connection)
            command.upgrade(config, "head")
            if protect:
                grant_and_protect(connection)
            connection.commit()
            applied = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
            connection.commit()
    return list(applied)


def _connect(url: str) -> Any:
    from pg8000 import dbapi

    return dbapi.connect(**connect_arguments(url))


def _ensure_role(connection: Any, role: str, password: str) -> None:
    run = connection.exec_driver_sql
    if not run("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).scalar():
        run(f"CREATE ROLE {role} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE")
    if password:
        literal = password.replace("'", "''")
        run(f"ALTER ROLE {role} LOGIN PASSWORD '{literal}'")
    for name, value in _ROLE_SETTINGS.items():
        run(f"ALTER ROLE {role} SET {name} = {value}")


def _drop_invalid_indexes(connection: Any) -> None:
    """Remove what a killed ``CREATE INDEX CONCURRENTLY`` left: it serves no query, and its revision makes it anew."""
    found = connection.exec_driver_sql(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace"
    )
    for name in found.scalars().all():
        connection.exec_driver_sql(f"DROP INDEX {name}")
    connection.commit()


def main() -> int:
    """Run the migrations from the environment; return the exit code."""
    url = os.environ.get("DATABASE_OWNER_URL")
    if not url:
        sys.stderr.write("DATABASE_OWNER_URL is not set: it must name the role that owns the schema\n")
        return 2
    applied = upgrade(url, os.environ.get("DATABASE_APP_PASSWORD", ""), os.environ.get("DATABASE_SYSTEM_PASSWORD", ""))
    sys.stdout.write(f"database schema is at {', '.join(applied)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
