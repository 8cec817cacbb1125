"""PostgreSQL: connections, the SQLAlchemy engine, tables, row-level security and migrations."""

from shared.db import driver  # noqa: F401 - before anything here imports pg8000 itself
