"""The SQLAlchemy models and the migrated database are the same schema, both ways."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pg8000 import dbapi
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from shared.db.connection import connect_arguments
from tests.support.bundle import REPOSITORY
from tests.support.database import Database, DatabaseServer

# Partitions are made by the month; the table of Alembic is its own.
OURS = "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname !~ '^(event_log_|alembic_version)'"
COLUMNS = (
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text, a.attidentity::text,"
    " pg_get_expr(d.adbin, d.adrelid), l.collname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum) LEFT JOIN pg_collation l ON l.oid = a.attcollation"
    f" WHERE {OURS} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2"
)
CONSTRAINTS = (
    "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
    f" WHERE {OURS} ORDER BY 1, 2"
)
INDEXES = (
    "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
    f" WHERE {OURS} ORDER BY 1, 2"
)
STORAGE = f"SELECT c.relname, c.reloptions, pg_get_partkeydef(c.oid) FROM pg_class c WHERE {OURS} ORDER BY 1"


def _connection(url: str) -> Connection:
    engine = create_engine(
        "postgresql+pg8000://", creator=lambda: dbapi.connect(**connect_arguments(url)), poolclass=NullPool
    )
    return engine.connect()


@pytest.fixture(scope="module")
def migrated(postgres: Database) -> Iterator[Connection]:
    """Connect to the migrated database."""
    with _connection(postgres.superuser_url) as connection:
        yield connection


@pytest.fixture(scope="module")
def modelled(postgres_server: DatabaseServer) -> Iterator[Connection]:
    """Connect to a database made from the models alone."""
    from shared.db.models import Base

    empty = postgres_server.clone()
    with _connection(empty.superuser_url) as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        Base.metadata.create_all(connection)
        yield connection
    postgres_server.drop(empty)


@pytest.mark.filterwarnings(
    "ignore:Computed default"
)  # autogenerate cannot change one; the catalogue below is compared whole
def test_autogenerate_finds_nothing_to_migrate(migrated: Connection) -> None:
    """A new migration by ``alembic revision --autogenerate`` would be empty."""
    from shared.db.models import Base

    def ours(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or not str(name).startswith(("event_log_", "alembic_version"))

    context = MigrationContext.configure(
        migrated, opts={"compare_type": True, "compare_server_default": True, "include_name": ours}
    )
    assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize(
    "question", [COLUMNS, CONSTRAINTS, INDEXES, STORAGE], ids=["columns", "constraints", "indexes", "storage"]
)
def test_the_catalogue_of_both_is_equal(migrated: Connection, modelled: Connection, question: str) -> None:
    """What autogenerate does not look at is equal too: checks, generated columns, collations, partial indexes, partitioning."""
    found = [tuple(row) for row in migrated.exec_driver_sql(question)]
    assert len(found) > 20
    assert found == [tuple(row) for row in modelled.exec_driver_sql(question)]


def test_no_function_loads_the_models_at_start() -> None:
    """SQLAlchemy's ORM would cost every cold start; only what is neither hot nor early may load it."""
    code = "import sys, functions.tasks.main, functions.audit_writer.main, functions.auth.main; sys.exit('sqlalchemy.orm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0
