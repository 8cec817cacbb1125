"""Full-text search through its index, under row-level security."""

from alembic import op

from shared.db.security import grant_and_protect

revision = "0004"
down_revision = "0003"

# A policy's condition must be checked before any operator that could leak what it sees, and PostgreSQL does not count @@ among the harmless
# ones: under row-level security the GIN index is never used and a search reads all tasks of its owner (100,000 of them: 120 ms). This
# function runs as the owner of the tables, where no policy stands before the index, and brings its own wall: it answers ids of
# app.user_id's tasks and of nobody else's, whatever it is asked.
#
# The inner query names nothing but the index's column, and sequential scans are off: the words carry their owner, so the index alone finds
# the right rows, and no misjudged plan reads a table of millions.
_MATCHES = """
CREATE FUNCTION search_matches(match tsquery, strict tsquery, wanted_status text, in_trash boolean, newest integer)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, public SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    me uuid := nullif(current_setting('app.user_id', true), '')::uuid;
    query tsquery := match;
    found_count integer;
BEGIN
    LOOP
        RETURN QUERY
            WITH found AS MATERIALIZED (
                SELECT t.id, t.user_id, t.status, t.deleted_at FROM public.tasks t WHERE t.search @@ query)
            SELECT f.id FROM found f
             WHERE f.user_id = me AND (f.deleted_at IS NOT NULL) = in_trash AND (wanted_status IS NULL OR f.status = wanted_status)
             ORDER BY f.id DESC LIMIT newest;
        GET DIAGNOSTICS found_count = ROW_COUNT;
        -- Where the cap cut something off, old tasks that match well come in beside newer ones that barely do.
        EXIT WHEN strict IS NULL OR query = strict OR newest IS NULL OR found_count < newest;
        query := strict;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_MATCHES)
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP FUNCTION search_matches(tsquery, tsquery, text, boolean, integer)")
