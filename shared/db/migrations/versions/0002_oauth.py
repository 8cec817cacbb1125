"""Clients, codes and tokens of OAuth (0002_oauth.sql)."""

from pathlib import Path

from alembic import op

from shared.db.security import grant_and_protect

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE oauth_tokens, oauth_codes, oauth_clients")
