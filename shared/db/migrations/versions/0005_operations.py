"""What an operator may know of all users at once: counts and ages, and dead letters without what they carry."""

from alembic import op

from shared.db.security import grant_and_protect

revision = "0005"
down_revision = "0004"

# The MCP function works as one person, behind row-level security. These two functions answer the same few questions about everybody and show
# nothing of anybody: no title, no payload, no user.
_OVERVIEW = """
CREATE FUNCTION operations_overview(consumers jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_object(
        'outbox', (SELECT jsonb_build_object('pending', count(*), 'oldest_seconds', round(coalesce(extract(epoch FROM now() - min(created_at)), 0), 1))
                     FROM public.outbox_pending),
        'consumers', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'name', c.name,
                'last_processed_seconds', (SELECT round(extract(epoch FROM now() - max(i.processed_at)), 1) FROM public.inbox i
                                            WHERE i.consumer = c.name),
                'behind', b.behind, 'oldest_behind_seconds', b.oldest,
                'retrying', (SELECT count(*) FROM public.consumer_attempts a WHERE a.consumer = c.name)) ORDER BY c.name), '[]')
            FROM jsonb_each(consumers) AS c (name, types)
            CROSS JOIN LATERAL (
                SELECT count(*) AS behind, round(coalesce(extract(epoch FROM now() - min(e.created_at)), 0), 1) AS oldest
                  FROM public.event_log e
                 WHERE e.created_at > now() - interval '2 hours' AND c.types ? e.type
                   AND NOT EXISTS (SELECT FROM public.inbox i WHERE i.consumer = c.name AND i.event_id = e.event_id)) b),
        'dead_letters', (SELECT coalesce(jsonb_agg(jsonb_build_object('consumer', consumer, 'type', event_type, 'open', open, 'oldest_seconds', oldest)
                                                   ORDER BY open DESC), '[]')
            FROM (SELECT consumer, event_type, count(*) AS open, round(extract(epoch FROM now() - min(first_seen_at)), 1) AS oldest
                    FROM public.dead_letters WHERE state = 'open' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 50) d),
        'reminders', (SELECT jsonb_build_object('overdue', count(*), 'most_late_seconds', round(coalesce(extract(epoch FROM now() - min(fire_at)), 0), 1))
                        FROM public.reminder_occurrences WHERE state = 'pending' AND fire_at < now()),
        'deliveries', (SELECT jsonb_build_object('waiting', count(*) FILTER (WHERE state = 'planned'), 'sending', count(*) FILTER (WHERE state = 'sending'))
                         FROM public.deliveries WHERE state IN ('planned', 'sending')),
        'cron', (SELECT coalesce(jsonb_agg(jsonb_build_object('function', function, 'finished_seconds_ago', round(extract(epoch FROM now() - finished_at), 1))
                                           ORDER BY function), '[]') FROM public.cron_runs))
$$
"""
_LETTERS = """
CREATE FUNCTION operations_dead_letters(wanted_state text, wanted_consumer text, most integer)
RETURNS TABLE (id uuid, consumer text, event_id text, event_type text, reason text, attempts integer, state text, first_seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT d.id, d.consumer, d.event_id, d.event_type, left(d.reason, 300), d.attempts, d.state, d.first_seen_at FROM public.dead_letters d
     WHERE d.state = wanted_state AND (wanted_consumer = '' OR d.consumer = wanted_consumer)
     ORDER BY d.id DESC LIMIT least(most, 100)
$$
"""


def upgrade() -> None:
    for function in (_OVERVIEW, _LETTERS):
        op.get_bind().exec_driver_sql(function)
    grant_and_protect(op.get_bind())


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP FUNCTION operations_overview(jsonb); DROP FUNCTION operations_dead_letters(text, text, integer)"
    )
