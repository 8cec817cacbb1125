"""The first schema (0001_initial.sql) with its roles and forced row-level security."""

from pathlib import Path

from alembic import op

from shared.db.security import grant_and_protect
from shared.domain.search_sql import document_sql
from shared.failpoints import failpoint

revision = "0001"
down_revision = None


def upgrade() -> None:
    # A word the folding of search_sql changes needs a migration that rewrites the column: this text is what it was on this day.
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%(document)s", document_sql())
    op.get_bind().exec_driver_sql(statements)
    failpoint("migration.mid")
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
