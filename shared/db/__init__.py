"""PostgreSQL: connections, the SQLAlchemy engine, tables, row-level security and migrations."""
