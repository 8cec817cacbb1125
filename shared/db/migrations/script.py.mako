"""${message}"""

from alembic import op

from shared.db.security import grant_and_protect

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")
