"""The lookup of a calendar feed's owner, before anyone is known."""

from alembic import op

from shared.db.security import grant_and_protect

revision = "0003"
down_revision = "0002"

# Calendar programs cannot sign in: the secret in the address says whose feed it is. Row-level security hides every row from somebody unknown;
# this function answers one question and nothing else.
_OWNER = """
CREATE FUNCTION calendar_owner(hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.user_id FROM public.notification_preferences p WHERE p.calendar_token_hash = hash
$$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_OWNER)
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP FUNCTION calendar_owner(bytea)")
