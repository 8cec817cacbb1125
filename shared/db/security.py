"""Who may do what in the database: two roles that own nothing, and forced row-level security.

``obsidianlist_app`` serves people: on every table with a ``user_id`` it sees only rows of ``app.user_id``, the setting
each transaction makes for itself; with no setting it sees nothing. ``obsidianlist_system`` serves accounts, consumers
and cron functions, which work for everyone. Migrations call :func:`grant_and_protect` last, so that a new table is never without
its policy; a contract test asks the catalogue the same.
"""

from typing import Any

APP_ROLE = "obsidianlist_app"
SYSTEM_ROLE = "obsidianlist_system"

# What the app role may do besides reading and writing its own rows. Tables not named here or without a user_id are closed to it.
_APP_GRANTS = {
    "users": "SELECT, UPDATE",
    "refresh_tokens": "",
    "oauth_codes": "",
    "oauth_tokens": "",
    "account_mails": "",
    "event_log": "SELECT, INSERT",
    "outbox_pending": "SELECT, INSERT",
    "audit_logs": "SELECT",
    "dead_letters": "",
    "rate_limits": "SELECT, INSERT, UPDATE, DELETE",
    "inbox": "",
    "consumer_attempts": "",
    "cron_runs": "",
    "alembic_version": "",
}
_OWN = "SELECT, INSERT, UPDATE, DELETE"


def grant_and_protect(connection: Any) -> None:
    """Give both roles their grants and put forced row-level security on every table with a ``user_id``.

    Idempotent: call it at the end of each migration that makes a table.
    """
    run = connection.exec_driver_sql
    tables = run(
        "SELECT c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'user_id' AND a.attnum > 0)"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1",
    ).all()
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {APP_ROLE}, {SYSTEM_ROLE}")
    run(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {SYSTEM_ROLE}")
    for table, owned in tables:
        if table.startswith("event_log_"):
            continue  # a partition: reached through event_log only, under its policies
        grants = _APP_GRANTS.get(table, _OWN if owned else "")
        if grants:
            run(f'GRANT {grants} ON "{table}" TO {APP_ROLE}')
        run(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {SYSTEM_ROLE}')
        own = "id" if table == "users" else "user_id" if owned else None
        if own is None:
            continue
        run(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        run(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        run(f'DROP POLICY IF EXISTS own_rows ON "{table}"')
        run(f'DROP POLICY IF EXISTS all_rows ON "{table}"')
        # The sub-select makes PostgreSQL read the setting once a statement instead of once a row.
        mine = f"{own} = (SELECT nullif(current_setting('app.user_id', true), '')::uuid)"
        run(f'CREATE POLICY own_rows ON "{table}" TO {APP_ROLE} USING ({mine}) WITH CHECK ({mine})')
        # The owner runs migrations, backups and the one definer function, never a request.
        run(f'DROP POLICY IF EXISTS owner_rows ON "{table}"')
        run(f'CREATE POLICY owner_rows ON "{table}" TO CURRENT_USER USING (true) WITH CHECK (true)')
        run(f'CREATE POLICY all_rows ON "{table}" TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)')
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}, {SYSTEM_ROLE}")
    run(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APP_ROLE}, {SYSTEM_ROLE}")
