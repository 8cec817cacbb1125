"""Confirmed addresses, and the ledger of mails about an account with their one-time links (0006_account_mail.sql)."""

from pathlib import Path

from alembic import op

from shared.db.security import grant_and_protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE account_mails; ALTER TABLE users DROP COLUMN email_confirmed_at")
