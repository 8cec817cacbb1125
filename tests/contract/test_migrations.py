"""The check of migrations finds what would break the release that still runs, and nothing else."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "migrations.py"


@pytest.fixture(scope="module")
def check() -> Any:
    """The script as a module."""
    specification = importlib.util.spec_from_file_location("migrations_check", SCRIPT)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE tasks DROP COLUMN notes;",
        "drop table tasks;",
        'op.drop_column("tasks", "notes")',
        "ALTER TABLE tasks RENAME COLUMN notes TO text;",
        "ALTER TABLE tasks RENAME TO things;",
        'op.alter_column("tasks", "notes", new_column_name="text")',
        "ALTER TABLE tasks ALTER COLUMN rank TYPE bigint;",
        "ALTER TABLE tasks ALTER rank SET DATA TYPE bigint;",
        "ALTER TABLE tasks ALTER COLUMN notes SET NOT NULL;",
        "ALTER TABLE tasks ADD COLUMN colour text NOT NULL;",
        "ALTER TABLE tasks ADD COLUMN a text DEFAULT '', ADD COLUMN b text NOT NULL;",
        'op.add_column("tasks", sa.Column("colour", sa.Text, nullable=False))',
        "TRUNCATE tasks;",
    ],
)
def test_breaking_statement_is_found(check: Any, statement: str) -> None:
    """In SQL and in Alembic's own words; a mark with its reason lets it pass."""
    assert check.findings(statement)
    assert not check.findings(f"-- contract: no release since 1.4 reads it\n{statement}")
    assert check.findings(f"-- contract:\n{statement}"), "a mark needs a reason"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE colours (id uuid PRIMARY KEY, name text NOT NULL);",
        "ALTER TABLE tasks ADD COLUMN colour text;",
        "ALTER TABLE tasks ADD COLUMN colour text NOT NULL DEFAULT 'none';",
        "ALTER TABLE tasks ADD COLUMN colour text DEFAULT 'none' NOT NULL;",
        'op.add_column("tasks", sa.Column("colour", sa.Text, nullable=False, server_default="none"))',
        "CREATE INDEX CONCURRENTLY tasks_colour ON tasks (colour);",
        "-- never DROP TABLE tasks here\nSELECT 1;",
        "def upgrade():\n    pass\n\ndef downgrade():\n    op.drop_table('colours')",
    ],
)
def test_expanding_statement_passes(check: Any, statement: str) -> None:
    """New tables, columns that old code need not know, indexes; comments and the way down do not count."""
    assert check.findings(statement) == []
